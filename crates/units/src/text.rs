//! Quantities as people write them: `15min`, `1.2km`, `18km/h`, `114.05,22.54`.
//!
//! A bare number is refused, since nobody remembers which unit a program meant.

use thiserror::Error;

use crate::{Length, LngLat, TravelTime};

/// Text that is not the quantity asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not {wanted}; write it as in {example}")]
pub struct ParseQuantityError {
    text: String,
    wanted: &'static str,
    example: &'static str,
}

impl ParseQuantityError {
    pub(crate) fn datum(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            wanted: "a datum",
            example: "`wgs84`, `gcj02` or `bd09`",
        }
    }
}

/// A travel time: a number and `s`, `min` or `h`.
///
/// # Errors
/// When the number or the unit is missing or not understood, or the time exceeds 1,000 hours.
///
/// ```
/// use units::{TravelTime, parse_time};
/// assert_eq!(parse_time("15min")?, TravelTime::from_mins(15));
/// assert_eq!(parse_time("1.5 h")?, TravelTime::from_mins(90));
/// assert!(parse_time("15").is_err());
/// # Ok::<(), units::ParseQuantityError>(())
/// ```
pub fn parse_time(text: &str) -> Result<TravelTime, ParseQuantityError> {
    let error = || ParseQuantityError {
        text: text.to_owned(),
        wanted: "a time with its unit",
        example: "`15min`, `90s` or `1h`",
    };
    let (number, unit) = split(text).ok_or_else(error)?;
    let tenths_per_unit = match unit {
        "s" | "sec" => 10.0,
        "min" => 600.0,
        "h" => 36_000.0,
        _ => return Err(error()),
    };
    whole(number * tenths_per_unit, 36_000_000.0)
        .map(TravelTime::from_tenths)
        .ok_or_else(error)
}

/// A length: a number and `m` or `km`.
///
/// # Errors
/// When the number or the unit is missing or not understood, or the length exceeds 4,000 km.
///
/// ```
/// use units::{Length, parse_length};
/// assert_eq!(parse_length("1.2km")?, Length::from_m(1_200));
/// # Ok::<(), units::ParseQuantityError>(())
/// ```
pub fn parse_length(text: &str) -> Result<Length, ParseQuantityError> {
    let error = || ParseQuantityError {
        text: text.to_owned(),
        wanted: "a length with its unit",
        example: "`500m` or `1.2km`",
    };
    let (number, unit) = split(text).ok_or_else(error)?;
    let mm_per_unit = match unit {
        "m" => 1_000.0,
        "km" => 1_000_000.0,
        _ => return Err(error()),
    };
    whole(number * mm_per_unit, 4e9)
        .map(Length::from_mm)
        .ok_or_else(error)
}

/// A WGS-84 position: longitude, comma, latitude, in degrees.
///
/// # Errors
/// When the text is not two numbers or lies off the earth.
///
/// ```
/// use units::parse_position;
/// assert_eq!(parse_position("-8.49,41.01")?.lng(), -8.49);
/// # Ok::<(), units::ParseQuantityError>(())
/// ```
pub fn parse_position(text: &str) -> Result<LngLat, ParseQuantityError> {
    let error = || ParseQuantityError {
        text: text.to_owned(),
        wanted: "a longitude (-180 to 180) and a latitude (-90 to 90)",
        example: "`114.05,22.54`",
    };
    let (lng, lat) = text.split_once(',').ok_or_else(error)?;
    let lng: f64 = lng.trim().parse().ok().ok_or_else(error)?;
    let lat: f64 = lat.trim().parse().ok().ok_or_else(error)?;
    LngLat::from_degrees(lng, lat).ok().ok_or_else(error)
}

/// The number and the unit behind it.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim()))
}

/// Rounded to a whole number when it lies in 0 to `most`.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked first"
)]
fn whole(value: f64, most: f64) -> Option<u32> {
    (0.0..=most)
        .contains(&value)
        .then(|| libm::round(value) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_is_refused_with_an_example() {
        assert_eq!(
            parse_time("15").unwrap_err().to_string(),
            "`15` is not a time with its unit; write it as in `15min`, `90s` or `1h`"
        );
        assert!(parse_length("100").is_err());
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "min",
            "-5min",
            "1e9h",
            "NaNmin",
            "5 fortnights",
            "1..2min",
        ] {
            assert!(parse_time(text).is_err(), "{text}");
        }
        for text in ["", "114.05", "200,1", "1,95", "a,b", "1,2,3"] {
            assert!(parse_position(text).is_err(), "{text}");
        }
    }
}
