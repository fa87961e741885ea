//! The best bound at hand, and the certificate that proves it.

use std::sync::Arc;

use crate::branch_and_bound::{Branching, Grown, Tree};
use crate::certificate::{Case, Certificate, Multipliers};
use crate::instance::{DemandIx, Instance, SiteIx};
use crate::lagrange::Dual;
use crate::number::{at, ix};
use crate::presolve::Presolved;
use crate::triples::Triples;

/// The best of the bounds found so far, scaled, with the multipliers that prove it.
#[derive(Clone, Debug)]
pub(crate) struct BestBound {
    value: i64,
    dual: Option<Dual>,
    bits: u32,
}

impl BestBound {
    /// Nothing is known: aims are never negative.
    pub(crate) fn new(bits: u32) -> Self {
        Self {
            value: 0,
            dual: None,
            bits,
        }
    }

    /// Keeps the better one.
    pub(crate) fn raise(&mut self, value: i64, dual: &Dual) {
        if value > self.value {
            self.value = value;
            self.dual = Some(dual.clone());
        }
    }

    /// Raises the bound without multipliers of its own: a tree proves it.
    pub(crate) fn raise_value(&mut self, value: i64) {
        self.value = self.value.max(value);
    }

    /// Forgets triples that have no multiplier; those with these numbers are left.
    pub(crate) fn keep_triples(&mut self, kept: &[u32]) {
        if let Some(dual) = &mut self.dual {
            dual.keep_triples(kept);
        }
    }

    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    pub(crate) fn value(&self) -> i64 {
        self.value
    }

    /// The bound in whole steps of the aim, rounded up: aims are whole.
    pub(crate) fn whole(&self) -> i64 {
        (self.value >> self.bits) + i64::from(self.value & ((1 << self.bits) - 1) != 0)
    }

    pub(crate) fn dual(&self) -> Option<&Dual> {
        self.dual.as_ref()
    }
}

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

/// A certificate with more multipliers than this would be a file of some 100 MB.
const MOST_MULTIPLIERS: usize = 12_000_000;

/// Whether a certificate with these multipliers is small enough to hand out; zeros hardly count.
pub(crate) fn small_enough(duals: &[Arc<Dual>]) -> bool {
    let multipliers = duals.iter().flat_map(|d| d.row.iter().chain(&d.triple));
    multipliers.filter(|m| **m != 0).count() <= MOST_MULTIPLIERS
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

/// What sites and rows of the solver are called in the instance.
pub(crate) struct Names<'a> {
    pub(crate) site: &'a dyn Fn(u32) -> SiteIx,
    pub(crate) row: &'a dyn Fn(u32) -> DemandIx,
}

/// The tree in preorder, and the multipliers that its leaves need, each once.
pub(crate) fn cases<Q: Branching>(tree: &Tree<Q>, names: &Names) -> (Vec<Case>, Vec<Arc<Dual>>) {
    let mut cases = Vec::with_capacity(tree.nodes.len());
    let mut duals: Vec<Arc<Dual>> = Vec::new();
    let mut numbers: std::collections::BTreeMap<usize, u32> = std::collections::BTreeMap::new();
    let mut stack = vec![0_u32];
    while let Some(node) = stack.pop() {
        match &tree.nodes[at(node)] {
            Grown::Unfinished { dual } | Grown::Leaf { dual } => {
                let number = *numbers.entry(Arc::as_ptr(dual).addr()).or_insert_with(|| {
                    duals.push(dual.clone());
                    ix(duals.len() - 1)
                });
                cases.push(Case::Leaf(number));
            }
            Grown::Single => cases.push(Case::Single),
            Grown::Site { site, open, closed } => {
                cases.push(Case::Branch((names.site)(*site)));
                stack.extend([*closed, *open]);
            }
            Grown::Row { row, covered, bare } => {
                cases.push(Case::Row((names.row)(*row)));
                stack.extend([*bare, *covered]);
            }
        }
    }
    (cases, duals)
}
