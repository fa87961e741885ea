use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use crate::WriteError;

/// Writes a file whole or not at all: into a file beside it, flushed to the disk, then renamed.
///
/// Missing folders are made.
///
/// # Errors
/// When the folder cannot be made or the file not written; what stood there before still stands.
///
/// Cost: one write and two flushes to the disk.
pub fn write_aside(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write(path, bytes).map_err(|source| WriteError {
        path: path.to_owned(),
        source,
    })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nuanquan-").suffix(".part");
    // A temporary file is readable by its owner only; what is handed out should be like any file.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The new name lives in the folder; not every system can flush one.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/cells.csv");
        write_aside(&path, b"old").unwrap();
        write_aside(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        let n_files = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(n_files, 1);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("taken")).unwrap();
        let error = write_aside(&folder.path().join("taken"), b"x").unwrap_err();
        assert!(error.to_string().starts_with("could not write `"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
