use thiserror::Error;
use units::{HourOfWeek, Weekday};

use crate::Demand;

/// How demand changes over the week: at each of its 168 hours a share of the demand as counted.
///
/// Whole thousandths (34.5 % is 345), so that sums do not depend on their order; more than the
/// whole is allowed, since an hour may hold more people than the day has on average.
///
/// ```
/// use coverage::{Demand, DemandPattern};
/// // Half of the counted demand from 10 to 14 o'clock, none else.
/// let mut day = [0; 24];
/// day[10..14].fill(500);
/// let lunch = DemandPattern::of_day("lunch", &day)?;
/// assert_eq!(lunch.share_at("We 12:00".parse()?), 500);
/// assert_eq!(lunch.share_at("We 15:00".parse()?), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemandPattern {
    name: String,
    permille: Vec<u32>,
}

/// Shares that are no pattern.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PatternError {
    /// Neither a week nor a day.
    #[error("pattern `{name}` has {n_hours} hours; a week has 168, a day 24")]
    Hours {
        /// Whose.
        name: String,
        /// How many shares there are.
        n_hours: usize,
    },
}

impl DemandPattern {
    /// From the shares of the 168 hours of a week in thousandths, Monday 00:00 first.
    ///
    /// # Errors
    /// When they are not as many.
    pub fn of_week(name: impl Into<String>, permille: &[u32]) -> Result<Self, PatternError> {
        let name = name.into();
        let n_hours = permille.len();
        if HourOfWeek::all().count() != n_hours {
            return Err(PatternError::Hours { name, n_hours });
        }
        let permille = permille.to_vec();
        Ok(Self { name, permille })
    }

    /// From the shares of the 24 hours of a day, every day the same.
    ///
    /// # Errors
    /// When they are not as many.
    pub fn of_day(name: impl Into<String>, permille: &[u32]) -> Result<Self, PatternError> {
        Self::of_week(name, &permille.repeat(Weekday::ALL.len()))
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The share at an hour, in thousandths of the demand as counted.
    pub fn share_at(&self, hour: HourOfWeek) -> u32 {
        self.permille[hour.index()]
    }

    /// A part of the demand as counted, rounded down; saturates.
    pub(crate) fn part_of(&self, counted: u128, hour: HourOfWeek) -> u128 {
        counted * u128::from(self.share_at(hour)) / 1_000
    }
}

/// A pattern's place in the list of a [`DemandSet`](crate::DemandSet).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternId(u16);

impl PatternId {
    /// By its place; `None` past 65,535.
    pub fn from_index(index: usize) -> Option<Self> {
        u16::try_from(index).ok().map(Self)
    }

    /// Its place.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// How much demand, and how that changes over the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// As counted.
    pub demand: Demand,
    /// Its pattern; `None` follows what is usual for the set
    /// ([`DemandSet::following`](crate::DemandSet::following)).
    pub pattern: Option<PatternId>,
}

/// Without a pattern of its own.
impl From<Demand> for Amount {
    fn from(demand: Demand) -> Self {
        Self {
            demand,
            pattern: None,
        }
    }
}
