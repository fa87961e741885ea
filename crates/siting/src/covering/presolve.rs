//! Shrinks a covering question without changing its best value.
//!
//! What fixed sites cover and what nobody can cover is gone already when a [`Cover`] is made.
//! Here demand with the same covering sites is merged, and sites are dropped that serve nothing which another, preferred site does not serve; after Lv et al., *European Journal of Operational Research* 2025, for `mclp`, and the classic row and column dominance for `lscp`.

use crate::answer::certificate::Dropped;
use crate::answer::reduction::Reduction;
use crate::covering::problem::{Budget, Cover, Zones};
use crate::instance::DemandIx;
use crate::number::{at, ix};
use crate::random::mixed;

/// The smaller question, what went away, and which site stands in for each dominated one.
#[derive(Clone, Debug)]
pub(crate) struct Presolved {
    pub(crate) cover: Cover,
    pub(crate) reduction: Reduction,
    /// In the order in which it went away.
    pub(crate) dropped: Vec<Dropped>,
}

/// Merges rows and drops dominated sites until nothing changes.
///
/// Cost: hashing the pairs, and for each site one walk through the rows it covers that ends as soon as no other site covers them all.
pub(crate) fn presolve(cover: Cover, n_demand: usize) -> Presolved {
    let mut reduction = Reduction {
        n_demand_decided: n_demand - cover.n_rows(),
        ..Reduction::default()
    };
    let mut dropped = Vec::new();
    let mut cover = cover;
    loop {
        let before = (cover.n_rows(), cover.n_sites());
        cover = merge_rows(cover, &mut reduction);
        if may_drop_sites(&cover) {
            cover = drop_sites(cover, &mut reduction, &mut dropped);
        }
        if cover.must && cover.need.iter().all(|&n| n == 1) {
            cover = drop_implied_rows(cover, &mut reduction, &mut dropped);
        }
        if before == (cover.n_rows(), cover.n_sites()) {
            break;
        }
    }
    reduction.n_pairs_left = cover.rows.len();
    Presolved {
        cover,
        reduction,
        dropped,
    }
}

/// A dominated site may still be wanted when a row counts twice, or when the other one bars a third.
fn may_drop_sites(cover: &Cover) -> bool {
    cover.near.is_empty() && cover.need.iter().all(|&n| n == 1)
}

fn merge_rows(cover: Cover, reduction: &mut Reduction) -> Cover {
    let zone = |row: usize| cover.zones.as_ref().and_then(|z| z.of_row[row]);
    let key = |row: usize| {
        let sum = |seed: u64| {
            let sites = cover.sites_of(row).iter();
            sites.fold(0_u64, |sum, &s| {
                sum.wrapping_add(mixed(seed ^ u64::from(s)))
            })
        };
        (cover.need[row], zone(row), sum(0), sum(1 << 40))
    };
    let mut order: Vec<(_, usize)> = (0..cover.n_rows()).map(|row| (key(row), row)).collect();
    order.sort_unstable();
    let mut stands_for: Vec<usize> = (0..cover.n_rows()).collect();
    for two in order.windows(2) {
        let (old, new) = (stands_for[two[0].1], two[1].1);
        // The sums only propose; the lists decide.
        // Rows that need several sites stay apart: half of an odd multiplier would be lost.
        if cover.need[new] == 1
            && two[0].0 == two[1].0
            && cover.sites_of(old) == cover.sites_of(new)
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
        return cover;
    }
    reduction.n_demand_merged += n_merged;
    let mut cover = cover;
    for (row, &target) in stands_for.iter().enumerate() {
        if target != row {
            cover.weight[target] += cover.weight[row];
            let gone = std::mem::take(&mut cover.members[row]);
            cover.members[target].extend(gone);
        }
    }
    for members in &mut cover.members {
        members.sort_unstable();
    }
    keep_rows(cover, &kept)
}

fn pick<T: Clone>(all: &[T], kept: &[bool]) -> Vec<T> {
    let pairs = all.iter().zip(kept).filter(|(_, k)| **k);
    pairs.map(|(value, _)| value.clone()).collect()
}

fn keep_rows(cover: Cover, kept: &[bool]) -> Cover {
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
    for site in 0..cover.n_sites() {
        let column = cover.column(site).iter().map(|&row| new_row[at(row)]);
        rows.extend(column.filter(|&row| row != u32::MAX));
        first.push(rows.len());
    }
    let mut next = Cover {
        first,
        rows,
        weight: pick(&cover.weight, kept),
        need: pick(&cover.need, kept),
        members: pick(&cover.members, kept),
        zones: cover.zones.as_ref().map(|z| Zones {
            of_row: pick(&z.of_row, kept),
            may_miss: z.may_miss.clone(),
        }),
        ..cover
    };
    next.turn_round();
    next
}

/// Whether opening `by` instead of `gone` is never worse in anything but coverage.
fn preferred(cover: &Cover, by: usize, gone: usize) -> bool {
    let price = |site: usize| cover.budget.as_ref().map_or(0, |b| b.price[site]);
    cover.toll[by] <= cover.toll[gone] && price(by) <= price(gone)
}

