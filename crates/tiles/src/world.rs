use units::LngLat;

/// A point of the web Mercator square: x from 0 in the west to 1 in the east, y from 0 in the north
/// to 1 in the south.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WorldPoint {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// An upright rectangle of the square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WorldBox {
    pub(crate) low: WorldPoint,
    pub(crate) high: WorldPoint,
}

/// Where a position lies on the web Mercator square (EPSG:3857, scaled to 1).
pub(crate) fn project(position: LngLat) -> WorldPoint {
    // The square ends at the latitude where it is as high as wide.
    const EDGE_DEGREES: f64 = 85.051_128_779_806_6;
    let lat = position
        .lat()
        .clamp(-EDGE_DEGREES, EDGE_DEGREES)
        .to_radians();
    let stretched = libm::asinh(libm::tan(lat));
    WorldPoint {
        x: position.lng() / 360.0 + 0.5,
        y: 0.5 - stretched / std::f64::consts::TAU,
    }
}

impl WorldBox {
    /// Around some points; `None` without any.
    pub(crate) fn around<'a>(points: impl IntoIterator<Item = &'a WorldPoint>) -> Option<Self> {
        let mut points = points.into_iter();
        let &first = points.next()?;
        let mut all = Self {
            low: first,
            high: first,
        };
        for point in points {
            all.low.x = all.low.x.min(point.x);
            all.low.y = all.low.y.min(point.y);
            all.high.x = all.high.x.max(point.x);
            all.high.y = all.high.y.max(point.y);
        }
        Some(all)
    }

    pub(crate) fn touches(&self, other: &Self) -> bool {
        self.low.x <= other.high.x
            && other.low.x <= self.high.x
            && self.low.y <= other.high.y
            && other.low.y <= self.high.y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_holds_the_known_corners() {
        let at = |lng, lat| project(LngLat::from_degrees(lng, lat).unwrap());
        assert_eq!(at(0.0, 0.0), WorldPoint { x: 0.5, y: 0.5 });
        assert!(at(-180.0, 0.0).x.abs() < 1e-12);
        assert!(at(0.0, 90.0).y.abs() < 1e-12);
        assert!((at(0.0, -90.0).y - 1.0).abs() < 1e-12);
        // Tile 15/26765/14276 holds Shenzhen's civic centre (114.0595, 22.5431).
        let civic = at(114.0595, 22.5431);
        assert!((26765.0..26766.0).contains(&(civic.x * 32768.0)));
        assert!((14276.0..14277.0).contains(&(civic.y * 32768.0)));
    }
}
