pub(crate) mod candidate;
pub(crate) mod change;
pub(crate) mod choice_rules;
pub(crate) mod facility_balance;
pub(crate) mod gate_change;
pub(crate) mod hazards;
pub(crate) mod kept_streets;
pub(crate) mod left_out;
pub(crate) mod margin;
pub(crate) mod measure;
pub(crate) mod place_name;
pub(crate) mod profile_streets;
pub(crate) mod rim;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use city::City;
use coverage::{
    DemandSet, Facility, FacilityKind, JointStandard, KindCatalog, ReferenceWeek, ServiceStandard,
    StudyArea, ZoneId, Zones,
};
use graph::{NodeId, Policies};
use reach::Layouts;
use thiserror::Error;
use units::{BoundingBox, HourOfWeek, Length, TravelTime};

use crate::plan::spec::PlanSpec;
use crate::project::candidate::Candidate;
use crate::project::change::Change;
use crate::project::hazards::Hazards;
use crate::project::left_out::LeftOut;
use crate::project::measure::Measure;
use crate::project::profile_streets::ProfileStreets;

/// Key of the untouched baseline, and the folder of its results.
pub(crate) const BASELINE: &str = "baseline";

/// A plan with everything it names loaded, checked and joined: the untouched baseline that every
/// scenario borrows.
#[derive(Debug)]
pub struct Project {
    /// The plan as written.
    pub spec: PlanSpec,
    /// Hash of the plan and of every file it names.
    pub fingerprint: String,
    /// The plan, its network and every file that was read.
    pub files: Vec<PathBuf>,
    /// Hash of what decides whether two results may be compared cell by cell: network, study area,
    /// grid and demand.
    pub grid_fingerprint: String,
    /// The part of the imported city that the plan opens: the study area and its margin.
    pub city: City,
    /// How far beyond the study area streets are looked at.
    pub margin: Length,
    /// The study area and its cells.
    pub area: StudyArea,
    /// The box around the streets.
    pub streets_box: BoundingBox,
    /// Nodes at the border of the streets, beyond which help is not seen.
    pub border: Vec<NodeId>,
    /// Districts; empty when the plan names none.
    pub zones: Zones,
    /// The zone of each demand point.
    pub zone_of_point: Vec<Option<ZoneId>>,
    /// What the plan decides about access.
    pub policies: Policies,
    /// Counts how often arcs were laid out for searching; each metric keeps its own.
    pub layouts: Arc<Layouts>,
    /// The profiles that standards and demand name.
    pub profiles: BTreeMap<String, ProfileStreets>,
    /// Built-in and declared kinds.
    pub kinds: KindCatalog,
    /// The week that opening hours are read in.
    pub week: ReferenceWeek,
    /// The hour that stands for the day.
    pub day: HourOfWeek,
    /// The hour that stands for the night.
    pub night: HourOfWeek,
    /// The facilities of all layers, in the order of the plan: in the study area, or so near to it
    /// that some limit may count them.
    pub facilities: Vec<Facility>,
    /// What the layers hold beside.
    pub left_out: LeftOut,
    /// Who needs the services, as counted.
    pub demand: DemandSet,
    /// When demand changes over the week: that of each hour which a standard names.
    pub demand_of_hours: BTreeMap<HourOfWeek, DemandSet>,
    /// Other demand that indicators are given for, each in a unit of its own.
    pub measures: Vec<Measure>,
    /// Reported hazards.
    pub hazards: Hazards,
    /// Service standards, in the order of the plan.
    pub standards: Vec<ServiceStandard>,
    /// Joint standards, in the order of the plan.
    pub joints: Vec<JointStandard>,
    /// Where something could be built.
    pub candidates: Vec<Candidate>,
    /// The scenarios of the plan, resolved.
    pub scenarios: Vec<ResolvedScenario>,
    /// What a reader of the results must know: doubtful, skipped, illustrative.
    pub notes: Vec<String>,
}

impl Project {
    /// The demand that a standard is decided for: who is there at its hour, or demand as counted
    /// when it names none.
    pub fn demand_of(&self, standard: &ServiceStandard) -> &DemandSet {
        self.demand_at(standard.at)
    }

    /// The demand that a joint standard is decided for: that of the hour which all of its parts with
    /// an hour share; as counted when they name none, or several.
    ///
    /// Cost: linear in standards times parts.
    pub fn demand_of_joint(&self, joint: &JointStandard) -> &DemandSet {
        self.demand_at(self.hour_of_joint(joint))
    }

    /// The hour that all parts of a joint standard with an hour share.
    pub(crate) fn hour_of_joint(&self, joint: &JointStandard) -> Option<HourOfWeek> {
        let parts = self
            .standards
            .iter()
            .filter(|s| joint.parts.contains(&s.key));
        let mut hours = parts.filter_map(|part| part.at);
        let first = hours.next();
        first.filter(|&first| hours.all(|hour| hour == first))
    }

    /// Index of the standard with a key.
    ///
    /// # Errors
    /// Names the standards that the plan has.
    pub fn standard_index(&self, key: &str) -> Result<usize, UnknownStandard> {
        let found = self.standards.iter().position(|s| s.key == key);
        found.ok_or_else(|| UnknownStandard {
            key: key.to_owned(),
            known: self.standards.iter().map(|s| s.key.clone()).collect(),
        })
    }

    fn demand_at(&self, hour: Option<HourOfWeek>) -> &DemandSet {
        let found = hour.and_then(|hour| self.demand_of_hours.get(&hour));
        found.unwrap_or(&self.demand)
    }

    /// What a new facility of a kind is taken to need before the service begins: the start delay
    /// that most facilities of the kind have, the shorter of equals. Choosing sites, saying what a
    /// site adds and placing one on the map all hold to it, or their answers would not agree.
    ///
    /// Cost: linear in the facilities.
    pub fn usual_delay(&self, kind: &FacilityKind) -> TravelTime {
        let mut counts: BTreeMap<TravelTime, usize> = BTreeMap::new();
        for facility in self.facilities.iter().filter(|f| &f.kind == kind) {
            *counts.entry(facility.start_delay).or_default() += 1;
        }
        let most = counts
            .iter()
            .max_by_key(|&(&delay, &n)| (n, std::cmp::Reverse(delay)));
        most.map_or(TravelTime::ZERO, |(&delay, _)| delay)
    }
}

/// A standard that the plan does not have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no standard `{key}`; the plan has {}", known.join(", "))]
pub struct UnknownStandard {
    /// What was asked for.
    pub key: String,
    /// The keys of the plan's standards.
    pub known: Vec<String>,
}

/// A scenario with its names turned into values.
#[derive(Clone, Debug)]
pub struct ResolvedScenario {
    /// Folder of its results.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// What changes, in order.
    pub changes: Vec<Change>,
}
