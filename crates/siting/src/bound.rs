//! The best bound at hand, and the certificate that proves it.

use crate::certificate::{Case, Certificate, Multipliers};
use crate::instance::Instance;
use crate::lagrange::Dual;
use crate::number::at;
use crate::presolve::Presolved;

/// The best of the bounds found so far, scaled, with the multipliers that prove it.
#[derive(Clone, Debug, Default)]
pub(crate) struct BestBound {
    value: Option<i64>,
    dual: Option<Dual>,
}

impl BestBound {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Keeps the better one; says whether it rose by more than a thousandth part of a percent.
    pub(crate) fn raise(&mut self, value: i64, dual: &Dual) -> bool {
        let old = self.value.unwrap_or(i64::MIN);
        if value > old {
            self.value = Some(value);
            self.dual = Some(dual.clone());
        }
        value.saturating_sub(old) > value.abs() / 100_000
    }

    /// The bound in whole steps of the aim, rounded in the direction that stays valid for integers.
    pub(crate) fn rounded_up(&self, bits: u32) -> i64 {
        let value = self.value.unwrap_or(0).max(0);
        (value >> bits) + i64::from(value & ((1 << bits) - 1) != 0)
    }

    pub(crate) fn dual(&self) -> Option<&Dual> {
        self.dual.as_ref()
    }
}

/// Writes multipliers of the presolved question as multipliers of the demand points.
///
/// The multiplier of a merged row is shared out by weight, cutting at cumulative positions, so that the parts add up exactly and none exceeds its own weight.
pub(crate) fn spread(instance: &Instance, presolved: &Presolved, dual: &Dual) -> Multipliers {
    let cover = &presolved.cover;
    let mut demand = vec![0_i64; instance.n_demand()];
    for (members, &multiplier) in cover.members.iter().zip(&dual.row) {
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
        let (mut weight, mut given) = (0_i128, 0_i128);
        for &i in members {
            weight += i128::from(instance.weight[at(i)]);
            let upto = i128::from(multiplier) * weight / total;
            demand[at(i)] = i64::try_from(upto - given).expect("a part of a 64-bit number");
            given = upto;
        }
    }
    Multipliers {
        demand,
        budget: dual.budget,
        zone: dual.zone.clone(),
    }
}

/// The certificate of a bound without branching; without multipliers, the trivial one.
pub(crate) fn certificate_of(
    instance: &Instance,
    presolved: &Presolved,
    bits: u32,
    dual: Option<&Dual>,
) -> Certificate {
    let multipliers = dual.map_or_else(Multipliers::default, |d| spread(instance, presolved, d));
    Certificate {
        scale_bits: i32::try_from(bits).expect("at most 24"),
        left_out: presolved.left_out.clone(),
        multipliers: vec![multipliers],
        cases: vec![Case::Leaf(0)],
    }
}
