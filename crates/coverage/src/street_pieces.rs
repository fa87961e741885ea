use graph::{EdgeId, StreetGraph};
use units::{Length, LngLat};

use crate::{CellId, CellRank, MAX_PIECE, StudyArea};

/// A piece of street inside one cell and inside the study area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreetPiece {
    pub(crate) edge: EdgeId,
    /// From the edge's start.
    pub(crate) start: Length,
    /// From the edge's start.
    pub(crate) end: Length,
    pub(crate) cell: CellRank,
    /// Where its middle lies.
    pub(crate) middle: LngLat,
}

impl StreetPiece {
    pub(crate) fn length(&self) -> Length {
        self.end - self.start
    }

    pub(crate) fn middle_offset(&self) -> Length {
        Length::from_mm(self.start.as_mm().midpoint(self.end.as_mm()))
    }
}

/// How exactly borders of cells are found: the resolution of a position.
const BORDER_MM: u64 = 10;

/// A run along an edge's shape, in millimetres as measured between its corners.
#[derive(Clone, Copy, Debug)]
struct Run {
    start_mm: u64,
    end_mm: u64,
    cell: CellRank,
}

/// Cuts an edge at the borders of cells and of the study area, and into pieces of at most
/// [`MAX_PIECE`].
///
/// Borders of cells are found by halving: cells are convex, so a straight line whose two ends lie
/// in one cell lies wholly in it. Offsets are scaled from the measured shape to the edge's length,
/// so that the pieces of an edge that lies wholly inside add up to its length exactly.
pub(crate) fn street_pieces(
    graph: &StreetGraph,
    area: &StudyArea,
    edge: EdgeId,
) -> Vec<StreetPiece> {
    let shape: Vec<LngLat> = graph.edge_shape(edge).collect();
    let Some(bounding_box) = units::BoundingBox::of(shape.iter().copied()) else {
        return Vec::new();
    };
    if !bounding_box.intersects(area.bounding_box()) {
        return Vec::new();
    }
    let mut corners_mm = vec![0_u64];
    let mut runs: Vec<Run> = Vec::new();
    for line in shape.windows(2) {
        let line = Line {
            start: line[0],
            end: line[1],
            length_mm: u64::from(line[0].distance_to(line[1]).as_mm()),
        };
        let before = corners_mm.last().copied().unwrap_or(0);
        corners_mm.push(before + line.length_mm);
        line.runs(area, &mut |run| {
            let run = Run {
                start_mm: run.start_mm + before,
                end_mm: run.end_mm + before,
                ..run
            };
            match runs.last_mut() {
                Some(last) if last.cell == run.cell && last.end_mm == run.start_mm => {
                    last.end_mm = run.end_mm;
                }
                _ => runs.push(run),
            }
        });
    }
    let measured_mm = corners_mm.last().copied().unwrap_or(0);
    let length_mm = u64::from(graph.edge_length(edge).as_mm());
    if measured_mm == 0 || length_mm == 0 {
        return Vec::new();
    }
    let offset = |at_mm: u64| -> u64 { (at_mm * length_mm + measured_mm / 2) / measured_mm };
    let mut pieces = Vec::new();
    for run in runs {
        let (start, end) = (offset(run.start_mm), offset(run.end_mm));
        let n_parts = (end - start).div_ceil(u64::from(MAX_PIECE.as_mm()));
        for part in 0..n_parts {
            let cut = |i: u64| start + (end - start) * i / n_parts;
            let (start, end) = (cut(part), cut(part + 1));
            let middle_mm = u64::midpoint(start, end) * measured_mm / length_mm;
            pieces.push(StreetPiece {
                edge,
                start: length(start),
                end: length(end),
                cell: run.cell,
                middle: along_shape(&shape, &corners_mm, middle_mm),
            });
        }
    }
    pieces
}

fn length(mm: u64) -> Length {
    Length::from_mm(u32::try_from(mm).expect("an offset of an edge, whose length is a u32"))
}

