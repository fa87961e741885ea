//! The cheapest assignment of demand to open sites with capacities.
//!
//! A transportation problem with few sites and many rows: every row goes to its cheapest site, and what is too much there moves on along shortest paths in a graph of the open sites, to one with room or to nobody (successive shortest paths with potentials, Busacker and Gowen 1960, Edmonds and Karp 1972).
//! An arc of that graph leads from a site to another one that could take over one of its rows, at the least difference of their costs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::capacity::problem::Slots;
use crate::number::{at, ix};

/// Who serves whom, and what that proves.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Site, row, amount; by open site, rows ascending, amounts above 0.
    pub(crate) amounts: Vec<(u32, u32, i64)>,
    /// Weight that nobody serves.
    pub(crate) missed: i64,
    /// By row: what one more step of weight would cost, scaled, `lack` at most; the optimal multipliers for these sites.
    pub(crate) price: Vec<i64>,
    /// What serving costs, scaled, without what nobody serves.
    pub(crate) cost: i64,
    /// Pairs and arcs looked at.
    pub(crate) work: u64,
}

/// An arc of the graph of open sites; it ends at `NOBODY` when the row would not be served any more.
#[derive(Clone, Copy, Debug)]
struct Arc {
    head: u32,
    cost: i64,
    row: u32,
}

struct Transport<'a> {
    slots: &'a Slots,
    open: &'a [u32],
    /// By row, the open sites in reach with the cost of a step.
    reach_first: Vec<usize>,
    reach: Vec<(u32, i64)>,
    serves: Vec<BTreeMap<u32, i64>>,
    /// Negative where a site serves more than it can.
    room: Vec<i64>,
    left: Vec<i64>,
    arcs: Vec<Vec<Arc>>,
    work: u64,
}

/// Assigns all rows to the open sites, or to nobody, as cheaply as possible.
///
/// Invariant: by the potentials no row could be served for less elsewhere.
/// Ends because each path moves at least one step of weight from a site that has too much.
/// Cost: for each path a search among the open sites, and for each site on it a pass over the pairs of the rows it serves.
pub(crate) fn assign(slots: &Slots, open: &[u32]) -> Plan {
    let mut transport = Transport::new(slots, open);
    transport.place_cheapest();
    transport.relieve();
    transport.plan()
}

impl<'a> Transport<'a> {
    fn new(slots: &'a Slots, open: &'a [u32]) -> Self {
        let mut first = vec![0_usize; slots.n_rows() + 1];
        for &site in open {
            for (row, _) in slots.column(site) {
                first[at(row) + 1] += 1;
            }
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let mut reach = vec![(0, 0); first[first.len() - 1]];
        for (k, &site) in (0..).zip(open) {
            for (row, cost) in slots.column(site) {
                reach[next[at(row)]] = (k, cost);
                next[at(row)] += 1;
            }
        }
        let work = u64::try_from(reach.len()).expect("a count fits");
        Self {
            slots,
            open,
            reach_first: first,
            reach,
            serves: vec![BTreeMap::new(); open.len()],
            room: open.iter().map(|&s| slots.capacity[at(s)]).collect(),
            left: vec![0; slots.n_rows()],
            arcs: vec![Vec::new(); open.len()],
            work,
        }
    }

    fn reach(&self, row: usize) -> &[(u32, i64)] {
        &self.reach[self.reach_first[row]..self.reach_first[row + 1]]
    }

    /// Each row goes to a cheapest site, with room while there is one.
    fn place_cheapest(&mut self) {
        // Rows with the fewest sites first: they have the fewest chances later.
        let mut order: Vec<u32> = (0..ix(self.slots.n_rows()))
            .filter(|&r| self.slots.weight[at(r)] > 0)
            .collect();
        order.sort_by_key(|&r| (self.reach(at(r)).len(), r));
        for row in order {
            let mut left = self.slots.weight[at(row)];
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
                let amount = left.min(self.room[at(site)]);
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
        self.room[at(site)] -= amount;
    }

    fn no_longer(&mut self, site: u32, row: u32, amount: i64) {
        let rows = &mut self.serves[at(site)];
        let rest = rows.get_mut(&row).expect("it serves the row");
        *rest -= amount;
        if *rest == 0 {
            rows.remove(&row);
        }
        self.room[at(site)] += amount;
    }

    /// Writes down who could take over rows of this site.
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
            if self.slots.lack - here < least[nobody].0 {
                least[nobody] = (self.slots.lack - here, row);
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

    /// Moves on what is too much.
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
            if self.room[at(from)] >= 0 {
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
                if at(site) == n || self.room[at(site)] > 0 {
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
                // Only what is nearer than the end was left for good.
                let d = std::mem::replace(&mut distance[at(site)], i64::MAX);
                potential[at(site)] += d.min(far) - far;
            }
            queue.clear();
            self.shift(from, end, &before, &mut least);
        }
    }

    /// Moves as much as the path bears.
    fn shift(
        &mut self,
        from: u32,
        end: u32,
        before: &[Option<(u32, Arc)>],
        least: &mut [(i64, u32)],
    ) {
        let n = self.open.len();
        let mut amount = -self.room[at(from)];
        if at(end) < n {
            amount = amount.min(self.room[at(end)]);
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

    /// What one more step at each site would cost beside its own cost: nothing where there is room, else what moving another step away costs.
    fn site_prices(&mut self) -> Vec<i64> {
        let n = self.open.len();
        let far = |room: &i64| if *room > 0 { 0 } else { self.slots.lack };
        let mut price: Vec<i64> = self.room.iter().map(far).collect();
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

    fn plan(mut self) -> Plan {
        let by_site = self.site_prices();
        let price = (0..self.slots.n_rows()).map(|row| {
            let reach = self.reach(row).iter();
            let least = reach.map(|&(site, cost)| cost + by_site[at(site)]).min();
            least.map_or(self.slots.lack, |p| p.min(self.slots.lack))
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
        Plan {
            amounts,
            missed: self.left.iter().sum(),
            price,
            cost,
            work: self.work,
        }
    }
}
