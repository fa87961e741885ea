//! Uncapacitated relaxation of a capacitated problem: a warm start for its search and its bound.
//!
//! It is solved much faster, and where capacities seldom bind its sites are nearly the best ones.
//! Its multipliers, divided by the steps of weight, start the capacitated bound: capacities only lower the worth of a site, so that the bound is no lower there.

use crate::answer::certificate::Certificate;
use crate::answer::checked::Proposal;
use crate::branch_and_bound::dual_bound::Dual;
use crate::capacity::problem::CapacitatedProblem;
use crate::covering::presolve::presolve;
use crate::covering::problem::CoveringProblem;
use crate::instance::{DemandIx, Instance, SiteIx};
use crate::number::{at, float, ix, rounded};
use crate::question::effort::Effort;
use crate::question::{Model, Question};

/// Warm start of the capacitated search and bound.
#[derive(Debug, Default)]
pub(crate) struct WarmStart {
    /// Candidates, ascending.
    pub(crate) sites: Vec<u32>,
    pub(crate) dual: Option<Dual>,
    /// Cuts on three rows each, for the multipliers of the start; only for `lscp`.
    pub(crate) cuts: Vec<[u32; 3]>,
    /// For `lscp`, the covering problem without capacities, from which more cuts are separated.
    pub(crate) relaxed: Option<CoveringProblem>,
    /// Pairs visited.
    pub(crate) work: u64,
}

/// One part in this many of the effort's work goes into the relaxation.
const SHARE: u64 = 10;

/// Solves the uncapacitated relaxation; an empty start when it has no answer, or for `mclp`, where capacities bind most.
///
/// Cost: a tenth of the work of the effort at most.
pub(crate) fn warm_start(
    instance: &Instance,
    question: &Question,
    problem: &CapacitatedProblem,
    effort: &Effort,
) -> WarmStart {
    let quick = Effort {
        exact: false,
        work: effort.work / SHARE,
        ..*effort
    };
    match question.model {
        Model::Lscp => fewest(instance, question, problem, &quick),
        Model::PMedian => nearest(instance, question, problem, &quick),
        Model::Mclp | Model::PCenter => WarmStart::default(),
    }
}

fn fewest(
    instance: &Instance,
    question: &Question,
    problem: &CapacitatedProblem,
    effort: &Effort,
) -> WarmStart {
    let instance = without_capacities(instance);
    let relaxed = CoveringProblem::new(&instance, question);
    let presolved = presolve(relaxed.clone(), instance.n_demand());
    let found = crate::models::lscp::fewest(&instance, &presolved, effort, -1, None, &|_| 0.0);
    let sites = found.best.map_or_else(Vec::new, |b| b.1);
    let sites = sites.iter().map(|&s| presolved.problem.site[at(s)]);
    let cuts = found.certificate.as_ref().map(|c| c.cuts.as_slice());
    let rows = |cut: &[DemandIx; 3]| cut.map(|d| d.0);
    WarmStart {
        sites: places(problem, sites),
        cuts: cuts.unwrap_or_default().iter().map(rows).collect(),
        relaxed: Some(relaxed),
        dual: found.certificate.map(|c| shared_out(problem, &c)),
        work: found.work,
    }
}

fn nearest(
    instance: &Instance,
    question: &Question,
    problem: &CapacitatedProblem,
    effort: &Effort,
) -> WarmStart {
    let instance = without_capacities(instance);
    let Ok((Proposal { new_sites, .. }, finding)) =
        crate::models::p_median::solve(&instance, question, effort)
    else {
        return WarmStart::default();
    };
    WarmStart {
        sites: places(problem, new_sites.into_iter()),
        dual: finding.certificate.map(|c| shared_out(problem, &c)),
        cuts: Vec::new(),
        relaxed: None,
        work: finding.work,
    }
}

/// The instance without capacities; demand without weight is left out, as with capacities.
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
pub(crate) fn places(
    problem: &CapacitatedProblem,
    sites: impl Iterator<Item = SiteIx>,
) -> Vec<u32> {
    let candidates = &problem.site[..problem.n_candidates];
    let place = |s: SiteIx| {
        candidates
            .binary_search(&s)
            .expect("new sites are candidates")
    };
    let mut all: Vec<u32> = sites.map(|s| ix(place(s))).collect();
    all.sort_unstable();
    all
}

/// The multiplier of each demand point, divided by the steps of its weight.
fn shared_out(problem: &CapacitatedProblem, certificate: &Certificate) -> Dual {
    let finer = 2.0_f64.powi(bits(problem) - certificate.scale_bits);
    let of = |demand: DemandIx| {
        let multipliers = certificate.multipliers.first()?;
        let all = *multipliers.demand.get(demand.index())?;
        let weight = problem.weight[demand.index()];
        (weight > 0).then(|| {
            rounded(finer * float(all) / float(weight)).clamp(0, problem.largest_multiplier)
        })
    };
    let rows = (0..ix(problem.n_rows())).map(|r| of(DemandIx(r)).unwrap_or(0));
    let first = certificate.multipliers.first();
    let cut = first.map(|m| m.cut.as_slice()).unwrap_or_default();
    let scaled = |&m: &i64| rounded(finer * float(m)).clamp(0, problem.largest_multiplier);
    Dual {
        row: rows.collect(),
        cut: cut.iter().map(scaled).collect(),
        ..Dual::default()
    }
}

fn bits(problem: &CapacitatedProblem) -> i32 {
    i32::try_from(problem.bits).expect("a few bits")
}
