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

/// How far behind a border the next cell is asked for: a few times the resolution of a position, so
/// that rounding cannot matter, and less than anybody cares about.
const LOOK_AHEAD_MM: u64 = 50;

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
/// Cells are convex, so a straight line is followed from side to side: the cell is asked for only
/// behind each border, and borders are exact to some centimetres. Offsets are scaled from the measured shape to the edge's length,
/// so that the pieces of an edge that lies wholly inside add up to its length exactly.
pub(crate) fn street_pieces(
    graph: &StreetGraph,
    area: &StudyArea,
    edge: EdgeId,
) -> Vec<StreetPiece> {
    if graph.is_across_area(edge) {
        // The rim of the area is the street; the ways between its entrances are many.
        return Vec::new();
    }
    let shape: Vec<LngLat> = graph.edge_shape(edge).collect();
    let Some(bounding_box) = units::BoundingBox::of(shape.iter().copied()) else {
        return Vec::new();
    };
    if !bounding_box.intersects(area.bounding_box()) {
        return Vec::new();
    }
    let mut corners_mm = vec![0_u64];
    let mut runs: Vec<Run> = Vec::new();
    let mut cell = CellId::at(shape[0], area.resolution());
    for line in shape.windows(2) {
        let line = Line {
            start: line[0],
            end: line[1],
            length_mm: u64::from(line[0].distance_to(line[1]).as_mm()),
        };
        let before = corners_mm.last().copied().unwrap_or(0);
        corners_mm.push(before + line.length_mm);
        if line.start.is_across_antimeridian(line.end) {
            // The same point on the two sides of a map.
            cell = CellId::at(line.end, area.resolution());
            continue;
        }
        line.runs(area, &mut cell, &mut |run| {
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

/// The parts of an edge outside the study area, in pieces of at most [`MAX_PIECE`]: the middle and
/// the length of each. With [`street_pieces`] they add up to the edge's length.
pub(crate) fn pieces_outside(
    graph: &StreetGraph,
    area: &StudyArea,
    edge: EdgeId,
) -> Vec<(LngLat, Length)> {
    if graph.is_across_area(edge) {
        // No street, inside the area or outside it.
        return Vec::new();
    }
    let whole = u64::from(graph.edge_length(edge).as_mm());
    let mut borders = vec![0];
    for piece in street_pieces(graph, area, edge) {
        borders.extend([piece.start, piece.end].map(|at| u64::from(at.as_mm())));
    }
    borders.push(whole);
    if borders.chunks(2).all(|ends| ends[0] == ends[1]) {
        return Vec::new();
    }
    let shape: Vec<LngLat> = graph.edge_shape(edge).collect();
    let mut corners_mm = vec![0_u64];
    for line in shape.windows(2) {
        let before = corners_mm.last().copied().unwrap_or(0);
        corners_mm.push(before + u64::from(line[0].distance_to(line[1]).as_mm()));
    }
    let measured_mm = corners_mm.last().copied().unwrap_or(0);
    if measured_mm == 0 || whole == 0 {
        return Vec::new();
    }
    let mut pieces = Vec::new();
    for ends in borders.chunks(2) {
        let (start, end) = (ends[0], ends[1]);
        let n_parts = (end - start).div_ceil(u64::from(MAX_PIECE.as_mm()));
        for part in 0..n_parts {
            let cut = |i: u64| start + (end - start) * i / n_parts;
            let (start, end) = (cut(part), cut(part + 1));
            let middle_mm = u64::midpoint(start, end) * measured_mm / whole;
            let middle = along_shape(&shape, &corners_mm, middle_mm);
            pieces.push((middle, length(end - start)));
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

    /// Its runs inside the study area, in order; `cell` is where it begins and, afterwards, where it
    /// ends.
    fn runs(&self, area: &StudyArea, cell: &mut CellId, found: &mut impl FnMut(Run)) {
        let mut in_cell = |start_mm: u64, end_mm: u64, cell: CellId| {
            let Some(rank) = area.rank(cell).filter(|_| start_mm < end_mm) else {
                return;
            };
            let run = Run {
                start_mm,
                end_mm,
                cell: rank,
            };
            if area.is_wholly_inside(rank) {
                found(run);
            } else {
                self.inside_boundary(area, run, found);
            }
        };
        let (mut start_mm, mut looked_mm) = (0, 0);
        loop {
            let outline;
            let ring = if let Some(rank) = area.rank(*cell) {
                area.ring(rank)
            } else {
                outline = cell.corners();
                &outline
            };
            let Some(exit_mm) = self.exit_mm(ring) else {
                break;
            };
            let exit_mm = exit_mm.max(looked_mm);
            looked_mm = exit_mm + LOOK_AHEAD_MM;
            if looked_mm >= self.length_mm {
                break;
            }
            // The corners of a cell are rounded, so what lies behind one of its sides may still be
            // in it.
            let next = CellId::at(self.at(looked_mm), area.resolution());
            if next != *cell {
                in_cell(start_mm, exit_mm, *cell);
                (start_mm, *cell) = (exit_mm, next);
            }
        }
        in_cell(start_mm, self.length_mm, *cell);
    }

    /// Where the line leaves a convex counterclockwise ring; `None` when it ends inside.
    fn exit_mm(&self, ring: &[LngLat]) -> Option<u64> {
        let next = ring.iter().cycle().skip(1);
        ring.iter()
            .zip(next)
            .filter_map(|(&a, &b)| {
                let (start, end) = (left_of(a, b, self.start), left_of(a, b, self.end));
                let outward = i128::from(start - end);
                (end < 0).then(|| {
                    // Behind a side already, or on a line that comes nearer to it from outside.
                    if start <= 0 || outward <= 0 {
                        return 0;
                    }
                    let exit = i128::from(start) * i128::from(self.length_mm) / outward;
                    u64::try_from(exit).expect("a part of the line")
                })
            })
            .min()
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

/// Twice the area of the triangle in squared 1e-7 degrees; positive when `p` lies left of the line
/// from `a` to `b`.
fn left_of(a: LngLat, b: LngLat, p: LngLat) -> i64 {
    let minus = |p: i32, q: i32| i64::from(p) - i64::from(q);
    minus(b.lng_e7(), a.lng_e7()) * minus(p.lat_e7(), a.lat_e7())
        - minus(b.lat_e7(), a.lat_e7()) * minus(p.lng_e7(), a.lng_e7())
}

fn length_m(mm: u64) -> f64 {
    length(mm).as_m_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resolution;
    use graph::grid_city::GridCity;
    use proptest::prelude::*;
    use units::{BoundingBox, Outline, Polygon, Ring};

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

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn runs_are_where_a_dense_walk_finds_them(
            corners in prop::collection::vec((-40_000_i32..40_000, -40_000_i32..40_000), 3..7),
            line in (-50_000_i32..50_000, -50_000_i32..50_000, -50_000_i32..50_000, -50_000_i32..50_000)
        ) {
            let near = |x: i32, y: i32| LngLat::from_e7(1_140_500_000 + x, 225_400_000 + y);
            // Sorted by angle, corners make a ring that does not cross itself.
            let mut corners = corners;
            corners.sort_by(|a, b| {
                let angle = |p: &(i32, i32)| f64::from(p.1).atan2(f64::from(p.0));
                angle(a).total_cmp(&angle(b))
            });
            let ring = Ring::new(corners.iter().map(|&(x, y)| near(x, y)));
            prop_assume!(ring.as_ref().is_ok_and(|ring| ring.doubled_area_e14() > 1_000_000));
            let outline = Outline::new(vec![Polygon::new(ring.unwrap(), Vec::new())]);
            let area = StudyArea::new(outline, Resolution::new(10).unwrap()).unwrap();
            let (start, end) = (near(line.0, line.1), near(line.2, line.3));
            let line = Line { start, end, length_mm: u64::from(start.distance_to(end).as_mm()) };
            let mut runs = Vec::new();
            let mut cell = CellId::at(start, area.resolution());
            line.runs(&area, &mut cell, &mut |run| runs.push(run));
            for pair in runs.windows(2) {
                prop_assert!(pair[0].end_mm <= pair[1].start_mm);
            }
            for at_mm in (0..line.length_mm).step_by(1_700) {
                let rank = area.locate(line.at(at_mm));
                let run = runs.iter().find(|run| (run.start_mm..run.end_mm).contains(&at_mm));
                let is_near_a_cut = runs
                    .iter()
                    .flat_map(|run| [run.start_mm, run.end_mm])
                    .any(|cut| cut.abs_diff(at_mm) <= 200);
                let same = run.map(|run| run.cell) == rank;
                prop_assert!(same || is_near_a_cut, "{at_mm} mm of {line:?}: {run:?}, but {rank:?}");
            }
        }
    }
}
