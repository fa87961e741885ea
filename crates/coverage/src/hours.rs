use std::fmt;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};
use opening_hours::localization::Country;
use opening_hours::{Context, OpeningHours as Expression};
use thiserror::Error;
use units::HourOfWeek;

/// When a facility is open: an expression in OSM's `opening_hours` syntax, past midnight and
/// holidays included.
///
/// An hour of the week stands for the instant at which it begins: `We 03:00` asks whether the doors
/// are open on Wednesday at three o'clock.
/// Hours that the expression calls `unknown` count as closed.
///
/// ```
/// use coverage::{HolidayCalendar, OpeningHours, ReferenceWeek};
/// let week = ReferenceWeek::new("2026-06-01", "Asia/Shanghai", HolidayCalendar::none())?;
/// let hours = OpeningHours::parse("Mo-Fr 18:00-02:00")?;
/// let open = hours.open_hours(&week);
/// assert!(open.contains("Sa 01:00".parse()?));
/// assert!(!open.contains("Mo 01:00".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningHours {
    text: String,
    expression: Expression,
}

/// Text that is no opening hours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not opening hours in OSM syntax; write it as in `Mo-Fr 08:00-22:00; Sa,Su 10:00-02:00` or `24/7`"
)]
pub struct HoursError(String);

impl OpeningHours {
    /// From OSM syntax.
    ///
    /// # Errors
    /// When the text cannot be understood.
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let text = text.trim();
        let expression = text
            .parse()
            .ok()
            .ok_or_else(|| HoursError(text.to_owned()))?;
        Ok(Self {
            text: text.to_owned(),
            expression,
        })
    }

    /// The text as given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The hours of the week at whose beginning the facility is open.
    ///
    /// Cost: 168 evaluations of the expression.
    pub fn open_hours(&self, week: &ReferenceWeek) -> HourSet {
        let expression = self.localized(week);
        HourOfWeek::all()
            .filter(|&hour| expression.is_open(week.instant(hour)))
            .collect()
    }

    /// Whether the facility is open at the beginning of an hour.
    ///
    /// Cost: one evaluation of the expression.
    pub fn is_open(&self, hour: HourOfWeek, week: &ReferenceWeek) -> bool {
        self.localized(week).is_open(week.instant(hour))
    }

    fn localized(&self, week: &ReferenceWeek) -> Expression {
        let holidays = week.holidays.0.map(Country::holidays).unwrap_or_default();
        let context = Context::default().with_holidays(holidays);
        self.expression.clone().with_context(context)
    }
}

/// The text as given.
impl fmt::Display for OpeningHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Public holidays that the `PH` of opening hours means.
///
/// The calendars come with the `opening-hours` crate; working days that make up for a Chinese
/// holiday (调休) are in no such calendar and count as the weekend days they fall on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolidayCalendar(Option<Country>);

/// A country without a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no country with a holiday calendar; write two capital letters as in `CN`, or `none`"
)]
pub struct HolidayError(String);

impl HolidayCalendar {
    /// No holidays.
    pub const fn none() -> Self {
        Self(None)
    }

    /// From a country's two letters (ISO 3166), or `none`.
    ///
    /// # Errors
    /// When there is no calendar for it.
    pub fn parse(text: &str) -> Result<Self, HolidayError> {
        if text == "none" {
            return Ok(Self(None));
        }
        let country = text
            .parse()
            .ok()
            .ok_or_else(|| HolidayError(text.to_owned()))?;
        Ok(Self(Some(country)))
    }

    /// The country's letters, or `none`.
    pub fn name(&self) -> &'static str {
        self.0.map_or("none", Country::iso_code)
    }
}

/// The week that hours of the week are read in: its Monday, time zone and holiday calendar.
///
/// Opening hours are local time, so the time zone changes no answer; it is carried so that every
/// result can name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceWeek {
    monday: NaiveDate,
    time_zone: String,
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
}

impl ReferenceWeek {
    /// From the date of its Monday (`2026-06-01`).
    ///
    /// # Errors
    /// When the text is not a date or not a Monday.
    pub fn new(
        monday: &str,
        time_zone: &str,
        holidays: HolidayCalendar,
    ) -> Result<Self, WeekError> {
        let error = || WeekError::Date(monday.to_owned());
        let date = NaiveDate::parse_from_str(monday, "%Y-%m-%d")
            .ok()
            .ok_or_else(error)?;
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
        Ok(Self {
            monday: date,
            time_zone: time_zone.to_owned(),
            holidays,
        })
    }

