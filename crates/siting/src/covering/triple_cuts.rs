//! Conditions on three rows that the linear relaxation breaks and no choice of sites does.
//!
//! Where no site covers all of three rows, half a site for each two of them covers all three with one and a half sites; in truth it takes two.
//! For three rows `S` with covers `z` and sites `x` that cover `c_j` of them each, `Σ z_i ≤ 1 + Σ ⌈c_j / 2⌉ x_j` holds for every choice: it is half the sum of `z_i ≤ Σ x_j` and `z_i ≤ 1`, rounded (Chvátal 1973; the half-integral cuts of Caprara and Fischetti 1996).
//!
//! With a multiplier `μ` for it, and those of its rows each lowered by as much, a site that covers one row is worth what it was, and one that covers two or three is worth `μ` less: the multiplier asks that no more than one such site be open.
//! Written so, a triple is a row that costs instead of paying, which leaves the climb as it is.
//! On the clustered towns a thousand of them close two thirds of the relaxation's gap.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::branch_and_bound::dual_bound::Dual;
use crate::covering::problem::Cover;
use crate::number::{at, ix};

/// Triples of rows, and how each site counts in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Triples {
    /// Rows ascending within each.
    pub(crate) rows: Vec<[u32; 3]>,
    /// By site, the triples of which it covers two rows or all three.
    pub(crate) of_site: Vec<Vec<u32>>,
    known: BTreeSet<[u32; 3]>,
}

/// Rows at whose triples one round looks, per row; more find little more.
const PARTNERS: usize = 64;
/// Triples that one round may add.
const MOST_PER_ROUND: usize = 600;
/// Triples in which one row may be per round, so that they spread out.
const MOST_PER_ROW: u32 = 3;
/// What a triple has to be broken by at least.
const LEAST: f64 = 0.03;
/// Sites chosen more rarely are not looked at.
const SELDOM: f64 = 0.01;

impl Triples {
    pub(crate) fn n(&self) -> usize {
        self.rows.len()
    }

    /// Adds triples that these shares of sites break; returns how many.
    ///
    /// Cost: for each row a look at the rows that share sites with it, and at pairs among a few of them.
    pub(crate) fn separate(&mut self, cover: &Cover, share: &[f64]) -> usize {
        let near = Near::new(cover, share);
        let mut found: Vec<(f64, [u32; 3])> = (0..near.row.len())
            .into_par_iter()
            .map_init(|| Marks::new(&near), |marks, k| near.most_broken(k, marks))
            .flatten()
            .collect();
        found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut used = vec![0_u32; cover.n_rows()];
        let mut n = 0;
        for (_, triple) in found {
            if n == MOST_PER_ROUND {
                break;
            }
            if triple.iter().any(|&r| used[at(r)] >= MOST_PER_ROW) || !self.known.insert(triple) {
                continue;
            }
            for r in triple {
                used[at(r)] += 1;
            }
            self.add(cover, triple);
            n += 1;
        }
        n
    }

    /// Whether a triple has no multiplier in any of these.
    fn is_idle(duals: &[&Dual], triple: usize) -> bool {
        let at_rest = |d: &&Dual| d.triple.get(triple).is_none_or(|&m| m == 0);
        duals.iter().all(at_rest)
    }

    /// The share of triples without a multiplier in any of these.
    pub(crate) fn idle(&self, duals: &[&Dual]) -> f64 {
        let n_idle = (0..self.n()).filter(|&k| Self::is_idle(duals, k)).count();
        f64::from(ix(n_idle)) / f64::from(ix(self.n().max(1)))
    }

    /// Drops triples without a multiplier in any of these; returns the numbers of those that are left.
    pub(crate) fn drop_idle(&mut self, cover: &Cover, duals: &[&Dual]) -> Vec<u32> {
        let all = std::mem::take(self);
        let busy = (0..all.n()).filter(|&k| !Self::is_idle(duals, k));
        let kept: Vec<u32> = busy.map(ix).collect();
        for &k in &kept {
            let triple = all.rows[at(k)];
            self.known.insert(triple);
            self.add(cover, triple);
        }
        kept
    }

