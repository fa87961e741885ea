//! Reported hazards of a plan: read, joined to streets, and what they do to them.

use std::collections::BTreeMap;

use coverage::{Hazard, HazardKind, HazardRules, Linkage, StreetEffect};
use formats::{Area, hazards};
use graph::{EdgeId, StreetGraph};
use reach::{Network, SnapIndex};

use crate::plan::problem::Problems;
use crate::plan::spec::HazardsSpec;
use crate::project::ProfileStreets;
use crate::resolve::sources::{Reader, outside};

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
    /// Reads the hazards of a plan.
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        spec: Option<&HazardsSpec>,
        problems: &mut Problems,
    ) -> Self {
        let Some(spec) = spec else {
            return Self::default();
        };
        let mut rules = HazardRules::default();
        for (kind, effect) in &spec.effects {
            let place = format!("[hazards.effects], {kind}");
            let kind = problems.keep(&place, kind.parse::<HazardKind>());
            let effect = problems.keep(&place, street_effect(effect));
            if let (Some(kind), Some(effect)) = (kind, effect) {
                rules = rules.with(kind, effect);
            }
        }
        rules.unconfirmed_count = spec.unconfirmed_count;
        let area = Area {
            outline: reader.area.outline().clone(),
            name: "the study area".to_owned(),
            outside: outside(spec.from.outside),
        };
        let read = reader.file("[hazards]", &spec.from).and_then(|source| {
            let loaded = hazards::read(&source, Some(&area));
            reader.take("[hazards]", loaded)
        });
        let list = match read {
            Ok(list) => list,
            Err(more) => {
                problems.extend(more);
                Vec::new()
            }
        };
        Self {
            list,
            rules,
            in_baseline: spec.in_baseline,
        }
    }

    /// The hazards joined to the streets of a profile.
    ///
    /// Cost: an index of the streets and a look-up for each hazard.
    pub(crate) fn joined(&self, graph: &StreetGraph, streets: &ProfileStreets) -> Linkage {
        let network = Network::new(graph, &streets.metric);
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

/// `close`, or a share of the speed: `50%`.
fn street_effect(text: &str) -> Result<StreetEffect, String> {
    let wrong =
        || format!("`{text}` is no effect; write `close`, or a share of the speed as `50%`");
    if text == "close" {
        return Ok(StreetEffect::Close);
    }
    let digits = text.strip_suffix('%').ok_or_else(wrong)?;
    match digits.trim().parse() {
        Ok(percent @ 1..=99) => Ok(StreetEffect::Slow { percent }),
        _ => Err(wrong()),
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
