use crate::address::TileAddress;
use crate::clip;
use crate::mvt::{self, GridRing};
use crate::world::{WorldBox, WorldPoint};

/// Ground beyond a tile's edge that is kept, a share of its width: wide strokes and labels of
/// neighbouring tiles meet without seams.
const MARGIN: f64 = 1.0 / 64.0;

/// One layer of a map, ready to be cut into tiles.
#[derive(Clone, Debug)]
pub struct TileLayer {
    name: &'static str,
    features: Vec<Feature>,
}

/// Something drawn: a shape with its name tags.
#[derive(Clone, Debug)]
pub(crate) struct Feature {
    /// Number that values are joined by.
    pub(crate) id: u64,
    /// Not drawn before this zoom.
    pub(crate) from_zoom: u8,
    pub(crate) shape: Shape,
    pub(crate) tags: Vec<(&'static str, Tag)>,
    pub(crate) bounds: WorldBox,
}

#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Line(Vec<WorldPoint>),
    /// Outer rings run with growing x and y to the left of travel and holes against it, as the tile
    /// format wants; see [`mvt`]. Each outer ring stands before its holes.
    Area(Vec<Vec<WorldPoint>>),
}

#[derive(Clone, Debug)]
pub(crate) enum Tag {
    Text(String),
    Whole(u64),
    Yes,
}

impl Feature {
    /// `None` without any point.
    pub(crate) fn new(
        id: u64,
        from_zoom: u8,
        shape: Shape,
        tags: Vec<(&'static str, Tag)>,
    ) -> Option<Self> {
        let bounds = match &shape {
            Shape::Line(line) => WorldBox::around(line),
            Shape::Area(rings) => WorldBox::around(rings.iter().flatten()),
        }?;
        Some(Self {
            id,
            from_zoom,
            shape,
            tags,
            bounds,
        })
    }
}

impl TileLayer {
    pub(crate) fn new(name: &'static str, features: Vec<Feature>) -> Self {
        Self { name, features }
    }

    /// The layer's name inside its tiles.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Number of features over all zooms.
    pub fn n_features(&self) -> usize {
        self.features.len()
    }

    /// One tile in the Mapbox Vector Tile format (version 2); no bytes when it holds nothing.
    ///
    /// Same bytes for the same layer on every machine.
    ///
    /// Cost: one comparison for each feature, then linear in the points of those that touch it.
    pub fn tile(&self, address: TileAddress) -> Vec<u8> {
        let square = address.square(MARGIN);
        let mut encoder = mvt::Encoder::new(self.name);
        for feature in &self.features {
            if feature.from_zoom > address.zoom() || !feature.bounds.touches(&square) {
                continue;
            }
            match &feature.shape {
                Shape::Line(line) => {
                    let lines: Vec<_> = clip::line(line, &square)
                        .iter()
                        .filter_map(|part| mvt::grid_line(part, address))
                        .collect();
                    encoder.lines(feature, &lines);
                }
                Shape::Area(rings) => {
                    let mut kept: Vec<GridRing> = Vec::new();
                    let mut outer_kept = false;
                    for ring in rings {
                        let Some(grid) = mvt::grid_ring(&clip::ring(ring, &square), address) else {
                            outer_kept &= !is_outer(ring);
                            continue;
                        };
                        if is_outer(ring) {
                            outer_kept = true;
                        }
                        if outer_kept {
                            kept.push(grid);
                        }
                    }
                    encoder.area(feature, &kept);
                }
            }
        }
        encoder.finish()
    }
}

/// Twice the signed area of a ring; positive for outer rings.
pub(crate) fn doubled_area(ring: &[WorldPoint]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| a.x * b.y - b.x * a.y)
        .sum()
}

fn is_outer(ring: &[WorldPoint]) -> bool {
    doubled_area(ring) > 0.0
}
