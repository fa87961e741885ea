use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};
use opening_hours::localization::Country;
use opening_hours::{Context, ContextHolidays, OpeningHours as Expression};
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
        let context = Context::default().with_holidays(week.holidays.context.clone());
        self.expression.clone().with_context(context)
    }
}

/// The text as given.
impl fmt::Display for OpeningHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

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
    /// A weekday that is said to be worked instead of a holiday.
    #[error("`{0}` is no Saturday or Sunday; only weekend days are worked to make up for holidays")]
    NotWeekend(String),
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

    /// The year of the Monday.
    pub fn year(&self) -> i32 {
        self.monday.year()
    }

    /// The time zone as named by the plan.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// The calendar.
    pub fn holidays(&self) -> &HolidayCalendar {
        &self.holidays
    }

    fn instant(&self, hour: HourOfWeek) -> NaiveDateTime {
        let days = u64::try_from(hour.index() / 24).expect("seven days");
        let date = self
            .monday
            .checked_add_days(Days::new(days))
            .expect("a date of this age");
        self.holidays
            .kept_on(date)
            .and_hms_opt(u32::from(hour.hour()), 0, 0)
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
    fn a_dated_table_makes_days_off_and_working_weekends() {
        // Spring Festival of 2026: off from 15 to 23 February, worked on Saturday the 14th.
        let off = [15, 16, 17, 18, 19, 20, 21, 22, 23].map(|day| format!("2026-02-{day}"));
        let days = off.iter().map(|text| (text.as_str(), CalendarDay::Off));
        let days = days.chain([("2026-02-14", CalendarDay::Work)]);
        let holidays = HolidayCalendar::parse("CN")
            .unwrap()
            .with_days(days)
            .unwrap();
        assert_eq!(holidays.years(), Some((2026, 2026)));
        let week = |monday| ReferenceWeek::new(monday, "Asia/Shanghai", holidays.clone()).unwrap();
        let office = "Mo-Fr 09:00-11:00; PH off";
        let before = open(office, &week("2026-02-09"));
        assert_eq!(before.len(), 12, "five days and the Saturday: {before:?}");
        assert!(before.contains(&"Sa 09:00".to_owned()));
        assert_eq!(open(office, &week("2026-02-16")), [""; 0], "all off");
        assert_eq!(open(office, &week("2026-02-23")).len(), 8, "Monday is off");
        // A weekend station stays shut on the Saturday that is worked.
        assert_eq!(open("Sa 09:00-10:00", &week("2026-02-09")), [""; 0]);
        // Without the table only the day that names the holiday is one.
        let crate_only = self::week("2026-02-16", "CN");
        assert_eq!(open(office, &crate_only).len(), 8);
    }

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
