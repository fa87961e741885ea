//! A planner's desk: one scenario with edits on top, each decided in milliseconds.

pub(crate) mod circle;
pub(crate) mod desk_streets;
pub(crate) mod trips;
pub(crate) mod week;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;

use coverage::{
    Capacity, Demand, EdgeAffected, Facility, FacilityBalance, FacilityClass, FacilityId, Gap,
    Indicators, LinkState, Linkage, OpenSet, PointState, ServiceCoverage, ServiceInputs,
    ServiceStandard, gaps,
};
use rayon::prelude::*;
use siting::Infeasible;
use thiserror::Error;
use units::{Length, LngLat, TravelTime};

use crate::evaluate::{InDoubt, State, decide_joint, search_limits};
use crate::plan::modification::Modification;
use crate::project::Project;
use crate::project::change::{Change, resolve_change};
use crate::project::rim::distance_outside;
use crate::report::balance::{self, FacilityBalanceReport};
use crate::report::gap_name::GapNames;
use crate::report::joined::{self, JoinedPlace, JoinsReport};
use crate::report::{
    ChosenReport, DecidedStandard, JointReport, ScenarioReport, StandardFigures, StandardReport,
    chosen_reports, joint_report, standard_report,
};
use crate::session::desk_streets::{Column, DeskStreets};

/// One scenario and the edits made on top of it, in order.
///
/// What it says after any edits is what [`evaluate`](crate::evaluate()) says about the scenario's
/// changes followed by the edits; a test holds the two side by side.
/// It is quick because the rows of the facilities that stand are kept: a facility that is added or
/// moved costs one search, one that closes or changes its hours none, and only the standards whose
/// facilities or limit changed are folded again.
/// Closing a street or choosing sites moves the rows themselves and costs a whole evaluation.
pub struct Desk<'a> {
    project: &'a Project,
    scenario: Vec<Change>,
    edits: Vec<(Modification, Change)>,
    base: Base<'a>,
    names: GapNames,
    current: Arc<Standing>,
}

/// An edit that cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EditError {
    /// It names something unknown or malformed.
    #[error("{0}")]
    Wrong(String),
    /// It asks for sites and there is no choice.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
}

/// How things stand: every standard decided.
#[derive(Debug)]
pub struct Standing {
    /// All facilities, closed ones included.
    pub facilities: Vec<Facility>,
    /// Which of them are closed by the scenario or an edit.
    pub closed: Vec<bool>,
    /// One for each standard, in the order of the plan; shared with other standings where equal.
    pub services: Vec<Arc<DecidedService>>,
    /// What becomes of all facilities under each standard.
    pub balances: Vec<FacilityBalance>,
    /// One for each joint standard, in the order of the plan.
    pub joints: Vec<Arc<DecidedJoint>>,
    /// Sites chosen on the way.
    pub chosen: Vec<ChosenReport>,
    /// How many edges are closed.
    pub n_closed_edges: usize,
}

/// One service standard, decided.
#[derive(Debug)]
pub struct DecidedService {
    inputs: ServiceKey,
    /// As data with provenance.
    pub report: StandardReport,
    /// Gaps with their outlines, in the order of the report.
    pub gaps: Vec<Gap>,
    pub(crate) coverage: ServiceCoverage,
    pub(crate) edge_affected: Arc<EdgeAffected>,
}

impl DecidedService {
    /// The limit of the standard as things stand.
    pub fn limit(&self) -> TravelTime {
        self.inputs.limit
    }
}

/// One joint standard, decided.
#[derive(Debug)]
pub struct DecidedJoint {
    /// As data with provenance.
    pub report: JointReport,
    /// Gaps with their outlines, in the order of the report.
    pub gaps: Vec<Gap>,
}

/// Everything that a service's result depends on, given the streets of the desk.
#[derive(Debug, PartialEq, Eq)]
struct ServiceKey {
    /// Changes whenever the streets do.
    base: usize,
    limit: TravelTime,
    far: TravelTime,
    facilities: Vec<(LngLat, TravelTime, bool, Option<Capacity>)>,
}

