//! Dates and times, which workbooks hold as numbers of days.

/// What a number format makes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A number.
    Number,
    /// A date, perhaps with a time.
    Date,
    /// A time of day or a span of hours.
    Time,
}

/// What one of the formats is that every workbook has without saying so; 27 to 36 and 50 to 58 are
/// those of East Asian editions.
pub(crate) const fn built_in(id: u32) -> Format {
    match id {
        14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Format::Date,
        18..=21 | 32..=35 | 45..=47 | 55 | 56 => Format::Time,
        _ => Format::Number,
    }
}

/// What a format code such as `yyyy"年"m"月"d"日"` or `[h]:mm` makes of a number.
pub(crate) fn of_code(code: &str) -> Format {
    let mut letters = String::new();
    let mut rest = code.chars();
    while let Some(c) = rest.next() {
        match c {
            ';' => break,
            '"' => {
                rest.by_ref().find(|&c| c == '"');
            }
            '\\' | '_' | '*' => {
                rest.next();
            }
            // Colours, conditions and languages; `[h]` and its like are hours past a day.
            '[' => {
                let inside: String = rest.by_ref().take_while(|&c| c != ']').collect();
                let inside = inside.to_lowercase();
                if !inside.is_empty() && inside.chars().all(|c| matches!(c, 'h' | 'm' | 's')) {
                    letters.push('h');
                }
            }
            c => letters.extend(c.to_lowercase()),
        }
    }
    if letters.contains("general") {
        Format::Number
    } else if letters.contains(['y', 'd']) {
        Format::Date
    } else if letters.contains(['h', 's']) {
        Format::Time
    } else if letters.contains('m') {
        Format::Date
    } else {
        Format::Number
    }
}

/// A number of days as text: `2025-10-13`, `2025-10-13 08:30`, `08:30`; `None` before the epoch or
/// past the year 9999.
pub(crate) fn text(serial: f64, format: Format, is_1904: bool) -> Option<String> {
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let seconds: u64 = format!("{:.0}", serial * 86_400.0).parse().ok()?;
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let clock = |hours: u64| {
        let (minute, second) = (second / 60 % 60, second % 60);
        match second {
            0 => format!("{hours:02}:{minute:02}"),
            _ => format!("{hours:02}:{minute:02}:{second:02}"),
        }
    };
    if format == Format::Time || (day == 0 && !is_1904) {
        return Some(clock(day * 24 + second / 3_600));
    }
    // Day 60 of the 1900 system is 29 February 1900, which never was; days before it are one off.
    let day = match (is_1904, day) {
        (true, day) => day + 1_462,
        (false, ..60) => day + 1,
        (false, day) => day,
    };
    let date = civil(day);
    Some(match second {
        0 => date,
        second => format!("{date} {}", clock(second / 3_600)),
    })
}

/// The date that is so many days after 1899-12-30.
fn civil(day: u64) -> String {
    // 1899-12-30 is day 693,899 after 0000-03-01, where leap days end a year.
    let day = day + 693_899;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates_and_times() {
        for (serial, format, is_1904, wanted) in [
            (45_943.0, Format::Date, false, "2025-10-13"),
            (
                45_943.354_166_666_7,
                Format::Date,
                false,
                "2025-10-13 08:30",
            ),
            (44_481.0, Format::Date, true, "2025-10-13"),
            (1.0, Format::Date, false, "1900-01-01"),
            (59.0, Format::Date, false, "1900-02-28"),
            (61.0, Format::Date, false, "1900-03-01"),
            (36_585.0, Format::Date, false, "2000-02-29"),
            (0.354_166_666_666_667, Format::Time, false, "08:30"),
            (0.0, Format::Date, false, "00:00"),
            (1.0, Format::Time, false, "24:00"),
            (0.5 + 1.0 / 86_400.0, Format::Time, false, "12:00:01"),
            (45_944.0 - 1e-9, Format::Date, false, "2025-10-14"),
        ] {
            assert_eq!(text(serial, format, is_1904).as_deref(), Some(wanted));
        }
        for serial in [-1.0, 3e6, f64::NAN, f64::INFINITY] {
            assert_eq!(text(serial, Format::Date, false), None);
        }
    }

    #[test]
    fn format_codes_say_what_a_number_is() {
        for (code, wanted) in [
            ("General", Format::Number),
            ("0.00E+00", Format::Number),
            ("#,##0.00\"d\"", Format::Number),
            ("0\\m", Format::Number),
            ("[Red]0;[Blue]-0", Format::Number),
            ("0.0_);\\(0.0\\)", Format::Number),
            ("yyyy\\-mm\\-dd;@", Format::Date),
            ("yyyy\"年\"m\"月\"d\"日\"", Format::Date),
            ("[$-804]mmmm", Format::Date),
            ("[h]:mm", Format::Time),
            ("h:mm AM/PM", Format::Time),
            ("mm:ss.0", Format::Time),
        ] {
            assert_eq!(of_code(code), wanted, "{code}");
        }
        assert_eq!(built_in(14), Format::Date);
        assert_eq!(built_in(20), Format::Time);
        assert_eq!(built_in(2), Format::Number);
    }
}
