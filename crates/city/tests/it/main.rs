//! Integration tests of `city`.

mod file;
mod wrong_numbers;
