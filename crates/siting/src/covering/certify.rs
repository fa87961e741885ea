//! Certificate of a covering bound, written in demand points of the instance instead of rows.

use crate::answer::certificate::{Certificate, CertificateNode, Multipliers};
use crate::branch_and_bound::certificate_tree::{Names, certificate_nodes, small_enough};
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::tree::{Branching, Tree};
use crate::covering::presolve::Presolved;
use crate::covering::triple_cuts::TripleCuts;
use crate::instance::{DemandIx, Instance};
use crate::number::at;

/// Multipliers of the presolved problem's rows as multipliers of the demand points.
///
/// The multiplier of a merged row is divided by weight, rounded at cumulative positions, so that the parts add up exactly and none exceeds its own weight.
/// A row that is decided to be covered may have a multiplier above its weight; the excess goes to its first demand point, which the node of the tree names.
fn spread(instance: &Instance, presolved: &Presolved, bits: u32, dual: &Dual) -> Multipliers {
    let problem = &presolved.problem;
    let mut demand = vec![0_i64; instance.n_demand()];
    for (row, (members, &multiplier)) in problem.members.iter().zip(&dual.row).enumerate() {
        if let [only] = members[..] {
            demand[at(only)] = multiplier;
            continue;
        }
        let total: i128 = members
            .iter()
            .map(|&i| i128::from(instance.weight[at(i)]))
            .sum();
        if total == 0 || problem.must_cover {
            // Equal conditions: the first demand point stands for all.
            demand[at(members[0])] = multiplier;
            continue;
        }
        let zone = problem.zones.as_ref().and_then(|z| z.of_row[row]);
        let of_zone = zone.and_then(|z| dual.zone.get(at(z)));
        let unit = (1_i128 << bits) + of_zone.map_or(0, |&m| i128::from(m));
        let most = total * unit / i128::from(problem.need[row]);
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
        cut: dual.cut.clone(),
    }
}

/// The cuts in demand points: the first of each row.
fn named(presolved: &Presolved, cuts: &TripleCuts) -> Vec<[DemandIx; 3]> {
    let name = |row: u32| DemandIx(presolved.problem.members[at(row)][0]);
    cuts.rows.iter().map(|rows| rows.map(name)).collect()
}

fn scale(bits: u32) -> i32 {
    i32::try_from(bits).expect("a few bits")
}

/// The certificate of a bound without branching; without multipliers, that of the bound 0.
pub(crate) fn certificate_of(
    instance: &Instance,
    presolved: &Presolved,
    cuts: &TripleCuts,
    bits: u32,
    dual: Option<&Dual>,
) -> Certificate {
    let multipliers = dual.map_or_else(Multipliers::default, |d| {
        spread(instance, presolved, bits, d)
    });
    Certificate {
        scale_bits: scale(bits),
        dropped: presolved.dropped.clone(),
        cuts: named(presolved, cuts),
        multipliers: vec![multipliers],
        tree: vec![CertificateNode::Leaf(0)],
    }
}

/// The certificate of a tree, or `None` when it would be too large to hand out.
pub(crate) fn certificate_of_tree<Q: Branching>(
    instance: &Instance,
    presolved: &Presolved,
    cuts: &TripleCuts,
    bits: u32,
    tree: &Tree<Q>,
) -> Option<Certificate> {
    let problem = &presolved.problem;
    let names = Names {
        site: &|s| problem.site[at(s)],
        row: &|r| DemandIx(problem.members[r.index()][0]),
    };
    let (nodes, duals) = certificate_nodes(tree, &names);
    if !small_enough(&duals) {
        return None;
    }
    Some(Certificate {
        scale_bits: scale(bits),
        dropped: presolved.dropped.clone(),
        cuts: named(presolved, cuts),
        multipliers: duals
            .iter()
            .map(|d| spread(instance, presolved, bits, d))
            .collect(),
        tree: nodes,
    })
}
