//! A small writer of pbf files for tests: what is written, a reader must find.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Tags of an object.
pub(crate) type Tags = Vec<(String, String)>;

#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) id: i64,
    pub(crate) lng_e7: i64,
    pub(crate) lat_e7: i64,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    pub(crate) id: i64,
    pub(crate) nodes: Vec<i64>,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Relation {
    pub(crate) id: i64,
    /// Kind (0 node, 1 way, 2 relation), id, role.
    pub(crate) members: Vec<(u64, i64, String)>,
    pub(crate) tags: Tags,
}

/// Longitude and latitude in 1e-7 degrees.
pub(crate) type Spot = (i64, i64);

/// The tags that make the writer write an object as no longer there.
pub(crate) fn deleted() -> Tags {
    vec![("@visible".to_owned(), "false".to_owned())]
}

fn is_deleted(tags: &Tags) -> bool {
    tags.iter().any(|(key, _)| key == "@visible")
}

/// What says that an object is no longer there.
fn info(out: &mut Vec<u8>, tags: &Tags) {
    if is_deleted(tags) {
        let mut info = Vec::new();
        number(&mut info, 6, 0);
        bytes(out, 4, &info);
    }
}

/// One block of a file.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    Nodes(Vec<Node>),
    DenseNodes(Vec<Node>),
    Ways(Vec<Way>),
    /// Ways that say where each of their nodes lies.
    LocatedWays(Vec<(Way, Vec<Spot>)>),
    Relations(Vec<Relation>),
}

pub(crate) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

pub(crate) fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

pub(crate) fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, u64::try_from(value.len()).unwrap());
    out.extend_from_slice(value);
}

fn packed(out: &mut Vec<u8>, field: u64, values: impl IntoIterator<Item = u64>) {
    let mut all = Vec::new();
    for value in values {
        varint(&mut all, value);
    }
    bytes(out, field, &all);
}

fn deltas(values: impl IntoIterator<Item = i64>) -> impl Iterator<Item = u64> {
    let mut last = 0_i64;
    values.into_iter().map(move |value| {
        let delta = value.wrapping_sub(last);
        last = value;
        zigzag(delta)
    })
}

#[derive(Default)]
struct Table(Vec<String>);

impl Table {
    fn id(&mut self, text: &str) -> u64 {
        if self.0.is_empty() {
            self.0.push(String::new());
        }
        let known = self.0.iter().skip(1).position(|t| t == text);
        let at = known.map_or_else(
            || {
                self.0.push(text.to_owned());
                self.0.len() - 1
            },
            |at| at + 1,
        );
        u64::try_from(at).unwrap()
    }

    fn tags(&mut self, out: &mut Vec<u8>, tags: &Tags) {
        let ids: Vec<(u64, u64)> = tags.iter().map(|(k, v)| (self.id(k), self.id(v))).collect();
        packed(out, 2, ids.iter().map(|id| id.0));
        packed(out, 3, ids.iter().map(|id| id.1));
    }
}

fn way_message(table: &mut Table, way: &Way) -> Vec<u8> {
    let mut one = Vec::new();
    number(&mut one, 1, way.id.cast_unsigned());
    table.tags(&mut one, &way.tags);
    info(&mut one, &way.tags);
    packed(&mut one, 8, deltas(way.nodes.iter().copied()));
    one
}

