//! Candidate sites: those that a solver may open, and the pairs of them too near each other.

use crate::instance::{Instance, SiteIx, SiteStatus};
use crate::number::{at, ix};

/// The candidates: neither fixed nor forbidden, nor too near a fixed site; ascending.
pub(crate) fn candidates(instance: &Instance) -> Vec<SiteIx> {
    let mut barred = vec![false; instance.n_sites()];
    for &(a, b) in &instance.too_near {
        barred[a.index()] |= instance.site_status(b) == SiteStatus::Fixed;
        barred[b.index()] |= instance.site_status(a) == SiteStatus::Fixed;
    }
    let may = |s: &SiteIx| instance.site_status(*s) == SiteStatus::Candidate && !barred[s.index()];
    instance.sites().filter(may).collect()
}

/// By candidate, the candidates too near it, ascending; empty without spacing.
pub(crate) fn near(instance: &Instance, candidates: &[SiteIx]) -> Vec<Vec<u32>> {
    if instance.too_near.is_empty() {
        return Vec::new();
    }
    let mut place = vec![u32::MAX; instance.n_sites()];
    for (k, site) in candidates.iter().enumerate() {
        place[site.index()] = ix(k);
    }
    let mut near = vec![Vec::new(); candidates.len()];
    for &(a, b) in &instance.too_near {
        let (a, b) = (place[a.index()], place[b.index()]);
        if a != u32::MAX && b != u32::MAX {
            near[at(a)].push(b);
            near[at(b)].push(a);
        }
    }
    for list in &mut near {
        list.sort_unstable();
    }
    near
}
