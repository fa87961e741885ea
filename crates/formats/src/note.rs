use std::fmt;

use units::{Datum, Length};

use crate::Encoding;

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
    /// Values were separated by something other than commas.
    Separator(char),
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
        )
    }
}

impl fmt::Display for Note {
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
            Self::Separator(separator) => {
                write!(f, "values are separated by {separator:?}, not by commas")
            }
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
