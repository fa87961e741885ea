use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use units::Length;

use crate::OsmId;

/// What the import kept, dropped and doubted, in counts with examples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Objects in the source.
    pub source: SourceCounts,
    /// The street network made of them.
    pub streets: StreetCounts,
    /// Compounds with gates that carry no access tag, those with most of them first; at most
    /// [`MOST_COMPOUNDS`](Self::MOST_COMPOUNDS).
    pub untagged_gates: Vec<UntaggedGates>,
    /// How many compounds have gates without an access tag.
    pub n_compounds_untagged: u64,
    /// Links that tie side paths to streets; `None` when none were asked for.
    pub side_path_links: Option<SidePathLinks>,
    /// Number of places.
    pub n_places: u64,
    /// Number of water, green and building areas.
    pub n_areas: u64,
    /// Number of administrative areas.
    pub n_boundaries: u64,
    /// Ways with `highway` values that no profile may use, by value.
    pub closed_classes: BTreeMap<String, u64>,
    /// Optional features of the file that the reader does not know.
    pub unknown_features: Vec<String>,
    /// Public streets that lie behind gates only, for each built-in profile.
    pub insides: Vec<Insides>,
    /// How the network hangs together, for each built-in profile.
    pub islands: Vec<Islands>,
    /// Access keys on nodes without a barrier that close a street, for each built-in profile.
    pub bare_nodes: Vec<BareNodes>,
    /// What was dropped or doubted.
    pub findings: Vec<Finding>,
}

impl ImportReport {
    /// How many compounds are named.
    pub const MOST_COMPOUNDS: usize = 20;
}

/// The gates of a compound that carry no access tag; without a plan's word they pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UntaggedGates {
    /// A way inside the compound, as a plan may name it.
    pub way: Option<OsmId>,
    /// Mapped gates of the compound.
    pub n_mapped: u64,
    /// Those of them without an access tag.
    pub n_untagged: u64,
}

/// Side paths tied to the streets beside them, by links that a plan may open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SidePathLinks {
    /// How long a link may be.
    pub within: Length,
    /// How many there are.
    pub n_links: u64,
}

impl SidePathLinks {
    /// The most that they may be asked to reach: a street farther away is not the street beside.
    pub const MOST: Length = Length::from_m(100);
}

/// Objects in the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCounts {
    /// Nodes.
    pub n_nodes: u64,
    /// Ways.
    pub n_ways: u64,
    /// Relations.
    pub n_relations: u64,
}

/// The street network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreetCounts {
    /// Ways that are streets or ferries.
    pub n_ways: u64,
    /// Nodes, copies left out.
    pub n_nodes: u64,
    /// Copies of nodes for gates, compounds and turn restrictions.
    pub n_copies: u64,
    /// Edges.
    pub n_edges: u64,
    /// Those of them that are straight ways across areas, between entrances.
    pub n_across_areas: u64,
    /// Arcs, link arcs included.
    pub n_arcs: u64,
    /// Length of all edges in metres, without straight ways across areas.
    pub length_m: u64,
    /// Gates and barriers on nodes.
    pub n_mapped_gates: u64,
    /// Places where public streets meet private or enter-only ones.
    pub n_implied_gates: u64,
    /// Regions of private or enter-only streets, and of streets that lie behind gates.
    pub n_compounds: u64,
    /// Turn restrictions that are part of the network.
    pub n_turn_restrictions: u64,
}

/// Streets that are public by their own tags and joined to the rest through gates only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insides {
    /// The profile.
    pub profile: String,
    /// Behind gates that the map says may be entered only, or not at all.
    pub behind_tagged: InsideStreets,
    /// Behind gates one of which passes as mapped; a plan may have them entered only.
    pub behind_untagged: InsideStreets,
}

/// Street behind gates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsideStreets {
    /// Compounds that hold some.
    pub n_compounds: u64,
    /// Street length in metres.
    pub length_m: u64,
    /// A way of each compound as a plan may name it, those with most street first.
    pub examples: Vec<OsmId>,
}

impl InsideStreets {
    /// How many compounds are named.
    pub const MOST_EXAMPLES: usize = 5;
}

