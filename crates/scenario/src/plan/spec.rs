//! Serde types = exactly the plan file. No logic.
//!
//! Quantities stay text here (`15min`, `150m`) and are read in `resolve`, so that every problem of
//! a plan is found in one go and named by its field.

mod demand;
mod source;
mod standard;

use std::collections::BTreeMap;
use std::path::PathBuf;

use graph::{Contraflow, FerryPolicy, GatePolicy, ProfileSpec, SidePaths};
use serde::{Deserialize, Serialize};

use crate::plan::modification::Modification;

pub use demand::{DemandSpec, PatternsSpec};
pub use source::{Outside, SourceSpec};
pub use standard::{JointSpec, StandardSpec, SupplySpec};

/// A whole plan file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSpec {
    /// Version of this format: 1.
    pub format: u32,
    /// What the plan is called in results.
    pub name: String,
    /// Plan fragments (presets) that this plan lies on; empty once the plan is read, since what they
    /// say then stands in the other fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<PathBuf>,
    /// What a reader of the results must know about the data.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The area analyzed.
    pub study_area: StudyAreaSpec,
    /// The streets.
    pub network: NetworkSpec,
    /// Districts for reports.
    pub zones: Option<ZonesSpec>,
    /// Reference week for opening hours.
    #[serde(default)]
    pub hours: HoursSpec,
    /// Profiles beyond `rider` and `foot`.
    #[serde(default, rename = "profile")]
    pub profiles: Vec<ProfileSpec>,
    /// What the plan decides about access.
    #[serde(default)]
    pub policies: PoliciesSpec,
    /// Kinds of facility beyond the four built in, by key.
    #[serde(default)]
    pub kinds: BTreeMap<String, KindSpec>,
    /// Words of tables for kinds, each with the kind's key or name, beyond those that are known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kind_words: BTreeMap<String, String>,
    /// Facilities.
    #[serde(default, rename = "layer")]
    pub layers: Vec<LayerSpec>,
    /// How demand changes over the week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patterns: Option<PatternsSpec>,
    /// Who needs the services.
    pub demand: DemandSpec,
    /// Other demand that indicators are given for, each in a unit of its own; it decides nothing.
    #[serde(default, rename = "measure", skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<DemandSpec>,
    /// Service standards.
    #[serde(default, rename = "standard")]
    pub standards: Vec<StandardSpec>,
    /// Several standards at once.
    #[serde(default, rename = "joint")]
    pub joints: Vec<JointSpec>,
    /// Where something could be built.
    #[serde(default, rename = "candidates")]
    pub candidates: Vec<CandidatesSpec>,
    /// Reported hazards (随手拍).
    pub hazards: Option<HazardsSpec>,
    /// Scenarios over the baseline.
    #[serde(default, rename = "scenario")]
    pub scenarios: Vec<ScenarioSpec>,
    /// How results are written.
    #[serde(default, skip_serializing_if = "OutputsSpec::is_usual")]
    pub outputs: OutputsSpec,
}

/// How results are written; what they say does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutputsSpec {
    /// CSV begins with the mark by which Excel knows UTF-8; without it Excel takes Chinese for
    /// nonsense. Programs that stumble over the mark get along without.
    pub csv_mark: bool,
    /// Each scenario also gets a workbook, `results.xlsx`, with a sheet for each table.
    pub xlsx: bool,
}

impl Default for OutputsSpec {
    fn default() -> Self {
        Self {
            csv_mark: true,
            xlsx: false,
        }
    }
}

impl OutputsSpec {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "what serde asks whether to leave out comes by reference"
    )]
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl PlanSpec {
    /// The demand and every measure, each with its place in the plan for messages.
    pub(crate) fn all_demand(&self) -> impl Iterator<Item = (String, &DemandSpec)> {
        let measures = (1..).zip(&self.measures);
        let measures = measures.map(|(number, spec)| (format!("[[measure]] {number}"), spec));
        std::iter::once(("[demand]".to_owned(), &self.demand)).chain(measures)
    }
}

/// The area analyzed and its grid.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyAreaSpec {
    /// West, south, east, north in degrees (WGS-84).
    pub r#box: Option<[f64; 4]>,
    /// A GeoJSON file with the outline instead.
    pub outline: Option<PathBuf>,
    /// H3 resolution of the cells, 9 unless given.
    pub h3_resolution: Option<u8>,
    /// How far beyond the area streets are looked at; unless given, as far as the fastest profile of
    /// the plan gets in 30 minutes. No limit may reach farther.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<String>,
}

/// The streets and how places are joined to them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// A network file (.nqg) or an OpenStreetMap extract (.osm.pbf).
    pub path: PathBuf,
    /// How far a place may lie from the street it is joined to, 150 m unless given.
    pub link_radius: Option<String>,
    /// Streets that hang together, but with no others, are a network of their own from this length
    /// on, 1 km unless given; less is a scrap, which is told and not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub island_below: Option<String>,
    /// Ties side paths to the streets within this distance, by links that only
    /// `join-side-paths` opens; none unless given.
    pub side_path_links: Option<String>,
    /// West, south, east, north of the box within which the file holds all streets; the box in its
    /// header unless given, or the box around its streets. Help from beyond is not seen, so cells
    /// near it are edge-affected.
    pub complete_within: Option<[f64; 4]>,
}

