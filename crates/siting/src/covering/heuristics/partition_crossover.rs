//! The best mixture of two sets of sites.
//!
//! Where the two differ, the map falls into parts that no row joins; what a part covers does not depend on the others, so that each may be taken from either parent.
//! This is partition crossover (Whitley, Hains and Howe, Tunneling between optima: partition crossover for the traveling salesman problem, 2009); parts that differ in number and price of their sites are chosen like things for a knapsack.

use std::cmp::Reverse;

use crate::covering::problem::Cover;
use crate::number::{at, ix};

/// With a budget, no more choices are kept at a time.
const MOST_CHOICES: usize = 1_000;

/// A set of sites, ascending, that covers more than both of these, or `None` when no mixture does.
///
/// Both parents keep the rules, and so does the mixture.
/// Cost: the columns of both, added to `work`, and the choices per part.
pub(crate) fn best_mix(cover: &Cover, a: &[u32], b: &[u32], work: &mut u64) -> Option<Vec<u32>> {
    let missing = |from: &[u32], other: &[u32]| -> Vec<u32> {
        let not_in = |s: &&u32| other.binary_search(s).is_err();
        from.iter().filter(not_in).copied().collect()
    };
    let (only_a, only_b) = (missing(a, b), missing(b, a));
    let common: Vec<u32> = missing(a, &only_a);
    if only_a.len() + only_b.len() < 3 {
        return None;
    }
    let mut times = vec![0_u32; cover.n_rows()];
    for &site in &common {
        for &row in cover.column(at(site)) {
            times[at(row)] += 1;
        }
    }
    let pairs = a.iter().chain(b).map(|&s| cover.column(at(s)).len());
    *work += u64::from(ix(pairs.sum()));
    let parts = parts(cover, &only_a, &only_b, &mut times);
    if parts.len() < 2 {
        return None;
    }
    let begin = Choice {
        n: common.len(),
        price: cover.price_of(&common),
        worth: 0,
        before: 0,
        side: 0,
    };
    let mut choices = vec![vec![begin]];
    for part in &parts {
        let last = choices.last().expect("begins with one");
        let mut next = Vec::with_capacity(2 * last.len());
        for (before, choice) in last.iter().enumerate() {
            for (side, (sites, worth)) in part.iter().enumerate() {
                next.push(Choice {
                    n: choice.n + sites.len(),
                    price: choice.price + cover.price_of(sites),
                    worth: choice.worth + worth,
                    before,
                    side,
                });
            }
        }
        choices.push(undominated(next));
    }
    let of = |side: usize| -> i64 { parts.iter().map(|p| p[side].1).sum() };
    let total = cover.budget.as_ref().map_or(i64::MAX, |b| b.total);
    let last = choices.last().expect("begins with one").iter();
    let mut choice = last
        .filter(|c| c.n <= cover.n_new && c.price <= total && c.worth > of(0).max(of(1)))
        .max_by_key(|c| (c.worth, Reverse((c.n, c.price))))?;
    let mut sites = common;
    for (part, choices) in parts.iter().zip(&choices).rev() {
        sites.extend(&part[choice.side].0);
        choice = &choices[choice.before];
    }
    sites.sort_unstable();
    Some(sites)
}

/// The sites of a part in each parent, and the weight that they add to what the common sites cover.
type Part = [(Vec<u32>, i64); 2];

/// The parts into which the sites that differ fall; `times` says how often the common sites cover each row, and is so again afterwards.
fn parts(cover: &Cover, only_a: &[u32], only_b: &[u32], times: &mut [u32]) -> Vec<Part> {
    let sites: Vec<u32> = only_a.iter().chain(only_b).copied().collect();
    let mut leader: Vec<usize> = (0..sites.len()).collect();
    let join = |leader: &mut Vec<usize>, x: usize, y: usize| {
        let (x, y) = (lead(leader, x), lead(leader, y));
        leader[x.max(y)] = x.min(y);
    };
    let mut seen = vec![u32::MAX; cover.n_rows()];
    for (k, &site) in sites.iter().enumerate() {
        for &row in cover.column(at(site)) {
            let row = at(row);
            if times[row] < cover.need[row] {
                if seen[row] != u32::MAX {
                    join(&mut leader, k, at(seen[row]));
                }
                seen[row] = ix(k);
            }
        }
        if let Some(near) = cover.near.get(at(site)) {
            for (other, rival) in sites[..k].iter().enumerate() {
                if near.binary_search(rival).is_ok() {
                    join(&mut leader, k, other);
                }
            }
        }
    }
    let mut place = vec![usize::MAX; sites.len()];
    let mut parts: Vec<Part> = Vec::new();
    for (k, &site) in sites.iter().enumerate() {
        let head = lead(&mut leader, k);
        if place[head] == usize::MAX {
            place[head] = parts.len();
            parts.push(Part::default());
        }
        parts[place[head]][usize::from(k >= only_a.len())]
            .0
            .push(site);
    }
    for (side, worth) in parts.iter_mut().flatten().map(|p| (&p.0, &mut p.1)) {
        for &site in side {
            for &row in cover.column(at(site)) {
                times[at(row)] += 1;
                if times[at(row)] == cover.need[at(row)] {
                    *worth += cover.weight[at(row)];
                }
            }
        }
        for &site in side {
            for &row in cover.column(at(site)) {
                times[at(row)] -= 1;
            }
        }
    }
    parts
}

