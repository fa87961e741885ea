use std::collections::BTreeMap;

use coverage::{Demand, DemandSet, Gap, ZoneId};

use crate::project::Project;

/// The street of each demand point, for naming gaps.
#[derive(Debug)]
pub(crate) struct GapNames {
    /// Index into `names` for each demand point.
    street_of_point: Vec<Option<usize>>,
    names: Vec<String>,
}

impl GapNames {
    pub(crate) fn of(project: &Project) -> Self {
        let graph = &project.city.streets;
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        let mut names: Vec<String> = Vec::new();
        let street_of_point = project
            .demand
            .points()
            .iter()
            .map(|point| {
                let name = graph.edge_name(point.street?.edge)?;
                Some(*ids.entry(name).or_insert_with(|| {
                    names.push(name.to_owned());
                    names.len() - 1
                }))
            })
            .collect();
        Self {
            street_of_point,
            names,
        }
    }

    /// The named street with the most uncovered demand, and the zone with the most of it.
    ///
    /// `demand` is that of the hour in question, `lacking` what of a point's is uncovered; `None`
    /// where nothing is.
    pub(crate) fn name(
        &self,
        project: &Project,
        demand: &DemandSet,
        gap: &Gap,
        lacking: impl Fn(usize) -> Option<Demand>,
    ) -> String {
        let mut streets: BTreeMap<usize, Demand> = BTreeMap::new();
        let mut zones: BTreeMap<ZoneId, Demand> = BTreeMap::new();
        for point in gap.cells.iter().flat_map(|&cell| demand.of_cell(cell)) {
            let Some(uncovered) = lacking(point) else {
                continue;
            };
            if let Some(street) = self.street_of_point[point] {
                let sum = streets.entry(street).or_default();
                *sum = *sum + uncovered;
            }
            if let Some(zone) = project.zone_of_point[point] {
                let sum = zones.entry(zone).or_default();
                *sum = *sum + uncovered;
            }
        }
        let street = most(&streets).map(|id| self.names[id].as_str());
        let zone = most(&zones).map(|id| project.zones.zone(id).name.clone());
        match (street, zone) {
            (Some(street), Some(zone)) => format!("{street} ({zone})"),
            (Some(name), None) => name.to_owned(),
            (None, Some(zone)) => zone,
            (None, None) => format!("{:.5},{:.5}", gap.center.lng(), gap.center.lat()),
        }
    }
}

/// The key with the most demand; ties go to the lower key.
fn most<K: Copy + Ord>(sums: &BTreeMap<K, Demand>) -> Option<K> {
    sums.iter()
        .max_by_key(|&(&key, &sum)| (sum, std::cmp::Reverse(key)))
        .map(|(&key, _)| key)
}
