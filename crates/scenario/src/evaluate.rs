pub(crate) mod choose;
pub(crate) mod detail;
pub mod explain;
pub(crate) mod gate_choice;
pub(crate) mod measure;
pub(crate) mod repriced;

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use city::AreaKind;
use coverage::{
    Demand, DemandId, DemandSet, EdgeAffected, Facility, FacilityBalance, FacilityId, Gap,
    Indicators, JointCoverage, Ledger, LinkState, Linkage, Obstacle, OpenSet, PointState, Rows,
    ServiceCoverage, ServiceInputs, ServiceStandard, gaps,
};
use graph::{Components, EdgeId, GatePolicies, GatePolicy, Metric, Policies, StreetGraph};
use reach::{Network, SnapIndex};
use siting::Infeasible;
use units::{LngLat, Speed, TravelTime};

use crate::evaluate::choose::{Choices, ChosenSites};
use crate::evaluate::detail::ServiceDetail;
use crate::evaluate::measure::{Measure, MeasureRows};
use crate::evaluate::repriced::{hindered, ordinary_speed, two_way};
use crate::project::change::Change;
use crate::project::{ProfileStreets, Project};
use crate::report::balance;
use crate::report::joined::{self, JoinedPlace};

/// What a scenario comes to.
#[derive(Debug)]
pub struct Evaluation {
    /// All facilities after the changes, closed ones included.
    pub facilities: Vec<Facility>,
    /// Which of them are closed by the scenario.
    pub closed: Vec<bool>,
    /// One for each standard, in the order of the plan.
    pub services: Vec<ServiceResult>,
    /// One for each joint standard, in the order of the plan.
    pub joints: Vec<JointResult>,
    /// Sites chosen on the way, in order.
    pub chosen: Vec<ChosenSites>,
    /// How many edges the scenario closes.
    pub n_closed_edges: usize,
    /// Whether hazards slow or close their streets.
    pub heeds_hazards: bool,
    /// Facilities, candidates and counted demand that were joined to a street worth a look, profile
    /// by profile.
    pub joined: Vec<JoinedPlace>,
    /// The candidates joined to the streets of each profile.
    pub candidate_links: BTreeMap<String, Linkage>,
}

/// One service standard, decided.
#[derive(Debug)]
pub struct ServiceResult {
    /// The standard, with the limit of this scenario.
    pub standard: ServiceStandard,
    /// Facilities that serve it at its hour.
    pub n_open: usize,
    /// Facilities too far from any street of its profile.
    pub n_unlinked_facilities: usize,
    /// What becomes of all facilities that were given.
    pub balance: FacilityBalance,
    /// Facilities and demand that lie 20 to 30 m from a junction which gives, or would give, times
    /// that their nearest street point does not.
    pub in_doubt: InDoubt,
    /// All facilities joined to the streets of its profile.
    pub facility_links: Linkage,
    /// Point by point and cell by cell.
    pub coverage: ServiceCoverage,
    /// Contiguous uncovered cells, ranked.
    pub gaps: Vec<Gap>,
    /// Nearest and second facility of each cell, unique demand of each facility.
    pub ledger: Ledger,
    /// Cells from which the border of the streets lies within the limit.
    pub edge_affected: EdgeAffected,
    /// The headline figures.
    pub indicators: Indicators,
    /// The same for each zone.
    pub by_zone: Vec<Indicators>,
}

/// One joint standard, decided.
#[derive(Debug)]
pub struct JointResult {
    /// Index into the plan's joint standards.
    pub joint: usize,
    /// Indices of its parts among the standards.
    pub parts: Vec<usize>,
    /// Point by point and cell by cell.
    pub coverage: JointCoverage,
    /// Contiguous uncovered cells, ranked.
    pub gaps: Vec<Gap>,
    /// Cells that are edge-affected for one of its parts.
    pub edge_affected: Vec<bool>,
}

/// Applies changes to the baseline, in order, and decides every standard.
///
/// Cost: one search for each facility and profile; a millisecond each at the size of a district.
///
/// # Errors
/// When sites are to be chosen and no choice exists.
pub fn evaluate(project: &Project, changes: &[Change]) -> Result<Evaluation, Infeasible> {
    let (evaluation, _) = State::after(project, changes)?.decide(&[], &[], |_| ());
    Ok(evaluation)
}

