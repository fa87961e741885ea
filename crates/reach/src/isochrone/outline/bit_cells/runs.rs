/// Set cells side by side in one row, `to` excluded.
pub(super) struct Run {
    pub(super) y: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) area: usize,
}

/// A set of runs that hang together, by its root.
pub(super) struct Area {
    pub(super) parent: usize,
    pub(super) n_cells: usize,
    pub(super) is_open: bool,
}

pub(super) fn root(areas: &[Area], mut area: usize) -> usize {
    while areas[area].parent != area {
        area = areas[area].parent;
    }
    area
}

pub(super) fn unite(areas: &mut [Area], a: usize, b: usize) -> usize {
    let (a, b) = (root(areas, a), root(areas, b));
    if a != b {
        let (low, high) = (a.min(b), a.max(b));
        areas[low].n_cells += areas[high].n_cells;
        areas[low].is_open |= areas[high].is_open;
        areas[high].parent = low;
        return low;
    }
    a
}

/// Runs of set bits, from low to high; a run may go on from word to word.
pub(in crate::isochrone::outline) fn for_runs(row: &[u64], mut visit: impl FnMut(usize, usize)) {
    let mut open: Option<usize> = None;
    for (i, &word) in row.iter().enumerate() {
        let mut rest = word;
        if let Some(from) = open {
            if word == u64::MAX {
                continue;
            }
            let n = bit_index(!word);
            visit(from, i * 64 + n);
            rest &= u64::MAX << n;
            open = None;
        }
        while rest != 0 {
            let from = bit_index(rest);
            let n = bit_index(!(rest >> from));
            if from + n >= 64 {
                open = Some(i * 64 + from);
                break;
            }
            visit(i * 64 + from, i * 64 + from + n);
            rest &= u64::MAX << (from + n);
        }
    }
    if let Some(from) = open {
        visit(from, row.len() * 64);
    }
}

/// The words that hold columns `from..to`, each with those columns as a mask.
pub(super) fn for_words(from: usize, to: usize, mut visit: impl FnMut(usize, u64)) {
    for i in from / 64..=(to - 1) / 64 {
        let low = from.saturating_sub(i * 64);
        let high = (to - i * 64).min(64);
        visit(i, (u64::MAX << low) & (u64::MAX >> (64 - high)));
    }
}

/// Whether a word has a bit set among columns `from..to`.
pub(super) fn any_between(from: usize, to: usize, word: impl Fn(usize) -> u64) -> bool {
    let mut any = 0;
    for_words(from, to, |i, mask| any |= word(i) & mask);
    any != 0
}

pub(super) fn bit_count(word: u64) -> usize {
    usize::try_from(word.count_ones()).expect("at most 64")
}

/// Which unset cells of a row hang together, in the row, with a street or with the row's ends.
pub(super) fn spread_in_row(set: &[u64], streets: &[u64], spread: &mut [u64]) {
    let mut carry = 1;
    for (i, spread) in spread.iter_mut().enumerate() {
        let mask = !set[i];
        let filled = fill_upwards((streets[i] | carry) & mask, mask);
        *spread = filled;
        carry = filled >> 63;
    }
    carry = 1 << 63;
    for (i, spread) in spread.iter_mut().enumerate().rev() {
        let mask = !set[i];
        let seeds = *spread | carry & mask;
        let filled = fill_upwards(seeds.reverse_bits(), mask.reverse_bits()).reverse_bits();
        *spread = filled;
        carry = filled << 63;
    }
}

pub(super) fn bit_index(word: u64) -> usize {
    usize::try_from(word.trailing_zeros()).expect("at most 64")
}

/// Set bits spread to higher bits along the runs of `mask`: adding one at a set bit carries through
/// the rest of its run.
pub(super) fn fill_upwards(set: u64, mask: u64) -> u64 {
    (mask.wrapping_add(set) ^ mask) & mask | set
}
