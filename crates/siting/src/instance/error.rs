//! The problems of rows that do not make an instance.

use std::fmt;

/// Every problem of the rows of an instance, in input order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceError {
    /// One sentence each.
    pub problems: Vec<String>,
}

/// Most problems shown: more would scroll the first one off the screen.
const SHOWN_PROBLEMS: usize = 20;

impl fmt::Display for InstanceError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the tables do not make a siting instance")?;
        for problem in self.problems.iter().take(SHOWN_PROBLEMS) {
            write!(out, "\n  {problem}")?;
        }
        match self.problems.len().saturating_sub(SHOWN_PROBLEMS) {
            0 => Ok(()),
            more => write!(out, "\n  and {more} more"),
        }
    }
}

impl std::error::Error for InstanceError {}
