use crate::{Capacity, Demand};

/// How much demand one piece of capacity can serve: the rule from the field "12 slots a cabinet,
/// 8 cabinets for 800 riders" is 800 / (8 x 12), or 8.333 riders for each slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceRate(Demand);

impl ServiceRate {
    /// Demand for each piece of capacity; `None` when it is zero.
    pub fn new(demand_per_piece: Demand) -> Option<Self> {
        (demand_per_piece > Demand::ZERO).then_some(Self(demand_per_piece))
    }

    /// What a facility can serve; saturates.
    pub fn serves(self, capacity: Capacity) -> Demand {
        let per_piece = self.0.as_thousandths();
        Demand::from_thousandths(per_piece.saturating_mul(u64::from(capacity.as_u32())))
    }
}

/// What one facility is asked for and what it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FacilityLoad {
    /// What it can serve; `None` when its capacity is unknown, which counts as enough.
    pub serves: Option<Demand>,
    /// Demand within the limit to which it is the nearest: what it is asked for when everybody goes
    /// to the nearest.
    pub asked: Demand,
    /// Demand that it takes when nobody is taken past its capacity.
    pub taken: Demand,
}

impl FacilityLoad {
    /// Takes all that it can serve.
    pub(crate) fn is_full(&self) -> bool {
        self.serves.is_some_and(|serves| self.taken >= serves)
    }

    /// Asked for more than it can serve.
    pub fn is_overloaded(&self) -> bool {
        self.serves.is_some_and(|serves| self.asked > serves)
    }

    /// Takes less than half of what it could.
    pub fn is_idle(&self) -> bool {
        self.serves
            .is_some_and(|serves| !self.taken.is_at_least_half_of(serves))
    }
}
