//! Maximum flow by shortest augmenting paths (Ford and Fulkerson 1956), kept up to date while sites open and close, where serving costs nothing.
//!
//! In: sites that open and close; out: the least unserved weight, in steps, that the open sites leave.
//! A site that closes hands its rows to neighboring sites, which takes a few searches nearby instead of a new flow.

use crate::capacity::problem::CapacitatedProblem;
use crate::number::{at, ix};

const NONE: u32 = u32::MAX;

/// A maximum flow from rows to open sites, with the unserved weight by row.
#[derive(Clone, Debug)]
pub(crate) struct AugmentingFlow<'a> {
    pub(crate) problem: &'a CapacitatedProblem,
    /// Open candidates in arbitrary order; fixed sites are open besides.
    pub(crate) open: Vec<u32>,
    is_open: Vec<bool>,
    /// Residual capacity by site, in steps of weight.
    pub(crate) residual: Vec<i64>,
    /// By site, the rows that it serves.
    pub(crate) serves: Vec<Vec<u32>>,
    /// By row, the sites that serve it, with the amounts, all above 0.
    pub(crate) by: Vec<Vec<(u32, i64)>>,
    /// By row, the open sites in its reach.
    pub(crate) reach: Vec<Vec<u32>>,
    /// By row, its unserved weight.
    pub(crate) unserved: Vec<i64>,
    /// The rows with unserved weight, in arbitrary order, and by row its position there.
    pub(crate) unserved_rows: Vec<u32>,
    place: Vec<u32>,
    /// By site and by row, the latest search that reached it.
    site_met: Vec<u32>,
    row_met: Vec<u32>,
    search: u32,
    /// By site, whether it is dead: open, and without a residual path, since it is full, as are all sites that could take over its rows, and so on.
    ///
    /// Rows with unserved weight have dead sites only in reach, and so have the rows of a dead site.
    dead: Vec<bool>,
    /// By site, its predecessor in the search: the row that would move, and the site that it would move from or to.
    from: Vec<(u32, u32)>,
    queue: Vec<u32>,
    /// Open sites whose rows, or the sites that could take them over, changed since [`changed`](Self::changed) returned them; each once.
    changed: Vec<u32>,
    is_changed: Vec<bool>,
    /// Pairs visited.
    pub(crate) work: u64,
}

impl<'a> AugmentingFlow<'a> {
    /// The flow with only the fixed sites open.
    pub(crate) fn new(problem: &'a CapacitatedProblem) -> Self {
        let (n, n_rows) = (problem.site.len(), problem.n_rows());
        let mut new = Self {
            problem,
            open: Vec::new(),
            is_open: vec![false; n],
            residual: vec![0; n],
            serves: vec![Vec::new(); n],
            by: vec![Vec::new(); n_rows],
            reach: vec![Vec::new(); n_rows],
            unserved: vec![0; n_rows],
            unserved_rows: Vec::new(),
            place: vec![NONE; n_rows],
            site_met: vec![0; n],
            row_met: vec![0; n_rows],
            search: 0,
            dead: vec![false; n],
            from: vec![(NONE, NONE); n],
            queue: Vec::new(),
            changed: Vec::new(),
            is_changed: vec![false; n],
            work: 0,
        };
        for row in 0..ix(n_rows) {
            new.leave_unserved(row, problem.weight[at(row)]);
        }
        for site in problem.fixed() {
            new.let_serve(site);
        }
        new
    }

    pub(crate) fn is_open(&self, site: u32) -> bool {
        self.is_open[at(site)]
    }

    /// Whether the open site is known to have no residual path.
    pub(crate) fn is_dead(&self, site: u32) -> bool {
        self.dead[at(site)]
    }

    /// Opens a site and augments the flow through it.
    ///
    /// Cost: the site's pairs, and those of the full sites that hand rows over to it.
    pub(crate) fn open(&mut self, site: u32) {
        self.open.push(site);
        self.let_serve(site);
    }

