use units::{BoundingBox, LngLat, LocalPlane, Speed, TravelTime};

use super::lack::{middle_missing, most_common};
use crate::facility::FacilityIndex;
use crate::{Demand, DemandSet, Facility, Gap, OpenSet, PointState, ServiceCoverage};

/// A way between two places of a city is usually up to this much longer than the straight line;
/// more than that is a detour around something. (Measured circuities of urban street networks lie
/// around 1.2 to 1.4.)
const ORDINARY_DETOUR_PERCENT: u64 = 140;

/// What keeps riders from a facility that is near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obstacle {
    /// A gate that is shut to riders.
    Gate,
    /// A street that may be travelled the other way only.
    OneWay,
    /// Water that the straight way would cross.
    Water,
}

/// Why a demand point is not covered: the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Not joined to a street of the profile.
    NoStreet,
    /// Enough facilities are near, but not at this hour.
    Closed,
    /// Enough facilities are near and open, but others fill them.
    Full,
    /// It would be covered without this obstacle.
    CutOff(Obstacle),
    /// A facility is near in a straight line, but the way leads around something: a railway, a
    /// wall, a river that the map does not draw.
    Detour,
    /// No facility is near.
    NoFacility,
}

impl Reason {
    /// The key as written in tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NoStreet => "no-street",
            Self::Closed => "closed",
            Self::Full => "full",
            Self::CutOff(Obstacle::Gate) => "cut-off-by-gate",
            Self::CutOff(Obstacle::OneWay) => "cut-off-by-one-way",
            Self::CutOff(Obstacle::Water) => "cut-off-by-water",
            Self::Detour => "detour",
            Self::NoFacility => "no-facility",
        }
    }
}

/// What reasons are found from.
#[derive(Clone, Copy, Debug)]
pub struct ReasonInputs<'a> {
    /// Who asks.
    pub demand: &'a DemandSet,
    /// What is to be explained.
    pub coverage: &'a ServiceCoverage,
    /// The same standard without regard to hours, when it has one.
    pub at_any_hour: Option<&'a ServiceCoverage>,
    /// The same standard at its hour without regard to room, when facilities may be full.
    pub with_room: Option<&'a ServiceCoverage>,
    /// The same standard on streets without an obstacle, in the order in which they are asked:
    /// every gate open, every street two-way.
    pub without: &'a [(Obstacle, &'a ServiceCoverage)],
    /// All facilities.
    pub facilities: &'a [Facility],
    /// Those that count.
    pub open: &'a OpenSet,
    /// The borders of waters.
    pub waters: &'a [Vec<LngLat>],
    /// How fast the profile gets on along ordinary streets.
    pub speed: Speed,
}

