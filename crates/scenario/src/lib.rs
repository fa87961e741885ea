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

mod evaluate;
mod plan;
mod project;
pub mod report;
mod resolve;
mod session;

pub use evaluate::choose::{
    ChosenSite, ChosenSites, SitePhase, SitesToClose, choose_phases, choose_to_close,
};
pub use evaluate::detail::{NightGap, ServiceCapacity, ServiceDetail};
pub use evaluate::explain;
pub use evaluate::explain::{ExplainError, Explanation, explain};
pub use evaluate::gate_choice::{GateChoice, Opening, choose_gates};
pub use evaluate::measure::{Measure, MeasureDetail};
pub use evaluate::{Evaluation, InDoubt, JointResult, ServiceResult, evaluate, evaluate_in_detail};
pub use plan::Plan;
pub use plan::modification::Modification;
pub use plan::problem::Problems;
pub use plan::spec;
pub use project::change::{Change, resolve_changes};
pub use project::choice_rules::{ChoiceRules, TimeLimit};
pub use project::hazards::Hazards;
pub use project::policies::GateChange;
pub use project::rim::LeftOut;
pub use project::{Candidate, ProfileStreets, Project, ResolvedScenario};
pub use report::ScenarioReport;
pub use report::detail_report::DetailReport;
pub use report::joined::{JoinedPlace, JoinsReport};
pub use report::{
    balance, compare, detail_report, district, joint_detail, run, summary, tables, words,
};
pub use resolve::resolve;
pub use session::circle::{Circle, CirclePiece};
pub use session::trips::{CellTrips, FacilityTrip, Way};
pub use session::week::{Week, WeekState};
pub use session::{DecidedJoint, DecidedService, Desk, EditError, Standing};