    /// Closes a site and augments the flow of its rows through others.
    ///
    /// Cost: the site's pairs, and a search from each row that it served.
    pub(crate) fn close(&mut self, site: u32) {
        self.open.retain(|&s| s != site);
        self.is_open[at(site)] = false;
        for k in self.problem.first[at(site)]..self.problem.first[at(site) + 1] {
            let reach = &mut self.reach[at(self.problem.rows[k])];
            let place = reach.iter().position(|&s| s == site);
            reach.swap_remove(place.expect("an open site is listed at its rows"));
            self.work += 1;
        }
        self.change_around(site);
        let was_dead = std::mem::replace(&mut self.dead[at(site)], false);
        for row in std::mem::take(&mut self.serves[at(site)]) {
            let by = &mut self.by[at(row)];
            let place = by.iter().position(|p| p.0 == site);
            let amount = by.swap_remove(place.expect("it serves the row")).1;
            self.leave_unserved(row, amount);
            // The sites that could take over a dead site's rows are full.
            while !was_dead && self.unserved[at(row)] > 0 {
                let Some(end) = self.find_residual(row) else {
                    break;
                };
                self.move_along(row, end);
            }
        }
    }

    fn let_serve(&mut self, site: u32) {
        let problem = self.problem;
        self.is_open[at(site)] = true;
        self.residual[at(site)] = problem.capacity[at(site)];
        self.change(site);
        for k in problem.first[at(site)]..problem.first[at(site) + 1] {
            let row = problem.rows[k];
            self.reach[at(row)].push(site);
            self.work += 1;
            let amount = self.unserved[at(row)].min(self.residual[at(site)]);
            if amount > 0 {
                self.serve(site, row, amount);
                self.no_longer_missed(row, amount);
            }
        }
        self.draw(site);
    }

    fn serve(&mut self, site: u32, row: u32, amount: i64) {
        self.residual[at(site)] -= amount;
        self.change(site);
        if self.residual[at(site)] == 0 {
            self.change_around(site);
        }
        let by = &mut self.by[at(row)];
        if let Some(pair) = by.iter_mut().find(|p| p.0 == site) {
            pair.1 += amount;
        } else {
            by.push((site, amount));
            self.serves[at(site)].push(row);
        }
    }

    fn no_longer_serve(&mut self, site: u32, row: u32, amount: i64) {
        self.residual[at(site)] += amount;
        self.change(site);
        let by = &mut self.by[at(row)];
        let place = by.iter().position(|p| p.0 == site);
        let place = place.expect("it serves the row");
        by[place].1 -= amount;
        if by[place].1 == 0 {
            by.swap_remove(place);
            let rows = &mut self.serves[at(site)];
            let place = rows.iter().position(|&r| r == row);
            rows.swap_remove(place.expect("it serves the row"));
            self.work += u64::from(ix(rows.len()) / 4);
        }
    }

    fn change(&mut self, site: u32) {
        if !std::mem::replace(&mut self.is_changed[at(site)], true) {
            self.changed.push(site);
        }
    }

    /// Marks the open sites that share a row with this one as changed.
    fn change_around(&mut self, site: u32) {
        let problem = self.problem;
        for &row in &problem.rows[problem.first[at(site)]..problem.first[at(site) + 1]] {
            self.work += 1;
            for k in 0..self.by[at(row)].len() {
                self.change(self.by[at(row)][k].0);
            }
        }
    }

    /// An open site that changed since the last call; each is returned once.
    pub(crate) fn changed(&mut self) -> Option<u32> {
        while let Some(site) = self.changed.pop() {
            self.is_changed[at(site)] = false;
            if self.is_open[at(site)] {
                return Some(site);
            }
        }
        None
    }

    pub(crate) fn amount(&self, site: u32, row: u32) -> i64 {
        let served = self.by[at(row)].iter().find(|p| p.0 == site);
        served.expect("it serves the row").1
    }

    fn leave_unserved(&mut self, row: u32, amount: i64) {
        if amount > 0 && self.place[at(row)] == NONE {
            self.place[at(row)] = ix(self.unserved_rows.len());
            self.unserved_rows.push(row);
        }
        self.unserved[at(row)] += amount;
    }

    fn no_longer_missed(&mut self, row: u32, amount: i64) {
        self.unserved[at(row)] -= amount;
        if self.unserved[at(row)] == 0 {
            let place = std::mem::replace(&mut self.place[at(row)], NONE);
            self.unserved_rows.swap_remove(at(place));
            if let Some(&moved) = self.unserved_rows.get(at(place)) {
                self.place[at(moved)] = place;
            }
        }
    }

