use std::sync::Arc;

use coverage::{DemandSet, Facility, Linkage, Obstacle, Rows};
use graph::{Components, EdgeId, GatePolicies, GatePolicy, Metric, Policies, StreetGraph};
use reach::{IsochroneIndex, IsochroneSpace, Network, SnapIndex};
use units::TravelTime;

use crate::evaluate::modified_metric::{slowed, two_way};
use crate::evaluate::state::State;
use crate::project::Project;
use crate::project::kept_streets::KeptStreets;
use crate::project::profile_streets::ProfileStreets;

/// The streets of one profile under one scenario, owning what the scenario changed.
pub(crate) struct ScenarioStreets<'a> {
    project: &'a Project,
    base: &'a ProfileStreets,
    changed: Option<ChangedStreets>,
}

/// What a scenario makes of the streets of a profile.
struct ChangedStreets {
    metric: Metric,
    /// What hangs together under it when it may open streets.
    opened: Option<Components>,
    kept: KeptStreets,
}

/// Streets ready for searching, with the demand joined to them.
pub(crate) struct StreetsView<'a> {
    pub(crate) link: coverage::LinkOptions,
    pub(crate) index: Arc<SnapIndex>,
    streets: &'a ScenarioStreets<'a>,
    pub(crate) network: Network<'a>,
    pub(crate) demand: Arc<Linkage>,
}

impl<'a> ScenarioStreets<'a> {
    /// The streets of a profile as a scenario leaves them.
    pub(crate) fn of(state: &State<'a>, profile: &str) -> Self {
        Self::with(state, profile, &state.policies)
    }

    /// The same without an obstacle; `None` when they know none of it.
    pub(crate) fn without(state: &State<'a>, profile: &str, obstacle: Obstacle) -> Option<Self> {
        let graph = &state.project.city.streets;
        let usual = Self::of(state, profile);
        let streets = match obstacle {
            Obstacle::Gate => {
                let mut policies = state.policies.clone();
                policies.gates = GatePolicies {
                    citywide: Some(GatePolicy::Through),
                    ..GatePolicies::default()
                };
                Self::with(state, profile, &policies)
            }
            Obstacle::OneWay => {
                let metric = two_way(graph, usual.metric().0);
                let opened = Components::of(graph, &metric);
                Self {
                    changed: Some(ChangedStreets {
                        metric,
                        opened: Some(opened),
                        kept: KeptStreets::new(&usual.project.layouts),
                    }),
                    project: usual.project,
                    base: usual.base,
                }
            }
            Obstacle::Water => return None,
        };
        let differs = streets.metric().0.fingerprint() != usual.metric().0.fingerprint();
        differs.then_some(streets)
    }

    /// The same under other policies.
    pub(crate) fn with(state: &State<'a>, profile: &str, policies: &Policies) -> Self {
        let project = state.project;
        let base = &project.profiles[profile];
        let graph = &project.city.streets;
        let policies_differ = *policies != project.policies;
        let effects = if state.heeds_hazards {
            project.hazards.effects(graph, base)
        } else {
            Vec::new()
        };
        let closes_or_slows = !state.closed_edges.is_empty() || !effects.is_empty();
        let changed = (policies_differ || closes_or_slows).then(|| {
            let allowed = policies_differ.then(|| Metric::of(graph, &base.profile, policies));
            let metric = allowed
                .as_ref()
                .unwrap_or(&base.metric)
                .with_closed_edges(graph, state.closed_edges.iter().copied());
            let metric = if effects.is_empty() {
                metric
            } else {
                slowed(graph, &metric, &effects)
            };
            // Closing streets changes times only; other policies may open the way into a scrap.
            let opened = policies_differ.then(|| Components::of(graph, &metric));
            ChangedStreets {
                metric,
                opened,
                kept: KeptStreets::new(&project.layouts),
            }
        });
        Self {
            project,
            base,
            changed,
        }
    }
}

impl ScenarioStreets<'_> {
    /// Travel times, and the networks of the baseline.
    pub(crate) fn metric(&self) -> (&Metric, &Components) {
        let changed = self.changed.as_ref().map(|changed| &changed.metric);
        (changed.unwrap_or(&self.base.metric), &self.base.components)
    }

    /// What places are joined to: the open streets of the baseline's networks, and those that the
    /// scenario joins to one.
    pub(crate) fn is_joinable(&self, edge: EdgeId) -> bool {
        let Some(ChangedStreets { metric, opened, .. }) = &self.changed else {
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
            Some(changed) => {
                is_open(&self.project.city.streets, &changed.metric, edge)
                    && !self.is_joinable(edge)
            }
        }
    }

    /// What is kept for the metric of these streets.
    fn kept(&self) -> &KeptStreets {
        let changed = self.changed.as_ref().map(|changed| &changed.kept);
        changed.unwrap_or(&self.base.kept)
    }

    /// The streets laid out for searching, once for each metric.
    pub(crate) fn network(&self) -> Network<'_> {
        let (metric, _) = self.metric();
        self.kept().network(&self.project.city.streets, metric)
    }

    /// Every street that may be travelled, as outlines need them, and memory to draw in.
    pub(crate) fn with_isochrones<T>(
        &self,
        work: impl FnOnce(&IsochroneIndex, &mut IsochroneSpace) -> T,
    ) -> T {
        let kept = self.kept();
        let index = kept.isochrones(|| {
            let graph = &self.project.city.streets;
            IsochroneIndex::new(graph, |edge| self.is_joinable(edge) || self.is_scrap(edge))
        });
        kept.with_space(|space| work(index, space))
    }

    pub(crate) fn view(&self) -> StreetsView<'_> {
        let graph = &self.project.city.streets;
        let joinable = |edge| self.is_joinable(edge);
        let (link, network, kept) = (self.base.link, self.network(), self.kept());
        let index =
            kept.index(|| SnapIndex::with_scraps(graph, joinable, |edge| self.is_scrap(edge)));
        let demand = kept
            .demand(|| Linkage::of_demand(&network, index, &self.project.demand, joinable, link));
        StreetsView {
            link,
            index: Arc::clone(index),
            streets: self,
            demand: Arc::clone(demand),
            network,
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
