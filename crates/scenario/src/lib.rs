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

pub use evaluate::capacity::ServiceCapacity;
pub use evaluate::chosen_sites::{ChosenSite, ChosenSites, SitePhase, SitesToClose};
pub use evaluate::decision::{Decision, InDoubt, JointDecision};
pub use evaluate::detail::{NightGap, ServiceDetail};
pub use evaluate::explain;
pub use evaluate::explain::{ExplainError, Explanation, explain};
pub use evaluate::gate_choice::{GateChoice, GateChoiceError, Opening, choose_gates};
pub use evaluate::joined::JoinedPlace;
pub use evaluate::measure::MeasureDetail;
pub use evaluate::site_questions::{choose_phases, choose_to_close};
pub use evaluate::{DetailedEvaluation, Evaluation, PlaceLinks, evaluate, evaluate_in_detail};
pub use plan::Plan;
pub use plan::modification::Modification;
pub use plan::problem::Problems;
pub use plan::spec;
pub use project::candidate::Candidate;
pub use project::change::Change;
pub use project::choice_rules::{ChoiceRules, TimeLimit};
pub use project::gate_change::GateChange;
pub use project::hazards::Hazards;
pub use project::left_out::{BadRow, LeftOut};
pub use project::measure::Measure;
pub use project::profile_streets::ProfileStreets;
pub use project::{Project, ResolvedScenario, UnknownStandard};
pub use report::ScenarioReport;
pub use report::detail_report::DetailReport;
pub use report::joins::JoinsReport;
pub use report::joint_detail::JointDetail;
pub use report::{balance, compare, detail_report, district, run, summary, tables, words};
pub use resolve::changes::resolve_changes;
pub use resolve::datum_check::{DatumEvidence, DatumHypothesis, Sureness};
pub use resolve::resolve;
pub use session::decisions::Decisions;
pub use session::isochrone::{IsochroneParts, IsochroneQuestion, JoinedIsochrone, PieceLine};
pub use session::trips::{CellTrips, FacilityTrip, Way};
pub use session::week::{Week, WeekState};
pub use session::{EditError, Session};