/// Streets and rows, and the edits that they already hold.
struct Base<'a> {
    number: usize,
    n_folded: usize,
    state: State<'a>,
    streets: BTreeMap<String, DeskStreets<'a>>,
    /// For each standard what each facility is to it, closures and its place aside.
    classes: Vec<Vec<FacilityClass>>,
    /// How far outside the study area each facility lies.
    outside: Vec<Option<Length>>,
    /// For each standard what of the plan's facilities no result lists.
    left_out: Vec<FacilityBalance>,
}

impl<'a> Base<'a> {
    fn new(
        project: &'a Project,
        number: usize,
        n_folded: usize,
        changes: &[Change],
    ) -> Result<Self, Infeasible> {
        let state = State::after(project, changes)?;
        let limits: Vec<(String, TravelTime)> = search_limits(&state.standards)
            .into_iter()
            .map(|(profile, far)| (profile.to_owned(), far))
            .collect();
        let streets = limits
            .into_iter()
            .map(|(profile, far)| {
                let scenario = state.streets_of(&profile);
                let streets = DeskStreets::new(project, scenario, &state.facilities, far);
                (profile, streets)
            })
            .collect();
        let class_of = |standard: &ServiceStandard| {
            let facilities = state.facilities.iter();
            facilities
                .map(|facility| project.class_of(standard, facility, false, None))
                .collect()
        };
        let classes = state.standards.iter().map(class_of).collect();
        let positions = state.facilities.iter().map(|facility| facility.position);
        let outside = positions.map(|position| distance_outside(&project.area, position));
        let outside = outside.collect();
        let standards = state.standards.iter();
        let left_out = standards.map(|standard| balance::left_out(project, standard));
        let left_out = left_out.collect();
        Ok(Self {
            number,
            n_folded,
            state,
            streets,
            classes,
            outside,
            left_out,
        })
    }

    /// Whether a state lies within what was searched.
    fn reaches(&self, standards: &[ServiceStandard]) -> bool {
        search_limits(standards)
            .into_iter()
            .all(|(profile, far)| far <= self.streets[profile].rows.limit())
    }

    /// Decides every standard after some quick changes; `known` lends what did not change.
    fn decide(
        &self,
        state: &State<'a>,
        touched: &BTreeSet<usize>,
        names: &GapNames,
        known: Option<&Standing>,
    ) -> Standing {
        let project = state.project;
        let limits = search_limits(&state.standards);
        let (services, balances): (Vec<Arc<DecidedService>>, Vec<FacilityBalance>) =
            (0..state.standards.len())
                .into_par_iter()
                .map(|index| {
                    let standard = &state.standards[index];
                    let far = limits[standard.profile.as_str()];
                    let input = self.inputs(state, touched, index, far);
                    let balance = input.balance;
                    let known = known.map(|standing| &standing.services[index]);
                    if let Some(known) = known.filter(|known| known.inputs == input.key) {
                        return (Arc::clone(known), balance);
                    }
                    let decided = self.decide_service(state, index, input, names);
                    (Arc::new(decided), balance)
                })
                .unzip();
        let decided: Vec<(&ServiceCoverage, &EdgeAffected)> = services
            .iter()
            .map(|service| (&service.coverage, &*service.edge_affected))
            .collect();
        let coverages: Vec<&ServiceCoverage> =
            decided.iter().map(|(coverage, _)| *coverage).collect();
        let joints = (0..project.joints.len())
            .into_par_iter()
            .map(|joint| {
                let is_part = |index: &usize| {
                    let key = &project.standards[*index].key;
                    project.joints[joint].parts.contains(key)
                };
                let unchanged = known.filter(|known| {
                    (0..services.len())
                        .filter(is_part)
                        .all(|i| Arc::ptr_eq(&services[i], &known.services[i]))
                });
                if let Some(known) = unchanged {
                    return Arc::clone(&known.joints[joint]);
                }
                let result = decide_joint(project, joint, &decided);
                Arc::new(DecidedJoint {
                    report: joint_report(project, &result, &coverages, names),
                    gaps: result.gaps,
                })
            })
            .collect();
        Standing {
            facilities: state.facilities.clone(),
            closed: state.closed.clone(),
            services,
            balances,
            joints,
            chosen: chosen_reports(project, &self.state.chosen),
            n_closed_edges: self.state.closed_edges.len(),
        }
    }