/// The position `at_mm` along a shape.
fn along_shape(shape: &[LngLat], corners_mm: &[u64], at_mm: u64) -> LngLat {
    let next = corners_mm
        .partition_point(|&corner| corner <= at_mm)
        .clamp(1, shape.len() - 1);
    let line = Line {
        start: shape[next - 1],
        end: shape[next],
        length_mm: corners_mm[next] - corners_mm[next - 1],
    };
    line.at(at_mm - corners_mm[next - 1])
}

/// A straight part of a shape.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: LngLat,
    end: LngLat,
    length_mm: u64,
}

impl Line {
    /// The position `at_mm` from its start, rounded to 1e-7 degrees.
    fn at(&self, at_mm: u64) -> LngLat {
        let between = |a: i32, b: i32| {
            let (whole, at) = (i128::from(self.length_mm.max(1)), i128::from(at_mm));
            let (a, b) = (i128::from(a), i128::from(b));
            let moved = (2 * (b - a) * at + whole).div_euclid(2 * whole);
            i32::try_from(a + moved).expect("between two positions")
        };
        LngLat::from_e7(
            between(self.start.lng_e7(), self.end.lng_e7()),
            between(self.start.lat_e7(), self.end.lat_e7()),
        )
    }

    /// Its runs inside the study area, in order.
    fn runs(&self, area: &StudyArea, found: &mut impl FnMut(Run)) {
        let cell_at = |position| CellId::at(position, area.resolution());
        let mut in_cell = |start_mm: u64, end_mm: u64, cell: CellId| {
            let Some(cell) = area.rank(cell) else { return };
            if area.is_wholly_inside(cell) {
                found(Run {
                    start_mm,
                    end_mm,
                    cell,
                });
            } else {
                self.inside_boundary(
                    area,
                    Run {
                        start_mm,
                        end_mm,
                        cell,
                    },
                    found,
                );
            }
        };
        let (first, last) = (cell_at(self.start), cell_at(self.end));
        let mut pending = (0, first);
        self.borders(
            area,
            (0, first),
            (self.length_mm, last),
            &mut |at_mm, cell| {
                in_cell(pending.0, at_mm, pending.1);
                pending = (at_mm, cell);
            },
        );
        in_cell(pending.0, self.length_mm, pending.1);
    }

    /// Calls `enter` with each border between `a` and `b` and the cell behind it, in order.
    fn borders(
        &self,
        area: &StudyArea,
        a: (u64, CellId),
        b: (u64, CellId),
        enter: &mut impl FnMut(u64, CellId),
    ) {
        if a.1 == b.1 {
            return;
        }
        if b.0 - a.0 <= BORDER_MM {
            enter(b.0, b.1);
            return;
        }
        let middle_mm = u64::midpoint(a.0, b.0);
        let middle = (middle_mm, CellId::at(self.at(middle_mm), area.resolution()));
        self.borders(area, a, middle, enter);
        self.borders(area, middle, b, enter);
    }

    /// The parts of a run in a rim cell that lie inside the boundary.
    fn inside_boundary(&self, area: &StudyArea, run: Run, found: &mut impl FnMut(Run)) {
        let (start, end) = (self.at(run.start_mm), self.at(run.end_mm));
        let mut cuts = vec![run.start_mm];
        for fraction in area.crossings(start, end) {
            let along = Length::from_m_f64(fraction * length_m(run.end_mm - run.start_mm));
            cuts.push(run.start_mm + u64::from(along.as_mm()).min(run.end_mm - run.start_mm));
        }
        cuts.push(run.end_mm);
        for cut in cuts.windows(2).filter(|cut| cut[0] < cut[1]) {
            let middle = self.at(u64::midpoint(cut[0], cut[1]));
            if area.outline().contains(middle) {
                found(Run {
                    start_mm: cut[0],
                    end_mm: cut[1],
                    cell: run.cell,
                });
            }
        }
    }
}

