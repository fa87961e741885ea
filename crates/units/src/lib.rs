//! Quantities and positions that cannot be confused.
//!
//! Every crate above speaks in these types: a [`Length`] in whole millimetres, a [`TravelTime`] in
//! whole tenths of a second, a [`Speed`] in millimetres per second, and a [`LngLat`] in WGS-84.
//! Integers make sums independent of their order, equality real and results the same on every
//! machine; trigonometry goes through `libm` for the same reason.
//!
//! ```
//! use units::{Length, Speed, TravelTime};
//!
//! let speed = Speed::from_mm_per_s(5_000).expect("not zero");
//! assert_eq!(speed.time_over(Length::from_m(100)), TravelTime::from_secs(20));
//! ```
//!
//! What it does not do: geometry beyond distances and boxes (that is `geo`'s), time zones, calendars.

mod bounding_box;
mod clock;
mod datum;
mod dense_id;
mod length;
mod lng_lat;
mod outline;
mod plane;
mod speed;
mod text;
mod time;

pub use bounding_box::BoundingBox;
pub use clock::{HourOfWeek, HourOfWeekError, Weekday};
pub use datum::{Bd09, Datum, Gcj02};
pub use dense_id::index;
pub use length::Length;
pub use lng_lat::{EARTH_RADIUS_M, LngLat, PositionError};
pub use outline::{Outline, Polygon, Ring, RingError};
pub use plane::{LocalPlane, PlanePoint, nearest_to_center};
pub use speed::Speed;
pub use text::{ParseQuantityError, parse_length, parse_position, parse_time};
pub use time::TravelTime;
