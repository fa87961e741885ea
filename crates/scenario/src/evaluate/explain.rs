//! Why a place is covered or not: for each standard the route, its minutes and the reason.

use std::num::NonZeroU32;

use coverage::{
    Demand, DemandId, DemandSet, DemandSplit, FacilityId, Linkage, Margin, Obstacle, PointState,
    ReasonInputs, RowEntry, Rows, ServiceCoverage, ServiceInputs, ServiceStandard, reasons,
    route_steps,
};
use reach::{Path, SearchSpace};
use serde::{Deserialize, Serialize};
use siting::Infeasible;
use thiserror::Error;
use units::{LngLat, TravelTime};
use utoipa::ToSchema;

use crate::evaluate::apply::state_after;
use crate::evaluate::modified_metric::ordinary_speed;
use crate::evaluate::obstacles::{streets_without, waters};
use crate::evaluate::state::State;
use crate::evaluate::streets::{ScenarioStreets, StreetsView};
use crate::evaluate::travel_times::search_limits;
use crate::project::Project;
use crate::project::change::Change;

/// A place and what every standard says about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Where.
    pub lng: f64,
    /// Where.
    pub lat: f64,
    /// Its cell, by H3 index.
    pub cell: String,
    /// The zone it lies in, by id.
    pub zone: Option<String>,
    /// One for each standard, in the order of the plan.
    pub standards: Vec<StandardExplanation>,
}

/// What one standard says about a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StandardExplanation {
    /// Key in the plan.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// Who travels.
    pub profile: String,
    /// Inclusive limit.
    pub limit_s: f64,
    /// Hour of the week, when the standard names one.
    pub at: Option<String>,
    /// Whether the place is covered.
    pub is_covered: bool,
    /// Covered within 20 % of the limit.
    pub is_fragile: bool,
    /// Where facilities may be full: of the plan's demand point nearest to the place, the share that
    /// finds room within the limit. The place is covered when that is at least half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finds_room_share: Option<f64>,
    /// Why it is not covered; `None` when it is. The words of `gaps.csv`.
    pub reason: Option<String>,
    /// Limit minus the time to the facility that decides; `None` past twice the limit.
    pub margin_s: Option<f64>,
    /// Straight walk to the street it is joined to; `None` when no street is near enough.
    pub walk_m: Option<f64>,
    /// How many open facilities lie within the limit.
    pub n_within_limit: usize,
    /// The facility that decides: the nearest open one, or the last of as many as are required.
    pub facility: Option<FoundFacility>,
    /// The next one after it: the second choice.
    pub second: Option<FoundFacility>,
    /// The route to the facility that decides; `None` past twice the limit.
    pub route: Option<Route>,
}

/// A facility and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundFacility {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where.
    pub lng: f64,
    /// Where.
    pub lat: f64,
    /// Time to it: walk, way, start delay.
    pub time_s: f64,
    /// Opening hours, when known.
    pub opening_hours: Option<String>,
    /// Made up for illustration.
    pub illustrative: bool,
}

/// A trip and where its minutes go; the times add up to that of the facility.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// Walk from the place to the street.
    pub walk_s: f64,
    /// Street by street.
    pub steps: Vec<StepReport>,
    /// Walk from the street to the facility, and its start delay.
    pub arrival_s: f64,
    /// Street length.
    pub length_m: f64,
    /// The trip as a line of longitude and latitude.
    pub line: Vec<[f64; 2]>,
}

/// Part of a trip along one street.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepReport {
    /// Name of the street; empty when it has none.
    pub name: String,
    /// How far along it.
    pub length_m: f64,
    /// How long.
    pub time_s: f64,
}

/// A place that cannot be explained.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// Nothing is decided there.
    #[error("`{0}` lies outside the study area")]
    Outside(LngLat),
    /// The scenario asks for sites and there is no choice.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
}

