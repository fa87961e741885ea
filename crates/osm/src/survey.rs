//! Doubts that need the lie of the land: streets that cross without a node, walls across streets,
//! places far from any street.
//!
//! All three ask which line pieces are near, so all pieces are sorted into square cells once.

use city::{FindingKind, OsmId, Places};
use graph::{RoadClass, WayFlags};
use rayon::prelude::*;
use units::{BoundingBox, LngLat};

use crate::ImportError;
use crate::budget::Budget;
use crate::read::{Extract, Way};
use crate::wire::as_u64;

/// Side of a cell in 1e-7 degrees of latitude: about 100 m.
const CELL_E7: i64 = 9_000;
/// A piece that spans more cells than this is a ferry or a mistake; it is not surveyed.
const MAX_CELLS: i64 = 256;
/// A cell with more pieces than this is not surveyed, so that no file can make it take forever.
const MAX_PIECES: usize = 400;
/// A place farther from every street than this is doubted: the default distance of linkage.
const FAR_M: f64 = 150.0;

/// A straight piece of a street or wall.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) a: LngLat,
    pub(crate) b: LngLat,
    /// Dense numbers of its ends.
    ends: (u32, u32),
}

impl Piece {
    /// A line that is no piece of any way.
    pub(crate) fn between(a: LngLat, b: LngLat) -> Self {
        let ends = (u32::MAX, u32::MAX);
        Self { a, b, ends }
    }

    /// Whether the two cross inside both of them.
    pub(crate) fn crosses(&self, other: &Self) -> bool {
        cross(self, other)
    }
}

/// Where a piece is found: its first node in the pool, and its way. Kept small, since there are
/// as many as nodes.
#[derive(Clone, Copy, Debug)]
struct PieceAt {
    first: u32,
    way: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Street,
    /// Part of a bridge or tunnel, where crossing without a node is the point of it.
    Lifted,
    Wall,
}

/// What was found, and the cells for further questions.
pub(crate) struct Survey {
    pub(crate) grid: Grid,
    pub(crate) findings: Vec<(FindingKind, OsmId)>,
}

/// The cells, and how long one is in longitude.
pub(crate) struct Grid {
    pieces: Vec<PieceAt>,
    /// Per way: what its pieces are, and their layer.
    kinds: Vec<Option<(Kind, i8)>>,
    /// Cell and piece, sorted.
    entries: Vec<(u64, u32)>,
    cell_lng_e7: i64,
}

/// Crossings, and the cells.
///
/// # Errors
/// When the cells would take more memory than the file may.
pub(crate) fn survey(extract: &Extract, memory: &Budget) -> Result<Survey, ImportError> {
    let grid = Grid::new(extract, memory)?;
    let findings = grid.crossings(extract);
    Ok(Survey { grid, findings })
}

impl Grid {
    fn new(extract: &Extract, memory: &Budget) -> Result<Self, ImportError> {
        let kinds: Vec<Option<(Kind, i8)>> = extract
            .ways
            .iter()
            .map(|way| kind_of(extract, way))
            .collect();
        let mut pieces = Vec::new();
        for ((way, data), _) in (0..)
            .zip(&extract.ways)
            .zip(&kinds)
            .filter(|(_, k)| k.is_some())
        {
            let has_both = |first: &u32| {
                let at = |index: u32| extract.refs[units::index(index)];
                let is_there = |node: u32| extract.positions.is_there(node);
                is_there(at(*first)) && is_there(at(first + 1))
            };
            let firsts = data.refs.0..data.refs.1.saturating_sub(1);
            pieces.extend(firsts.filter(has_both).map(|first| PieceAt { first, way }));
        }
        let mut grid = Self {
            pieces,
            kinds,
            entries: Vec::new(),
            cell_lng_e7: CELL_E7,
        };
        let corners = (0..grid.pieces.len()).map(|i| grid.piece(extract, i).a);
        let middle = BoundingBox::of(corners).map_or(0.0, |all| all.center().lat().to_radians());
        grid.cell_lng_e7 = stretched(CELL_E7, libm::cos(middle));
        let spans = |number: usize| {
            let (low, high) = cells_of(&grid.piece(extract, number), grid.cell_lng_e7);
            let n_cells = (high.0 - low.0 + 1) * (high.1 - low.1 + 1);
            (n_cells <= MAX_CELLS).then_some((low, high, n_cells))
        };
        let total: i64 = (0..grid.pieces.len()).filter_map(spans).map(|s| s.2).sum();
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        // Long pieces pass many cells: their number is not known from that of the nodes.
        memory.check(as_u64(total).saturating_mul(as_u64(size_of::<(u64, u32)>())))?;
        let mut entries = Vec::with_capacity(total);
        for (number, index) in (0_u32..).zip(0..grid.pieces.len()) {
            if let Some((low, high, _)) = spans(index) {
                for y in low.1..=high.1 {
                    entries.extend((low.0..=high.0).map(|x| (key(x, y), number)));
                }
            }
        }
        entries.par_sort_unstable();
        grid.entries = entries;
        Ok(grid)
    }

