use serde::Serialize;
use utoipa::ToSchema;

/// Kept, gained, lost, never.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompareAnswer {
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) illustrative: bool,
    pub(crate) standards: Vec<ComparedValues>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparedValues {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) covered_before_thousandths: u64,
    pub(crate) covered_after_thousandths: u64,
    pub(crate) demand_thousandths: u64,
    /// In the order of the cells: 0 nothing to say, 1 kept, 2 gained, 3 lost, 4 never.
    pub(crate) change: Vec<u8>,
    pub(crate) n_kept: usize,
    pub(crate) n_gained: usize,
    pub(crate) n_lost: usize,
    pub(crate) n_never: usize,
}
