//! What a plan may declare about how a file is read: which sheet, and what becomes of rows that
//! cannot be used.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What becomes of rows without a position: no geometry, or empty coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingPositions {
    /// They are a problem of the file.
    #[default]
    Refuse,
    /// They are left out and counted.
    LeaveOut,
}

/// What becomes of rows in which anything is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BadRows {
    /// Nothing is read, and all of them are told.
    #[default]
    Refuse,
    /// They are left out, told and counted.
    LeaveOut,
}

/// A sheet of a workbook, by its name or by its number from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SheetName {
    /// From 1, hidden ones counted.
    Number(usize),
    /// As its tab says.
    Name(String),
}

impl fmt::Display for SheetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "number {number}"),
            Self::Name(name) => write!(f, "`{}`", crate::shown(name)),
        }
    }
}
