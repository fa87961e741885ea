//! The Mapbox Vector Tile format (version 2): grid coordinates, winding, bytes.

use mvt::{GeomEncoder, GeomType, Layer, Tile};

use crate::address::TileAddress;
use crate::layer::{Feature, Tag};
use crate::world::WorldPoint;

/// Steps of a tile's grid along one side, as the format suggests.
const EXTENT: u32 = 4096;

/// Corners nearer to the last one than this many grid steps are dropped: a quarter of a pixel on a
/// tile drawn 512 pixels wide.
const TOLERANCE: i32 = 2;

/// Rings of less than this many square grid steps (one pixel) are dropped.
const LEAST_AREA: i64 = 64;

type GridLine = Vec<(i32, i32)>;
pub(crate) type GridRing = Vec<(i32, i32)>;

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "clipped points lie within a tile and its margin"
)]
fn on_grid(point: WorldPoint, address: TileAddress) -> (i32, i32) {
    let (corner, width) = (address.corner(), address.width());
    let step =
        |along: f64, from: f64| libm::round((along - from) / width * f64::from(EXTENT)) as i32;
    (step(point.x, corner.x), step(point.y, corner.y))
}

fn far_apart(a: (i32, i32), b: (i32, i32)) -> bool {
    (a.0 - b.0).abs() >= TOLERANCE || (a.1 - b.1).abs() >= TOLERANCE
}

/// A line on the grid, its ends kept and crowded points between them dropped; `None` when both ends
/// fall on one step.
pub(crate) fn grid_line(points: &[WorldPoint], address: TileAddress) -> Option<GridLine> {
    let (&last, rest) = points.split_last()?;
    let mut line: GridLine = Vec::with_capacity(points.len());
    for &point in rest {
        let point = on_grid(point, address);
        if line
            .last()
            .is_none_or(|&previous| far_apart(previous, point))
        {
            line.push(point);
        }
    }
    let last = on_grid(last, address);
    if line.last() != Some(&last) {
        line.push(last);
    }
    (line.len() > 1).then_some(line)
}

/// A ring on the grid, crowded corners dropped; `None` when too small to be seen.
pub(crate) fn grid_ring(corners: &[WorldPoint], address: TileAddress) -> Option<GridRing> {
    let mut ring: GridRing = Vec::with_capacity(corners.len());
    for &corner in corners {
        let corner = on_grid(corner, address);
        if ring
            .last()
            .is_none_or(|&previous| far_apart(previous, corner))
        {
            ring.push(corner);
        }
    }
    while ring.len() > 1 && !far_apart(ring[0], ring[ring.len() - 1]) {
        ring.pop();
    }
    let next = ring.iter().cycle().skip(1);
    let doubled: i64 = ring
        .iter()
        .zip(next)
        .map(|(a, b)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1))
        .sum();
    (ring.len() > 2 && doubled.abs() >= 2 * LEAST_AREA).then_some(ring)
}

/// Collects the features of one layer.
pub(crate) struct Encoder {
    tile: Tile,
    /// `None` only while a feature is being added.
    layer: Layer,
    is_empty: bool,
}

impl Encoder {
    pub(crate) fn new(name: &str) -> Self {
        let tile = Tile::new(EXTENT);
        let layer = tile.create_layer(name);
        Self {
            tile,
            layer,
            is_empty: true,
        }
    }

    pub(crate) fn lines(&mut self, feature: &Feature, lines: &[GridLine]) {
        self.add(feature, GeomType::Linestring, lines);
    }

    pub(crate) fn area(&mut self, feature: &Feature, rings: &[GridRing]) {
        self.add(feature, GeomType::Polygon, rings);
    }

    fn add(&mut self, feature: &Feature, kind: GeomType, parts: &[Vec<(i32, i32)>]) {
        if parts.is_empty() {
            return;
        }
        self.is_empty = false;
        let mut geometry: GeomEncoder<f64> = GeomEncoder::new(kind);
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                geometry.complete_geom().expect("parts have their points");
            }
            for &(x, y) in part {
                geometry
                    .add_point(f64::from(x), f64::from(y))
                    .expect("grid coordinates are small");
            }
        }
        let data = geometry.encode().expect("parts have their points");
        let layer = std::mem::take(&mut self.layer);
        let mut encoded = layer.into_feature(data);
        encoded.set_id(feature.id);
        for (name, tag) in &feature.tags {
            match tag {
                Tag::Text(text) => encoded.add_tag_string(name, text),
                Tag::Whole(number) => encoded.add_tag_uint(name, *number),
                Tag::Yes => encoded.add_tag_bool(name, true),
            }
        }
        self.layer = encoded.into_layer();
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.is_empty {
            return Vec::new();
        }
        self.tile
            .add_layer(self.layer)
            .expect("one layer with the extent of its tile");
        self.tile.to_bytes().expect("writing to memory cannot fail")
    }
}
