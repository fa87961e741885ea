//! The sites that may be chosen.

use crate::instance::{Instance, SiteIx, Standing};
use crate::number::{at, ix};

/// Sites that may be chosen: neither fixed nor forbidden nor too near a fixed one.
pub(crate) fn candidates(instance: &Instance) -> Vec<SiteIx> {
    let mut barred = vec![false; instance.n_sites()];
    for &(a, b) in &instance.too_near {
        barred[at(a)] |= instance.standing[at(b)] == Standing::Fixed;
        barred[at(b)] |= instance.standing[at(a)] == Standing::Fixed;
    }
    let may = |s: &SiteIx| instance.standing(*s) == Standing::Candidate && !barred[s.index()];
    instance.sites().filter(may).collect()
}

/// For each candidate, the candidates too near it.
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
        let (a, b) = (place[at(a)], place[at(b)]);
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
