//! Rows to days off and working weekend days (放假, 调休上班).

use coverage::CalendarDay;

use crate::csv::CheckedRows;
use crate::{Loaded, ReadError, Source};

/// Reads a dated table of holidays: columns `date` (as in `2026-02-14`) and `day` (`off` or `work`,
/// 放假 or 上班).
///
/// What a date means, and whether it is one, is checked by
/// [`HolidayCalendar::with_days`](coverage::HolidayCalendar::with_days).
///
/// # Errors
/// When the file cannot be opened or any row is wrong; all problems are told at once.
///
/// Cost: linear in the file.
pub fn read(source: &Source) -> Result<Loaded<Vec<(String, CalendarDay)>>, ReadError> {
    let mut rows = CheckedRows::open(source)?;
    let date = rows.column("date");
    let day = rows.column("day");
    let days = rows.each(|row| {
        let day = row.parsed(day, "off or work", |text| match text {
            "off" | "放假" => Some(CalendarDay::Off),
            "work" | "上班" => Some(CalendarDay::Work),
            _ => None,
        });
        Some((row.text(date)?, day?))
    });
    rows.finish("calendar", days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_of_china_is_read_whole() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = folder.join("../../data/calendars/china.csv");
        let days = read(&Source::new(path)).unwrap().value;
        let n_worked = days.iter().filter(|(_, d)| *d == CalendarDay::Work).count();
        // 28 days off and 5 worked in 2025, 33 and 6 in 2026: counted in the two notices.
        assert_eq!((days.len(), n_worked), (28 + 33 + 11, 11));
        let days = days.iter().map(|(date, day)| (date.as_str(), *day));
        let holidays = coverage::HolidayCalendar::none().with_days(days).unwrap();
        assert_eq!(holidays.years(), Some((2025, 2026)));
    }

    #[test]
    fn a_day_is_off_or_worked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("days.csv");
        std::fs::write(&path, "date,day\n2026-02-14,上班\n2026-02-15,holiday\n").unwrap();
        let error = read(&Source::new(path)).unwrap_err().to_string();
        assert!(
            error.contains("line 3: `day` is `holiday`; wanted off or work"),
            "{error}"
        );
    }
}
