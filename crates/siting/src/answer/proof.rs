//! What a result carries so that somebody who does not trust us can check it.

use crate::answer::certificate::Certificate;
use crate::answer::solution::{Served, Solution};
use crate::instance::{Fingerprint, SiteIx};
use crate::question::Question;

/// The claim of a result, with everything it rests on besides the instance.
///
/// Written into results and read back by [`verify`](crate::verify()).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Proof {
    /// Of the instance that was asked.
    pub instance: Fingerprint,
    /// The question, which its fingerprint must match.
    pub question: Question,
    /// Of the question.
    pub parameters: Fingerprint,
    /// The new sites, in order of choice.
    pub new_sites: Vec<SiteIx>,
    /// Who serves whom, when sites have capacities; otherwise it follows from the sites.
    #[serde(default)]
    pub served: Vec<Served>,
    /// In whole steps of the instance's scales; written as text, since many readers of JSON keep only 53 bits.
    #[serde(with = "as_text")]
    pub objective: i128,
    /// The same.
    #[serde(with = "as_text")]
    pub bound: i128,
    /// What the bound follows from; without it, only the objective can be checked.
    pub certificate: Option<Certificate>,
}

impl Solution {
    /// The claim of this answer, for [`verify`](crate::verify()).
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
