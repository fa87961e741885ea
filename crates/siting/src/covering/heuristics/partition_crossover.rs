//! Partition crossover (Whitley, Hains and Howe, Tunneling between optima, 2009): the best mixture of two sets of sites.
//!
//! The sites in which the parents differ fall into components that share no uncovered row; the weight that a component covers does not depend on the others, so that each may come from either parent.
//! Components that differ in number or price of sites are chosen as in a knapsack, by dynamic programming.

use std::cmp::Reverse;

use crate::covering::problem::CoveringProblem;
use crate::number::{at, ix};

/// Most partial mixtures kept at a time, with a budget.
const MOST_CHOICES: usize = 1_000;

/// The mixture of two sets of sites, ascending, that covers most, or `None` when none covers more than both.
///
/// Both parents keep number, budget and spacing, and so does the mixture.
/// Cost: the columns of both, added to `work`, and the partial mixtures per component.
pub(crate) fn partition_crossover(
    problem: &CoveringProblem,
    a: &[u32],
    b: &[u32],
    work: &mut u64,
) -> Option<Vec<u32>> {
    let missing = |from: &[u32], other: &[u32]| -> Vec<u32> {
        let not_in = |s: &&u32| other.binary_search(s).is_err();
        from.iter().filter(not_in).copied().collect()
    };
    let (only_a, only_b) = (missing(a, b), missing(b, a));
    let common: Vec<u32> = missing(a, &only_a);
    if only_a.len() + only_b.len() < 3 {
        return None;
    }
    let mut times = vec![0_u32; problem.n_rows()];
    for &site in &common {
        for &row in problem.column(at(site)) {
            times[at(row)] += 1;
        }
    }
    let pairs = a.iter().chain(b).map(|&s| problem.column(at(s)).len());
    *work += u64::from(ix(pairs.sum()));
    let components = components(problem, &only_a, &only_b, &mut times);
    if components.len() < 2 {
        return None;
    }
    let begin = Mixture {
        n: common.len(),
        price: problem.price_of(&common),
        worth: 0,
        before: 0,
        side: 0,
    };
    let mut choices = vec![vec![begin]];
    for component in &components {
        let last = choices.last().expect("begins with one");
        let mut next = Vec::with_capacity(2 * last.len());
        for (before, choice) in last.iter().enumerate() {
            for (side, (sites, worth)) in component.iter().enumerate() {
                next.push(Mixture {
                    n: choice.n + sites.len(),
                    price: choice.price + problem.price_of(sites),
                    worth: choice.worth + worth,
                    before,
                    side,
                });
            }
        }
        choices.push(undominated(next));
    }
    let of = |side: usize| -> i64 { components.iter().map(|p| p[side].1).sum() };
    let total = problem.budget.as_ref().map_or(i64::MAX, |b| b.total);
    let last = choices.last().expect("begins with one").iter();
    let mut choice = last
        .filter(|c| c.n <= problem.n_new && c.price <= total && c.worth > of(0).max(of(1)))
        .max_by_key(|c| (c.worth, Reverse((c.n, c.price))))?;
    let mut sites = common;
    for (component, choices) in components.iter().zip(&choices).rev() {
        sites.extend(&component[choice.side].0);
        choice = &choices[choice.before];
    }
    sites.sort_unstable();
    Some(sites)
}

/// The sites of a component in each parent, and the weight that they cover beside the common sites.
type Component = [(Vec<u32>, i64); 2];

/// The components of the sites that differ, by union-find; `times` counts the common sites of each row, and is restored.
fn components(
    problem: &CoveringProblem,
    only_a: &[u32],
    only_b: &[u32],
    times: &mut [u32],
) -> Vec<Component> {
    let sites: Vec<u32> = only_a.iter().chain(only_b).copied().collect();
    let mut leader: Vec<usize> = (0..sites.len()).collect();
    let join = |leader: &mut Vec<usize>, x: usize, y: usize| {
        let (x, y) = (lead(leader, x), lead(leader, y));
        leader[x.max(y)] = x.min(y);
    };
    let mut seen = vec![u32::MAX; problem.n_rows()];
    for (k, &site) in sites.iter().enumerate() {
        for &row in problem.column(at(site)) {
            let row = at(row);
            if times[row] < problem.need[row] {
                if seen[row] != u32::MAX {
                    join(&mut leader, k, at(seen[row]));
                }
                seen[row] = ix(k);
            }
        }
        if let Some(near) = problem.near.get(at(site)) {
            for (other, rival) in sites[..k].iter().enumerate() {
                if near.binary_search(rival).is_ok() {
                    join(&mut leader, k, other);
                }
            }
        }
    }
    let mut place = vec![usize::MAX; sites.len()];
    let mut components: Vec<Component> = Vec::new();
    for (k, &site) in sites.iter().enumerate() {
        let head = lead(&mut leader, k);
        if place[head] == usize::MAX {
            place[head] = components.len();
            components.push(Component::default());
        }
        components[place[head]][usize::from(k >= only_a.len())]
            .0
            .push(site);
    }
    for (side, worth) in components.iter_mut().flatten().map(|p| (&p.0, &mut p.1)) {
        for &site in side {
            for &row in problem.column(at(site)) {
                times[at(row)] += 1;
                if times[at(row)] == problem.need[at(row)] {
                    *worth += problem.weight[at(row)];
                }
            }
        }
        for &site in side {
            for &row in problem.column(at(site)) {
                times[at(row)] -= 1;
            }
        }
    }
    components
}

