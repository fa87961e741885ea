use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;
use opening_hours::ContextHolidays;
use opening_hours::localization::Country;
use thiserror::Error;

/// Public holidays that the `PH` of opening hours means, and the weekend days that are worked.
///
/// The calendars by country come with the `opening-hours` crate. For China it lists the six days
/// that give a holiday its name; the other days off, and the weekend days that make up for them
/// (调休), are announced each autumn for the next year and come from a dated table
/// ([`with_days`](Self::with_days)).
///
/// On a made-up working day doors keep the hours of the nearest ordinary working day (the earlier
/// of two), since a notice says that one works, not as which weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HolidayCalendar {
    country: Option<Country>,
    context: ContextHolidays,
    worked: BTreeSet<NaiveDate>,
    first_and_last: Option<(NaiveDate, NaiveDate)>,
}

/// What a dated table says about a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CalendarDay {
    /// 放假: a day off, as a public holiday.
    Off,
    /// 上班: a weekend day that is worked.
    Work,
}

/// A country without a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no country with a holiday calendar; write two capital letters as in `CN`, or `none`"
)]
pub struct HolidayError(String);

impl HolidayCalendar {
    /// No holidays.
    pub fn none() -> Self {
        Self::default()
    }

    /// From a country's two letters (ISO 3166), or `none`.
    ///
    /// # Errors
    /// When there is no calendar for it.
    pub fn parse(text: &str) -> Result<Self, HolidayError> {
        if text == "none" {
            return Ok(Self::default());
        }
        let country: Country = text
            .parse()
            .ok()
            .ok_or_else(|| HolidayError(text.to_owned()))?;
        Ok(Self {
            country: Some(country),
            context: country.holidays(),
            ..Self::default()
        })
    }

    /// The same calendar with the days of a dated table, each as in `2026-02-14`.
    ///
    /// # Errors
    /// When a text is not a date, or a weekday is said to be made up for.
    ///
    /// Cost: n log n.
    pub fn with_days<'a>(
        mut self,
        days: impl IntoIterator<Item = (&'a str, CalendarDay)>,
    ) -> Result<Self, WeekError> {
        let mut public = self.context.get_public().clone();
        for (text, day) in days {
            let date = date(text)?;
            match day {
                CalendarDay::Off => {
                    public.insert(date);
                }
                CalendarDay::Work if !is_weekend(date) => {
                    return Err(WeekError::NotWeekend(text.to_owned()));
                }
                CalendarDay::Work => {
                    self.worked.insert(date);
                }
            }
            self.first_and_last = Some(match self.first_and_last {
                Some((first, last)) => (first.min(date), last.max(date)),
                None => (date, date),
            });
        }
        let school = Arc::new(self.context.get_school().clone());
        self.context = ContextHolidays::new(Arc::new(public), school);
        Ok(self)
    }

    /// Whether no day at all is known to be a public holiday.
    pub fn is_empty(&self) -> bool {
        self.context.get_public().iter().next().is_none()
    }

    /// Whether school holidays are known.
    pub fn knows_school_holidays(&self) -> bool {
        self.context.get_school().iter().next().is_some()
    }

    pub(crate) fn context(&self) -> &ContextHolidays {
        &self.context
    }

    /// The country's letters, or `none`.
    pub fn name(&self) -> &'static str {
        self.country.map_or("none", Country::iso_code)
    }

    /// The first and the last year of the dated table; `None` without one.
    pub fn years(&self) -> Option<(i32, i32)> {
        let (first, last) = self.first_and_last?;
        Some((first.year(), last.year()))
    }

    /// The day whose hours are kept on a date: itself, unless it is a weekend day that is worked.
    fn kept_on(&self, date: NaiveDate) -> NaiveDate {
        if !self.worked.contains(&date) {
            return date;
        }
        let is_ordinary =
            |day: &NaiveDate| !is_weekend(*day) && !self.context.get_public().contains(*day);
        (1..=MOST_DAYS_APART)
            .flat_map(|apart| {
                let days = Days::new(apart);
                [date.checked_sub_days(days), date.checked_add_days(days)]
            })
            .flatten()
            .find(is_ordinary)
            .unwrap_or(date)
    }
}

/// How far from a made-up day an ordinary working day is looked for: past the longest holiday.
const MOST_DAYS_APART: u64 = 14;

fn is_weekend(date: NaiveDate) -> bool {
    date.weekday().num_days_from_monday() >= 5
}

