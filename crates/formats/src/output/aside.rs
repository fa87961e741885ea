//! The hidden entries beside an output while it is written, and those that a killed run left.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::inventory::{self, Inventory, is_inside};

const PREFIX: &str = ".nuanquan-";
const LOCK: &str = "lock";
const N_RANDOM: usize = 16;
/// How often a name is tried again that another run cleared before it was locked.
const TRIES: u32 = 16;

/// What this process is writing. Whoever holds it may put outputs in their place, so that a signal
/// comes before or after that, never between.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    // The list is whole whatever panicked while it was held.
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kept by many while they make an entry, and by the one that clears: else a thread could make a
/// file or folder after its output was cleared.
static MAKING: RwLock<()> = RwLock::new(());

/// Nothing is cleared for a signal while this is kept; it is not asked for twice by one thread.
pub(super) fn making() -> RwLockReadGuard<'static, ()> {
    MAKING.read().unwrap_or_else(PoisonError::into_inner)
}

/// Nothing is made and put in its place any more as long as this is kept.
#[derive(Debug)]
pub struct Stopped {
    _none_makes: RwLockWriteGuard<'static, ()>,
    _none_other: MutexGuard<'static, Vec<PathBuf>>,
}

/// Removes what this process has not finished writing, for a program that was told to end.
/// An output that is just being put in its place is finished first.
///
/// Keep what this gives until the process ends.
///
/// Cost: removes at most the files that were written.
pub fn stop() -> Stopped {
    let none_makes = MAKING.write().unwrap_or_else(PoisonError::into_inner);
    let stems = unfinished();
    for stem in stems.iter() {
        // A folder may be busy for a moment where others look through it.
        for _ in 0..50 {
            if clear(stem).is_ok_and(|left| left.is_none()) {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    Stopped {
        _none_makes: none_makes,
        _none_other: stems,
    }
}

/// Whether an output is a file or a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    File,
    Folder,
}

/// The first line of a lock file; the lines after it are paths below the new folder, as JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    nuanquan_writes: String,
    form: Form,
}

/// One output being written.
#[derive(Debug)]
pub(super) struct Aside {
    stem: PathBuf,
    /// Open and locked as long as the output is unfinished.
    lock: Mutex<File>,
}

impl Aside {
    /// Clears what killed runs left in a folder and begins an output there.
    /// Also gives what could not be cleared, since it holds more than a run wrote.
    pub(super) fn begin(around: &Path, name: &str, form: Form) -> io::Result<(Self, Vec<PathBuf>)> {
        let left = sweep(around);
        let _making = making();
        for _ in 0..TRIES {
            let file = tempfile::Builder::new()
                .prefix(PREFIX)
                .suffix(".lock")
                .rand_bytes(N_RANDOM)
                .tempfile_in(around)?;
            match file.as_file().try_lock() {
                Err(TryLockError::WouldBlock) => continue,
                // Where files cannot be locked nobody can take this one for a dead run's.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            if !is_named(file.as_file(), file.path()) {
                continue;
            }
            let (mut file, path) = file.keep().map_err(|error| error.error)?;
            let stem = path.with_extension("");
            unfinished().push(stem.clone());
            let head = Head {
                nuanquan_writes: name.to_owned(),
                form,
            };
            let written = writeln!(file, "{}", serde_json::to_string(&head)?);
            let aside = Self {
                stem,
                lock: Mutex::new(file),
            };
            return written.map(|()| (aside, left));
        }
        Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "no name beside it stays free",
        ))
    }

    /// Lists a file before it is made.
    pub(super) fn note<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> io::Result<()> {
        let mut lines = String::new();
        for path in paths {
            lines += &serde_json::to_string(path)?;
            lines.push('\n');
        }
        let mut file = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(lines.as_bytes())
    }

    /// Where the output grows.
    pub(super) fn part(&self) -> PathBuf {
        part(&self.stem)
    }

    /// Where the old output waits when it cannot be exchanged in one step.
    pub(super) fn old(&self) -> PathBuf {
        self.stem.with_extension("old")
    }

    /// Puts the output in its place by `place`, which no signal interrupts.
    pub(super) fn commit<T>(place: impl FnOnce() -> T) -> T {
        let _finished_first = unfinished();
        place()
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let mut stems = unfinished();
        stems.retain(|stem| *stem != self.stem);
        // What cannot be removed now is removed by the next run.
        clear(&self.stem).ok();
    }
}

