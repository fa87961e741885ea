//! Effort of a search: exact or not, seed, work limit, and the moment to stop.

use crate::question::Share;

/// Work limit, seed and stopping rule of a search.
///
/// The answer depends on `exact`, `seed`, `good_enough` and `work` only, not on the number of threads; when `stop` ends the search, it depends on the moment.
#[derive(Clone, Copy)]
pub struct Effort<'a> {
    /// Whether to search until the answer is proven, or `stop`.
    pub exact: bool,
    /// Seed of the random moves.
    pub seed: u64,
    /// Without `exact`: the optimality gap at which the answer is good enough.
    pub good_enough: Share,
    /// Without `exact`: most work, in pairs visited; some 500 million a second and core.
    pub work: u64,
    /// Polled by the search; once true, the best answer so far is returned with a valid bound.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl std::fmt::Debug for Effort<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Effort")
            .field("exact", &self.exact)
            .field("seed", &self.seed)
            .field("good_enough", &self.good_enough)
            .field("work", &self.work)
            .finish_non_exhaustive()
    }
}

impl Effort<'_> {
    /// The seed when none is given.
    pub const SEED: u64 = 1;
    /// The optimality gap that is good enough unless the answer is to be exact: 0.2 %, well under what the input data know.
    pub const GOOD_ENOUGH: Share = Share(2_000);
    /// The work limit when none is given: some seconds.
    pub const WORK: u64 = 5_000_000_000;

    /// A good answer within seconds.
    pub fn quick() -> Self {
        Self {
            exact: false,
            seed: Self::SEED,
            good_enough: Self::GOOD_ENOUGH,
            work: Self::WORK,
            stop: &|| false,
        }
    }

    /// The proven best answer, however long it takes.
    pub fn exact() -> Self {
        Self {
            exact: true,
            ..Self::quick()
        }
    }
}
