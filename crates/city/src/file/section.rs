use std::io::{self, Read};

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

pub(crate) const HEADER_LEN: usize = 24;
pub(crate) const ENTRY_LEN: usize = NAME_LEN + 24;
const NAME_LEN: usize = 16;

/// What the directory says of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// From the start of the file, in bytes.
    pub(crate) start: u64,
    /// In bytes.
    pub(crate) length: u64,
    pub(crate) checksum: u64,
}

impl Entry {
    pub(super) fn to_bytes(&self) -> [u8; ENTRY_LEN] {
        let mut bytes = [0; ENTRY_LEN];
        bytes[..self.name.len()].copy_from_slice(self.name.as_bytes());
        let numbers = [self.start, self.length, self.checksum];
        for (place, number) in bytes[NAME_LEN..].chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// `None` when the name is no text.
    pub(crate) fn of(bytes: &[u8; ENTRY_LEN]) -> Option<Self> {
        let (name, numbers) = bytes.split_at(NAME_LEN);
        let end = name.iter().position(|&b| b == 0).unwrap_or(NAME_LEN);
        let name = str::from_utf8(&name[..end])
            .ok()
            .filter(|n| !n.is_empty())?;
        let mut numbers = numbers
            .as_chunks()
            .0
            .iter()
            .copied()
            .map(u64::from_le_bytes);
        Some(Self {
            name: name.to_owned(),
            start: numbers.next()?,
            length: numbers.next()?,
            checksum: numbers.next()?,
        })
    }
}

/// A section being read, column by column, each into its own memory.
///
/// No column is longer than what is left of the section, and no section than its file, so a wrong
/// length takes no memory that the file does not have.
pub(super) struct SectionReader<'a, R> {
    input: &'a mut R,
    left: u64,
    wanted: u64,
    checksum: Xxh3Default,
}

impl<'a, R: Read> SectionReader<'a, R> {
    pub(super) fn new(input: &'a mut R, length: u64, wanted: u64) -> Self {
        Self {
            input,
            left: length,
            wanted,
            checksum: Xxh3Default::new(),
        }
    }

    /// The whole section; `None` when its checksum does not match.
    pub(super) fn whole(self) -> io::Result<Option<Vec<u8>>> {
        let length = usize::try_from(self.left).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        self.input.read_exact(&mut bytes)?;
        Ok((xxh3_64(&bytes) == self.wanted).then_some(bytes))
    }

    /// Reads on to the end; whether the checksum matches.
    pub(super) fn finish(mut self) -> io::Result<bool> {
        let mut block = [0; 4_096];
        while self.left > 0 {
            let n = usize::try_from(self.left).unwrap_or(block.len());
            let n = n.min(block.len());
            self.read(&mut block[..n])?;
        }
        Ok(self.checksum.digest() == self.wanted)
    }

    /// A column of 32-bit numbers; `None` on a wrong length.
    pub(super) fn numbers(&mut self) -> io::Result<Option<Vec<u32>>> {
        let Some(mut column) = self.column::<u32>()? else {
            return Ok(None);
        };
        if cfg!(target_endian = "big") {
            for n in &mut column {
                *n = u32::from_le(*n);
            }
        }
        Ok(Some(column))
    }

    /// A column of 64-bit numbers; `None` on a wrong length.
    pub(super) fn wide_numbers(&mut self) -> io::Result<Option<Vec<i64>>> {
        let Some(mut column) = self.column::<i64>()? else {
            return Ok(None);
        };
        if cfg!(target_endian = "big") {
            for n in &mut column {
                *n = i64::from_le(*n);
            }
        }
        Ok(Some(column))
    }

    fn column<T: bytemuck::Pod>(&mut self) -> io::Result<Option<Vec<T>>> {
        if self.left < 8 {
            return Ok(None);
        }
        let mut length = [0; 8];
        self.read(&mut length)?;
        let length = u64::from_le_bytes(length);
        let fits = length
            .checked_next_multiple_of(8)
            .is_some_and(|padded| padded <= self.left);
        let Some(n_bytes) = usize::try_from(length).ok().filter(|_| fits) else {
            return Ok(None);
        };
        if !n_bytes.is_multiple_of(size_of::<T>()) {
            return Ok(None);
        }
        let mut column = vec![T::zeroed(); n_bytes / size_of::<T>()];
        self.read(bytemuck::cast_slice_mut(&mut column))?;
        let padding = n_bytes.next_multiple_of(8) - n_bytes;
        self.read(&mut [0; 7][..padding])?;
        Ok(Some(column))
    }

    /// Reads so many bytes, at most what is left, and counts them in.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.input.read_exact(bytes)?;
        self.checksum.update(bytes);
        self.left -= u64::try_from(bytes.len()).expect("a usize fits 64 bits");
        Ok(())
    }
}