fn part(stem: &Path) -> PathBuf {
    stem.with_extension("part")
}

/// Clears what dead runs left in a folder; gives what of it holds more than they wrote.
fn sweep(around: &Path) -> Vec<PathBuf> {
    let mut left = Vec::new();
    let Ok(entries) = fs::read_dir(around) else {
        return left;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_lock = entry.file_name().to_str().is_some_and(is_lock_name)
            && entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_lock {
            continue;
        }
        // Who cannot lock it leaves it to whoever holds it.
        let Ok(file) = File::options().read(true).write(true).open(&path) else {
            continue;
        };
        if file.try_lock().is_ok() && is_named(&file, &path) {
            left.extend(clear(&path.with_extension("")).ok().flatten());
        }
    }
    left
}

fn is_lock_name(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(".lock"))
        .is_some_and(|random| {
            random.len() == N_RANDOM && random.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// Whether a name still leads to an open file, or another run took it away in between.
fn is_named(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |data: fs::Metadata| (data.dev(), data.ino());
        let (Ok(open), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else {
            return false;
        };
        id(open) == id(named)
    }
    #[cfg(not(unix))]
    {
        // An open file keeps its name there.
        let _ = file;
        path.exists()
    }
}

/// Removes an unfinished output; gives what stays because it holds more than was written.
fn clear(stem: &Path) -> io::Result<Option<PathBuf>> {
    let lock = stem.with_extension(LOCK);
    let Some((head, listed)) = journal(&lock)? else {
        // Killed before its first line, or not written by us.
        if fs::symlink_metadata(&lock)?.len() == 0 {
            fs::remove_file(&lock)?;
        }
        return Ok(None);
    };
    let (part, old) = (part(stem), stem.with_extension("old"));
    match head.form {
        Form::File => {
            if fs::symlink_metadata(&part).is_ok_and(|data| data.is_file()) {
                fs::remove_file(&part)?;
            }
        }
        Form::Folder => {
            let target = stem.with_file_name(&head.nuanquan_writes);
            let is_gone = |path: &Path| fs::symlink_metadata(path).is_err();
            if !is_gone(&old) && is_gone(&target) {
                // Killed between two renames: what stood there comes back.
                fs::rename(&old, &target)?;
            }
            for folder in [&part, &old] {
                if fs::symlink_metadata(folder).is_ok_and(|data| data.is_dir()) {
                    let ours = inventory::listed_and_unchanged(folder);
                    let by_name = || Inventory::of_files(listed.clone());
                    inventory::remove(folder, &ours.unwrap_or_else(by_name));
                    if !is_gone(folder) {
                        return Ok(Some(folder.clone()));
                    }
                }
            }
        }
    }
    fs::remove_file(&lock)?;
    Ok(None)
}

/// What a lock file says; `None` when it is none of ours.
fn journal(lock: &Path) -> io::Result<Option<(Head, BTreeSet<String>)>> {
    let mut lines = BufReader::new(File::open(lock)?).lines();
    let Some(head) = lines.next().transpose()? else {
        return Ok(None);
    };
    let Ok(head) = serde_json::from_str::<Head>(&head) else {
        return Ok(None);
    };
    let mut listed = BTreeSet::new();
    for line in lines {
        // The last line may be cut.
        if let Ok(path) = serde_json::from_str::<String>(&line?)
            && is_inside(&path)
        {
            listed.insert(path);
        }
    }
    Ok(Some((head, listed)))
}
