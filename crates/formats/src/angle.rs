//! Angles as people write them: degrees with decimals, or with minutes and seconds.

use crate::number;

/// An angle, and what its hemisphere says it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Angle {
    pub(crate) degrees: f64,
    /// The axis that a hemisphere names: `E`, `东经`.
    pub(crate) axis: Option<Axis>,
    /// Whether it was more than a number.
    pub(crate) is_translated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    Lng,
    Lat,
}

/// Words for hemispheres with their axis and sign; longer ones first.
const HEMISPHERES: &[(&str, Axis, f64)] = &[
    ("东经", Axis::Lng, 1.0),
    ("西经", Axis::Lng, -1.0),
    ("北纬", Axis::Lat, 1.0),
    ("南纬", Axis::Lat, -1.0),
    ("E", Axis::Lng, 1.0),
    ("W", Axis::Lng, -1.0),
    ("N", Axis::Lat, 1.0),
    ("S", Axis::Lat, -1.0),
];

const LABELS: &[(&str, Axis)] = &[
    ("经度", Axis::Lng),
    ("纬度", Axis::Lat),
    ("LNG", Axis::Lng),
    ("LON", Axis::Lng),
    ("LAT", Axis::Lat),
];

/// Reads `114.05`, `114°03′12.5″E`, `东经114度3分12秒`, `N22°32'`; `None` for anything else, a minute
/// or second of sixty or more included.
pub(crate) fn parse(text: &str) -> Option<Angle> {
    if let Some(degrees) = number::finite(text) {
        return Some(Angle {
            degrees,
            axis: None,
            is_translated: false,
        });
    }
    let text = number::plain(text).to_uppercase();
    let mut rest = text.trim();
    let mut axis = None;
    for (label, of) in LABELS {
        if let Some(after) = rest.strip_prefix(label) {
            axis = Some(*of);
            rest = after.trim_start_matches([':', '：', '=', ' ']);
            break;
        }
    }
    let mut sign = None;
    for (word, of, this) in HEMISPHERES {
        let found = rest.strip_prefix(word).or_else(|| rest.strip_suffix(word));
        if let Some(after) = found {
            if axis.is_some_and(|axis| axis != *of) {
                return None;
            }
            (axis, sign) = (Some(*of), Some(*this));
            rest = after.trim();
            break;
        }
    }
    let degrees = magnitude(rest)?;
    // A sign beside a hemisphere says the same thing twice, or two things.
    if sign.is_some() && degrees < 0.0 {
        return None;
    }
    Some(Angle {
        degrees: degrees * sign.unwrap_or(1.0),
        axis,
        is_translated: true,
    })
}

/// Degrees with their marks, or a bare number.
fn magnitude(text: &str) -> Option<f64> {
    if let Some(degrees) = number::finite(text) {
        return Some(degrees);
    }
    let (degrees, rest) = text.split_once(['°', '度', 'º', '˚'])?;
    let (is_negative, degrees) = match degrees.trim().strip_prefix('-') {
        Some(degrees) => (true, degrees),
        None => (false, degrees.trim()),
    };
    let degrees = part(degrees, 361.0)?;
    let rest = rest.trim();
    let value = if rest.is_empty() {
        degrees
    } else {
        let (minutes, rest) = rest.split_once(['′', '\'', '分', '’', '´'])?;
        let rest = rest.trim();
        let seconds = if rest.is_empty() {
            0.0
        } else {
            let seconds = ["″", "''", "\"", "秒", "”", "’’", "′′"];
            let found = seconds.iter().find_map(|mark| rest.strip_suffix(mark))?;
            part(found.trim(), 60.0)?
        };
        let whole = |value: f64| value.fract() == 0.0;
        let minutes = part(minutes.trim(), 60.0)?;
        (whole(degrees) && (rest.is_empty() || whole(minutes))).then_some(())?;
        degrees + minutes / 60.0 + seconds / 3_600.0
    };
    Some(if is_negative { -value } else { value })
}

/// A number from 0 and below a limit, without a sign or an exponent.
fn part(text: &str, below: f64) -> Option<f64> {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let value = number::finite(text).filter(|_| is_plain)?;
    (value < below).then_some(value)
}

/// Parts a value that holds both angles: `114.05,22.54`, `(22.54，114.05)`, `POINT (114.05 22.54)`.
pub(crate) fn pair(text: &str) -> Option<(&str, &str)> {
    const BRACKETS: [char; 6] = ['(', ')', '（', '）', '[', ']'];
    let text = text.trim();
    let bare = text
        .strip_prefix("POINT")
        .or_else(|| text.strip_prefix("point"))
        .unwrap_or(text);
    let bare = bare.trim_matches(|c: char| {
        c.is_whitespace() || BRACKETS.contains(&c) || c == '【' || c == '】'
    });
    for separators in [&[';', '；'][..], &[',', '，', '、', '|', '/']] {
        let mut parts = bare.split(separators).map(str::trim);
        if let (Some(first), Some(second), None) = (parts.next(), parts.next(), parts.next()) {
            return (!first.is_empty() && !second.is_empty()).then_some((first, second));
        }
        if bare.contains(separators) {
            return None;
        }
    }
    let mut parts = bare.split_whitespace();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(first), Some(second), None) => Some((first, second)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_read_as_people_write_them() {
        let lng = 114.0 + 3.0 / 60.0 + 12.5 / 3_600.0;
        for (text, degrees, axis) in [
            ("114.05", 114.05, None),
            ("１１４．０５", 114.05, None),
            ("114.05°", 114.05, None),
            ("114°03′12.5″E", lng, Some(Axis::Lng)),
            ("E114°3'12.5\"", lng, Some(Axis::Lng)),
            ("114º03’12.5”", lng, None),
            ("东经114度3分12.5秒", lng, Some(Axis::Lng)),
            ("经度：114.05", 114.05, Some(Axis::Lng)),
            ("N22°32.4'", 22.54, Some(Axis::Lat)),
            ("22.54N", 22.54, Some(Axis::Lat)),
            ("22.54 S", -22.54, Some(Axis::Lat)),
            ("-22°32'24''", -22.54, None),
        ] {
            let angle = parse(text).unwrap_or_else(|| panic!("`{text}` was not understood"));
            assert!((angle.degrees - degrees).abs() < 1e-9, "{text}: {angle:?}");
            assert_eq!(angle.axis, axis, "{text}");
        }
        for text in [
            "",
            "°",
            "114°60'",
            "114°3'60\"",
            "114.5°3'",
            "114°3.5'1\"",
            "114°-3'",
            "114°3'12",
            "-22.5S",
            "经度22.5N",
            "114,05",
            "E",
            "114度3",
            "1e2°",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn pairs_are_parted_once() {
        for text in [
            "114.05,22.54",
            "114.05，22.54",
            "114.05 22.54",
            "114.05; 22.54",
            "(114.05, 22.54)",
            "[114.05,22.54]",
            "（114.05、22.54）",
            "POINT (114.05 22.54)",
            "114.05/22.54",
        ] {
            assert_eq!(pair(text), Some(("114.05", "22.54")), "{text}");
        }
        assert_eq!(pair("114,05;22,54"), Some(("114,05", "22,54")));
        for text in ["", "114.05", "114,05,22,54", "114.05,", "1 2 3"] {
            assert_eq!(pair(text), None, "{text}");
        }
    }
}
