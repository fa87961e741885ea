//! Who asks, and where: demand points on streets, from metres, zones or squares.

mod ground;
mod pattern;
mod quantity;
mod reached_cells;
mod square_demand;
mod street_pieces;
mod zone;
mod zone_demand;

pub use pattern::{Amount, DemandPattern, PatternError, PatternId};
pub use quantity::{Demand, DemandUnit};
pub use reached_cells::ReachedCells;
pub use square_demand::{DemandSquare, RimSquares};
pub use zone::{Ranking, Zone, ZoneOverlap, Zones};
pub use zone_demand::{ZoneDemand, ZonePart};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use graph::{EdgeId, StreetGraph};
use rayon::prelude::*;
use reach::StreetPoint;
use units::{HourOfWeek, Length, LngLat, index};

use self::street_pieces::{StreetPiece, pieces_outside, street_pieces};
use crate::{CellRank, StudyArea, ZoneId};

/// A place that somebody must be able to reach a facility from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemandPoint {
    /// Where it is.
    pub position: LngLat,
    /// The street position it was made from; `None` when it came as a position and has yet to be
    /// joined to a street.
    pub street: Option<StreetPoint>,
    /// The cell it lies in.
    pub cell: CellRank,
    /// How much.
    pub demand: Demand,
    /// How that changes over the week; `None` for demand that is the same at every hour.
    pub pattern: Option<PatternId>,
    /// The zone that it was counted in; `None` when it was not counted by zone.
    pub zone: Option<ZoneId>,
}

/// The demand of a study area: points in the order of their cells, so that each cell's points are
/// one range.
///
/// Demand is as counted; [`at`](Self::at) gives that of an hour when it follows patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemandSet {
    unit: DemandUnit,
    patterns: Vec<DemandPattern>,
    points: Vec<DemandPoint>,
    first: Vec<u32>,
    /// All that the source holds, and what of it lies outside the study area; one entry for each
    /// pattern.
    given: Vec<Amount>,
    outside: Vec<Amount>,
    scrap_street: Demand,
    illustrative: bool,
}

impl DemandSet {
    /// Demand is metres of street: every edge for which `counts` holds, cut at the borders of cells
    /// and of the study area, in pieces of at most [`MAX_PIECE`](crate::MAX_PIECE).
    ///
    /// Each piece is one demand point at its middle and weighs its length; the lengths add up
    /// exactly to the street inside the boundary. A street mapped as two carriageways counts twice.
    /// `counts` is usually "belongs to the main network of the profile".
    ///
    /// Cost: linear in the streets, one cell lookup for each edge and each border crossed; spread over the
    /// rayon pool.
    pub fn street_meters(
        graph: &StreetGraph,
        area: &StudyArea,
        counts: impl Fn(EdgeId) -> bool + Sync,
    ) -> Self {
        let edges: Vec<EdgeId> = graph.edges().filter(|&edge| counts(edge)).collect();
        let pieces: Vec<Vec<StreetPiece>> = edges
            .par_iter()
            .map(|&edge| street_pieces(graph, area, edge))
            .collect();
        let points = pieces
            .into_iter()
            .flatten()
            .map(|piece| DemandPoint {
                position: piece.middle,
                street: Some(StreetPoint {
                    edge: piece.edge,
                    offset: piece.middle_offset(),
                }),
                cell: piece.cell,
                demand: Demand::from_thousandths(u64::from(piece.length().as_mm())),
                pattern: None,
                zone: None,
            })
            .collect();
        Self::from_points(DemandUnit::StreetMeters, area, points)
    }

    /// Demand counted at positions; what lies outside the boundary is no point and is told by
    /// [`outside`](Self::outside).
    ///
    /// Cost: n log n.
    pub fn counted(
        unit: impl Into<String>,
        area: &StudyArea,
        counts: impl IntoIterator<Item = (LngLat, impl Into<Amount>)>,
    ) -> Self {
        let mut given = Vec::new();
        let mut outside = Vec::new();
        let mut points = Vec::new();
        for (position, amount) in counts {
            let amount = amount.into();
            let Amount { demand, pattern } = amount;
            given.push(amount);
            match area.locate(position) {
                Some(cell) => points.push(DemandPoint {
                    position,
                    street: None,
                    cell,
                    demand,
                    pattern,
                    zone: None,
                }),
                None => outside.push(amount),
            }
        }
        Self::from_points(DemandUnit::Counted(unit.into()), area, points).counting(given, outside)
    }

