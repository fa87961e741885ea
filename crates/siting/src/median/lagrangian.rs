//! The p-median question in the form its solvers share, and its Lagrangian bound.
//!
//! A row is a demand point, with the sites that can serve it by ascending cost; what fixed sites offer is a price at which the row can be served anyway.
//! The bound relaxes that every row is served (Narula, Ogbu and Samuelsson 1977): a site is then worth what it saves the rows against their multipliers.
//! Only pairs cheaper than the row's multiplier are looked at, which are few.

use std::cmp::Reverse;

use crate::branch_and_bound::dual_bound::{Ascent, Dual};
use crate::branch_and_bound::knapsack::Choice;
use crate::branch_and_bound::subgradient::{Climb, Walk};
use crate::branch_and_bound::subproblem::Part;
use crate::branch_and_bound::tree::Branching;
use crate::instance::{Instance, SiteIx, Standing};
use crate::number::{at, float, ix};
use crate::question::Question;

/// Rows that are to be served, and candidates.
#[derive(Clone, Debug)]
pub(crate) struct Median {
    pub(crate) site: Vec<SiteIx>,
    /// The demand point of each row.
    pub(crate) demand: Vec<u32>,
    pub(crate) first: Vec<usize>,
    /// By row: sites by ascending cost, then number.
    pub(crate) who: Vec<u32>,
    /// Weight × cost of these, scaled.
    pub(crate) cost: Vec<i64>,
    /// What the row costs without a new site: by a fixed site, or a penalty when there is none.
    pub(crate) anyway: Vec<i64>,
    /// Whether a fixed site serves the row anyway.
    pub(crate) served: Vec<bool>,
    /// What rows cost that no new site can improve, scaled.
    pub(crate) base: i64,
    /// The demand points of `base` with their costs.
    pub(crate) settled: Vec<(u32, i64)>,
    pub(crate) n_new: usize,
    pub(crate) price: Vec<i64>,
    pub(crate) money: Option<i64>,
    pub(crate) near: Vec<Vec<u32>>,
    /// Some demand point has to be served, and all that could serve it is too near a fixed site.
    pub(crate) hopeless: bool,
    /// Scaled = exact × 2^`bits`, rounded down when negative.
    pub(crate) bits: i32,
}