/// The first of those that are joined with `k`.
fn lead(leader: &mut [usize], k: usize) -> usize {
    let mut k = k;
    while leader[k] != k {
        leader[k] = leader[leader[k]];
        k = leader[k];
    }
    k
}

/// A side for each part so far.
#[derive(Clone, Copy, Debug)]
struct Choice {
    n: usize,
    price: i64,
    worth: i64,
    /// The choice for the parts before.
    before: usize,
    /// From which parent the last part comes.
    side: usize,
}

/// Without those that another one beats with no more sites and for no higher price.
fn undominated(mut choices: Vec<Choice>) -> Vec<Choice> {
    choices.sort_by_key(|c| (Reverse(c.worth), c.n, c.price));
    let mut kept: Vec<Choice> = Vec::new();
    for choice in choices {
        let beaten = |k: &Choice| k.n <= choice.n && k.price <= choice.price;
        if kept.len() < MOST_CHOICES && !kept.iter().any(beaten) {
            kept.push(choice);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Question;
    use crate::random::Dice;

    fn worth(cover: &Cover, sites: &[u32]) -> i64 {
        let covers = |r: &usize| {
            let by = cover.sites_of(*r).iter().filter(|s| sites.contains(s));
            ix(by.count()) >= cover.need[*r]
        };
        (0..cover.n_rows())
            .filter(covers)
            .map(|r| cover.weight[r])
            .sum()
    }

    /// Six quarters of five demand points and six sites; no site reaches two quarters.
    fn quarters(dice: &mut Dice) -> crate::Instance {
        let mut builder = crate::InstanceBuilder::new();
        let number = |n: usize| n.to_string().parse().unwrap();
        for quarter in 0..6 {
            for demand in 0..5 {
                let id = format!("d{quarter}{demand}");
                builder.demand(&id, number(1 + dice.below(40)));
                for site in 0..6 {
                    if demand == site % 5 || dice.below(3) > 0 {
                        builder.pair(&format!("s{quarter}{site}"), &id, number(1));
                    }
                }
            }
            for site in 0..6 {
                builder.price(&format!("s{quarter}{site}"), number(1 + dice.below(9)));
            }
        }
        builder.build().unwrap()
    }

    #[test]
    fn no_choice_of_quarters_covers_more_than_the_mixture() {
        let mut mixed = 0;
        for seed in 0..200 {
            let mut dice = Dice::new(seed);
            let instance = quarters(&mut dice);
            let question = Question {
                times: 1 + u32::try_from(seed % 2).unwrap(),
                n_sites: Some(12),
                budget: (seed % 3 == 0).then_some(60),
                ..Question::mclp(1)
            };
            let cover = Cover::new(&instance, &question);
            let may = |sites: &[u32]| {
                sites.len() <= cover.n_new
                    && cover.price_of(sites) <= cover.budget.as_ref().map_or(0, |b| b.total)
            };
            let mut parent = || {
                let mut sites: Vec<u32> = Vec::new();
                for _ in 0..12 {
                    let site = ix(dice.below(cover.n_sites()));
                    sites.push(site);
                    if sites[..sites.len() - 1].contains(&site) || !may(&sites) {
                        sites.pop();
                    }
                }
                sites.sort_unstable();
                sites
            };
            let (a, b) = (parent(), parent());
            let quarter = |s: u32| instance.site_id(cover.site[at(s)]).as_bytes()[1] - b'0';
            let mut most = worth(&cover, &a).max(worth(&cover, &b));
            let least = most;
            for choice in 0..1_u32 << 6 {
                let from = |s: &&u32, bit: u32| choice >> quarter(**s) & 1 == bit;
                let of_a = a.iter().filter(|s| from(s, 0));
                let sites: Vec<u32> = of_a
                    .chain(b.iter().filter(|s| from(s, 1)))
                    .copied()
                    .collect();
                if may(&sites) {
                    most = most.max(worth(&cover, &sites));
                }
            }
            let mix = best_mix(&cover, &a, &b, &mut 0);
            if let Some(mix) = &mix {
                assert!(may(mix) && mix.is_sorted(), "seed {seed}");
                assert!(mix.iter().all(|s| a.contains(s) || b.contains(s)));
                assert!(worth(&cover, mix) > least, "seed {seed}");
                mixed += 1;
            }
            // A quarter may fall into several parts, so that more than whole quarters can be mixed.
            let reached = mix.map_or(least, |mix| worth(&cover, &mix));
            assert!(reached >= most, "seed {seed}: {reached} of {most}");
        }
        assert!(mixed > 100, "{mixed}");
    }
}
