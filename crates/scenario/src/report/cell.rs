use coverage::{
    CellClass, CellRank, Demand, DemandSet, DemandSplit, EdgeAffected, ServiceCoverage, ZoneId,
};
use serde::{Deserialize, Serialize};
use units::TravelTime;

use crate::evaluate::decision::typical_time;
use crate::project::Project;

/// A cell of the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellReport {
    /// H3 index.
    pub id: String,
    /// Its centre.
    pub lng: f64,
    /// Its centre.
    pub lat: f64,
    /// Its demand.
    pub demand_thousandths: u64,
    /// The zone that holds most of its demand.
    pub zone: Option<String>,
}

/// What becomes of a cell under one standard.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellSplit {
    /// Covered demand.
    pub covered_thousandths: u64,
    /// Class of the cell.
    pub class: ClassKey,
    /// Time from its typical demand point to the facility that decides; `None` past twice the limit.
    pub time_s: Option<f64>,
    /// Whether help from outside the streets could reach it within the limit.
    pub edge_affected: bool,
    /// The cell's demand at the hour that the standard names, when demand changes over the week;
    /// else it is that of the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand_thousandths: Option<u64>,
}

/// Class of a cell, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassKey {
    /// No demand.
    NoDemand,
    /// At least half of the demand is covered.
    Covered,
    /// Less than half is.
    Uncovered,
    /// Its demand is not joined to the streets of the profile.
    Unlinked,
}

impl From<CellClass> for ClassKey {
    fn from(class: CellClass) -> Self {
        match class {
            CellClass::NoDemand => Self::NoDemand,
            CellClass::Covered => Self::Covered,
            CellClass::Uncovered => Self::Uncovered,
            CellClass::Unlinked => Self::Unlinked,
        }
    }
}

impl ClassKey {
    /// As written in tables.
    pub fn key(self) -> &'static str {
        match self {
            Self::NoDemand => "no-demand",
            Self::Covered => "covered",
            Self::Uncovered => "uncovered",
            Self::Unlinked => "unlinked",
        }
    }
}

/// What becomes of each cell; `demand` is what the coverage was decided for.
pub(crate) fn cell_splits(
    project: &Project,
    demand: &DemandSet,
    coverage: &ServiceCoverage,
    edge_affected: &EdgeAffected,
) -> Vec<CellSplit> {
    let time_of = |cell| typical_time(demand, coverage, cell);
    splits_of(project, coverage.cells(), edge_affected.cells(), time_of)
}

pub(crate) fn splits_of(
    project: &Project,
    splits: &[DemandSplit],
    edge_affected: &[bool],
    time_of: impl Fn(CellRank) -> Option<TravelTime>,
) -> Vec<CellSplit> {
    let changes = project.demand.has_patterns();
    ranks(project)
        .map(|rank| {
            let split = &splits[rank.index()];
            CellSplit {
                covered_thousandths: split.covered.as_thousandths(),
                class: split.class().into(),
                time_s: time_of(rank).map(TravelTime::as_secs_f64),
                edge_affected: edge_affected[rank.index()],
                demand_thousandths: changes.then(|| split.total().as_thousandths()),
            }
        })
        .collect()
}

pub(crate) fn cells(project: &Project) -> Vec<CellReport> {
    ranks(project)
        .map(|rank| {
            let cell = project.area.cell(rank);
            let points = project.demand.of_cell(rank);
            let mut by_zone: Vec<(ZoneId, Demand)> = Vec::new();
            let mut demand = Demand::ZERO;
            for point in points {
                let amount = project.demand.points()[point].demand;
                demand = demand + amount;
                if let Some(zone) = project.zone_of_point[point] {
                    match by_zone.iter_mut().find(|(id, _)| *id == zone) {
                        Some((_, sum)) => *sum = *sum + amount,
                        None => by_zone.push((zone, amount)),
                    }
                }
            }
            let zone = by_zone
                .into_iter()
                .max_by_key(|&(id, sum)| (sum, std::cmp::Reverse(id)))
                .map(|(id, _)| project.zones.zone(id).id.clone());
            let center = cell.center();
            CellReport {
                id: cell.to_string(),
                lng: center.lng(),
                lat: center.lat(),
                demand_thousandths: demand.as_thousandths(),
                zone,
            }
        })
        .collect()
}

fn ranks(project: &Project) -> impl Iterator<Item = CellRank> + use<> {
    (0..project.area.cells().len()).map(CellRank::from_index)
}
