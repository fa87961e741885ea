//! Compares the imported network with the slow router of the tests on any file:
//! `cargo run --release -p osm --example agreement -- IN.osm.pbf [ORIGINS DESTINATIONS LIMIT_S]`.

#![expect(clippy::print_stdout, reason = "an example prints what it finds")]
#![allow(
    dead_code,
    reason = "the modules of the tests hold more than is used here"
)]
#![allow(clippy::unwrap_used, reason = "the modules are those of the tests")]

#[path = "../tests/it/agreement.rs"]
mod agreement;
#[path = "../tests/it/plan.rs"]
mod plan;
#[path = "../tests/it/route.rs"]
mod route;
#[path = "../tests/it/slow_map.rs"]
mod slow_map;
#[path = "../tests/it/slow_router.rs"]
mod slow_router;
#[path = "../tests/it/slow_squares.rs"]
mod slow_squares;
#[path = "../tests/it/slow_tags.rs"]
mod slow_tags;

use std::path::PathBuf;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = PathBuf::from(arguments.first().expect("which file?"));
    let number = |at: usize, default: usize| {
        let text = arguments.get(at);
        text.map_or(default, |text| text.parse().expect("a whole number"))
    };
    let limit_s = u64::try_from(number(3, 1_800)).expect("a short time");
    let total = agreement::compare(&path, number(1, 20), number(2, 50), limit_s);
    println!("{total:?}");
}
