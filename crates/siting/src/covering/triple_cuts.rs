//! {0,1/2} Chvátal-Gomory cuts on row triples (Chvátal 1973; Caprara and Fischetti 1996).
//!
//! Where no site covers all of three rows, half a site for each two of them covers all three with one and a half sites; any whole choice takes two.
//! For three rows `S` with covers `z`, and sites `x` that cover `c_j` of them each, `Σ z_i ≤ 1 + Σ ⌈c_j / 2⌉ x_j` holds for every whole choice: half the sum of `z_i ≤ Σ x_j` and `z_i ≤ 1`, rounded.
//!
//! With a multiplier `μ` for the cut, and the multipliers of its rows each lowered by `μ`, a site that covers one of the rows is worth as before, and a site that covers two or three is worth `μ` less.
//! Written so, a cut is one more row, with a multiplier at most 0, and the ascent stays as it is.
//! On the clustered towns a thousand cuts close two thirds of the relaxation's gap.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::branch_and_bound::dual_bound::Dual;
use crate::covering::problem::CoveringProblem;
use crate::number::{at, ix};

/// The cuts, and the coefficients of sites in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct TripleCuts {
    /// Rows ascending within each.
    pub(crate) rows: Vec<[u32; 3]>,
    /// By site, the cuts of which it covers two rows or all three.
    pub(crate) of_site: Vec<Vec<u32>>,
    known: BTreeSet<[u32; 3]>,
}

/// Partner rows tried per row in one separation; more find little more.
const PARTNERS: usize = 64;
/// Most cuts added by one separation.
const MOST_PER_ROUND: usize = 600;
/// Most cuts with the same row in one separation, so that they spread out.
const MOST_PER_ROW: u32 = 3;
/// Least violation of a cut that is added.
const LEAST: f64 = 0.03;
/// Sites of a smaller fractional value are not visited.
const SELDOM: f64 = 0.01;

impl TripleCuts {
    pub(crate) fn n(&self) -> usize {
        self.rows.len()
    }

    /// Separates: adds cuts that these fractional sites violate; returns their number.
    ///
    /// Cost: for each row a visit of the rows that share sites with it, and of pairs among a few of them.
    pub(crate) fn separate(&mut self, problem: &CoveringProblem, fractional: &[f64]) -> usize {
        let near = Near::new(problem, fractional);
        let mut found: Vec<(f64, [u32; 3])> = (0..near.row.len())
            .into_par_iter()
            .map_init(|| Marks::new(&near), |marks, k| near.most_broken(k, marks))
            .flatten()
            .collect();
        found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut used = vec![0_u32; problem.n_rows()];
        let mut n = 0;
        for (_, cut) in found {
            if n == MOST_PER_ROUND {
                break;
            }
            if cut.iter().any(|&r| used[at(r)] >= MOST_PER_ROW) || !self.known.insert(cut) {
                continue;
            }
            for r in cut {
                used[at(r)] += 1;
            }
            self.add(problem, cut);
            n += 1;
        }
        n
    }

    /// Whether a cut has no multiplier in any of these.
    fn is_idle(duals: &[&Dual], cut: usize) -> bool {
        let at_rest = |d: &&Dual| d.cut.get(cut).is_none_or(|&m| m == 0);
        duals.iter().all(at_rest)
    }

    /// The part of the cuts without a multiplier in any of these.
    pub(crate) fn idle(&self, duals: &[&Dual]) -> f64 {
        let n_idle = (0..self.n()).filter(|&k| Self::is_idle(duals, k)).count();
        f64::from(ix(n_idle)) / f64::from(ix(self.n().max(1)))
    }

    /// Drops cuts without a multiplier in any of these; returns the old numbers of those that are left.
    pub(crate) fn drop_idle(&mut self, problem: &CoveringProblem, duals: &[&Dual]) -> Vec<u32> {
        let all = std::mem::take(self);
        let busy = (0..all.n()).filter(|&k| !Self::is_idle(duals, k));
        let kept: Vec<u32> = busy.map(ix).collect();
        for &k in &kept {
            let cut = all.rows[at(k)];
            self.known.insert(cut);
            self.add(problem, cut);
        }
        kept
    }

    fn add(&mut self, problem: &CoveringProblem, cut: [u32; 3]) {
        self.of_site.resize(problem.n_sites(), Vec::new());
        let id = ix(self.rows.len());
        self.rows.push(cut);
        let mut sites: Vec<u32> = cut
            .iter()
            .flat_map(|&r| problem.sites_of(at(r)))
            .copied()
            .collect();
        sites.sort_unstable();
        for same in sites.chunk_by(|a, b| a == b) {
            if same.len() > 1 {
                self.of_site[at(same[0])].push(id);
            }
        }
    }
}

/// Fractional coverage by row; of rows that the same sites cover, the heaviest stands for all.
struct Near {
    row: Vec<u32>,
    /// By row, its sites of positive value, ascending.
    sites: Vec<Vec<u32>>,
    /// By site, the rows of these that it covers.
    rows: Vec<Vec<u32>>,
    fractional: Vec<f64>,
    covered: Vec<f64>,
    /// Coverage by row, 1 at most.
    z: Vec<f64>,
}

