use units::{LngLat, Outline, Polygon, Ring};

use super::ground::SharedGround;
use crate::{Amount, Demand, DemandPoint, DemandSet, DemandUnit, StudyArea};

/// Demand counted on a square of ground, such as the cell of a raster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemandSquare {
    /// Its middle, where its demand stands.
    pub center: LngLat,
    /// Its corners, one after the other.
    pub corners: [LngLat; 4],
    /// How much.
    pub demand: Demand,
}

/// What of the squares at the rim lies in the study area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RimSquares {
    /// How many lie partly inside.
    pub n_squares: usize,
    /// Their demand inside.
    pub inside: Demand,
    /// Their demand outside.
    pub outside: Demand,
}

impl DemandSet {
    /// Demand counted on squares, each at its middle. A square that lies partly inside the boundary
    /// gives the part that its ground inside has of all its ground, at a position inside.
    ///
    /// Cost: n log n; for squares at the rim n log n in the corners of the boundary.
    pub fn counted_on_squares(
        unit: impl Into<String>,
        area: &StudyArea,
        squares: impl IntoIterator<Item = DemandSquare>,
    ) -> (Self, RimSquares) {
        let (mut given, mut outside) = (Vec::new(), Vec::new());
        let (mut points, mut rim) = (Vec::new(), RimSquares::default());
        for square in squares {
            given.push(Amount::from(square.demand));
            let (position, part) = square.part_in(area);
            let cell = position.and_then(|position| area.locate(position));
            let (Some(position), Some(cell)) = (position, cell) else {
                outside.push(Amount::from(square.demand));
                continue;
            };
            if part < square.demand {
                let rest = square.demand - part;
                rim.n_squares += 1;
                rim.inside = rim.inside + part;
                rim.outside = rim.outside + rest;
                outside.push(Amount::from(rest));
            }
            points.push(DemandPoint {
                position,
                street: None,
                cell,
                demand: part,
                pattern: None,
                zone: None,
            });
        }
        let unit = DemandUnit::Counted(unit.into());
        let set = Self::from_points(unit, area, points).counting(given, outside);
        (set, rim)
    }
}

impl DemandSquare {
    /// Where its demand in the area stands, and how much that is.
    fn part_in(&self, area: &StudyArea) -> (Option<LngLat>, Demand) {
        let is_inside = area.locate(self.center).is_some();
        let next = self.corners.iter().cycle().skip(1);
        let mut sides = self.corners.iter().zip(next);
        if sides.all(|(&a, &b)| area.crossings(a, b).is_empty()) {
            let part = if is_inside { self.demand } else { Demand::ZERO };
            return (is_inside.then_some(self.center), part);
        }
        let ring = Ring::new(self.corners);
        let ground = ring.ok().and_then(|ring| {
            let own = Outline::new(vec![Polygon::new(ring, Vec::new())]);
            SharedGround::of(&own, area.outline())
        });
        let Some(ground) = ground else {
            return (None, Demand::ZERO);
        };
        let thousandths = u128::from(self.demand.as_thousandths());
        let part = thousandths * u128::from(ground.millionths()) / 1_000_000;
        let part = Demand::from_thousandths(u64::try_from(part).expect("a part of a u64"));
        let position = if is_inside {
            Some(self.center)
        } else {
            ground.inner_position()
        };
        (position, part)
    }
}
