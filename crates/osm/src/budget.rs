//! How much memory an import may take.

use std::path::{Path, PathBuf};

use crate::ImportError;
use crate::wire::as_u64;

/// What any file may need, however small.
const FLOOR: u64 = 256 << 20;
/// What a file may need for each of its bytes. Real extracts peak at ten bytes for each, since a
/// node takes nine to ten bytes there and some hundred here; a file that needs four times as much
/// was made to, by repeating itself under compression.
const PER_BYTE: u64 = 40;
/// Freezing a piece of street: the cut, the edge with its arcs, its place in lists, all of it once
/// more while the network is put in order.
const PER_PIECE: u64 = 200;

/// Nodes of ways, members of relations and ways are numbered in 32 bits; a quarter of that leaves
/// room for what links of side paths add. Past it memory is long gone.
const MOST_NUMBERED: usize = 1 << 30;

/// What is kept so far and what will be built of it, in bytes; an estimate from above.
#[derive(Debug)]
pub(crate) struct Budget {
    path: PathBuf,
    used: u64,
    cap: u64,
}

impl Budget {
    /// For a file of so many bytes.
    pub(crate) fn new(path: &Path, n_bytes: u64, max_memory: u64) -> Self {
        Self {
            path: path.to_owned(),
            used: 0,
            cap: max_memory.min(n_bytes.saturating_mul(PER_BYTE).saturating_add(FLOOR)),
        }
    }

    /// Counts what is about to be kept.
    pub(crate) fn add(&mut self, bytes: u64) -> Result<(), ImportError> {
        self.used = self.used.saturating_add(bytes);
        if self.used > self.cap {
            return Err(ImportError::Memory {
                path: self.path.clone(),
                cap: self.cap,
            });
        }
        Ok(())
    }

    /// Whether so many can be numbered.
    pub(crate) fn check_numbers(&self, n: usize, what: &'static str) -> Result<(), ImportError> {
        if n <= MOST_NUMBERED {
            return Ok(());
        }
        Err(ImportError::TooMany {
            path: self.path.clone(),
            what,
            most: MOST_NUMBERED,
        })
    }

    /// Counts pieces of street that are about to be frozen.
    pub(crate) fn add_pieces(&mut self, n_pieces: usize) -> Result<(), ImportError> {
        self.add(as_u64(n_pieces).saturating_mul(PER_PIECE))
    }

    /// Whether so much may be taken for a while.
    pub(crate) fn check(&self, bytes: u64) -> Result<(), ImportError> {
        let used = self.used;
        let path = self.path.clone();
        Self {
            path,
            used,
            cap: self.cap,
        }
        .add(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_file_may_take_little_and_a_large_one_what_it_holds() {
        let mut small = Budget::new(Path::new("a.osm.pbf"), 22_148, 6 << 30);
        assert!(small.check(FLOOR).is_ok());
        assert!(small.add(FLOOR).is_ok());
        let error = small.add(1 << 20).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`a.osm.pbf` needs more than the 256 MiB of memory that are allowed for an import; cut \
             out a smaller area, as in `osmium extract -b WEST,SOUTH,EAST,NORTH`"
        );
        let large = Budget::new(Path::new("a.osm.pbf"), 1 << 30, 6 << 30);
        assert!(large.check(6 << 30).is_ok() && large.check(7 << 30).is_err());
    }

    #[test]
    fn more_nodes_than_numbers_are_an_error() {
        let budget = Budget::new(Path::new("a.osm.pbf"), 1, 1);
        assert!(budget.check_numbers(MOST_NUMBERED, "ways").is_ok());
        let error = budget.check_numbers(MOST_NUMBERED + 1, "ways").unwrap_err();
        assert!(
            error.to_string().contains("more than 1073741824 ways"),
            "{error}"
        );
    }
}
