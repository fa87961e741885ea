use super::service_coverage::split_by_cell;
use crate::{
    CellRank, Demand, DemandSet, DemandSplit, JointRule, PointState, ServiceCoverage, ZoneId,
};

/// Several services at once over the same demand: the circle that cities build.
///
/// Where facilities may be full, only part of a point may find room with each service, and nobody
/// knows whether the parts are the same people. They are taken to be: the people of a point come in
/// one order to all services. So "all of" covers the smallest of the parts, which is the most that
/// can be (an upper bound), and "any of" the largest, the least that can be (a lower bound).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointCoverage {
    rule: JointRule,
    states: Vec<PointState>,
    splits: Vec<DemandSplit>,
    cells: Vec<DemandSplit>,
    weakest: Vec<Option<usize>>,
    total: DemandSplit,
    sole_obstacle: Vec<Demand>,
}

impl JointCoverage {
    /// Joins parts person by person, so that a cell where one half has a canteen and the other half
    /// a cabinet is not called covered by both.
    ///
    /// All of: a person is covered when every part covers him; uncovered when some part is known not
    /// to; else on a scrap when some part joins the point to one, else unlinked. Any of: covered
    /// when some part covers him; the rest alike. Who is covered is fragile under "all of" when some
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
        let mut states = Vec::with_capacity(demand.n_points());
        let mut splits = Vec::with_capacity(demand.n_points());
        let mut sole_obstacle = vec![Demand::ZERO; parts.len()];
        for (point, here) in demand.points().iter().enumerate() {
            // Where nobody is, one unit stands for whoever would be.
            let is_empty = here.demand == Demand::ZERO;
            let amount = if is_empty {
                Demand::from_units(1)
            } else {
                here.demand
            };
            let met = Met::of(parts, point, amount, rule);
            states.push(met.state());
            splits.push(if is_empty {
                DemandSplit::default()
            } else {
                met.split
            });
            if let Some((part, alone)) = met.sole_obstacle.filter(|_| !is_empty) {
                sole_obstacle[part] = sole_obstacle[part] + alone;
            }
        }
        let cells = split_by_cell(demand, |point, _| splits[point]);
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
            splits,
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

    /// What becomes of the demand of a point.
    pub fn split(&self, point: usize) -> &DemandSplit {
        &self.splits[point]
    }

    /// What of the demand of a point is joined to the networks but not covered; `None` where nothing
    /// is lacking.
    pub fn lacking(&self, point: usize) -> Option<Demand> {
        let lacks = self.states[point].lacks();
        lacks.then(|| self.splits[point].uncovered)
    }

    /// For each zone the demand by what becomes of it; `zone_of_point` comes from
    /// [`DemandSet::zones_of_points`].
    ///
    /// Cost: linear in the points.
    pub fn by_zone(&self, zone_of_point: &[Option<ZoneId>], n_zones: usize) -> Vec<DemandSplit> {
        let mut zones = vec![DemandSplit::default(); n_zones];
        for (point, zone) in zone_of_point.iter().enumerate() {
            if let Some(zone) = zone {
                zones[zone.index()] += self.splits[point];
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

/// What becomes of an amount at one point.
struct Met {
    split: DemandSplit,
    /// The part that alone keeps some of it from being covered by all, and how much.
    sole_obstacle: Option<(usize, Demand)>,
}

impl Met {
    fn of(parts: &[&ServiceCoverage], point: usize, amount: Demand, rule: JointRule) -> Self {
        let joined = || {
            let all = parts.iter().enumerate();
            all.filter(|(_, part)| part.states()[point].is_joined())
                .map(|(number, part)| (number, part.split_of(point, amount)))
        };
        let n_joined = joined().count();
        let covered = joined().map(|(_, split)| split.covered);
        let safe = joined().map(|(_, split)| split.covered - split.fragile);
        let mut split = DemandSplit::default();
        // Who is not known to go without: under "all of" whom every part covers that is joined.
        let (met, safe) = match rule {
            JointRule::AllOf => (covered.min().unwrap_or(amount), safe.min()),
            JointRule::AnyOf if n_joined == 0 => (amount, None),
            JointRule::AnyOf => (covered.max().unwrap_or(amount), safe.max()),
        };
        let is_settled = match rule {
            JointRule::AllOf => n_joined == parts.len(),
            JointRule::AnyOf => n_joined > 0,
        };
        split.uncovered = amount - met;
        if is_settled {
            split.covered = met;
            split.fragile = met - safe.unwrap_or(met);
        } else if parts
            .iter()
            .any(|part| part.states()[point] == PointState::OnScrap)
        {
            split.on_scrap = met;
        } else {
            split.unlinked = met;
        }
        let sole_obstacle = (rule == JointRule::AllOf && is_settled)
            .then(|| {
                let (part, least) = joined().min_by_key(|(_, split)| split.covered)?;
                let others = joined().filter(|(number, _)| *number != part);
                let next = others
                    .map(|(_, split)| split.covered)
                    .min()
                    .unwrap_or(amount);
                let alone = next - least.covered;
                (alone > Demand::ZERO).then_some((part, alone))
            })
            .flatten();
        Self {
            split,
            sole_obstacle,
        }
    }

    fn state(&self) -> PointState {
        let split = &self.split;
        if split.covered > Demand::ZERO {
            if split.uncovered > Demand::ZERO {
                PointState::Partly
            } else {
                PointState::Covered
            }
        } else if split.uncovered > Demand::ZERO {
            PointState::Uncovered
        } else if split.on_scrap > Demand::ZERO {
            PointState::OnScrap
        } else {
            PointState::Unlinked
        }
    }
}
