//! Chinese map datums to WGS-84 and back.
//!
//! GCJ-02 shifts every position inside China by some hundred metres with a fixed function of the
//! position; BD-09 shifts GCJ-02 once more. The functions were reconstructed by the open-source
//! community (`googollee/eviltransform`, `wandergis/coordtransform`) and agree with the converters
//! of Amap and Baidu to within centimetres; the tests hold the published pairs.
//! The way back has no closed form and is found by fixed-point iteration: a round trip is within
//! 1e-7 degrees (about a centimetre, tested across China).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{LngLat, PositionError};

/// Which datum the numbers of a source are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Datum {
    /// WGS-84: GPS, OpenStreetMap.
    Wgs84,
    /// GCJ-02 (火星坐标): Amap, Tencent, most Chinese tables.
    Gcj02,
    /// BD-09 (百度坐标): Baidu.
    Bd09,
}

impl Datum {
    /// Degrees in this datum to a WGS-84 position.
    ///
    /// # Errors
    /// When the degrees are no position on earth.
    pub fn to_wgs84(self, lng: f64, lat: f64) -> Result<LngLat, PositionError> {
        let position = LngLat::from_degrees(lng, lat)?;
        match self {
            Self::Wgs84 => Ok(position),
            Self::Gcj02 => Ok(Gcj02 { lng, lat }.to_wgs84()),
            Self::Bd09 => Ok(Bd09 { lng, lat }.to_wgs84()),
        }
    }

    /// The name as written in plan files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Datum {
    type Err = crate::ParseQuantityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Wgs84, Self::Gcj02, Self::Bd09]
            .into_iter()
            .find(|datum| datum.name() == text)
            .ok_or_else(|| crate::ParseQuantityError::datum(text))
    }
}

/// Degrees in GCJ-02.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gcj02 {
    /// Longitude in degrees.
    pub lng: f64,
    /// Latitude in degrees.
    pub lat: f64,
}

/// Degrees in BD-09.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bd09 {
    /// Longitude in degrees.
    pub lng: f64,
    /// Latitude in degrees.
    pub lat: f64,
}

impl Gcj02 {
    /// From WGS-84; outside China nothing is shifted.
    pub fn from_wgs84(position: LngLat) -> Self {
        let (lng, lat) = shift(position.lng(), position.lat());
        Self { lng, lat }
    }

    /// To WGS-84, rounded to 1e-7 degrees.
    ///
    /// Cost: some five evaluations of the shift.
    pub fn to_wgs84(self) -> LngLat {
        let (mut lng, mut lat) = (self.lng, self.lat);
        // The shift changes by less than 1 % over its own length, so each round gains two digits.
        for _ in 0..10 {
            let (there_lng, there_lat) = shift(lng, lat);
            let (off_lng, off_lat) = (self.lng - there_lng, self.lat - there_lat);
            lng += off_lng;
            lat += off_lat;
            if off_lng.abs() < 1e-10 && off_lat.abs() < 1e-10 {
                break;
            }
        }
        LngLat::from_degrees(lng.clamp(-180.0, 180.0), lat.clamp(-90.0, 90.0))
            .unwrap_or(LngLat::from_e7(0, 0))
    }
}

impl Bd09 {
    /// From WGS-84 by way of GCJ-02.
    pub fn from_wgs84(position: LngLat) -> Self {
        Self::from_gcj02(Gcj02::from_wgs84(position))
    }

    /// From GCJ-02.
    pub fn from_gcj02(position: Gcj02) -> Self {
        let (x, y) = (position.lng, position.lat);
        let radius = libm::hypot(x, y) + 0.000_02 * libm::sin(y * BD_TURN);
        let angle = libm::atan2(y, x) + 0.000_003 * libm::cos(x * BD_TURN);
        Self {
            lng: radius * libm::cos(angle) + 0.006_5,
            lat: radius * libm::sin(angle) + 0.006,
        }
    }

    /// To GCJ-02 by the approximate inverse that Chinese map tools share, refined until the way
    /// there leads back.
    pub fn to_gcj02(self) -> Gcj02 {
        let mut guess = Gcj02 {
            lng: self.lng - 0.006_5,
            lat: self.lat - 0.006,
        };
        for _ in 0..10 {
            let there = Self::from_gcj02(guess);
            let (off_lng, off_lat) = (self.lng - there.lng, self.lat - there.lat);
            guess.lng += off_lng;
            guess.lat += off_lat;
            if off_lng.abs() < 1e-10 && off_lat.abs() < 1e-10 {
                break;
            }
        }
        guess
    }

    /// To WGS-84, rounded to 1e-7 degrees.
    pub fn to_wgs84(self) -> LngLat {
        self.to_gcj02().to_wgs84()
    }
}

/// The angular frequency in BD-09: π × 3000 / 180.
const BD_TURN: f64 = std::f64::consts::PI * 3_000.0 / 180.0;
/// Semi-major axis of the Krassowsky 1940 ellipsoid in metres, which GCJ-02 is built on.
const AXIS_M: f64 = 6_378_245.0;
/// First eccentricity squared of that ellipsoid.
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

