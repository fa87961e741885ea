//! A covering question as the tree of cases sees it.

use crate::branch_and_bound::dual_bound::{Ascent, Dual};
use crate::branch_and_bound::subgradient::Climb;
use crate::branch_and_bound::subproblem::Part;
use crate::branch_and_bound::tree::{Branching, N_PROBED, Start};
use crate::covering::lagrangian::Relaxation;
use crate::covering::pdhg::{STEPS_PER_LOOK, Saddle};
use crate::covering::problem::Cover;
use crate::covering::triple_cuts::Triples;
use crate::number::{at, ix};

/// Looks at the bound on the way to a part's saddle point.
const LOOKS: u32 = 3;

/// A covering question and the scale of its multipliers.
#[derive(Debug)]
pub(crate) struct CoverBranching<'a> {
    pub(crate) cover: &'a Cover,
    pub(crate) triples: &'a Triples,
    pub(crate) bits: u32,
}

impl Branching for CoverBranching<'_> {
    fn n_sites(&self) -> usize {
        self.cover.n_sites()
    }

    fn n_new(&self) -> usize {
        self.cover.n_new
    }

    fn near(&self, site: u32) -> Option<&[u32]> {
        self.cover.near.get(at(site)).map(Vec::as_slice)
    }

    fn sites_of(&self, row: u32) -> &[u32] {
        self.cover.sites_of(at(row))
    }

    fn climb(&self, part: &Part, dual: &Dual, climb: &Climb) -> Option<Ascent> {
        let relaxation = Relaxation::new(self.cover, self.triples, self.bits, part);
        (!relaxation.hopeless).then(|| relaxation.climb(dual, climb))
    }

    /// With triples, towards the saddle point: a climb hardly gets back to where the part above was.
    fn raise(&self, part: &Part, from: &Start, climb: &Climb) -> Option<Ascent> {
        if self.triples.n() == 0 || from.share.is_empty() {
            return self.climb(part, &from.dual, climb);
        }
        let relaxation = Relaxation::new(self.cover, self.triples, self.bits, part);
        if relaxation.hopeless {
            return None;
        }
        let mut best = relaxation.look(&from.dual);
        let mut saddle = Saddle::new(&relaxation, &from.dual, &from.share);
        for _ in 0..LOOKS {
            if best.bound >= climb.enough || (climb.stop)() {
                break;
            }
            let next = saddle.go_on(&from.dual, climb.stop);
            let work = best.work + next.work + u64::from(STEPS_PER_LOOK) * relaxation.n_pairs();
            let met = best.met.take().into_iter().chain(next.met.clone());
            let met = met.min_by_key(|(_, missed)| *missed);
            if next.bound > best.bound {
                best = next;
            }
            best.work = work;
            best.met = met;
        }
        best.share = saddle.share();
        Some(best)
    }

    fn scaled(&self, aim: i64) -> i64 {
        if self.cover.must { 0 } else { aim << self.bits }
    }

    /// Rows that are covered by about half in the linear relaxation, far from each other, those that many sites could cover first.
    fn rows_to_split(&self, part: &Part, ascent: &Ascent) -> Vec<u32> {
        let cover = self.cover;
        if cover.must {
            return Vec::new();
        }
        let mut left = cover.need.clone();
        for &site in &part.open {
            for &row in cover.column(at(site)) {
                left[at(row)] = left[at(row)].saturating_sub(1);
            }
        }
        for &row in &part.covered {
            left[at(row)] = 0;
        }
        let mut all: Vec<(f64, u32)> = Vec::new();
        for row in (0..cover.n_rows()).filter(|&r| left[r] == 1) {
            let sites = cover.sites_of(row).iter().filter(|&&s| part.free[at(s)]);
            let (mut n, mut sum) = (0_u32, 0.0);
            for &site in sites {
                n += 1;
                sum += ascent.share[at(site)];
            }
            if n >= 2 && sum > 0.1 && sum < 0.9 {
                all.push((sum.min(1.0 - sum) * f64::from(n).sqrt(), ix(row)));
            }
        }
        all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        // Candidates far from each other: one that shares a site with a better one says much the same.
        let mut seen = vec![0_u32; cover.n_sites()];
        let mut picked = Vec::new();
        for (_, row) in all {
            let sites = cover.sites_of(at(row));
            let known = sites.iter().filter(|&&s| seen[at(s)] > 0).count();
            if known * 2 > sites.len() {
                continue;
            }
            for &site in sites {
                seen[at(site)] += 1;
            }
            picked.push(row);
            if picked.len() == N_PROBED {
                break;
            }
        }
        picked
    }
}
