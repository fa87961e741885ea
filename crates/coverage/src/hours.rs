//! Opening hours, and the week in which they are read.

mod hours_rules;
mod reference_week;

pub use reference_week::{CalendarDay, HolidayCalendar, HolidayError, ReferenceWeek, WeekError};

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use opening_hours::localization::{Coordinates, Localize};
use opening_hours::{Context, RuleKind};
use opening_hours_syntax::ExtendedTime;
use opening_hours_syntax::rules::time::TimeEvent;
use thiserror::Error;
use units::{HourOfWeek, LngLat};

use self::hours_rules::{HoursRules, Rest};

/// When a facility is open: an expression in OSM's `opening_hours` syntax, past midnight, holidays
/// and the sun included.
///
/// An hour of the week stands for the instant at which it begins: `We 03:00` asks whether the doors
/// are open on Wednesday at three o'clock.
/// Hours that nobody states are unknown and count as closed: those called `unknown`, those that only
/// a comment describes, and an open end (`18:00+`).
/// A fallback (`||`) takes over at every moment at which what stands before it is closed.
///
/// ```
/// use coverage::{HolidayCalendar, OpeningHours, ReferenceWeek};
/// use units::LngLat;
/// let week = ReferenceWeek::new("2026-06-01", "Asia/Shanghai", HolidayCalendar::none())?;
/// let shenzhen = LngLat::from_degrees(114.06, 22.54)?;
/// let hours = OpeningHours::parse("Mo-Fr 18:00-02:00")?.in_week(&week, shenzhen);
/// assert!(hours.open.contains("Sa 01:00".parse()?));
/// assert!(!hours.open.contains("Mo 01:00".parse()?));
/// let hours = OpeningHours::parse("Mo \"by appointment\"")?.in_week(&week, shenzhen);
/// assert_eq!((hours.open.n_hours(), hours.unknown.n_hours()), (0, 24));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningHours {
    text: String,
    rules: HoursRules,
}

/// Text that is no opening hours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not opening hours in OSM syntax; write it as in `Mo-Fr 08:00-22:00; Sa,Su 10:00-02:00` or `24/7`"
)]
pub struct HoursError(String);

/// What opening hours come to in a week; hours in neither set are closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HoursInWeek {
    /// The hours at whose beginning the doors are open.
    pub open: HourSet,
    /// The hours of which nobody says whether they are; they count as closed.
    pub unknown: HourSet,
}

impl OpeningHours {
    /// From OSM syntax.
    ///
    /// # Errors
    /// When the text cannot be understood, or is a timetable (`10:00-16:00/01:30`).
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let text = text.trim();
        let rules = HoursRules::parse(text).ok_or_else(|| HoursError(text.to_owned()))?;
        Ok(Self {
            text: text.to_owned(),
            rules,
        })
    }

    /// The text as given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What they come to in a week at a place; the place matters where they follow the sun.
    ///
    /// Cost: seven evaluations of the expression.
    pub fn in_week(&self, week: &ReferenceWeek, at: LngLat) -> HoursInWeek {
        let alternatives = self.rules.alternatives.iter().map(|expression| {
            let context = Context::default()
                .with_holidays(week.holidays().context().clone())
                .with_locale(Sky::new(week.tz(), at));
            expression.clone().with_context(context)
        });
        let alternatives: Vec<_> = alternatives.collect();
        let days = week.days().map(|date| {
            let mut hours = [RuleKind::Closed; 24];
            for expression in &alternatives {
                for span in expression.schedule_at(date) {
                    for (hour, kind) in (0_u8..).zip(&mut hours) {
                        let instant = ExtendedTime::new(hour, 0).expect("an hour of the day");
                        if *kind == RuleKind::Closed && span.range.contains(&instant) {
                            *kind = span.kind;
                        }
                    }
                }
            }
            hours
        });
        let hours_of = |wanted: RuleKind| {
            let kinds = days.iter().flatten();
            HourOfWeek::all()
                .zip(kinds)
                .filter_map(|(hour, &kind)| (kind == wanted).then_some(hour))
                .collect()
        };
        HoursInWeek {
            open: hours_of(RuleKind::Open),
            unknown: hours_of(RuleKind::Unknown),
        }
    }

    /// Whether the facility is open at the beginning of an hour.
    ///
    /// Cost: as [`in_week`](Self::in_week).
    pub fn is_open(&self, hour: HourOfWeek, week: &ReferenceWeek, at: LngLat) -> bool {
        self.in_week(week, at).open.contains(hour)
    }

    /// Whether they depend on where the facility is: `08:00-sunset`.
    pub fn follow_sun(&self) -> bool {
        self.rules.rest_on.contains(&Rest::Sun)
    }

    /// Whether some end is left open: `18:00+`.
    pub fn have_open_end(&self) -> bool {
        self.rules.rest_on.contains(&Rest::OpenEnd)
    }

    /// Whether they speak of public holidays (`PH`).
    pub fn name_public_holidays(&self) -> bool {
        self.rules.rest_on.contains(&Rest::PublicHolidays)
    }

    /// Whether they speak of school holidays (`SH`).
    pub fn name_school_holidays(&self) -> bool {
        self.rules.rest_on.contains(&Rest::SchoolHolidays)
    }
}

