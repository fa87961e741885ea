/// Cells of a window of a raster, one bit each, 64 to a word.
///
/// Growing, flooding and counting take 64 cells at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BitCells {
    /// Words of a row.
    words: usize,
    height: usize,
    bits: Vec<u64>,
}

impl BitCells {
    pub(super) fn new(words: usize, height: usize) -> Self {
        Self {
            words,
            height,
            bits: vec![0; words * height],
        }
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    pub(super) fn row(&self, y: usize) -> &[u64] {
        &self.bits[y * self.words..(y + 1) * self.words]
    }

    pub(super) fn row_mut(&mut self, y: usize) -> &mut [u64] {
        &mut self.bits[y * self.words..(y + 1) * self.words]
    }

    pub(super) fn set(&mut self, x: usize, y: usize) {
        self.bits[y * self.words + x / 64] |= 1 << (x % 64);
    }

    /// Whether a cell is set; cells off the window are not.
    pub(super) fn holds(&self, x: isize, y: isize) -> bool {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return false;
        };
        x / 64 < self.words
            && y < self.height
            && self.bits[y * self.words + x / 64] >> (x % 64) & 1 == 1
    }

    /// Sets what is set in the other, of the same size.
    pub(super) fn unite(&mut self, other: &Self) {
        for (mine, theirs) in self.bits.iter_mut().zip(&other.bits) {
            *mine |= theirs;
        }
    }

    /// Takes out what is set in the other.
    pub(super) fn subtract(&mut self, other: &Self) {
        for (mine, theirs) in self.bits.iter_mut().zip(&other.bits) {
            *mine &= !theirs;
        }
    }

    /// Keeps what is set in the other.
    pub(super) fn intersect(&mut self, other: &Self) {
        for (mine, theirs) in self.bits.iter_mut().zip(&other.bits) {
            *mine &= theirs;
        }
    }

    /// All cells that are not set.
    pub(super) fn inverted(&self) -> Self {
        Self {
            bits: self.bits.iter().map(|word| !word).collect(),
            ..*self
        }
    }

    /// The cells within `steps` of a set cell, across and down.
    pub(super) fn grown(&self, steps: usize) -> Self {
        let mut wide = Self::new(self.words, self.height);
        for y in 0..self.height {
            let row = self.row(y);
            let grown = wide.row_mut(y);
            for i in 0..row.len() {
                let before = if i > 0 { row[i - 1] } else { 0 };
                let after = row.get(i + 1).copied().unwrap_or(0);
                let mut word = row[i];
                for step in 1..=steps.min(63) {
                    word |= row[i] << step | before >> (64 - step);
                    word |= row[i] >> step | after << (64 - step);
                }
                grown[i] = word;
            }
        }
        let mut all = wide.clone();
        for y in 0..self.height {
            for near in y.saturating_sub(steps)..(y + steps + 1).min(self.height) {
                for (word, near) in all.row_mut(y).iter_mut().zip(wide.row(near)) {
                    *word |= near;
                }
            }
        }
        all
    }

    /// The cells of `ground` that hang together with a set cell of `self`, across and down.
    pub(super) fn flooded(mut self, ground: &Self) -> Self {
        self.intersect(ground);
        // Down and up again until nothing changes; a row is looked at again only when the row before
        // it has changed since.
        let mut fresh = vec![true; self.height];
        let mut any = true;
        while any {
            any = false;
            for y in 0..self.height {
                let above = y.checked_sub(1);
                if fresh[y] || above.is_some_and(|above| fresh[above]) {
                    fresh[y] = self.flood_row(ground, y, above);
                    any |= fresh[y];
                }
            }
            for y in (0..self.height).rev() {
                let under = Some(y + 1).filter(|&under| under < self.height);
                if fresh[y] || under.is_some_and(|under| fresh[under]) {
                    let changed = self.flood_row(ground, y, under);
                    fresh[y] |= changed;
                    any |= changed;
                }
            }
        }
        self
    }

    fn flood_row(&mut self, ground: &Self, y: usize, from: Option<usize>) -> bool {
        let mut changed = false;
        let start = y * self.words;
        let mut carry = 0;
        for i in 0..self.words {
            let above = from.map_or(0, |from| self.bits[from * self.words + i]);
            let mask = ground.bits[start + i];
            let old = self.bits[start + i];
            let new = fill_upwards(old | (above | carry) & mask, mask);
            changed |= new != old;
            self.bits[start + i] = new;
            carry = new >> 63;
        }
        carry = 0;
        for i in (0..self.words).rev() {
            let mask = ground.bits[start + i];
            let old = self.bits[start + i];
            let new = fill_downwards(old | carry & mask, mask);
            changed |= new != old;
            self.bits[start + i] = new;
            carry = new << 63;
        }
        changed
    }

    /// Takes out the areas, hanging together across and down, that have more than `most` cells.
    pub(super) fn keep_small_areas(&mut self, most: usize) {
        let mut runs: Vec<Run> = Vec::new();
        let mut areas: Vec<Area> = Vec::new();
        let mut row_before = 0..0;
        for y in 0..self.height {
            let start = runs.len();
            let mut above = row_before.clone();
            for (from, to) in runs_of(self.row(y)) {
                let mut area = areas.len();
                areas.push(Area {
                    parent: area,
                    n_cells: to - from,
                });
                while above.start < above.end && runs[above.start].to <= from {
                    above.start += 1;
                }
                let mut touching = above.start;
                while touching < above.end && runs[touching].from < to {
                    area = unite(&mut areas, area, runs[touching].area);
                    touching += 1;
                }
                runs.push(Run { y, from, to, area });
            }
            row_before = start..runs.len();
        }
        for run in &runs {
            let root = root(&areas, run.area);
            if areas[root].n_cells > most {
                for x in run.from..run.to {
                    self.bits[run.y * self.words + x / 64] &= !(1 << (x % 64));
                }
            }
        }
    }