    /// The piece of a number.
    pub(crate) fn piece(&self, extract: &Extract, number: usize) -> Piece {
        let first = units::index(self.pieces[number].first);
        let ends = (extract.refs[first], extract.refs[first + 1]);
        let position = |node: u32| extract.positions.get(node);
        let there = "pieces run between nodes that are there";
        Piece {
            a: position(ends.0).expect(there),
            b: position(ends.1).expect(there),
            ends,
        }
    }

    /// The way of a piece, and where it begins in the pool of the ways' nodes.
    pub(crate) fn place_of(&self, number: u32) -> (u32, u32) {
        let piece = self.pieces[units::index(number)];
        (piece.way, piece.first)
    }

    /// The layer of a piece that is surveyed.
    pub(crate) fn layer(&self, number: u32) -> Option<i8> {
        self.kind(number).map(|(_, layer)| layer)
    }

    pub(crate) fn is_wall(&self, number: u32) -> bool {
        self.kind(number)
            .is_some_and(|(kind, _)| kind == Kind::Wall)
    }

    /// The pieces whose cells lie within a distance of a place, each once, in order.
    pub(crate) fn near(&self, place: LngLat, distance_m: f64) -> Vec<u32> {
        let mut found: Vec<u32> = self
            .cells_near(place, distance_m)
            .map(|&(_, number)| number)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The entries of all cells within a distance of a place.
    fn cells_near(&self, place: LngLat, distance_m: f64) -> impl Iterator<Item = &(u64, u32)> {
        let (x, y) = cell_at(place, self.cell_lng_e7);
        // A place may lie at the border of its cell.
        let n = cells_across(distance_m);
        (y - n..=y + n).flat_map(move |y| {
            let from = self.entries.partition_point(|&(at, _)| at < key(x - n, y));
            self.entries[from..]
                .iter()
                .take_while(move |&&(at, _)| at <= key(x + n, y))
        })
    }

    fn kind(&self, number: u32) -> Option<(Kind, i8)> {
        self.kinds[units::index(self.pieces[units::index(number)].way)]
    }

    /// Pairs of pieces that cross without a common node: two streets on one level, or a wall and
    /// a street.
    fn crossings(&self, extract: &Extract) -> Vec<(FindingKind, OsmId)> {
        let found: Vec<Vec<(FindingKind, OsmId)>> = self
            .entries
            .par_chunk_by(|a, b| a.0 == b.0)
            .filter(|cell| cell.len() > 1 && cell.len() <= MAX_PIECES)
            .map(|cell| {
                let pieces: Vec<Piece> = cell
                    .iter()
                    .map(|&(_, number)| self.piece(extract, units::index(number)))
                    .collect();
                let kinds: Vec<_> = cell.iter().map(|&(_, number)| self.kind(number)).collect();
                let mut found = Vec::new();
                for (i, &(at, first)) in cell.iter().enumerate() {
                    for k in i + 1..cell.len() {
                        let (Some((kind_a, layer_a)), Some((kind_b, layer_b))) =
                            (kinds[i], kinds[k])
                        else {
                            continue;
                        };
                        let kind = match (kind_a, kind_b) {
                            (Kind::Street, Kind::Street) => FindingKind::CrossingWithoutNode,
                            (Kind::Street, Kind::Wall) | (Kind::Wall, Kind::Street) => {
                                FindingKind::BarrierAcrossStreet
                            }
                            _ => continue,
                        };
                        let (a, b) = (&pieces[i], &pieces[k]);
                        if layer_a == layer_b && cross(a, b) && self.is_first_cell(at, a, b) {
                            let way = |number: u32| self.pieces[units::index(number)].way;
                            let later = way(first).max(way(cell[k].1));
                            found.push((kind, OsmId::Way(extract.way_ids.id(later))));
                        }
                    }
                }
                found
            })
            .collect();
        found.into_iter().flatten().collect()
    }

    /// Of the cells that two pieces share, only the first one counts the pair.
    fn is_first_cell(&self, at: u64, a: &Piece, b: &Piece) -> bool {
        let (low_a, _) = cells_of(a, self.cell_lng_e7);
        let (low_b, _) = cells_of(b, self.cell_lng_e7);
        at == key(low_a.0.max(low_b.0), low_a.1.max(low_b.1))
    }

    /// Places without a street near them.
    pub(crate) fn far_places(
        &self,
        extract: &Extract,
        places: &Places,
    ) -> Vec<(FindingKind, OsmId)> {
        places
            .iter()
            .filter(|place| !self.has_street_near(extract, place.position))
            .map(|place| (FindingKind::PlaceFarFromStreet, place.id))
            .collect()
    }

    fn has_street_near(&self, extract: &Extract, place: LngLat) -> bool {
        self.cells_near(place, FAR_M)
            .filter(|&&(_, number)| self.kind(number).is_some_and(|k| k.0 != Kind::Wall))
            .map(|&(_, number)| self.piece(extract, units::index(number)))
            .any(|piece| distance_m(place, &piece) <= FAR_M)
    }
}

/// What the pieces of a way are, and their layer; `None` when they are not surveyed.
fn kind_of(extract: &Extract, way: &Way) -> Option<(Kind, i8)> {
    let Some(street) = way.street else {
        return way.is_barrier.then_some((Kind::Wall, 0));
    };
    let facts = &extract.facts[units::index(street.facts)];
    let lifted = [WayFlags::BRIDGE, WayFlags::TUNNEL, WayFlags::COVERED];
    let is_lifted = lifted.iter().any(|&flag| facts.flags.contains(flag));
    match facts.class {
        RoadClass::Ferry => None,
        _ if is_lifted => Some((Kind::Lifted, facts.layer)),
        _ => Some((Kind::Street, facts.layer)),
    }
}

/// Column and row, both from the south-west corner of the earth.
fn cell_at(position: LngLat, cell_lng_e7: i64) -> (i64, i64) {
    (
        (i64::from(position.lng_e7()) + 1_800_000_000) / cell_lng_e7,
        (i64::from(position.lat_e7()) + 900_000_000) / CELL_E7,
    )
}

/// Lowest and highest cell of the box around a piece.
fn cells_of(piece: &Piece, cell_lng_e7: i64) -> ((i64, i64), (i64, i64)) {
    let (a, b) = (cell_at(piece.a, cell_lng_e7), cell_at(piece.b, cell_lng_e7));
    ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)))
}

