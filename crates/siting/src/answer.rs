//! The answer: sites, objective, bound, certificate of the bound, and the check of the question's rules.
//!
//! Uses `instance` and `question` only.

pub(crate) mod certificate;
pub(crate) mod check;
pub(crate) mod check_capacitated;
pub(crate) mod checked;
pub(crate) mod entries;
pub(crate) mod order;
pub(crate) mod proof;
pub(crate) mod reduction;
pub(crate) mod rules;
pub(crate) mod solution;