/// As [`evaluate`], and in detail: hour by hour, how full facilities are, why a place is not
/// covered, how evenly times are spread.
///
/// Cost: as [`evaluate`], and a fold for each different set of open facilities; searches once more
/// for each kind of obstacle that the streets know.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_in_detail(
    project: &Project,
    changes: &[Change],
) -> Result<(Evaluation, Vec<ServiceDetail>), Infeasible> {
    let state = State::after(project, changes)?;
    let waters = waters(project);
    let obstacles = [Obstacle::Gate, Obstacle::OneWay];
    let measures = &project.measures;
    Ok(state.decide(&obstacles, measures, |decided| {
        ServiceDetail::of(decided, &waters)
    }))
}

/// A decided standard with everything that it was decided from.
pub(crate) struct Decided<'a> {
    pub(crate) state: &'a State<'a>,
    pub(crate) view: &'a StreetsView<'a>,
    pub(crate) rows: &'a Rows,
    pub(crate) result: &'a ServiceResult,
    /// How fast the profile gets on along ordinary streets.
    pub(crate) speed: Speed,
    /// The streets and rows without each obstacle that the streets know.
    pub(crate) without: &'a [(Obstacle, StreetsView<'a>, Rows)],
    /// The plan's measures on the streets of the profile.
    pub(crate) measures: &'a [MeasureRows],
}

/// The borders of the waters that the city draws.
pub(crate) fn waters(project: &Project) -> Vec<Vec<LngLat>> {
    let areas = project.city.backdrop.areas();
    let waters = areas.filter(|area| area.kind == AreaKind::Water);
    let closed = |ring: &[LngLat]| ring.iter().chain(ring.first()).copied().collect();
    waters
        .flat_map(|area| area.rings().map(closed).collect::<Vec<_>>())
        .collect()
}

/// A scenario on its way.
pub(crate) struct State<'a> {
    pub(crate) project: &'a Project,
    pub(crate) facilities: Vec<Facility>,
    pub(crate) closed: Vec<bool>,
    pub(crate) standards: Vec<ServiceStandard>,
    pub(crate) closed_edges: Vec<EdgeId>,
    pub(crate) policies: Policies,
    pub(crate) heeds_hazards: bool,
    pub(crate) chosen: Vec<ChosenSites>,
}

impl<'a> State<'a> {
    /// The baseline with changes applied in order.
    pub(crate) fn after(project: &'a Project, changes: &[Change]) -> Result<Self, Infeasible> {
        let mut state = Self {
            project,
            facilities: project.facilities.clone(),
            closed: vec![false; project.facilities.len()],
            standards: project.standards.clone(),
            closed_edges: Vec::new(),
            policies: project.policies.clone(),
            heeds_hazards: project.hazards.in_baseline,
            chosen: Vec::new(),
        };
        for change in changes {
            state.apply(change)?;
        }
        Ok(state)
    }

    pub(crate) fn apply(&mut self, change: &Change) -> Result<(), Infeasible> {
        match change {
            Change::Add(facility) => self.add(facility.as_ref().clone()),
            Change::Move { id, to } => {
                let index = self.index(id);
                self.facilities[index].position = *to;
            }
            Change::Close(ids) => {
                for id in ids {
                    let index = self.index(id);
                    self.closed[index] = true;
                }
            }
            Change::Hours { id, hours } => {
                let index = self.index(id);
                self.facilities[index].hours = Some(hours.clone());
            }
            Change::Limit { standard, limit } => self.standards[*standard].limit = *limit,
            Change::CloseEdges(edges) => self.closed_edges.extend(edges),
            Change::JoinSidePaths => self.policies.joins_side_paths = true,
            Change::HeedHazards => self.heeds_hazards = true,
            Change::Gates(gates) => gates.apply(&mut self.policies.gates),
            Change::Choose {
                standard,
                n_sites,
                kind,
                capacity,
                rules,
            } => {
                let streets = self.streets_of(&self.standards[*standard].profile.clone());
                let view = streets.view();
                let choices = Choices::of(self, &view, *standard, Some(kind), rules);
                let chosen = choices.most_covered(*n_sites, rules)?;
                for site in &chosen.sites {
                    let mut facility =
                        Facility::new(site.facility_id.clone(), kind.clone(), site.position);
                    facility.name.clone_from(&site.name);
                    // It is built for the standard, so it offers what the standard asks for.
                    let asked = &self.standards[*standard].selection;
                    facility.amenities = asked.amenities;
                    facility.capacity = capacity.or(asked.min_capacity);
                    facility.start_delay = site.start_delay;
                    facility.illustrative = site.illustrative;
                    "chosen site".clone_into(&mut facility.source);
                    self.add(facility);
                }
                self.chosen.push(chosen);
            }
        }
        Ok(())
    }

