use std::fmt;

use units::TravelTime;

use crate::{CellRank, Demand, DemandId, FacilityId, RowEntry, ServiceCoverage, ServiceInputs};

/// Limit minus time, in whole tenths of a second; negative when not covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Margin(i64);

impl Margin {
    /// What `time` leaves of `limit`.
    pub fn of(limit: TravelTime, time: TravelTime) -> Self {
        Self(i64::from(limit.as_tenths()) - i64::from(time.as_tenths()))
    }

    /// In whole tenths of a second.
    pub const fn as_tenths(self) -> i64 {
        self.0
    }

    /// In seconds.
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "a difference of two u32 is exact in a double"
    )]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 10.0
    }
}

/// Seconds with one decimal: `-90.5 s`.
impl fmt::Display for Margin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let tenths = self.0.unsigned_abs();
        write!(f, "{sign}{}.{} s", tenths / 10, tenths % 10)
    }
}

/// A cell's line in the ledger: what its typical people get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellLedger {
    /// The demand point that stands for the cell (see
    /// [`ServiceCoverage::typical`]).
    pub point: DemandId,
    /// The nearest open facility; `None` past the rows' limit.
    pub nearest: Option<RowEntry>,
    /// The second nearest.
    pub second: Option<RowEntry>,
    /// Limit minus the time to the required number of facilities, or to one with room where they may
    /// be full; `None` past the rows' limit.
    pub margin: Option<Margin>,
}

/// A facility's line in the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FacilityLedger {
    /// Demand within the limit of it.
    pub within_limit: Demand,
    /// Part of that: demand to which no other open facility is nearer.
    pub nearest_to: Demand,
    /// Demand that is covered now and would not be if this facility closed.
    pub unique_demand: Demand,
}

/// Who relies on which facility, exact and without a new search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    cells: Vec<Option<CellLedger>>,
    facilities: Vec<FacilityLedger>,
}

impl Ledger {
    /// The ledger of a service.
    ///
    /// A facility's unique demand is what is covered of the points with exactly the required number
    /// of open facilities within the limit, one of which it is: without it one is missing. Where
    /// facilities may be full this is the least that is lost: those who would go on to others may
    /// find them full.
    ///
    /// Cost: linear in the pairs within the limit, and n log n in the points of each cell.
    pub fn of(inputs: &ServiceInputs<'_>, coverage: &ServiceCoverage) -> Self {
        let ServiceInputs {
            demand, rows, open, ..
        } = *inputs;
        let cells = (0..demand.n_cells())
            .map(|cell| {
                let (point, time) = coverage.typical(demand, CellRank::from_index(cell))?;
                let mut row = rows.open_row(point, open);
                Some(CellLedger {
                    point,
                    nearest: row.next(),
                    second: row.next(),
                    margin: time.map(|time| Margin::of(coverage.limit(), time)),
                })
            })
            .collect();
        let mut facilities = vec![FacilityLedger::default(); rows.n_facilities()];
        let required = FacilityId::new(coverage.required().get()).index();
        let mut near: Vec<FacilityId> = Vec::new();
        for (index, point) in demand.points().iter().enumerate() {
            near.clear();
            let row = rows.open_row(DemandId::from_index(index), open);
            let within = row.take_while(|entry| entry.time <= coverage.limit());
            near.extend(within.map(|entry| entry.facility));
            let covered = coverage.split_of(index, point.demand).covered;
            for (place, facility) in near.iter().enumerate() {
                let line = &mut facilities[facility.index()];
                line.within_limit = line.within_limit + point.demand;
                if place == 0 {
                    line.nearest_to = line.nearest_to + point.demand;
                }
                if near.len() == required {
                    line.unique_demand = line.unique_demand + covered;
                }
            }
        }
        Self { cells, facilities }
    }

    /// One line for each cell of the study area; `None` without linked demand.
    pub fn cells(&self) -> &[Option<CellLedger>] {
        &self.cells
    }

    /// One line for each facility of the rows; all zero for those that are closed.
    pub fn facilities(&self) -> &[FacilityLedger] {
        &self.facilities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_are_signed() {
        let limit = TravelTime::from_mins(15);
        assert_eq!(
            Margin::of(limit, TravelTime::from_secs(600)).to_string(),
            "300.0 s"
        );
        assert_eq!(
            Margin::of(limit, TravelTime::from_tenths(9_905)).to_string(),
            "-90.5 s"
        );
        assert_eq!(
            Margin::of(limit, TravelTime::from_tenths(9_005)).to_string(),
            "-0.5 s"
        );
    }
}
