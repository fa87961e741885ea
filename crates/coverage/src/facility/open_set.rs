use crate::FacilityId;

/// Which facilities count: those open at an hour, those not closed by a scenario.
///
/// Rows are folded over such a set, so hours and closures need no new search.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpenSet {
    words: Vec<u64>,
    n_facilities: usize,
}

impl OpenSet {
    /// Every facility of a list of this length.
    pub fn all(n_facilities: usize) -> Self {
        Self::from_fn(n_facilities, |_| true)
    }

    /// The facilities for which `is_open` holds.
    ///
    /// Cost: one call for each facility.
    pub fn from_fn(n_facilities: usize, mut is_open: impl FnMut(FacilityId) -> bool) -> Self {
        let mut words = vec![0_u64; n_facilities.div_ceil(64)];
        for index in 0..n_facilities {
            if is_open(FacilityId::from_index(index)) {
                words[index / 64] |= 1 << (index % 64);
            }
        }
        Self {
            words,
            n_facilities,
        }
    }

    /// Whether a facility is in the set.
    pub fn contains(&self, facility: FacilityId) -> bool {
        let index = facility.index();
        self.words[index / 64] & (1 << (index % 64)) != 0
    }

    /// The same set without one facility.
    ///
    /// Cost: linear.
    #[must_use]
    pub fn without(&self, facility: FacilityId) -> Self {
        let mut set = self.clone();
        let index = facility.index();
        set.words[index / 64] &= !(1 << (index % 64));
        set
    }

    /// The facilities in both sets.
    ///
    /// Cost: linear.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a & b);
        Self {
            words: words.collect(),
            n_facilities: self.n_facilities,
        }
    }

    /// Length of the list that the set is drawn from.
    pub fn n_facilities(&self) -> usize {
        self.n_facilities
    }

    /// How many are in the set.
    ///
    /// Cost: linear.
    pub fn n_open(&self) -> usize {
        self.iter().count()
    }

    /// Those in the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = FacilityId> + '_ {
        (0..self.n_facilities)
            .map(FacilityId::from_index)
            .filter(|&id| self.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_in() {
        let odd = OpenSet::from_fn(130, |id| id.as_u32() % 2 == 1);
        assert_eq!(odd.n_open(), 65);
        let fewer = odd.without(FacilityId::new(129));
        assert!(!fewer.contains(FacilityId::new(129)) && fewer.contains(FacilityId::new(127)));
        assert_eq!(OpenSet::all(130).and(&odd), odd);
        assert_eq!(OpenSet::all(0).n_open(), 0);
    }
}
