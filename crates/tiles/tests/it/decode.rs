//! A small reader of Mapbox Vector Tiles, version 2, of one layer.

use std::collections::BTreeMap;

pub(crate) struct Decoded {
    pub(crate) name: String,
    pub(crate) features: Vec<Feature>,
}

pub(crate) struct Feature {
    pub(crate) id: u64,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) geometry: Geometry,
}

pub(crate) enum Geometry {
    Lines(Vec<Vec<(i64, i64)>>),
    Areas(Vec<Vec<(i64, i64)>>),
}

/// Fields of one protobuf message: number, and a number or bytes.
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (&byte, rest) = bytes.split_first().expect("a cut number");
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return value;
        }
        shift += 7;
    }
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Value<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => Value::Number(varint(&mut bytes)),
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let (inner, rest) = bytes.split_at(length);
                bytes = rest;
                Value::Bytes(inner)
            }
            other => panic!("wire type {other} is not used by these layers"),
        };
        fields.push((key >> 3, value));
    }
    fields
}

fn numbers(mut bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        numbers.push(varint(&mut bytes));
    }
    numbers
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn tile(bytes: &[u8]) -> Decoded {
    let mut layers = fields(bytes);
    assert_eq!(layers.len(), 1, "one layer a tile");
    let (3, Value::Bytes(layer)) = layers.remove(0) else {
        panic!("a tile holds layers only")
    };
    let (mut name, mut keys, mut values, mut raw) = (String::new(), vec![], vec![], vec![]);
    for field in fields(layer) {
        match field {
            (1, Value::Bytes(bytes)) => name = text(bytes),
            (2, Value::Bytes(bytes)) => raw.push(bytes),
            (3, Value::Bytes(bytes)) => keys.push(text(bytes)),
            (4, Value::Bytes(bytes)) => values.push(match fields(bytes).remove(0) {
                (1, Value::Bytes(bytes)) => text(bytes),
                (_, Value::Number(number)) => number.to_string(),
                _ => panic!("values are texts and whole numbers"),
            }),
            (5, Value::Number(extent)) => assert_eq!(extent, 4096),
            (15, Value::Number(version)) => assert_eq!(version, 2),
            (other, _) => panic!("unknown field {other}"),
        }
    }
    let index = |n: u64| usize::try_from(n).unwrap();
    let features = raw
        .into_iter()
        .map(|bytes| {
            let (mut id, mut tags, mut kind, mut commands) = (0, BTreeMap::new(), 0, vec![]);
            for field in fields(bytes) {
                match field {
                    (1, Value::Number(number)) => id = number,
                    (2, Value::Bytes(bytes)) => {
                        for pair in numbers(bytes).chunks(2) {
                            tags.insert(
                                keys[index(pair[0])].clone(),
                                values[index(pair[1])].clone(),
                            );
                        }
                    }
                    (3, Value::Number(number)) => kind = number,
                    (4, Value::Bytes(bytes)) => commands = numbers(bytes),
                    (other, _) => panic!("unknown field {other}"),
                }
            }
            let parts = parts(&commands);
            let geometry = match kind {
                2 => Geometry::Lines(parts),
                3 => Geometry::Areas(parts),
                other => panic!("unknown kind of geometry {other}"),
            };
            Feature { id, tags, geometry }
        })
        .collect();
    Decoded { name, features }
}

fn parts(commands: &[u64]) -> Vec<Vec<(i64, i64)>> {
    let mut parts: Vec<Vec<(i64, i64)>> = Vec::new();
    let (mut x, mut y) = (0, 0);
    let mut at = 0;
    let zigzag = |n: u64| i64::try_from(n >> 1).unwrap() ^ -i64::try_from(n & 1).unwrap();
    while at < commands.len() {
        let (command, count) = (commands[at] & 7, commands[at] >> 3);
        at += 1;
        for _ in 0..count {
            if command == 7 {
                continue;
            }
            x += zigzag(commands[at]);
            y += zigzag(commands[at + 1]);
            at += 2;
            if command == 1 {
                parts.push(Vec::new());
            }
            parts.last_mut().expect("a move comes first").push((x, y));
        }
    }
    parts
}

pub(crate) fn doubled_area(ring: &[(i64, i64)]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum()
}