    /// Calls `visit` with the column and the row of every set cell, by rows.
    pub(super) fn for_each(&self, mut visit: impl FnMut(usize, usize)) {
        for y in 0..self.height {
            for (i, &word) in self.row(y).iter().enumerate() {
                let mut rest = word;
                while rest != 0 {
                    visit(i * 64 + bit_index(rest), y);
                    rest &= rest - 1;
                }
            }
        }
    }
}

/// Set cells side by side in one row, `to` excluded.
struct Run {
    y: usize,
    from: usize,
    to: usize,
    area: usize,
}

/// A set of runs that hang together, by its root.
struct Area {
    parent: usize,
    n_cells: usize,
}

fn root(areas: &[Area], mut area: usize) -> usize {
    while areas[area].parent != area {
        area = areas[area].parent;
    }
    area
}

fn unite(areas: &mut [Area], a: usize, b: usize) -> usize {
    let (a, b) = (root(areas, a), root(areas, b));
    if a != b {
        let (low, high) = (a.min(b), a.max(b));
        areas[low].n_cells += areas[high].n_cells;
        areas[high].parent = low;
        return low;
    }
    a
}

/// Runs of set bits, from low to high.
fn runs_of(row: &[u64]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, &word) in row.iter().enumerate() {
        let mut rest = word;
        while rest != 0 {
            let from = bit_index(rest);
            let n = bit_index(!(rest >> from)).min(64 - from);
            let (start, end) = (i * 64 + from, i * 64 + from + n);
            match runs.last_mut() {
                Some(last) if last.1 == start => last.1 = end,
                _ => runs.push((start, end)),
            }
            rest &= !(u64::MAX >> (64 - n) << from);
        }
    }
    runs
}

fn bit_index(word: u64) -> usize {
    usize::try_from(word.trailing_zeros()).expect("at most 64")
}

/// Set bits spread to higher bits along `mask` (the fill of Kogge and Stone's carry).
fn fill_upwards(mut set: u64, mut mask: u64) -> u64 {
    if set == 0 || set == mask {
        return set;
    }
    for shift in [1, 2, 4, 8, 16, 32] {
        set |= mask & (set << shift);
        mask &= mask << shift;
    }
    set
}

/// Set bits spread to lower bits along `mask`.
fn fill_downwards(mut set: u64, mut mask: u64) -> u64 {
    if set == 0 || set == mask {
        return set;
    }
    for shift in [1, 2, 4, 8, 16, 32] {
        set |= mask & (set >> shift);
        mask &= mask >> shift;
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WORDS: usize = 2;
    const HEIGHT: usize = 12;

    fn cells() -> impl Strategy<Value = BitCells> {
        // Anded and ored words give sparse and dense rows.
        let word = (any::<u64>(), any::<u64>(), any::<bool>())
            .prop_map(|(a, b, dense)| if dense { a | b } else { a & b });
        proptest::collection::vec(word, WORDS * HEIGHT).prop_map(|bits| BitCells {
            words: WORDS,
            height: HEIGHT,
            bits,
        })
    }

    fn all() -> impl Iterator<Item = (isize, isize)> {
        let n = |value: usize| isize::try_from(value).unwrap();
        (0..n(HEIGHT)).flat_map(move |y| (0..n(WORDS * 64)).map(move |x| (x, y)))
    }

    /// Areas of set cells that hang together, cell by cell.
    fn areas(cells: &BitCells) -> Vec<Vec<(isize, isize)>> {
        let mut seen = std::collections::BTreeSet::new();
        let mut areas = Vec::new();
        for start in all() {
            if !cells.holds(start.0, start.1) || !seen.insert(start) {
                continue;
            }
            let mut area = vec![start];
            let mut next = 0;
            while let Some(&(x, y)) = area.get(next) {
                next += 1;
                for near in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)] {
                    if cells.holds(near.0, near.1) && seen.insert(near) {
                        area.push(near);
                    }
                }
            }
            areas.push(area);
        }
        areas
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn word_tricks_equal_cell_by_cell(cells in cells(), seeds in cells(), steps in 0_usize..5, most in 0_usize..40) {
            let grown = cells.grown(steps);
            let flooded = seeds.clone().flooded(&cells);
            let mut small = cells.clone();
            small.keep_small_areas(most);
            let reach = isize::try_from(steps).unwrap();
            for (x, y) in all() {
                let near = (-reach..=reach).any(|dy| (-reach..=reach).any(|dx| cells.holds(x + dx, y + dy)));
                prop_assert_eq!(grown.holds(x, y), near, "grown {} {}", x, y);
                prop_assert!(cells.holds(x, y) || !(flooded.holds(x, y) || small.holds(x, y)));
            }
            let mut n_set = 0;
            for area in areas(&cells) {
                n_set += area.len();
                let wet = area.iter().any(|&(x, y)| seeds.holds(x, y));
                for &(x, y) in &area {
                    prop_assert_eq!(flooded.holds(x, y), wet, "flooded {} {}", x, y);
                    prop_assert_eq!(small.holds(x, y), area.len() <= most, "area {} {}", x, y);
                }
            }
            let mut n_seen = 0;
            cells.for_each(|_, _| n_seen += 1);
            prop_assert_eq!(n_seen, n_set);
        }
    }
}
