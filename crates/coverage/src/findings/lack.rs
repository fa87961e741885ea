use std::collections::BTreeMap;

use units::TravelTime;

use crate::{
    Demand, DemandSet, Gap, JointCoverage, JointRule, PointState, Reason, ServiceCoverage,
};

/// What one part of a joint standard lacks in a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The part, by its place in the list of parts.
    pub part: usize,
    /// Demand of the gap that the joint standard does not cover and the part does not either.
    pub demand: Demand,
    /// The reason that holds for most of it; of several the first in the order of [`Reason`].
    pub reason: Option<Reason>,
    /// How much too long the way to this service is: for half of that demand at most this much, for
    /// half at least. `None` when the middle one lies past the search, or is not joined to a street.
    pub missing: Option<TravelTime>,
}

/// A part of a joint standard with its reasons, one for each demand point.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The part.
    pub coverage: &'a ServiceCoverage,
    /// Why each point is not covered by it.
    pub reasons: &'a [Option<Reason>],
}

impl Gap {
    /// Which parts of a joint standard are missing in the gap, and why; `parts` are those that
    /// `joint` was made of.
    ///
    /// Of all: the part that most demand lacks comes first. Of any: every part is missing, and the
    /// one nearest to be met comes first, that with the least time missing. Ties go to the earlier
    /// part.
    ///
    /// Cost: n log n in the points of the gap, for each part.
    pub fn lacks(
        &self,
        demand: &DemandSet,
        joint: &JointCoverage,
        parts: &[Part<'_>],
    ) -> Vec<Lack> {
        let mut lacks: Vec<Lack> = (0..)
            .zip(parts)
            .filter_map(|(number, part)| {
                let points = self.cells.iter().flat_map(|&cell| demand.of_cell(cell));
                let lacking: Vec<(usize, Demand)> = points
                    .filter_map(|point| {
                        let here = demand.points()[point].demand;
                        let uncovered = joint.lacking(point)?;
                        let is_met = part.coverage.states()[point] == PointState::Covered;
                        let lacks = here - part.coverage.split_of(point, here).covered;
                        (!is_met).then(|| (point, uncovered.min(lacks)))
                    })
                    .collect();
                let reason =
                    |&(point, lacks): &(usize, Demand)| Some((part.reasons[point]?, lacks));
                let sum: Demand = lacking.iter().map(|&(_, lacks)| lacks).sum();
                // Who goes without comes last among the people of a point.
                let late = lacking.iter().flat_map(|&(point, lacks)| {
                    let here = demand.points()[point].demand;
                    let mut before = here - lacks;
                    part.coverage
                        .by_time(point, here)
                        .map(move |(time, people)| {
                            let served = people.min(before);
                            before = before - served;
                            (time, people - served)
                        })
                });
                (sum > Demand::ZERO).then(|| Lack {
                    part: number,
                    demand: sum,
                    reason: most_common(lacking.iter().filter_map(reason)),
                    missing: middle_missing(part.coverage.limit(), late),
                })
            })
            .collect();
        match joint.rule() {
            JointRule::AllOf => lacks.sort_by_key(|lack| std::cmp::Reverse(lack.demand)),
            JointRule::AnyOf => lacks.sort_by_key(|lack| (lack.missing.is_none(), lack.missing)),
        }
        lacks
    }
}

/// The reason that holds for the most demand; of several the first in the order of [`Reason`].
pub(crate) fn most_common(reasons: impl Iterator<Item = (Reason, Demand)>) -> Option<Reason> {
    let mut by_reason: BTreeMap<Reason, Demand> = BTreeMap::new();
    for (reason, demand) in reasons {
        let sum = by_reason.entry(reason).or_default();
        *sum = *sum + demand;
    }
    let most = by_reason
        .iter()
        .max_by_key(|&(&reason, &sum)| (sum, std::cmp::Reverse(reason)));
    most.map(|(&reason, _)| reason)
}

/// How much the time of the middle one of some people lies past a limit; `None` when it lies past
/// the search.
pub(crate) fn middle_missing(
    limit: TravelTime,
    people: impl Iterator<Item = (Option<TravelTime>, Demand)>,
) -> Option<TravelTime> {
    let mut late: Vec<(bool, Option<TravelTime>, Demand)> = people
        .map(|(time, demand)| (time.is_none(), time, demand))
        .collect();
    late.sort_unstable();
    let total: Demand = late.iter().map(|&(_, _, demand)| demand).sum();
    let mut so_far = Demand::ZERO;
    let middle = late.into_iter().find(|&(_, _, demand)| {
        so_far = so_far + demand;
        so_far.is_at_least_half_of(total)
    });
    middle
        .and_then(|(_, time, _)| time)
        .map(|time| time - limit)
}
