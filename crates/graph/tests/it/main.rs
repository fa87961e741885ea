//! Integration tests of `graph`.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod behind_gates;
mod town;
