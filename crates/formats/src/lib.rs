//! Data people hand us and results we hand back, with their encoding and datum.
//!
//! ```text
//!  file --encoding--> Sheet (rows that know their line) --columns, datum, checks--> domain values
//!  results --> Table / Layer (columns that say their unit) --> CSV, GeoJSON --> output (whole, and never over what is not ours)
//! ```
//!
//! Every problem of a file is told at once, with its line and what to do. Behind this crate every
//! position is WGS-84.
//!
//! ```
//! use coverage::{FacilityKind, KindCatalog};
//! use formats::{Field, Source, facilities};
//! use units::Datum;
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("stations.csv");
//! std::fs::write(&path, "编号,经度,纬度,充电桩数\n1001,113.784724,22.714121,20\n")?;
//! let source = Source { datum: Datum::Gcj02, ..Source::new(&path) };
//! let loaded = facilities::read(
//!     &source,
//!     facilities::FacilityOptions {
//!         catalog: &KindCatalog::default(),
//!         kind: Some(&FacilityKind::BatterySwapCabinet),
//!         words: None,
//!         area: None,
//!     },
//! )?;
//! assert_eq!(loaded.value[0].id, "1001");
//! assert_eq!(loaded.value[0].capacity.map(|slots| slots.as_u32()), Some(20));
//! assert!(loaded.notes[0].to_string().starts_with("1 positions were converted from gcj02"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it does not do: know plans (that is `scenario`), keep anything (that is `store`).

mod angle;
mod area;
pub mod boundaries;
pub mod calendar;
mod cells;
mod checked_rows;
mod columns;
mod coordinate;
pub mod csv;
mod datum;
mod declared;
pub mod demand;
mod encoding;
mod error;
pub mod facilities;
pub mod geojson;
pub mod geotiff;
pub mod hazards;
mod head;
pub mod hours;
mod ids;
mod layer;
mod loaded;
mod neighbors;
mod note;
mod number;
pub mod output;
pub mod patterns;
pub mod positions;
mod problem;
mod projection;
mod raster_band;
mod raster_place;
mod ring_check;
mod sheet;
mod source;
pub mod survey;
mod table;
mod workbook;
pub mod workbook_file;

pub use area::{Area, Outside, distance_outside};
pub use columns::{ColumnMap, Field};
pub use declared::{BadRows, MissingPositions, SheetName};
pub use encoding::{DecodeError, Decoded, Encoding, UnknownEncoding};
pub use error::ReadError;
pub use layer::{Layer, Shape};
pub use loaded::Loaded;
pub use note::Note;
pub use output::{OutputError, OutputFile, OutputFolder};
pub use problem::{Problem, ProblemKind, Problems, RowPlace, SHOWN, shown};
pub use sheet::{ColumnIndex, RawShape, Sheet, SheetRow};
pub use source::Source;
pub use table::{Column, ColumnKind, Table, Value};
