//! Transportation problem by successive shortest paths with potentials (Busacker and Gowen 1960, Edmonds and Karp 1972): the cheapest assignment of demand to open sites.
//!
//! Few sites and many rows: every row starts at its cheapest site, and the excess of a site moves along shortest paths in a graph of the open sites, to residual capacity or to unserved.
//! An arc of that graph joins a site to another one that could take over one of its rows, at the least difference of their costs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::capacity::problem::CapacitatedProblem;
use crate::number::{at, ix};

/// An optimal assignment of demand to open sites, with its dual prices.
#[derive(Clone, Debug)]
pub(crate) struct TransportPlan {
    /// Site, row, amount; by open site, rows ascending, amounts above 0.
    pub(crate) amounts: Vec<(u32, u32, i64)>,
    /// Unserved weight.
    pub(crate) unserved: i64,
    /// By row: the cost of one more step of weight, scaled, `unserved_cost` at most; the optimal multipliers for these sites.
    pub(crate) price: Vec<i64>,
    /// Serving cost, scaled, without the cost of unserved weight.
    pub(crate) cost: i64,
    /// Pairs and arcs visited.
    pub(crate) work: u64,
}

/// An arc of the graph of open sites; it ends at `UNSERVED` when the row would not be served any more.
#[derive(Clone, Copy, Debug)]
struct Arc {
    head: u32,
    cost: i64,
    row: u32,
}

struct Transport<'a> {
    problem: &'a CapacitatedProblem,
    open: &'a [u32],
    /// By row, the open sites in reach with the cost of a step.
    reach_first: Vec<usize>,
    reach: Vec<(u32, i64)>,
    serves: Vec<BTreeMap<u32, i64>>,
    /// Residual capacity by site; negative where a site has too much.
    residual: Vec<i64>,
    left: Vec<i64>,
    arcs: Vec<Vec<Arc>>,
    work: u64,
}

/// The cheapest assignment of all rows to the open sites, or to unserved.
///
/// Invariant: by the potentials no row could be served for less elsewhere.
/// Ends because each path moves at least one step of weight from a site that has too much.
/// Cost: for each path a search among the open sites, and for each site on it a pass over the pairs of the rows it serves.
pub(crate) fn assign(problem: &CapacitatedProblem, open: &[u32]) -> TransportPlan {
    let mut transport = Transport::new(problem, open);
    transport.place_cheapest();
    transport.relieve();
    transport.plan()
}

