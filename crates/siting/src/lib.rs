//! Choose sites under several models, with a bound for every answer.
//!
//! A planner asks where the next sites should go, and how far the answer can be from the best one.
//! This crate knows no map: it sees which site can serve which demand point at which cost, and how much each demand point weighs.
//! A pair that is not listed cannot serve.
//!
//! # Which model answers which question
//!
//! | Question | Model |
//! |---|---|
//! | How many sites cover everything within a radius? | [`Model::Lscp`] |
//! | Where do p sites (or a budget) cover the most demand? | [`Model::Mclp`] |
//! | Where do p sites make the total way shortest? | [`Model::PMedian`] |
//! | Where do p sites make the longest way shortest? | [`Model::PCenter`] |
//! | Which order of building keeps every phase good? | [`phased`] |
//! | Which facilities can close with the least loss? | [`closing`] |
//! | Which type of site goes where, when types offer several services? | [`ServicesBuilder`] |
//! | Which gate opening buys most? | `mclp` with permissions as sites: a pair says that the permission brings the demand point within reach |
//!
//! # Formulation
//!
//! | Symbol | Meaning | Field |
//! |---|---|---|
//! | `j` | a site | [`SiteIx`] |
//! | `i` | a demand point | [`DemandIx`] |
//! | `x_j` | 1 when site `j` is open; 1 for fixed, 0 for forbidden sites | [`Solution::sites`], [`SiteStatus`] |
//! | `w_i` | weight | [`Instance::weight`] |
//! | `c_ij` | cost at which `j` serves `i` | [`Instance::serves`] |
//! | `R` | radius, inclusive | [`Question::radius`] |
//! | `N_i` | sites with `c_ij ≤ R` | |
//! | `p` | new sites at most: `Σ x_j ≤ p` over sites not fixed | [`Question::n_sites`] |
//! | `f_j`, `B` | price and budget: `Σ f_j x_j ≤ B` over sites not fixed | [`Instance::price`], [`Question::budget`] |
//! | `r` | open sites that a demand point needs | [`Question::times`] |
//! | `z_i` | 1 when covered: `r z_i ≤ Σ_{j ∈ N_i} x_j` | [`Solution::uncovered`] |
//! | `y_ij` | share (with capacities: weight, in whole steps) of `i` that `j` serves | [`Solution::served`] |
//! | `q_j` | capacity: `Σ_i y_ij ≤ q_j x_j`, `y_ij ≤ w_i x_j` | [`Instance::capacity`] |
//! | `E` | pairs too near each other: `x_j + x_k ≤ 1` unless both are fixed | [`Instance::too_near`] |
//! | `Z`, `α` | zones and their floor: `Σ_{i ∈ Z} w_i z_i ≥ α Σ_{i ∈ Z} w_i` | [`Instance::zone`], [`Question::floor`] |
//!
//! | Model | Objective | Condition |
//! |---|---|---|
//! | `lscp` | least `Σ x_j`, or `Σ f_j x_j` with [`Question::by_price`], fixed sites included | `z_i = 1` for all `i` that enough sites can cover; `p`, `B`, `E` |
//! | `mclp` | most `Σ w_i z_i` | `p`, `B`, `E`, `Z` |
//! | `p-median` | least `Σ w_i c_ij y_ij` | `Σ_j y_ij = 1`, `y_ij ≤ x_j` |
//! | `p-center` | least `max c_ij y_ij` | as `p-median` |
//!
//! With capacities the weight of a demand point may be split between sites, and the assignment of demand is part of the answer:
//!
//! | Model | Objective with capacities | Condition |
//! |---|---|---|
//! | `mclp` | most `Σ y_ij` | `Σ_j y_ij ≤ w_i` |
//! | `lscp` | least `Σ x_j`, or `Σ f_j x_j` | `Σ_j y_ij = w_i` for all `i` in reach of a site that may open |
//! | `p-median` | least `Σ c_ij y_ij` | the same |
//! | `p-center` | least `max c_ij` over `y_ij > 0` | the same |
//!
//! To open sites the best assignment is a transportation problem, whose prices prove it; over the choice of sites the condition that `i` is served is priced with `λ_i` for each step of weight, and site `j` is worth `max Σ_i (λ_i - c_ij) y_ij` within its capacity.
//!
//! Every bound is a Lagrangian one: with `λ_i ≥ 0` for the condition that demand point `i` is covered or served, the sites can be chosen one by one, and the value is a bound whatever `λ` is.
//! The multipliers are integers and go into the [`Certificate`]; [`verify()`] re-derives the bound from them with code of its own.
//! For `lscp` and `mclp`, where the linear relaxation leaves a wide gap, cuts on three rows `S` are priced as well: `Σ_{i ∈ S} z_i ≤ 1 + Σ_j ⌈c_j / 2⌉ x_j`, where site `j` covers `c_j` of them ([`Certificate::cuts`]).
//! Good multipliers are found by subgradient steps, and for `lscp` and `mclp` then by the primal-dual hybrid gradient, whose other half are fractional sites between 0 and 1.
//!
//! # Rooms
//!
//! Each folder uses those above it in this table, and none below; `verify` uses `instance`, `question` and `answer` only.
//!
//! | Folder | Holds |
//! |---|---|
//! | `instance` | sites, demand points, pairs; builders, decimals, the problems of a table |
//! | `question` | model and limits, effort, reasons for no answer |
//! | `answer` | solution, certificate, proof, and the check of the question's rules |
//! | `verify` | objective and bound re-derived from a certificate |
//! | `branch_and_bound` | tree, subproblems, multipliers, subgradient steps, knapsack |
//! | `covering` | `lscp` and `mclp`: problem, presolve, bounds, cuts, search; `heuristics` in a folder of their own |
//! | `median` | `p-median`: problem, bound, exchange heuristic |
//! | `capacity` | sites with capacities: problem, bound, transportation, flow, heuristics |
//! | `models` | one solver per model; phases and closing |
//!
//! # A smallest example
//!
//! ```
//! use siting::{Effort, InstanceBuilder, Question, Status, solve, verify};
//! let mut builder = InstanceBuilder::new();
//! for (demand, weight) in [("north", "10"), ("south", "4"), ("west", "7")] {
//!     builder.demand(demand, weight.parse()?);
//! }
//! for (site, demand, cost) in [("a", "north", "300"), ("b", "south", "200"), ("b", "west", "850")] {
//!     builder.pair(site, demand, cost.parse()?);
//! }
//! let instance = builder.build()?;
//! let solution = solve(&instance, &Question::p_center(2), &Effort::exact())?;
//! assert_eq!(solution.status(), Status::Optimal);
//! assert_eq!(solution.objective_decimal().to_string(), "850");
//! verify(&instance, &solution.proof())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it deliberately does not do
//!
//! It reads no files, no map and no clock: a time limit is the caller's [`Effort::stop`].
//! The same instance, question, seed and work give the same bytes on any number of threads; only an answer that `stop` cut short depends on the moment.
//! It uses no library for mixed-integer programs, so that it builds everywhere Rust does.
mod answer;
mod branch_and_bound;
mod capacity;
mod covering;
mod instance;
mod median;
mod models;
mod number;
mod question;
mod random;
mod verify;

pub use answer::certificate::{Certificate, CertificateNode, Dropped, Multipliers};
pub use answer::entries::{OpenSite, Reason, Served, Uncovered};
pub use answer::proof::Proof;
pub use answer::reduction::Reduction;
pub use answer::rules::BrokenRule;
pub use answer::solution::{Method, Solution, Status};
pub use instance::builder::InstanceBuilder;
pub use instance::decimal::{Decimal, DecimalError};
pub use instance::error::InstanceError;
pub use instance::site_types::ServicesBuilder;
pub use instance::sparse_rows::CountedRows;
pub use instance::{DemandIx, Fingerprint, Instance, SiteIx, SiteStatus};
pub use models::closing::{Closing, closing, closing_choice, objective_of_fixed};
pub use models::phased::{Phase, phased};
pub use models::solve::solve;
pub use number::share_apart;
pub use question::effort::Effort;
pub use question::infeasible::Infeasible;
pub use question::{Model, Question, Share};
pub use verify::{BoundCheck, Verified, VerifyError, verify};
