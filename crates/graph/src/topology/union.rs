use units::index;

/// Disjoint sets with path halving; the lower id is the representative.
pub(crate) struct Union(Vec<u32>);

impl Union {
    pub(crate) fn new(n: usize) -> Self {
        let last = u32::try_from(n).expect("sets are named in 32 bits");
        Self((0..last).collect())
    }

    pub(crate) fn find(&mut self, mut item: u32) -> u32 {
        while self.0[index(item)] != item {
            let above = self.0[index(self.0[index(item)])];
            self.0[index(item)] = above;
            item = above;
        }
        item
    }

    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[index(a.max(b))] = a.min(b);
    }
}
