//! The certificate that proves a bound of a covering question.

use crate::answer::certificate::{Case, Certificate, Multipliers};
use crate::branch_and_bound::certificate_tree::{Names, cases, small_enough};
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::tree::{Branching, Tree};
use crate::covering::presolve::Presolved;
use crate::covering::triple_cuts::Triples;
use crate::instance::{DemandIx, Instance};
use crate::number::at;

/// Writes multipliers of the presolved question as multipliers of the demand points.
///
/// The multiplier of a merged row is shared out by weight, cutting at cumulative positions, so that the parts add up exactly and none exceeds its own weight.
/// What a row that is decided to be covered has above its weight goes to its first demand point, the one that the case names.
fn spread(instance: &Instance, presolved: &Presolved, bits: u32, dual: &Dual) -> Multipliers {
    let cover = &presolved.cover;
    let mut demand = vec![0_i64; instance.n_demand()];
    for (row, (members, &multiplier)) in cover.members.iter().zip(&dual.row).enumerate() {
        if let [only] = members[..] {
            demand[at(only)] = multiplier;
            continue;
        }
        let total: i128 = members
            .iter()
            .map(|&i| i128::from(instance.weight[at(i)]))
            .sum();
        if total == 0 || cover.must {
            // Equal conditions: one of them stands for all.
            demand[at(members[0])] = multiplier;
            continue;
        }
        let zone = cover.zones.as_ref().and_then(|z| z.of_row[row]);
        let of_zone = zone.and_then(|z| dual.zone.get(at(z)));
        let unit = (1_i128 << bits) + of_zone.map_or(0, |&m| i128::from(m));
        let most = total * unit / i128::from(cover.need[row]);
        let shared = i128::from(multiplier).min(most);
        demand[at(members[0])] =
            i64::try_from(i128::from(multiplier) - shared).expect("a part of a 64-bit number");
        let (mut weight, mut given) = (0_i128, 0_i128);
        for &i in members {
            weight += i128::from(instance.weight[at(i)]);
            let upto = shared * weight / total;
            demand[at(i)] += i64::try_from(upto - given).expect("a part of a 64-bit number");
            given = upto;
        }
    }
    Multipliers {
        demand,
        budget: dual.budget,
        zone: dual.zone.clone(),
        triple: dual.triple.clone(),
    }
}

/// The triples by demand point; their rows stand for one each.
fn named(presolved: &Presolved, triples: &Triples) -> Vec<[DemandIx; 3]> {
    let name = |row: u32| DemandIx(presolved.cover.members[at(row)][0]);
    triples.rows.iter().map(|rows| rows.map(name)).collect()
}

fn scale(bits: u32) -> i32 {
    i32::try_from(bits).expect("a few bits")
}

/// The certificate of a bound without branching; without multipliers, the trivial one.
pub(crate) fn certificate_of(
    instance: &Instance,
    presolved: &Presolved,
    triples: &Triples,
    bits: u32,
    dual: Option<&Dual>,
) -> Certificate {
    let multipliers = dual.map_or_else(Multipliers::default, |d| {
        spread(instance, presolved, bits, d)
    });
    Certificate {
        scale_bits: scale(bits),
        dropped: presolved.dropped.clone(),
        triples: named(presolved, triples),
        multipliers: vec![multipliers],
        cases: vec![Case::Leaf(0)],
    }
}

/// The tree as cases with multipliers, or `None` when that would be too large to hand out.
pub(crate) fn certificate_of_tree<Q: Branching>(
    instance: &Instance,
    presolved: &Presolved,
    triples: &Triples,
    bits: u32,
    tree: &Tree<Q>,
) -> Option<Certificate> {
    let cover = &presolved.cover;
    let names = Names {
        site: &|s| cover.site[at(s)],
        row: &|r| DemandIx(cover.members[at(r)][0]),
    };
    let (cases, duals) = cases(tree, &names);
    if !small_enough(&duals) {
        return None;
    }
    Some(Certificate {
        scale_bits: scale(bits),
        dropped: presolved.dropped.clone(),
        triples: named(presolved, triples),
        multipliers: duals
            .iter()
            .map(|d| spread(instance, presolved, bits, d))
            .collect(),
        cases,
    })
}