impl fmt::Display for InsideStreets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} km in {} compounds",
            Km(self.length_m),
            self.n_compounds
        )?;
        for (i, example) in self.examples.iter().enumerate() {
            write!(f, "{}{example}", if i == 0 { " (" } else { ", " })?;
        }
        let shown = u64::try_from(self.examples.len()).unwrap_or(u64::MAX);
        f.write_str(match (shown, self.n_compounds > shown) {
            (0, _) => "",
            (_, true) => ", …)",
            (_, false) => ")",
        })
    }
}

/// How the network hangs together for one profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Islands {
    /// The profile, under default policies.
    pub profile: String,
    /// Fingerprint of the metric.
    pub fingerprint: u64,
    /// Streets that may be used, in metres.
    pub usable_length_m: u64,
    /// Streets of the main network, in metres; the rest lies on islands.
    pub main_length_m: u64,
    /// Edges that lie on islands.
    pub n_island_edges: u64,
}

/// Access keys on nodes that bear no barrier and describe no crossing or control: often a mapper
/// meant something else, and a street is closed for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BareNodes {
    /// The profile, under default policies.
    pub profile: String,
    /// How many nodes it may not pass for an access key alone.
    pub n_nodes: u64,
    /// Streets that it may use but that leave the main network with those nodes, in metres.
    pub cut_off_length_m: u64,
    /// The first few, those that cut off most first.
    pub examples: Vec<BareNode>,
}

/// A node with an access key and no barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BareNode {
    /// The node.
    pub node: OsmId,
    /// Streets behind it that are not cut off by a node before, in metres.
    pub cut_off_length_m: u64,
}

/// One kind of thing that was dropped or doubted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// How often.
    pub count: u64,
    /// The first few, by id.
    pub examples: Vec<OsmId>,
}

