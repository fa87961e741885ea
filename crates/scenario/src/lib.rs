//! A plan file: loaded, resolved, run, compared, reported.
//!
//! The format is documented by one commented example, the demo plan:
//!
//! ```toml
#![doc = include_str!("../../../data/shenzhen/plan.toml")]
//! ```
//!
//! A plan says everything a run needs. [`Plan::read`] understands the text, [`resolve`] loads and
//! checks every file it names and finds all problems at once, [`evaluate`] decides every standard
//! after a list of changes, [`run`](run::run) does so for the baseline and all scenarios.
//! A scenario never touches the baseline: it borrows it.
//!
//! What it does not do: open network files (the caller hands in a `City`), know HTTP or a terminal.

pub mod balance;
mod candidate_source;
mod change;
mod choice_rules;
mod choose;
mod circle;
pub mod compare;
mod corners;
mod demand_source;
mod desk;
mod desk_streets;
mod detail;
pub mod detail_report;
pub mod district;
mod evaluate;
pub mod explain;
mod fingerprint;
mod first_version;
mod gap_name;
mod gate_choice;
mod hazards;
mod joined;
pub mod joint_detail;
mod margin;
mod measure;
mod modification;
mod place_name;
mod plan;
mod policies;
mod preset;
mod problem;
mod profiles;
mod project;
pub mod report;
mod repriced;
mod resolve;
mod rim;
pub mod run;
mod sources;
pub mod spec;
mod standard_source;
pub mod summary;
pub mod tables;
mod trips;
mod week;

pub use change::{Change, resolve_changes};
pub use choice_rules::{ChoiceRules, TimeLimit};
pub use choose::{
    ChosenSite, ChosenSites, SitePhase, SitesToClose, choose_phases, choose_to_close,
};
pub use circle::{Circle, CirclePiece};
pub use desk::{DecidedJoint, DecidedService, Desk, EditError, Standing};
pub use detail::{NightGap, ServiceCapacity, ServiceDetail};
pub use detail_report::DetailReport;
pub use evaluate::{Evaluation, InDoubt, JointResult, ServiceResult, evaluate, evaluate_in_detail};
pub use explain::{ExplainError, Explanation, explain};
pub use gate_choice::{GateChoice, Opening, choose_gates};
pub use hazards::Hazards;
pub use joined::{JoinedPlace, JoinsReport};
pub use measure::{Measure, MeasureDetail};
pub use modification::Modification;
pub use plan::Plan;
pub use policies::GateChange;
pub use problem::Problems;
pub use project::{Candidate, ProfileStreets, Project, ResolvedScenario};
pub use report::ScenarioReport;
pub use resolve::resolve;
pub use rim::LeftOut;
pub use trips::{CellTrips, FacilityTrip, Way};
pub use week::{Week, WeekState};
