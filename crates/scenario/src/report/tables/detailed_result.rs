use std::collections::BTreeMap;

use crate::evaluate::PlaceLinks;
use crate::evaluate::detail::ServiceDetail;
use crate::report::detail_report::DetailReport;

/// A result in detail: as data, and as decided.
#[derive(Clone, Copy, Debug)]
pub struct DetailedResult<'a> {
    /// As data.
    pub report: &'a DetailReport,
    /// As decided, one for each standard.
    pub services: &'a [ServiceDetail],
    /// How places are joined to the streets of each profile.
    pub links: &'a BTreeMap<String, PlaceLinks>,
}