/// Explains a place after a list of changes.
///
/// The time and the route are those of the place itself, joined to the streets like a demand point
/// counted there. For a standard that asks for room, whether some is left is what the nearest demand
/// point of the plan finds.
///
/// # Errors
/// When the place lies outside the study area, or sites are to be chosen and no choice exists.
///
/// Cost: one search for each facility and profile, and again for each obstacle the streets know.
pub fn explain(
    project: &Project,
    changes: &[Change],
    at: LngLat,
) -> Result<Explanation, ExplainError> {
    let cell = project.area.locate(at).ok_or(ExplainError::Outside(at))?;
    let state = state_after(project, changes)?;
    let place = DemandSet::counted("place", &project.area, [(at, Demand::from_units(1))]);
    let waters = waters(project);
    let limits = search_limits(&state.standards);
    let mut found: Vec<Option<StandardExplanation>> = vec![None; state.standards.len()];
    for (&profile, &far) in &limits {
        let streets = ScenarioStreets::of(&state, profile);
        let open_streets = streets_without(&state, profile);
        let asked = Asked {
            state: &state,
            place: &place,
            streets: &streets,
            seen: Seen::of(&state, &streets, &place, far),
            without: open_streets
                .iter()
                .map(|(obstacle, streets)| (*obstacle, Seen::of(&state, streets, &place, far)))
                .collect(),
            waters: &waters,
        };
        for (index, standard) in state.standards.iter().enumerate() {
            if standard.profile == profile {
                found[index] = Some(asked.standard(standard, at));
            }
        }
    }
    Ok(Explanation {
        lng: at.lng(),
        lat: at.lat(),
        cell: project.area.cell(cell).to_string(),
        zone: project
            .zones
            .zone_of(at)
            .map(|zone| project.zones.zone(zone).id.clone()),
        standards: found
            .into_iter()
            .map(|e| e.expect("every standard has a profile"))
            .collect(),
    })
}

/// Streets of one profile as they look from the place.
struct Seen<'a> {
    view: StreetsView<'a>,
    facilities: Linkage,
    from: Linkage,
    rows: Rows,
}

impl<'a> Seen<'a> {
    fn of(
        state: &State<'_>,
        streets: &'a ScenarioStreets<'_>,
        place: &DemandSet,
        far: TravelTime,
    ) -> Self {
        let view = streets.view();
        let facilities = view.link_facilities(state.facilities());
        let from = view.link_demand(place);
        Self {
            rows: Rows::search(&view.network, &facilities, &from, far),
            view,
            facilities,
            from,
        }
    }

    fn inputs<'b>(
        &'b self,
        place: &'b DemandSet,
        open: &'b coverage::OpenSet,
    ) -> ServiceInputs<'b> {
        ServiceInputs {
            demand: place,
            linkage: &self.from,
            rows: &self.rows,
            open,
        }
    }
}

/// What is asked about the place for one profile.
struct Asked<'a> {
    state: &'a State<'a>,
    place: &'a DemandSet,
    streets: &'a ScenarioStreets<'a>,
    seen: Seen<'a>,
    without: Vec<(Obstacle, Seen<'a>)>,
    waters: &'a [Vec<LngLat>],
}

/// The place is the only point of its demand.
const PLACE: usize = 0;

