use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A file that could not be imported.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file system refused.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing in it.
    #[error("`{}` is empty; download or copy it again", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Something else.
    #[error(
        "`{}` is not an OSM pbf file; convert other formats first, as in \
         `osmium cat IN.osm -o OUT.osm.pbf`",
        path.display()
    )]
    NotPbf {
        /// The file.
        path: PathBuf,
    },
    /// The end is missing.
    #[error(
        "`{}` is cut off in block {block} at byte {at}; download or copy it again",
        path.display()
    )]
    Cut {
        /// The file.
        path: PathBuf,
        /// Number of the block, from 1.
        block: u64,
        /// Where the block begins.
        at: u64,
    },
    /// A compression that is not read.
    #[error(
        "`{}` is compressed with {method} in block {block}; write it again with zlib, as in \
         `osmium cat IN.osm.pbf -o OUT.osm.pbf -f pbf,pbf_compression=zlib`",
        path.display()
    )]
    Compression {
        /// The file.
        path: PathBuf,
        /// Number of the block, from 1.
        block: u64,
        /// The compression.
        method: &'static str,
    },
    /// A file with the past of every object.
    #[error(
        "`{}` is a history file (`HistoricalInformation`), which is not read; take the latest \
         state out of it first, as in `osmium time-filter IN.osh.pbf -o OUT.osm.pbf`",
        path.display()
    )]
    History {
        /// The file.
        path: PathBuf,
    },
    /// Features without which the file cannot be understood.
    #[error(
        "`{}` cannot be read without understanding {}, which this program does not; write the \
         file again without, as in `osmium cat IN.osm.pbf -o OUT.osm.pbf`",
        path.display(),
        named(features)
    )]
    UnknownFeatures {
        /// The file.
        path: PathBuf,
        /// Their names.
        features: Vec<String>,
    },
    /// A block beyond what the format allows, or beyond what this program takes.
    #[error(
        "`{}` has {what} of {found} bytes in block {block}, but {most} are the most that is read; \
         the file is damaged or made to do harm",
        path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Number of the block, from 1.
        block: u64,
        /// What is too large.
        what: &'static str,
        /// Its size.
        found: u64,
        /// The most that is allowed.
        most: u64,
    },
    /// Bytes that mean nothing.
    #[error(
        "`{}` is damaged in block {block} ({reason}); download or copy it again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Number of the block, from 1.
        block: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// More than the memory that was allowed.
    #[error(
        "`{}` needs more than the {} MiB of memory that are allowed for an import; cut out a \
         smaller area, as in `osmium extract -b WEST,SOUTH,EAST,NORTH`",
        path.display(),
        cap >> 20
    )]
    Memory {
        /// The file.
        path: PathBuf,
        /// The cap in bytes.
        cap: u64,
    },
    /// No street in it.
    #[error(
        "`{}` holds no street; it needs ways with a `highway` tag and their nodes",
        path.display()
    )]
    NoStreets {
        /// The file.
        path: PathBuf,
    },
    /// More than one network can hold.
    #[error("could not build the street network of `{}`", path.display())]
    Build {
        /// The file.
        path: PathBuf,
        /// Why.
        source: graph::BuildError,
    },
    /// More areas and places than one city can hold.
    #[error("could not keep the places and areas of `{}`", path.display())]
    Areas {
        /// The file.
        path: PathBuf,
        /// Why.
        source: city::TooMuch,
    },
    /// More than numbers of 32 bits can name.
    #[error(
        "`{}` has more than {most} {what}, more than one network can hold; cut out a smaller \
         area, as in `osmium extract -b WEST,SOUTH,EAST,NORTH`",
        path.display()
    )]
    TooMany {
        /// The file.
        path: PathBuf,
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
}

/// Names between back quotes; long ones are cut.
fn named(features: &[String]) -> String {
    const MOST_CHARS: usize = 60;
    let quoted = features.iter().map(|feature| {
        let short: String = feature.chars().take(MOST_CHARS).collect();
        let dots = if short.len() < feature.len() {
            "…"
        } else {
            ""
        };
        format!("`{short}{dots}`")
    });
    quoted.collect::<Vec<_>>().join(", ")
}
