//! Rows to patterns of demand over the week.

use coverage::DemandPattern;
use units::{HourOfWeek, Weekday};

use crate::csv::CheckedRows;
use crate::{Loaded, ProblemKind, ReadError, RowPlace, Source, number};

/// Reads patterns of demand: a column `hour`, and one column for each pattern that says which
/// percentage of the demand as counted is there at that hour.
///
/// Hours are those of a week (`Mo 00:00` to `Su 23:00`), or of a day that is the same all week
/// (`00:00` to `23:00`); each stands once, in any order. Percentages count to a tenth.
///
/// # Errors
/// When the file cannot be opened, any row is wrong or an hour is missing; all problems are told at
/// once.
///
/// Cost: linear in the file.
pub fn read(source: &Source) -> Result<Loaded<Vec<DemandPattern>>, ReadError> {
    let mut rows = CheckedRows::open(source)?;
    let hour = rows.column("hour");
    let columns: Vec<_> = rows
        .header()
        .iter()
        .filter_map(|name| rows.optional_column(name))
        .filter(|&column| Some(column) != hour)
        .collect();
    if columns.is_empty() && hour.is_some() {
        let kind = ProblemKind::NoColumn {
            field: "a pattern of demand".to_owned(),
            wanted: vec!["a column of percentages beside `hour`".to_owned()],
        };
        rows.problem(RowPlace::File, kind, None);
    }
    let names: Vec<String> = columns
        .iter()
        .map(|&column| rows.column_name(column).to_owned())
        .collect();
    let read = rows.each(|row| {
        let at = row.parsed(hour, "an hour as in `Mo 08:00` or `08:00`", hours)?;
        let wanted = "a percentage from 0 to 100000, with at most one decimal counted";
        let shares = columns
            .iter()
            .map(|&column| row.numeric(Some(column), wanted, permille));
        // All columns are looked at, so that every wrong value is told.
        let shares: Vec<Option<u32>> = shares.collect();
        let shares: Option<Vec<u32>> = shares.into_iter().collect();
        Some((row.place(), at, shares))
    });
    let mut places: Vec<Option<RowPlace>> = vec![None; 168];
    let mut patterns = vec![vec![0; 168]; names.len()];
    for (place, at, shares) in read {
        for hour in at {
            if let Some(first) = places[hour.index()] {
                let kind = ProblemKind::Repeated {
                    column: "hour".to_owned(),
                    got: hour.to_string(),
                    first,
                };
                rows.problem(place, kind, None);
                break;
            }
            places[hour.index()] = Some(place);
            for (pattern, &share) in patterns.iter_mut().zip(shares.iter().flatten()) {
                pattern[hour.index()] = share;
            }
        }
    }
    let missing: Vec<HourOfWeek> = HourOfWeek::all()
        .filter(|hour| places[hour.index()].is_none())
        .collect();
    if let Some(first) = missing.first().filter(|_| hour.is_some()) {
        let kind = ProblemKind::Value {
            column: "hour".to_owned(),
            got: format!("missing for {first} and {} more", missing.len() - 1),
            wanted: "the 168 hours of a week, or the 24 of a day, each once".to_owned(),
        };
        rows.problem(RowPlace::File, kind, None);
    }
    let patterns: Vec<DemandPattern> = names
        .iter()
        .zip(&patterns)
        .map(|(name, permille)| {
            DemandPattern::of_week(name.as_str(), permille).expect("168 shares were laid out")
        })
        .collect();
    rows.finish("patterns of demand", patterns)
}

/// `Mo 08:00` is one hour of the week, `08:00` that hour of each day.
fn hours(text: &str) -> Option<Vec<HourOfWeek>> {
    if let Ok(hour) = text.parse() {
        return Some(vec![hour]);
    }
    let days = Weekday::ALL.iter();
    days.map(|day| format!("{} {text}", day.osm_name()).parse().ok())
        .collect()
}

/// A percentage in thousandths of the whole, rounded.
fn permille(text: &str) -> Option<u32> {
    let percent = number::finite(text.trim_end_matches('%').trim_end())?;
    let percent = Some(percent).filter(|percent| (0.0..=100_000.0).contains(percent))?;
    // Written out and read back, so that no cast is needed.
    format!("{percent:.1}").replace('.', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn read_text(text: &str) -> Result<Vec<DemandPattern>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("patterns.csv");
        std::fs::write(&path, text).unwrap();
        let mut source = Source::new(path);
        source.encoding = Some(crate::Encoding::Utf8);
        let loaded = read(&source).map_err(|error| error.to_string())?;
        Ok(loaded.value)
    }

    #[test]
    fn a_day_holds_for_every_day_and_a_week_for_itself() {
        let mut day = "hour,office,home\n".to_owned();
        for hour in 0..24 {
            writeln!(day, "{hour:02}:00,{}%,{}.25", hour * 10, 100 - hour).unwrap();
        }
        let patterns = read_text(&day).unwrap();
        let names: Vec<&str> = patterns.iter().map(DemandPattern::name).collect();
        assert_eq!(names, ["office", "home"]);
        for text in ["Mo 07:00", "Su 07:00"] {
            let hour = text.parse().unwrap();
            assert_eq!(patterns[0].share_at(hour), 700);
            // 93.25 % counts as 93.2 %, the even of its neighbours.
            assert_eq!(patterns[1].share_at(hour), 932);
        }
        let mut week = "hour,riders\n".to_owned();
        for hour in HourOfWeek::all() {
            writeln!(week, "{hour},{}", hour.index()).unwrap();
        }
        let patterns = read_text(&week).unwrap();
        assert_eq!(patterns[0].share_at("Mo 03:00".parse().unwrap()), 30);
        assert_eq!(patterns[0].share_at("Su 23:00".parse().unwrap()), 1_670);
    }

    #[test]
    fn what_is_wrong_is_told_at_once() {
        let error = read_text("hour,a,b\n08:00,x,-1\nMo 08:00,1,2\n25:00,1,1\n").unwrap_err();
        for part in [
            "line 2: `a` is `x`; wanted a percentage",
            "line 2: `b` is `-1`; wanted a percentage",
            "line 3: `hour` is `Mo 08:00`, which already stands in line 2",
            "line 4: `hour` is `25:00`; wanted an hour as in",
            "missing for Mo 00:00 and 160 more",
        ] {
            assert!(error.contains(part), "{part} is missing in\n{error}");
        }
        let error = read_text("hour\n08:00\n").unwrap_err();
        assert!(error.contains("a pattern of demand"), "{error}");
        assert!(read_text("at,a\n08:00,1\n").unwrap_err().contains("`hour`"));
    }
}
