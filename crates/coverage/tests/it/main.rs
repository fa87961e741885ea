//! Coverage against literal expectations, slower oracles and laws.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod city;
mod edges;
mod gaps;
mod grid;
mod halves;
mod hours;
mod laws;
mod oracle;
mod routes;
mod supply;
mod ways;
