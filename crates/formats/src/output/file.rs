//! A file, replaced as a whole.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::aside::{Aside, Form, making};
use super::{OutputError, Place};

/// A file that may be written: it is free, or what stands there may be replaced.
#[derive(Debug)]
pub struct OutputFile<'a> {
    place: Place,
    begins_with: &'a [u8],
    inputs: Vec<PathBuf>,
    overwrite: bool,
}

impl<'a> OutputFile<'a> {
    /// Looks at the place without changing anything. A link is followed.
    ///
    /// A file that begins with `begins_with` is ours and replaced; any other only with
    /// `overwrite`. Never replaced are folders, devices, pipes, and the `inputs` under whatever
    /// name.
    ///
    /// # Errors
    /// When what stands there is not replaced.
    pub fn look(
        path: &Path,
        begins_with: &'a [u8],
        inputs: &[PathBuf],
        overwrite: bool,
    ) -> Result<Self, OutputError> {
        let output = Self {
            place: Place::of(path)?,
            begins_with,
            inputs: inputs.to_vec(),
            overwrite,
        };
        output.refuse_others()?;
        Ok(output)
    }

    /// Fills a new file beside the place by `fill`, flushes it to the disk and gives it its name;
    /// missing folders are made. When anything fails, nothing is left.
    ///
    /// # Errors
    /// When `fill` fails, the file system refuses, or meanwhile something else stands there.
    pub fn write<E: From<OutputError>>(
        &self,
        fill: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<(), E> {
        let io = |source| self.place.io(source);
        fs::create_dir_all(&self.place.around).map_err(io)?;
        let name = self.place.name.to_string_lossy();
        let (aside, _) = Aside::begin(&self.place.around, &name, Form::File).map_err(io)?;
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create_new(true);
        let mut file = {
            let _making = making();
            options.open(aside.part()).map_err(io)?
        };
        fill(&mut file)?;
        file.sync_all().map_err(io)?;
        drop(file);
        Aside::commit(|| {
            self.refuse_others()?;
            fs::rename(aside.part(), self.place.target()).map_err(io)
        })?;
        // The new name lives in the folder; not every system can flush one.
        if let Ok(folder) = File::open(&self.place.around) {
            folder.sync_all().ok();
        }
        Ok(())
    }

    fn refuse_others(&self) -> Result<(), OutputError> {
        let target = self.place.target();
        let data = match fs::symlink_metadata(&target) {
            Ok(data) => data,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.place.io(error)),
        };
        if data.is_dir() {
            return Err(self.place.refused("it is a folder; name a file"));
        }
        if !data.is_file() {
            return Err(self
                .place
                .refused("it is a device, a pipe or the like; name a file"));
        }
        let is_output = |input: &&PathBuf| is_same(input, &target, &data);
        if let Some(input) = self.inputs.iter().find(is_output) {
            return Err(self.place.refused(format!(
                "it is the input `{}`; name another file",
                input.display()
            )));
        }
        if self.overwrite || begins_with(&target, self.begins_with) {
            return Ok(());
        }
        Err(self.place.refused(
            "a file of another kind stands there; name another one, or give `--overwrite` to \
             replace it",
        ))
    }
}

/// Whether a file begins so; one that cannot be read does not.
fn begins_with(path: &Path, bytes: &[u8]) -> bool {
    let mut start = vec![0; bytes.len()];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok_and(|()| start == bytes)
}

/// Whether a path leads to a file, by a link of either kind too.
fn is_same(input: &Path, target: &Path, data: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if fs::metadata(input).is_ok_and(|i| (i.dev(), i.ino()) == (data.dev(), data.ino())) {
            return true;
        }
    }
    #[cfg(not(unix))]
    let _ = data;
    matches!((input.canonicalize(), target.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAGIC: &[u8] = b"MAGIC";

    fn write(path: &Path, inputs: &[PathBuf], overwrite: bool) -> Result<(), OutputError> {
        OutputFile::look(path, MAGIC, inputs, overwrite)?.write(|file| {
            use std::io::Write;
            file.write_all(b"MAGIC new").unwrap();
            Ok(())
        })
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_of_ours_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/a.nqg");
        write(&path, &[], false).unwrap();
        fs::write(&path, "MAGIC old").unwrap();
        write(&path, &[], false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"MAGIC new");
        assert_eq!(names(path.parent().unwrap()), ["a.nqg"]);
    }

    #[test]
    fn another_file_is_replaced_only_when_asked_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("diary.txt");
        for text in ["dear diary", "", "MAG"] {
            fs::write(&path, text).unwrap();
            let error = write(&path, &[], false).unwrap_err();
            assert!(error.to_string().contains("--overwrite"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        write(&path, &[], true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"MAGIC new");
    }

    #[cfg(unix)]
    #[test]
    fn the_input_is_never_replaced_under_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("input"), "MAGIC map").unwrap();
        fs::hard_link(at("input"), at("hard")).unwrap();
        std::os::unix::fs::symlink("input", at("soft")).unwrap();
        for (input, output) in [
            ("input", "input"),
            ("input", "hard"),
            ("hard", "input"),
            ("input", "soft"),
            ("soft", "input"),
        ] {
            let error = write(&at(output), &[at(input)], true).unwrap_err();
            assert!(error.to_string().contains("it is the input"), "{error}");
        }
        assert_eq!(fs::read(at("input")).unwrap(), b"MAGIC map");
        assert_eq!(names(folder.path()), ["hard", "input", "soft"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_stays_and_one_to_nothing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("far")).unwrap();
        fs::write(at("far/a.nqg"), "MAGIC old").unwrap();
        std::os::unix::fs::symlink("far/a.nqg", at("link.nqg")).unwrap();
        std::os::unix::fs::symlink("nowhere", at("loose.nqg")).unwrap();
        write(&at("link.nqg"), &[], false).unwrap();
        assert!(at("link.nqg").is_symlink());
        assert_eq!(fs::read(at("far/a.nqg")).unwrap(), b"MAGIC new");
        let error = write(&at("loose.nqg"), &[], true).unwrap_err();
        assert!(error.to_string().contains("leads nowhere"), "{error}");
        assert!(at("loose.nqg").is_symlink() && !at("nowhere").exists());
    }

    #[test]
    fn a_folder_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("taken")).unwrap();
        let error = write(&folder.path().join("taken"), &[], true).unwrap_err();
        assert!(error.to_string().starts_with("could not write `"));
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    fn what_cannot_be_filled_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nqg");
        let output = OutputFile::look(&path, MAGIC, &[], false).unwrap();
        let refused = output.write(|_| Err(output.place.refused("it does not fit")));
        assert!(refused.is_err());
        assert!(names(folder.path()).is_empty());
    }
}
