//! Most demand served when every site can serve only so much: sites and assignment together.
//!
//! Demand may be split between sites, in whole steps of weight, so that the best assignment to open sites is a maximum flow.
//! The bound prices every step of weight; a site then serves the dearest demand in its reach until it is full.

use crate::bound::{Names, cases};
use crate::branch_and_bound::{Branching, Tree};
use crate::certificate::{Case, Certificate, Multipliers};
use crate::check::Proposal;
use crate::choice::Choice;
use crate::cover::{candidates, near};
use crate::error::Infeasible;
use crate::flow::{Flow, served_most};
use crate::instance::{DemandIx, Instance, SiteIx, Standing};
use crate::lagrange::{Ascent, Climb, Dual};
use crate::number::{at, float, ix, rounded};
use crate::part::Part;
use crate::presolve::Reduction;
use crate::question::{Effort, Question};
use crate::shake::Dice;
use crate::solution::{Finding, Method, Served};
use crate::solve::no_plan;

/// Candidates first, then the fixed sites.
pub(crate) struct Slots {
    site: Vec<SiteIx>,
    n_candidates: usize,
    pub(crate) first: Vec<usize>,
    pub(crate) rows: Vec<u32>,
    pub(crate) capacity: Vec<i64>,
    pub(crate) weight: Vec<i64>,
    n_new: usize,
    price: Vec<i64>,
    money: Option<i64>,
    near: Vec<Vec<u32>>,
    bits: u32,
}

impl Slots {
    fn new(instance: &Instance, question: &Question) -> Self {
        let radius = question.radius.unwrap_or(u64::MAX);
        let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let mut site = candidates(instance);
        let n_candidates = site.len();
        let near = near(instance, &site);
        site.extend(
            instance
                .sites()
                .filter(|&s| instance.standing(s) == Standing::Fixed),
        );
        let mut first = vec![0];
        let mut rows = Vec::new();
        for &s in &site {
            rows.extend(instance.serves(s).filter(|p| p.1 <= radius).map(|p| p.0.0));
            first.push(rows.len());
        }
        let weight: Vec<i64> = instance.weight.iter().map(|&w| whole(w)).collect();
        let total: i64 = weight.iter().sum();
        let used = 64 - total.max(1).leading_zeros();
        let capacity = |s: &SiteIx| whole(instance.capacity(*s).unwrap_or(u64::MAX)).min(total);
        Self {
            n_candidates,
            first,
            rows,
            capacity: site.iter().map(capacity).collect(),
            weight,
            n_new: question.n_sites.map_or(n_candidates, at).min(n_candidates),
            price: match question.budget {
                Some(_) => site
                    .iter()
                    .map(|&s| whole(instance.price(s).unwrap_or(0)))
                    .collect(),
                None => Vec::new(),
            },
            money: question.budget.map(whole),
            near,
            bits: 58_u32.saturating_sub(used).min(20),
            site,
        }
    }

    pub(crate) fn column(&self, site: u32) -> &[u32] {
        &self.rows[self.first[at(site)]..self.first[at(site) + 1]]
    }

    fn fixed(&self) -> impl Iterator<Item = u32> + use<> {
        ix(self.n_candidates)..ix(self.site.len())
    }

    /// What a site is worth when a step of a row's weight is worth its multiplier: the dearest first, until it is full.
    fn worth(&self, site: u32, row: &[i64], taken: &mut Vec<(u32, i64)>) -> i64 {
        taken.clear();
        taken.extend(self.column(site).iter().map(|&r| (r, self.weight[at(r)])));
        let all: i64 = taken.iter().map(|t| t.1).sum();
        let mut left = self.capacity[at(site)];
        if all > left {
            taken.sort_unstable_by_key(|t| (std::cmp::Reverse(row[at(t.0)]), t.0));
            for (_, amount) in taken.iter_mut() {
                *amount = left.min(*amount);
                left -= *amount;
            }
        }
        taken.iter().map(|&(r, amount)| amount * row[at(r)]).sum()
    }

    fn total(&self) -> i64 {
        self.weight.iter().sum()
    }

    /// A set of new sites with the fixed ones.
    fn with_fixed(&self, new: &[u32]) -> Vec<u32> {
        new.iter().copied().chain(self.fixed()).collect()
    }
}

