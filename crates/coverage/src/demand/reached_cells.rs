use std::collections::BTreeMap;

use graph::StreetGraph;
use reach::ReachedPiece;
use units::Length;

use crate::demand::street_pieces::street_pieces;
use crate::{CellRank, StudyArea};

/// How much reached street lies in each cell of a study area.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReachedCells {
    /// Cells with reached street, by rank, each with its length in millimetres.
    pub cells: Vec<(CellRank, u64)>,
    /// Reached street in no cell, in millimetres: outside the study area, or across a square. With
    /// the cells it adds up to all that is reached.
    pub elsewhere_mm: u64,
}

impl ReachedCells {
    /// Cuts the pieces of an isochrone at the borders of cells.
    ///
    /// Cost: a few cells asked for each reached edge, some 10 µs.
    pub fn of(graph: &StreetGraph, area: &StudyArea, pieces: &[ReachedPiece]) -> Self {
        let mut cells: BTreeMap<CellRank, u64> = BTreeMap::new();
        let mut elsewhere_mm = 0;
        let mut rest = pieces;
        while let Some(first) = rest.first() {
            let n = rest.iter().take_while(|p| p.edge == first.edge).count();
            let (of_edge, after) = rest.split_at(n);
            rest = after;
            let in_cells = street_pieces(graph, area, first.edge);
            for piece in of_edge {
                let (low, high) = piece.offsets();
                let mut left = u64::from((high - low).as_mm());
                for part in &in_cells {
                    let (start, end) = (part.start.max(low), part.end.min(high));
                    let mm = u64::from(
                        if end > start {
                            end - start
                        } else {
                            Length::ZERO
                        }
                        .as_mm(),
                    );
                    if mm > 0 {
                        *cells.entry(part.cell).or_default() += mm;
                        left -= mm;
                    }
                }
                elsewhere_mm += left;
            }
        }
        Self {
            cells: cells.into_iter().collect(),
            elsewhere_mm,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CellId, Resolution};
    use graph::Metric;
    use graph::grid_city::GridCity;
    use reach::{
        Direction, IsochroneIndex, IsochroneOptions, IsochroneSpace, Network, Place, StreetPoint,
        isochrone,
    };
    use units::{BoundingBox, LngLat, Outline, Speed, TravelTime};

    #[test]
    fn cells_and_elsewhere_add_up_to_what_is_reached() {
        let corner = LngLat::from_degrees(114.05, 22.54).expect("on earth");
        let city = GridCity::new(21, Length::from_m(100), corner);
        let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(5_000).expect("positive"));
        let network = Network::new(&city.graph, &metric);
        // The area is the western half: what is reached in the east lies elsewhere.
        let corners = [city.position(0, 0), city.position(10, 20)];
        let around = BoundingBox::of(corners).expect("two corners");
        let outline = Outline::of_box(&around).expect("a box");
        let area = StudyArea::new(outline, Resolution::default()).expect("a small area");
        let beside_its_rim = city.node(9, 10);
        let arc = city.graph.topology().out_arcs(beside_its_rim).next();
        let edge = arc
            .and_then(|arc| city.graph.arc_edge(arc))
            .expect("a crossing");
        let offset = Length::from_m(30);
        let place = Place::new(StreetPoint { edge, offset }, TravelTime::ZERO);
        let index = IsochroneIndex::new(&city.graph, |_| true);
        let mut space = IsochroneSpace::default();
        let found = isochrone(
            &network,
            &index,
            &mut space,
            &place,
            Direction::From,
            &[TravelTime::from_mins(2)],
            IsochroneOptions::PIECES,
        )
        .remove(0);
        let pieces = found.pieces.expect("asked for");
        let reached = ReachedCells::of(&city.graph, &area, &pieces);
        let in_cells: u64 = reached.cells.iter().map(|&(_, mm)| mm).sum();
        assert_eq!(in_cells + reached.elsewhere_mm, found.reached_mm);
        assert!(in_cells > 0 && reached.elsewhere_mm > 0, "{reached:?}");
        // Each piece's middle, the slow way.
        let mut seen: Vec<CellRank> = pieces
            .iter()
            .flat_map(|piece| piece.line(&network))
            .filter(|&at| around.contains(at))
            .filter_map(|at| area.rank(CellId::at(at, area.resolution())))
            .collect();
        seen.sort_unstable();
        seen.dedup();
        assert!(
            seen.iter()
                .all(|rank| reached.cells.iter().any(|(cell, _)| cell == rank))
        );
    }
}