    /// The Monday, as `2026-06-01`.
    pub fn monday(&self) -> String {
        self.monday.to_string()
    }

    /// The time zone as named by the plan.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// The calendar.
    pub fn holidays(&self) -> HolidayCalendar {
        self.holidays
    }

    fn instant(&self, hour: HourOfWeek) -> NaiveDateTime {
        let days = u64::try_from(hour.index() / 24).expect("seven days");
        let date = self
            .monday
            .checked_add_days(Days::new(days))
            .expect("a date of this age");
        date.and_hms_opt(u32::from(hour.hour()), 0, 0)
            .expect("an hour of the day")
    }
}

/// A set of hours of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HourSet([u64; 3]);

impl HourSet {
    /// All 168.
    pub fn all() -> Self {
        HourOfWeek::all().collect()
    }

    /// Whether an hour is in it.
    pub fn contains(&self, hour: HourOfWeek) -> bool {
        self.0[hour.index() / 64] & (1 << (hour.index() % 64)) != 0
    }

    /// How many there are.
    pub fn n_hours(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

impl FromIterator<HourOfWeek> for HourSet {
    fn from_iter<I: IntoIterator<Item = HourOfWeek>>(hours: I) -> Self {
        let mut set = Self::default();
        for hour in hours {
            set.0[hour.index() / 64] |= 1 << (hour.index() % 64);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(monday: &str, holidays: &str) -> ReferenceWeek {
        let holidays = HolidayCalendar::parse(holidays).unwrap();
        ReferenceWeek::new(monday, "Asia/Shanghai", holidays).unwrap()
    }

    fn open(text: &str, week: &ReferenceWeek) -> Vec<String> {
        let set = OpeningHours::parse(text).unwrap().open_hours(week);
        HourOfWeek::all()
            .filter(|&hour| set.contains(hour))
            .map(|hour| hour.to_string())
            .collect()
    }

    #[test]
    fn hours_past_midnight_belong_to_the_next_day() {
        let week = week("2026-06-01", "none");
        assert_eq!(
            open("Mo 22:00-02:00", &week),
            ["Mo 22:00", "Mo 23:00", "Tu 00:00", "Tu 01:00"]
        );
        // Sunday night of the week before reaches into Monday.
        assert_eq!(open("Su 23:00-01:00", &week), ["Mo 00:00", "Su 23:00"]);
    }

    #[test]
    fn an_hour_is_the_instant_at_which_it_begins() {
        let week = week("2026-06-01", "none");
        assert_eq!(open("Mo 08:30-10:30", &week), ["Mo 09:00", "Mo 10:00"]);
        assert_eq!(open("Mo 08:00-09:00", &week), ["Mo 08:00"]);
    }

    #[test]
    fn round_the_clock_is_all_168() {
        let week = week("2026-06-01", "none");
        assert_eq!(
            OpeningHours::parse("24/7").unwrap().open_hours(&week),
            HourSet::all()
        );
        assert_eq!(HourSet::all().n_hours(), 168);
    }

    #[test]
    fn national_day_closes_what_is_closed_on_holidays() {
        // 2025-10-01 was a Wednesday and National Day of China.
        let text = "Mo-Su 12:00-13:00; PH off";
        assert_eq!(open(text, &week("2025-09-29", "none")).len(), 7);
        let with_holidays = open(text, &week("2025-09-29", "CN"));
        assert!(
            !with_holidays.contains(&"We 12:00".to_owned()),
            "{with_holidays:?}"
        );
        assert!(
            with_holidays.contains(&"Tu 12:00".to_owned()),
            "{with_holidays:?}"
        );
    }

    #[test]
    fn what_is_unknown_counts_as_closed() {
        let week = week("2026-06-01", "none");
        assert_eq!(open("Mo 08:00-10:00 unknown", &week), [""; 0]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(OpeningHours::parse("from eight to late").is_err());
        assert!(OpeningHours::parse("Mo-Fr 8:00-25:99:99").is_err());
        assert_eq!(
            ReferenceWeek::new("2026-06-03", "Asia/Shanghai", HolidayCalendar::none())
                .unwrap_err()
                .to_string(),
            "the reference week must begin on a Monday, and 2026-06-03 is a Wednesday; take 2026-06-01"
        );
        assert!(ReferenceWeek::new("June", "Asia/Shanghai", HolidayCalendar::none()).is_err());
        assert!(HolidayCalendar::parse("XX").is_err());
    }
}
