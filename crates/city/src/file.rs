//! A city as one file, `*.nqg`: a header, a directory of sections, the sections.
//!
//! ```text
//!   8 bytes   "NUANQUAN"
//!   4 bytes   version of this format, little-endian
//!   4 bytes   how many sections there are
//!   8 bytes   xxh3 of the directory
//!   40 bytes for each section
//!     16 bytes   its name in ASCII, filled up with zeros
//!      8 bytes   where it begins, from the start of the file
//!      8 bytes   its length
//!      8 bytes   xxh3 of it
//!   sections    columns of numbers, each with its length in bytes before it, padded to eight;
//!               small parts in postcard
//! ```
//!
//! A reader takes the sections that it needs ([`CityFile`]), reads no other byte, and passes over
//! names that it does not know. Columns are read straight into their own memory; nothing is parsed
//! but the pools, the boundaries and the report, which are small.

pub(crate) mod section;

use std::fs::File;
use std::io::{self, BufWriter, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use graph::{GraphParts, GraphPools, StreetGraph};
use serde::de::DeserializeOwned;
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

use crate::bytes::{Reader, Writer};
use crate::{Backdrop, City, Places};
use section::{ENTRY_LEN, Entry, HEADER_LEN, SectionReader};

/// Version of the file format; a file of another version is refused.
pub(crate) const FORMAT_VERSION: u32 = 5;

/// What city files begin with.
pub const MAGIC: &[u8; 8] = b"NUANQUAN";

/// The sections, in the order in which they are written.
mod name {
    pub(super) const STREETS: &str = "streets";
    pub(super) const POOLS: &str = "street-pools";
    pub(super) const PLACES: &str = "places";
    pub(super) const BACKDROP: &str = "backdrop";
    pub(super) const BOUNDARIES: &str = "boundaries";
    pub(super) const REPORT: &str = "report";
    pub(super) const SOURCE: &str = "source";
    pub(super) const ALL: [&str; 7] =
        [STREETS, POOLS, PLACES, BACKDROP, BOUNDARIES, REPORT, SOURCE];
}

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
        "`{}` has format version {found}, but this program reads version {FORMAT_VERSION}, which \
         `nuanquan import` writes: import again",
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
        let mut bytes = Cursor::new(Vec::new());
        self.write_sections(&mut bytes)?;
        Ok(bytes.into_inner())
    }

    /// Writes the bytes of its file; where that file lies and what it replaces is the caller's.
    ///
    /// # Errors
    /// When a part cannot be encoded or the sink refuses; what was written then is no city.
    ///
    /// Cost: linear; no column is copied as a whole.
    pub fn write(&self, sink: impl Write + Seek) -> Result<(), WriteError> {
        let mut sink = BufWriter::with_capacity(1 << 16, sink);
        self.write_sections(&mut sink)?;
        Ok(sink.flush()?)
    }

    fn write_sections(&self, sink: &mut (impl Write + Seek)) -> Result<(), WriteError> {
        // Header and directory are known last and stand first.
        let first = HEADER_LEN + ENTRY_LEN * name::ALL.len();
        sink.write_all(&vec![0; first])?;
        let mut start = u64::try_from(first).expect("a usize fits 64 bits");
        let mut directory = Vec::new();
        for name in name::ALL {
            let mut out = Writer::new(sink);
            self.write_section(name, &mut out)?;
            let (checksum, length) = out.finish()?;
            let entry = Entry {
                name: name.to_owned(),
                start,
                length,
                checksum,
            };
            directory.extend(entry.to_bytes());
            start += length;
        }
        sink.seek(SeekFrom::Start(0))?;
        let n_sections = u32::try_from(name::ALL.len()).expect("a few sections");
        sink.write_all(MAGIC)?;
        sink.write_all(&FORMAT_VERSION.to_le_bytes())?;
        sink.write_all(&n_sections.to_le_bytes())?;
        sink.write_all(&xxh3_64(&directory).to_le_bytes())?;
        sink.write_all(&directory)?;
        Ok(())
    }

    fn write_section(&self, name: &'static str, out: &mut Writer<'_>) -> Result<(), WriteError> {
        let encoded = match name {
            name::STREETS => {
                self.streets.write_columns(out);
                return Ok(());
            }
            name::PLACES => {
                self.places.write(out);
                return Ok(());
            }
            name::BACKDROP => {
                self.backdrop.write(out);
                return Ok(());
            }
            name::POOLS => postcard::to_stdvec(&self.streets.pools()),
            name::BOUNDARIES => postcard::to_stdvec(&self.boundaries),
            name::REPORT => postcard::to_stdvec(&self.report),
            name::SOURCE => postcard::to_stdvec(&self.source),
            other => unreachable!("there is no section `{other}`"),
        };
        out.bytes(&encoded.map_err(|source| WriteError::Encode { part: name, source })?);
        Ok(())
    }

    /// Opens a city file and reads all of it.
    ///
    /// # Errors
    /// When the file cannot be read, is no city file, has another version or is damaged.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        CityFile::open(path)?.city()
    }

    /// Reads the bytes of a city file; `path` is named in errors.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for reading.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, OpenError> {
        CityFile::of(Cursor::new(bytes), path)?.city()
    }
}

