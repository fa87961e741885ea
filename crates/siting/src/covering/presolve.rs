//! Presolve of a covering problem by row and column dominance; the best objective does not change.
//!
//! Rows that fixed sites cover, or that no site can cover, are absent already from a [`CoveringProblem`].
//! Rows with the same sites are merged, a site is dropped when another one covers all its rows for no more, and for `lscp` a row is dropped when covering another one covers it (for `mclp` after Lv et al., *European Journal of Operational Research* 2025).

use crate::answer::certificate::Dropped;
use crate::answer::reduction::Reduction;
use crate::covering::problem::{Budget, CoveringProblem, Zones};
use crate::instance::DemandIx;
use crate::number::{at, ix};
use crate::random::mixed;

/// A presolved problem, the counts of what was removed, and the steps for the certificate.
#[derive(Clone, Debug)]
pub(crate) struct Presolved {
    pub(crate) problem: CoveringProblem,
    pub(crate) reduction: Reduction,
    /// Removed sites and rows, in the order of removal.
    pub(crate) dropped: Vec<Dropped>,
}

/// Merges rows and drops dominated sites until nothing changes.
///
/// Cost: hashing the pairs, and for each site one walk through the rows it covers that ends as soon as no other site covers them all.
pub(crate) fn presolve(problem: CoveringProblem, n_demand: usize) -> Presolved {
    let mut reduction = Reduction {
        n_demand_decided: n_demand - problem.n_rows(),
        ..Reduction::default()
    };
    let mut dropped = Vec::new();
    let mut problem = problem;
    loop {
        let before = (problem.n_rows(), problem.n_sites());
        problem = merge_rows(problem, &mut reduction);
        if may_drop_sites(&problem) {
            problem = drop_sites(problem, &mut reduction, &mut dropped);
        }
        if problem.must_cover && problem.need.iter().all(|&n| n == 1) {
            problem = drop_implied_rows(problem, &mut reduction, &mut dropped);
        }
        if before == (problem.n_rows(), problem.n_sites()) {
            break;
        }
    }
    reduction.n_pairs_left = problem.rows.len();
    Presolved {
        problem,
        reduction,
        dropped,
    }
}

/// Dominance holds for sites unless rows need several sites, or spacing makes an open site bar others.
fn may_drop_sites(problem: &CoveringProblem) -> bool {
    problem.near.is_empty() && problem.need.iter().all(|&n| n == 1)
}

fn merge_rows(problem: CoveringProblem, reduction: &mut Reduction) -> CoveringProblem {
    let zone = |row: usize| problem.zones.as_ref().and_then(|z| z.of_row[row]);
    let key = |row: usize| {
        let sum = |seed: u64| {
            let sites = problem.sites_of(row).iter();
            sites.fold(0_u64, |sum, &s| {
                sum.wrapping_add(mixed(seed ^ u64::from(s)))
            })
        };
        (problem.need[row], zone(row), sum(0), sum(1 << 40))
    };
    let mut order: Vec<(_, usize)> = (0..problem.n_rows()).map(|row| (key(row), row)).collect();
    order.sort_unstable();
    let mut stands_for: Vec<usize> = (0..problem.n_rows()).collect();
    for two in order.windows(2) {
        let (old, new) = (stands_for[two[0].1], two[1].1);
        // Equal hashes propose a pair; the lists decide.
        // Rows that need several sites stay apart: half of an odd multiplier would be lost.
        if problem.need[new] == 1
            && two[0].0 == two[1].0
            && problem.sites_of(old) == problem.sites_of(new)
        {
            stands_for[new] = old;
        }
    }
    let kept: Vec<bool> = stands_for
        .iter()
        .enumerate()
        .map(|(r, &s)| r == s)
        .collect();
    let n_merged = kept.iter().filter(|k| !**k).count();
    if n_merged == 0 {
        return problem;
    }
    reduction.n_demand_merged += n_merged;
    let mut problem = problem;
    for (row, &target) in stands_for.iter().enumerate() {
        if target != row {
            problem.weight[target] += problem.weight[row];
            let gone = std::mem::take(&mut problem.members[row]);
            problem.members[target].extend(gone);
        }
    }
    for members in &mut problem.members {
        members.sort_unstable();
    }
    keep_rows(problem, &kept)
}

