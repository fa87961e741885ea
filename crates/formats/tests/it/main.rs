//! Files as people send them, good and bad.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod bad;
mod book;
mod good;
mod hostile;
mod oddities;
mod values;
mod workbooks;
