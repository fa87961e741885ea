//! An iterate of the primal-dual hybrid gradient.

use crate::covering::lagrangian::Relaxation;
use crate::number::at;

/// An iterate: fractional sites and uncovered rows, multipliers of rows and cuts.
#[derive(Clone, Debug, Default)]
pub(super) struct Iterate {
    pub(super) x: Vec<f64>,
    /// Uncovered part by row, for rows in cuts; that of the others follows from their multiplier.
    pub(super) uncovered: Vec<f64>,
    pub(super) row: Vec<f64>,
    pub(super) cut: Vec<f64>,
    /// By row, the sum of its fractional sites and its uncovered part; behind them by cut, the sum of fractional sites that cover two or three of its rows.
    pub(super) covered: Vec<f64>,
}

impl Iterate {
    pub(super) fn parts(&self) -> [&[f64]; 5] {
        [
            &self.x,
            &self.uncovered,
            &self.row,
            &self.cut,
            &self.covered,
        ]
    }

    pub(super) fn parts_mut(&mut self) -> [&mut [f64]; 5] {
        [
            &mut self.x,
            &mut self.uncovered,
            &mut self.row,
            &mut self.cut,
            &mut self.covered,
        ]
    }
}

/// Writes by row its multiplier plus those of its cuts, and behind them by cut its multiplier times -1.
pub(super) fn price_rows(of: &Relaxation, point: &Iterate, priced: &mut [f64]) {
    let (rows, cuts) = priced.split_at_mut(point.row.len());
    rows.copy_from_slice(&point.row);
    for ((priced, &m), (_, of_cut)) in cuts.iter_mut().zip(&point.cut).zip(&of.cut) {
        for &r in of_cut {
            rows[at(r)] += m;
        }
        *priced = -m;
    }
}