fn pick<T: Clone>(all: &[T], kept: &[bool]) -> Vec<T> {
    let pairs = all.iter().zip(kept).filter(|(_, k)| **k);
    pairs.map(|(value, _)| value.clone()).collect()
}

fn keep_rows(problem: CoveringProblem, kept: &[bool]) -> CoveringProblem {
    let mut new_row = vec![u32::MAX; kept.len()];
    let mut n = 0;
    for (row, slot) in new_row.iter_mut().enumerate() {
        if kept[row] {
            *slot = n;
            n += 1;
        }
    }
    let mut first = vec![0];
    let mut rows = Vec::new();
    for site in 0..problem.n_sites() {
        let column = problem.column(site).iter().map(|&row| new_row[at(row)]);
        rows.extend(column.filter(|&row| row != u32::MAX));
        first.push(rows.len());
    }
    let mut next = CoveringProblem {
        first,
        rows,
        weight: pick(&problem.weight, kept),
        need: pick(&problem.need, kept),
        members: pick(&problem.members, kept),
        zones: problem.zones.as_ref().map(|z| Zones {
            of_row: pick(&z.of_row, kept),
            may_stay_uncovered: z.may_stay_uncovered.clone(),
        }),
        ..problem
    };
    next.transpose();
    next
}

/// Whether `by` costs no more than `gone`, in opening cost and price.
fn preferred(problem: &CoveringProblem, by: usize, gone: usize) -> bool {
    let price = |site: usize| problem.budget.as_ref().map_or(0, |b| b.price[site]);
    problem.opening_cost[by] <= problem.opening_cost[gone] && price(by) <= price(gone)
}

fn drop_sites(
    problem: CoveringProblem,
    reduction: &mut Reduction,
    dropped: &mut Vec<Dropped>,
) -> CoveringProblem {
    let mut gone = vec![false; problem.n_sites()];
    let mut rivals: Vec<u32> = Vec::new();
    let mut n_gone = 0;
    for site in 0..problem.n_sites() {
        let column = problem.column(site);
        let fewest = column
            .iter()
            .min_by_key(|&&row| (problem.sites_of(at(row)).len(), row));
        rivals.clear();
        let Some(&fewest) = fewest else {
            // A site without rows: any other one may stand in for it.
            rivals.extend((0..ix(problem.n_sites())).filter(|&s| !gone[at(s)]).take(2));
            rivals.retain(|&r| at(r) != site && preferred(&problem, at(r), site));
            if let Some(&by) = rivals.first() {
                gone[site] = true;
                n_gone += 1;
                dropped.push(Dropped::Site(problem.site[site], problem.site[at(by)]));
            }
            continue;
        };
        rivals.extend(
            problem
                .sites_of(at(fewest))
                .iter()
                .copied()
                .filter(|&rival| {
                    let by = at(rival);
                    let size = problem.column(by).len();
                    // Of two equal sites the lower one stays.
                    let ahead = size > column.len() || !preferred(&problem, site, by) || by < site;
                    by != site
                        && !gone[by]
                        && size >= column.len()
                        && ahead
                        && preferred(&problem, by, site)
                }),
        );
        for &row in column {
            if rivals.is_empty() {
                break;
            }
            let sites = problem.sites_of(at(row));
            rivals.retain(|rival| sites.binary_search(rival).is_ok());
        }
        if let Some(&by) = rivals.first() {
            gone[site] = true;
            n_gone += 1;
            dropped.push(Dropped::Site(problem.site[site], problem.site[at(by)]));
        }
    }
    if n_gone == 0 {
        return problem;
    }
    reduction.n_sites_dominated += n_gone;
    let mut first = vec![0];
    let mut rows = Vec::new();
    let kept = || (0..problem.n_sites()).filter(|&site| !gone[site]);
    for site in kept() {
        rows.extend_from_slice(problem.column(site));
        first.push(rows.len());
    }
    let mut next = CoveringProblem {
        first,
        rows,
        site: kept().map(|s| problem.site[s]).collect(),
        opening_cost: kept().map(|s| problem.opening_cost[s]).collect(),
        n_new: problem.n_new.min(problem.n_sites() - n_gone),
        budget: problem.budget.as_ref().map(|b| Budget {
            price: kept().map(|s| b.price[s]).collect(),
            total: b.total,
        }),
        ..problem
    };
    next.transpose();
    next
}

