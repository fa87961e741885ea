//! The same question for sites that can serve any amount: answered much faster, and where capacities bind seldom nearly the same.
//!
//! Its sites are where the search with capacities begins, and its multipliers, shared out over the steps of weight, where the bound does: capacities only make sites worth less, so that the bound begins no lower.

use crate::answer::certificate::Certificate;
use crate::answer::check::Proposal;
use crate::branch_and_bound::dual_bound::Dual;
use crate::capacity::problem::Slots;
use crate::covering::presolve::presolve;
use crate::covering::problem::Cover;
use crate::instance::{DemandIx, Instance, SiteIx};
use crate::number::{at, float, ix, rounded};
use crate::question::effort::Effort;
use crate::question::{Model, Question};

/// Where the search and the bound begin.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    /// Candidates, ascending.
    pub(crate) sites: Vec<u32>,
    pub(crate) dual: Option<Dual>,
    /// Conditions on three rows each, which the multipliers price; only for `lscp`.
    pub(crate) triples: Vec<[u32; 3]>,
    /// For `lscp`, the question without capacities, its candidates as here; more such conditions are found in it.
    pub(crate) cover: Option<Cover>,
    /// Pairs looked at.
    pub(crate) work: u64,
}

/// The share of the work that is spent here.
const SHARE: u64 = 10;

/// Answers the question without capacities; nothing to begin with when that has no answer either, or for `mclp`, where capacities bind most.
///
/// Cost: a tenth of the work of the effort at most.
pub(crate) fn begin(
    instance: &Instance,
    question: &Question,
    slots: &Slots,
    effort: &Effort,
) -> Beginning {
    let quick = Effort {
        exact: false,
        work: effort.work / SHARE,
        ..*effort
    };
    match question.model {
        Model::Lscp => fewest(instance, question, slots, &quick),
        Model::PMedian => nearest(instance, question, slots, &quick),
        Model::Mclp | Model::PCenter => Beginning::default(),
    }
}

fn fewest(instance: &Instance, question: &Question, slots: &Slots, effort: &Effort) -> Beginning {
    let instance = without_capacities(instance);
    let cover = Cover::new(&instance, question);
    let presolved = presolve(cover.clone(), instance.n_demand());
    let found = crate::models::lscp::fewest(&instance, &presolved, effort, -1, None, &|_| 0.0);
    let sites = found.best.map_or_else(Vec::new, |b| b.1);
    let sites = sites.iter().map(|&s| presolved.cover.site[at(s)]);
    let triples = found.certificate.as_ref().map(|c| c.triples.as_slice());
    let rows = |triple: &[DemandIx; 3]| triple.map(|d| d.0);
    Beginning {
        sites: places(slots, sites),
        triples: triples.unwrap_or_default().iter().map(rows).collect(),
        cover: Some(cover),
        dual: found.certificate.map(|c| shared_out(slots, &c)),
        work: found.work,
    }
}

fn nearest(instance: &Instance, question: &Question, slots: &Slots, effort: &Effort) -> Beginning {
    let instance = without_capacities(instance);
    let Ok((Proposal { new_sites, .. }, finding)) =
        crate::models::p_median::solve(&instance, question, effort)
    else {
        return Beginning::default();
    };
    Beginning {
        sites: places(slots, new_sites.into_iter()),
        dual: finding.certificate.map(|c| shared_out(slots, &c)),
        triples: Vec::new(),
        cover: None,
        work: finding.work,
    }
}

/// The instance for sites that can serve any amount; demand without weight is served by nobody, as with capacities.
fn without_capacities(instance: &Instance) -> Instance {
    let mut all = Instance {
        capacity: None,
        fingerprint: std::sync::OnceLock::new(),
        ..instance.clone()
    };
    if !instance.weight.contains(&0) {
        return all;
    }
    let keeps = |pair: &usize| instance.weight[at(instance.demand[*pair])] > 0;
    let pairs = |site: SiteIx| instance.pairs(site.index()).filter(keeps);
    let kept: Vec<usize> = instance.sites().flat_map(pairs).collect();
    all.first = vec![0];
    let mut n = 0;
    for site in instance.sites() {
        n += pairs(site).count();
        all.first.push(n);
    }
    all.demand = kept.iter().map(|&p| instance.demand[p]).collect();
    all.cost = instance.cost.pick(&kept);
    all.by_demand = std::sync::OnceLock::new();
    all
}

/// Sites of the instance as candidates, ascending.
pub(crate) fn places(slots: &Slots, sites: impl Iterator<Item = SiteIx>) -> Vec<u32> {
    let candidates = &slots.site[..slots.n_candidates];
    let place = |s: SiteIx| {
        candidates
            .binary_search(&s)
            .expect("new sites are candidates")
    };
    let mut all: Vec<u32> = sites.map(|s| ix(place(s))).collect();
    all.sort_unstable();
    all
}

/// What a demand point is worth, as what each step of its weight is worth.
fn shared_out(slots: &Slots, certificate: &Certificate) -> Dual {
    let finer = 2.0_f64.powi(bits(slots) - certificate.scale_bits);
    let of = |demand: DemandIx| {
        let multipliers = certificate.multipliers.first()?;
        let all = *multipliers.demand.get(demand.index())?;
        let weight = slots.weight[demand.index()];
        (weight > 0).then(|| rounded(finer * float(all) / float(weight)).clamp(0, slots.most))
    };
    let rows = (0..ix(slots.n_rows())).map(|r| of(DemandIx(r)).unwrap_or(0));
    let first = certificate.multipliers.first();
    let triple = first.map(|m| m.triple.as_slice()).unwrap_or_default();
    let scaled = |&m: &i64| rounded(finer * float(m)).clamp(0, slots.most);
    Dual {
        row: rows.collect(),
        triple: triple.iter().map(scaled).collect(),
        ..Dual::default()
    }
}

fn bits(slots: &Slots) -> i32 {
    i32::try_from(slots.bits).expect("a few bits")
}