fn date(text: &str) -> Result<NaiveDate, WeekError> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .ok_or_else(|| WeekError::Date(text.to_owned()))
}

/// The week that hours of the week are read in: its Monday, time zone and holiday calendar.
///
/// Opening hours are local time; the time zone says at which hour the sun rises and sets there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceWeek {
    monday: NaiveDate,
    time_zone: Tz,
    holidays: HolidayCalendar,
}

/// A date that begins no week.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WeekError {
    /// Not a date.
    #[error("`{0}` is not a date; write it as in `2026-06-01`")]
    Date(String),
    /// Not a Monday.
    #[error("the reference week must begin on a Monday, and {date} is a {weekday}; take {monday}")]
    NotMonday {
        /// The date.
        date: String,
        /// What it is.
        weekday: &'static str,
        /// The Monday before it.
        monday: String,
    },
    /// No time zone.
    #[error("`{0}` is no time zone; write it as in `Asia/Shanghai`")]
    TimeZone(String),
    /// A weekday that is said to be worked instead of a holiday.
    #[error("`{0}` is no Saturday or Sunday; only weekend days are worked to make up for holidays")]
    NotWeekend(String),
}

impl ReferenceWeek {
    /// From the date of its Monday (`2026-06-01`).
    ///
    /// # Errors
    /// When the text is not a date or not a Monday, or the time zone is not one of the IANA names.
    pub fn new(
        monday: &str,
        time_zone: &str,
        holidays: HolidayCalendar,
    ) -> Result<Self, WeekError> {
        let error = || WeekError::Date(monday.to_owned());
        let date = date(monday)?;
        let past_monday = date.weekday().num_days_from_monday();
        if past_monday != 0 {
            let before = date
                .checked_sub_days(Days::new(u64::from(past_monday)))
                .ok_or_else(error)?;
            let names = [
                "Tuesday",
                "Wednesday",
                "Thursday",
                "Friday",
                "Saturday",
                "Sunday",
            ];
            let weekday = usize::try_from(past_monday - 1).ok().map(|day| names[day]);
            return Err(WeekError::NotMonday {
                date: monday.to_owned(),
                weekday: weekday.ok_or_else(error)?,
                monday: before.to_string(),
            });
        }
        let time_zone = time_zone
            .parse()
            .ok()
            .ok_or_else(|| WeekError::TimeZone(time_zone.to_owned()))?;
        Ok(Self {
            monday: date,
            time_zone,
            holidays,
        })
    }

    /// The Monday, as `2026-06-01`.
    pub fn monday(&self) -> String {
        self.monday.to_string()
    }

    /// The year of the Monday.
    pub fn year(&self) -> i32 {
        self.monday.year()
    }

    /// The time zone by its IANA name.
    pub fn time_zone(&self) -> &'static str {
        self.time_zone.name()
    }

    /// The time zone, to tell the hour of the sun.
    pub(crate) fn tz(&self) -> Tz {
        self.time_zone
    }

    /// The calendar.
    pub fn holidays(&self) -> &HolidayCalendar {
        &self.holidays
    }

    /// The days whose hours are kept from Monday to Sunday.
    pub(crate) fn days(&self) -> [NaiveDate; 7] {
        [0, 1, 2, 3, 4, 5, 6].map(|past_monday| {
            let date = self.monday.checked_add_days(Days::new(past_monday));
            self.holidays.kept_on(date.expect("a date of this age"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_working_day_in_the_table_is_a_weekend_day() {
        let days = [("2026-02-12", CalendarDay::Work)];
        let error = HolidayCalendar::none().with_days(days).unwrap_err();
        assert!(matches!(error, WeekError::NotWeekend(_)), "{error}");
        let days = [("14 February", CalendarDay::Off)];
        let error = HolidayCalendar::none().with_days(days).unwrap_err();
        assert!(matches!(error, WeekError::Date(_)), "{error}");
    }

    #[test]
    fn a_time_zone_is_one_that_there_is() {
        let week = |zone| ReferenceWeek::new("2026-06-01", zone, HolidayCalendar::none());
        assert_eq!(week("Europe/Monaco").unwrap().time_zone(), "Europe/Monaco");
        let error = week("Asia/Shenzen").unwrap_err().to_string();
        assert!(error.contains("`Asia/Shenzen` is no time zone"), "{error}");
    }
}
