//! The little of the protobuf wire format that must be read before a decoder is let near a file:
//! block headers, blobs, the file header, and how much memory a block would take.

/// One field of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    Fixed,
}

/// The fields of a message in order; `None` inside for bytes that are no message.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn of(message: &'a [u8]) -> Self {
        Self(message)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = read_field(&mut self.0);
        if field.is_none() {
            // What follows a broken field cannot be told apart.
            self.0 = &[];
        }
        Some(field)
    }
}

fn read_field<'a>(input: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let tag = read_varint(input)?;
    let value = match tag & 7 {
        0 => Value::Varint(read_varint(input)?),
        1 => {
            split(input, 8)?;
            Value::Fixed
        }
        2 => {
            let length = usize::try_from(read_varint(input)?).ok()?;
            Value::Bytes(split(input, length)?)
        }
        5 => {
            split(input, 4)?;
            Value::Fixed
        }
        // Groups are not used by this format.
        _ => return None,
    };
    Some((tag >> 3, value))
}

fn split<'a>(input: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(head)
}

pub(crate) fn read_varint(input: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = input.split_first()?;
        *input = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

pub(crate) fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

/// What a block of data holds, without decoding it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) n_nodes: u64,
    pub(crate) n_ways: u64,
    pub(crate) n_relations: u64,
    /// An upper bound of what the decoded block takes in memory, in bytes.
    pub(crate) memory: u64,
}

/// What a message struct takes once decoded, its vectors and unknown fields included; the largest
/// of them (a relation) measures about 300 bytes.
const MESSAGE_BYTES: u64 = 384;
/// What an unknown field takes in the decoder's map.
const UNKNOWN_BYTES: u64 = 192;

/// Walks a primitive block; `None` when it is no such message.
///
/// Cost: linear in the bytes of the messages, packed arrays skipped but for counting.
pub(crate) fn contents(block: &[u8]) -> Option<Contents> {
    let mut found = Contents {
        memory: MESSAGE_BYTES,
        ..Contents::default()
    };
    for field in Fields::of(block) {
        match field? {
            (1, Value::Bytes(table)) => {
                for entry in Fields::of(table) {
                    match entry? {
                        (1, Value::Bytes(text)) => found.memory += 32 + as_u64(text.len()),
                        _ => found.memory += UNKNOWN_BYTES,
                    }
                }
            }
            (2, Value::Bytes(group)) => {
                found.memory += 2 * MESSAGE_BYTES;
                for member in Fields::of(group) {
                    match member? {
                        (1, Value::Bytes(node)) => {
                            found.n_nodes += 1;
                            found.memory += message(node, &[4])?;
                        }
                        (2, Value::Bytes(dense)) => {
                            found.n_nodes += dense_nodes(dense)?;
                            found.memory += message(dense, &[5])?;
                        }
                        (3, Value::Bytes(way)) => {
                            found.n_ways += 1;
                            found.memory += message(way, &[4])?;
                        }
                        (4, Value::Bytes(relation)) => {
                            found.n_relations += 1;
                            found.memory += message(relation, &[4])?;
                        }
                        _ => found.memory += MESSAGE_BYTES,
                    }
                }
            }
            _ => found.memory += UNKNOWN_BYTES,
        }
    }
    Some(found)
}

/// Memory of a message whose fields are numbers, packed arrays or, where named, messages.
fn message(bytes: &[u8], messages: &[u64]) -> Option<u64> {
    let mut memory = MESSAGE_BYTES;
    for field in Fields::of(bytes) {
        memory += match field? {
            (number, Value::Bytes(inner)) if messages.contains(&number) => message(inner, &[])?,
            // One byte of a packed array becomes at most one number.
            (1..=20, Value::Bytes(packed)) => as_u64(packed.len()) * 8,
            (1..=20, _) => 8,
            (_, Value::Bytes(unknown)) => UNKNOWN_BYTES + as_u64(unknown.len()),
            _ => UNKNOWN_BYTES,
        };
    }
    Some(memory)
}

fn dense_nodes(bytes: &[u8]) -> Option<u64> {
    let mut n_nodes = 0;
    for field in Fields::of(bytes) {
        if let (1, Value::Bytes(ids)) = field? {
            n_nodes += as_u64(ids.iter().filter(|&&byte| byte & 0x80 == 0).count());
        }
    }
    Some(n_nodes)
}

pub(crate) fn as_u64(length: usize) -> u64 {
    u64::try_from(length).expect("a usize fits 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_message_come_in_order() {
        // Field 1 varint 150, field 2 bytes "hi".
        let message = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i'];
        let fields: Vec<_> = Fields::of(&message).collect();
        assert_eq!(
            fields,
            [
                Some((1, Value::Varint(150))),
                Some((2, Value::Bytes(b"hi")))
            ]
        );
    }

    #[test]
    fn broken_fields_end_the_walk() {
        for message in [&[0x08][..], &[0x12, 0x05, 0], &[0x0b], &[0xff; 11]] {
            assert_eq!(Fields::of(message).last(), Some(None), "{message:?}");
        }
    }

    #[test]
    fn zigzag_alternates() {
        assert_eq!([0, 1, 2, 3].map(zigzag), [0, -1, 1, -2]);
        assert_eq!(zigzag(u64::MAX), i64::MIN);
    }

    #[test]
    fn a_swarm_of_tiny_messages_is_seen_as_large() {
        // Four thousand empty groups: eight kilobytes that decode to megabytes.
        let swarm: Vec<u8> = [0x12, 0x00].repeat(4_000);
        let memory = contents(&swarm).unwrap().memory;
        assert!(memory > 4_000 * 2 * MESSAGE_BYTES, "{memory}");
    }
}
