use serde::Serialize;
use utoipa::ToSchema;

/// Where something could be built, and what it would add.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SitesAnswer {
    pub(crate) scenario: String,
    pub(crate) standard: String,
    /// What a new facility there is taken to need before the service begins.
    pub(crate) start_delay_s: f64,
    /// Falling by what they add; those that add nothing come last.
    pub(crate) candidates: Vec<SiteInfo>,
    /// Sites that the scenario chose for the standard, in order of choice.
    pub(crate) chosen: Vec<SiteInfo>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteInfo {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) lng: f64,
    pub(crate) lat: f64,
    pub(crate) adds_thousandths: u64,
    /// What a facility there is taken to need before the service begins.
    pub(crate) start_delay_s: f64,
    pub(crate) illustrative: bool,
}
