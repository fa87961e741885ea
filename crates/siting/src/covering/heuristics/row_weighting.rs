//! Row weighting local search (Gao, Weise and Li 2015, for unicost set covering): one open site closes, and sites that cover uncovered rows open, again and again.
//!
//! The loop is shared by covers with and without capacities; the choice of the site to close, of the site to open and the weights of rows are each implementation's own.

/// A set of open sites that is to cover every row, and the best cover so far.
pub(crate) trait RowWeighting {
    /// Opening cost of the open sites.
    fn opening_cost(&self) -> i64;
    /// The least opening cost of a cover so far, and its sites.
    fn best(&self) -> Option<(i64, &[u32])>;
    /// Pairs visited.
    fn work(&self) -> u64;
    /// Opens these sites, as far as number, budget and spacing allow, and closes the others.
    fn become_these(&mut self, sites: &[u32]);
    /// Starts a step; returns whether every row is covered.
    fn step(&mut self) -> bool;
    /// Keeps the open sites if they are the best cover so far; returns whether they are.
    fn keep(&mut self) -> bool;
    /// Closes the site of least weighted loss; false when none is open.
    fn take_away(&mut self) -> bool;
    /// Opens the best site for an uncovered row, as long as the opening cost stays below the best, and raises the weights of uncovered rows.
    fn mend(&mut self);

    /// Searches for about `quota` units of work, from the best cover when the open sites are no cheaper; returns whether a better one was found.
    fn search(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let until = self.work().saturating_add(quota);
        let dear = self.best().filter(|b| self.opening_cost() >= b.0);
        if let Some(sites) = dear.map(|b| b.1.to_vec()) {
            self.become_these(&sites);
        }
        let mut better = false;
        while self.work() < until && !stop() {
            let whole = self.step();
            if whole {
                better |= self.keep();
            }
            if !self.take_away() {
                break;
            }
            if !whole {
                self.mend();
            }
        }
        better
    }
}