    /// From points in any order; points of one cell keep their order.
    ///
    /// All that is given lies in them, unless [`counting`](Self::counting) says otherwise.
    pub(crate) fn from_points(
        unit: DemandUnit,
        area: &StudyArea,
        mut points: Vec<DemandPoint>,
    ) -> Self {
        points.sort_by_key(|point| point.cell);
        let mut first = vec![0_u32; area.cells().len() + 1];
        for point in &points {
            first[point.cell.index() + 1] += 1;
        }
        for cell in 0..area.cells().len() {
            first[cell + 1] += first[cell];
        }
        let given = by_pattern(points.iter().map(|point| Amount {
            demand: point.demand,
            pattern: point.pattern,
        }));
        Self {
            unit,
            patterns: Vec::new(),
            points,
            first,
            given,
            outside: Vec::new(),
            scrap_street: Demand::ZERO,
            illustrative: false,
        }
    }

    /// The same points, from a source that holds more: all that it gives, and what of it lies outside
    /// the study area.
    pub(crate) fn counting(
        mut self,
        given: impl IntoIterator<Item = Amount>,
        outside: impl IntoIterator<Item = Amount>,
    ) -> Self {
        self.given = by_pattern(given);
        self.outside = by_pattern(outside);
        self
    }

    /// The same street length, beside that of scraps in the study area: no part of the demand, but
    /// told with it.
    #[must_use]
    pub fn beside_scraps(mut self, scrap_street: Demand) -> Self {
        self.scrap_street = scrap_street;
        self
    }

    /// The same demand, changing over the week: points follow their pattern, those without one the
    /// `usual`, if there is one, else they stay the same at every hour.
    ///
    /// # Panics
    /// When a point names a pattern past the list.
    ///
    /// Cost: linear.
    #[must_use]
    pub fn following(mut self, patterns: Vec<DemandPattern>, usual: Option<PatternId>) -> Self {
        for point in &mut self.points {
            point.pattern = point.pattern.or(usual);
            let is_known = |id: PatternId| id.index() < patterns.len();
            assert!(point.pattern.is_none_or(is_known), "a pattern of the list");
        }
        for amounts in [&mut self.given, &mut self.outside] {
            *amounts = by_pattern(amounts.iter().map(|amount| Amount {
                pattern: amount.pattern.or(usual),
                ..*amount
            }));
        }
        self.patterns = patterns;
        self
    }

    /// Whether it changes over the week.
    pub fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// The patterns that points follow.
    pub fn patterns(&self) -> &[DemandPattern] {
        &self.patterns
    }

