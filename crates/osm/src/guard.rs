//! Everything between a file and a decoded block: framing, caps, the header, contained panics.
//!
//! `osmpbfreader` decodes blocks; it is handed only blocks that were measured first. Its own
//! framing is not used, since it asserts on cut files, drops the header and knows no cap.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use osmpbfreader::fileformat::Blob;
use osmpbfreader::osmformat::PrimitiveBlock;
use rayon::prelude::*;
use units::{BoundingBox, LngLat};

use crate::ImportError;
use crate::wire::{self, Contents, Fields, Value, as_u64};

/// Caps of the format (OSM wiki, PBF Format): a block header, and a block, raw or inflated.
pub(crate) const MAX_HEADER_BYTES: u64 = 64 << 10;
pub(crate) const MAX_BLOB_BYTES: u64 = 32 << 20;
/// Our own cap: what one decoded block may take. Real blocks of 8,000 objects take 1 to 8 MiB, and
/// one of the 16 MiB that writers should keep to takes 128 MiB if it is nothing but numbers.
pub(crate) const MAX_DECODED_BYTES: u64 = 160 << 20;
/// How many compressed bytes are held at once, and how many blocks for each thread: enough that a
/// heavy block among them does not leave the other threads idle for long.
const BATCH_BYTES: u64 = 8 << 20;
const BATCH_BLOBS_PER_THREAD: usize = 8;
/// How many inflated bytes the blocks of a batch hold together, but for the last one: what is
/// taken from each waits for those before it, and takes eight times as much at most.
const BATCH_INFLATED: u64 = 32 << 20;

/// Features of files that are understood, whether writers call them required or optional; how a
/// file is sorted and what else stands in it changes nothing here.
const KNOWN_FEATURES: [&str; 6] = [
    "OsmSchema-V0.6",
    "DenseNodes",
    "LocationsOnWays",
    "Has_Metadata",
    "Sort.Type_then_ID",
    "Sort.Geographic",
];
/// Some writers tell the date of the data as a feature.
const DATE_FEATURE: &str = "timestamp=";
/// The feature of files with all past versions.
const HISTORY: &str = "HistoricalInformation";

/// What the header of the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileHeader {
    pub(crate) bounding_box: Option<BoundingBox>,
    /// Seconds since 1970.
    pub(crate) data_time_s: Option<u64>,
    pub(crate) written_by: Option<String>,
    /// Optional features that are not understood.
    pub(crate) unknown_features: Vec<String>,
}

/// A block as it lies in the file.
struct RawBlob {
    number: u64,
    bytes: Vec<u8>,
}

/// The blocks of a file, in order.
pub(crate) struct BlobReader {
    path: PathBuf,
    input: BufReader<File>,
    n_bytes: u64,
    at: u64,
    number: u64,
}

/// A pass over the blocks: which of them to decode, and what was seen.
pub(crate) struct Pass<'a> {
    pub(crate) path: &'a Path,
    /// By block number less one; blocks that are not wanted are skipped unread.
    pub(crate) wanted: Option<&'a [bool]>,
    /// Called with the bytes read so far.
    pub(crate) progress: &'a (dyn Fn(u64) + Sync),
}

impl BlobReader {
    pub(crate) fn open(path: &Path) -> Result<Self, ImportError> {
        let read = |source| ImportError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(read)?;
        let n_bytes = file.metadata().map_err(read)?.len();
        Ok(Self {
            path: path.to_owned(),
            input: BufReader::with_capacity(1 << 18, file),
            n_bytes,
            at: 0,
            number: 0,
        })
    }

