//! Diagonal step lengths of the primal-dual hybrid gradient (Pock and Chambolle 2011).

use super::Pdhg;
use crate::covering::lagrangian::Relaxation;
use crate::number::{at, ix};

/// One step length per coordinate of an iterate.
pub(super) struct Lengths {
    pub(super) site: Vec<f64>,
    pub(super) uncovered: Vec<f64>,
    pub(super) row: Vec<f64>,
    pub(super) cut: Vec<f64>,
}

/// One over the sum of absolute coefficients in the column of each site and uncovered row, and in the line of each row and cut.
pub(super) fn lengths(of: &Relaxation, cuts_of: &[f64]) -> Lengths {
    let n = cuts_of.len();
    let mut sites_of = vec![0.0_f64; of.n_rows()];
    let mut site = Vec::with_capacity(of.site.len());
    for k in 0..ix(of.site.len()) {
        let mut sum = 0.0;
        for &r in of.column(k) {
            sites_of[at(r)] += 1.0;
            sum += cuts_of.get(at(r)).map_or(-1.0, |cuts| 1.0 + cuts);
        }
        site.push(sum);
    }
    let cut = of.cut.iter().enumerate();
    let cut = cut.map(|(k, (_, rows))| 3.0 + Pdhg::counted(|r| sites_of[r], n + k, rows));
    let row = (0..n).map(|r| sites_of[r] + cuts_of[r].min(1.0));
    let one_over = |all: Vec<f64>| all.into_iter().map(|sum| 1.0 / sum.max(1.0)).collect();
    Lengths {
        cut: one_over(cut.collect()),
        row: one_over(row.collect()),
        uncovered: one_over(cuts_of.iter().map(|t| 1.0 + t).collect()),
        site: one_over(site),
    }
}