impl Median {
    /// Cost: sorting the pairs of each demand point.
    pub(crate) fn new(instance: &Instance, question: &Question) -> Self {
        let radius = question.radius.unwrap_or(u64::MAX);
        let turned = crate::instance::candidates::candidates(instance);
        let mut place = vec![u32::MAX; instance.n_sites()];
        for (k, site) in turned.iter().enumerate() {
            place[site.index()] = ix(k);
        }
        let exact = |d: usize, cost: u64| i128::from(instance.weight[d]) * i128::from(cost);
        let pairs_of = |d: usize| {
            let demand = crate::instance::DemandIx(ix(d));
            instance
                .served_by(demand)
                .filter(move |&(_, cost)| cost <= radius)
        };
        // The largest sums decide how many bits of fraction there are.
        let mut dearest = vec![0_i128; instance.n_demand()];
        for (d, most) in dearest.iter_mut().enumerate() {
            let open_able = pairs_of(d).filter(|p| instance.standing(p.0) != Standing::Forbidden);
            *most = open_able.map(|(_, c)| exact(d, c)).max().unwrap_or(0);
        }
        let top = dearest.iter().copied().max().unwrap_or(0).max(1);
        let penalty = |d: usize| (4 * dearest[d]).max(top);
        let total: i128 = (0..instance.n_demand()).map(penalty).sum();
        let used = i32::try_from(128 - total.leading_zeros()).expect("at most 128");
        let bits = (60 - used).min(20);
        let scaled = |value: i128| -> i64 {
            let moved = if bits >= 0 {
                value << bits
            } else {
                value >> -bits
            };
            i64::try_from(moved).expect("scaled sums fit 61 bits")
        };
        let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let mut new = Self {
            demand: Vec::new(),
            first: vec![0],
            who: Vec::new(),
            cost: Vec::new(),
            anyway: Vec::new(),
            served: Vec::new(),
            base: 0,
            settled: Vec::new(),
            n_new: question.n_sites.map_or(turned.len(), at).min(turned.len()),
            price: match question.budget {
                Some(_) => turned
                    .iter()
                    .map(|&s| whole(instance.price(s).unwrap_or(0)))
                    .collect(),
                None => Vec::new(),
            },
            money: question.budget.map(whole),
            near: crate::instance::candidates::near(instance, &turned),
            site: turned,
            hopeless: false,
            bits,
        };
        let mut row: Vec<(i64, u32)> = Vec::new();
        for d in 0..instance.n_demand() {
            row.clear();
            let mut fixed: Option<i64> = None;
            for (site, cost) in pairs_of(d) {
                let cost = scaled(exact(d, cost));
                if instance.standing(site) == Standing::Fixed {
                    fixed = Some(fixed.map_or(cost, |f| f.min(cost)));
                } else if place[site.index()] != u32::MAX {
                    row.push((cost, place[site.index()]));
                }
            }
            if let Some(fixed) = fixed {
                row.retain(|&(cost, _)| cost < fixed);
                if row.is_empty() {
                    new.base += fixed;
                    new.settled.push((ix(d), fixed));
                }
            }
            if row.is_empty() {
                let mut open_able = pairs_of(d).map(|p| instance.standing(p.0));
                new.hopeless |= fixed.is_none() && open_able.any(|s| s == Standing::Candidate);
                continue;
            }
            row.sort_unstable();
            new.demand.push(ix(d));
            new.who.extend(row.iter().map(|p| p.1));
            new.cost.extend(row.iter().map(|p| p.0));
            new.first.push(new.who.len());
            new.served.push(fixed.is_some());
            new.anyway.push(fixed.unwrap_or_else(|| scaled(penalty(d))));
        }
        new
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.demand.len()
    }

    pub(crate) fn pairs(&self, row: usize) -> impl Iterator<Item = (u32, i64)> + '_ {
        let range = self.first[row]..self.first[row + 1];
        self.who[range.clone()]
            .iter()
            .copied()
            .zip(self.cost[range].iter().copied())
    }

    /// The least scaled bound that proves that nothing is better than `best`, an exact objective.
    pub(crate) fn enough(&self, best: i128) -> i64 {
        let least = if self.bits >= 0 {
            ((best - 1) << self.bits) + 1
        } else {
            let step = 1_i128 << -self.bits;
            (best + step - 1).div_euclid(step)
        };
        i64::try_from(least).unwrap_or(i64::MAX >> 1)
    }

    /// A scaled bound in exact steps, rounded up: objectives are whole.
    pub(crate) fn exact(&self, bound: i64) -> i128 {
        if self.bits >= 0 {
            let step = 1_i128 << self.bits;
            (i128::from(bound) + step - 1).div_euclid(step)
        } else {
            i128::from(bound) << -self.bits
        }
    }
}

/// One part of the question, written down without what is decided.
struct Relaxation<'a> {
    median: &'a Median,
    open: &'a [u32],
    site: Vec<u32>,
    row: Vec<u32>,
    first: Vec<usize>,
    who: Vec<u32>,
    cost: Vec<i64>,
    cap: Vec<i64>,
    /// Rows that no free site can improve, with what they cost.
    settled: Vec<(u32, i64)>,
    base: i64,
    room: usize,
    money: Option<i64>,
    price: Vec<i64>,
}