impl Branching for Slots {
    fn n_sites(&self) -> usize {
        self.n_candidates
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

    #[expect(
        clippy::too_many_lines,
        reason = "one loop whose steps share all their state"
    )]
    fn climb(&self, part: &Part, dual: &Dual, climb: &Climb) -> Option<Ascent> {
        let price = |s: u32| self.price.get(at(s)).copied().unwrap_or(0);
        let room = self.n_new.checked_sub(part.open.len())?;
        let money = self
            .money
            .map(|m| m - part.open.iter().map(|&s| price(s)).sum::<i64>());
        if money.is_some_and(|m| m < 0) {
            return None;
        }
        let free: Vec<u32> = part.free_sites().collect();
        let prices: Vec<i64> = match money {
            Some(_) => free.iter().map(|&s| price(s)).collect(),
            None => Vec::new(),
        };
        let choice = Choice {
            room,
            money,
            price: &prices,
        };
        let open = self.with_fixed(&part.open);
        let unit = 1_i64 << self.bits;
        let mut row = dual.row.clone();
        let mut value = vec![0_i64; free.len()];
        let mut served = vec![0_i64; row.len()];
        let mut direction = vec![0.0_f64; row.len()];
        let mut share = vec![0.0_f64; free.len()];
        let (mut taken, mut chosen) = (Vec::new(), Vec::new());
        let mut best: Option<Best> = None;
        let (mut length, mut idle, mut work) = (climb.length, 0, 0_u64);
        for step in 1..=climb.steps.max(1) {
            served.fill(0);
            let mut sum = 0;
            for &site in &open {
                sum += self.worth(site, &row, &mut taken);
                for &(r, amount) in &taken {
                    served[at(r)] += amount;
                }
            }
            for (&site, value) in free.iter().zip(&mut value) {
                *value = self.worth(site, &row, &mut taken);
            }
            work += 4 * u64::try_from(self.rows.len()).expect("a count fits");
            let (picked, nu) = choice.best(&value, &mut chosen);
            for &k in &chosen {
                self.worth(free[at(k)], &row, &mut taken);
                for &(r, amount) in &taken {
                    served[at(r)] += amount;
                }
            }
            let priced: i64 = row.iter().zip(&self.weight).map(|(m, w)| m * w).sum();
            let bound = priced - sum - picked;
            let fresh = if step == 1 { 1.0 } else { 0.1 };
            for s in &mut share {
                *s *= 1.0 - fresh;
            }
            for &k in &chosen {
                share[at(k)] += fresh;
            }
            let gained = best.as_ref().map_or(i64::MAX, |b| bound - b.0);
            let progress = gained > (climb.target - bound).max(0) / 1_000;
            idle = if progress { 0 } else { idle + 1 };
            if gained > 0 {
                best = Some((bound, nu, row.clone(), value.clone(), chosen.clone()));
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
                    row.clone_from(&best.2);
                    direction.fill(0.0);
                }
                continue;
            }
            // Steps are taken in weight × multiplier, so that heavy rows do not rush ahead.
            let mut norm = 0.0;
            for (r, d) in direction
                .iter_mut()
                .enumerate()
                .filter(|(r, _)| self.weight[*r] > 0)
            {
                let slope = 1.0 - float(served[r]) / float(self.weight[r]);
                *d = 0.7 * *d + 0.3 * slope;
                if !(*d < 0.0 && row[r] == 0 || *d > 0.0 && row[r] == unit) {
                    norm += *d * *d;
                }
            }
            if norm <= 0.0 {
                break;
            }
            let stride = length * float((climb.target - bound).max(1)) / norm;
            for (r, d) in direction
                .iter()
                .enumerate()
                .filter(|(r, _)| self.weight[*r] > 0)
            {
                let moved = row[r] + rounded(stride * d / float(self.weight[r]));
                row[r] = moved.clamp(0, unit);
            }
        }
        let (bound, nu, row, value, chosen) = best.expect("at least one step is made");
        let (regret, inside) = choice.regrets(&value, nu, &chosen);
        let mut ascent = Ascent {
            bound,
            dual: Dual {
                row,
                budget: nu,
                zone: Vec::new(),
                triple: Vec::new(),
            },
            regret: vec![0; self.n_candidates],
            chosen: vec![false; self.n_candidates],
            share: vec![0.0; self.n_candidates],
            met: None,
            work,
        };
        let picked = chosen.iter().map(|&k| free[at(k)]);
        ascent.met = Some((part.open.iter().copied().chain(picked).collect(), 0));
        for (k, &site) in free.iter().enumerate() {
            ascent.regret[at(site)] = regret[k];
            ascent.chosen[at(site)] = inside[k];
            ascent.share[at(site)] = share[k];
        }
        Some(ascent)
    }

    fn rows_to_split(&self, _part: &Part, _ascent: &Ascent) -> Vec<u32> {
        Vec::new()
    }

    /// The cut of the maximum flow proves what the one answer serves.
    fn single(&self, part: &Part) -> Option<Dual> {
        let flow = served_most(self, &self.with_fixed(&part.open));
        let unit = 1_i64 << self.bits;
        let row = flow.short.iter().map(|&short| if short { unit } else { 0 });
        Some(Dual {
            row: row.collect(),
            budget: 0,
            zone: Vec::new(),
            triple: Vec::new(),
        })
    }
}

