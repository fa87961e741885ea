use super::service_coverage::split_by_cell;
use crate::{
    CellRank, Demand, DemandSet, DemandSplit, JointRule, PointState, ServiceCoverage, ZoneId,
};

/// Several services at once over the same demand: the circle that cities build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointCoverage {
    rule: JointRule,
    states: Vec<PointState>,
    fragile: Vec<bool>,
    cells: Vec<DemandSplit>,
    weakest: Vec<Option<usize>>,
    total: DemandSplit,
    sole_obstacle: Vec<Demand>,
}

impl JointCoverage {
    /// Joins parts point by point, so that a cell where one half has a canteen and the other half a
    /// cabinet is not called covered by both.
    ///
    /// All of: covered when every part covers the point; uncovered when some part knows it does
    /// not; else on a scrap when some part joins it to one, else unlinked. Any of: covered when some
    /// part covers it; the rest alike. A point is fragile under "all of" when it is covered and some
    /// part is fragile there, under "any of" when every covering part is.
    ///
    /// # Panics
    /// When there are no parts, or they belong to other demand.
    ///
    /// Cost: linear in points times parts.
    pub fn of(demand: &DemandSet, parts: &[&ServiceCoverage], rule: JointRule) -> Self {
        assert!(!parts.is_empty(), "a joint standard has parts");
        let same = |part: &&ServiceCoverage| part.states().len() == demand.n_points();
        assert!(parts.iter().all(same), "parts of other demand");
        let n_points = demand.n_points();
        let mut states = Vec::with_capacity(n_points);
        let mut fragile = Vec::with_capacity(n_points);
        let mut sole_obstacle = vec![Demand::ZERO; parts.len()];
        for point in 0..n_points {
            let is = |state: PointState| {
                parts
                    .iter()
                    .enumerate()
                    .filter(move |(_, part)| part.states()[point] == state)
            };
            let n_covered = is(PointState::Covered).count();
            let met = match rule {
                JointRule::AllOf => n_covered == parts.len(),
                JointRule::AnyOf => n_covered > 0,
            };
            states.push(if met {
                PointState::Covered
            } else if is(PointState::Uncovered).next().is_some() {
                PointState::Uncovered
            } else if is(PointState::OnScrap).next().is_some() {
                PointState::OnScrap
            } else {
                PointState::Unlinked
            });
            let mut fragile_parts = is(PointState::Covered).map(|(_, part)| part.is_fragile(point));
            fragile.push(match rule {
                JointRule::AllOf => fragile_parts.any(|fragile| fragile),
                JointRule::AnyOf => fragile_parts.all(|fragile| fragile),
            });
            if rule == JointRule::AllOf
                && n_covered + 1 == parts.len()
                && let Some((part, _)) = is(PointState::Uncovered).next()
            {
                sole_obstacle[part] = sole_obstacle[part] + demand.points()[point].demand;
            }
        }
        let cells = split_by_cell(demand, &states, |point| fragile[point]);
        let weakest = (0..demand.n_cells())
            .map(|cell| {
                let rank = CellRank::from_index(cell);
                let covered = |&part: &usize| parts[part].cell(rank).covered;
                let has_demand = cells[cell].total() > Demand::ZERO;
                has_demand
                    .then(|| (0..parts.len()).min_by_key(covered))
                    .flatten()
            })
            .collect();
        let mut total = DemandSplit::default();
        for &cell in &cells {
            total += cell;
        }
        Self {
            rule,
            states,
            fragile,
            cells,
            weakest,
            total,
            sole_obstacle,
        }
    }

    /// How the parts are joined.
    pub fn rule(&self) -> JointRule {
        self.rule
    }

    /// What becomes of each demand point.
    pub fn states(&self) -> &[PointState] {
        &self.states
    }

    /// For each zone the demand by what becomes of it; `zone_of_point` comes from
    /// [`DemandSet::zones_of_points`].
    ///
    /// Cost: linear in the points.
    pub fn by_zone(
        &self,
        demand: &DemandSet,
        zone_of_point: &[Option<ZoneId>],
        n_zones: usize,
    ) -> Vec<DemandSplit> {
        let mut zones = vec![DemandSplit::default(); n_zones];
        for (point, zone) in zone_of_point.iter().enumerate() {
            if let Some(zone) = zone {
                let here = demand.points()[point].demand;
                zones[zone.index()].add(self.states[point], self.fragile[point], here);
            }
        }
        zones
    }

    /// For each cell of the study area the demand by what becomes of it.
    pub fn cells(&self) -> &[DemandSplit] {
        &self.cells
    }

    /// For each cell the part that covers the least of its demand, by its place in the list of
    /// parts, the first of several; `None` without demand.
    pub fn weakest(&self) -> &[Option<usize>] {
        &self.weakest
    }

    /// The whole study area.
    pub fn total(&self) -> &DemandSplit {
        &self.total
    }

    /// For each part the demand that only this part keeps from being covered by all: what the joint
    /// circle would gain if this one service were everywhere. Zero under "any of".
    pub fn sole_obstacle(&self) -> &[Demand] {
        &self.sole_obstacle
    }
}