/// A city file of which single sections are read: whoever searches streets pays for streets.
#[derive(Debug)]
pub struct CityFile<R = File> {
    path: PathBuf,
    input: R,
    length: u64,
    directory: Vec<Entry>,
}

impl CityFile {
    /// Opens a file and reads its directory.
    ///
    /// # Errors
    /// When the file cannot be read, is no city file, has another version or a damaged directory.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let file = File::open(path).map_err(|source| OpenError::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::of(file, path)
    }
}

impl<R: Read + Seek> CityFile<R> {
    /// Reads the directory of a city file; `path` is named in errors.
    ///
    /// # Errors
    /// As [`CityFile::open`].
    pub fn of(mut input: R, path: &Path) -> Result<Self, OpenError> {
        let not_a_city = || OpenError::NotACity {
            path: path.to_owned(),
        };
        let io = |source| OpenError::Io {
            path: path.to_owned(),
            source,
        };
        let length = input.seek(SeekFrom::End(0)).map_err(io)?;
        input.rewind().map_err(io)?;
        let mut header = [0; HEADER_LEN];
        if let Err(error) = input.read_exact(&mut header) {
            return Err(match error.kind() {
                io::ErrorKind::UnexpectedEof => not_a_city(),
                _ => io(error),
            });
        }
        if !header.starts_with(MAGIC) {
            return Err(not_a_city());
        }
        let number = |at: usize| {
            let bytes = header[at..].first_chunk().copied();
            u32::from_le_bytes(bytes.expect("inside the header"))
        };
        let found = number(8);
        if found != FORMAT_VERSION {
            return Err(OpenError::OtherVersion {
                path: path.to_owned(),
                found,
            });
        }
        let mut file = Self {
            path: path.to_owned(),
            input,
            length,
            directory: Vec::new(),
        };
        let n_bytes = usize::try_from(number(12))
            .ok()
            .and_then(|n| n.checked_mul(ENTRY_LEN));
        let header_len = u64::try_from(HEADER_LEN).expect("a few bytes");
        let after = length.saturating_sub(header_len);
        let fits = |&n: &usize| u64::try_from(n).is_ok_and(|n| n <= after);
        let Some(n_bytes) = n_bytes.filter(fits) else {
            return Err(file.damaged("its directory is cut off"));
        };
        let mut directory = vec![0; n_bytes];
        let read = file.input.read_exact(&mut directory);
        read.map_err(|error| file.unreadable(error))?;
        if xxh3_64(&directory).to_le_bytes() != header[16..] {
            return Err(file.damaged("the checksum of its directory does not match"));
        }
        let entries = directory.as_chunks().0.iter().map(Entry::of);
        let Some(entries) = entries.collect::<Option<Vec<_>>>() else {
            return Err(file.damaged("a section has no name"));
        };
        file.directory = entries;
        Ok(file)
    }