impl<'a> Relaxation<'a> {
    /// `None` when a row cannot be served, or the decided sites are too many or too dear.
    fn new(median: &'a Median, part: &'a Part) -> Option<Self> {
        let mut open = vec![false; median.site.len()];
        for &site in &part.open {
            open[at(site)] = true;
        }
        let site: Vec<u32> = part.free_sites().collect();
        let mut place = vec![u32::MAX; median.site.len()];
        for (k, &s) in site.iter().enumerate() {
            place[at(s)] = ix(k);
        }
        let price = |s: u32| median.price.get(at(s)).copied().unwrap_or(0);
        let spent: i64 = part.open.iter().map(|&s| price(s)).sum();
        let mut new = Self {
            median,
            open: &part.open,
            row: Vec::new(),
            first: vec![0],
            who: Vec::new(),
            cost: Vec::new(),
            cap: Vec::new(),
            settled: Vec::new(),
            base: median.base,
            room: median.n_new.checked_sub(part.open.len())?,
            money: median.money.map(|m| m - spent),
            price: match median.money {
                Some(_) => site.iter().map(|&s| price(s)).collect(),
                None => Vec::new(),
            },
            site,
        };
        if new.money.is_some_and(|m| m < 0) {
            return None;
        }
        for row in 0..median.n_rows() {
            let mut least = median.anyway[row];
            let mut served = median.served[row];
            let begin = new.who.len();
            for (site, cost) in median.pairs(row) {
                if open[at(site)] {
                    // Dearer pairs are of no use any more.
                    least = cost;
                    served = true;
                    break;
                }
                if place[at(site)] != u32::MAX {
                    new.who.push(place[at(site)]);
                    new.cost.push(cost);
                }
            }
            if new.who.len() == begin {
                if !served {
                    return None;
                }
                new.base += least;
                new.settled.push((ix(row), least));
                continue;
            }
            new.row.push(ix(row));
            new.first.push(new.who.len());
            new.cap.push(least);
        }
        Some(new)
    }

    /// What each site saves under these multipliers.
    fn values(&self, row: &[i64], value: &mut [i64]) -> u64 {
        value.fill(0);
        let mut work = 0;
        for (r, &m) in row.iter().enumerate() {
            let range = self.first[r]..self.first[r + 1];
            for (&cost, &k) in self.cost[range.clone()].iter().zip(&self.who[range]) {
                work += 1;
                if cost >= m {
                    break;
                }
                value[at(k)] += m - cost;
            }
        }
        work
    }

    /// How often each row is served by the chosen sites for less than its multiplier.
    fn served(&self, row: &[i64], chosen: &[u32], inside: &mut [bool], times: &mut [u32]) {
        for &k in chosen {
            inside[at(k)] = true;
        }
        for (r, &m) in row.iter().enumerate() {
            let range = self.first[r]..self.first[r + 1];
            let cheap = self.cost[range.clone()].iter().zip(&self.who[range]);
            let cheap = cheap.take_while(|(cost, _)| **cost < m);
            times[r] = ix(cheap.filter(|(_, k)| inside[at(**k)]).count());
        }
        for &k in chosen {
            inside[at(k)] = false;
        }
    }

