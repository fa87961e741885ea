//! Rebuilds the crate when the built page changes: the page is part of the program.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