    /// Which facilities serve a standard, split into those in the rows and those that were tried
    /// since.
    fn inputs(
        &self,
        state: &State<'a>,
        touched: &BTreeSet<usize>,
        standard_index: usize,
        far: TravelTime,
    ) -> ServiceInput {
        let project = state.project;
        let standard = &state.standards[standard_index];
        let streets = &self.streets[&standard.profile];
        let n_base = self.base_len();
        let mut facilities = Vec::new();
        let mut columns = Vec::new();
        let mut in_rows = vec![false; n_base];
        let (mut n_unlinked, mut n_in_doubt) = (0, 0);
        let mut balance = self.left_out[standard_index];
        balance.given += state.facilities.len();
        let mut outside_in_rows = vec![false; n_base];
        let mut outside_columns = Vec::new();
        for (index, facility) in state.facilities.iter().enumerate() {
            let (asked, outside) = if touched.contains(&index) {
                (
                    project.class_of(standard, facility, false, None),
                    distance_outside(&project.area, facility.position),
                )
            } else {
                (self.classes[standard_index][index], self.outside[index])
            };
            let class = match asked {
                FacilityClass::Serving if state.closed[index] => FacilityClass::ClosedByScenario,
                FacilityClass::Serving if !project.is_within_limit(standard, outside) => {
                    FacilityClass::Outside
                }
                other => other,
            };
            if class != FacilityClass::Serving {
                balance.add(class);
                continue;
            }
            facilities.push((
                facility.position,
                facility.start_delay,
                facility.illustrative,
                facility.capacity,
            ));
            let in_place = index < n_base && {
                let before = &self.state.facilities[index];
                (before.position, before.start_delay) == (facility.position, facility.start_delay)
            };
            let (state_of_link, is_in_doubt) = if in_place {
                in_rows[index] = true;
                outside_in_rows[index] = outside.is_some();
                let link = streets.facilities.links()[index].as_ref();
                (
                    LinkState::of(link),
                    link.is_some_and(|link| link.is_in_doubt),
                )
            } else {
                let column = streets.column(facility);
                let joined = (column.state, column.is_in_doubt);
                if outside.is_some() {
                    outside_columns.push((index, Arc::clone(&column)));
                }
                columns.push((index, column));
                joined
            };
            n_unlinked += usize::from(state_of_link == LinkState::TooFar);
            balance.add(balance::joined(class, state_of_link == LinkState::Joined));
            n_in_doubt += usize::from(is_in_doubt);
        }
        ServiceInput {
            key: ServiceKey {
                base: self.number,
                limit: standard.limit,
                far,
                facilities,
            },
            open: OpenSet::from_fn(n_base, |id| in_rows[id.index()]),
            columns,
            outside_open: OpenSet::from_fn(n_base, |id| outside_in_rows[id.index()]),
            outside_columns,
            n_unlinked,
            balance,
            n_in_doubt,
        }
    }

    fn base_len(&self) -> usize {
        self.state.facilities.len()
    }