/// Drops implied rows where all must be covered: the sites of another row are a subset of theirs.
fn drop_implied_rows(
    problem: CoveringProblem,
    reduction: &mut Reduction,
    dropped: &mut Vec<Dropped>,
) -> CoveringProblem {
    let mut kept = vec![true; problem.n_rows()];
    let mut rivals: Vec<u32> = Vec::new();
    for row in 0..problem.n_rows() {
        let sites = problem.sites_of(row);
        let Some(&fewest) = sites
            .iter()
            .min_by_key(|&&s| (problem.column(at(s)).len(), s))
        else {
            continue;
        };
        // This row implies every row that all its sites cover.
        rivals.clear();
        rivals.extend(
            problem
                .column(at(fewest))
                .iter()
                .copied()
                .filter(|&rival| at(rival) != row && kept[at(rival)] && kept[row]),
        );
        for &site in sites {
            if rivals.is_empty() {
                break;
            }
            let column = problem.column(at(site));
            rivals.retain(|rival| column.binary_search(rival).is_ok());
        }
        for &rival in &rivals {
            kept[at(rival)] = false;
            let name = |r: usize| DemandIx(problem.members[r][0]);
            for &gone in &problem.members[at(rival)] {
                dropped.push(Dropped::Demand(DemandIx(gone), name(row)));
            }
        }
    }
    let n_gone = kept.iter().filter(|k| !**k).count();
    if n_gone == 0 {
        return problem;
    }
    reduction.n_demand_implied += n_gone;
    keep_rows(problem, &kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::presolve;
    use crate::covering::brute_force::best;
    use crate::covering::problem::CoveringProblem;
    use crate::instance::sparse_rows::CountedRows;
    use crate::question::Question;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

        #[test]
        fn presolve_never_changes_the_best_value(
            columns in prop::collection::vec(prop::collection::btree_set(0_u32..12, 0..6), 1..9),
            weights in prop::collection::vec(0_u64..20, 12),
            prices in prop::collection::vec(1_u64..6, 9),
            (n_sites, budget, times) in (0_u32..5, prop::option::of(0_u64..15), 1_u32..3),
        ) {
            let mut first = vec![0];
            let mut demand = Vec::new();
            for column in &columns {
                demand.extend(column);
                first.push(demand.len());
            }
            let rows = CountedRows { weight: weights, first, demand, cost: None };
            let instance = rows.build().unwrap();
            let instance = instance.with_prices(prices[..columns.len()].to_vec()).unwrap();
            let by_price = budget.is_some();
            let questions = [
                Question { n_sites: Some(n_sites), budget, times, ..Question::mclp(0) },
                Question { times, by_price, ..Question::lscp(0) },
            ];
            for question in questions {
                let whole = CoveringProblem::new(&instance, &question);
                let expected = best(&whole);
                let smaller = presolve(whole, instance.n_demand()).problem;
                prop_assert_eq!(best(&smaller), expected, "{:?}", question);
            }
        }
    }
}