/// The bytes of a primitive block.
pub(crate) fn primitive_block(block: &Block) -> Vec<u8> {
    let mut table = Table::default();
    table.id("");
    let mut group = Vec::new();
    match block {
        Block::Nodes(nodes) => {
            for node in nodes {
                let mut one = Vec::new();
                number(&mut one, 1, zigzag(node.id));
                table.tags(&mut one, &node.tags);
                info(&mut one, &node.tags);
                number(&mut one, 8, zigzag(node.lat_e7));
                number(&mut one, 9, zigzag(node.lng_e7));
                bytes(&mut group, 1, &one);
            }
        }
        Block::DenseNodes(nodes) => {
            let mut dense = Vec::new();
            packed(&mut dense, 1, deltas(nodes.iter().map(|n| n.id)));
            if nodes.iter().any(|node| is_deleted(&node.tags)) {
                let mut infos = Vec::new();
                packed(
                    &mut infos,
                    6,
                    nodes.iter().map(|n| u64::from(!is_deleted(&n.tags))),
                );
                bytes(&mut dense, 5, &infos);
            }
            packed(&mut dense, 8, deltas(nodes.iter().map(|n| n.lat_e7)));
            packed(&mut dense, 9, deltas(nodes.iter().map(|n| n.lng_e7)));
            let mut keys_values = Vec::new();
            for node in nodes {
                for (key, value) in &node.tags {
                    keys_values.extend([table.id(key), table.id(value)]);
                }
                keys_values.push(0);
            }
            packed(&mut dense, 10, keys_values);
            bytes(&mut group, 2, &dense);
        }
        Block::Ways(ways) => {
            for way in ways {
                bytes(&mut group, 3, &way_message(&mut table, way));
            }
        }
        Block::LocatedWays(ways) => {
            for (way, spots) in ways {
                let mut one = way_message(&mut table, way);
                packed(&mut one, 9, deltas(spots.iter().map(|spot| spot.1)));
                packed(&mut one, 10, deltas(spots.iter().map(|spot| spot.0)));
                bytes(&mut group, 3, &one);
            }
        }
        Block::Relations(relations) => {
            for relation in relations {
                let mut one = Vec::new();
                number(&mut one, 1, relation.id.cast_unsigned());
                table.tags(&mut one, &relation.tags);
                info(&mut one, &relation.tags);
                let roles: Vec<u64> = relation.members.iter().map(|m| table.id(&m.2)).collect();
                packed(&mut one, 8, roles);
                packed(&mut one, 9, deltas(relation.members.iter().map(|m| m.1)));
                packed(&mut one, 10, relation.members.iter().map(|m| m.0));
                bytes(&mut group, 4, &one);
            }
        }
    }
    let mut strings = Vec::new();
    for text in &table.0 {
        bytes(&mut strings, 1, text.as_bytes());
    }
    let mut out = Vec::new();
    bytes(&mut out, 1, &strings);
    bytes(&mut out, 2, &group);
    out
}

/// A framed block of a type with a blob.
pub(crate) fn framed(kind: &str, blob: &[u8]) -> Vec<u8> {
    let mut header = Vec::new();
    bytes(&mut header, 1, kind.as_bytes());
    number(&mut header, 3, u64::try_from(blob.len()).unwrap());
    let mut out = u32::try_from(header.len()).unwrap().to_be_bytes().to_vec();
    out.extend(header);
    out.extend_from_slice(blob);
    out
}

pub(crate) fn zlib_blob(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    let mut blob = Vec::new();
    number(&mut blob, 2, u64::try_from(data.len()).unwrap());
    bytes(&mut blob, 3, &encoder.finish().unwrap());
    blob
}

pub(crate) fn raw_blob(data: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    bytes(&mut blob, 1, data);
    blob
}

/// The framed file header.
pub(crate) fn header(required: &[&str], time_s: Option<u64>) -> Vec<u8> {
    header_with(required, &[], time_s)
}

fn header_with(required: &[&str], optional: &[&str], time_s: Option<u64>) -> Vec<u8> {
    let mut message = Vec::new();
    for (field, features) in [(4, required), (5, optional)] {
        for feature in features {
            bytes(&mut message, field, feature.as_bytes());
        }
    }
    bytes(&mut message, 16, b"a test");
    if let Some(time_s) = time_s {
        number(&mut message, 32, time_s);
    }
    framed("OSMHeader", &zlib_blob(&message))
}

/// A whole file.
pub(crate) fn file(blocks: &[Block]) -> Vec<u8> {
    file_with(&["OsmSchema-V0.6", "DenseNodes"], &[], blocks)
}

/// A whole file with these features.
pub(crate) fn file_with(required: &[&str], optional: &[&str], blocks: &[Block]) -> Vec<u8> {
    let mut out = header_with(required, optional, Some(1_730_404_799));
    for block in blocks {
        out.extend(framed("OSMData", &zlib_blob(&primitive_block(block))));
    }
    out
}
