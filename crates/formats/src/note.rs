use std::fmt;

use units::{Datum, Length, LngLat};

use crate::{Encoding, RowPlace, SHOWN, shown};

/// Something that reading a file did or doubts, to be shown and kept in reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The encoding was guessed.
    GuessedEncoding(Encoding),
    /// Positions were converted from another datum.
    Converted {
        /// From which.
        datum: Datum,
        /// How many.
        n_positions: usize,
        /// How far they moved, at most.
        most: Length,
    },
    /// Rows outside the area were left out, as declared.
    LeftOutside {
        /// How many.
        n_rows: usize,
        /// Of how many.
        of: usize,
    },
    /// Rows outside the area that were read like the others.
    LieOutside {
        /// How many.
        n_rows: usize,
        /// Of how many.
        of: usize,
        /// What that may come from.
        doubt: String,
    },
    /// Zones of which the table says nothing; they count nothing.
    ZonesWithoutRow {
        /// The ids of the first of them.
        first: Vec<String>,
        /// How many.
        n_zones: usize,
        /// Of how many.
        of: usize,
    },
    /// Rows without a position were left out, as declared.
    LeftWithoutPosition {
        /// How many.
        n_rows: usize,
        /// Of how many.
        of: usize,
    },
    /// Positions stood in metres of Web Mercator.
    Unprojected {
        /// How many rows.
        n_rows: usize,
    },
    /// Outlines whose sides cross.
    Crossing {
        /// How many.
        n_outlines: usize,
        /// The row of the first.
        place: RowPlace,
        /// Where it crosses itself, as longitude and latitude.
        at: LngLat,
    },
    /// Zones that stand in several rows, whose polygons were put together.
    ZoneInSeveralRows {
        /// How many zones.
        n_zones: usize,
        /// The id of the first.
        id: String,
    },
    /// Two columns could be meant; the first was taken.
    SecondColumn {
        /// The column that was taken.
        taken: String,
        /// The one that was not.
        left: String,
    },
    /// Facilities whose source does not say when they are open; they count as open.
    UnknownHours {
        /// How many.
        n_rows: usize,
    },
    /// Opening hours that were read as words and turned into OSM's syntax.
    TranslatedHours {
        /// How many rows.
        n_rows: usize,
        /// Each different text with what it was read as, in order.
        texts: Vec<(String, String)>,
    },
    /// Values were separated by something other than commas.
    Separator(char),
    /// The values of a raster were scaled as GDAL's metadata says.
    Scaled {
        /// What they were multiplied by.
        scale: String,
        /// What was added then.
        offset: String,
    },
    /// Cells of a raster that hold less than nothing.
    NegativeCells {
        /// How many.
        n_cells: usize,
    },
    /// A raster whose pixel scale is negative.
    SouthUp,
    /// A raster in degrees of no named system.
    UnnamedSystem,
}

impl Note {
    /// Whether somebody should look at it; the rest is for the record.
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::GuessedEncoding(_)
                | Self::SecondColumn { .. }
                | Self::LieOutside { .. }
                | Self::ZonesWithoutRow { .. }
                | Self::NegativeCells { .. }
                | Self::SouthUp
                | Self::Crossing { .. }
                | Self::ZoneInSeveralRows { .. }
                | Self::UnnamedSystem
        )
    }
}

impl fmt::Display for Note {
    #[expect(clippy::too_many_lines, reason = "one sentence for each note")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GuessedEncoding(encoding) => write!(
                f,
                "the encoding was guessed to be {encoding}; declare `encoding = \"{encoding}\"` if \
                 the names read well"
            ),
            Self::Converted {
                datum,
                n_positions,
                most,
            } => write!(
                f,
                "{n_positions} positions were converted from {datum} to wgs84; they moved by up to \
                 {:.0} m",
                most.as_m_f64()
            ),
            Self::LeftOutside { n_rows, of } => {
                write!(
                    f,
                    "{n_rows} of {of} rows lie outside the area and were left out"
                )
            }
            Self::LieOutside { n_rows, of, doubt } => {
                write!(f, "{n_rows} of {of} rows lie outside the area: {doubt}")
            }
            Self::ZonesWithoutRow { first, n_zones, of } => {
                let more = if first.len() < *n_zones { ", …" } else { "" };
                write!(
                    f,
                    "{n_zones} of {of} zones have no row and count nothing: `{}`{more}",
                    first.join("`, `")
                )
            }
            Self::LeftWithoutPosition { n_rows, of } => {
                write!(
                    f,
                    "{n_rows} of {of} rows have no position and were left out"
                )
            }
            Self::Unprojected { n_rows } => write!(
                f,
                "the positions of {n_rows} rows were converted from metres (Web Mercator, as its \
                 `crs` says) to degrees"
            ),
            Self::Crossing {
                n_outlines,
                place,
                at,
            } => write!(
                f,
                "{n_outlines} outlines cross themselves (the first: {place}, near {:.5},{:.5}); what \
                 they enclose twice counts as outside",
                at.lng(),
                at.lat()
            ),
            Self::ZoneInSeveralRows { n_zones, id } => write!(
                f,
                "{n_zones} zones stand in several rows, as `{}` does; their polygons were put together",
                shown(id)
            ),
            Self::SecondColumn { taken, left } => {
                write!(
                    f,
                    "column `{taken}` was taken and `{left}` was not; name the one you mean"
                )
            }
            Self::UnknownHours { n_rows } => {
                write!(
                    f,
                    "{n_rows} facilities have no opening hours and count as open"
                )
            }
            Self::TranslatedHours { n_rows, texts } => {
                write!(f, "the opening hours of {n_rows} rows were read as ")?;
                for (number, (text, read)) in texts.iter().take(SHOWN).enumerate() {
                    let comma = if number == 0 { "" } else { ", " };
                    write!(f, "{comma}`{}` = `{}`", shown(text), shown(read))?;
                }
                match texts.len().saturating_sub(SHOWN) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
            Self::Separator(separator) => {
                write!(f, "values are separated by {separator:?}, not by commas")
            }
            Self::Scaled { scale, offset } => write!(
                f,
                "the values of the raster were multiplied by {scale} and {offset} was added, as its \
                 GDAL_METADATA says"
            ),
            Self::NegativeCells { n_cells } => write!(
                f,
                "{n_cells} cells of the raster hold negative values and count as nothing; if they \
                 mark cells without data, say so with `gdal_translate -a_nodata`"
            ),
            Self::SouthUp => write!(
                f,
                "the raster has a negative pixel scale: its rows were taken to run north, as GeoTIFF \
                 says (GDAL takes them to run south)"
            ),
            Self::UnnamedSystem => write!(
                f,
                "the raster names no geographic system and was taken for WGS-84"
            ),
        }
    }
}

/// What was read, and what reading it did or doubts.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<T> {
    /// What was read.
    pub value: T,
    /// What happened on the way.
    pub notes: Vec<Note>,
}

impl<T> Loaded<T> {
    /// How many rows were left out because they say nowhere.
    pub fn n_without_position(&self) -> usize {
        let left = self.notes.iter().map(|note| match note {
            Note::LeftWithoutPosition { n_rows, .. } => *n_rows,
            _ => 0,
        });
        left.sum()
    }

    /// How many rows were left out because they lie outside the area.
    pub fn n_left_outside(&self) -> usize {
        let left = self.notes.iter().map(|note| match note {
            Note::LeftOutside { n_rows, .. } => *n_rows,
            _ => 0,
        });
        left.sum()
    }
}
