//! Files and folders that appear whole or not at all, and never in the place of what is not ours.
//!
//! ```text
//!  .nuanquan-RANDOM.lock   held while writing; lists what is written   )  beside the output,
//!  .nuanquan-RANDOM.part   the new file or folder                      )  gone afterwards
//!  OUTPUT                  old, then new: one rename, or one exchange of two folders
//! ```
//!
//! A killed run leaves its two hidden entries; since nobody holds the lock any more, the next
//! output into the same folder knows them and clears what the lock file lists, nothing else.

mod aside;
mod file;
mod folder;
mod inventory;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use aside::{Stopped, stop};
pub use file::OutputFile;
pub use folder::{OutputFolder, Staging};
pub use inventory::{FolderKind, MARKER};

/// An output that was not written; what stood there before still stands.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The file system refused.
    #[error("could not write `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Something stands there that must not be replaced.
    #[error("could not write `{}`: {why}", path.display())]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
}

/// Where an output goes once links are followed.
#[derive(Clone, Debug)]
struct Place {
    /// As it was named.
    shown: PathBuf,
    /// The folder around it.
    around: PathBuf,
    name: OsString,
}

impl Place {
    /// Follows a link to what it names, so that the link stays; a link to nothing is refused.
    fn of(shown: &Path) -> Result<Self, OutputError> {
        let refused = |why: &str| OutputError::Refused {
            path: shown.to_owned(),
            why: why.to_owned(),
        };
        // Without a slash at the end, which would look through a link.
        let mut path: PathBuf = shown.components().collect();
        if path.is_symlink() {
            let nowhere = "it is a link that leads nowhere; name what it should be";
            path = path.canonicalize().ok().ok_or_else(|| refused(nowhere))?;
        }
        let name = path
            .file_name()
            .ok_or_else(|| refused("it has no name of its own; name a file or folder"))?
            .to_owned();
        let around = match path.parent() {
            Some(around) if !around.as_os_str().is_empty() => around.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Self {
            shown: shown.to_owned(),
            around,
            name,
        })
    }

    fn target(&self) -> PathBuf {
        self.around.join(&self.name)
    }

    fn io(&self, source: io::Error) -> OutputError {
        OutputError::Io {
            path: self.shown.clone(),
            source,
        }
    }

    fn refused(&self, why: impl Into<String>) -> OutputError {
        OutputError::Refused {
            path: self.shown.clone(),
            why: why.into(),
        }
    }
}
