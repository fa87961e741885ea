use serde::{Deserialize, Serialize};
use units::BoundingBox;

/// Where a city comes from: the file, and the program that read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name of the file, without its folder.
    pub file_name: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Size of the file in bytes.
    pub n_bytes: u64,
    /// Date of the data from the file's header, as `2024-10-31T20:00:00Z`.
    pub data_date: Option<String>,
    /// Program that wrote the file, from its header.
    pub written_by: Option<String>,
    /// The area: from the file's header, else around the streets.
    pub bounding_box: Option<BoundingBox>,
    /// Whether the box stands in the header.
    pub is_box_from_header: bool,
    /// Program that made the city.
    pub program: String,
    /// Version of the rules by which the source was read.
    pub rule_version: u32,
}
