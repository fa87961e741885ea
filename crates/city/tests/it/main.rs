//! Integration tests of `city`.

mod file;