/// WGS-84 degrees to GCJ-02 degrees.
fn shift(lng: f64, lat: f64) -> (f64, f64) {
    // The converters shift within this box and leave the rest of the world alone.
    if !(72.004..=137.8347).contains(&lng) || !(0.8293..=55.8271).contains(&lat) {
        return (lng, lat);
    }
    let (x, y) = (lng - 105.0, lat - 35.0);
    let wave = |amplitude: f64, frequency: f64, at: f64| {
        amplitude * libm::sin(at * frequency * std::f64::consts::PI)
    };
    let common = wave(20.0, 6.0, x) + wave(20.0, 2.0, x);
    let north_waves = common
        + wave(20.0, 1.0, y)
        + wave(40.0, 1.0 / 3.0, y)
        + wave(160.0, 1.0 / 12.0, y)
        + wave(320.0, 1.0 / 30.0, y);
    let east_waves = common
        + wave(20.0, 1.0, x)
        + wave(40.0, 1.0 / 3.0, x)
        + wave(150.0, 1.0 / 12.0, x)
        + wave(300.0, 1.0 / 30.0, x);
    let root = libm::sqrt(x.abs());
    let north_m = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + north_waves * 2.0 / 3.0;
    let east_m =
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + east_waves * 2.0 / 3.0;

    let sine = libm::sin(lat.to_radians());
    let flattened = 1.0 - ECCENTRICITY_SQUARED * sine * sine;
    let meridian_m = AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (flattened * libm::sqrt(flattened));
    let parallel_m = AXIS_M / libm::sqrt(flattened) * libm::cos(lat.to_radians());
    (
        lng + (east_m / parallel_m).to_degrees(),
        lat + (north_m / meridian_m).to_degrees(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(got: (f64, f64), want: (f64, f64), tolerance: f64) {
        assert!(
            (got.0 - want.0).abs() < tolerance && (got.1 - want.1).abs() < tolerance,
            "got {got:?}, wanted {want:?}"
        );
    }

    fn at(lng: f64, lat: f64) -> LngLat {
        LngLat::from_degrees(lng, lat).unwrap()
    }

    #[test]
    fn amap_documentation_pairs() {
        // Amap's documentation of its coordinate conversion, WGS-84 to GCJ-02.
        for (from, to) in [
            ((116.481499, 39.990475), (116.487585177952, 39.991754014757)),
            ((116.481499, 39.990375), (116.487585177952, 39.991653917101)),
        ] {
            let gcj = Gcj02::from_wgs84(at(from.0, from.1));
            near((gcj.lng, gcj.lat), to, 2e-6);
            let back = Gcj02 {
                lng: to.0,
                lat: to.1,
            }
            .to_wgs84();
            near((back.lng(), back.lat()), from, 2e-6);
        }
    }

    #[test]
    fn coordtransform_pairs() {
        // README of wandergis/coordtransform.
        let gcj = Gcj02::from_wgs84(at(116.404, 39.915));
        near(
            (gcj.lng, gcj.lat),
            (116.41024449916938, 39.91640428150164),
            1e-9,
        );
        let bd = Bd09::from_gcj02(Gcj02 {
            lng: 116.404,
            lat: 39.915,
        });
        near(
            (bd.lng, bd.lat),
            (116.41036949371029, 39.92133699351021),
            1e-9,
        );
        // Their inverse stops after one step, ours goes on; hence the wider tolerance.
        let gcj = Bd09 {
            lng: 116.404,
            lat: 39.915,
        }
        .to_gcj02();
        near(
            (gcj.lng, gcj.lat),
            (116.39762729119315, 39.90865673957631),
            2e-6,
        );
    }

    #[test]
    fn eviltransform_pairs() {
        // Test table of googollee/eviltransform, which uses a slightly different ellipsoid.
        for (from, to) in [
            (
                (121.5272106, 31.1774276),
                (121.531541859215, 31.17530398364597),
            ),
            (
                (113.912316, 22.543847),
                (113.9171764808363, 22.540796131694766),
            ),
            (
                (116.377817, 39.911954),
                (116.38404722455657, 39.91334545536069),
            ),
        ] {
            let gcj = Gcj02::from_wgs84(at(from.0, from.1));
            near((gcj.lng, gcj.lat), to, 1e-6);
        }
    }

    #[test]
    fn baidu_documentation_pair() {
        // Example of Baidu's conversion service, WGS-84 to BD-09.
        let bd = Bd09::from_wgs84(at(114.21892734521, 29.575429778924));
        near(
            (bd.lng, bd.lat),
            (114.2307519546763, 29.57908428837437),
            1e-5,
        );
    }

    #[test]
    fn outside_china_nothing_moves() {
        let monaco = at(7.42, 43.73);
        let gcj = Gcj02::from_wgs84(monaco);
        near((gcj.lng, gcj.lat), (7.42, 43.73), 1e-12);
        assert_eq!(gcj.to_wgs84(), monaco);
    }

    proptest! {
        #[test]
        fn a_round_trip_is_within_a_centimetre(lng in 74.0..135.0_f64, lat in 4.0..53.0_f64) {
            let position = at(lng, lat);
            for back in [Gcj02::from_wgs84(position).to_wgs84(), Bd09::from_wgs84(position).to_wgs84()] {
                prop_assert!((back.lng_e7() - position.lng_e7()).abs() <= 1, "{position} came back as {back}");
                prop_assert!((back.lat_e7() - position.lat_e7()).abs() <= 1, "{position} came back as {back}");
            }
        }
    }
}