    /// Reads the whole city.
    ///
    /// # Errors
    /// When a section is missing, cannot be read or is damaged.
    pub fn city(mut self) -> Result<City, OpenError> {
        Ok(City {
            streets: self.streets()?,
            places: self.small(name::PLACES, Places::read)?,
            backdrop: self.small(name::BACKDROP, Backdrop::read)?,
            boundaries: self.small(name::BOUNDARIES, decode)?,
            report: self.small(name::REPORT, decode)?,
            source: self.small(name::SOURCE, decode)?,
        })
    }

    /// Reads the street network.
    ///
    /// # Errors
    /// When one of its sections is missing, cannot be read or is damaged.
    ///
    /// Cost: one read and one check of each column.
    pub fn streets(&mut self) -> Result<StreetGraph, OpenError> {
        let mut input = self.section(name::STREETS)?;
        let columns = (0..GraphParts::N_COLUMNS)
            .map(|_| input.numbers())
            .collect::<io::Result<Option<Vec<_>>>>();
        let wide_columns = [input.wide_numbers(), input.wide_numbers()];
        let is_whole = input.finish();
        let (columns, [nodes, ways]) = (columns, wide_columns);
        let columns = columns.map_err(|error| self.unreadable(error))?;
        let nodes = nodes.map_err(|error| self.unreadable(error))?;
        let ways = ways.map_err(|error| self.unreadable(error))?;
        let is_whole = is_whole.map_err(|error| self.unreadable(error))?;
        if !is_whole {
            return Err(self.wrong_checksum(name::STREETS));
        }
        let (Some(columns), Some(nodes), Some(ways)) = (columns, nodes, ways) else {
            return Err(self.damaged(format!(
                "a part of its section `{}` is missing",
                name::STREETS
            )));
        };
        let pools: GraphPools = self.small(name::POOLS, decode)?;
        StreetGraph::from_parts(GraphParts {
            columns,
            wide_columns: [nodes, ways],
            pools,
        })
        .map_err(|error| self.damaged(error.to_string()))
    }

    /// A section that is read as a whole and then taken apart.
    fn small<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
    ) -> Result<T, OpenError> {
        let input = self.section(name)?;
        let bytes = input.whole();
        let Some(bytes) = bytes.map_err(|error| self.unreadable(error))? else {
            return Err(self.wrong_checksum(name));
        };
        read(&mut Reader(&bytes))
            .ok_or_else(|| self.damaged(format!("a part of its section `{name}` is missing")))
    }

    /// The input at the beginning of a section.
    fn section(&mut self, name: &str) -> Result<SectionReader<'_, R>, OpenError> {
        let Some(entry) = self.directory.iter().find(|entry| entry.name == name) else {
            return Err(self.damaged(format!("its section `{name}` is missing")));
        };
        let Entry {
            start,
            length,
            checksum,
            ..
        } = *entry;
        let is_inside = start
            .checked_add(length)
            .is_some_and(|end| end <= self.length);
        if !is_inside {
            return Err(self.damaged(format!("its section `{name}` is cut off")));
        }
        if let Err(error) = self.input.seek(SeekFrom::Start(start)) {
            return Err(self.unreadable(error));
        }
        Ok(SectionReader::new(&mut self.input, length, checksum))
    }

    fn wrong_checksum(&self, name: &str) -> OpenError {
        self.damaged(format!(
            "the checksum of its section `{name}` does not match"
        ))
    }

    fn damaged(&self, reason: impl Into<String>) -> OpenError {
        OpenError::Damaged {
            path: self.path.clone(),
            reason: reason.into(),
        }
    }

    fn unreadable(&self, source: io::Error) -> OpenError {
        OpenError::Io {
            path: self.path.clone(),
            source,
        }
    }
}

fn decode<T: DeserializeOwned>(input: &mut Reader<'_>) -> Option<T> {
    postcard::from_bytes(input.bytes()?).ok()
}