    fn decide_service(
        &self,
        state: &State<'a>,
        standard_index: usize,
        input: ServiceInput,
        names: &GapNames,
    ) -> DecidedService {
        let project = state.project;
        let standard = &state.standards[standard_index];
        let demand = project.demand_of(standard);
        let streets = &self.streets[&standard.profile];
        let far = input.key.far;
        let coverage = if standard.rate.is_some() {
            // Who is full depends on everybody's second choice: the rows are laid together whole.
            let n_facilities = state.facilities.len();
            let rows = streets.joined_rows(&input.open, &input.columns, n_facilities, far);
            let inputs = ServiceInputs {
                demand,
                linkage: &streets.demand,
                rows: &rows,
                open: &OpenSet::all(n_facilities),
            };
            ServiceCoverage::under(&inputs, &state.facilities, standard)
        } else {
            let times = streets.times(&input.open, &input.columns, standard.required, far);
            ServiceCoverage::of_times(
                demand,
                &streets.demand,
                times,
                standard.limit,
                standard.required,
            )
        };
        let gaps = gaps(&project.area, coverage.cells());
        let edge_affected = streets.edge_affected(standard.limit);
        let helped = streets.helped(standard_index, standard);
        let has_outside = input.outside_open.n_open() > 0 || !input.outside_columns.is_empty();
        let edge_affected = if !has_outside && helped.is_empty() {
            edge_affected
        } else {
            let (open, columns) = (&input.outside_open, &input.outside_columns);
            let nearest = streets.times(open, columns, NonZeroU32::MIN, far);
            let state = |point: usize| coverage.states()[point];
            Arc::new(edge_affected.knowing(
                demand,
                |point| {
                    state(point) == PointState::Covered
                        && nearest[point].is_some_and(|time| time <= standard.limit)
                },
                |point| {
                    let is_helped = helped.get(point).copied().unwrap_or(false);
                    is_helped && state(point) == PointState::Uncovered
                },
            ))
        };
        let (indicators, by_zone) = rayon::join(
            || Indicators::of(demand, &coverage, far),
            || {
                let n_zones = project.zones.n_zones();
                let zones = &project.zone_of_point;
                Indicators::by_zone(demand, &coverage, far, zones, n_zones)
            },
        );
        let report = standard_report(
            project,
            &DecidedStandard {
                standard,
                n_open: input.key.facilities.len(),
                n_unlinked_facilities: input.n_unlinked,
                balance: input.balance,
                in_doubt: InDoubt {
                    n_facilities: input.n_in_doubt,
                    demand: streets.in_doubt(demand),
                },
                illustrative: input.key.facilities.iter().any(|f| f.2),
                coverage: &coverage,
                gaps: &gaps,
                edge_affected: &edge_affected,
                indicators: &indicators,
                by_zone: &by_zone,
            },
            names,
        );
        DecidedService {
            inputs: input.key,
            report,
            gaps,
            coverage,
            edge_affected,
        }
    }
}

struct ServiceInput {
    key: ServiceKey,
    /// Of the facilities in the rows.
    open: OpenSet,
    /// Of the others, by the facility's index.
    columns: Vec<(usize, Arc<Column>)>,
    /// Those of `open` that lie outside the study area.
    outside_open: OpenSet,
    /// Those of `columns` that lie outside the study area.
    outside_columns: Vec<(usize, Arc<Column>)>,
    n_unlinked: usize,
    balance: FacilityBalance,
    n_in_doubt: usize,
}

impl<'a> Desk<'a> {
    /// A scenario as the plan has it, without edits; no changes make it the baseline.
    ///
    /// # Errors
    /// When sites are to be chosen and no choice exists.
    ///
    /// Cost: as [`evaluate`](crate::evaluate()).
    pub fn new(project: &'a Project, changes: &[Change]) -> Result<Self, Infeasible> {
        let base = Base::new(project, 0, 0, changes)?;
        let names = GapNames::of(project);
        let current = Arc::new(base.decide(&base.state, &BTreeSet::new(), &names, None));
        Ok(Self {
            project,
            scenario: changes.to_vec(),
            edits: Vec::new(),
            base,
            names,
            current,
        })
    }