fn drop_sites(cover: Cover, reduction: &mut Reduction, dropped: &mut Vec<Dropped>) -> Cover {
    let mut gone = vec![false; cover.n_sites()];
    let mut rivals: Vec<u32> = Vec::new();
    let mut n_gone = 0;
    for site in 0..cover.n_sites() {
        let column = cover.column(site);
        let fewest = column
            .iter()
            .min_by_key(|&&row| (cover.sites_of(at(row)).len(), row));
        rivals.clear();
        let Some(&fewest) = fewest else {
            // A site without rows: any other one may stand in for it.
            rivals.extend((0..ix(cover.n_sites())).filter(|&s| !gone[at(s)]).take(2));
            rivals.retain(|&r| at(r) != site && preferred(&cover, at(r), site));
            if let Some(&by) = rivals.first() {
                gone[site] = true;
                n_gone += 1;
                dropped.push(Dropped::Site(cover.site[site], cover.site[at(by)]));
            }
            continue;
        };
        rivals.extend(cover.sites_of(at(fewest)).iter().copied().filter(|&rival| {
            let by = at(rival);
            let size = cover.column(by).len();
            // Of two equal sites the lower one stays.
            let ahead = size > column.len() || !preferred(&cover, site, by) || by < site;
            by != site && !gone[by] && size >= column.len() && ahead && preferred(&cover, by, site)
        }));
        for &row in column {
            if rivals.is_empty() {
                break;
            }
            let sites = cover.sites_of(at(row));
            rivals.retain(|rival| sites.binary_search(rival).is_ok());
        }
        if let Some(&by) = rivals.first() {
            gone[site] = true;
            n_gone += 1;
            dropped.push(Dropped::Site(cover.site[site], cover.site[at(by)]));
        }
    }
    if n_gone == 0 {
        return cover;
    }
    reduction.n_sites_dominated += n_gone;
    let mut first = vec![0];
    let mut rows = Vec::new();
    let kept = || (0..cover.n_sites()).filter(|&site| !gone[site]);
    for site in kept() {
        rows.extend_from_slice(cover.column(site));
        first.push(rows.len());
    }
    let mut next = Cover {
        first,
        rows,
        site: kept().map(|s| cover.site[s]).collect(),
        toll: kept().map(|s| cover.toll[s]).collect(),
        n_new: cover.n_new.min(cover.n_sites() - n_gone),
        budget: cover.budget.as_ref().map(|b| Budget {
            price: kept().map(|s| b.price[s]).collect(),
            total: b.total,
        }),
        ..cover
    };
    next.turn_round();
    next
}

/// For rows that must all be covered: a row is implied when another one's sites are a subset of its own.
fn drop_implied_rows(cover: Cover, reduction: &mut Reduction, dropped: &mut Vec<Dropped>) -> Cover {
    let mut kept = vec![true; cover.n_rows()];
    let mut rivals: Vec<u32> = Vec::new();
    for row in 0..cover.n_rows() {
        let sites = cover.sites_of(row);
        let Some(&fewest) = sites
            .iter()
            .min_by_key(|&&s| (cover.column(at(s)).len(), s))
        else {
            continue;
        };
        // This row implies every row that all its sites cover.
        rivals.clear();
        rivals.extend(
            cover
                .column(at(fewest))
                .iter()
                .copied()
                .filter(|&rival| at(rival) != row && kept[at(rival)] && kept[row]),
        );
        for &site in sites {
            if rivals.is_empty() {
                break;
            }
            let column = cover.column(at(site));
            rivals.retain(|rival| column.binary_search(rival).is_ok());
        }
        for &rival in &rivals {
            kept[at(rival)] = false;
            let name = |r: usize| DemandIx(cover.members[r][0]);
            for &gone in &cover.members[at(rival)] {
                dropped.push(Dropped::Demand(DemandIx(gone), name(row)));
            }
        }
    }
    let n_gone = kept.iter().filter(|k| !**k).count();
    if n_gone == 0 {
        return cover;
    }
    reduction.n_demand_implied += n_gone;
    keep_rows(cover, &kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::presolve;
    use crate::covering::problem::Cover;
    use crate::instance::sparse_rows::CountedRows;
    use crate::number::at;
    use crate::question::Question;

    /// The least aim over all sets of sites, by trying them all: `None` when rows that have to be covered cannot be.
    fn best(cover: &Cover) -> Option<i64> {
        let n = cover.n_sites();
        let aim = |set: u32| {
            let open = |s: usize| set >> s & 1 == 1;
            let sites: Vec<usize> = (0..n).filter(|&s| open(s)).collect();
            let price = |b: &crate::covering::problem::Budget| {
                sites.iter().map(|&s| b.price[s]).sum::<i64>()
            };
            if sites.len() > cover.n_new
                || cover.budget.as_ref().is_some_and(|b| price(b) > b.total)
            {
                return None;
            }
            let short = |row: usize| {
                let times = cover.sites_of(row).iter().filter(|&&s| open(at(s)));
                times.count() < at(cover.need[row])
            };
            let mut missed = (0..cover.n_rows()).filter(|&row| short(row));
            if cover.must {
                let tolls = sites.iter().map(|&s| cover.toll[s]).sum();
                return missed.next().is_none().then_some(tolls);
            }
            Some(missed.map(|row| cover.weight[row]).sum())
        };
        (0..1_u32 << n).filter_map(aim).min()
    }

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
                let whole = Cover::new(&instance, &question);
                let expected = best(&whole);
                let smaller = presolve(whole, instance.n_demand()).cover;
                prop_assert_eq!(best(&smaller), expected, "{:?}", question);
            }
        }
    }
}
