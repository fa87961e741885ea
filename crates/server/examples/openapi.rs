//! Prints the description of the interface, from which the types of the page are made:
//! `cargo xtask types`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(server::openapi().as_bytes())
}
