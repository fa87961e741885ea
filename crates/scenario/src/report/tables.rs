//! Every result as tables and layers: the single meeting point with `formats`.

mod bad_rows;
mod balance;
mod candidates;
mod cells;
mod compared;
mod detailed_result;
mod districts;
mod facilities;
mod gaps;
mod hazards;
mod hours;
mod joined;
mod marked;
mod night_gaps;
mod sites;
mod values;
mod zones;

pub(crate) use bad_rows::bad_rows;
pub use balance::balance;
pub use candidates::candidates;
pub use cells::cells;
pub use compared::{compared_cells, compared_standards, compared_zones};
pub use detailed_result::DetailedResult;
pub use districts::districts;
pub use facilities::facilities;
pub use gaps::gaps;
pub use hazards::hazards;
pub use hours::hours;
pub use joined::joined;
pub use night_gaps::night_gaps;
pub use sites::sites;
pub use zones::zones;
