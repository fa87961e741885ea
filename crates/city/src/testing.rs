//! For tests that change the bytes of a city file.

use xxhash_rust::xxh3::xxh3_64;

use crate::file::section::{ENTRY_LEN, Entry, HEADER_LEN};

/// Where the first section of a file begins that has all of them: what lies before is header and
/// directory.
///
/// # Panics
/// When the bytes are no city file.
pub fn first_section(bytes: &[u8]) -> usize {
    let entries = entries(bytes).filter_map(|(_, entry)| entry);
    let starts = entries.map(|entry| usize::try_from(entry.start).expect("inside the file"));
    starts.min().expect("a city file has sections")
}

/// Makes the checksums of a changed file fit what it holds, as far as its directory names bytes that
/// are there.
pub fn reseal(bytes: &mut [u8]) {
    let of_sections: Vec<(usize, u64)> = entries(bytes)
        .filter_map(|(at, entry)| {
            let entry = entry?;
            let start = usize::try_from(entry.start).ok()?;
            let end = start.checked_add(usize::try_from(entry.length).ok()?)?;
            Some((at + ENTRY_LEN - 8, xxh3_64(bytes.get(start..end)?)))
        })
        .collect();
    for (at, checksum) in of_sections {
        bytes[at..at + 8].copy_from_slice(&checksum.to_le_bytes());
    }
    let end = entries(bytes)
        .last()
        .map_or(HEADER_LEN, |(at, _)| at + ENTRY_LEN);
    let checksum = xxh3_64(&bytes[HEADER_LEN..end]);
    bytes[HEADER_LEN - 8..HEADER_LEN].copy_from_slice(&checksum.to_le_bytes());
}

/// The entries of the directory that are there, each with where it lies.
fn entries(bytes: &[u8]) -> impl Iterator<Item = (usize, Option<Entry>)> + '_ {
    let count = bytes[12..]
        .first_chunk()
        .copied()
        .map_or(0, u32::from_le_bytes);
    let whole = bytes[HEADER_LEN..].as_chunks().0.iter();
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let places = (HEADER_LEN..).step_by(ENTRY_LEN);
    places.zip(whole.take(count).map(Entry::of))
}