    fn climb(&self, start: &Dual, climb: &Climb) -> Ascent {
        let n_rows = self.row.len();
        let choice = Choice {
            room: self.room,
            money: self.money,
            price: &self.price,
        };
        let from = |r: usize| start.row[at(self.row[r])].min(self.cap[r]);
        let mut row: Vec<i64> = (0..n_rows).map(from).collect();
        let mut value = vec![0; self.site.len()];
        let mut inside = vec![false; self.site.len()];
        let mut share = vec![0.0_f64; self.site.len()];
        let mut walk = Walk::new(n_rows, crate::branch_and_bound::subgradient::KEPT);
        let need = vec![1; n_rows];
        let mut chosen = Vec::new();
        let mut best: Option<Best> = None;
        let (mut length, mut idle, mut work) = (climb.length, 0, 0);
        for step in 1..=climb.steps.max(1) {
            work += 2 * self.values(&row, &mut value);
            let (sum, nu) = choice.best(&value, &mut chosen);
            let bound = self.base + row.iter().sum::<i64>() - sum;
            let fresh = if step == 1 { 1.0 } else { 0.1 };
            for s in &mut share {
                *s *= 1.0 - fresh;
            }
            for &k in &chosen {
                share[at(k)] += fresh;
            }
            let gained = best.as_ref().map_or(i64::MAX, |b| bound - b.bound);
            let progress = gained > (climb.target - bound).max(0) / 1_000;
            idle = if progress { 0 } else { idle + 1 };
            if gained > 0 {
                best = Some(Best {
                    bound,
                    nu,
                    row: row.clone(),
                    value: value.clone(),
                    chosen: chosen.clone(),
                });
            }
            if bound >= climb.enough || step == climb.steps || (climb.stop)() {
                break;
            }
            if idle >= climb.patience {
                idle = 0;
                length *= 0.6;
                if length < climb.shortest {
                    break;
                }
                if let Some(best) = &best {
                    row.clone_from(&best.row);
                    walk.direction.fill(0.0);
                    chosen.clone_from(&best.chosen);
                }
            }
            self.served(&row, &chosen, &mut inside, &mut walk.times);
            let ahead = length * float((climb.target - bound).max(1));
            if !walk.step(&mut row, &self.cap, &need, n_rows, ahead) {
                break;
            }
        }
        let best = best.expect("at least one step is made");
        self.ascent(best, &share, work)
    }

    fn ascent(&self, best: Best, share: &[f64], work: u64) -> Ascent {
        let Best {
            bound,
            nu,
            row,
            value,
            chosen,
        } = best;
        let choice = Choice {
            room: self.room,
            money: self.money,
            price: &self.price,
        };
        let (regret, inside) = choice.regrets(&value, nu, &chosen);
        let n_sites = self.median.site.len();
        let mut met: Vec<u32> = chosen.iter().map(|&k| self.site[at(k)]).collect();
        met.sort_unstable_by_key(|&s| (Reverse(share_of(&self.site, share, s)), s));
        let mut ascent = Ascent {
            bound,
            dual: Dual {
                row: vec![0; self.median.n_rows()],
                budget: nu,
                zone: Vec::new(),
                triple: Vec::new(),
            },
            regret: vec![0; n_sites],
            chosen: vec![false; n_sites],
            share: vec![0.0; n_sites],
            met: Some((self.open.iter().copied().chain(met).collect(), 0)),
            work,
        };
        for (k, &site) in self.site.iter().enumerate() {
            ascent.regret[at(site)] = regret[k];
            ascent.chosen[at(site)] = inside[k];
            ascent.share[at(site)] = share[k];
        }
        for &(whole, least) in &self.settled {
            ascent.dual.row[at(whole)] = least;
        }
        for (r, &whole) in self.row.iter().enumerate() {
            ascent.dual.row[at(whole)] = row[r];
        }
        ascent
    }
}

/// The best step of a climb.
struct Best {
    bound: i64,
    nu: i64,
    row: Vec<i64>,
    value: Vec<i64>,
    chosen: Vec<u32>,
}

/// The share in a whole number, for sorting.
fn share_of(sites: &[u32], share: &[f64], site: u32) -> i64 {
    let place = sites.binary_search(&site).expect("a site of the part");
    crate::number::rounded(share[place] * 1e6)
}

impl Branching for Median {
    fn n_sites(&self) -> usize {
        self.site.len()
    }

    fn n_new(&self) -> usize {
        self.n_new
    }

    fn near(&self, site: u32) -> Option<&[u32]> {
        self.near.get(at(site)).map(Vec::as_slice)
    }

    fn sites_of(&self, _row: u32) -> &[u32] {
        &[]
    }

    fn climb(&self, part: &Part, dual: &Dual, climb: &Climb) -> Option<Ascent> {
        Some(Relaxation::new(self, part)?.climb(dual, climb))
    }

    /// Closing all sites near a row says little here: others serve it, only dearer.
    fn rows_to_split(&self, _part: &Part, _ascent: &Ascent) -> Vec<u32> {
        Vec::new()
    }
}
