//! A city whose travel times are known in closed form.
//!
//! n × n crossings, every block equally long, every street two-way: the time between two crossings
//! is the number of blocks between them times the time for one block. Conveyal R5 tests its
//! accessibility sums on such a grid; ours follows the idea.

use units::{Length, LngLat, LocalPlane, PlanePoint};

use crate::{EdgeSpec, NodeId, OsmNodeId, OsmWayId, StreetGraph, StreetGraphBuilder, WayFacts};

/// A grid of streets.
#[derive(Clone, Debug)]
pub struct GridCity {
    /// The graph; the crossing in column `x` and row `y` has id `y * side + x`.
    pub graph: StreetGraph,
    side: usize,
    plane: LocalPlane,
    block: Length,
}

impl GridCity {
    /// A grid with `side` crossings along each side and blocks of one length, its south-west
    /// corner at `corner`.
    ///
    /// Each row and column is one way, cut at its crossings.
    ///
    /// Cost: linear in the crossings.
    pub fn new(side: usize, block: Length, corner: LngLat) -> Self {
        let plane = LocalPlane::at(corner);
        let mut builder = StreetGraphBuilder::new();
        for id in 0..side * side {
            let position = position(&plane, block, id % side, id / side);
            builder.add_node(position, OsmNodeId::new(as_i64(id)));
        }
        for line in 0..side {
            for i in 0..side.saturating_sub(1) {
                let way_start = Length::from_mm(block.as_mm() * as_u32(i));
                let mut street = |start: usize, end: usize, way: usize, name: String| {
                    builder.add_edge(EdgeSpec {
                        start: NodeId::from_index(start),
                        end: NodeId::from_index(end),
                        length: block,
                        way_start,
                        shape: &[],
                        way: OsmWayId::new(as_i64(way)),
                        name: Some(&name),
                        facts: WayFacts::default(),
                    });
                };
                let east = line * side + i;
                street(east, east + 1, line, format!("Row {line}"));
                let north = i * side + line;
                street(north, north + side, side + line, format!("Column {line}"));
            }
        }
        let graph = builder.build().expect("ends are crossings of the grid");
        Self {
            graph,
            side,
            plane,
            block,
        }
    }

    /// Crossings along each side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The crossing in column `x` and row `y`.
    pub fn node(&self, x: usize, y: usize) -> NodeId {
        NodeId::from_index(y * self.side + x)
    }

    /// Where the crossing in column `x` and row `y` lies.
    pub fn position(&self, x: usize, y: usize) -> LngLat {
        position(&self.plane, self.block, x, y)
    }
}

fn position(plane: &LocalPlane, block: Length, x: usize, y: usize) -> LngLat {
    let meters = |blocks: usize| f64::from(as_u32(blocks)) * block.as_m_f64();
    plane.unproject(PlanePoint {
        x_m: meters(x),
        y_m: meters(y),
    })
}

fn as_u32(value: usize) -> u32 {
    u32::try_from(value).expect("grids have fewer than 2^32 crossings")
}

fn as_i64(value: usize) -> i64 {
    i64::from(as_u32(value))
}