/// Scratch for one row's separation, by site and by row; zero between two rows.
struct Marks {
    /// Value by site that covers the partner at hand, and by row the value that its sites share with the row.
    of_partner: Vec<f64>,
    of_both: Vec<f64>,
    of_row: Vec<bool>,
    with_row: Vec<f64>,
}

impl Marks {
    fn new(near: &Near) -> Self {
        Self {
            of_partner: vec![0.0; near.fractional.len()],
            of_both: vec![0.0; near.fractional.len()],
            of_row: vec![false; near.fractional.len()],
            with_row: vec![0.0; near.row.len()],
        }
    }
}

impl Near {
    fn new(problem: &CoveringProblem, fractional: &[f64]) -> Self {
        let mut heaviest: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
        for row in 0..problem.n_rows() {
            // Its own condition, and at most one.
            if problem.members[row].len() > 1 || problem.need[row] > 1 {
                continue;
            }
            let often = |s: &u32| fractional[at(*s)] > SELDOM;
            let sites: Vec<u32> = problem
                .sites_of(row)
                .iter()
                .copied()
                .filter(often)
                .collect();
            let sum: f64 = sites.iter().map(|&s| fractional[at(s)]).sum();
            if sum <= 0.5 || sites.iter().any(|&s| fractional[at(s)] > 0.99) {
                continue;
            }
            let first = heaviest.entry(sites).or_insert(row);
            if problem.weight[row] > problem.weight[*first] {
                *first = row;
            }
        }
        let mut kept: Vec<(usize, Vec<u32>)> = heaviest.into_iter().map(|(s, r)| (r, s)).collect();
        kept.sort_unstable();
        let mut near = Self {
            row: Vec::with_capacity(kept.len()),
            sites: Vec::with_capacity(kept.len()),
            rows: vec![Vec::new(); problem.n_sites()],
            fractional: fractional.to_vec(),
            covered: Vec::with_capacity(kept.len()),
            z: Vec::with_capacity(kept.len()),
        };
        for (k, (row, sites)) in (0..).zip(kept) {
            let covered: f64 = sites.iter().map(|&s| fractional[at(s)]).sum();
            near.row.push(ix(row));
            near.covered.push(covered);
            near.z.push(if problem.must_cover {
                1.0
            } else {
                covered.min(1.0)
            });
            for &site in &sites {
                near.rows[at(site)].push(k);
            }
            near.sites.push(sites);
        }
        near
    }

    /// The most violated cut with this row.
    fn most_broken(&self, k: usize, marks: &mut Marks) -> Option<(f64, [u32; 3])> {
        let mut partners: Vec<u32> = Vec::new();
        for &site in &self.sites[k] {
            marks.of_row[at(site)] = true;
            for &other in &self.rows[at(site)] {
                let shared = &mut marks.with_row[at(other)];
                if *shared == 0.0 {
                    partners.push(other);
                }
                *shared += self.fractional[at(site)];
            }
        }
        // Ascending: the choice of partners must not depend on the order of finding.
        partners.sort_unstable();
        let half = |&r: &u32| {
            let shared = marks.with_row[at(r)];
            at(r) != k && shared > 0.2 && shared < 0.85
        };
        let fit: Vec<u32> = partners.iter().copied().filter(half).collect();
        // A few of them, evenly over all.
        let stride = fit.len().div_ceil(PARTNERS).max(1);
        let few: Vec<u32> = fit.into_iter().skip(k % stride).step_by(stride).collect();
        let mut best: Option<(f64, [u32; 3])> = None;
        for (place, &i) in few.iter().enumerate() {
            let with_i = marks.with_row[at(i)];
            for &site in &self.sites[at(i)] {
                marks.of_partner[at(site)] = self.fractional[at(site)];
                if marks.of_row[at(site)] {
                    marks.of_both[at(site)] = self.fractional[at(site)];
                }
            }
            for &j in &few[place + 1..] {
                let two = with_i + marks.with_row[at(j)];
                let least = best.map_or(LEAST, |b| b.0);
                let sum = |by: &[f64]| self.sites[at(j)].iter().map(|&s| by[at(s)]).sum::<f64>();
                let pairs = two + sum(&marks.of_partner);
                // No cut is violated by more than the value that its pairs share above one.
                if pairs <= 1.0 + least {
                    continue;
                }
                let all = sum(&marks.of_both);
                let of = [k, at(i), at(j)];
                let sum = |by: &[f64]| of.iter().map(|&r| by[r]).sum::<f64>();
                let counted = sum(&self.covered) - pairs + 2.0 * all;
                let broken = sum(&self.z) - 1.0 - counted;
                if broken > least {
                    let mut cut = of.map(|r| self.row[r]);
                    cut.sort_unstable();
                    best = Some((broken, cut));
                }
            }
            for &site in &self.sites[at(i)] {
                marks.of_partner[at(site)] = 0.0;
                marks.of_both[at(site)] = 0.0;
            }
        }
        for &site in &self.sites[k] {
            marks.of_row[at(site)] = false;
        }
        for &other in &partners {
            marks.with_row[at(other)] = 0.0;
        }
        best
    }
}
