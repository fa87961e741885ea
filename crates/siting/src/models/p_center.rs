//! p-center by set covering (Minieka 1970): the least largest cost, as the least radius within which the allowed sites cover all demand.

use crate::answer::certificate::{Certificate, CertificateNode, Multipliers};
use crate::answer::checked::Proposal;
use crate::answer::reduction::Reduction;
use crate::answer::solution::{Finding, Method};
use crate::capacity::problem::CapacitatedProblem;
use crate::covering::presolve::presolve;
use crate::covering::problem::CoveringProblem;
use crate::instance::{DemandIx, Instance, SiteStatus};
use crate::models::capacitated::fewest as fewest_with_capacities;
use crate::models::lscp::fewest;
use crate::question::covering::covering;
use crate::question::effort::Effort;
use crate::question::infeasible::{Infeasible, no_plan};
use crate::question::{Question, Share};

/// Result for one radius.
enum RadiusResult {
    /// These new sites suffice.
    Enough(Proposal),
    /// No allowed sites suffice.
    Refuted(Option<Certificate>),
    Open,
}

struct RadiusSearch<'a> {
    instance: &'a Instance,
    question: &'a Question,
    effort: &'a Effort<'a>,
    allowed: i64,
    work: u64,
    method: Method,
    reduction: Reduction,
}

impl RadiusSearch<'_> {
    /// Whether the allowed sites cover all demand within `radius`, within `work` units of work.
    fn ask(&mut self, radius: u64, exact: bool, work: u64) -> Result<RadiusResult, Infeasible> {
        let question = covering(self.question, radius);
        if self.instance.capacity.is_some() {
            return self.ask_with_capacities(&question, exact, work);
        }
        let presolved = presolve(
            CoveringProblem::new(self.instance, &question),
            self.instance.n_demand(),
        );
        let effort = Effort {
            exact,
            work,
            good_enough: Share::ALL,
            ..*self.effort
        };
        let found = fewest(
            self.instance,
            &presolved,
            &effort,
            self.allowed,
            Some(self.allowed),
            &|_| -1.0,
        );
        self.work += found.work;
        self.reduction = presolved.reduction;
        if found.method == Method::BranchAndBound {
            self.method = found.method;
        }
        Ok(match found.best {
            Some((opening_cost, sites)) if opening_cost <= self.allowed => {
                RadiusResult::Enough(Proposal {
                    new_sites: presolved.problem.instance_sites(&sites),
                    served: Vec::new(),
                })
            }
            _ if found.bound > self.allowed => RadiusResult::Refuted(found.certificate),
            _ => RadiusResult::Open,
        })
    }

    /// The same for sites with capacities.
    fn ask_with_capacities(
        &mut self,
        question: &Question,
        exact: bool,
        work: u64,
    ) -> Result<RadiusResult, Infeasible> {
        let effort = Effort {
            exact,
            work,
            good_enough: Share::ALL,
            ..*self.effort
        };
        let found = fewest_with_capacities(self.instance, question, &effort, self.allowed)?;
        self.work += found.work;
        self.reduction = found.reduction;
        if found.method == Method::BranchAndBound {
            self.method = found.method;
        }
        Ok(match found.best {
            Some((opening_cost, proposal)) if opening_cost <= self.allowed => {
                RadiusResult::Enough(proposal)
            }
            _ if found.bound > self.allowed => RadiusResult::Refuted(found.certificate),
            _ => RadiusResult::Open,
        })
    }
}

/// Positions in the list of costs: every radius below `low` is refuted, the one at `high` suffices.
struct Bracket {
    low: usize,
    high: usize,
    best: Proposal,
    proof: Option<Certificate>,
}

impl Bracket {
    /// Narrows the bracket by the result at a position; returns whether it stayed open.
    fn record(&mut self, place: usize, result: RadiusResult) -> bool {
        match result {
            RadiusResult::Enough(sites) => {
                self.best = sites;
                self.high = place;
            }
            RadiusResult::Refuted(certificate) => {
                self.proof = certificate;
                self.low = place + 1;
            }
            RadiusResult::Open => return true,
        }
        false
    }
}