/// The best step of a climb: bound, multiplier of the budget, multipliers, values, choice.
type Best = (i64, i64, Vec<i64>, Vec<i64>, Vec<u32>);

/// The best answer so far and the sites at hand.
struct Filler<'a> {
    slots: &'a Slots,
    best: Option<(i64, Vec<u32>, Flow)>,
    dice: Dice,
    work: u64,
}

impl Filler<'_> {
    fn allowed(&self, chosen: &[u32], site: u32) -> bool {
        let price = |s: u32| self.slots.price.get(at(s)).copied().unwrap_or(0);
        let spent: i64 = chosen.iter().map(|&s| price(s)).sum();
        let near = self.slots.near.get(at(site));
        chosen.len() < self.slots.n_new
            && !chosen.contains(&site)
            && self.slots.money.is_none_or(|m| spent + price(site) <= m)
            && near.is_none_or(|near| chosen.iter().all(|s| near.binary_search(s).is_err()))
    }

    /// Fills up a set greedily by what is not served yet, and keeps it if it is the best.
    fn offer(&mut self, sites: &[u32]) -> bool {
        let slots = self.slots;
        let mut chosen: Vec<u32> = Vec::new();
        for &site in sites {
            if self.allowed(&chosen, site) {
                chosen.push(site);
            }
        }
        loop {
            let flow = served_most(slots, &slots.with_fixed(&chosen));
            self.work += u64::try_from(slots.rows.len()).expect("a count fits");
            let gain = |site: u32| {
                let open: i64 = slots.column(site).iter().map(|&r| flow.left[at(r)]).sum();
                open.min(slots.capacity[at(site)])
            };
            let key = |s: u32| {
                let price = slots.price.get(at(s)).copied().unwrap_or(1).max(1);
                (i128::from(gain(s)) << 32) / i128::from(price)
            };
            let next = (0..ix(slots.n_candidates))
                .filter(|&s| self.allowed(&chosen, s) && gain(s) > 0)
                .max_by_key(|&s| (key(s), std::cmp::Reverse(s)));
            if let Some(site) = next {
                chosen.push(site);
                continue;
            }
            let missed: i64 = flow.left.iter().sum();
            let better = self.best.as_ref().is_none_or(|b| missed < b.0);
            if better {
                self.best = Some((missed, chosen, flow));
            }
            return better;
        }
    }

    /// Throws out a few sites of the best answer and fills up otherwise.
    fn shake(&mut self) -> bool {
        let Some((_, mut sites, _)) = self.best.clone() else {
            return false;
        };
        if sites.is_empty() || self.slots.n_candidates == 0 {
            return false;
        }
        for _ in 0..=self.dice.below(3.min(sites.len())) {
            if !sites.is_empty() {
                let out = self.dice.below(sites.len());
                sites.remove(out);
            }
        }
        if self.dice.below(2) == 0 {
            sites.push(ix(self.dice.below(self.slots.n_candidates)));
        }
        self.offer(&sites)
    }
}

