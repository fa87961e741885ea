use units::{LngLat, Outline};

use crate::grid::dissolved;
use crate::{CellClass, CellRank, Demand, DemandSplit, StudyArea};

/// A contiguous patch of uncovered cells with demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Its cells, in ascending order.
    pub cells: Vec<CellRank>,
    /// Demand of its cells that is uncovered.
    pub uncovered: Demand,
    /// All demand of its cells.
    pub demand: Demand,
    /// The cell with the most uncovered demand; of equals the lowest.
    pub worst_cell: CellRank,
    /// The centre of that cell: always inside the gap, which the centre of a crescent is not.
    pub center: LngLat,
    /// The outline of its cells, inner borders dissolved.
    pub outline: Outline,
}

/// Groups uncovered cells that share an edge into gaps, by falling uncovered demand; ties go to the
/// gap with the lowest cell.
///
/// `cells` has one entry for each cell of the study area. Cells that are mostly unlinked are no
/// gaps: what is missing there is a street, not a facility; see [`gaps_without_street`].
///
/// Cost: linear in the cells, n log n for outlines.
pub fn gaps(area: &StudyArea, cells: &[DemandSplit]) -> Vec<Gap> {
    patches(area, cells, CellClass::Uncovered, |cell| cell.uncovered)
}

/// As [`gaps`], of the cells that are mostly unlinked: where a street is missing, or the map lacks
/// it. What a patch calls `uncovered` is its demand that is not joined to a network.
///
/// Cost: as [`gaps`].
pub fn gaps_without_street(area: &StudyArea, cells: &[DemandSplit]) -> Vec<Gap> {
    patches(area, cells, CellClass::Unlinked, |cell| {
        cell.on_scrap + cell.unlinked
    })
}

fn patches(
    area: &StudyArea,
    cells: &[DemandSplit],
    class: CellClass,
    lacking: impl Fn(&DemandSplit) -> Demand,
) -> Vec<Gap> {
    assert_eq!(
        area.cells().len(),
        cells.len(),
        "cells of another study area"
    );
    let is_in = |cell: CellRank| cells[cell.index()].class() == class;
    let mut seen = vec![false; cells.len()];
    let mut gaps = Vec::new();
    for start in (0..cells.len()).map(CellRank::from_index) {
        if seen[start.index()] || !is_in(start) {
            continue;
        }
        seen[start.index()] = true;
        let mut patch = vec![start];
        let mut next = 0;
        while let Some(&cell) = patch.get(next) {
            next += 1;
            for neighbor in area.cell(cell).neighbors() {
                let Some(neighbor) = area.rank(neighbor) else {
                    continue;
                };
                if is_in(neighbor) && !std::mem::replace(&mut seen[neighbor.index()], true) {
                    patch.push(neighbor);
                }
            }
        }
        patch.sort_unstable();
        gaps.push(gap(area, cells, patch, &lacking));
    }
    gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.uncovered), gap.cells[0]));
    gaps
}

fn gap(
    area: &StudyArea,
    cells: &[DemandSplit],
    patch: Vec<CellRank>,
    lacking: impl Fn(&DemandSplit) -> Demand,
) -> Gap {
    let uncovered = |cell: &CellRank| lacking(&cells[cell.index()]);
    let worst_cell = *patch
        .iter()
        .max_by_key(|cell| (uncovered(cell), std::cmp::Reverse(**cell)))
        .expect("a patch has a cell");
    let ids: Vec<_> = patch.iter().map(|&cell| area.cell(cell)).collect();
    Gap {
        uncovered: patch.iter().map(uncovered).sum(),
        demand: patch.iter().map(|cell| cells[cell.index()].total()).sum(),
        worst_cell,
        center: area.cell(worst_cell).center(),
        outline: dissolved(&ids),
        cells: patch,
    }
}
