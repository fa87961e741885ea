use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::command::root;

/// Checks that every file named in `data/sources.toml` is what it was when it was written down.
pub(crate) fn check() -> Result<()> {
    let folder = root().join("data");
    let text = fs::read_to_string(folder.join("sources.toml")).context("data/sources.toml")?;
    let table: toml::Table = text.parse().context("data/sources.toml")?;
    let sources = table
        .get("source")
        .and_then(toml::Value::as_array)
        .context("no [[source]]")?;
    for source in sources {
        let field = |name: &str| {
            source
                .get(name)
                .and_then(toml::Value::as_str)
                .with_context(|| format!("a source of data/sources.toml has no `{name}`"))
        };
        for name in ["name", "what", "licence", "date", "datum", "obtained"] {
            field(name)?;
        }
        let path = field("path")?;
        let bytes = fs::read(folder.join(path)).with_context(|| format!("data/{path}"))?;
        let mut sum = String::new();
        for byte in Sha256::digest(&bytes) {
            write!(sum, "{byte:02x}").expect("writing to a string cannot fail");
        }
        if sum != field("sha256")? {
            bail!("`data/{path}` has SHA-256 {sum}, not the one in data/sources.toml");
        }
    }
    println!("data: {} sources are as written down", sources.len());
    Ok(())
}