    fn add(&mut self, facility: Facility) {
        self.facilities.push(facility);
        self.closed.push(false);
    }

    pub(crate) fn index(&self, id: &str) -> usize {
        self.facilities
            .iter()
            .position(|f| f.id == id)
            .expect("ids were checked when resolved")
    }

    /// The streets of a profile as this scenario leaves them.
    pub(crate) fn streets_of(&self, profile: &str) -> ScenarioStreets<'a> {
        self.streets_with(profile, &self.policies)
    }

    /// The streets of a profile without an obstacle; `None` when they know none of it.
    pub(crate) fn streets_without(
        &self,
        profile: &str,
        obstacle: Obstacle,
    ) -> Option<ScenarioStreets<'a>> {
        let graph = &self.project.city.streets;
        let usual = self.streets_of(profile);
        let streets = match obstacle {
            Obstacle::Gate => {
                let mut policies = self.policies.clone();
                policies.gates = GatePolicies {
                    citywide: Some(GatePolicy::Through),
                    ..GatePolicies::default()
                };
                self.streets_with(profile, &policies)
            }
            Obstacle::OneWay => {
                let metric = two_way(graph, usual.metric().0);
                let opened = Components::of(graph, &metric);
                ScenarioStreets {
                    changed: Some((metric, Some(opened))),
                    project: usual.project,
                    base: usual.base,
                }
            }
            Obstacle::Water => return None,
        };
        let differs = streets.metric().0.fingerprint() != usual.metric().0.fingerprint();
        differs.then_some(streets)
    }

    pub(crate) fn streets_with(&self, profile: &str, policies: &Policies) -> ScenarioStreets<'a> {
        let base = &self.project.profiles[profile];
        let graph = &self.project.city.streets;
        let policies_differ = *policies != self.project.policies;
        let effects = if self.heeds_hazards {
            let hazards = &self.project.hazards;
            hazards.effects(graph, base)
        } else {
            Vec::new()
        };
        let is_hindered = !self.closed_edges.is_empty() || !effects.is_empty();
        let changed = (policies_differ || is_hindered).then(|| {
            let repriced = policies_differ.then(|| Metric::of(graph, &base.profile, policies));
            let metric = repriced
                .as_ref()
                .unwrap_or(&base.metric)
                .with_closed_edges(graph, self.closed_edges.iter().copied());
            let metric = if effects.is_empty() {
                metric
            } else {
                hindered(graph, &metric, &effects)
            };
            // Closing streets changes times only; other policies may open the way into a scrap.
            let opened = policies_differ.then(|| Components::of(graph, &metric));
            (metric, opened)
        });
        ScenarioStreets {
            project: self.project,
            base,
            changed,
        }
    }

    /// Decides every standard; `detail` sees each with everything that it was decided from, and the
    /// streets without each of the obstacles, and the measures.
    fn decide<D>(
        self,
        obstacles: &[Obstacle],
        measures: &[Measure],
        detail: impl Fn(&Decided<'_>) -> D,
    ) -> (Evaluation, Vec<D>) {
        let project = self.project;
        let limits = search_limits(&self.standards);
        let mut results: Vec<Option<(ServiceResult, D)>> =
            self.standards.iter().map(|_| None).collect();
        let mut joined = Vec::new();
        let mut candidate_links = BTreeMap::new();
        let candidates = project.candidates.iter();
        let candidates: Vec<Facility> = candidates
            .map(|candidate| candidate.as_facility(TravelTime::ZERO))
            .collect();
        for (&profile, &far) in &limits {
            let streets = self.streets_of(profile);
            let view = streets.view();
            let facilities = view.link_facilities(&self.facilities);
            let of_candidates = view.link_facilities(&candidates);
            joined.extend(joined::of_profile(
                project,
                profile,
                [
                    ("facility", &self.facilities, &facilities),
                    ("candidate", &candidates, &of_candidates),
                ],
                &view.demand,
            ));
            candidate_links.insert(profile.to_owned(), of_candidates);
            let rows = Rows::search(&view.network, &facilities, &view.demand, far);
            let (metric, components) = streets.metric();
            let speed = ordinary_speed(&project.city.streets, metric, components);
            let open_streets: Vec<(Obstacle, ScenarioStreets<'_>)> = obstacles
                .iter()
                .filter_map(|&o| Some((o, self.streets_without(profile, o)?)))
                .collect();
            let without: Vec<(Obstacle, StreetsView<'_>, Rows)> = open_streets
                .iter()
                .map(|(obstacle, streets)| {
                    let view = streets.view();
                    let rows = view.rows(&self.facilities, far);
                    (*obstacle, view, rows)
                })
                .collect();
            let measures: Vec<MeasureRows> = measures
                .iter()
                .map(|measure| {
                    let linkage = view.link_demand(&measure.demand);
                    let rows = Rows::search(&view.network, &facilities, &linkage, far);
                    MeasureRows { linkage, rows }
                })
                .collect();
            for (index, standard) in self.standards.iter().enumerate() {
                if standard.profile != profile {
                    continue;
                }
                let result = self.decide_service(&view, &facilities, &rows, standard);
                let detail = detail(&Decided {
                    state: &self,
                    view: &view,
                    rows: &rows,
                    result: &result,
                    speed,
                    without: &without,
                    measures: &measures,
                });
                results[index] = Some((result, detail));
            }
        }
        let (services, details): (Vec<ServiceResult>, Vec<D>) = results
            .into_iter()
            .map(|r| r.expect("every standard has a profile"))
            .unzip();
        let decided: Vec<(&ServiceCoverage, &EdgeAffected)> = services
            .iter()
            .map(|service| (&service.coverage, &service.edge_affected))
            .collect();
        let joints = (0..project.joints.len())
            .map(|joint| decide_joint(project, joint, &decided))
            .collect();
        let evaluation = Evaluation {
            facilities: self.facilities,
            closed: self.closed,
            services,
            joints,
            chosen: self.chosen,
            n_closed_edges: self.closed_edges.len(),
            heeds_hazards: self.heeds_hazards,
            joined,
            candidate_links,
        };
        (evaluation, details)
    }

    fn decide_service(
        &self,
        view: &StreetsView<'_>,
        facilities: &Linkage,
        rows: &Rows,
        standard: &ServiceStandard,
    ) -> ServiceResult {
        let project = self.project;
        let demand = project.demand_of(standard);
        let open = project
            .open_set(standard, &self.facilities)
            .and(&self.standing());
        let inputs = ServiceInputs {
            demand,
            linkage: &view.demand,
            rows,
            open: &open,
        };
        let coverage = ServiceCoverage::under(&inputs, &self.facilities, standard);
        let n_unlinked_facilities = open
            .iter()
            .filter(|&id| facilities.links()[FacilityId::index(id)].is_none())
            .count();
        let edge_affected = EdgeAffected::of(
            &view.network,
            &project.border,
            demand,
            &view.demand,
            standard.limit,
        );
        let is_outside = OpenSet::from_fn(self.facilities.len(), |id| {
            project
                .area
                .locate(self.facilities[id.index()].position)
                .is_none()
        });
        let outside = open.and(&is_outside);
        let left_out = project.left_out_of(standard);
        let edge_affected = if outside.n_open() == 0 && left_out.is_empty() {
            edge_affected
        } else {
            let of_outside =
                |point: usize| rows.kth(DemandId::from_index(point), NonZeroU32::MIN, &outside);
            let left_out = view.rows(&left_out, standard.limit);
            let state = |point: usize| coverage.states()[point];
            edge_affected.knowing(
                demand,
                |point| {
                    let nearest = of_outside(point);
                    state(point) == PointState::Covered
                        && nearest.is_some_and(|entry| entry.time <= standard.limit)
                },
                |point| {
                    let mut row = left_out.row(DemandId::from_index(point)).iter();
                    state(point) == PointState::Uncovered && row.next().is_some()
                },
            )
        };
        let is_joined =
            |index: usize| LinkState::of(facilities.links()[index].as_ref()) == LinkState::Joined;
        let in_doubt = InDoubt {
            n_facilities: open
                .iter()
                .filter_map(|id| facilities.links()[FacilityId::index(id)].as_ref())
                .filter(|link| link.is_in_doubt)
                .count(),
            demand: InDoubt::demand(demand, &view.demand),
        };
        ServiceResult {
            standard: standard.clone(),
            n_open: open.n_open(),
            n_unlinked_facilities,
            balance: balance::facilities(
                project,
                standard,
                &self.facilities,
                &self.closed,
                is_joined,
            ),
            in_doubt,
            facility_links: facilities.clone(),
            gaps: gaps(&project.area, coverage.cells()),
            ledger: Ledger::of(&inputs, &coverage),
            edge_affected,
            indicators: Indicators::of(demand, &coverage, rows.limit()),
            by_zone: Indicators::by_zone(
                demand,
                &coverage,
                rows.limit(),
                &project.zone_of_point,
                project.zones.n_zones(),
            ),
            coverage,
        }
    }

    /// The facilities that the scenario has not closed.
    pub(crate) fn standing(&self) -> OpenSet {
        OpenSet::from_fn(self.facilities.len(), |id| !self.closed[id.index()])
    }
}

/// How far to search for a standard: twice its limit. Times past the limit tell how far the
/// uncovered are, and feed the time quantiles.
pub(crate) fn search_limit(limit: TravelTime) -> TravelTime {
    TravelTime::from_tenths(limit.as_tenths().saturating_mul(2))
}

/// How far to search for each profile, so that it suffices for all of its standards.
pub(crate) fn search_limits(standards: &[ServiceStandard]) -> BTreeMap<&str, TravelTime> {
    let mut limits: BTreeMap<&str, TravelTime> = BTreeMap::new();
    for standard in standards {
        let limit = limits.entry(&standard.profile).or_default();
        *limit = (*limit).max(search_limit(standard.limit));
    }
    limits
}

/// What lies so far from a junction that its times hang on how near a junction must lie to be
/// joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InDoubt {
    /// Facilities that serve.
    pub n_facilities: usize,
    /// Demand; street that stands for itself is none of it.
    pub demand: Demand,
}

impl InDoubt {
    pub(crate) fn demand(demand: &DemandSet, linkage: &Linkage) -> Demand {
        let points = demand.points().iter().zip(linkage.links());
        let in_doubt = points.filter(|(_, link)| link.as_ref().is_some_and(|l| l.is_in_doubt));
        in_doubt.map(|(point, _)| point.demand).sum()
    }
}

/// Joins decided services; both slices are in the order of the plan's standards.
pub(crate) fn decide_joint(
    project: &Project,
    joint: usize,
    services: &[(&ServiceCoverage, &EdgeAffected)],
) -> JointResult {
    let standard = &project.joints[joint];
    let parts: Vec<usize> = standard
        .parts
        .iter()
        .map(|key| {
            let found = project.standards.iter().position(|s| &s.key == key);
            found.expect("parts were checked when resolved")
        })
        .collect();
    let coverages: Vec<&ServiceCoverage> = parts.iter().map(|&i| services[i].0).collect();
    let demand = project.demand_of_joint(standard);
    let coverage = JointCoverage::of(demand, &coverages, standard.rule);
    let n_cells = project.area.cells().len();
    let edge_affected = (0..n_cells)
        .map(|cell| parts.iter().any(|&i| services[i].1.cells()[cell]))
        .collect();
    JointResult {
        joint,
        parts,
        gaps: gaps(&project.area, coverage.cells()),
        coverage,
        edge_affected,
    }
}

/// The streets of one profile under one scenario, owning what the scenario changed.
pub(crate) struct ScenarioStreets<'a> {
    project: &'a Project,
    base: &'a ProfileStreets,
    /// Its metric, and what hangs together under it when it may open streets.
    changed: Option<(Metric, Option<Components>)>,
}

