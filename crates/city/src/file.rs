//! A city as one file, `*.nqg`: header, checksum, columns of numbers, small parts in postcard.
//!
//! ```text
//!   8 bytes   "NUANQUAN"
//!   4 bytes   version of this format, little-endian
//!   4 bytes   zero
//!   8 bytes   xxh3 of everything after it
//!   rest      columns, each with its length in bytes before it, padded to eight
//! ```
//!
//! Reading is one `read` and one copy of each column into its own memory; nothing is parsed but
//! the pools, the boundaries and the report, which are small.

use std::fs;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use graph::{GraphParts, GraphPools, StreetGraph};
use serde::de::DeserializeOwned;
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

use crate::bytes::{Reader, Writer};
use crate::{Backdrop, Boundaries, City, ImportReport, Places, Source};

/// What the names of city files end in.
pub const EXTENSION: &str = "nqg";
/// Version of the file format; a file of another version is refused.
pub const FORMAT_VERSION: u32 = 4;

/// What city files begin with.
pub const MAGIC: &[u8; 8] = b"NUANQUAN";
const HEADER_LEN: usize = 24;

/// A city that could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The file system refused.
    #[error("could not write the city")]
    Io(#[from] io::Error),
    /// A part that postcard refuses.
    #[error("could not encode the {part} of the city")]
    Encode {
        /// Which part.
        part: &'static str,
        /// Why.
        source: postcard::Error,
    },
}

/// A city file that could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file system refused.
    #[error("could not read `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something else.
    #[error(
        "`{}` is not a city file; make one with `nuanquan import IN.osm.pbf --output OUT.nqg`",
        path.display()
    )]
    NotACity {
        /// The file.
        path: PathBuf,
    },
    /// Written by another version.
    #[error(
        "`{}` has format version {found}, but this program reads version {FORMAT_VERSION}; \
         import the city again with `nuanquan import`",
        path.display()
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Cut or changed.
    #[error("`{}` is damaged ({reason}); import the city again with `nuanquan import`", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl City {
    /// The city as the bytes of its file; the same city gives the same bytes.
    ///
    /// # Errors
    /// When a part cannot be encoded.
    ///
    /// Cost: a copy of everything.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WriteError> {
        let mut bytes = vec![0; HEADER_LEN];
        let checksum = self.write_columns(&mut bytes)?;
        let checksum = checksum.expect("memory takes every byte");
        bytes[..HEADER_LEN].copy_from_slice(&header(checksum));
        Ok(bytes)
    }

    /// Writes the bytes of its file; where that file lies and what it replaces is the caller's.
    ///
    /// # Errors
    /// When a part cannot be encoded or the sink refuses; what was written then is no city.
    ///
    /// Cost: linear; no column is copied as a whole.
    pub fn write(&self, sink: impl Write + Seek) -> Result<(), WriteError> {
        let mut sink = BufWriter::with_capacity(1 << 16, sink);
        sink.write_all(&[0; HEADER_LEN])?;
        let checksum = self.write_columns(&mut sink)??;
        // The header is known last and stands first.
        sink.seek(SeekFrom::Start(0))?;
        sink.write_all(&header(checksum))?;
        Ok(sink.flush()?)
    }

    /// Everything after the header; gives its checksum, or what the sink refused.
    fn write_columns(&self, sink: &mut dyn Write) -> Result<io::Result<u64>, WriteError> {
        let encode = |part, result: postcard::Result<Vec<u8>>| {
            result.map_err(|source| WriteError::Encode { part, source })
        };
        let mut out = Writer::new(sink);
        self.streets.write_columns(&mut out);
        let pools = self.streets.pools();
        out.bytes(&encode("pools", postcard::to_stdvec(&pools))?);
        self.places.write(&mut out);
        self.backdrop.write(&mut out);
        out.bytes(&encode(
            "boundaries",
            postcard::to_stdvec(&self.boundaries),
        )?);
        out.bytes(&encode("report", postcard::to_stdvec(&self.report))?);
        out.bytes(&encode("source", postcard::to_stdvec(&self.source))?);
        Ok(out.finish())
    }

    /// Opens a city file.
    ///
    /// # Errors
    /// When the file cannot be read, is no city file, has another version or is damaged.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let bytes = fs::read(path).map_err(|source| OpenError::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::from_bytes(&bytes, path)
    }

    /// Reads the bytes of a city file; `path` is named in errors.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for reading.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, OpenError> {
        let path = || path.to_owned();
        let damaged = |reason: &str| OpenError::Damaged {
            path: path(),
            reason: reason.to_owned(),
        };
        let header: &[u8; HEADER_LEN] = match bytes.first_chunk() {
            Some(header) if header.starts_with(MAGIC) => header,
            _ => return Err(OpenError::NotACity { path: path() }),
        };
        let found = u32::from_le_bytes([header[8], header[9], header[10], header[11]]);
        if found != FORMAT_VERSION {
            return Err(OpenError::OtherVersion {
                path: path(),
                found,
            });
        }
        let rest = &bytes[HEADER_LEN..];
        if xxh3_64(rest).to_le_bytes() != header[16..24] {
            return Err(damaged("its checksum does not match"));
        }
        let mut input = Reader(rest);
        let cut = || damaged("a part is missing");
        let columns = (0..GraphParts::N_COLUMNS)
            .map(|_| input.numbers())
            .collect::<Option<Vec<_>>>()
            .ok_or_else(cut)?;
        let wide_columns = [
            input.wide_numbers().ok_or_else(cut)?,
            input.wide_numbers().ok_or_else(cut)?,
        ];
        let pools: GraphPools = decode(&mut input).ok_or_else(cut)?;
        let streets = StreetGraph::from_parts(GraphParts {
            columns,
            wide_columns,
            pools,
        })
        .map_err(|error| damaged(&error.to_string()))?;
        let places = Places::read(&mut input).ok_or_else(cut)?;
        let backdrop = Backdrop::read(&mut input).ok_or_else(cut)?;
        let boundaries: Boundaries = decode(&mut input).ok_or_else(cut)?;
        let report: ImportReport = decode(&mut input).ok_or_else(cut)?;
        let source: Source = decode(&mut input).ok_or_else(cut)?;
        Ok(Self {
            streets,
            places,
            backdrop,
            boundaries,
            report,
            source,
        })
    }
}

fn decode<T: DeserializeOwned>(input: &mut Reader<'_>) -> Option<T> {
    postcard::from_bytes(input.bytes()?).ok()
}

fn header(checksum: u64) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    header[16..24].copy_from_slice(&checksum.to_le_bytes());
    header
}