/// The representative of `k`.
fn lead(leader: &mut [usize], k: usize) -> usize {
    let mut k = k;
    while leader[k] != k {
        leader[k] = leader[leader[k]];
        k = leader[k];
    }
    k
}

/// A partial mixture: one parent chosen for each component so far.
#[derive(Clone, Copy, Debug)]
struct Mixture {
    n: usize,
    price: i64,
    worth: i64,
    /// The partial mixture of the components before.
    before: usize,
    /// The parent of the last component.
    side: usize,
}

/// The partial mixtures that no other one dominates in weight, number of sites and price.
fn undominated(mut choices: Vec<Mixture>) -> Vec<Mixture> {
    choices.sort_by_key(|c| (Reverse(c.worth), c.n, c.price));
    let mut kept: Vec<Mixture> = Vec::new();
    for choice in choices {
        let beaten = |k: &Mixture| k.n <= choice.n && k.price <= choice.price;
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
    use crate::random::Rng;

    fn worth(problem: &CoveringProblem, sites: &[u32]) -> i64 {
        let covers = |r: &usize| {
            let by = problem.sites_of(*r).iter().filter(|s| sites.contains(s));
            ix(by.count()) >= problem.need[*r]
        };
        (0..problem.n_rows())
            .filter(covers)
            .map(|r| problem.weight[r])
            .sum()
    }

    /// Six quarters of five demand points and six sites; no site reaches two quarters.
    fn quarters(rng: &mut Rng) -> crate::Instance {
        let mut builder = crate::InstanceBuilder::new();
        let number = |n: usize| n.to_string().parse().unwrap();
        for quarter in 0..6 {
            for demand in 0..5 {
                let id = format!("d{quarter}{demand}");
                builder.demand(&id, number(1 + rng.below(40)));
                for site in 0..6 {
                    if demand == site % 5 || rng.below(3) > 0 {
                        builder.pair(&format!("s{quarter}{site}"), &id, number(1));
                    }
                }
            }
            for site in 0..6 {
                builder.price(&format!("s{quarter}{site}"), number(1 + rng.below(9)));
            }
        }
        builder.build().unwrap()
    }

    #[test]
    fn no_choice_of_quarters_covers_more_than_the_mixture() {
        let mut mixed = 0;
        for seed in 0..200 {
            let mut rng = Rng::new(seed);
            let instance = quarters(&mut rng);
            let question = Question {
                times: 1 + u32::try_from(seed % 2).unwrap(),
                n_sites: Some(12),
                budget: (seed % 3 == 0).then_some(60),
                ..Question::mclp(1)
            };
            let problem = CoveringProblem::new(&instance, &question);
            let may = |sites: &[u32]| {
                sites.len() <= problem.n_new
                    && problem.price_of(sites) <= problem.budget.as_ref().map_or(0, |b| b.total)
            };
            let mut parent = || {
                let mut sites: Vec<u32> = Vec::new();
                for _ in 0..12 {
                    let site = ix(rng.below(problem.n_sites()));
                    sites.push(site);
                    if sites[..sites.len() - 1].contains(&site) || !may(&sites) {
                        sites.pop();
                    }
                }
                sites.sort_unstable();
                sites
            };
            let (a, b) = (parent(), parent());
            let quarter = |s: u32| instance.site_id(problem.site[at(s)]).as_bytes()[1] - b'0';
            let mut most = worth(&problem, &a).max(worth(&problem, &b));
            let least = most;
            for choice in 0..1_u32 << 6 {
                let from = |s: &&u32, bit: u32| choice >> quarter(**s) & 1 == bit;
                let of_a = a.iter().filter(|s| from(s, 0));
                let sites: Vec<u32> = of_a
                    .chain(b.iter().filter(|s| from(s, 1)))
                    .copied()
                    .collect();
                if may(&sites) {
                    most = most.max(worth(&problem, &sites));
                }
            }
            let mix = partition_crossover(&problem, &a, &b, &mut 0);
            if let Some(mix) = &mix {
                assert!(may(mix) && mix.is_sorted(), "seed {seed}");
                assert!(mix.iter().all(|s| a.contains(s) || b.contains(s)));
                assert!(worth(&problem, mix) > least, "seed {seed}");
                mixed += 1;
            }
            // A quarter may fall into several components, so that more than whole quarters can be mixed.
            let reached = mix.map_or(least, |mix| worth(&problem, &mix));
            assert!(reached >= most, "seed {seed}: {reached} of {most}");
        }
        assert!(mixed > 100, "{mixed}");
    }
}