/// Streets ready for searching, with the demand joined to them.
pub(crate) struct StreetsView<'a> {
    pub(crate) link: coverage::LinkOptions,
    pub(crate) index: SnapIndex,
    streets: &'a ScenarioStreets<'a>,
    pub(crate) network: Network<'a>,
    pub(crate) demand: Linkage,
}

impl ScenarioStreets<'_> {
    /// Travel times, and the networks of the baseline.
    pub(crate) fn metric(&self) -> (&Metric, &Components) {
        let changed = self.changed.as_ref().map(|(metric, _)| metric);
        (changed.unwrap_or(&self.base.metric), &self.base.components)
    }

    /// What places are joined to: the open streets of the baseline's networks, and those that the
    /// scenario joins to one.
    pub(crate) fn is_joinable(&self, edge: EdgeId) -> bool {
        let Some((metric, opened)) = &self.changed else {
            return self.base.components.is_network(edge);
        };
        let is_network = self.base.components.is_network(edge)
            || opened
                .as_ref()
                .is_some_and(|opened| opened.is_network(edge));
        is_network && is_open(&self.project.city.streets, metric, edge)
    }

    /// Open streets of no network.
    pub(crate) fn is_scrap(&self, edge: EdgeId) -> bool {
        match &self.changed {
            None => self.base.components.is_scrap(edge),
            Some((metric, _)) => {
                is_open(&self.project.city.streets, metric, edge) && !self.is_joinable(edge)
            }
        }
    }

    pub(crate) fn view(&self) -> StreetsView<'_> {
        let graph = &self.project.city.streets;
        let (metric, _) = self.metric();
        let joinable = |edge| self.is_joinable(edge);
        let index = SnapIndex::with_scraps(graph, joinable, |edge| self.is_scrap(edge));
        let link = self.base.link;
        let network = Network::new(graph, metric);
        let demand = Linkage::of_demand(&network, &index, &self.project.demand, joinable, link);
        StreetsView {
            link,
            index,
            streets: self,
            network,
            demand,
        }
    }
}

