use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A day of the week; the week begins on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weekday {
    /// 星期一.
    Monday,
    /// 星期二.
    Tuesday,
    /// 星期三.
    Wednesday,
    /// 星期四.
    Thursday,
    /// 星期五.
    Friday,
    /// 星期六.
    Saturday,
    /// 星期日.
    Sunday,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// Two letters as in OSM opening hours: `Mo`.
    pub const fn osm_name(self) -> &'static str {
        match self {
            Self::Monday => "Mo",
            Self::Tuesday => "Tu",
            Self::Wednesday => "We",
            Self::Thursday => "Th",
            Self::Friday => "Fr",
            Self::Saturday => "Sa",
            Self::Sunday => "Su",
        }
    }
}

/// One of the 168 hours of a week, Monday 00:00 first.
///
/// ```
/// use units::HourOfWeek;
/// let hour: HourOfWeek = "We 03:00".parse()?;
/// assert_eq!(hour.index(), 51);
/// assert_eq!(hour.to_string(), "We 03:00");
/// # Ok::<(), units::HourOfWeekError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HourOfWeek(u8);

/// Text that is not an hour of the week.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error("`{0}` is not an hour of the week; write a day and a full hour, as in `We 03:00`")]
pub struct HourOfWeekError(String);

impl HourOfWeek {
    /// From weekday and hour (0 to 23); `None` for an hour past 23.
    pub fn new(weekday: Weekday, hour: u8) -> Option<Self> {
        let day = Weekday::ALL.iter().position(|&d| d == weekday)?;
        let day = u8::try_from(day).ok()?;
        (hour < 24).then_some(Self(day * 24 + hour))
    }

    /// All 168, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..168).map(Self)
    }

    /// 0 for Monday 00:00 to 167 for Sunday 23:00.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The day.
    pub fn weekday(self) -> Weekday {
        Weekday::ALL[usize::from(self.0 / 24)]
    }

    /// The hour of that day, 0 to 23.
    pub fn hour(self) -> u8 {
        self.0 % 24
    }
}

impl fmt::Display for HourOfWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:00", self.weekday().osm_name(), self.hour())
    }
}

impl std::str::FromStr for HourOfWeek {
    type Err = HourOfWeekError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || HourOfWeekError(text.to_owned());
        let (day, time) = text.trim().split_once(' ').ok_or_else(refuse)?;
        let weekday = Weekday::ALL
            .into_iter()
            .find(|d| d.osm_name() == day)
            .ok_or_else(refuse)?;
        let hour = time.trim().strip_suffix(":00").ok_or_else(refuse)?;
        let hour: u8 = hour.parse().ok().ok_or_else(refuse)?;
        Self::new(weekday, hour).ok_or_else(refuse)
    }
}

impl TryFrom<String> for HourOfWeek {
    type Error = HourOfWeekError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<HourOfWeek> for String {
    fn from(hour: HourOfWeek) -> Self {
        hour.to_string()
    }
}
