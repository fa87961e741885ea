use rayon::prelude::*;
use units::{BoundingBox, LngLat, Outline};

use super::ground::SharedGround;
use crate::{Amount, Demand, DemandPoint, DemandSet, DemandUnit, StudyArea, ZoneId, Zones};

/// Demand counted per zone, on its way to the streets.
#[derive(Clone, Copy, Debug)]
pub struct ZoneDemand<'a> {
    /// The study area.
    pub area: &'a StudyArea,
    /// The points of [`DemandSet::street_meters`].
    pub streets: &'a DemandSet,
    /// Street of the same kind outside the study area: the middle and the length of each piece, as
    /// of [`streets_outside`](crate::streets_outside).
    pub beyond: &'a [(LngLat, Demand)],
    /// The box within which all streets are known; `None` when nobody says.
    pub complete: Option<&'a BoundingBox>,
    /// The zones.
    pub zones: &'a Zones,
    /// Row `i` is zone `i`.
    pub counts: &'a [Amount],
}

/// What of a zone's count lies in the study area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZonePart {
    /// Inside.
    pub inside: Demand,
    /// Outside; inside and outside add up to the count.
    pub outside: Demand,
    /// The zone has no street, so its ground decides, and its people stand in its midst.
    pub by_ground: bool,
    /// Part of the zone lies where streets are not known; that part is told by its ground.
    pub reaches_unknown: bool,
}

impl ZoneDemand<'_> {
    /// Spreads each zone's count over its streets in proportion to their length; the parts of a zone
    /// add up exactly to its count.
    ///
    /// A zone that lies partly inside the study area gives the part of its count that its street
    /// inside has of all its street. A zone without street gives the part that its ground inside has
    /// of all its ground, at a position within. Where zones overlap, the people of each count, each
    /// with their own zone ([`DemandPoint::zone`]).
    ///
    /// Cost: linear in the pieces of street, times the corners of the zones near each; n log n in the
    /// corners of zones that have no street or reach beyond the streets.
    pub fn spread(&self, unit: impl Into<String>) -> (DemandSet, Vec<ZonePart>) {
        let n_zones = self.zones.n_zones();
        let zones_of: Vec<Vec<ZoneId>> = self
            .streets
            .points()
            .par_iter()
            .map(|point| self.zones.zones_of(point.position))
            .collect();
        let mut inside = vec![0_u128; n_zones];
        for (point, zones) in self.streets.points().iter().zip(&zones_of) {
            for zone in zones {
                inside[zone.index()] += u128::from(point.demand.as_thousandths());
            }
        }
        let mut all = inside.clone();
        for &(position, length) in self.beyond {
            for zone in self.zones.zones_of(position) {
                all[zone.index()] += u128::from(length.as_thousandths());
            }
        }
        let amount = |zone: usize| self.counts.get(zone).copied().unwrap_or_default();
        let mut parts = vec![ZonePart::default(); n_zones];
        let mut known = vec![0_u128; n_zones];
        let mut points = Vec::new();
        for zone in 0..n_zones {
            let Amount { demand, pattern } = amount(zone);
            let count = u128::from(demand.as_thousandths());
            let id = ZoneId::from_index(zone);
            let outline = &self.zones.zone(id).outline;
            let share = self.known_share(outline);
            known[zone] = count * u128::from(share) / 1_000_000;
            if let Some(part) = (known[zone] * inside[zone]).checked_div(all[zone]) {
                parts[zone].reaches_unknown = share < 1_000_000;
                parts[zone].inside = demand_of(part);
            } else {
                parts[zone].by_ground = true;
                let ground = SharedGround::of(outline, self.area.outline());
                let position = ground.as_ref().and_then(SharedGround::inner_position);
                let cell = position.and_then(|position| self.area.locate(position));
                if let (Some(ground), Some(position), Some(cell)) = (ground, position, cell) {
                    let part = demand_of(count * u128::from(ground.millionths()) / 1_000_000);
                    parts[zone].inside = part;
                    points.push(DemandPoint {
                        position,
                        street: None,
                        cell,
                        demand: part,
                        pattern,
                        zone: Some(id),
                    });
                }
            }
            parts[zone].outside = demand - parts[zone].inside;
        }
        // Each point gets the difference of two cumulative sums, each rounded down, so that the
        // parts add up to the whole.
        let mut so_far = vec![0_u128; n_zones];
        for (point, zones) in self.streets.points().iter().zip(&zones_of) {
            let length = u128::from(point.demand.as_thousandths());
            if zones.is_empty() {
                points.push(DemandPoint {
                    demand: Demand::ZERO,
                    ..*point
                });
            }
            for &id in zones {
                let zone = id.index();
                let part = |street: u128| known[zone] * street / all[zone].max(1);
                let before = part(so_far[zone]);
                so_far[zone] += length;
                points.push(DemandPoint {
                    demand: demand_of(part(so_far[zone]) - before),
                    pattern: amount(zone).pattern,
                    zone: Some(id),
                    ..*point
                });
            }
        }
        let unit = DemandUnit::Counted(unit.into());
        let given = (0..n_zones).map(amount);
        let outside = parts.iter().zip(0..).map(|(part, zone)| Amount {
            demand: part.outside,
            pattern: amount(zone).pattern,
        });
        let set = DemandSet::from_points(unit, self.area, points).counting(given, outside);
        (set, parts)
    }

    /// How much of a zone lies where streets are known or in the study area, in millionths.
    fn known_share(&self, outline: &Outline) -> u32 {
        let Some(complete) = self.complete else {
            return 1_000_000;
        };
        let (Some(zone), Ok(complete_outline)) =
            (outline.bounding_box(), Outline::of_box(complete))
        else {
            return 1_000_000;
        };
        if complete.contains(zone.south_west()) && complete.contains(zone.north_east()) {
            return 1_000_000;
        }
        SharedGround::of_any(outline, &[&complete_outline, self.area.outline()])
            .map_or(1_000_000, |ground| ground.millionths())
    }
}

fn demand_of(thousandths: u128) -> Demand {
    Demand::from_thousandths(u64::try_from(thousandths).expect("a part of a u64"))
}