impl<'a> Transport<'a> {
    fn new(problem: &'a CapacitatedProblem, open: &'a [u32]) -> Self {
        let mut first = vec![0_usize; problem.n_rows() + 1];
        for &site in open {
            for (row, _) in problem.column(site) {
                first[at(row) + 1] += 1;
            }
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let mut reach = vec![(0, 0); first[first.len() - 1]];
        for (k, &site) in (0..).zip(open) {
            for (row, cost) in problem.column(site) {
                reach[next[at(row)]] = (k, cost);
                next[at(row)] += 1;
            }
        }
        let work = u64::try_from(reach.len()).expect("a count fits");
        Self {
            problem,
            open,
            reach_first: first,
            reach,
            serves: vec![BTreeMap::new(); open.len()],
            residual: open.iter().map(|&s| problem.capacity[at(s)]).collect(),
            left: vec![0; problem.n_rows()],
            arcs: vec![Vec::new(); open.len()],
            work,
        }
    }

    fn reach(&self, row: usize) -> &[(u32, i64)] {
        &self.reach[self.reach_first[row]..self.reach_first[row + 1]]
    }

    /// Assigns each row to a cheapest site, with residual capacity while there is one.
    fn place_cheapest(&mut self) {
        // Rows with the fewest sites first: they have the fewest chances later.
        let mut order: Vec<u32> = (0..ix(self.problem.n_rows()))
            .filter(|&r| self.problem.weight[at(r)] > 0)
            .collect();
        order.sort_by_key(|&r| (self.reach(at(r)).len(), r));
        for row in order {
            let mut left = self.problem.weight[at(row)];
            let Some(least) = self.reach(at(row)).iter().map(|p| p.1).min() else {
                self.left[at(row)] = left;
                continue;
            };
            let mut last = 0;
            for k in self.reach_first[at(row)]..self.reach_first[at(row) + 1] {
                let (site, cost) = self.reach[k];
                if cost > least || left == 0 {
                    continue;
                }
                last = site;
                let amount = left.min(self.residual[at(site)]);
                if amount > 0 {
                    self.serve(site, row, amount);
                    left -= amount;
                }
            }
            if left > 0 {
                self.serve(last, row, left);
            }
        }
    }

    fn serve(&mut self, site: u32, row: u32, amount: i64) {
        *self.serves[at(site)].entry(row).or_default() += amount;
        self.residual[at(site)] -= amount;
    }

    fn no_longer(&mut self, site: u32, row: u32, amount: i64) {
        let rows = &mut self.serves[at(site)];
        let rest = rows.get_mut(&row).expect("it serves the row");
        *rest -= amount;
        if *rest == 0 {
            rows.remove(&row);
        }
        self.residual[at(site)] += amount;
    }

    /// Recomputes the arcs from this site.
    fn renew(&mut self, site: u32, least: &mut [(i64, u32)]) {
        let nobody = self.open.len();
        let mut arcs = std::mem::take(&mut self.arcs[at(site)]);
        arcs.clear();
        for &row in self.serves[at(site)].keys() {
            let reach = self.reach(at(row));
            let here = reach
                .iter()
                .find(|p| p.0 == site)
                .expect("it is in reach")
                .1;
            for &(head, cost) in reach {
                let (old, _) = least[at(head)];
                if head != site && cost - here < old {
                    if old == i64::MAX {
                        arcs.push(Arc { head, cost: 0, row });
                    }
                    least[at(head)] = (cost - here, row);
                }
            }
            if self.problem.unserved_cost - here < least[nobody].0 {
                least[nobody] = (self.problem.unserved_cost - here, row);
            }
            self.work += u64::from(ix(self.reach(at(row)).len()));
        }
        for arc in &mut arcs {
            let known = &mut least[at(arc.head)];
            (arc.cost, arc.row) = *known;
            *known = (i64::MAX, 0);
        }
        let (cost, row) = std::mem::replace(&mut least[nobody], (i64::MAX, 0));
        if cost < i64::MAX {
            arcs.push(Arc {
                head: ix(nobody),
                cost,
                row,
            });
        }
        self.arcs[at(site)] = arcs;
    }

    /// Moves the excess of all sites along shortest paths.
    fn relieve(&mut self) {
        let n = self.open.len();
        let mut least = vec![(i64::MAX, 0_u32); n + 1];
        for site in 0..ix(n) {
            self.renew(site, &mut least);
        }
        let mut potential = vec![0_i64; n + 1];
        let mut distance = vec![i64::MAX; n + 1];
        let mut before: Vec<Option<(u32, Arc)>> = vec![None; n + 1];
        let mut seen: Vec<u32> = Vec::new();
        let mut queue = BinaryHeap::new();
        let mut from = 0;
        while at(from) < n {
            if self.residual[at(from)] >= 0 {
                from += 1;
                continue;
            }
            distance[at(from)] = 0;
            seen.push(from);
            queue.push(Reverse((0_i64, from)));
            let mut end = None;
            while let Some(Reverse((d, site))) = queue.pop() {
                if d > distance[at(site)] {
                    continue;
                }
                if at(site) == n || self.residual[at(site)] > 0 {
                    end = Some((site, d));
                    break;
                }
                for &arc in &self.arcs[at(site)] {
                    self.work += 1;
                    let reached = d + arc.cost + potential[at(site)] - potential[at(arc.head)];
                    if reached < distance[at(arc.head)] {
                        if distance[at(arc.head)] == i64::MAX {
                            seen.push(arc.head);
                        }
                        distance[at(arc.head)] = reached;
                        before[at(arc.head)] = Some((site, arc));
                        queue.push(Reverse((reached, arc.head)));
                    }
                }
            }
            let (end, far) = end.expect("nobody can always be reached from a site that serves");
            for site in seen.drain(..) {
                // Only sites nearer than the end have their final distance.
                let d = std::mem::replace(&mut distance[at(site)], i64::MAX);
                potential[at(site)] += d.min(far) - far;
            }
            queue.clear();
            self.shift(from, end, &before, &mut least);
        }
    }

    /// Moves as much weight as the path bears.
    fn shift(
        &mut self,
        from: u32,
        end: u32,
        before: &[Option<(u32, Arc)>],
        least: &mut [(i64, u32)],
    ) {
        let n = self.open.len();
        let mut amount = -self.residual[at(from)];
        if at(end) < n {
            amount = amount.min(self.residual[at(end)]);
        }
        let mut path = Vec::new();
        let mut site = end;
        while site != from {
            let (tail, arc) = before[at(site)].expect("the path leads back");
            amount = amount.min(self.serves[at(tail)][&arc.row]);
            path.push((tail, arc));
            site = tail;
        }
        for &(tail, arc) in &path {
            self.no_longer(tail, arc.row, amount);
            if at(arc.head) == n {
                self.left[at(arc.row)] += amount;
            } else {
                self.serve(arc.head, arc.row, amount);
            }
        }
        for &(tail, _) in &path {
            self.renew(tail, least);
        }
        if at(end) < n {
            self.renew(end, least);
        }
    }

    /// Dual price by site, scaled: 0 with residual capacity, else the cost of moving one step away.
    fn site_prices(&mut self) -> Vec<i64> {
        let n = self.open.len();
        let far = |residual: &i64| {
            if *residual > 0 {
                0
            } else {
                self.problem.unserved_cost
            }
        };
        let mut price: Vec<i64> = self.residual.iter().map(far).collect();
        price.push(0);
        // Searching against the arcs; paths are short, so that a few rounds settle everything.
        let mut changed = true;
        while changed {
            changed = false;
            for site in 0..n {
                for arc in &self.arcs[site] {
                    self.work += 1;
                    let over = arc.cost + price[at(arc.head)];
                    if over < price[site] {
                        price[site] = over;
                        changed = true;
                    }
                }
            }
        }
        price
    }

    fn plan(mut self) -> TransportPlan {
        let by_site = self.site_prices();
        let price = (0..self.problem.n_rows()).map(|row| {
            let reach = self.reach(row).iter();
            let least = reach.map(|&(site, cost)| cost + by_site[at(site)]).min();
            least.map_or(self.problem.unserved_cost, |p| {
                p.min(self.problem.unserved_cost)
            })
        });
        let price = price.collect();
        let mut amounts = Vec::new();
        let mut cost = 0;
        for (k, rows) in (0_u32..).zip(&self.serves) {
            for (&row, &amount) in rows {
                let reach = self.reach(at(row)).iter();
                let step = reach.clone().find(|p| p.0 == k).expect("in reach").1;
                cost += amount * step;
                amounts.push((self.open[at(k)], row, amount));
            }
        }
        TransportPlan {
            amounts,
            unserved: self.left.iter().sum(),
            price,
            cost,
            work: self.work,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::sparse_rows::CountedRows;
    use crate::question::Question;
    use crate::random::Rng;

    /// Every site reaches every row; `costs` by site, then row.
    fn problem(weights: &[u64], capacities: &[u64], costs: &[&[u32]]) -> CapacitatedProblem {
        let n = u32::try_from(weights.len()).unwrap();
        let rows = CountedRows {
            weight: weights.to_vec(),
            first: (0..=costs.len()).map(|k| k * weights.len()).collect(),
            demand: costs.iter().flat_map(|_| 0..n).collect(),
            cost: Some(costs.concat()),
        };
        let instance = rows.build().unwrap();
        let instance = instance.with_capacities(capacities.to_vec()).unwrap();
        CapacitatedProblem::new(&instance, &Question::p_median(9)).unwrap()
    }

    #[test]
    fn what_is_too_much_at_a_site_moves_where_the_difference_is_least() {
        let problem = problem(&[4, 3], &[5, 10], &[&[1, 1], &[2, 5]]);
        let plan = assign(&problem, &[0, 1]);
        // Both rows are cheapest at site 0, which has 2 steps too many: row 0 moves for 1 more a step, row 1 would for 4.
        assert_eq!(plan.amounts, [(0, 0, 2), (0, 1, 3), (1, 0, 2)]);
        assert_eq!((plan.cost >> problem.bits, plan.unserved), (9, 0));
        // A further step of row 0 goes to site 1; one of row 1 pushes a step of row 0 there.
        let price: Vec<i64> = plan.price.iter().map(|p| p >> problem.bits).collect();
        assert_eq!(price, [2, 2]);
    }

    #[test]
    fn where_capacity_is_short_the_dear_steps_stay_unserved() {
        let problem = problem(&[4, 3], &[2, 2], &[&[1, 1], &[2, 5]]);
        let plan = assign(&problem, &[0, 1]);
        assert_eq!((plan.cost >> problem.bits, plan.unserved), (6, 3));
        assert!(plan.price.iter().all(|&price| problem.is_short(price)));
        let nothing = assign(&problem, &[]);
        assert_eq!((nothing.cost, nothing.unserved), (0, 7));
    }

    /// The least cost of serving the rows from `row` on, by trying every way to split each between the sites and nobody.
    fn cheapest(problem: &CapacitatedProblem, row: usize, capacity: &mut [i64]) -> i64 {
        if row == problem.n_rows() {
            return 0;
        }
        split(problem, row, 0, problem.weight[row], capacity)
    }

    /// The same with this much of the row left for the sites from `site` on.
    fn split(
        problem: &CapacitatedProblem,
        row: usize,
        site: usize,
        left: i64,
        capacity: &mut [i64],
    ) -> i64 {
        if site == capacity.len() {
            return left * problem.unserved_cost + cheapest(problem, row + 1, capacity);
        }
        let step = problem.column(ix(site)).find(|p| at(p.0) == row);
        let most = step.map_or(0, |_| left.min(capacity[site]));
        let mut least = i64::MAX;
        for amount in 0..=most {
            capacity[site] -= amount;
            let rest = split(problem, row, site + 1, left - amount, capacity);
            capacity[site] += amount;
            least = least.min(amount * step.map_or(0, |p| p.1) + rest);
        }
        least
    }

    #[test]
    fn no_split_is_cheaper_and_the_prices_prove_it() {
        let mut n_short = 0;
        for seed in 0..150 {
            let mut rng = Rng::new(seed);
            let mut number = |n: usize| u64::try_from(rng.below(n)).unwrap();
            let (n_sites, n_rows) = (3, 3);
            let mut rows = CountedRows {
                weight: (0..n_rows).map(|_| number(5)).collect(),
                first: vec![0],
                cost: Some(Vec::new()),
                ..CountedRows::default()
            };
            for _ in 0..n_sites {
                let reached: Vec<u32> = (0..n_rows).filter(|_| number(4) > 0).collect();
                let costs = reached.iter().map(|_| u32::try_from(number(9)).unwrap());
                rows.cost.as_mut().unwrap().extend(costs);
                rows.demand.extend(reached);
                rows.first.push(rows.demand.len());
            }
            let capacities = (0..n_sites).map(|_| number(7)).collect();
            let instance = rows.build().unwrap().with_capacities(capacities).unwrap();
            let question = match seed % 2 {
                0 => Question::p_median(3),
                _ => Question::mclp(8),
            };
            let problem = CapacitatedProblem::new(&instance, &question).unwrap();
            let plan = assign(&problem, &[0, 1, 2]);
            let value = plan.cost + plan.unserved * problem.unserved_cost;
            let mut capacity = problem.capacity.clone();
            let least = cheapest(&problem, 0, &mut capacity);
            assert_eq!(value, least, "seed {seed}");
            // Weak duality: these prices bound every assignment from below, and meet this one.
            let mut taken = Vec::new();
            let worth: i64 = (0..3)
                .map(|site| problem.worth(site, &plan.price, &mut taken))
                .sum();
            let priced = plan.price.iter().zip(&problem.weight);
            let priced: i64 = priced.map(|(price, weight)| price * weight).sum();
            assert_eq!(priced - worth, value, "seed {seed}");
            let mut left = problem.weight.clone();
            let mut residual = problem.capacity.clone();
            for &(site, row, amount) in &plan.amounts {
                assert!(amount > 0, "seed {seed}");
                residual[at(site)] -= amount;
                left[at(row)] -= amount;
            }
            assert!(residual.iter().chain(&left).all(|&r| r >= 0), "seed {seed}");
            assert_eq!(left.iter().sum::<i64>(), plan.unserved, "seed {seed}");
            n_short += u32::from(plan.unserved > 0);
        }
        assert!(n_short > 20 && n_short < 130, "{n_short}");
    }
}
