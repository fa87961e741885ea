//! One solver per model, and the questions that ask a model several times (phases, closing).

pub(crate) mod capacitated;
pub(crate) mod closing;
pub(crate) mod lscp;
pub(crate) mod mclp;
pub(crate) mod p_center;
pub(crate) mod p_median;
pub(crate) mod phased;
pub(crate) mod solve;
pub(crate) mod uncapacitated;