    fn add(&mut self, cover: &Cover, triple: [u32; 3]) {
        self.of_site.resize(cover.n_sites(), Vec::new());
        let id = ix(self.rows.len());
        self.rows.push(triple);
        let mut sites: Vec<u32> = triple
            .iter()
            .flat_map(|&r| cover.sites_of(at(r)))
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

/// What shares of sites cover, row by row; of rows that the same sites cover, the heaviest stands for all.
struct Near {
    row: Vec<u32>,
    /// By row, the sites with a share, ascending.
    sites: Vec<Vec<u32>>,
    /// By site, the rows above that it covers.
    rows: Vec<Vec<u32>>,
    share: Vec<f64>,
    covered: Vec<f64>,
    /// How far a row counts as covered.
    z: Vec<f64>,
}

/// Room for looking around one row: by site and by row, zero between two looks.
struct Marks {
    /// The share of a site that covers the partner at hand, and of one that covers the row as well.
    of_partner: Vec<f64>,
    of_both: Vec<f64>,
    of_row: Vec<bool>,
    with_row: Vec<f64>,
}

impl Marks {
    fn new(near: &Near) -> Self {
        Self {
            of_partner: vec![0.0; near.share.len()],
            of_both: vec![0.0; near.share.len()],
            of_row: vec![false; near.share.len()],
            with_row: vec![0.0; near.row.len()],
        }
    }
}

impl Near {
    fn new(cover: &Cover, share: &[f64]) -> Self {
        let mut heaviest: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
        for row in 0..cover.n_rows() {
            // Its own condition, and no more than one.
            if cover.members[row].len() > 1 || cover.need[row] > 1 {
                continue;
            }
            let often = |s: &u32| share[at(*s)] > SELDOM;
            let sites: Vec<u32> = cover.sites_of(row).iter().copied().filter(often).collect();
            let sum: f64 = sites.iter().map(|&s| share[at(s)]).sum();
            if sum <= 0.5 || sites.iter().any(|&s| share[at(s)] > 0.99) {
                continue;
            }
            let first = heaviest.entry(sites).or_insert(row);
            if cover.weight[row] > cover.weight[*first] {
                *first = row;
            }
        }
        let mut kept: Vec<(usize, Vec<u32>)> = heaviest.into_iter().map(|(s, r)| (r, s)).collect();
        kept.sort_unstable();
        let mut near = Self {
            row: Vec::with_capacity(kept.len()),
            sites: Vec::with_capacity(kept.len()),
            rows: vec![Vec::new(); cover.n_sites()],
            share: share.to_vec(),
            covered: Vec::with_capacity(kept.len()),
            z: Vec::with_capacity(kept.len()),
        };
        for (k, (row, sites)) in (0..).zip(kept) {
            let covered: f64 = sites.iter().map(|&s| share[at(s)]).sum();
            near.row.push(ix(row));
            near.covered.push(covered);
            near.z.push(if cover.must { 1.0 } else { covered.min(1.0) });
            for &site in &sites {
                near.rows[at(site)].push(k);
            }
            near.sites.push(sites);
        }
        near
    }

    /// The triple with this row that is broken most.
    fn most_broken(&self, k: usize, marks: &mut Marks) -> Option<(f64, [u32; 3])> {
        let mut partners: Vec<u32> = Vec::new();
        for &site in &self.sites[k] {
            marks.of_row[at(site)] = true;
            for &other in &self.rows[at(site)] {
                let shared = &mut marks.with_row[at(other)];
                if *shared == 0.0 {
                    partners.push(other);
                }
                *shared += self.share[at(site)];
            }
        }
        // Ascending, as each is found from its own row too; which ones are looked at must not depend on the order of finding.
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
                marks.of_partner[at(site)] = self.share[at(site)];
                if marks.of_row[at(site)] {
                    marks.of_both[at(site)] = self.share[at(site)];
                }
            }
            for &j in &few[place + 1..] {
                let two = with_i + marks.with_row[at(j)];
                let least = best.map_or(LEAST, |b| b.0);
                let sum = |by: &[f64]| self.sites[at(j)].iter().map(|&s| by[at(s)]).sum::<f64>();
                let pairs = two + sum(&marks.of_partner);
                // No triple is broken by more than what its pairs share above one.
                if pairs <= 1.0 + least {
                    continue;
                }
                let all = sum(&marks.of_both);
                let of = [k, at(i), at(j)];
                let sum = |by: &[f64]| of.iter().map(|&r| by[r]).sum::<f64>();
                let counted = sum(&self.covered) - pairs + 2.0 * all;
                let broken = sum(&self.z) - 1.0 - counted;
                if broken > least {
                    let mut triple = of.map(|r| self.row[r]);
                    triple.sort_unstable();
                    best = Some((broken, triple));
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