fn length_m(mm: u64) -> f64 {
    length(mm).as_m_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resolution;
    use graph::grid_city::GridCity;
    use units::{BoundingBox, Outline};

    fn at(lng: f64, lat: f64) -> LngLat {
        LngLat::from_degrees(lng, lat).unwrap()
    }

    fn area(city: &GridCity, from: (usize, usize), to: (usize, usize)) -> StudyArea {
        let corners = [city.position(from.0, from.1), city.position(to.0, to.1)];
        let outline = Outline::of_box(&BoundingBox::of(corners).unwrap()).unwrap();
        StudyArea::new(outline, Resolution::default()).unwrap()
    }

    #[test]
    fn pieces_of_streets_inside_add_up_to_their_length() {
        let city = GridCity::new(12, Length::from_m(173), at(114.0, 22.5));
        let corners = [at(113.9, 22.4), at(114.2, 22.7)];
        let outline = Outline::of_box(&BoundingBox::of(corners).unwrap()).unwrap();
        let area = StudyArea::new(outline, Resolution::default()).unwrap();
        for edge in city.graph.edges() {
            let pieces = street_pieces(&city.graph, &area, edge);
            let total: Length = pieces.iter().map(StreetPiece::length).sum();
            assert_eq!(total, Length::from_m(173), "{edge}");
            assert!(pieces.iter().all(|piece| piece.length() <= MAX_PIECE));
            for pair in pieces.windows(2) {
                assert_eq!(pair[0].end, pair[1].start);
            }
        }
    }

    #[test]
    fn every_part_of_a_piece_lies_in_its_cell() {
        let city = GridCity::new(10, Length::from_m(230), at(114.0, 22.5));
        let area = area(&city, (0, 0), (9, 9));
        let mut n_cut = 0;
        for edge in city.graph.edges() {
            let shape: Vec<LngLat> = city.graph.edge_shape(edge).collect();
            let line = Line {
                start: shape[0],
                end: shape[1],
                length_mm: 230_000,
            };
            let pieces = street_pieces(&city.graph, &area, edge);
            n_cut += usize::from(pieces.iter().any(|piece| piece.cell != pieces[0].cell));
            for piece in pieces {
                let (start, end) = (u64::from(piece.start.as_mm()), u64::from(piece.end.as_mm()));
                // Half a metre away from the ends, since borders are found to a centimetre and
                // positions are rounded.
                for at_mm in (start + 500..end.saturating_sub(500)).step_by(5_000) {
                    let cell = CellId::at(line.at(at_mm), area.resolution());
                    assert_eq!(area.rank(cell), Some(piece.cell), "{edge} at {at_mm}");
                }
            }
        }
        assert!(n_cut > 50, "{n_cut} edges cross a border of cells");
    }

    #[test]
    fn streets_are_cut_at_the_boundary() {
        // The boundary runs half a block outside the inner 6 x 6 crossings: 2 x 6 lines of five
        // whole blocks and two halves each.
        let city = GridCity::new(12, Length::from_m(200), at(114.0, 22.5));
        let half = |a: LngLat, b: LngLat| {
            LngLat::from_e7(
                a.lng_e7().midpoint(b.lng_e7()),
                a.lat_e7().midpoint(b.lat_e7()),
            )
        };
        let corners = [
            half(city.position(2, 2), city.position(3, 3)),
            half(city.position(8, 8), city.position(9, 9)),
        ];
        let outline = Outline::of_box(&BoundingBox::of(corners).unwrap()).unwrap();
        let area = StudyArea::new(outline, Resolution::default()).unwrap();
        let total: u64 = city
            .graph
            .edges()
            .flat_map(|edge| street_pieces(&city.graph, &area, edge))
            .map(|piece| u64::from(piece.length().as_mm()))
            .sum();
        // 12 lines of 1,200 m; each of the 24 cuts is exact to a few centimetres.
        assert!(total.abs_diff(14_400_000) < 24 * 50, "{total} mm");
    }
}