macro_rules! finding_kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// What was dropped, repaired or doubted.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum FindingKind {
            $($(#[$doc])* $variant,)+
        }

        impl FindingKind {
            /// Every kind, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// One line in plain words.
            pub const fn describe(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

finding_kinds! {
    /// Dropped.
    DuplicateObject = "object given more than once; the last one counts",
    /// Dropped.
    DeletedObject = "object marked as deleted; left out with all its earlier versions",
    /// Repaired.
    MissingNodes = "street that names nodes outside the file; cut there",
    /// Dropped.
    TooShort = "street with fewer than two nodes in the file",
    /// Dropped.
    StreetIsBuilding = "street that is a building (`building=yes`)",
    /// Doubted.
    UnknownAccessValue = "access value that is not understood; taken as open",
    /// Doubted.
    Conditional = "rule that holds at certain times only; not applied",
    /// Doubted.
    ReversibleStreet = "street whose direction changes (`oneway=reversible|alternating`); \
                        taken as open both ways",
    /// Doubted.
    UnknownSurface = "surface or smoothness that is not understood; slows nobody",
    /// Doubted.
    StepsWithoutRamp = "steps with a ramp or bicycle tag but no `ramp:bicycle=yes`; taken as \
                        closed to riders",
    /// Doubted.
    ClosedCycleway = "cycleway with `access=no`; taken as closed",
    /// Doubted.
    UnknownRoad = "street of unknown class (`highway=road`); taken at 12 km/h",
    /// Doubted.
    GateWithoutAccess = "gate without an access tag; taken as open where both sides are public",
    /// Doubted.
    BarrierOnJunction = "barrier that closes its node on a junction of streets; closes every arm",
    /// Doubted.
    CrossingWithoutNode = "streets that cross on one level without a common node; not joined",
    /// Doubted.
    BarrierAcrossStreet = "wall, fence or other barrier across a street without a common node; not applied",
    /// Doubted.
    FerryWithoutDuration = "ferry without a duration; taken at 10 km/h",
    /// Dropped.
    RestrictionIncomplete = "turn restriction whose members are not all in the file",
    /// Dropped.
    RestrictionAmbiguous = "turn restriction whose members do not meet at its via",
    /// Dropped.
    RestrictionUnknown = "turn restriction of a kind that is not understood",
    /// Dropped.
    RestrictionConditional = "turn restriction that holds at certain times only",
    /// Dropped.
    RestrictionForOthers = "turn restriction for vehicles that no profile describes",
    /// Doubted.
    AreaWithManyCorners = "walked area with more than 100 corners; walked round, not across",
    /// Dropped.
    BrokenArea = "area whose border does not close in the file",
    /// Doubted.
    PlaceFarFromStreet = "place more than 150 m from every street",
    /// Repaired.
    FarNodes = "street between two nodes more than 100 km apart; cut there",
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let streets = &self.streets;
        writeln!(
            f,
            "source      {} nodes, {} ways, {} relations",
            self.source.n_nodes, self.source.n_ways, self.source.n_relations
        )?;
        writeln!(
            f,
            "streets     {} ways, {} km: {} nodes (and {} copies), {} edges, {} arcs",
            streets.n_ways,
            Km(streets.length_m),
            streets.n_nodes,
            streets.n_copies,
            streets.n_edges,
            streets.n_arcs
        )?;
        if streets.n_across_areas > 0 {
            writeln!(
                f,
                "squares     {} of the edges are straight ways between entrances",
                streets.n_across_areas
            )?;
        }
        writeln!(
            f,
            "gates       {} mapped, {} implied, {} compounds",
            streets.n_mapped_gates, streets.n_implied_gates, streets.n_compounds
        )?;
        if let Some(most) = self.untagged_gates.first() {
            writeln!(
                f,
                "            {} compounds have gates without an access tag; one has {} of {}{}",
                self.n_compounds_untagged,
                most.n_untagged,
                most.n_mapped,
                most.way
                    .map_or_else(String::new, |way| format!(", around {way}"))
            )?;
        }
        writeln!(
            f,
            "turns       {} restrictions",
            streets.n_turn_restrictions
        )?;
        if let Some(links) = &self.side_path_links {
            writeln!(
                f,
                "side paths  {} links to streets within {} m, closed until a plan joins side paths",
                links.n_links,
                links.within.as_mm() / 1_000
            )?;
        }
        writeln!(
            f,
            "places      {}; areas {}; boundaries {}",
            self.n_places, self.n_areas, self.n_boundaries
        )?;
        for insides in &self.insides {
            writeln!(
                f,
                "inside      {}: {} behind gates; where some gate passes until a plan says \
                 otherwise {}",
                insides.profile, insides.behind_tagged, insides.behind_untagged
            )?;
        }
        for islands in &self.islands {
            writeln!(
                f,
                "{:<11} {} km usable, {} km in the main network, {} edges on islands",
                islands.profile,
                Km(islands.usable_length_m),
                Km(islands.main_length_m),
                islands.n_island_edges
            )?;
        }
        for bare in self.bare_nodes.iter().filter(|bare| bare.n_nodes > 0) {
            writeln!(f, "{bare}")?;
        }
        for feature in &self.unknown_features {
            writeln!(f, "unknown     optional feature `{feature}`; not used")?;
        }
        for (class, count) in &self.closed_classes {
            writeln!(
                f,
                "{count:>8}  way with `highway={class}`; not a street for anybody"
            )?;
        }
        for finding in &self.findings {
            write!(f, "{:>8}  {}", finding.count, finding.kind.describe())?;
            for (i, example) in finding.examples.iter().enumerate() {
                write!(f, "{}{example}", if i == 0 { ": " } else { ", " })?;
            }
            let shown = u64::try_from(finding.examples.len()).unwrap_or(u64::MAX);
            writeln!(f, "{}", if finding.count > shown { ", …" } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for BareNodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<11} {} nodes with an access key and no barrier close a street; {} km leave the main \
             network with them",
            self.profile,
            self.n_nodes,
            Km(self.cut_off_length_m)
        )?;
        for (i, example) in self.examples.iter().enumerate() {
            let km = Km(example.cut_off_length_m);
            let before = if i == 0 { ": " } else { ", " };
            write!(f, "{before}{} ({km} km)", example.node)?;
        }
        let shown = u64::try_from(self.examples.len()).unwrap_or(u64::MAX);
        write!(f, "{}", if self.n_nodes > shown { ", …" } else { "" })
    }
}

/// Metres shown as kilometres.
struct Km(u64);

impl fmt::Display for Km {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0.saturating_add(50) / 100;
        write!(f, "{}.{}", tenths / 10, tenths % 10)
    }
}