/// The text as given.
impl fmt::Display for OpeningHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Local time and the hours of the sun at a place.
///
/// The crate's own place knows instants only; opening hours are local time, which skips and repeats
/// an hour in some zones.
#[derive(Clone, Debug)]
struct Sky {
    time_zone: Tz,
    at: Option<Coordinates>,
}

impl Sky {
    fn new(time_zone: Tz, at: LngLat) -> Self {
        let at = Coordinates::new(at.lat(), at.lng());
        Self { time_zone, at }
    }
}

impl Localize for Sky {
    type DateTime = NaiveDateTime;

    fn naive(&self, local: NaiveDateTime) -> NaiveDateTime {
        local
    }

    fn datetime(&self, local: NaiveDateTime) -> NaiveDateTime {
        local
    }

    /// `None` where the sun stays up or down on that day.
    fn event_time(&self, date: NaiveDate, event: TimeEvent) -> Option<NaiveTime> {
        let instant = self.at?.event_time(date, event)?;
        Some(instant.with_timezone(&self.time_zone).time())
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

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
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
    use crate::{CalendarDay, HolidayCalendar};

    fn week(monday: &str, holidays: &str) -> ReferenceWeek {
        let holidays = HolidayCalendar::parse(holidays).unwrap();
        ReferenceWeek::new(monday, "Asia/Shanghai", holidays).unwrap()
    }

    fn shenzhen() -> LngLat {
        LngLat::from_degrees(114.06, 22.54).unwrap()
    }

    fn open(text: &str, week: &ReferenceWeek) -> Vec<String> {
        let set = OpeningHours::parse(text)
            .unwrap()
            .in_week(week, shenzhen())
            .open;
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
            OpeningHours::parse("24/7")
                .unwrap()
                .in_week(&week, shenzhen())
                .open,
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

    /// Hours open and hours unknown in a week, against `opening_hours.js` 3.15 where nothing else is
    /// said.
    #[test]
    fn what_is_not_stated_is_unknown_and_a_fallback_goes_by_the_moment() {
        let week = week("2026-06-01", "none");
        let cases = [
            ("24/7", 168, 0),
            ("off", 0, 0),
            ("closed \"renovation\"", 0, 0),
            ("24/7; We off", 144, 0),
            ("24/7; We 10:00-12:00 off", 166, 0),
            // A comment alone, and beside times; a stated state keeps it.
            ("\"by appointment\"", 0, 168),
            ("unknown", 0, 168),
            ("Sa 12:00-15:00 unknown", 0, 3),
            ("Mo-Fr 08:00-12:00 \"ask\"", 0, 20),
            ("Mo-Fr 08:00-12:00 open \"ask\"", 20, 0),
            ("Mo-Fr 08:00-12:00 unknown \"ask\"", 0, 20),
            ("\"winter\": 10:00-12:00", 0, 14),
            ("Mo-Fr 08:00-12:00; \"by appointment\"", 0, 168),
            ("Mo-Su 00:00-24:00; Su \"maybe\"", 144, 24),
            ("09:00-21:00 \"call first\"; Su off", 0, 72),
            // Fallbacks.
            ("Mo-Fr 09:00-11:00 || Mo-Sa 15:00-17:00", 22, 0),
            (
                "Mo-Fr 10:00-14:00 || Mo-Su 12:00-16:00 || 09:00-10:00",
                45,
                0,
            ),
            ("Mo-Fr 08:00-12:00 || \"by appointment\"", 20, 148),
            ("\"by appointment\" || Mo-Fr 08:00-12:00", 0, 168),
            ("Mo-Fr 08:00-12:00 unknown || 09:00-11:00", 4, 20),
            ("Mo off || 10:00-12:00", 14, 0),
            ("Mo-Fr 10:00-16:00; We off || We 12:00-13:00", 25, 0),
            ("Fr 22:00-04:00 || Sa 02:00-06:00", 8, 0),
            ("Mo-Fr 10:00-12:00 || off", 10, 0),
            ("Mo 08:00-10:00 || Tu 08:00-10:00; We 08:00-10:00", 6, 0),
            // Open ends.
            ("18:00+", 0, 70),
            ("17:00-19:00+", 14, 56),
            ("10:00-12:00,22:00+", 14, 56),
            // Whole weeks, months, years, feasts.
            ("week 23 Mo-Fr 08:00-12:00", 20, 0),
            ("week 1-53/2 08:00-12:00", 28, 0),
            ("Jun-Aug 08:00-12:00", 28, 0),
            ("Jun 03-05 08:00-12:00", 12, 0),
            ("Nov-Feb 10:00-12:00", 0, 0),
            ("easter 10:00-12:00", 0, 0),
            ("Mo[1] 08:00-12:00", 4, 0),
            ("2025 Mo-Fr 08:00-12:00", 0, 0),
            ("Mo-Su 18:00-02:00; We off", 48, 0),
            ("Mo-Fr 08:00-12:00, We 14:00-16:00", 22, 0),
            ("Mo-Fr 08:00-12:00; We 14:00-16:00", 18, 0),
            ("22:00-26:00", 28, 0),
        ];
        let mut wrong = Vec::new();
        for (text, n_open, n_unknown) in cases {
            let hours = OpeningHours::parse(text)
                .unwrap()
                .in_week(&week, shenzhen());
            let got = (hours.open.n_hours(), hours.unknown.n_hours());
            if got != (n_open, n_unknown) {
                wrong.push(format!("{text}: {got:?}, wanted {:?}", (n_open, n_unknown)));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let easter = self::week("2026-03-30", "none");
        assert_eq!(
            open("easter 10:00-12:00", &easter),
            ["Su 10:00", "Su 11:00"]
        );
    }

    #[test]
    fn the_sun_goes_by_place_date_and_time_zone() {
        // Shenzhen: up from 5:38 to 19:05 in June, from 6:50 to 17:40 in December.
        let june = week("2026-06-01", "none");
        let december = week("2026-12-07", "none");
        let n_open = |text, week| open(text, week).len();
        assert_eq!(n_open("08:00-sunset", &june), 7 * 12);
        assert_eq!(n_open("08:00-sunset", &december), 7 * 10);
        assert_eq!(n_open("sunrise-sunset", &june), 7 * 14);
        assert_eq!(n_open("sunrise-sunset", &december), 7 * 11);
        assert_eq!(n_open("sunrise-(sunset-01:00)", &december), 7 * 10);
        // From 17:40 to 06:50 of the next day.
        assert_eq!(n_open("sunset-sunrise", &december), 7 * 13);
        let at = |lng, lat| LngLat::from_degrees(lng, lat).unwrap();
        let hours = OpeningHours::parse("08:00-sunset").unwrap();
        assert!(hours.follow_sun());
        // Harbin: 15:49. Kashgar keeps the time of Beijing: 19:27.
        for (place, n_hours) in [(at(126.6, 45.8), 8), (at(76.0, 39.5), 12)] {
            let set = hours.in_week(&december, place).open;
            assert_eq!(set.n_hours(), 7 * n_hours, "{place:?}");
        }
        let rome = ReferenceWeek::new("2026-12-07", "Europe/Rome", HolidayCalendar::none());
        let set = hours.in_week(&rome.unwrap(), at(12.5, 41.9)).open;
        // 16:39.
        assert_eq!(set.n_hours(), 7 * 9);
    }

    #[test]
    fn what_hours_rest_on_is_known() {
        let hours = |text| OpeningHours::parse(text).unwrap();
        assert!(hours("18:00+").have_open_end() && !hours("18:00-20:00").have_open_end());
        assert!(hours("Mo-Fr 08:00-10:00; PH off").name_public_holidays());
        assert!(hours("SH 08:00-10:00").name_school_holidays());
        assert!(!hours("Mo-Fr 08:00-10:00").name_public_holidays());
        assert!(!hours("08:00-10:00").follow_sun());
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(OpeningHours::parse("from eight to late").is_err());
        assert!(OpeningHours::parse("Mo-Fr 8:00-25:99:99").is_err());
        assert!(
            OpeningHours::parse("Mo-Fr 10:00-16:00/01:30").is_err(),
            "a timetable"
        );
        assert!(OpeningHours::parse("Mo-Fr \"open").is_err());
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
