//! Serde types = exactly the plan file. No logic.
//!
//! Quantities stay text here (`15min`, `150m`) and are read in `resolve`, so that every problem of
//! a plan is found in one go and named by its field.

use std::collections::BTreeMap;
use std::path::PathBuf;

use formats::{ColumnMap, MissingPositions};
use graph::{Contraflow, FerryPolicy, GatePolicy, ProfileSpec, SidePaths};
use serde::{Deserialize, Serialize};

use crate::plan::modification::Modification;

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

/// Where rows come from: a table, or OSM objects by their tags.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    /// A CSV or GeoJSON file.
    pub path: Option<PathBuf>,
    /// Instead of a file: places of the network file that carry one of these tags, `key=value` or
    /// `key=*`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Datum of the file: `wgs84` (unless given), `gcj02` or `bd09`.
    pub datum: Option<String>,
    /// Encoding of the file: `utf-8`, `utf-16`, `gbk` or `gb18030`; guessed with a warning unless given.
    pub encoding: Option<String>,
    /// Which column holds which field, where the usual names do not apply.
    #[serde(default)]
    pub columns: ColumnMap,
    /// Rows outside the study area. Unless given, facilities count there as far as a limit reaches,
    /// the rest is counted as outside, and a file of which most rows lie outside is refused; `keep`
    /// does not refuse it, `skip` leaves all of them out and counts them, `error` refuses each.
    pub outside: Option<Outside>,
    /// Rows without a position: `refuse` (unless given) or `leave-out`, counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_positions: Option<MissingPositions>,
    /// Only rows with at least this capacity.
    pub capacity_at_least: Option<u32>,
    /// Only rows with less than this capacity.
    pub capacity_below: Option<u32>,
    /// The rows are made up for illustration; every result says so.
    #[serde(default)]
    pub illustrative: bool,
}

/// What happens to rows outside the study area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// They are a problem of the file.
    Error,
    /// They are left out and counted.
    Skip,
    /// Facilities count as far as a limit reaches; the rest is counted as outside.
    Keep,
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

/// A table of patterns of demand: a column `hour`, and one column for each pattern with the
/// percentage of the demand as counted that is there at that hour.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternsSpec {
    /// A CSV of the 168 hours of a week or the 24 of a day.
    pub path: PathBuf,
    /// Encoding of the file.
    pub encoding: Option<String>,
    /// Made up for illustration.
    #[serde(default)]
    pub illustrative: bool,
}

/// Who needs the services.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "source", rename_all = "kebab-case")]
pub enum DemandSpec {
    /// Every metre of street counts the same: what is left when nobody has counted people.
    StreetLength {
        /// The profile whose streets count.
        profile: String,
        /// The pattern that it follows over the week; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// Counts at positions.
    Table {
        /// A CSV with `lng`, `lat` and `weight`.
        path: PathBuf,
        /// What is counted, e.g. `orders per day`.
        unit: String,
        /// Datum of the file.
        datum: Option<String>,
        /// Encoding of the file.
        encoding: Option<String>,
        /// Which column holds which field.
        #[serde(default)]
        columns: ColumnMap,
        /// Rows outside the study area.
        outside: Option<Outside>,
        /// Rows without a position: `refuse` (unless given) or `leave-out`, counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing_positions: Option<MissingPositions>,
        /// Made up for illustration.
        #[serde(default)]
        illustrative: bool,
        /// The pattern of rows that name none; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// Counts of the plan's `[zones]`, spread over the length of the streets in each.
    ZoneTable {
        /// A CSV with the zone's id and `demand`.
        path: PathBuf,
        /// What is counted.
        unit: String,
        /// The profile whose streets it is spread over.
        profile: String,
        /// Encoding of the file.
        encoding: Option<String>,
        /// Which column holds which field.
        #[serde(default)]
        columns: ColumnMap,
        /// Made up for illustration.
        #[serde(default)]
        illustrative: bool,
        /// The pattern of rows that name none; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// A raster of counts (`GeoTIFF` in degrees of WGS-84 or CGCS2000, or Web Mercator), such as
    /// population: each cell of it counts at its centre.
    Raster {
        /// The file.
        path: PathBuf,
        /// What is counted, e.g. `people`.
        unit: String,
        /// Which band counts, from 1; needed where there are several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        band: Option<u16>,
        /// The pattern that it follows over the week; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// Places of the network file by their tags, each counting the same: restaurants as origins of
    /// orders.
    Places {
        /// Tags as in a layer, `key=value` or `key=*`.
        tags: Vec<String>,
        /// What a place stands for, e.g. `restaurants`.
        unit: String,
        /// How much each counts, 1 unless given.
        per_place: Option<u32>,
        /// The pattern that it follows over the week; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// Floor area of the buildings in the network file, in square metres: destinations of orders.
    Buildings {
        /// Levels of a building that has none mapped, 1 unless given.
        levels: Option<u32>,
        /// The pattern that it follows over the week; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
}

impl DemandSpec {
    /// The pattern that demand follows which names none itself.
    pub(crate) fn pattern(&self) -> Option<&str> {
        let pattern = match self {
            Self::StreetLength { pattern, .. }
            | Self::Table { pattern, .. }
            | Self::ZoneTable { pattern, .. }
            | Self::Raster { pattern, .. }
            | Self::Places { pattern, .. }
            | Self::Buildings { pattern, .. } => pattern,
        };
        pattern.as_deref()
    }
}

/// What it means to be covered by one service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardSpec {
    /// Short name in files and columns: letters, digits and `-`.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// Kinds of facility that serve; any when empty.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// What a facility must offer, all of it.
    #[serde(default)]
    pub amenities: Vec<String>,
    /// Least capacity of a facility that serves.
    pub capacity_at_least: Option<u32>,
    /// Who travels: `rider`, `foot` or a `[[profile]]` of the plan.
    pub profile: String,
    /// Inclusive time limit, e.g. `15min`.
    pub limit: String,
    /// How many facilities must be within the limit, 1 unless given.
    pub required: Option<u32>,
    /// The hour of the week at which they must be open, e.g. `We 03:00`; any hour when left out.
    pub at: Option<String>,
    /// How much capacity so much demand needs; whoever finds only full facilities within the limit
    /// is then not covered. A facility is never full when this is left out.
    pub supply: Option<SupplySpec>,
}

/// Capacity for demand: 8 cabinets of 12 slots for 800 riders are `{ slots = 96, demand = 800 }`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplySpec {
    /// Pieces of capacity: slots, seats, meals per hour.
    pub slots: u32,
    /// The demand that they serve, in the unit of the plan's demand.
    pub demand: u32,
}

/// Several standards at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointSpec {
    /// Short name in files and columns.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// Keys of all standards that must hold.
    #[serde(default)]
    pub all_of: Vec<String>,
    /// Keys of standards of which one must hold.
    #[serde(default)]
    pub any_of: Vec<String>,
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