impl RadiusSearch<'_> {
    /// Bisects the bracket with little work per radius; radii that stay open are set aside.
    fn bisect(&mut self, costs: &[u64], bracket: &mut Bracket) -> Result<(), Infeasible> {
        let share = (self.effort.work / FIRST).max(1);
        // The first and the last radius set aside.
        let mut open: Option<(usize, usize)> = None;
        while !(self.effort.stop)() {
            let (low, high) = (bracket.low, bracket.high);
            let middle = match open {
                None if low < high => usize::midpoint(low, high),
                Some((first, _)) if low < first => usize::midpoint(low, first).min(first - 1),
                Some((_, last)) if last + 1 < high => usize::midpoint(last + 1, high),
                _ => break,
            };
            if bracket.record(middle, self.ask(costs[middle], false, share)?) {
                let (first, last) = open.unwrap_or((middle, middle));
                open = Some((first.min(middle), last.max(middle)));
            }
            open = open.filter(|&(first, last)| bracket.high > first && bracket.low <= last);
        }
        Ok(())
    }

    /// Tries the radii left with more work, from above and from below in turn, a quarter at a time: answers lie near the upper end, refutations near the lower.
    fn try_quarters(&mut self, costs: &[u64], bracket: &mut Bracket) -> Result<(), Infeasible> {
        let share = (self.effort.work / LAST).max(1);
        // From above no radius below `first` is tried any more, from below none from `last` on.
        let (mut first, mut last) = (bracket.low, bracket.high);
        let mut from_above = true;
        while !(self.effort.stop)() {
            first = first.max(bracket.low);
            last = last.min(bracket.high);
            let (low, high) = (bracket.low, bracket.high);
            if first >= high && low >= last {
                break;
            }
            // One side may be at its end before the other.
            from_above = first < high && (from_above || low >= last);
            let next = if from_above {
                high - 1 - (high - 1 - first) / 4
            } else {
                low + (last - low) / 4
            };
            if bracket.record(next, self.ask(costs[next], false, share)?) {
                if from_above {
                    first = next + 1;
                } else {
                    last = next;
                }
            }
            from_above = !from_above;
        }
        Ok(())
    }

    /// Bisects the rest, each radius to the proof.
    fn prove(&mut self, costs: &[u64], bracket: &mut Bracket) -> Result<(), Infeasible> {
        while bracket.low < bracket.high && !(self.effort.stop)() {
            let middle = usize::midpoint(bracket.low, bracket.high);
            if bracket.record(middle, self.ask(costs[middle], true, self.effort.work)?) {
                break;
            }
        }
        Ok(())
    }
}

/// One radius gets one part in this many of the work: in the first bisection, and afterwards.
const FIRST: u64 = 18;
const LAST: u64 = 4;

/// Solves a question of the model `p-center`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let costs = costs(instance, question);
    let mut search = RadiusSearch {
        instance,
        question,
        effort,
        allowed: question.n_sites.map_or(i64::MAX >> 32, i64::from),
        work: 0,
        method: Method::SearchAndBound,
        reduction: Reduction::default(),
    };
    let Some(&largest) = costs.last() else {
        let finding = Finding {
            bound: 0,
            method: Method::Presolve,
            work: 0,
            reduction: search.reduction,
            certificate: worst_point(instance),
        };
        return Ok((Proposal::default(), finding));
    };
    if instance.capacity.is_some() {
        CapacitatedProblem::new(instance, &covering(question, largest))?
            .check_capacities(instance, question)?;
    }
    let best = match search.ask(largest, effort.exact, effort.work)? {
        RadiusResult::Enough(sites) => sites,
        RadiusResult::Refuted(_) => {
            return Err(Infeasible::TooFewSites {
                needed: u64::try_from(search.allowed + 1).unwrap_or(u64::MAX),
                allowed: u64::try_from(search.allowed).unwrap_or(u64::MAX),
            });
        }
        RadiusResult::Open => return Err(no_plan(question, false)),
    };
    let mut bracket = Bracket {
        low: 0,
        high: costs.len() - 1,
        best,
        proof: None,
    };
    search.bisect(&costs, &mut bracket)?;
    search.try_quarters(&costs, &mut bracket)?;
    if effort.exact {
        search.prove(&costs, &mut bracket)?;
    }
    let Bracket {
        low,
        high,
        best,
        proof,
    } = bracket;
    let finding = Finding {
        bound: i128::from(costs[low.min(high)]),
        method: search.method,
        work: search.work,
        reduction: search.reduction,
        certificate: match low {
            0 => worst_point(instance),
            _ => proof,
        },
    };
    Ok((best, finding))
}

/// For sites with capacities, a certificate without multipliers: the bound is the cost of the worst point with all sites open, which the verification finds by itself.
fn worst_point(instance: &Instance) -> Option<Certificate> {
    instance.capacity.as_ref().map(|_| Certificate {
        scale_bits: 0,
        dropped: Vec::new(),
        cuts: Vec::new(),
        multipliers: vec![Multipliers::default()],
        tree: vec![CertificateNode::Leaf(0)],
    })
}

/// The possible objectives, ascending: all costs not below the least cost of the worst demand point, fixed sites included.
fn costs(instance: &Instance, question: &Question) -> Vec<u64> {
    let radius = question.radius.unwrap_or(u64::MAX);
    // With capacities, only demand points with weight must be served.
    let counts = |d: DemandIx| instance.capacity.is_none() || instance.weight(d) > 0;
    let mut nearest = vec![u64::MAX; instance.n_demand()];
    let mut all = Vec::new();
    for site in instance.sites() {
        if instance.site_status(site) == SiteStatus::Forbidden {
            continue;
        }
        for (demand, cost) in instance
            .serves(site)
            .filter(|&(d, c)| c <= radius && counts(d))
        {
            let least = &mut nearest[demand.index()];
            *least = cost.min(*least);
            all.push(cost);
        }
    }
    let least = nearest
        .into_iter()
        .filter(|&c| c < u64::MAX)
        .max()
        .unwrap_or(0);
    all.retain(|&cost| cost >= least);
    all.sort_unstable();
    all.dedup();
    all
}