    /// The next block that is wanted; `None` at the end of the file.
    fn next(&mut self, wanted: Option<&[bool]>) -> Result<Option<(String, RawBlob)>, ImportError> {
        loop {
            if self.at == self.n_bytes {
                return Ok(None);
            }
            self.number += 1;
            let begin = self.at;
            let mut length = [0; 4];
            self.fill(&mut length, begin)?;
            let length = u64::from(u32::from_be_bytes(length));
            if length > MAX_HEADER_BYTES {
                return Err(self.too_large("a block header", length, MAX_HEADER_BYTES));
            }
            let mut header = vec![0; index(length)];
            self.fill(&mut header, begin)?;
            let Some((kind, size)) = blob_header(&header) else {
                return Err(self.damaged("its header is no message"));
            };
            if size > MAX_BLOB_BYTES {
                return Err(self.too_large("a block", size, MAX_BLOB_BYTES));
            }
            if begin + 4 + length + size > self.n_bytes {
                return Err(self.cut(begin));
            }
            let number = self.number;
            let is_wanted = |wanted: &[bool]| wanted.get(index(number - 1)).copied();
            if !wanted.and_then(is_wanted).unwrap_or(wanted.is_none()) {
                let skip = i64::try_from(size).expect("capped above");
                self.input.seek_relative(skip).map_err(|e| self.read(e))?;
                self.at += size;
                continue;
            }
            let mut bytes = vec![0; index(size)];
            self.fill(&mut bytes, begin)?;
            return Ok(Some((kind, RawBlob { number, bytes })));
        }
    }

    fn fill(&mut self, buffer: &mut [u8], begin: u64) -> Result<(), ImportError> {
        self.input.read_exact(buffer).map_err(|error| {
            if error.kind() == io::ErrorKind::UnexpectedEof {
                self.cut(begin)
            } else {
                self.read(error)
            }
        })?;
        self.at += as_u64(buffer.len());
        Ok(())
    }

    fn read(&self, source: io::Error) -> ImportError {
        ImportError::Read {
            path: self.path.clone(),
            source,
        }
    }

    fn cut(&self, at: u64) -> ImportError {
        ImportError::Cut {
            path: self.path.clone(),
            block: self.number,
            at,
        }
    }

    fn damaged(&self, reason: &'static str) -> ImportError {
        ImportError::Damaged {
            path: self.path.clone(),
            block: self.number,
            reason,
        }
    }

    fn too_large(&self, what: &'static str, found: u64, most: u64) -> ImportError {
        ImportError::TooLarge {
            path: self.path.clone(),
            block: self.number,
            what,
            found,
            most,
        }
    }
}

/// Type and size of the block that follows.
fn blob_header(bytes: &[u8]) -> Option<(String, u64)> {
    let (mut kind, mut size) = (None, None);
    for field in Fields::of(bytes) {
        match field? {
            (1, Value::Bytes(text)) => kind = Some(String::from_utf8_lossy(text).into_owned()),
            (3, Value::Varint(n)) => size = Some(n),
            _ => {}
        }
    }
    Some((kind?, size?))
}

/// Checks the beginning of the file and reads its header.
pub(crate) fn read_header(path: &Path) -> Result<FileHeader, ImportError> {
    let mut reader = BlobReader::open(path)?;
    if reader.n_bytes == 0 {
        return Err(ImportError::Empty {
            path: path.to_owned(),
        });
    }
    let not_pbf = || ImportError::NotPbf {
        path: path.to_owned(),
    };
    let (kind, blob) = match reader.next(None) {
        Ok(Some(first)) => first,
        Err(error @ ImportError::Read { .. }) => return Err(error),
        // A file that begins like a pbf and ends at once is cut; anything else is no pbf.
        Err(error @ ImportError::Cut { .. }) if begins_like_pbf(path) => return Err(error),
        Ok(None) | Err(_) => return Err(not_pbf()),
    };
    if kind != "OSMHeader" {
        return Err(not_pbf());
    }
    let bytes = inflate(path, &blob)?;
    let (header, required) = file_header(&bytes).ok_or_else(|| ImportError::Damaged {
        path: path.to_owned(),
        block: 1,
        reason: "the file header is no message",
    })?;
    let path = path.to_owned();
    if required.iter().any(|feature| feature == HISTORY) {
        return Err(ImportError::History { path });
    }
    if !required.is_empty() {
        return Err(ImportError::UnknownFeatures {
            path,
            features: required,
        });
    }
    Ok(header)
}

