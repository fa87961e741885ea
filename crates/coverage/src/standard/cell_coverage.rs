use std::ops::AddAssign;

use crate::Demand;
#[cfg(doc)]
use crate::LinkState;

/// What becomes of one demand point under a standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PointState {
    /// Meets the standard.
    Covered,
    /// Part of its demand meets the standard; the rest finds only full facilities.
    Partly,
    /// Joined to the streets, but does not meet the standard.
    Uncovered,
    /// Joined to a scrap of street that trips cannot both enter and leave ([`LinkState::OnScrap`](crate::LinkState::OnScrap)), so
    /// nothing can be said.
    OnScrap,
    /// Too far from any street of the profile, so nothing can be said.
    Unlinked,
}

impl PointState {
    /// Whether the point is joined to a network, so that something can be said.
    pub const fn is_joined(self) -> bool {
        matches!(self, Self::Covered | Self::Partly | Self::Uncovered)
    }

    /// Whether some of its demand could meet the standard and does not.
    pub const fn lacks(self) -> bool {
        matches!(self, Self::Partly | Self::Uncovered)
    }
}

/// Demand by what becomes of it; the four parts add up to the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DemandSplit {
    /// Meets the standard.
    pub covered: Demand,
    /// Does not.
    pub uncovered: Demand,
    /// Joined to a scrap of street.
    pub on_scrap: Demand,
    /// Too far from any street.
    pub unlinked: Demand,
    /// Part of `covered`: inside the margin band, so a small change would lose it.
    pub fragile: Demand,
}

impl DemandSplit {
    /// All demand.
    pub fn total(&self) -> Demand {
        self.covered + self.uncovered + self.on_scrap + self.unlinked
    }

    /// Share of all demand that is covered, 0 to 1; `None` without demand.
    pub fn covered_share(&self) -> Option<f64> {
        self.covered.share_of(self.total())
    }

    /// Share of the covered demand that is fragile, 0 to 1; `None` when nothing is covered.
    pub fn fragile_share(&self) -> Option<f64> {
        self.fragile.share_of(self.covered)
    }

    /// Covered when at least half of the demand is; decided on integers.
    ///
    /// What is not covered is unlinked when at least as much of the missing demand is unlinked, or
    /// on scraps, as is uncovered.
    pub fn class(&self) -> CellClass {
        if self.total() == Demand::ZERO {
            CellClass::NoDemand
        } else if self.covered.is_at_least_half_of(self.total()) {
            CellClass::Covered
        } else if self.on_scrap + self.unlinked >= self.uncovered {
            CellClass::Unlinked
        } else {
            CellClass::Uncovered
        }
    }
}

impl AddAssign for DemandSplit {
    fn add_assign(&mut self, other: Self) {
        self.covered = self.covered + other.covered;
        self.uncovered = self.uncovered + other.uncovered;
        self.on_scrap = self.on_scrap + other.on_scrap;
        self.unlinked = self.unlinked + other.unlinked;
        self.fragile = self.fragile + other.fragile;
    }
}

/// What a map shows for a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellClass {
    /// Nobody asks for anything here.
    NoDemand,
    /// At least half of the demand is covered.
    Covered,
    /// Less than half is covered; part of a gap.
    Uncovered,
    /// Less than half is covered, mostly because the demand is not joined to a network; no gap.
    Unlinked,
}

impl CellClass {
    /// The key as written in tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NoDemand => "no-demand",
            Self::Covered => "covered",
            Self::Uncovered => "uncovered",
            Self::Unlinked => "unlinked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(covered: u64, uncovered: u64, unlinked: u64) -> DemandSplit {
        DemandSplit {
            covered: Demand::from_thousandths(covered),
            uncovered: Demand::from_thousandths(uncovered),
            unlinked: Demand::from_thousandths(unlinked),
            ..DemandSplit::default()
        }
    }

    #[test]
    fn half_is_covered_and_a_little_less_is_not() {
        assert_eq!(split(1, 1, 0).class(), CellClass::Covered);
        assert_eq!(split(1, 2, 0).class(), CellClass::Uncovered);
        assert_eq!(split(500, 501, 0).class(), CellClass::Uncovered);
        assert_eq!(split(501, 500, 0).class(), CellClass::Covered);
        assert_eq!(split(0, 0, 0).class(), CellClass::NoDemand);
    }

    #[test]
    fn mostly_unlinked_cells_are_no_gaps() {
        assert_eq!(split(0, 0, 9).class(), CellClass::Unlinked);
        assert_eq!(split(40, 11, 50).class(), CellClass::Unlinked);
        assert_eq!(split(40, 31, 30).class(), CellClass::Uncovered);
        let scraps = DemandSplit {
            on_scrap: Demand::from_thousandths(1),
            ..split(40, 31, 30)
        };
        assert_eq!(scraps.class(), CellClass::Unlinked);
        assert_eq!(scraps.total(), Demand::from_thousandths(102));
    }

    #[test]
    fn huge_demand_does_not_overflow() {
        assert_eq!(
            split(u64::MAX / 2 + 1, u64::MAX / 2, 0).class(),
            CellClass::Covered
        );
    }
}
