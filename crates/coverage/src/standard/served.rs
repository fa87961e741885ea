use units::TravelTime;

use crate::{Demand, DemandId};

/// How much of the demand of each point finds room, and within which time.
///
/// The people of a point are alike and come in one order, whatever they are counted in: of another
/// amount at the same point the same part finds room, rounded down; the rest does not, so that both
/// add up to the amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Served {
    wholes: Vec<Demand>,
    /// Where the list of each point begins, and the end of the last.
    first: Vec<usize>,
    /// By ascending time at each point: what finds room within it.
    within: Vec<(TravelTime, Demand)>,
}

impl Served {
    /// From the demand of all points, and what of it finds room in which time: by ascending time at
    /// each point, the points in any order.
    ///
    /// Cost: n log n in what finds room.
    pub(crate) fn new(wholes: Vec<Demand>, mut found: Vec<(DemandId, TravelTime, Demand)>) -> Self {
        found.sort_by_key(|&(point, _, _)| point);
        let mut first = Vec::with_capacity(wholes.len() + 1);
        let mut within: Vec<(TravelTime, Demand)> = Vec::with_capacity(found.len());
        let mut found = found.into_iter().peekable();
        first.push(0);
        for point in 0..wholes.len() {
            let begin = within.len();
            let mut so_far = Demand::ZERO;
            while let Some((_, time, part)) = found.next_if(|(id, _, _)| id.index() == point) {
                so_far = so_far + part;
                match within[begin..].last_mut() {
                    Some(last) if last.0 == time => last.1 = so_far,
                    _ => within.push((time, so_far)),
                }
            }
            first.push(within.len());
        }
        Self {
            wholes,
            first,
            within,
        }
    }

    /// What finds room at a point, of all its demand: ascending times, and the sum within each.
    /// `None` where there is no demand, so that nothing can be said.
    pub(crate) fn at(&self, point: usize) -> Option<(Demand, &[(TravelTime, Demand)])> {
        let whole = self.wholes[point];
        let list = &self.within[self.first[point]..self.first[point + 1]];
        (whole > Demand::ZERO).then_some((whole, list))
    }

    /// The time within which at least half of a point's demand finds room.
    pub(crate) fn half_time(&self, point: usize) -> Option<TravelTime> {
        let (whole, list) = self.at(point)?;
        let half = list.iter().find(|(_, sum)| sum.is_at_least_half_of(whole));
        half.map(|&(time, _)| time)
    }
}

/// An amount at a demand point by the time in which it is served, ascending; what finds nothing
/// comes last, without a time.
#[derive(Clone, Debug)]
pub struct ByTime<'a> {
    amount: Demand,
    whole: Demand,
    within: std::slice::Iter<'a, (TravelTime, Demand)>,
    given: Demand,
    /// Whether a rest comes after the list, and in which time.
    has_rest: bool,
    rest_time: Option<TravelTime>,
}

impl<'a> ByTime<'a> {
    /// All of it in one time.
    pub(crate) fn at_once(amount: Demand, time: Option<TravelTime>) -> Self {
        Self {
            amount,
            whole: Demand::ZERO,
            within: [].iter(),
            given: Demand::ZERO,
            has_rest: true,
            rest_time: time,
        }
    }

    /// As [`Served::at`] tells of the whole of a point.
    pub(crate) fn of(amount: Demand, whole: Demand, within: &'a [(TravelTime, Demand)]) -> Self {
        let is_all = within.last().is_some_and(|&(_, sum)| sum == whole);
        Self {
            amount,
            whole,
            within: within.iter(),
            given: Demand::ZERO,
            has_rest: !is_all,
            rest_time: None,
        }
    }
}

impl Iterator for ByTime<'_> {
    type Item = (Option<TravelTime>, Demand);

    fn next(&mut self) -> Option<Self::Item> {
        let (time, sum) = match self.within.next() {
            Some(&(time, sum)) => (Some(time), self.amount.part(sum, self.whole)),
            None if self.has_rest => {
                self.has_rest = false;
                (self.rest_time, self.amount)
            }
            None => return None,
        };
        let part = sum - self.given;
        self.given = sum;
        Some((time, part))
    }
}