impl StreetsView<'_> {
    /// Other demand than the plan's joined to these streets.
    pub(crate) fn link_demand(&self, demand: &DemandSet) -> Linkage {
        let joinable = |edge| self.streets.is_joinable(edge);
        Linkage::of_demand(&self.network, &self.index, demand, joinable, self.link)
    }

    pub(crate) fn link_facilities(&self, facilities: &[Facility]) -> Linkage {
        Linkage::of_facilities(&self.network, &self.index, facilities, self.link)
    }

    /// Rows of some facilities to all demand points.
    pub(crate) fn rows(&self, facilities: &[Facility], limit: TravelTime) -> Rows {
        Rows::search(
            &self.network,
            &self.link_facilities(facilities),
            &self.demand,
            limit,
        )
    }
}

/// Whether a trip may begin or end on an edge.
fn is_open(graph: &StreetGraph, metric: &Metric, edge: EdgeId) -> bool {
    let origins = graph.origin_arcs(edge).iter();
    let mut arcs = origins.chain(graph.destination_arcs(edge));
    arcs.any(|&arc| metric.is_open(arc))
}

/// The time of the demand point that stands for a cell on the map.
pub(crate) fn typical_time(
    demand: &DemandSet,
    coverage: &ServiceCoverage,
    cell: coverage::CellRank,
) -> Option<TravelTime> {
    let point: DemandId = coverage.typical_point(demand, cell)?;
    coverage.times()[point.index()]
}
