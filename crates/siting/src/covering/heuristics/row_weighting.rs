//! Row weighting local search: takes one open site away and mends what becomes bare, again and again.
//!
//! The loop that covers with and without capacities share (Gao, Weise and Li 2015, for unicost set covering); what is taken away, what helps and what rows weigh is theirs.

/// Open sites that are to serve every row, and the best set met.
pub(crate) trait RowWeighting {
    /// What the open sites cost.
    fn toll(&self) -> i64;
    /// The best set of sites and its toll.
    fn best(&self) -> Option<(i64, &[u32])>;
    /// Pairs looked at.
    fn work(&self) -> u64;
    /// Opens these sites, as far as the rules allow, and closes the others.
    fn become_these(&mut self, sites: &[u32]);
    /// A further step begins; says whether nothing is bare.
    fn step(&mut self) -> bool;
    /// Keeps the open sites if they are the best so far; says whether they are.
    fn keep(&mut self) -> bool;
    /// Closes the site that is missed least; false when none is open.
    fn take_away(&mut self) -> bool;
    /// Opens what helps a bare row most, as long as that leaves less than the best toll, and makes bare rows weigh more.
    fn mend(&mut self);

    /// Searches for about so much work, from the best set when the open sites are no cheaper; says whether a better one was found.
    fn search(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let until = self.work().saturating_add(quota);
        let dear = self.best().filter(|b| self.toll() >= b.0);
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