/// Why each demand point is not covered, or not all of it; `None` for those that are.
///
/// What would have to be otherwise is a reason when it would cover at least half of what is lacking.
/// So where only part of a point finds room, the rest lacks room, unless at another hour at least
/// half of it would find some.
///
/// Cost: one look-up of the nearest facility for each point that nothing else explains.
pub fn reasons(inputs: &ReasonInputs<'_>) -> Vec<Option<Reason>> {
    let open: Vec<Facility> = inputs
        .open
        .iter()
        .map(|id| inputs.facilities[id.index()].clone())
        .collect();
    let plane = inputs
        .demand
        .points()
        .first()
        .map(|point| LocalPlane::at(point.position));
    let index = plane.map(|plane| FacilityIndex::new(&open, plane));
    let limit = inputs.coverage.limit();
    let waters: Vec<(BoundingBox, &[LngLat])> = inputs
        .waters
        .iter()
        .filter_map(|line| Some((BoundingBox::of(line.iter().copied())?, line.as_slice())))
        .collect();
    let near = |point: usize| {
        let position = inputs.demand.points()[point].position;
        let (id, distance) = index.as_ref()?.nearest(position)?;
        let way_mm = u64::from(distance.as_mm()) * ORDINARY_DETOUR_PERCENT / 100;
        let is_near = inputs.speed.time_between(0, way_mm) <= limit;
        is_near.then(|| (position, open[id.index()].position))
    };
    // Where nobody is, one unit stands for whoever would be.
    let would_help = |other: &ServiceCoverage, point: usize| {
        let here = inputs.demand.points()[point].demand;
        let here = if here == Demand::ZERO {
            Demand::from_units(1)
        } else {
            here
        };
        let now = inputs.coverage.split_of(point, here).covered;
        let then = other.split_of(point, here).covered;
        then > now && (then - now).is_at_least_half_of(here - now)
    };
    let states = inputs.coverage.states().iter().enumerate();
    states
        .map(|(point, state)| match state {
            PointState::Covered => None,
            PointState::OnScrap | PointState::Unlinked => Some(Reason::NoStreet),
            PointState::Partly | PointState::Uncovered => Some({
                let mut without = inputs.without.iter();
                if inputs.at_any_hour.is_some_and(|any| would_help(any, point)) {
                    Reason::Closed
                } else if inputs.with_room.is_some_and(|room| would_help(room, point)) {
                    Reason::Full
                } else if let Some(&(obstacle, _)) =
                    without.find(|(_, coverage)| would_help(coverage, point))
                {
                    Reason::CutOff(obstacle)
                } else if let Some((from, to)) = near(point) {
                    let is_cut = |line: &(BoundingBox, &[LngLat])| cuts(line, from, to);
                    if waters.iter().any(is_cut) {
                        Reason::CutOff(Obstacle::Water)
                    } else {
                        Reason::Detour
                    }
                } else {
                    Reason::NoFacility
                }
            }),
        })
        .collect()
}

/// Whether a line crosses the straight way between two positions; touching counts.
fn cuts((bounds, line): &(BoundingBox, &[LngLat]), from: LngLat, to: LngLat) -> bool {
    let way = BoundingBox::of([from, to]).expect("two positions");
    // Which side of the line a-b the position c lies on; exact on 1e-7 degrees.
    let side = |a: LngLat, b: LngLat, c: LngLat| {
        let (ax, ay) = (i128::from(a.lng_e7()), i128::from(a.lat_e7()));
        let (bx, by) = (i128::from(b.lng_e7()), i128::from(b.lat_e7()));
        let (cx, cy) = (i128::from(c.lng_e7()), i128::from(c.lat_e7()));
        ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)).signum()
    };
    bounds.intersects(&way)
        && line.windows(2).any(|piece| {
            let (a, b) = (piece[0], piece[1]);
            side(from, to, a) * side(from, to, b) <= 0 && side(a, b, from) * side(a, b, to) < 0
        })
}

impl Gap {
    /// The reason that holds for most of the gap's uncovered demand; of several the first in the
    /// order of [`Reason`]. `reasons` has one entry for each demand point.
    ///
    /// Cost: linear in the points of the gap.
    pub fn reason(
        &self,
        demand: &DemandSet,
        coverage: &ServiceCoverage,
        reasons: &[Option<Reason>],
    ) -> Option<Reason> {
        let points = self.cells.iter().flat_map(|&cell| demand.of_cell(cell));
        most_common(points.filter_map(|point| {
            let reason = reasons[point].filter(|&reason| reason != Reason::NoStreet)?;
            let lacking = coverage.lacking(point, demand.points()[point].demand)?;
            Some((reason, lacking))
        }))
    }

    /// How much too long the way is: for half of the gap's uncovered demand at most this much, for
    /// half at least. `None` when the middle one lies past the rows' limit, or finds no room within
    /// it.
    ///
    /// Cost: n log n in the points of the gap.
    pub fn missing(&self, demand: &DemandSet, coverage: &ServiceCoverage) -> Option<TravelTime> {
        let limit = coverage.limit();
        let points = self.cells.iter().flat_map(|&cell| demand.of_cell(cell));
        let late = points
            .filter(|&point| coverage.states()[point].lacks())
            .flat_map(|point| coverage.by_time(point, demand.points()[point].demand))
            .filter(|(time, _)| time.is_none_or(|time| time > limit));
        middle_missing(limit, late)
    }
}
