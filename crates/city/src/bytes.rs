//! Columns of numbers as little-endian bytes, one after the other, each with its length before it.

use std::io::{self, Write};

use graph::ColumnSink;
use xxhash_rust::xxh3::Xxh3Default;

/// Columns being written, and the checksum of what was written so far.
pub(crate) struct Writer<'a> {
    sink: &'a mut dyn Write,
    checksum: Xxh3Default,
    n_bytes: u64,
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
            n_bytes: 0,
            written: Ok(()),
        }
    }

    /// The checksum of all columns, and how many bytes they take.
    ///
    /// # Errors
    /// The first thing that went wrong on the way.
    pub(crate) fn finish(self) -> io::Result<(u64, u64)> {
        self.written?;
        Ok((self.checksum.digest(), self.n_bytes))
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.begin(bytes.len());
        self.put(bytes);
        self.end(bytes.len());
    }

    fn begin(&mut self, n_bytes: usize) {
        let length = u64::try_from(n_bytes).expect("a usize fits 64 bits");
        self.put(&length.to_le_bytes());
    }

    /// Columns begin at multiples of eight, so that numbers lie aligned in the file.
    fn end(&mut self, n_bytes: usize) {
        self.put(&[0; 7][..n_bytes.next_multiple_of(8) - n_bytes]);
    }

    /// A column of numbers that are made one by one.
    fn made<T: bytemuck::NoUninit>(&mut self, values: impl ExactSizeIterator<Item = T>) {
        let n_bytes = values.len() * size_of::<T>();
        self.begin(n_bytes);
        let mut block = Vec::with_capacity(BLOCK);
        for value in values {
            block.push(value);
            if block.len() == BLOCK {
                self.put(bytemuck::cast_slice(&block));
                block.clear();
            }
        }
        self.put(bytemuck::cast_slice(&block));
        self.end(n_bytes);
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.written.is_ok() {
            self.checksum.update(bytes);
            self.n_bytes += u64::try_from(bytes.len()).expect("a usize fits 64 bits");
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

/// Numbers that are written at once.
const BLOCK: usize = 4_096;

impl ColumnSink for Writer<'_> {
    fn column(&mut self, values: impl ExactSizeIterator<Item = u32>) {
        self.made(values.map(u32::to_le));
    }

    fn wide_column(&mut self, values: impl ExactSizeIterator<Item = i64>) {
        self.made(values.map(i64::to_le));
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
