//! Drawn maps as OSM data: letters on a grid are nodes, lines of text are ways and relations.
//!
//! ```text
//! grid 100m
//!   a b c
//!     d
//! nodes
//! b barrier=gate
//! ways
//! abc highway=residential
//! bd  highway=footway
//! relations
//! from=abc via=b to=bd type=restriction|restriction=no_left_turn
//! ```
//!
//! One column is half a step, so that letters can stand apart; one row is a step.

use std::path::PathBuf;

use city::City;
use graph::{EdgeId, StreetGraph};
use osm::ImportOptions;
use tempfile::TempDir;
use units::{Length, LngLat, LocalPlane, PlanePoint};

use crate::pbf::{self, Block, Node, Relation, Tags, Way};

/// A map as OSM objects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    pub(crate) text: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) ways: Vec<Way>,
    pub(crate) relations: Vec<Relation>,
}

pub(crate) fn tags(text: &str) -> Tags {
    text.split('|')
        .filter_map(|tag| tag.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The id of a letter's node.
pub(crate) fn node_id(letter: char) -> i64 {
    i64::from(u32::from(letter))
}

impl Map {
    pub(crate) fn parse(text: &str) -> Self {
        let mut map = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        let plane = LocalPlane::at(LngLat::from_degrees(114.0, 0.0).unwrap());
        let mut section = "";
        let mut step = 100.0;
        let mut row = 0.0;
        for line in text.lines() {
            let word = line.split_whitespace().next().unwrap_or_default();
            if ["grid", "nodes", "ways", "relations", "expect"].contains(&word) {
                section = word;
                if let Some(length) = line.split_whitespace().nth(1).filter(|_| word == "grid") {
                    step = length.trim_end_matches('m').parse().unwrap();
                }
                continue;
            }
            let (head, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            match section {
                "grid" => {
                    for (column, letter) in line.chars().enumerate() {
                        if letter.is_ascii_alphanumeric() {
                            let x = f64::from(u32::try_from(column).unwrap()) * step / 2.0;
                            let at = plane.unproject(PlanePoint {
                                x_m: x,
                                y_m: -row * step,
                            });
                            map.nodes.push(Node {
                                id: node_id(letter),
                                lng_e7: at.lng_e7().into(),
                                lat_e7: at.lat_e7().into(),
                                tags: Vec::new(),
                            });
                        }
                    }
                    row += 1.0;
                }
                "nodes" if !head.is_empty() => {
                    let id = node_id(head.chars().next().unwrap());
                    let node = map.nodes.iter_mut().find(|n| n.id == id).unwrap();
                    node.tags = tags(rest.trim());
                }
                "ways" if !head.is_empty() => map.ways.push(Way {
                    id: i64::try_from(map.ways.len()).unwrap() + 1,
                    nodes: head.chars().map(node_id).collect(),
                    tags: tags(rest.trim()),
                }),
                "relations" if !head.is_empty() => map.relation(line),
                _ => {}
            }
        }
        map
    }

    /// Members name ways by their letters, nodes by one letter.
    fn relation(&mut self, line: &str) {
        let mut relation = Relation {
            id: i64::try_from(self.relations.len()).unwrap() + 1,
            ..Relation::default()
        };
        for word in line.split_whitespace() {
            if word.starts_with("type=") {
                relation.tags = tags(word);
                continue;
            }
            let (role, letters) = word.split_once('=').unwrap();
            let nodes: Vec<i64> = letters.chars().map(node_id).collect();
            let member = if let [node] = nodes[..] {
                (0, node)
            } else {
                let way = self.ways.iter().find(|way| way.nodes == nodes);
                (1, way.unwrap_or_else(|| panic!("no way {letters}")).id)
            };
            relation.members.push((member.0, member.1, role.to_owned()));
        }
        self.relations.push(relation);
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        pbf::file(&[
            Block::DenseNodes(self.nodes.clone()),
            Block::Ways(self.ways.clone()),
            Block::Relations(self.relations.clone()),
        ])
    }

    /// The map with its side paths tied to streets.
    pub(crate) fn import_linked(&self, within: Length) -> City {
        let (_folder, path) = written(&self.bytes());
        let options = ImportOptions {
            side_path_links: Some(within),
            ..ImportOptions::default()
        };
        osm::import(&path, &options).unwrap()
    }

    pub(crate) fn import(&self) -> Result<City, osm::ImportError> {
        import_bytes(&self.bytes())
    }

    pub(crate) fn position(&self, letter: char) -> LngLat {
        let node = self.nodes.iter().find(|n| n.id == node_id(letter)).unwrap();
        LngLat::from_e7(
            i32::try_from(node.lng_e7).unwrap(),
            i32::try_from(node.lat_e7).unwrap(),
        )
    }
}

/// A file in a folder of its own.
pub(crate) fn written(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drawn.osm.pbf");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

pub(crate) fn import_bytes(bytes: &[u8]) -> Result<City, osm::ImportError> {
    let (_folder, path) = written(bytes);
    osm::import(&path, &ImportOptions::default())
}

/// The edge and offset nearest to a position among edges that `is_usable` accepts. At the mouth of
/// a compound a place lies on the public street.
pub(crate) fn snap(
    graph: &StreetGraph,
    position: LngLat,
    is_usable: impl Fn(EdgeId) -> bool,
) -> Option<(EdgeId, Length)> {
    let plane = LocalPlane::at(position);
    let mut best: Option<(f64, EdgeId, Length)> = None;
    let is_inner = |edge: &EdgeId| graph.edge_compound(*edge).is_some();
    let public_first = [false, true].into_iter().flat_map(|inner| {
        let edges = graph.edges();
        edges.filter(move |edge| is_inner(edge) == inner)
    });
    for edge in public_first.filter(|&edge| is_usable(edge)) {
        let shape: Vec<PlanePoint> = graph.edge_shape(edge).map(|p| plane.project(p)).collect();
        let mut before = 0.0;
        let total: f64 = shape
            .windows(2)
            .map(|pair| pair[0].distance_m(pair[1]))
            .sum();
        for pair in shape.windows(2) {
            let (dx, dy) = (pair[1].x_m - pair[0].x_m, pair[1].y_m - pair[0].y_m);
            let length = pair[0].distance_m(pair[1]);
            let along = if length > 0.0 {
                (-(pair[0].x_m * dx + pair[0].y_m * dy) / (length * length)).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let (x, y) = (pair[0].x_m + along * dx, pair[0].y_m + along * dy);
            let distance = (x * x + y * y).sqrt();
            if best.is_none_or(|b| distance < b.0 - 1e-6) {
                let share = if total > 0.0 {
                    (before + along * length) / total
                } else {
                    0.0
                };
                let offset = Length::from_m_f64(graph.edge_length(edge).as_m_f64() * share);
                best = Some((distance, edge, offset.min(graph.edge_length(edge))));
            }
            before += length;
        }
    }
    best.map(|(_, edge, offset)| (edge, offset))
}
