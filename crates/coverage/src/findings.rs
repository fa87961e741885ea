//! What is read off the coverage: gaps and reasons, balance, hours, equity, the ledger.

mod balance;
mod by_hour;
mod edge_of_map;
mod equity;
mod equity_of_service;
mod explain;
mod gap;
mod hourly;
mod indicator;
mod lack;
mod ledger;
mod two_step_catchment;

pub use balance::DemandBalance;
pub use by_hour::{ByHour, HourState, by_hour};
pub use edge_of_map::{DEFAULT_BORDER, EdgeAffected, border_nodes};
pub use equity::{Distribution, LorenzPoint};
pub use equity_of_service::{Equity, EquityInputs};
pub use explain::{Obstacle, Reason, ReasonInputs, reasons};
pub use gap::{Gap, gaps, gaps_without_street};
pub use hourly::{HourlyProfile, OpenHours, night_gap};
pub use indicator::{Indicators, WorstTenth};
pub use lack::{Lack, Part};
pub use ledger::{CellLedger, FacilityLedger, Ledger, Margin};
pub use two_step_catchment::{SupplyRatio, TwoStepCatchment};
