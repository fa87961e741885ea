//! Gaps against a slower grouping, and their outlines against the cells.

use std::collections::BTreeSet;

use coverage::{CellClass, CellRank, Demand, gaps};
use units::TravelTime;

use crate::city::City;

#[test]
fn gaps_are_the_components_of_uncovered_cells() {
    let city = City::new(45);
    let demand = city.streets();
    // Two stations whose circles leave several patches apart.
    let facilities = city.facilities(&[(22, 4), (22, 22), (22, 40), (10, 30)]);
    let served = city.served(&demand, &facilities, TravelTime::from_secs(600));
    for secs in [120, 240, 360] {
        let coverage = served.within(secs);
        let uncovered: BTreeSet<CellRank> = (0..coverage.cells().len())
            .map(CellRank::from_index)
            .filter(|&cell| coverage.cell(cell).class() == CellClass::Uncovered)
            .collect();
        let found = gaps(&city.area, coverage.cells());

        // Together they are the uncovered cells, each once.
        let mut cells: Vec<CellRank> = found.iter().flat_map(|gap| gap.cells.clone()).collect();
        cells.sort_unstable();
        assert_eq!(cells, uncovered.iter().copied().collect::<Vec<_>>());

        // Each hangs together, and no two touch: labels spread until nothing changes.
        let mut label: Vec<usize> = (0..coverage.cells().len()).collect();
        loop {
            let before = label.clone();
            for &cell in &uncovered {
                for neighbor in city.area.cell(cell).neighbors() {
                    if let Some(neighbor) =
                        city.area.rank(neighbor).filter(|n| uncovered.contains(n))
                    {
                        let low = label[cell.index()].min(label[neighbor.index()]);
                        (label[cell.index()], label[neighbor.index()]) = (low, low);
                    }
                }
            }
            if label == before {
                break;
            }
        }
        let labels: Vec<usize> = found
            .iter()
            .map(|gap| label[gap.cells[0].index()])
            .collect();
        for (gap, &own) in found.iter().zip(&labels) {
            assert!(gap.cells.iter().all(|cell| label[cell.index()] == own));
        }
        assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), found.len());

        // Ranked by what is missing.
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].uncovered >= pair[1].uncovered)
        );
        for gap in &found {
            let sum: Demand = gap
                .cells
                .iter()
                .map(|&cell| coverage.cell(cell).uncovered)
                .sum();
            assert_eq!(gap.uncovered, sum);
            let worst = coverage.cell(gap.worst_cell).uncovered;
            assert!(
                gap.cells
                    .iter()
                    .all(|&cell| coverage.cell(cell).uncovered <= worst)
            );
            assert!(gap.outline.contains(gap.center));
            for (rank, cell) in city.area.cells().iter().enumerate() {
                let inside = gap.cells.contains(&CellRank::from_index(rank));
                assert_eq!(gap.outline.contains(cell.center()), inside);
            }
        }
        if secs == 240 {
            assert!(found.len() >= 2, "{} gaps", found.len());
        }
    }
}

#[test]
fn full_coverage_has_no_gaps() {
    let city = City::new(10);
    let demand = city.streets();
    let served = city.served(
        &demand,
        &city.facilities(&[(5, 5)]),
        TravelTime::from_secs(600),
    );
    assert_eq!(gaps(&city.area, served.within(600).cells()), []);
}
