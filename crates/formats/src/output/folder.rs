//! A folder of results, replaced as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::aside::{Aside, Form, making};
use super::inventory::{self, FolderKind, Inventory, MARKER, Other, Print};
use super::{OutputError, Place};
use crate::SHOWN;

/// How often another run may take the place between two looks.
const TRIES: u32 = 100;

/// A folder that results may be put into: it is free, or holds only what an earlier run wrote.
#[derive(Debug)]
pub struct OutputFolder {
    place: Place,
    kind: FolderKind,
    /// What `--force` may remove besides.
    forced: BTreeSet<Other>,
}

/// Takes the files of a folder that is being written.
#[derive(Debug)]
pub struct Staging {
    aside: Aside,
    written: Mutex<BTreeMap<String, Print>>,
}

impl OutputFolder {
    /// Looks at the place without changing anything. A link is followed. With `force` entries that
    /// no run wrote are not refused but listed by [`removes`](Self::removes).
    ///
    /// `inputs` are files that are read to make the results; they never lie in the folder.
    ///
    /// # Errors
    /// When something else stands there, with the first entries by name.
    ///
    /// Cost: reads what an earlier run wrote.
    pub fn look(
        path: &Path,
        kind: FolderKind,
        inputs: &[PathBuf],
        force: bool,
    ) -> Result<Self, OutputError> {
        let place = Place::of(path)?;
        let mut output = Self {
            place,
            kind,
            forced: BTreeSet::new(),
        };
        let target = output.place.target();
        let Ok(data) = fs::symlink_metadata(&target) else {
            return Ok(output);
        };
        if !data.is_dir() {
            return Err(output.place.refused("it is no folder; name a folder"));
        }
        let home = target.canonicalize().map_err(|e| output.place.io(e))?;
        let is_inside = |input: &&PathBuf| {
            input
                .canonicalize()
                .is_ok_and(|input| input.starts_with(&home))
        };
        if let Some(input) = inputs.iter().find(is_inside) {
            return Err(output.place.refused(format!(
                "it holds `{}`, which the results are made from; name another folder",
                input.display()
            )));
        }
        if let Some(inventory) = output.standing(&target)? {
            if force {
                output.forced = inventory.others;
            } else {
                output.refuse_others(&target, &inventory)?;
            }
        }
        Ok(output)
    }

    /// What stands in the folder, was written by no run and will be removed.
    pub fn removes(&self) -> Vec<String> {
        self.forced.iter().map(ToString::to_string).collect()
    }

    /// Fills a folder beside the place by `fill` and puts it there as a whole, or leaves nothing.
    ///
    /// Where the system can exchange two folders in one step (Linux and macOS on their own file
    /// systems), a complete folder stands there at every moment; elsewhere the old one is renamed
    /// first, and the next run puts it back when this one is killed between the two renames. Of
    /// several runs at once the last one stays, whole.
    ///
    /// Gives what a killed run left and what stays, since it holds more than was written.
    ///
    /// # Errors
    /// When `fill` fails, the file system refuses, or meanwhile something else stands there.
    pub fn write<E: From<OutputError>>(
        &self,
        fill: impl FnOnce(&Staging) -> Result<(), E>,
    ) -> Result<Vec<PathBuf>, E> {
        let io = |source| self.place.io(source);
        fs::create_dir_all(&self.place.around).map_err(io)?;
        let name = self.place.name.to_string_lossy();
        let (aside, mut left) =
            Aside::begin(&self.place.around, &name, Form::Folder).map_err(io)?;
        let staging = Staging {
            aside,
            written: Mutex::default(),
        };
        {
            let _making = making();
            fs::create_dir(staging.aside.part()).map_err(io)?;
        }
        fill(&staging)?;
        staging.finish(&self.kind).map_err(io)?;
        let aside = &staging.aside;
        left.extend(Aside::commit(|| self.put_in_place(aside, exchange))?);
        sync(&self.place.around);
        Ok(left)
    }

