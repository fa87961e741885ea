//! What is answered: sites, objective and bound; the certificate of the bound; and the check that an answer keeps the rules of its question.

pub(crate) mod certificate;
pub(crate) mod check;
pub(crate) mod check_capacitated;
pub(crate) mod order;
pub(crate) mod proof;
pub(crate) mod reduction;
pub(crate) mod solution;
