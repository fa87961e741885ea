use coverage::LinkOptions;
use graph::{Components, Metric, Profile};

use crate::project::kept_streets::KeptStreets;

/// The streets as one profile may use them.
#[derive(Debug)]
pub struct ProfileStreets {
    /// Who travels.
    pub profile: Profile,
    /// Travel times.
    pub metric: Metric,
    /// Networks and scraps, judged once, on the baseline, for every scenario.
    pub components: Components,
    /// How places are joined.
    pub link: LinkOptions,
    pub(crate) kept: KeptStreets,
}
