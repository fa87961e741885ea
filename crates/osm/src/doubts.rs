//! What was dropped or doubted, counted by kind with the first examples.

use std::collections::{BTreeMap, BTreeSet};

use city::{Finding, FindingKind, OsmId};

/// How many examples of a kind are kept.
const N_EXAMPLES: usize = 5;

/// Findings being collected. The order of collecting does not matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings(BTreeMap<FindingKind, (u64, BTreeSet<OsmId>)>);

impl Findings {
    pub(crate) fn add(&mut self, kind: FindingKind, id: OsmId) {
        let (count, examples) = self.0.entry(kind).or_default();
        *count += 1;
        examples.insert(id);
        if examples.len() > N_EXAMPLES {
            examples.pop_last();
        }
    }

    pub(crate) fn finish(self) -> Vec<Finding> {
        let all = self.0.into_iter();
        all.map(|(kind, (count, examples))| Finding {
            kind,
            count,
            examples: examples.into_iter().collect(),
        })
        .collect()
    }
}
