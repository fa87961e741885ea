//! Draw a map in ASCII and get a street graph: for documentation, tests and benches.
//!
//! ```text
//!     A--B->C      nodes: capital letters and digits, alphabetic order = id order
//!     |     |      - |    two-way
//!     D-----E      > < ^ v  make the edge one-way
//! ```
//!
//! One character is one step of the given length, across and down alike.

use thiserror::Error;
use units::{Length, LngLat, LocalPlane, PlanePoint, Speed, TravelTime};

use crate::{
    ArcCost, ArcId, EdgeId, EdgeSpec, Metric, NodeId, OsmNodeId, OsmWayId, StreetGraph,
    StreetGraphBuilder, WayFacts,
};

/// A drawn street graph with the letters of its nodes.
#[derive(Clone, Debug)]
pub struct DrawnMap {
    /// The graph; node ids follow the alphabet.
    pub graph: StreetGraph,
    letters: Vec<char>,
    one_way: Vec<OneWay>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OneWay {
    No,
    Forward,
    Backward,
}

/// A drawing that shows no map.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PictureError {
    /// A letter stands twice.
    #[error("node `{0}` is drawn twice")]
    Twice(char),
    /// A street character that joins no two nodes.
    #[error("`{character}` in row {row}, column {column} belongs to no street between two nodes")]
    Loose {
        /// The character.
        character: char,
        /// Row from 1.
        row: usize,
        /// Column from 1.
        column: usize,
    },
    /// Arrows of one street point both ways.
    #[error("the street from `{0}` to `{1}` has arrows both ways")]
    BothWays(char, char),
}

struct DrawnEdge {
    start: char,
    end: char,
    steps: u32,
    one_way: OneWay,
}

/// Reads a drawing; one character is `step` long.
///
/// # Errors
/// When a node is drawn twice, a street character stands loose, or arrows contradict each other.
pub fn streets(drawing: &str, step: Length) -> Result<DrawnMap, PictureError> {
    let grid: Vec<Vec<char>> = drawing.lines().map(|line| line.chars().collect()).collect();
    let at = |row: usize, column: usize| -> char {
        grid.get(row)
            .and_then(|line| line.get(column))
            .copied()
            .unwrap_or(' ')
    };
    let is_node = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();

    let mut nodes: Vec<(char, usize, usize)> = Vec::new();
    for (row, line) in grid.iter().enumerate() {
        for (column, &c) in line.iter().enumerate().filter(|(_, c)| is_node(**c)) {
            if nodes.iter().any(|&(other, ..)| other == c) {
                return Err(PictureError::Twice(c));
            }
            nodes.push((c, row, column));
        }
    }
    nodes.sort_unstable();

    let mut used = Vec::new();
    let mut edges = Vec::new();
    for &(start, row, column) in &nodes {
        for (down, line, forward, backward) in [(0, '-', '>', '<'), (1, '|', 'v', '^')] {
            let place = |i: usize| (row + down * i, column + (1 - down) * i);
            let mut i = 1;
            let (mut ahead, mut back) = (false, false);
            loop {
                let (r, c) = place(i);
                match at(r, c) {
                    x if x == line => {}
                    x if x == forward => ahead = true,
                    x if x == backward => back = true,
                    _ => break,
                }
                i += 1;
            }
            let (r, c) = place(i);
            let end = at(r, c);
            if i == 1 || !is_node(end) {
                continue;
            }
            used.extend((1..i).map(place));
            let one_way = match (ahead, back) {
                (false, false) => OneWay::No,
                (true, false) => OneWay::Forward,
                (false, true) => OneWay::Backward,
                (true, true) => return Err(PictureError::BothWays(start, end)),
            };
            let steps = u32::try_from(i).expect("drawings are small");
            edges.push(DrawnEdge {
                start,
                end,
                steps,
                one_way,
            });
        }
    }
    for (row, line) in grid.iter().enumerate() {
        for (column, &character) in line.iter().enumerate() {
            if !character.is_whitespace() && !is_node(character) && !used.contains(&(row, column)) {
                return Err(PictureError::Loose {
                    character,
                    row: row + 1,
                    column: column + 1,
                });
            }
        }
    }
    Ok(build(&nodes, &edges, step))
}