fn begins_like_pbf(path: &Path) -> bool {
    let mut start = [0; 16];
    let read = File::open(path).and_then(|mut file| file.read(&mut start));
    let text = b"OSMHeader";
    read.is_ok_and(|n| n > 6)
        && start.get(6..).is_some_and(|rest| {
            let n = rest.len().min(text.len());
            rest[..n] == text[..n]
        })
}

/// The header, and what keeps the file from being read: required features that are not understood,
/// and history, whatever the writer calls it.
fn file_header(bytes: &[u8]) -> Option<(FileHeader, Vec<String>)> {
    let mut header = FileHeader::default();
    let mut required = Vec::new();
    for field in Fields::of(bytes) {
        match field? {
            (1, Value::Bytes(bounds)) => header.bounding_box = bounding_box(bounds),
            (number @ (4 | 5), Value::Bytes(feature)) => {
                let feature = String::from_utf8_lossy(feature).into_owned();
                let is_known =
                    KNOWN_FEATURES.contains(&feature.as_str()) || feature.starts_with(DATE_FEATURE);
                if number == 4 && !is_known || feature == HISTORY {
                    required.push(feature);
                } else if !is_known {
                    header.unknown_features.push(feature);
                }
            }
            (16, Value::Bytes(program)) => {
                header.written_by = Some(String::from_utf8_lossy(program).into_owned());
            }
            (32, Value::Varint(time_s)) => header.data_time_s = Some(time_s),
            _ => {}
        }
    }
    Some((header, required))
}

/// Corners in nanodegrees.
fn bounding_box(bytes: &[u8]) -> Option<BoundingBox> {
    let mut sides = [None; 4];
    for field in Fields::of(bytes) {
        if let (number @ 1..=4, Value::Varint(value)) = field? {
            let degrees_e7 = i32::try_from(wire::zigzag(value) / 100).ok();
            sides[index(number) - 1] = degrees_e7;
        }
    }
    let [left, right, top, bottom] = sides;
    BoundingBox::of([
        LngLat::from_e7(left?, bottom?),
        LngLat::from_e7(right?, top?),
    ])
}

/// How large a block says that it is; one that says nothing counts as it lies in the file, and
/// inflates to something else only to be refused.
fn inflated_size(blob: &RawBlob) -> u64 {
    let said = Fields::of(&blob.bytes).find_map(|field| match field {
        Some((2, Value::Varint(size))) => Some(size),
        _ => None,
    });
    said.unwrap_or(as_u64(blob.bytes.len())).min(MAX_BLOB_BYTES)
}

/// Inflates a block under the cap.
fn inflate(path: &Path, blob: &RawBlob) -> Result<Vec<u8>, ImportError> {
    let damaged = |reason| ImportError::Damaged {
        path: path.to_owned(),
        block: blob.number,
        reason,
    };
    let mut data = None;
    let mut raw_size = None;
    for field in Fields::of(&blob.bytes) {
        match field.ok_or_else(|| damaged("it is no message"))? {
            (2, Value::Varint(size)) => raw_size = Some(size),
            (number @ (1 | 3..=7), Value::Bytes(bytes)) => data = Some((number, bytes)),
            _ => {}
        }
    }
    let too_large = |found| ImportError::TooLarge {
        path: path.to_owned(),
        block: blob.number,
        what: "inflated data",
        found,
        most: MAX_BLOB_BYTES,
    };
    if let Some(size) = raw_size.filter(|&size| size > MAX_BLOB_BYTES) {
        return Err(too_large(size));
    }
    let method = match data {
        Some((1, bytes)) => return Ok(bytes.to_vec()),
        Some((3, bytes)) => {
            let expected = raw_size.unwrap_or_default();
            let mut inflated = Vec::with_capacity(index(expected));
            let decoder = flate2::read::ZlibDecoder::new(bytes);
            // One byte past the cap tells a bomb from a block that just fits.
            let read = decoder.take(MAX_BLOB_BYTES + 1).read_to_end(&mut inflated);
            if read.is_err() {
                return Err(damaged("its zlib data do not inflate"));
            }
            if as_u64(inflated.len()) > MAX_BLOB_BYTES {
                return Err(too_large(as_u64(inflated.len())));
            }
            if raw_size.is_some_and(|size| size != as_u64(inflated.len())) {
                return Err(damaged("its inflated size is not the one it names"));
            }
            return Ok(inflated);
        }
        Some((4, _)) => "lzma",
        Some((5, _)) => "bzip2",
        Some((6, _)) => "lz4",
        Some((7, _)) => "zstd",
        _ => return Err(damaged("it holds no data")),
    };
    Err(ImportError::Compression {
        path: path.to_owned(),
        block: blob.number,
        method,
    })
}