    /// The plan that everything rests on.
    pub fn project(&self) -> &'a Project {
        self.project
    }

    /// How things stand after all edits.
    pub fn standing(&self) -> &Arc<Standing> {
        &self.current
    }

    /// The edits, in order.
    pub fn edits(&self) -> impl ExactSizeIterator<Item = &Modification> {
        self.edits.iter().map(|(modification, _)| modification)
    }

    /// Profiles that standards use.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.base.streets.keys().map(String::as_str)
    }

    /// How far from a street of a profile a place may lie and still be joined to it, as the plan
    /// says.
    pub fn join_radius(&self, profile: &str) -> Length {
        let streets = self.streets(profile);
        streets.map_or(reach::JOIN_RADIUS, |streets| streets.link.radius)
    }

    pub(crate) fn streets(&self, profile: &str) -> Option<&DeskStreets<'a>> {
        self.base.streets.get(profile)
    }

    /// What an edit would come to; the desk stays as it is.
    ///
    /// # Errors
    /// When the edit cannot be made.
    ///
    /// Cost: one search and a fold for an added or moved facility, a fold for closed ones, hours
    /// and shorter limits; else a whole evaluation.
    pub fn preview(&self, edit: &Modification) -> Result<Standing, EditError> {
        let change = self.resolve(edit)?;
        match self.quickly(Some(&change)) {
            Some(standing) => Ok(standing),
            None => Ok(self.slowly(&change)?.1),
        }
    }

    /// Makes an edit.
    ///
    /// # Errors
    /// When the edit cannot be made; the desk stays as it is.
    ///
    /// Cost: as [`preview`](Self::preview).
    pub fn edit(&mut self, edit: Modification) -> Result<&Arc<Standing>, EditError> {
        let change = self.resolve(&edit)?;
        if let Some(standing) = self.quickly(Some(&change)) {
            self.current = Arc::new(standing);
        } else {
            let (base, standing) = self.slowly(&change)?;
            self.base = base;
            self.current = Arc::new(standing);
        }
        self.edits.push((edit, change));
        Ok(&self.current)
    }

    /// Takes the last edit back and returns it; `None` without edits.
    ///
    /// Cost: a fold; a whole evaluation when the edit was a slow one.
    pub fn undo(&mut self) -> Option<Modification> {
        let (edit, _) = self.edits.pop()?;
        if self.edits.len() < self.base.n_folded {
            let changes: Vec<Change> = self.changes().cloned().collect();
            let number = self.base.number + 1;
            self.base = Base::new(self.project, number, self.edits.len(), &changes)
                .expect("what was chosen before can be chosen again");
        }
        let standing = self
            .quickly(None)
            .expect("edits behind the base are quick ones");
        self.current = Arc::new(standing);
        Some(edit)
    }

    /// The whole result as `nuanquan run` writes it, but for the balances of measures.
    ///
    /// Cost: linear in cells and demand points; facilities and candidates are joined once more.
    pub fn report(&self, key: &str, name: &str) -> ScenarioReport {
        ScenarioReport {
            joins: JoinsReport::of(&self.joined()),
            ..self.current.report(self.project, key, name)
        }
    }

    /// Where facilities, candidates and counted demand were joined to a street worth a look.
    fn joined(&self) -> Vec<JoinedPlace> {
        let project = self.project;
        let candidates = project.candidates.iter();
        let candidates: Vec<Facility> = candidates
            .map(|candidate| candidate.as_facility(TravelTime::ZERO))
            .collect();
        let mut found = Vec::new();
        for (profile, streets) in &self.base.streets {
            let network = streets.network();
            let link = |places: &[Facility]| {
                Linkage::of_facilities(&network, &streets.index, places, streets.link)
            };
            let facilities = &self.current.facilities;
            found.extend(joined::of_profile(
                project,
                profile,
                [
                    ("facility", facilities, &link(facilities)),
                    ("candidate", &candidates, &link(&candidates)),
                ],
                &streets.demand,
            ));
        }
        found
    }

    /// What each candidate site would add to a standard's covered demand, as things stand, when
    /// using it takes at least `delay` beside the way; the order is that of the plan's candidates.
    /// `None` for a standard that asks for more than one facility or for room, since no single site
    /// answers it.
    ///
    /// Cost: one search for each candidate the first time, then linear in what they reach.
    pub fn sites(&self, standard: usize, delay: TravelTime) -> Option<Vec<Demand>> {
        let service = &self.current.services[standard];
        if service.report.figures.required != 1
            || service.report.figures.demand_per_slot_thousandths.is_some()
        {
            return None;
        }
        let streets = &self.base.streets[&service.report.figures.profile];
        let cover = streets.candidates(service.inputs.limit, delay);
        let standard = &self.project.standards[standard];
        let points = self.project.demand_of(standard).points();
        let states = service.coverage.states();
        let adds = (0..self.project.candidates.len())
            .map(|candidate| {
                cover
                    .points_of(FacilityId::from_index(candidate))
                    .iter()
                    .filter(|point| states[point.index()] == PointState::Uncovered)
                    .map(|point| points[point.index()].demand)
                    .sum()
            })
            .collect();
        Some(adds)
    }

    /// What the scenario itself changes, without edits.
    pub fn scenario(&self) -> &[Change] {
        &self.scenario
    }

    /// What the scenario changes, and then the edits, in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        let edits = self.edits.iter().map(|(_, change)| change);
        self.scenario.iter().chain(edits)
    }

    fn resolve(&self, edit: &Modification) -> Result<Change, EditError> {
        // Chosen sites among them: on a desk they stand, so they can be moved and closed.
        let mut known: BTreeSet<String> = self
            .current
            .facilities
            .iter()
            .map(|facility| facility.id.clone())
            .collect();
        resolve_change(self.project, &mut known, edit).map_err(EditError::Wrong)
    }

    /// Decides the edits and one more on the rows that are kept; `None` when they do not suffice.
    fn quickly(&self, one_more: Option<&Change>) -> Option<Standing> {
        let mut state = State {
            project: self.project,
            facilities: self.base.state.facilities.clone(),
            closed: self.base.state.closed.clone(),
            standards: self.base.state.standards.clone(),
            closed_edges: Vec::new(),
            policies: self.base.state.policies.clone(),
            heeds_hazards: self.base.state.heeds_hazards,
            chosen: Vec::new(),
        };
        let mut touched = BTreeSet::new();
        let edits = self.edits[self.base.n_folded..].iter();
        for change in edits.map(|(_, change)| change).chain(one_more) {
            match change {
                Change::CloseEdges(_)
                | Change::Gates(_)
                | Change::JoinSidePaths
                | Change::HeedHazards
                | Change::Choose { .. } => return None,
                Change::Add(_) => {
                    touched.insert(state.facilities.len());
                }
                Change::Move { id, .. } | Change::Hours { id, .. } => {
                    touched.insert(state.index(id));
                }
                Change::Close(_) | Change::Limit { .. } => {}
            }
            state.apply(change).expect("quick changes choose nothing");
        }
        if !self.base.reaches(&state.standards) {
            return None;
        }
        let known = Some(&*self.current);
        Some(self.base.decide(&state, &touched, &self.names, known))
    }

    /// Decides everything anew, the edits and one more included.
    fn slowly(&self, one_more: &Change) -> Result<(Base<'a>, Standing), Infeasible> {
        let changes: Vec<Change> = self.changes().chain([one_more]).cloned().collect();
        let number = self.base.number + 1;
        let base = Base::new(self.project, number, self.edits.len() + 1, &changes)?;
        let standing = base.decide(&base.state, &BTreeSet::new(), &self.names, None);
        Ok((base, standing))
    }
}