fn build(nodes: &[(char, usize, usize)], edges: &[DrawnEdge], step: Length) -> DrawnMap {
    // On the equator a step across is as long as a step down.
    let plane = LocalPlane::at(LngLat::from_e7(0, 0));
    let mut builder = StreetGraphBuilder::new();
    for (id, &(_, row, column)) in (1..).zip(nodes) {
        let meters = |steps: usize| {
            f64::from(u32::try_from(steps).expect("drawings are small")) * step.as_m_f64()
        };
        let position = plane.unproject(PlanePoint {
            x_m: meters(column),
            y_m: -meters(row),
        });
        builder.add_node(position, OsmNodeId::new(id));
    }
    let letters: Vec<char> = nodes.iter().map(|&(c, ..)| c).collect();
    let id_of = |letter: char| {
        let index = letters
            .iter()
            .position(|&c| c == letter)
            .expect("ends are nodes");
        NodeId::from_index(index)
    };
    for (id, edge) in (1..).zip(edges) {
        builder.add_edge(EdgeSpec {
            start: id_of(edge.start),
            end: id_of(edge.end),
            length: Length::from_mm(step.as_mm() * edge.steps),
            way_start: Length::ZERO,
            shape: &[],
            way: OsmWayId::new(id),
            name: None,
            facts: WayFacts::default(),
        });
    }
    let graph = builder.build().expect("ends are nodes that were added");
    DrawnMap {
        graph,
        letters,
        one_way: edges.iter().map(|edge| edge.one_way).collect(),
    }
}

impl DrawnMap {
    /// The node with a letter; `None` when it was not drawn.
    pub fn node(&self, letter: char) -> Option<NodeId> {
        self.letters
            .iter()
            .position(|&c| c == letter)
            .map(NodeId::from_index)
    }

    /// The letter of a node.
    pub fn letter(&self, node: NodeId) -> char {
        self.letters[node.index()]
    }

    /// The arc from one letter to another; `None` when no street joins them.
    pub fn arc(&self, tail: char, head: char) -> Option<ArcId> {
        let (tail, head) = (self.node(tail)?, self.node(head)?);
        let topology = self.graph.topology();
        topology
            .out_arcs(tail)
            .find(|&arc| topology.head(arc) == head)
    }

    /// The edge between two letters; `None` when no street joins them.
    pub fn edge(&self, a: char, b: char) -> Option<EdgeId> {
        self.graph.arc_edge(self.arc(a, b)?)
    }

    /// One speed everywhere, closed against the arrows.
    pub fn metric(&self, speed: Speed) -> Metric {
        let cost = ArcCost {
            speed,
            delay: TravelTime::ZERO,
        };
        Metric::from_costs(
            &self.graph,
            |arc, edge| {
                let against = if self.graph.arc_is_forward(arc) {
                    OneWay::Backward
                } else {
                    OneWay::Forward
                };
                (self.one_way[edge.index()] != against).then_some(cost)
            },
            |_| Some(TravelTime::ZERO),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Length = Length::from_m(100);

    #[test]
    fn a_drawing_becomes_a_graph() {
        let map = streets("A--B->C\n|     |\nD-----E", STEP).unwrap();
        assert_eq!(map.graph.n_nodes(), 5);
        assert_eq!(map.graph.n_edges(), 5);
        let lengths = [
            ('A', 'B', 300),
            ('B', 'C', 300),
            ('A', 'D', 200),
            ('D', 'E', 600),
        ];
        for (a, b, m) in lengths {
            let edge = map.edge(a, b).unwrap();
            assert_eq!(map.graph.edge_length(edge), Length::from_m(m), "{a}{b}");
        }
        let metric = map.metric(Speed::from_mm_per_s(10_000).unwrap());
        assert_eq!(
            metric.arc_time(map.arc('B', 'C').unwrap()),
            Some(TravelTime::from_secs(30))
        );
        assert_eq!(metric.arc_time(map.arc('C', 'B').unwrap()), None);
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(streets("A--A", STEP).unwrap_err(), PictureError::Twice('A'));
        assert_eq!(
            streets("A<->B", STEP).unwrap_err(),
            PictureError::BothWays('A', 'B')
        );
        assert_eq!(
            streets("A--B\n  |", STEP).unwrap_err().to_string(),
            "`|` in row 2, column 3 belongs to no street between two nodes"
        );
    }
}
