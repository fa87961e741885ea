//! Conditions on three rows that the linear relaxation breaks and no choice of sites does.
//!
//! Where no site covers all of three rows, half a site for each two of them covers all three with one and a half sites; in truth it takes two.
//! For three rows `S` with covers `z` and sites `x` that cover `c_j` of them each, `Σ z_i ≤ 1 + Σ ⌈c_j / 2⌉ x_j` holds for every choice: it is half the sum of `z_i ≤ Σ x_j` and `z_i ≤ 1`, rounded (Chvátal 1973; the half-integral cuts of Caprara and Fischetti 1996).
//!
//! With a multiplier `μ` for it, and those of its rows each lowered by as much, a site that covers one row is worth what it was, and one that covers two or three is worth `μ` less: the multiplier asks that no more than one such site be open.
//! Written so, a triple is a row that costs instead of paying, which leaves the climb as it is.
//! On the clustered towns a thousand of them close two thirds of the relaxation's gap.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::cover::Cover;
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
const PARTNERS: usize = 24;
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
        let mut found: Vec<(f64, [u32; 3])> = (0..cover.n_rows())
            .into_par_iter()
            .filter_map(|row| near.most_broken(row))
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

/// What shares of sites cover, row by row.
struct Near<'a> {
    cover: &'a Cover,
    share: &'a [f64],
    /// By row, the sites with a share, ascending.
    sites: Vec<Vec<u32>>,
    covered: Vec<f64>,
}

impl<'a> Near<'a> {
    fn new(cover: &'a Cover, share: &'a [f64]) -> Self {
        let often = |row: usize| {
            let sites = cover.sites_of(row).iter().copied();
            sites.filter(|&s| share[at(s)] > SELDOM).collect::<Vec<_>>()
        };
        let sites: Vec<Vec<u32>> = (0..cover.n_rows()).map(often).collect();
        let sum = |sites: &Vec<u32>| sites.iter().map(|&s| share[at(s)]).sum();
        Self {
            covered: sites.iter().map(sum).collect(),
            sites,
            cover,
            share,
        }
    }

    /// Whether a row may be part of a triple: its own condition, covered more than half, by no site alone.
    fn fits(&self, row: usize) -> bool {
        let whole = |&s: &u32| self.share[at(s)] > 0.99;
        self.cover.members[row].len() == 1
            && self.cover.need[row] == 1
            && self.covered[row] > 0.5
            && !self.sites[row].iter().any(whole)
    }

    fn z(&self, row: usize) -> f64 {
        if self.cover.must {
            1.0
        } else {
            self.covered[row].min(1.0)
        }
    }

    /// The share of sites that cover both rows, and all three when there is a third.
    fn shared(&self, a: usize, b: usize, c: Option<usize>) -> f64 {
        let (mut k, mut sum) = (0, 0.0);
        let (a, b) = (&self.sites[a], &self.sites[b]);
        for &site in a {
            while k < b.len() && b[k] < site {
                k += 1;
            }
            if b.get(k) == Some(&site)
                && c.is_none_or(|c| self.sites[c].binary_search(&site).is_ok())
            {
                sum += self.share[at(site)];
            }
        }
        sum
    }

    /// The triple with this row that is broken most.
    fn most_broken(&self, row: usize) -> Option<(f64, [u32; 3])> {
        if !self.fits(row) {
            return None;
        }
        let mut partners: Vec<(u32, f64)> = Vec::new();
        let sites = self.sites[row].iter();
        for &site in sites {
            let others = self.cover.column(at(site)).iter();
            partners.extend(others.map(|&r| (r, self.share[at(site)])));
        }
        partners.sort_unstable_by_key(|p| p.0);
        partners.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 += next.1;
            }
            same
        });
        partners.retain(|&(r, shared)| {
            at(r) != row && shared > 0.2 && shared < 0.85 && self.fits(at(r))
        });
        // A few of them, evenly over all.
        let stride = partners.len().div_ceil(PARTNERS).max(1);
        let few: Vec<(u32, f64)> = partners
            .into_iter()
            .skip(row % stride)
            .step_by(stride)
            .collect();
        let mut best: Option<(f64, [u32; 3])> = None;
        for (k, &(a, with_a)) in few.iter().enumerate() {
            for &(b, with_b) in &few[k + 1..] {
                let (i, j) = (at(a), at(b));
                let pairs = with_a + with_b + self.shared(i, j, None);
                // No triple is broken by more than what its pairs share above one.
                if pairs <= 1.0 + best.map_or(LEAST, |b| b.0) {
                    continue;
                }
                let all = self.shared(i, j, Some(row));
                let counted =
                    self.covered[row] + self.covered[i] + self.covered[j] - pairs + 2.0 * all;
                let broken = self.z(row) + self.z(i) + self.z(j) - 1.0 - counted;
                if broken > best.map_or(LEAST, |b| b.0) {
                    let mut triple = [ix(row), a, b];
                    triple.sort_unstable();
                    best = Some((broken, triple));
                }
            }
        }
        best
    }
}