    /// Augments through one site of residual capacity: full sites hand rows over to it and serve unserved weight instead, until it is full or none is left in their reach.
    ///
    /// The search goes backwards, over dead sites alone: unserved weight is in reach of no others.
    fn draw(&mut self, site: u32) {
        while self.residual[at(site)] > 0 {
            self.search += 1;
            self.queue.clear();
            self.queue.push(site);
            self.site_met[at(site)] = self.search;
            let mut next = 0;
            let mut stands = true;
            while stands && next < self.queue.len() {
                let to = self.queue[next];
                next += 1;
                stands = self.meet_givers(to, site);
            }
            if !stands {
                continue;
            }
            // All of these have a residual path now.
            for &met in &self.queue {
                self.dead[at(met)] = false;
            }
            return;
        }
        // Its rows came from dead sites, which have no others in reach.
        self.dead[at(site)] = true;
    }

    /// Visits the dead sites that could hand a row over to this one, and serves unserved weight here; false once the path from here to residual capacity is used up.
    fn meet_givers(&mut self, to: u32, end: u32) -> bool {
        let problem = self.problem;
        for &row in &problem.rows[problem.first[at(to)]..problem.first[at(to) + 1]] {
            self.work += 1;
            if self.unserved[at(row)] > 0 && !self.take_in(row, to, end) {
                return false;
            }
            for &(by, _) in &self.by[at(row)] {
                if self.dead[at(by)] && self.site_met[at(by)] != self.search {
                    self.site_met[at(by)] = self.search;
                    self.from[at(by)] = (row, to);
                    self.queue.push(by);
                }
            }
        }
        true
    }

    /// Serves as much of a row as the path from this site to residual capacity bears; false when it is used up.
    fn take_in(&mut self, row: u32, first: u32, end: u32) -> bool {
        let mut amount = self.unserved[at(row)].min(self.residual[at(end)]);
        let mut least = i64::MAX;
        let mut by = first;
        while by != end {
            let (moved, to) = self.from[at(by)];
            least = least.min(self.amount(by, moved));
            by = to;
        }
        amount = amount.min(least);
        let mut by = first;
        while by != end {
            let (moved, to) = self.from[at(by)];
            self.no_longer_serve(by, moved, amount);
            self.serve(to, moved, amount);
            by = to;
        }
        self.serve(first, row, amount);
        self.no_longer_missed(row, amount);
        self.residual[at(end)] > 0 && amount < least
    }

    /// The nearest site of residual capacity on an augmenting path from a row.
    fn find_residual(&mut self, row: u32) -> Option<u32> {
        self.search += 1;
        self.queue.clear();
        if let Some(end) = self.meet(row, NONE) {
            return Some(end);
        }
        let mut next = 0;
        while next < self.queue.len() {
            let site = self.queue[next];
            next += 1;
            for k in 0..self.serves[at(site)].len() {
                let other = self.serves[at(site)][k];
                if self.row_met[at(other)] == self.search {
                    continue;
                }
                if let Some(end) = self.meet(other, site) {
                    return Some(end);
                }
            }
        }
        for &met in &self.queue {
            self.dead[at(met)] = true;
        }
        None
    }

    /// Visits the open sites in reach of a row that this site serves; stops at one of residual capacity.
    fn meet(&mut self, row: u32, by: u32) -> Option<u32> {
        self.row_met[at(row)] = self.search;
        for &site in &self.reach[at(row)] {
            self.work += 1;
            let s = at(site);
            if self.site_met[s] == self.search || self.dead[s] {
                continue;
            }
            self.site_met[s] = self.search;
            self.from[s] = (row, by);
            if self.residual[s] > 0 {
                return Some(site);
            }
            self.queue.push(site);
        }
        None
    }

    /// Augments along the path to this site.
    fn move_along(&mut self, row: u32, end: u32) {
        let mut amount = self.unserved[at(row)].min(self.residual[at(end)]);
        let mut site = end;
        loop {
            let (moved, by) = self.from[at(site)];
            if by == NONE {
                break;
            }
            amount = amount.min(self.amount(by, moved));
            site = by;
        }
        let mut site = end;
        loop {
            let (moved, by) = self.from[at(site)];
            self.serve(site, moved, amount);
            if by == NONE {
                break;
            }
            self.no_longer_serve(by, moved, amount);
            site = by;
        }
        self.no_longer_missed(row, amount);
    }

