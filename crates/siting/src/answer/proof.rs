//! The claim of a result with its certificate, for an independent reader.

use crate::answer::certificate::Certificate;
use crate::answer::entries::Served;
use crate::answer::solution::Solution;
use crate::instance::{Fingerprint, SiteIx};
use crate::question::Question;

/// The claim of a result, with all that it rests on besides the instance.
///
/// Written into results and read back by `siting::verify`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Proof {
    /// Fingerprint of the instance.
    pub instance: Fingerprint,
    /// The question, which its fingerprint must match.
    pub question: Question,
    /// Fingerprint of the question.
    pub parameters: Fingerprint,
    /// The new sites, in order of choice.
    pub new_sites: Vec<SiteIx>,
    /// Assignment of demand, when sites have capacities; otherwise it follows from the sites.
    #[serde(default)]
    pub served: Vec<Served>,
    /// Objective in whole steps of the instance's scales; written as text, since many readers of JSON keep only 53 bits.
    #[serde(with = "as_text")]
    pub objective: i128,
    /// Bound in the same steps, as text.
    #[serde(with = "as_text")]
    pub bound: i128,
    /// Proof of the bound; without it, only the objective can be verified.
    pub certificate: Option<Certificate>,
}

impl Solution {
    /// The claim of this answer, for `siting::verify`.
    ///
    /// Cost: copies the certificate.
    pub fn proof(&self) -> Proof {
        let new = self.sites().iter().filter(|s| !s.fixed);
        Proof {
            instance: self.instance_fingerprint(),
            question: self.question().clone(),
            parameters: self.question().fingerprint(),
            new_sites: new.map(|s| s.site).collect(),
            served: self.assignment().to_vec(),
            objective: self.objective(),
            bound: self.bound(),
            certificate: self.certificate().cloned(),
        }
    }
}

mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &i128, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i128, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
