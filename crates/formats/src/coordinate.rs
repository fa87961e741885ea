//! One coordinate as it is written, and what the name of its column says about it.

use units::Datum;

use crate::angle::{self, Angle, Axis};
use crate::sheet::Reading;
use crate::{ProblemKind, RowPlace};

/// What to do about longitudes and latitudes in each other's place.
pub(crate) const SWAPPED: &str = "longitude and latitude look swapped; longitude comes first";

/// The datum that the name of a column names.
pub(crate) fn datum_in(name: &str) -> Option<Datum> {
    let name: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if says(&["bd09", "百度"]) {
        Some(Datum::Bd09)
    } else if says(&["gcj02", "火星", "高德", "腾讯"]) {
        Some(Datum::Gcj02)
    } else if says(&["wgs84"]) {
        Some(Datum::Wgs84)
    } else {
        None
    }
}

/// The angle of one axis; `None` when it is empty, none, or one of the other axis (noted).
pub(crate) fn degrees(
    place: RowPlace,
    column: &str,
    text: &str,
    (axis, wanted): (Axis, &str),
    reading: &mut Reading,
) -> Option<Angle> {
    let (column, wanted) = (column.to_owned(), wanted.to_owned());
    if text.is_empty() {
        reading
            .problems
            .push(place, ProblemKind::Empty { column, wanted });
        return None;
    }
    let problems = &mut reading.problems;
    match angle::parse(text) {
        Some(angle) if angle.axis.is_none_or(|this| this == axis) => Some(angle),
        Some(_) => {
            let got = text.to_owned();
            let kind = ProblemKind::Value {
                column,
                got,
                wanted,
            };
            problems.push_with_hint(place, kind, SWAPPED);
            None
        }
        None => {
            problems.push_number(place, &column, text, &wanted);
            None
        }
    }
}
