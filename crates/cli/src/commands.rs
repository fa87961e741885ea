//! One file per verb.

pub(crate) mod compare;
pub(crate) mod coverage;
pub(crate) mod explain;
pub(crate) mod gates;
pub(crate) mod import;
pub(crate) mod inspect;
pub(crate) mod inspect_table;
pub(crate) mod isochrone;
pub(crate) mod joining;
pub(crate) mod matrix;
pub(crate) mod network;
pub(crate) mod output_folder;
pub(crate) mod plan;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod site;
