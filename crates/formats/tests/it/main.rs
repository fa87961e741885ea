//! Files as people send them, good and bad.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod bad;
mod good;
mod hostile;
mod values;
