//! Reported hazards of a plan: joined to streets, and what they do to them.

use std::collections::BTreeMap;

use coverage::{Hazard, HazardRules, Linkage, StreetEffect};
use graph::{EdgeId, StreetGraph};
use reach::SnapIndex;

use crate::project::profile_streets::ProfileStreets;

/// The hazards of a plan.
#[derive(Clone, Debug, Default)]
pub struct Hazards {
    /// All of them, in the order of their file.
    pub list: Vec<Hazard>,
    /// What each kind does to a street once hazards are heeded.
    pub rules: HazardRules,
    /// Whether the baseline heeds them.
    pub in_baseline: bool,
}

impl Hazards {
    /// The hazards joined to the streets of a profile.
    ///
    /// Cost: an index of the streets and a look-up for each hazard.
    pub(crate) fn joined(&self, graph: &StreetGraph, streets: &ProfileStreets) -> Linkage {
        let network = streets.kept.network(graph, &streets.metric);
        let index = SnapIndex::new(graph, |edge| streets.components.is_usable(edge));
        let positions: Vec<_> = self.list.iter().map(|hazard| hazard.position).collect();
        Linkage::of_positions(&network, &index, &positions, streets.link)
    }

    /// What they do to the streets of a profile.
    pub(crate) fn effects(
        &self,
        graph: &StreetGraph,
        streets: &ProfileStreets,
    ) -> Vec<(EdgeId, StreetEffect)> {
        let joined = self.joined(graph, streets);
        self.rules.effects(&self.list, &joined)
    }
}

/// How an effect is written.
pub(crate) fn effect_text(effect: StreetEffect) -> String {
    match effect {
        StreetEffect::Close => "close".to_owned(),
        StreetEffect::Slow { percent } => format!("{percent}%"),
    }
}

/// Names of the streets that hazards lie on, the first profile that joins one deciding.
pub(crate) fn streets_of_hazards(
    hazards: &Hazards,
    graph: &StreetGraph,
    profiles: &BTreeMap<String, ProfileStreets>,
) -> Vec<Option<String>> {
    let mut names = vec![None; hazards.list.len()];
    for profile in profiles.values() {
        let joined = hazards.joined(graph, profile);
        for (name, link) in names.iter_mut().zip(joined.links()) {
            if let (None, Some(link)) = (&name, link) {
                let street = graph.edge_name(link.place.point.edge).unwrap_or("");
                *name = Some(street.to_owned());
            }
        }
    }
    names
}
