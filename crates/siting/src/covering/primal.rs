//! A heuristic that the search for a bound asks for answers.

/// Finds answers; the search asks it in turn with the bound.
pub(crate) trait Primal: Send {
    /// Tries these sites, as far as the rules allow, and what lies near them.
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync));
    /// Tries something else, for about so much work.
    fn shake(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync));
    /// The best answer so far and its aim, which is to be small.
    fn best(&self) -> Option<(i64, &[u32])>;
    /// Pairs looked at.
    fn work(&self) -> u64;
}