impl Standing {
    /// The whole result as `nuanquan run` writes it, but for places worth a look and the balances of
    /// measures.
    ///
    /// Cost: linear in cells and demand points.
    pub fn report(&self, project: &Project, key: &str, name: &str) -> ScenarioReport {
        ScenarioReport::assemble(
            project,
            key,
            name,
            self.service_reports(),
            self.joints.iter().map(|j| j.report.clone()).collect(),
            self.chosen.clone(),
            self.n_closed_edges,
        )
    }
}

impl Standing {
    /// The figures of a standard; what became of its facilities is told as things stand.
    ///
    /// Cost: none worth naming.
    pub fn figures(&self, standard: usize) -> StandardFigures {
        let mut figures = self.services[standard].report.figures.clone();
        figures.balance.facilities = FacilityBalanceReport::of(&self.balances[standard]);
        figures
    }

    /// The standards as data.
    fn service_reports(&self) -> Vec<StandardReport> {
        let services = self.services.iter().enumerate();
        services
            .map(|(index, service)| StandardReport {
                figures: self.figures(index),
                ..service.report.clone()
            })
            .collect()
    }
}

impl std::fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("n_changes", &self.scenario.len())
            .field("n_edits", &self.edits.len())
            .finish_non_exhaustive()
    }
}
