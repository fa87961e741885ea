//! The interface of a primal heuristic, as the search for a bound calls it.

/// A primal heuristic, which keeps the best answer; the search runs it beside the bound.
pub(crate) trait PrimalHeuristic: Send {
    /// Improves on these sites, as far as number, budget and spacing allow them.
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync));
    /// Searches on for about `quota` units of work.
    fn shake(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync));
    /// The least objective so far, and its sites.
    fn best(&self) -> Option<(i64, &[u32])>;
    /// Pairs visited.
    fn work(&self) -> u64;
}