/// Districts for reports.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZonesSpec {
    /// A GeoJSON file of polygons.
    pub path: PathBuf,
    /// The property that names a zone.
    pub id: String,
    /// The property with the zone's name, when it has one.
    pub name: Option<String>,
    /// What a zone without a name is, `中文 · English`, put before its id; `分区 · zone` unless
    /// given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// The property with a number that puts the zones in order, such as their income: then the
    /// concentration of times over it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<String>,
    /// The datum of the file, WGS-84 unless given.
    pub datum: Option<String>,
}

/// The week that opening hours are read in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HoursSpec {
    /// The Monday of the reference week.
    pub week: String,
    /// Time zone.
    pub time_zone: String,
    /// Holiday calendar: `CN` or `none`.
    pub holidays: String,
    /// A table of days off and of weekend days that are worked instead: `date,day` with `off` or
    /// `work`. Added to the holiday calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<PathBuf>,
    /// The hour of the week that stands for the day, `We 12:00` unless given.
    pub day: String,
    /// The hour that stands for the night, `We 03:00` unless given: what is covered by day and not
    /// by night is the night gap.
    pub night: String,
}

impl Default for HoursSpec {
    /// A week of 2026 without public holidays in China, so that a plan without `[hours]` speaks of
    /// ordinary days.
    fn default() -> Self {
        Self {
            week: "2026-06-01".to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            holidays: "none".to_owned(),
            calendar: None,
            day: "We 12:00".to_owned(),
            night: "We 03:00".to_owned(),
        }
    }
}

/// What the plan decides about access, where the map alone does not.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoliciesSpec {
    /// Who passes gates that are not listed; as the map says when left out.
    pub gates: Option<GatePolicy>,
    /// Gates and compounds that differ.
    #[serde(default, rename = "listed")]
    pub listed: Vec<ListedGatesSpec>,
    /// What a vehicle pays at each mapped gate it passes, e.g. `20s`; nothing unless given.
    pub gate_delay: Option<String>,
    /// Whether ferries are used; `closed` unless given.
    pub ferries: Option<FerryPolicy>,
    /// What a side path means for the road beside it; `either` unless given.
    pub side_paths: Option<SidePaths>,
    /// Whether one may push against a one-way; `tagged` unless given.
    pub contraflow: Option<Contraflow>,
    /// What crossing a banned turn on foot takes, e.g. `30s`, or `closed`; nothing unless given.
    pub turn_on_foot: Option<String>,
}

/// Gates and compounds with a policy of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedGatesSpec {
    /// Who passes them.
    pub policy: GatePolicy,
    /// OSM ids of gate nodes.
    #[serde(default)]
    pub nodes: Vec<i64>,
    /// OSM ids of ways inside compounds: all gates of those compounds.
    #[serde(default)]
    pub compound_ways: Vec<i64>,
}

/// A kind of facility that the plan declares.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindSpec {
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
}

/// A layer of facilities.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerSpec {
    /// Its name in results and messages.
    pub name: String,
    /// The kind of all its facilities, where the table has no column for it.
    pub kind: Option<String>,
    /// What all its facilities offer, beside what the table says.
    #[serde(default)]
    pub amenities: Vec<String>,
    /// Opening hours of all its facilities, where the table has no column for it.
    pub opening_hours: Option<String>,
    /// Time to park, enter and be served before the service begins, e.g. `60s`.
    pub start_delay: Option<String>,
    /// Where the rows come from.
    pub from: SourceSpec,
}

/// Where something could be built.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandidatesSpec {
    /// Street corners at least this far apart, e.g. `300m`; instead of a source.
    pub street_corners: Option<String>,
    /// Existing addresses.
    pub from: Option<SourceSpec>,
}

/// Reported hazards, and what they do to streets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HazardsSpec {
    /// A table of reports: id, kind, position, and perhaps state, since, note.
    pub from: SourceSpec,
    /// What a kind does to its street once hazards are heeded: `close`, or a share of the speed as
    /// `50%`. A kind that is not named is only listed.
    #[serde(default)]
    pub effects: BTreeMap<String, String>,
    /// Whether reports that nobody has confirmed count too.
    #[serde(default)]
    pub unconfirmed_count: bool,
    /// Whether the baseline heeds them; else only scenarios that say `heed-hazards` do.
    #[serde(default)]
    pub in_baseline: bool,
}

/// An ordered list of modifications over the untouched baseline.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioSpec {
    /// Short name: the folder of its results.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// What changes, in order.
    #[serde(rename = "modification", default)]
    pub modifications: Vec<Modification>,
}
