mod blocks;
mod runs;

pub(super) use blocks::BLOCK;
pub(super) use runs::for_runs;
use runs::{Area, Run, any_between, fill_upwards, root, spread_in_row, unite};

/// Cells of a window of a raster, one bit each, 64 to a word.
///
/// Growing, filling and counting take 64 cells at a time.
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

    /// Sets a cell, or leaves it.
    pub(super) fn set_if(&mut self, x: usize, y: usize, is_set: bool) {
        self.bits[y * self.words + x / 64] |= u64::from(is_set) << (x % 64);
    }

    /// Whether a cell is set; cells off the window are not.
    #[cfg(test)]
    fn holds(&self, x: isize, y: isize) -> bool {
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
                if before | word | after == 0 {
                    continue;
                }
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

    /// Sets the areas of unset cells, hanging together across and down, that are enclosed by set
    /// cells, hold no cell of `streets` and have at most `most` cells.
    ///
    /// Cost: the cells, 64 at a time, and the runs in rows that hold no street.
    pub(super) fn fill_enclosed(&mut self, streets: &Self, most: usize) {
        self.fill_counted(streets, most, |_, from, to| to - from);
    }

    /// As [`fill_enclosed`](Self::fill_enclosed), where `count` says how much cells of a row count.
    fn fill_counted(
        &mut self,
        streets: &Self,
        most: usize,
        count: impl Fn(usize, usize, usize) -> usize,
    ) {
        // Runs of a row that neither touch the border nor hold a street may belong to such an area.
        let mut maybe = Self::new(self.words, self.height);
        let mut spread = vec![0; self.words];
        for y in 1..self.height.saturating_sub(1) {
            let (set, streets) = (self.row(y), streets.row(y));
            spread_in_row(set, streets, &mut spread);
            for (i, word) in maybe.row_mut(y).iter_mut().enumerate() {
                *word = !set[i] & !spread[i];
            }
        }
        // Most of them lie beside open ground in the row before or after.
        for y in 1..self.height.saturating_sub(1) {
            self.open_row(&mut maybe, y, y - 1);
        }
        for y in (1..self.height.saturating_sub(1)).rev() {
            self.open_row(&mut maybe, y, y + 1);
        }
        let mut runs: Vec<Run> = Vec::new();
        let mut areas: Vec<Area> = Vec::new();
        let mut row_before = 0..0;
        for y in 1..self.height.saturating_sub(1) {
            let start = runs.len();
            let mut above = row_before.clone();
            for_runs(maybe.row(y), |from, to| {
                let mut area = areas.len();
                // A neighbour that is neither set nor of such a run is open ground.
                let is_open = [y - 1, y + 1].into_iter().any(|near| {
                    any_between(from, to, |i| !self.row(near)[i] & !maybe.row(near)[i])
                });
                areas.push(Area {
                    parent: area,
                    n_cells: count(y, from, to),
                    is_open,
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
            });
            row_before = start..runs.len();
        }
        for run in &runs {
            let area = &areas[root(&areas, run.area)];
            if !area.is_open && area.n_cells <= most {
                for x in run.from..run.to {
                    self.bits[run.y * self.words + x / 64] |= 1 << (x % 64);
                }
            }
        }
    }

    /// Takes out of a row of `maybe` the runs beside open ground in another row: cells that are
    /// neither set nor in `maybe`.
    fn open_row(&self, maybe: &mut Self, y: usize, near: usize) {
        let mut carry = 0;
        let mut any = false;
        for i in 0..self.words {
            let mask = maybe.bits[y * self.words + i];
            let at = near * self.words + i;
            let open = mask & (!self.bits[at] & !maybe.bits[at] | carry);
            any |= open != 0;
            let filled = fill_upwards(open, mask);
            maybe.bits[y * self.words + i] = mask & !filled;
            carry = filled >> 63;
        }
        if !any {
            return;
        }
        carry = 0;
        for i in (0..self.words).rev() {
            // What is left of a run that was opened further up begins right beside what was taken.
            let left = maybe.bits[y * self.words + i];
            let row = i + y * self.words;
            let ground = !self.bits[row];
            let open = left & ((ground & !left) >> 1 | carry);
            let filled = fill_upwards(open.reverse_bits(), left.reverse_bits()).reverse_bits();
            maybe.bits[row] = left & !filled;
            carry = (filled | ground & !left) << 63;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::blocks::{every_other, to_every_other};
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
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn word_tricks_equal_cell_by_cell(cells in cells(), streets in cells(), sparse in any::<bool>(), steps in 0_usize..9, most in 0_usize..40) {
            let grown = cells.grown(steps);
            let reach = isize::try_from(steps).unwrap();
            for (x, y) in all() {
                let near = (-reach..=reach).any(|dy| (-reach..=reach).any(|dx| cells.holds(x + dx, y + dy)));
                prop_assert_eq!(grown.holds(x, y), near, "grown {} {}", x, y);
            }
            let mut n_runs = 0;
            for y in 0..HEIGHT {
                let mut last = None;
                for_runs(cells.row(y), |from, to| {
                    n_runs += to - from;
                    assert!(last.is_none_or(|last| last < from) && from < to);
                    last = Some(to);
                });
            }
            prop_assert_eq!(n_runs, all().filter(|&(x, y)| cells.holds(x, y)).count());

            let mut streets = streets;
            if sparse {
                streets.bits.iter_mut().for_each(|word| *word &= word.rotate_left(9) & word.rotate_left(23));
            }
            let mut filled = cells.clone();
            filled.fill_enclosed(&streets, most);
            let unset = BitCells { bits: cells.bits.iter().map(|word| !word).collect(), ..cells };
            let width = isize::try_from(WORDS * 64).unwrap();
            let height = isize::try_from(HEIGHT).unwrap();
            for area in areas(&unset) {
                let is_open = area.iter().any(|&(x, y)| {
                    streets.holds(x, y) || x == 0 || y == 0 || x == width - 1 || y == height - 1
                });
                for &(x, y) in &area {
                    prop_assert_eq!(filled.holds(x, y), !is_open && area.len() <= most, "area {} {}", x, y);
                }
            }
            for (x, y) in all() {
                prop_assert!(filled.holds(x, y) || unset.holds(x, y), "{} {} was set", x, y);
            }
            // By blocks less may be filled, but nothing else.
            let mut blocks = cells.grown(3);
            let mut exact = blocks.clone();
            let before = blocks.clone();
            blocks.fill_enclosed_by_blocks(&streets, most);
            exact.fill_enclosed(&streets, usize::MAX);
            for (x, y) in all() {
                prop_assert!(!before.holds(x, y) || blocks.holds(x, y), "{} {} was set", x, y);
                prop_assert!(!blocks.holds(x, y) || exact.holds(x, y), "{} {} is open", x, y);
            }
        }

        #[test]
        fn a_block_round_open_ground_is_filled(x in 0_usize..40, y in 0_usize..30, width in 1_usize..30, height in 1_usize..14, street in any::<bool>()) {
            // A wall of seven cells around a court.
            let mut cells = BitCells::new(2, 64);
            let wall = 7;
            let (outer, inner) = ((width + 2 * wall, height + 2 * wall), (wall..wall + width, wall..wall + height));
            for dx in 0..outer.0 {
                for dy in 0..outer.1 {
                    cells.set_if(x + 4 + dx, y + 4 + dy, !(inner.0.contains(&dx) && inner.1.contains(&dy)));
                }
            }
            let mut streets = BitCells::new(2, 64);
            streets.set_if(x + 4 + wall, y + 4 + wall, street);
            let mut exact = cells.clone();
            exact.fill_enclosed(&streets, usize::MAX);
            cells.fill_enclosed_by_blocks(&streets, usize::MAX);
            prop_assert_eq!(cells, exact);
        }

        #[test]
        fn every_other_bit_goes_there_and_back(word in any::<u32>()) {
            let word = u64::from(word);
            prop_assert_eq!(every_other(to_every_other(word)), word);
            for bit in 0..32 {
                prop_assert_eq!(to_every_other(word) >> (2 * bit) & 1, word >> bit & 1);
            }
        }
    }
}
