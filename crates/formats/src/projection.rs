/// A coordinate system in which positions may stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Projection {
    /// Degrees, longitude first: WGS-84, or CGCS2000, which lies within a metre of it.
    Degrees,
    /// Metres of Web Mercator.
    WebMercator,
}

/// Radius of the sphere of Web Mercator in metres (EPSG method 1024).
const RADIUS_M: f64 = 6_378_137.0;

impl Projection {
    /// From a code of the EPSG register; `None` for those that are not read.
    pub(crate) fn of_epsg(code: u32) -> Option<Self> {
        match code {
            // WGS-84 and CGCS2000, in two and three dimensions.
            4326 | 4979 | 4490 | 4480 => Some(Self::Degrees),
            // The second to last are names that older programs write.
            3857 | 3785 | 900_913 | 102_100 | 102_113 => Some(Self::WebMercator),
            _ => None,
        }
    }

    /// Degrees, longitude first.
    pub(crate) fn to_degrees(self, [x, y]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::Degrees => [x, y],
            // By `libm`, so that every machine gives the same last digit.
            Self::WebMercator => [
                (x / RADIUS_M).to_degrees(),
                libm::atan(libm::sinh(y / RADIUS_M)).to_degrees(),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_mercator_is_undone() {
        // EPSG guidance note 7-2, method 1024: 24°22'54.433"N, 100°20'00"W.
        let [lng, lat] = Projection::WebMercator.to_degrees([-11_169_055.58, 2_800_000.00]);
        assert!((lng + 100.333_333_33).abs() < 1e-7, "{lng}");
        assert!((lat - 24.381_786_94).abs() < 1e-7, "{lat}");
        let same = Projection::Degrees.to_degrees([114.0, 22.5]);
        assert_eq!(same.map(f64::to_bits), [114.0, 22.5].map(f64::to_bits));
        assert_eq!(Projection::of_epsg(4547), None);
    }
}
