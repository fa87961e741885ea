//! Order of the open sites by marginal gain, and the gain of each over those before it.
//!
//! Part of the independent check: results print it, so that it is recomputed from the instance.

use crate::answer::checked::Reach;
use crate::answer::entries::OpenSite;
use crate::instance::{DemandIx, Instance, SiteIx};
use crate::question::{Model, Question};

/// The fixed sites, then the new ones, each time the one of largest marginal gain.
///
/// Cost: the chosen sites' pairs once per chosen site at most.
pub(crate) fn in_order(
    instance: &Instance,
    question: &Question,
    open: &[(SiteIx, bool)],
    reach: &[Reach],
    objective: i128,
) -> Vec<OpenSite> {
    match question.model {
        Model::PMedian => order_by(instance, question, open, &MedianGain::new(instance, reach)),
        Model::PCenter => {
            let inner = Question {
                radius: u64::try_from(objective).ok(),
                ..question.clone()
            };
            order_by(instance, &inner, open, &CoverGain::new(instance, 1))
        }
        Model::Lscp | Model::Mclp => order_by(
            instance,
            question,
            open,
            &CoverGain::new(instance, question.times),
        ),
    }
}

/// The pairs of a site that can serve.
pub(crate) fn within<'a>(
    instance: &'a Instance,
    question: &Question,
    site: SiteIx,
) -> impl Iterator<Item = (DemandIx, u64)> + 'a {
    let radius = question.radius.unwrap_or(u64::MAX);
    instance
        .serves(site)
        .filter(move |&(_, cost)| cost <= radius)
}

/// Marginal gains over the sites before, and their update when a site opens.
trait Gain {
    type State;
    fn start(&self) -> Self::State;
    fn of(&self, state: &Self::State, demand: DemandIx, cost: u64) -> i128;
    fn open(&self, state: &mut Self::State, demand: DemandIx, cost: u64);
    /// Whether a gain can only fall as others open.
    fn only_falls(&self) -> bool;
}

struct CoverGain<'a> {
    instance: &'a Instance,
    times: u32,
}

impl<'a> CoverGain<'a> {
    fn new(instance: &'a Instance, times: u32) -> Self {
        Self { instance, times }
    }
}

impl Gain for CoverGain<'_> {
    type State = Vec<u32>;

    fn start(&self) -> Vec<u32> {
        vec![0; self.instance.n_demand()]
    }

    fn of(&self, state: &Vec<u32>, demand: DemandIx, _: u64) -> i128 {
        if state[demand.index()] + 1 == self.times {
            i128::from(self.instance.weight(demand))
        } else {
            0
        }
    }

    fn open(&self, state: &mut Vec<u32>, demand: DemandIx, _: u64) {
        state[demand.index()] += 1;
    }

    fn only_falls(&self) -> bool {
        self.times == 1
    }
}

struct MedianGain<'a> {
    instance: &'a Instance,
    dearest: Vec<u64>,
}

impl<'a> MedianGain<'a> {
    fn new(instance: &'a Instance, reach: &[Reach]) -> Self {
        Self {
            instance,
            dearest: reach.iter().map(|r| r.dearest).collect(),
        }
    }
}

impl Gain for MedianGain<'_> {
    type State = Vec<u64>;

    fn start(&self) -> Vec<u64> {
        self.dearest.clone()
    }

    fn of(&self, state: &Vec<u64>, demand: DemandIx, cost: u64) -> i128 {
        let fall = state[demand.index()].saturating_sub(cost);
        i128::from(fall) * i128::from(self.instance.weight(demand))
    }

    fn open(&self, state: &mut Vec<u64>, demand: DemandIx, cost: u64) {
        let old = &mut state[demand.index()];
        *old = cost.min(*old);
    }

    fn only_falls(&self) -> bool {
        true
    }
}

/// Fixed sites first, then each time the site of largest gain; the lower one of equals.
fn order_by<G: Gain>(
    instance: &Instance,
    question: &Question,
    open: &[(SiteIx, bool)],
    gain: &G,
) -> Vec<OpenSite> {
    let mut state = gain.start();
    let adds = |state: &G::State, site: SiteIx| -> i128 {
        within(instance, question, site)
            .map(|(d, c)| gain.of(state, d, c))
            .sum()
    };
    let mut sites = Vec::with_capacity(open.len());
    let mut place = |state: &mut G::State, site: SiteIx, fixed: bool| {
        sites.push(OpenSite {
            site,
            fixed,
            adds: adds(state, site),
        });
        for (demand, cost) in within(instance, question, site) {
            gain.open(state, demand, cost);
        }
    };
    let mut waiting: Vec<(SiteIx, i128)> = Vec::new();
    for &(site, fixed) in open {
        if fixed {
            place(&mut state, site, true);
        } else {
            waiting.push((site, i128::MAX));
        }
    }
    waiting.sort_unstable_by_key(|w| w.0);
    while !waiting.is_empty() {
        let mut best: Option<(i128, usize)> = None;
        for (k, entry) in waiting.iter_mut().enumerate() {
            // An earlier gain is an upper bound, where gains can only fall.
            if gain.only_falls() && best.is_some_and(|(most, _)| entry.1 <= most) {
                continue;
            }
            entry.1 = adds(&state, entry.0);
            if best.is_none_or(|(most, _)| entry.1 > most) {
                best = Some((entry.1, k));
            }
        }
        let (_, k) = best.expect("someone waits");
        let (site, _) = waiting.remove(k);
        place(&mut state, site, false);
    }
    sites
}