    /// The demand of an hour: the same points, each with its share of what was counted.
    ///
    /// The points of one pattern add up exactly to its share of their whole, rounded down to a
    /// thousandth of the unit; so do, within one thousandth, those of every cell.
    ///
    /// Cost: linear when there are patterns, else none.
    pub fn at(&self, hour: HourOfWeek) -> Cow<'_, Self> {
        if self.patterns.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut set = self.clone();
        // As when zones are spread over streets: differences of cumulative sums, each rounded down.
        let mut so_far = vec![0_u128; self.patterns.len()];
        for point in &mut set.points {
            let Some(id) = point.pattern.map(PatternId::index) else {
                continue;
            };
            let pattern = &self.patterns[id];
            let before = pattern.part_of(so_far[id], hour);
            so_far[id] += u128::from(point.demand.as_thousandths());
            let part = pattern.part_of(so_far[id], hour) - before;
            point.demand = Demand::from_thousandths(u64::try_from(part).unwrap_or(u64::MAX));
        }
        // What lies outside comes after the points, so that points and outside add up to what is
        // given at the hour.
        for amount in &mut set.outside {
            let Some(id) = amount.pattern.map(PatternId::index) else {
                continue;
            };
            let pattern = &self.patterns[id];
            let before = pattern.part_of(so_far[id], hour);
            so_far[id] += u128::from(amount.demand.as_thousandths());
            let part = pattern.part_of(so_far[id], hour) - before;
            amount.demand = Demand::from_thousandths(u64::try_from(part).unwrap_or(u64::MAX));
        }
        for amount in &mut set.given {
            if let Some(id) = amount.pattern.map(PatternId::index) {
                let part =
                    self.patterns[id].part_of(u128::from(amount.demand.as_thousandths()), hour);
                amount.demand = Demand::from_thousandths(u64::try_from(part).unwrap_or(u64::MAX));
            }
        }
        Cow::Owned(set)
    }

    /// For each of the 168 hours the first hour of the week with the same shares: hours with one
    /// answer have equal demand.
    ///
    /// Cost: linear in patterns times hours that differ.
    pub fn alike_hours(&self) -> Vec<HourOfWeek> {
        let mut firsts: Vec<HourOfWeek> = Vec::new();
        let is_alike = |a: HourOfWeek, b: HourOfWeek| {
            let mut patterns = self.patterns.iter();
            patterns.all(|pattern| pattern.share_at(a) == pattern.share_at(b))
        };
        HourOfWeek::all()
            .map(|hour| {
                let known = firsts.iter().find(|&&first| is_alike(first, hour));
                let first = known.copied().unwrap_or(hour);
                if first == hour {
                    firsts.push(hour);
                }
                first
            })
            .collect()
    }

    /// The same demand, marked as made up to show something.
    #[must_use]
    pub fn illustrative(self) -> Self {
        Self {
            illustrative: true,
            ..self
        }
    }

    /// Whether the demand was made up to show something.
    pub fn is_illustrative(&self) -> bool {
        self.illustrative
    }

    /// What demand is measured in.
    pub fn unit(&self) -> &DemandUnit {
        &self.unit
    }

    /// All points; a point's [`DemandId`](crate::DemandId) is its index here.
    pub fn points(&self) -> &[DemandPoint] {
        &self.points
    }

    /// Number of points.
    pub fn n_points(&self) -> usize {
        self.points.len()
    }

    /// Number of cells of the study area, with and without demand.
    pub fn n_cells(&self) -> usize {
        self.first.len() - 1
    }

    /// The points of a cell.
    pub fn of_cell(&self, cell: CellRank) -> Range<usize> {
        let rank = cell.index();
        index(self.first[rank])..index(self.first[rank + 1])
    }

    /// All demand.
    ///
    /// Cost: linear.
    pub fn total(&self) -> Demand {
        self.points.iter().map(|point| point.demand).sum()
    }

    /// All demand that the source holds, whatever becomes of it: points and
    /// [`outside`](Self::outside) add up to it.
    ///
    /// Cost: linear in the patterns.
    pub fn given(&self) -> Demand {
        self.given.iter().map(|amount| amount.demand).sum()
    }

    /// Street length of scraps in the study area, which is no part of the demand; zero for demand
    /// that is counted.
    pub fn scrap_street(&self) -> Demand {
        self.scrap_street
    }

    /// Demand that the source holds but the study area does not.
    ///
    /// Cost: linear in the patterns.
    pub fn outside(&self) -> Demand {
        self.outside.iter().map(|amount| amount.demand).sum()
    }

    /// The zone of each point: the one it was counted in, else the first that holds it; `None`
    /// outside all zones.
    ///
    /// Cost: linear in the points, times the corners of the zones near each.
    pub fn zones_of_points(&self, zones: &Zones) -> Vec<Option<ZoneId>> {
        self.points
            .par_iter()
            .map(|point| point.zone.or_else(|| zones.zone_of(point.position)))
            .collect()
    }
}

/// One amount for each pattern, in order.
fn by_pattern(amounts: impl IntoIterator<Item = Amount>) -> Vec<Amount> {
    let mut sums: BTreeMap<Option<PatternId>, Demand> = BTreeMap::new();
    for amount in amounts {
        let sum = sums.entry(amount.pattern).or_default();
        *sum = *sum + amount.demand;
    }
    let sums = sums.into_iter();
    sums.map(|(pattern, demand)| Amount { demand, pattern })
        .collect()
}

/// Street for which `counts` holds, outside the study area: the middle and the length of each piece,
/// a metre being one unit.
///
/// Cost: linear in the streets; spread over the rayon pool.
pub fn streets_outside(
    graph: &StreetGraph,
    area: &StudyArea,
    counts: impl Fn(EdgeId) -> bool + Sync,
) -> Vec<(LngLat, Demand)> {
    let edges: Vec<EdgeId> = graph.edges().filter(|&edge| counts(edge)).collect();
    let pieces: Vec<Vec<(LngLat, Length)>> = edges
        .par_iter()
        .map(|&edge| pieces_outside(graph, area, edge))
        .collect();
    let pieces = pieces.into_iter().flatten();
    pieces
        .map(|(middle, length)| (middle, Demand::from_thousandths(u64::from(length.as_mm()))))
        .collect()
}

/// The longest piece of street that one demand point stands for: some 20 s by e-bike and 80 s on
/// foot, far below any limit in use.
pub const MAX_PIECE: Length = Length::from_m(100);
