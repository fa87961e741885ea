//! Ids of the source to dense numbers, in the order of their first naming.

/// An open-addressing table of 64-bit ids; smaller and faster than a general map, and it keeps
/// the ids in dense order.
#[derive(Clone, Debug)]
pub(crate) struct IdIndex {
    ids: Vec<i64>,
    /// Number of an id plus one; zero is free. A power of two long.
    slots: Vec<u32>,
}

impl IdIndex {
    pub(crate) fn new() -> Self {
        Self {
            ids: Vec::new(),
            slots: vec![0; 1 << 10],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn id(&self, number: u32) -> i64 {
        self.ids[units::index(number)]
    }

    /// The number of an id that may be new.
    pub(crate) fn add(&mut self, id: i64) -> u32 {
        if self.ids.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let mut slot = self.home(id);
        loop {
            match self.slots[slot] {
                0 => {
                    self.ids.push(id);
                    let number =
                        u32::try_from(self.ids.len()).expect("the budget counts them first");
                    self.slots[slot] = number;
                    return number - 1;
                }
                taken if self.id(taken - 1) == id => return taken - 1,
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// The number of an id; `None` when it was never named.
    pub(crate) fn find(&self, id: i64) -> Option<u32> {
        let mut slot = self.home(id);
        loop {
            match self.slots[slot] {
                0 => return None,
                taken if self.id(taken - 1) == id => return Some(taken - 1),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn grow(&mut self) {
        let longer = self.slots.len() * 2;
        self.slots.clear();
        self.slots.resize(longer, 0);
        for (number, &id) in (1..).zip(&self.ids) {
            let mut slot = self.home(id);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (longer - 1);
            }
            self.slots[slot] = number;
        }
    }

    /// The finishing steps of `SplitMix64` (Steele, Lea, Flood 2014) spread near ids apart.
    fn home(&self, id: i64) -> usize {
        let mut x = id.cast_unsigned();
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        units::index(low(x ^ (x >> 31))) & (self.slots.len() - 1)
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the low half of a mixed number is wanted"
)]
fn low(x: u64) -> u32 {
    x as u32
}

/// The number that the next entry of a pool gets.
pub(crate) fn number_of(length: usize) -> u32 {
    u32::try_from(length).expect("the budget counts them first")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: proptest::test_runner::RngSeed::Fixed(7),
            ..ProptestConfig::default()
        })]

        #[test]
        fn agrees_with_a_map(ids in proptest::collection::vec(-5_000_i64..5_000, 0..6_000)) {
            let mut index = IdIndex::new();
            let mut map: HashMap<i64, u32> = HashMap::new();
            for &id in &ids {
                let next = u32::try_from(map.len()).unwrap();
                let expected = *map.entry(id).or_insert(next);
                prop_assert_eq!(index.add(id), expected);
            }
            for id in -5_001..5_001 {
                prop_assert_eq!(index.find(id), map.get(&id).copied());
            }
        }
    }
}