    /// Rows that compete with this one for capacity: those served by full sites in its reach, directly or over others; itself first.
    pub(crate) fn rivals(&mut self, row: u32, rivals: &mut Vec<u32>) {
        rivals.clear();
        self.search += 1;
        self.queue.clear();
        rivals.push(row);
        self.row_met[at(row)] = self.search;
        let mut next = 0;
        while next < rivals.len() {
            let row = rivals[next];
            next += 1;
            for k in 0..self.reach[at(row)].len() {
                let site = self.reach[at(row)][k];
                self.work += 1;
                if std::mem::replace(&mut self.site_met[at(site)], self.search) == self.search {
                    continue;
                }
                for &other in &self.serves[at(site)] {
                    self.work += 1;
                    if std::mem::replace(&mut self.row_met[at(other)], self.search) != self.search {
                        rivals.push(other);
                    }
                }
            }
        }
    }

    /// Whether the last call of [`rivals`](Self::rivals) returned the row.
    pub(crate) fn is_rival(&self, row: u32) -> bool {
        self.row_met[at(row)] == self.search
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::transportation::assign;
    use crate::instance::sparse_rows::CountedRows;
    use crate::question::Question;
    use crate::random::Rng;

    /// Sites and demand at random, each pair with a chance of one in `sparse`.
    fn problem(seed: u64, n_sites: usize, n_rows: u32, sparse: usize) -> CapacitatedProblem {
        let mut rng = Rng::new(seed);
        let mut number = |n: usize| u64::try_from(rng.below(n)).unwrap();
        let mut rows = CountedRows {
            weight: (0..n_rows).map(|_| number(30)).collect(),
            first: vec![0],
            ..CountedRows::default()
        };
        for _ in 0..n_sites {
            rows.demand
                .extend((0..n_rows).filter(|_| number(sparse) == 0));
            rows.first.push(rows.demand.len());
        }
        let capacities = (0..n_sites).map(|_| number(120)).collect();
        let instance = rows.build().unwrap().with_capacities(capacities).unwrap();
        CapacitatedProblem::new(&instance, &Question::lscp(0)).unwrap()
    }

    /// Every amount is listed on both sides, and all adds up.
    fn adds_up(plan: &AugmentingFlow) {
        let problem = plan.problem;
        let mut residual = problem.capacity.clone();
        for (row, by) in plan.by.iter().enumerate() {
            let mut served = 0;
            for &(site, amount) in by {
                assert!(amount > 0 && plan.is_open(site));
                assert!(plan.reach[row].contains(&site));
                assert!(plan.serves[at(site)].contains(&ix(row)));
                residual[at(site)] -= amount;
                served += amount;
            }
            assert_eq!(served + plan.unserved[row], problem.weight[row]);
            assert_eq!(
                plan.unserved[row] > 0,
                plan.unserved_rows.contains(&ix(row))
            );
        }
        for &site in &plan.open {
            assert_eq!(residual[at(site)], plan.residual[at(site)]);
            assert!(residual[at(site)] >= 0);
        }
        let pairs: usize = plan.serves.iter().map(Vec::len).sum();
        assert_eq!(pairs, plan.by.iter().map(Vec::len).sum::<usize>());
    }

    #[test]
    fn sites_that_open_and_close_leave_no_more_unserved_than_a_new_assignment() {
        let mut n_unserved = 0;
        for (seed, sparse) in [(1, 4), (2, 8), (3, 15), (4, 30)] {
            let problem = problem(seed, 40, 120, sparse);
            let mut plan = AugmentingFlow::new(&problem);
            let mut rng = Rng::new(seed);
            for _ in 0..400 {
                let site = ix(rng.below(40));
                if plan.is_open(site) {
                    plan.close(site);
                } else {
                    plan.open(site);
                }
                adds_up(&plan);
                let unserved = assign(&problem, &plan.open).unserved;
                assert_eq!(plan.unserved.iter().sum::<i64>(), unserved, "seed {seed}");
                n_unserved += usize::from(unserved > 0);
            }
        }
        assert!(
            n_unserved > 1_000,
            "{n_unserved} of 1,600 sets miss something"
        );
    }
}
