//! Columns of numbers as little-endian bytes, one after the other, each with its length before it.

use std::io::{self, Write};

use xxhash_rust::xxh3::Xxh3Default;

/// Columns being written, and the checksum of what was written so far.
pub(crate) struct Writer<'a> {
    sink: &'a mut dyn Write,
    checksum: Xxh3Default,
    /// What went wrong first; nothing is written after it.
    written: io::Result<()>,
}

/// Columns being read; every method gives `None` at the end or on a wrong length.
#[derive(Debug)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Writer<'a> {
    pub(crate) fn new(sink: &'a mut dyn Write) -> Self {
        Self {
            sink,
            checksum: Xxh3Default::new(),
            written: Ok(()),
        }
    }

    /// The checksum of all columns.
    ///
    /// # Errors
    /// The first thing that went wrong on the way.
    pub(crate) fn finish(self) -> io::Result<u64> {
        self.written?;
        Ok(self.checksum.digest())
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).expect("a usize fits 64 bits");
        self.put(&length.to_le_bytes());
        self.put(bytes);
        // Columns begin at multiples of eight, so that numbers lie aligned in the file.
        self.put(&[0; 7][..bytes.len().next_multiple_of(8) - bytes.len()]);
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.written.is_ok() {
            self.checksum.update(bytes);
            self.written = self.sink.write_all(bytes);
        }
    }

    pub(crate) fn numbers(&mut self, column: &[u32]) {
        if cfg!(target_endian = "little") {
            self.bytes(bytemuck::cast_slice(column));
        } else {
            let swapped: Vec<u32> = column.iter().map(|n| n.to_le()).collect();
            self.bytes(bytemuck::cast_slice(&swapped));
        }
    }

    pub(crate) fn wide_numbers(&mut self, column: &[i64]) {
        if cfg!(target_endian = "little") {
            self.bytes(bytemuck::cast_slice(column));
        } else {
            let swapped: Vec<i64> = column.iter().map(|n| n.to_le()).collect();
            self.bytes(bytemuck::cast_slice(&swapped));
        }
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let padded = length.checked_next_multiple_of(8)?;
        let column = rest.get(..length)?;
        self.0 = rest.get(padded..)?;
        Some(column)
    }

    pub(crate) fn numbers(&mut self) -> Option<Vec<u32>> {
        let bytes = self.bytes()?;
        if !bytes.len().is_multiple_of(4) {
            return None;
        }
        let mut column = vec![0_u32; bytes.len() / 4];
        bytemuck::cast_slice_mut(&mut column).copy_from_slice(bytes);
        if cfg!(target_endian = "big") {
            for n in &mut column {
                *n = u32::from_le(*n);
            }
        }
        Some(column)
    }

    pub(crate) fn wide_numbers(&mut self) -> Option<Vec<i64>> {
        let bytes = self.bytes()?;
        if !bytes.len().is_multiple_of(8) {
            return None;
        }
        let mut column = vec![0_i64; bytes.len() / 8];
        bytemuck::cast_slice_mut(&mut column).copy_from_slice(bytes);
        if cfg!(target_endian = "big") {
            for n in &mut column {
                *n = i64::from_le(*n);
            }
        }
        Some(column)
    }
}