/// How many cells a distance reaches into, beside the one that it begins in.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a whole number of cells, cut at a hundred"
)]
fn cells_across(distance_m: f64) -> i64 {
    // 9,000 times 1e-7 degrees of latitude are 100.08 m.
    libm::ceil((distance_m / 100.0).clamp(0.0, 100.0)) as i64
}

/// Cells of a row lie together.
fn key(x: i64, y: i64) -> u64 {
    (y << 32 | x.max(0)).cast_unsigned()
}

/// A length in latitude as the same length in longitude.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "between one and a hundred cells"
)]
fn stretched(cell_e7: i64, cosine: f64) -> i64 {
    let stretch = (1.0 / cosine.max(0.01)).min(100.0);
    cell_e7 * libm::round(stretch * 1_000.0) as i64 / 1_000
}

/// Whether two pieces cross inside both of them; pieces with a common end do not.
fn cross(a: &Piece, b: &Piece) -> bool {
    let (a0, a1) = a.ends;
    if [a0, a1].contains(&b.ends.0) || [a0, a1].contains(&b.ends.1) {
        return false;
    }
    // Most pairs of a cell do not even overlap.
    let apart = |of: fn(LngLat) -> i32| {
        let (a, b) = ((of(a.a), of(a.b)), (of(b.a), of(b.b)));
        a.0.max(a.1) < b.0.min(b.1) || b.0.max(b.1) < a.0.min(a.1)
    };
    if apart(LngLat::lng_e7) || apart(LngLat::lat_e7) {
        return false;
    }
    // Pieces span few cells, so products of differences stay below 2^63.
    let side = |p: LngLat, q: LngLat, r: LngLat| {
        let d = |s: i32, t: i32| i64::from(s) - i64::from(t);
        let turn = d(q.lng_e7(), p.lng_e7()) * d(r.lat_e7(), p.lat_e7())
            - d(q.lat_e7(), p.lat_e7()) * d(r.lng_e7(), p.lng_e7());
        turn.signum()
    };
    side(a.a, a.b, b.a) * side(a.a, a.b, b.b) < 0 && side(b.a, b.b, a.a) * side(b.a, b.b, a.b) < 0
}

/// Distance from a position to a piece, on the plane that touches the earth there.
fn distance_m(from: LngLat, piece: &Piece) -> f64 {
    let plane = units::LocalPlane::at(from);
    let (_, point) = units::nearest_to_center(plane.project(piece.a), plane.project(piece.b));
    point.distance_m(units::PlanePoint::default())
}