    fn put_in_place(
        &self,
        aside: &Aside,
        exchange: impl Fn(&Path, &Path) -> io::Result<()>,
    ) -> Result<Option<PathBuf>, OutputError> {
        let (part, old, target) = (aside.part(), aside.old(), self.place.target());
        let io = |source| self.place.io(source);
        for _ in 0..TRIES {
            match fs::symlink_metadata(&target) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(io(error)),
                Ok(data) if !data.is_dir() => {
                    return Err(self.place.refused("it is no folder; name a folder"));
                }
                Ok(data) => {
                    let Some(inventory) = self.standing(&target)? else {
                        continue;
                    };
                    self.refuse_others(&target, &inventory)?;
                    aside
                        .note(inventory.ours.iter().map(String::as_str))
                        .map_err(io)?;
                    // Whoever may not look into the old folder may not look into the new one.
                    fs::set_permissions(&part, data.permissions()).map_err(io)?;
                    let replaced = match exchange(&part, &target) {
                        Ok(()) => &part,
                        Err(error) if is_gone(&error) => continue,
                        Err(error) if cannot_exchange(&error) => {
                            match fs::rename(&target, &old) {
                                Ok(()) => {}
                                Err(error) if is_gone(&error) => continue,
                                Err(error) => return Err(self.not_moved(error)),
                            }
                            if let Err(error) = fs::rename(&part, &target) {
                                // When another run took the place, its results stay.
                                if fs::rename(&old, &target).is_err() {
                                    inventory::remove(&old, &self.inventory(&old)?);
                                }
                                if is_taken(&error) {
                                    continue;
                                }
                                return Err(io(error));
                            }
                            &old
                        }
                        Err(error) => return Err(self.not_moved(error)),
                    };
                    return self.remove_replaced(replaced, &target, &part, &exchange);
                }
            }
            match fs::rename(&part, &target) {
                Ok(()) => return Ok(None),
                Err(error) if is_taken(&error) => {}
                Err(error) => return Err(io(error)),
            }
        }
        Err(self.keeps_changing())
    }

    /// Looks again at what was replaced, now that nobody finds it under its name any more, and
    /// removes it; what came into it after the first look brings the whole folder back.
    fn remove_replaced(
        &self,
        replaced: &Path,
        target: &Path,
        part: &Path,
        exchange: impl Fn(&Path, &Path) -> io::Result<()>,
    ) -> Result<Option<PathBuf>, OutputError> {
        let inventory = self.inventory(replaced)?;
        if let Err(refusal) = self.refuse_others(target, &inventory) {
            let back = if replaced == part {
                exchange(replaced, target)
            } else {
                fs::rename(target, part).and_then(|()| fs::rename(replaced, target))
            };
            back.map_err(|source| self.place.io(source))?;
            return Err(refusal);
        }
        for other in &inventory.others {
            let path = replaced.join(&other.path);
            let removed = if other.is_folder {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.map_err(|source| OutputError::Io { path, source })?;
        }
        inventory::remove(replaced, &inventory);
        Ok(replaced.exists().then(|| replaced.to_owned()))
    }

    /// What stands under a name; `None` when nothing does any more. Another run may put its
    /// results there while they are looked through: then they are looked through again.
    fn standing(&self, target: &Path) -> Result<Option<Inventory>, OutputError> {
        let mut before = id_of(target);
        for _ in 0..TRIES {
            let found = self.inventory(target);
            let after = id_of(target);
            if after.is_none() {
                return Ok(None);
            }
            if before == after {
                return found.map(Some);
            }
            before = after;
        }
        Err(self.keeps_changing())
    }

    fn keeps_changing(&self) -> OutputError {
        self.place
            .refused("other runs keep replacing it; run again when they are done")
    }

    fn inventory(&self, folder: &Path) -> Result<Inventory, OutputError> {
        inventory::take(folder, &self.kind).map_err(|source| self.place.io(source))
    }

    fn refuse_others(&self, folder: &Path, inventory: &Inventory) -> Result<(), OutputError> {
        let others: Vec<&Other> = inventory.others.difference(&self.forced).collect();
        if others.is_empty() {
            return Ok(());
        }
        let what = match inventory::kind_of(folder) {
            Some(kind) if kind != self.kind.name => format!(
                "it holds the results of a {kind}, which a {} does not replace",
                self.kind.name
            ),
            _ => "it holds something else, which would be lost".to_owned(),
        };
        let mut lines = String::new();
        for other in others.iter().take(SHOWN) {
            lines.extend(["\n  ", &other.to_string()]);
        }
        if others.len() > SHOWN {
            let n_more = others.len() - SHOWN;
            lines.extend(["\n  and ", &n_more.to_string(), " more"]);
        }
        Err(self.place.refused(format!(
            "{what}:{lines}\nmove it, name another folder, or give `--force` to remove it"
        )))
    }

    fn not_moved(&self, error: io::Error) -> OutputError {
        if error.kind() == io::ErrorKind::ResourceBusy {
            return self.place.refused(
                "it is in use by the system, as the root of a disk or volume is; name a folder \
                 inside it",
            );
        }
        self.place.io(error)
    }
}

impl Staging {
    /// Writes one file; folders are parted by `/` and made as needed. Several threads may.
    ///
    /// # Errors
    /// When the file system refuses.
    ///
    /// Cost: one write and one flush to the disk.
    pub fn file(&self, path: &str, bytes: &[u8]) -> Result<(), OutputError> {
        self.write(path, bytes).map_err(|source| OutputError::Io {
            path: PathBuf::from(path),
            source,
        })?;
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.insert(path.to_owned(), Print::of(bytes));
        Ok(())
    }

    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let _making = making();
        self.aside.note([path])?;
        let place = self.aside.part().join(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(place)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn finish(&self, kind: &FolderKind) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let files = std::mem::take(&mut *written);
        let part = self.aside.part();
        let folders: BTreeSet<&Path> = files.keys().filter_map(|f| Path::new(f).parent()).collect();
        for folder in folders {
            sync(&part.join(folder));
        }
        let text = inventory::marker(kind, files);
        self.write(MARKER, text.as_bytes())?;
        sync(&part);
        Ok(())
    }
}

/// Which folder stands under a name; `None` when there is none.
fn id_of(folder: &Path) -> Option<(u64, u64)> {
    let data = fs::symlink_metadata(folder).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((data.dev(), data.ino()))
    }
    #[cfg(not(unix))]
    {
        let made = data.created().ok()?;
        let since = made.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some((since.as_secs(), u64::from(since.subsec_nanos())))
    }
}

/// Flushes the names in a folder; not every system can.
fn sync(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        folder.sync_all().ok();
    }
}

/// Lets two folders change places in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A file system that knows no exchange says that the request is not valid.
fn cannot_exchange(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput | io::ErrorKind::CrossesDevices
    )
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn is_taken(error: &io::Error) -> bool {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotADirectory, PermissionDenied};
    matches!(error.kind(), AlreadyExists | DirectoryNotEmpty | NotADirectory)
        // How Windows says it.
        || (cfg!(windows) && error.kind() == PermissionDenied)
}

#[cfg(test)]
mod tests;