/// Answers a covering question of the model `mclp` for sites with capacities.
#[expect(
    clippy::too_many_lines,
    reason = "the steps of the search in the order in which they run"
)]
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let slots = Slots::new(instance, question);
    let mut filler = Filler {
        slots: &slots,
        best: None,
        dice: Dice::new(effort.seed),
        work: 0,
    };
    filler.offer(&[]);
    let part = Part::whole(slots.n_candidates);
    let unit = 1_i64 << slots.bits;
    let total = slots.total();
    let good = f64::from(effort.good_enough.millionths()) / 1e6;
    let best = |filler: &Filler| filler.best.as_ref().map_or(total + 1, |b| b.0);
    let whole = |bound: i64| (bound.max(0) + unit - 1) / unit;
    let finished = |filler: &Filler, bound: i64, work: u64| {
        let (missed, least) = (best(filler), whole(bound));
        missed <= least
            || !effort.exact && float(missed - least) <= good * float(total - least)
            || (effort.stop)()
            || !effort.exact && work + filler.work > effort.work
    };
    let start = filler
        .best
        .as_ref()
        .map_or_else(Vec::new, |b| b.2.short.clone());
    let mut dual = Dual {
        row: start
            .iter()
            .map(|&short| if short { unit } else { unit / 4 })
            .collect(),
        ..Dual::default()
    };
    let (mut bound, mut root, mut work, mut idle) = (0, dual.clone(), 0, 0);
    while idle < 3 && !finished(&filler, bound, work) {
        let target = best(&filler) * unit;
        let climb = Climb {
            steps: 60,
            target,
            enough: target - unit + 1,
            length: 1.0,
            patience: 8,
            shortest: 1e-4,
            stop: effort.stop,
        };
        let Some(ascent) = slots.climb(&part, &dual, &climb) else {
            return Err(no_plan(question, true));
        };
        work += ascent.work;
        let mut better = ascent
            .met
            .as_ref()
            .is_some_and(|(sites, _)| filler.offer(sites));
        for _ in 0..4 {
            better |= !finished(&filler, bound, work) && filler.shake();
        }
        let rose = ascent.bound > bound + bound / 20_000;
        if ascent.bound > bound {
            bound = ascent.bound;
            root = ascent.dual.clone();
        }
        idle = if rose || better { 0 } else { idle + 1 };
        dual = ascent.dual;
    }
    let mut tree = None;
    if !finished(&filler, bound, work) {
        let tree = tree.insert(Tree::new(&slots, part, root.clone(), bound));
        while !finished(&filler, bound, work + tree.work) {
            let target = best(&filler) * unit;
            for sites in tree.grow(target, target - unit + 1, effort.stop) {
                filler.offer(&sites);
            }
            filler.shake();
            bound = bound.max(tree.bound().unwrap_or(i64::MAX).min(best(&filler) * unit));
        }
        work += tree.work;
    }
    let Some((missed, sites, flow)) = filler.best.take() else {
        return Err(no_plan(question, false));
    };
    let (cases, duals) = match &tree {
        Some(tree) => cases(
            tree,
            &Names {
                site: &|s| slots.site[at(s)],
                row: &|r| DemandIx(r),
            },
        ),
        None => (vec![Case::Leaf(0)], vec![std::sync::Arc::new(root)]),
    };
    let small = duals.len() * instance.n_demand() <= crate::bound::MOST_MULTIPLIERS;
    let multipliers = |d: &std::sync::Arc<Dual>| Multipliers {
        demand: d.row.clone(),
        budget: d.budget,
        zone: Vec::new(),
        triple: Vec::new(),
    };
    let certificate = small.then(|| Certificate {
        scale_bits: i32::try_from(slots.bits).expect("a few bits"),
        dropped: Vec::new(),
        triples: Vec::new(),
        multipliers: duals.iter().map(multipliers).collect(),
        cases,
    });
    let mut served: Vec<Served> = flow
        .amounts
        .iter()
        .map(|&(site, row, amount)| Served {
            demand: DemandIx(row),
            site: slots.site[at(site)],
            weight: u64::try_from(amount).expect("flows are positive"),
        })
        .collect();
    served.sort_unstable_by_key(|s| (s.demand, s.site));
    let finding = Finding {
        bound: i128::from(total - whole(bound).min(missed)),
        method: if tree.is_some() {
            Method::BranchAndBound
        } else {
            Method::SearchAndBound
        },
        work: work + filler.work,
        reduction: Reduction {
            n_pairs_left: slots.rows.len(),
            ..Reduction::default()
        },
        certificate,
    };
    let new_sites = sites.iter().map(|&s| slots.site[at(s)]).collect();
    Ok((Proposal { new_sites, served }, finding))
}
