//! What a plan decides about access, as opposed to what the map says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::TravelTime;

use crate::{CompoundId, GateId};

/// Who may pass a gate (小区门), and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GatePolicy {
    /// 可穿行: enter and pass through, as on a public street.
    Through,
    /// 可进入: enter to reach places inside; never pass through.
    Enter,
    /// 步行进入: the e-bike stays at the gate; inside, rider time is foot time.
    WalkIn,
    /// 不开放: nobody passes this gate.
    Shut,
}

impl GatePolicy {
    /// The word for it in plans and results.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Through => "through",
            Self::Enter => "enter",
            Self::WalkIn => "walk-in",
            Self::Shut => "shut",
        }
    }
}

/// Which policy each gate has; what is not listed falls back to the map.
///
/// The most particular entry decides: gate, then compound, then citywide, then the default read
/// from the map (`graph::Gate`).
/// A citywide policy concerns mapped gates, and implied gates into *private* streets; an implied
/// gate into `destination`, `delivery` or `customers` streets is no gate that anybody could open,
/// and stays enter-only unless it or its compound is listed.
/// What is joined to the rest through gates only that are not `through` is the inside of these
/// gates, whatever its own tags say. A gate with public street on both sides that meet elsewhere
/// has no inside; there `enter` and `walk-in` mean `shut`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatePolicies {
    /// For every gate that is not listed.
    pub citywide: Option<GatePolicy>,
    /// For all gates of a compound.
    pub by_compound: BTreeMap<CompoundId, GatePolicy>,
    /// For one gate.
    pub by_gate: BTreeMap<GateId, GatePolicy>,
}

/// Whether ferries are used.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum FerryPolicy {
    /// They are closed: their timetable is not known.
    #[default]
    Closed,
    /// They are used, at their mapped duration.
    Open,
}

/// What a separately mapped side path means for the road beside it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum SidePaths {
    /// Either may be used: connectors between road and side path are often missing in the map.
    #[default]
    Either,
    /// `use_sidepath` and `*=separate` close the road, unless an own key opens it.
    Strict,
}

/// Whether a rider may push against a one-way.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Contraflow {
    /// Only where a tag opens the direction.
    #[default]
    Tagged,
    /// Also by pushing, where walking is allowed.
    Push,
}

/// What a rider pays for crossing a banned turn on foot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TurnOnFoot {
    /// So much time; zero ignores the restriction.
    Costs(TravelTime),
    /// Banned turns are not made at all.
    Closed,
}

impl Default for TurnOnFoot {
    fn default() -> Self {
        Self::Costs(TravelTime::ZERO)
    }
}

/// Everything a plan may decide about access.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policies {
    /// Who passes which gate.
    pub gates: GatePolicies,
    /// What a vehicle pays at each mapped gate that is passed, except gates with an explicit open
    /// access tag.
    pub gate_delay: TravelTime,
    /// Whether ferries are used.
    pub ferries: FerryPolicy,
    /// Roads beside separately mapped paths.
    pub side_paths: SidePaths,
    /// Whether side paths count as joined to the streets beside them, by the links that the import
    /// added; shows what missing connections in the map may hide.
    pub joins_side_paths: bool,
    /// Pushing against one-ways.
    pub contraflow: Contraflow,
    /// Price of a banned turn.
    pub turn_on_foot: TurnOnFoot,
}
