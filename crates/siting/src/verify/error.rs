//! Reasons not to believe a result.

use crate::answer::rules::BrokenRule;

/// The reason why a result is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The result belongs to other inputs.
    #[error("the result was made from other inputs (fingerprint {claimed}, these have {found})")]
    OtherInstance {
        /// In the result.
        claimed: String,
        /// Of these inputs.
        found: String,
    },
    /// The parameters were changed after the result was made.
    #[error("the parameters in the result do not match their fingerprint")]
    OtherQuestion,
    /// The sites break a rule of the question.
    #[error("the sites break a rule of the question")]
    BrokenRule(#[source] BrokenRule),
    /// The objective is not what the sites give.
    #[error("the sites give an objective of {found}, not of {claimed}")]
    WrongObjective {
        /// In the result.
        claimed: i128,
        /// Recomputed.
        found: i128,
    },
    /// The certificate is no proof: it contradicts the inputs or itself.
    #[error("the certificate is no proof: {what}")]
    BadCertificate {
        /// The contradiction, in words.
        what: String,
    },
    /// The certificate proves less than is claimed.
    #[error("the certificate proves a bound of {proven}, not of {claimed}")]
    BoundNotProven {
        /// In the result.
        claimed: i128,
        /// Proven by the certificate.
        proven: i128,
    },
}

/// A certificate that is no proof.
pub(crate) fn bad<T>(what: impl Into<String>) -> Result<T, VerifyError> {
    Err(VerifyError::BadCertificate { what: what.into() })
}
