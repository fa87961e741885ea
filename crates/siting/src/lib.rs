//! Choose sites for services under several models, with a bound for every answer.
mod decimal;
mod number;

mod builder;
mod counted;
mod error;
mod instance;
mod question;

mod lscp;
mod mclp;
mod p_center;
mod p_median;
mod solve;

mod bound;
mod branch_and_bound;
mod choice;
mod cover;
mod cover_branching;
mod cover_search;
mod greedy;
mod interchange;
mod lagrange;
mod median;
mod part;
mod presolve;
mod shake;
mod tally;

mod certificate;
mod check;
mod proof;
mod solution;
mod verify;

pub use builder::{InstanceBuilder, InstanceError};
pub use certificate::{Case, Certificate, Dropped, Multipliers};
pub use check::BrokenRule;
pub use counted::CountedRows;
pub use decimal::{Decimal, DecimalError};
pub use error::Infeasible;
pub use instance::{DemandIx, Fingerprint, Instance, SiteIx, Standing};
pub use presolve::Reduction;
pub use proof::Proof;
pub use question::{Effort, Model, Question, Share};
pub use solution::{Method, OpenSite, Reason, Served, Solution, Status, Uncovered};
pub use solve::solve;
pub use verify::{BoundCheck, Verified, VerifyError, verify};