/// Decodes a block that was measured before.
fn decode(path: &Path, number: u64, inflated: Vec<u8>) -> Result<PrimitiveBlock, ImportError> {
    let damaged = |reason| ImportError::Damaged {
        path: path.to_owned(),
        block: number,
        reason,
    };
    let mut blob = Blob::new();
    blob.set_raw(inflated);
    panic::catch_unwind(AssertUnwindSafe(|| {
        osmpbfreader::primitive_block_from_blob(&blob)
    }))
    .ok()
    .and_then(Result::ok)
    .ok_or_else(|| damaged("its objects cannot be decoded"))
}

/// Runs `take` on the wanted blocks in parallel and `give` on the results in the order of the
/// file, so that nothing depends on the number of threads.
///
/// `look` sees what a block holds before it is decoded and says whether to decode it.
/// At most a batch of blocks is in memory at once.
pub(crate) fn for_each_block<T: Send>(
    pass: &Pass<'_>,
    look: impl Fn(u64, Contents) -> bool + Sync,
    take: impl Fn(&PrimitiveBlock) -> Result<T, &'static str> + Sync,
    mut give: impl FnMut(u64, Contents, Option<T>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut reader = BlobReader::open(pass.path)?;
    let one = |blob: &RawBlob| -> Result<(Contents, Option<T>), ImportError> {
        let damaged = |reason| ImportError::Damaged {
            path: pass.path.to_owned(),
            block: blob.number,
            reason,
        };
        let inflated = inflate(pass.path, blob)?;
        let contents = wire::contents(&inflated).ok_or_else(|| damaged("it is no message"))?;
        if contents.memory > MAX_DECODED_BYTES {
            return Err(ImportError::TooLarge {
                path: pass.path.to_owned(),
                block: blob.number,
                what: "objects",
                found: contents.memory,
                most: MAX_DECODED_BYTES,
            });
        }
        if !look(blob.number, contents) {
            return Ok((contents, None));
        }
        let block = decode(pass.path, blob.number, inflated)?;
        let taken = panic::catch_unwind(AssertUnwindSafe(|| take(&block)));
        let taken = taken.unwrap_or(Err("its objects cannot be understood"));
        Ok((contents, Some(taken.map_err(damaged)?)))
    };
    let most_blobs = BATCH_BLOBS_PER_THREAD * rayon::current_num_threads();
    let mut done = false;
    while !done {
        let mut batch: Vec<RawBlob> = Vec::new();
        let (mut n_bytes, mut n_inflated) = (0, 0);
        while n_bytes < BATCH_BYTES && n_inflated < BATCH_INFLATED && batch.len() < most_blobs {
            let Some((kind, blob)) = reader.next(pass.wanted)? else {
                done = true;
                break;
            };
            if kind == "OSMData" {
                n_bytes += as_u64(blob.bytes.len());
                n_inflated += inflated_size(&blob);
                batch.push(blob);
            }
        }
        let results: Vec<_> = batch.par_iter().map(one).collect();
        for (blob, result) in batch.iter().zip(results) {
            let (contents, taken) = result?;
            give(blob.number, contents, taken)?;
        }
        (pass.progress)(reader.at);
    }
    Ok(())
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "sizes are capped at 32 MiB before they become indices"
)]
fn index(size: u64) -> usize {
    size as usize
}
