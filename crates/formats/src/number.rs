//! Numbers as people and tools write them.

/// A finite number with a decimal point, `1e3` and full-width digits included; never minus nothing.
pub(crate) fn finite(text: &str) -> Option<f64> {
    let value: f64 = plain(text).parse().ok()?;
    // `-0.0 + 0.0` is `0.0`.
    value.is_finite().then_some(value + 0.0)
}

/// A whole number from 0, also where a tool wrote it as `12.0` or `1e3`.
pub(crate) fn whole(text: &str) -> Option<u64> {
    if let Ok(whole) = plain(text).parse() {
        return Some(whole);
    }
    // Past 2^53 not every whole number can be told from its neighbours.
    let value = finite(text)?;
    let is_whole = value.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&value);
    is_whole
        .then(|| format!("{value:.0}").parse().ok())
        .flatten()
}

/// Full-width digits and signs, which a Chinese input method types, as ASCII.
pub(crate) fn plain(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
            '．' => '.',
            '－' | '\u{2212}' => '-',
            '＋' => '+',
            'ｅ' | 'Ｅ' => 'e',
            '，' => ',',
            c => c,
        })
        .collect()
}

/// What to do about text that is nearly a number.
pub(crate) fn hint(text: &str) -> Option<String> {
    let plain = plain(text);
    let body = plain.trim_start_matches(['+', '-']);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_grouped = |parts: &[&str]| {
        let (first, rest) = parts.split_first().expect("splitting gives a part");
        is_digits(first)
            && first.len() <= 3
            && !rest.is_empty()
            && rest.iter().all(|part| is_digits(part) && part.len() == 3)
    };
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    let by_comma: Vec<&str> = whole.split(',').collect();
    let is_plain_fraction = fraction.is_empty() || is_digits(fraction);
    if is_grouped(&by_comma) && is_plain_fraction {
        let comma_too = if by_comma.len() == 2 && fraction.is_empty() {
            ", or with a decimal point if the comma is a decimal comma"
        } else {
            ""
        };
        return Some(format!(
            "write numbers without thousands separators: `{}`{comma_too}",
            plain.replace(',', "")
        ));
    }
    let by_comma: Vec<&str> = body.split(',').collect();
    if let [whole, fraction] = by_comma.as_slice() {
        let whole_parts: Vec<&str> = whole.split(['.', ' ', '\'']).collect();
        if is_digits(fraction) && (is_digits(whole) || is_grouped(&whole_parts)) {
            let sign = plain.strip_suffix(body).unwrap_or_default();
            return Some(format!(
                "numbers are written with a decimal point, not a decimal comma: `{sign}{}.{fraction}`",
                whole.replace(['.', ' ', '\''], "")
            ));
        }
    }
    let spaced: Vec<&str> = whole
        .split([' ', '\u{a0}', '\u{202f}', '\u{2009}', '\''])
        .collect();
    if is_grouped(&spaced) && is_plain_fraction {
        return Some("write numbers without thousands separators".to_owned());
    }
    let number = body.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = body.get(number.len()..).unwrap_or_default();
    if !unit.is_empty() && finite(number).is_some() && unit.chars().any(char::is_alphabetic) {
        return Some(match unit.chars().next() {
            Some('万') => "write the number out: 万 is ten thousand".to_owned(),
            _ => format!("write the number without `{}`", crate::shown(unit.trim())),
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_tools_write_them() {
        for (text, value) in [
            ("12", 12.0),
            ("12.0", 12.0),
            ("1e3", 1_000.0),
            ("-0.000", 0.0),
            ("１２．５", 12.5),
            ("－3", -3.0),
            ("\u{2212}3", -3.0),
            ("+5", 5.0),
        ] {
            let got = finite(text).unwrap();
            assert_eq!(got.to_bits(), f64::to_bits(value), "{text}");
        }
        for text in ["", "nan", "inf", "1e999", "1,5", "12人", "0x10", "1_000"] {
            assert_eq!(finite(text), None, "{text}");
        }
        for (text, value) in [
            ("12", 12),
            ("12.0", 12),
            ("1e3", 1_000),
            ("-0.0", 0),
            ("１２", 12),
        ] {
            assert_eq!(whole(text), Some(value), "{text}");
        }
        assert_eq!(whole("18446744073709551615"), Some(u64::MAX));
        for text in ["12.5", "-1", "1e300", "9007199254740993.0", "x"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_nearly_a_number_says_why_it_is_none() {
        let told = |text: &str, words: &str| {
            let hint = hint(text).unwrap_or_else(|| panic!("no hint for {text}"));
            assert!(hint.contains(words), "{text}: {hint}");
        };
        told("114,06", "decimal comma: `114.06`");
        told("114,0648685", "decimal comma");
        told("-22,5", "`-22.5`");
        told("1.234,56", "`1234.56`");
        told("1,234", "thousands separators: `1234`, or");
        told("1,234,567", "`1234567`");
        told("1,234.5", "`1234.5`");
        told("1 234", "thousands separators");
        told("12人", "without `人`");
        told("1.5万", "ten thousand");
        for text in ["x", "", "12", "a,b", "1,2,3", "-", ",", "12,"] {
            assert_eq!(hint(text), None, "{text}");
        }
    }
}
