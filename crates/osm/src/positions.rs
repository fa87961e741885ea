//! Where the nodes lie that some way names, by dense number.

use units::LngLat;

/// Eight bytes a node: a latitude off the earth says that the file does not hold it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Positions {
    e7: Vec<[i32; 2]>,
}

const MISSING: [i32; 2] = [0, i32::MIN];

impl Positions {
    /// Makes room for that many nodes; new ones are missing yet.
    pub(crate) fn grow(&mut self, n_nodes: usize) {
        if n_nodes > self.e7.len() {
            self.e7.resize(n_nodes, MISSING);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.e7.len()
    }

    /// `None` when the file does not hold the node.
    pub(crate) fn get(&self, node: u32) -> Option<LngLat> {
        let [lng, lat] = self.e7[units::index(node)];
        (lat != i32::MIN).then(|| LngLat::from_e7(lng, lat))
    }

    pub(crate) fn is_there(&self, node: u32) -> bool {
        self.get(node).is_some()
    }

    /// One more node, and where it lies.
    pub(crate) fn add(&mut self, position: LngLat) {
        self.e7.push([position.lng_e7(), position.lat_e7()]);
    }

    /// Takes a node out; says whether it had a place.
    pub(crate) fn remove(&mut self, node: u32) -> bool {
        let was_there = self.is_there(node);
        self.e7[units::index(node)] = MISSING;
        was_there
    }

    /// Places a node; says whether it had a place before.
    pub(crate) fn place(&mut self, node: u32, position: LngLat) -> bool {
        let was_there = self.is_there(node);
        self.e7[units::index(node)] = [position.lng_e7(), position.lat_e7()];
        was_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_missing_until_it_is_placed() {
        let mut positions = Positions::default();
        positions.grow(2);
        let south_pole = LngLat::from_e7(-1_800_000_000, -900_000_000);
        assert_eq!(positions.get(1), None);
        assert!(!positions.place(1, south_pole));
        assert_eq!(positions.get(1), Some(south_pole));
        assert!(positions.place(1, LngLat::from_e7(0, 0)));
        assert_eq!((positions.len(), positions.is_there(0)), (2, false));
        assert!(positions.remove(1) && !positions.remove(1));
        assert_eq!(positions.get(1), None);
    }
}