impl Asked<'_> {
    fn standard(&self, standard: &ServiceStandard, at: LngLat) -> StandardExplanation {
        let (state, project) = (self.state, self.state.project);
        let facilities = state.facilities();
        let open_at = |hour| {
            let standard = ServiceStandard {
                at: hour,
                ..standard.clone()
            };
            let open = project.open_set(&standard, facilities);
            open.and(&state.standing())
        };
        let (open, base) = (open_at(standard.at), open_at(None));
        let inputs = self.seen.inputs(self.place, &open);
        let by_time = ServiceCoverage::of(&inputs, standard);
        let is_near = by_time.states()[PLACE] == PointState::Covered;
        let room = (is_near && standard.rate.is_some())
            .then(|| self.room(standard, &open, at))
            .flatten();
        let is_full = room.is_some_and(|room| !room.covered.is_at_least_half_of(room.total()));
        let coverage = if is_full {
            let nothing = vec![None];
            let one = NonZeroU32::MIN;
            ServiceCoverage::of_times(self.place, &self.seen.from, nothing, standard.limit, one)
        } else {
            by_time.clone()
        };
        let at_any_hour = (base != open)
            .then(|| ServiceCoverage::of(&self.seen.inputs(self.place, &base), standard));
        let without: Vec<(Obstacle, ServiceCoverage)> = self
            .without
            .iter()
            .map(|(obstacle, seen)| {
                let inputs = seen.inputs(self.place, &open);
                (*obstacle, ServiceCoverage::of(&inputs, standard))
            })
            .collect();
        let without: Vec<(Obstacle, &ServiceCoverage)> =
            without.iter().map(|(obstacle, c)| (*obstacle, c)).collect();
        let (metric, components) = self.streets.metric();
        let reason = reasons(&ReasonInputs {
            demand: self.place,
            coverage: &coverage,
            at_any_hour: at_any_hour.as_ref().filter(|_| !is_full),
            with_room: is_full.then_some(&by_time),
            without: &without,
            facilities,
            open: &open,
            waters: self.waters,
            speed: ordinary_speed(&project.city.streets, metric, components),
        })[PLACE];
        let point = DemandId::from_index(PLACE);
        let skip = FacilityId::new(standard.required.get() - 1).index();
        let mut row = self.seen.rows.open_row(point, &open).skip(skip);
        let (deciding, second) = (row.next(), row.next());
        let margin = deciding.map(|entry| Margin::of(standard.limit, entry.time));
        StandardExplanation {
            key: standard.key.clone(),
            name: standard.name.clone(),
            profile: standard.profile.clone(),
            limit_s: standard.limit.as_secs_f64(),
            at: standard.at.map(|hour| hour.to_string()),
            is_covered: coverage.states()[PLACE] == PointState::Covered,
            is_fragile: coverage.is_fragile(PLACE),
            finds_room_share: room.and_then(|room| room.covered_share()),
            reason: reason.map(|reason| reason.key().to_owned()),
            margin_s: margin.map(Margin::as_secs_f64),
            walk_m: self.seen.from.links()[PLACE]
                .as_ref()
                .map(|link| link.walk.as_m_f64()),
            n_within_limit: self.seen.rows.n_within(point, standard.limit, &open),
            facility: deciding.map(|entry| self.found(entry)),
            second: second.map(|entry| self.found(entry)),
            route: deciding.and_then(|entry| self.route(entry)),
        }
    }

    /// How far the plan's demand point nearest to the place finds room; of one unit where nobody is.
    fn room(
        &self,
        standard: &ServiceStandard,
        open: &coverage::OpenSet,
        at: LngLat,
    ) -> Option<DemandSplit> {
        let project = self.state.project;
        let view = &self.seen.view;
        let far = self.seen.rows.limit();
        let rows = Rows::search(&view.network, &self.seen.facilities, &view.demand, far);
        let demand = project.demand_of(standard);
        let inputs = ServiceInputs {
            demand,
            linkage: &view.demand,
            rows: &rows,
            open,
        };
        let coverage = ServiceCoverage::under(&inputs, self.state.facilities(), standard);
        let points = demand.points().iter().enumerate();
        let nearest = points.min_by_key(|(_, point)| point.position.distance_to(at));
        nearest.map(|(index, point)| {
            let amount = point.demand.max(Demand::from_units(1));
            coverage.split_of(index, amount)
        })
    }

    fn found(&self, entry: RowEntry) -> FoundFacility {
        let facility = &self.state.facilities()[entry.facility.index()];
        FoundFacility {
            id: facility.id.clone(),
            name: facility.name.clone(),
            lng: facility.position.lng(),
            lat: facility.position.lat(),
            time_s: entry.time.as_secs_f64(),
            opening_hours: facility.hours.as_ref().map(|hours| hours.text().to_owned()),
            illustrative: facility.illustrative,
        }
    }

    fn route(&self, entry: RowEntry) -> Option<Route> {
        let network = &self.seen.view.network;
        let from = &self.seen.from.links()[PLACE].as_ref()?.place;
        let to = &self.seen.facilities.links()[entry.facility.index()]
            .as_ref()?
            .place;
        let mut space = SearchSpace::default();
        let path = Path::between(network, &mut space, from, to, entry.time)?;
        let steps = route_steps(network, &path);
        Some(Route {
            walk_s: path.origin_access.as_secs_f64(),
            steps: steps
                .into_iter()
                .map(|step| StepReport {
                    name: step.name,
                    length_m: step.length.as_m_f64(),
                    time_s: step.time.as_secs_f64(),
                })
                .collect(),
            arrival_s: path.destination_access.as_secs_f64(),
            length_m: path.length().as_m_f64(),
            line: path
                .line(network)
                .into_iter()
                .map(|position| [position.lng(), position.lat()])
                .collect(),
        })
    }
}
