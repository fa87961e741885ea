//! What in a folder of results was written by us, by the list that stands in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

/// The file in a folder of results that lists all others; nobody else writes one.
pub const MARKER: &str = ".nuanquan-results.json";

const FORMAT: u32 = 1;

/// One kind of results folder.
#[derive(Clone, Copy, Debug)]
pub struct FolderKind {
    /// Its name in the list, e.g. `run`.
    pub name: &'static str,
    /// The files below a folder without a list which version 0.1.0 wrote, when it wrote that
    /// folder; `None` when it did not. Paths are separated by `/`.
    pub of_first_version: fn(&Path) -> Option<Vec<String>>,
}

/// The list as it lies in the folder.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    program: String,
    note: String,
    format: u32,
    kind: String,
    files: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    path: String,
    #[serde(flatten)]
    print: Print,
}

/// Length and hash of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Print {
    bytes: u64,
    xxh3: String,
}

impl Print {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: u64::try_from(bytes.len()).expect("a usize fits 64 bits"),
            xxh3: format!("{:032x}", xxh3_128(bytes)),
        }
    }
}

/// The text of the list.
pub(super) fn marker(kind: &FolderKind, files: BTreeMap<String, Print>) -> String {
    let marker = Marker {
        program: concat!("nuanquan ", env!("CARGO_PKG_VERSION")).to_owned(),
        note: "the next run replaces the files that are listed here, and refuses when it finds \
               others in this folder"
            .to_owned(),
        format: FORMAT,
        kind: kind.name.to_owned(),
        files: files
            .into_iter()
            .map(|(path, print)| Entry { path, print })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&marker).expect("a list is plain data");
    text.push('\n');
    text
}

/// The entries of a folder, told apart.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// Files of ours, with `/` between folders.
    pub(super) ours: BTreeSet<String>,
    /// Folders of ours, also those that hold nothing any more.
    pub(super) folders: BTreeSet<PathBuf>,
    /// Everything else; a folder without a file of ours stands for all it holds.
    pub(super) others: BTreeSet<Other>,
}

/// An entry that we did not write.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Other {
    /// Its path below the folder; as text only to be shown.
    pub(super) path: PathBuf,
    pub(super) is_folder: bool,
    pub(super) is_changed: bool,
}

impl std::fmt::Display for Other {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let after = match (self.is_folder, self.is_changed) {
            (true, _) => "/",
            (_, true) => " (changed since it was written)",
            _ => "",
        };
        write!(f, "{}{after}", self.path.display())
    }
}

/// Looks through a folder; a folder of another kind holds nothing of ours.
///
/// Cost: reads every file that is listed.
pub(super) fn take(folder: &Path, kind: &FolderKind) -> io::Result<Inventory> {
    let (listed, has_marker) = match read(folder) {
        Some(marker) if marker.kind == kind.name => (prints(marker), true),
        Some(_) => (BTreeMap::new(), false),
        None => {
            let files = (kind.of_first_version)(folder).unwrap_or_default();
            (files.into_iter().map(|path| (path, None)).collect(), false)
        }
    };
    let mut inventory = Inventory::default();
    if has_marker {
        inventory.ours.insert(MARKER.to_owned());
    }
    walk(folder, "", &listed, &mut inventory)?;
    Ok(inventory)
}

/// The kind that the list in a folder names.
pub(super) fn kind_of(folder: &Path) -> Option<String> {
    read(folder).map(|marker| marker.kind)
}

/// What of a folder its list names and is as it was written; `None` when it has no list.
pub(super) fn listed_and_unchanged(folder: &Path) -> Option<Inventory> {
    let listed = prints(read(folder)?);
    let mut inventory = Inventory::default();
    inventory.ours.insert(MARKER.to_owned());
    walk(folder, "", &listed, &mut inventory).ok()?;
    Some(inventory)
}

fn prints(marker: Marker) -> BTreeMap<String, Option<Print>> {
    let files = marker.files.into_iter();
    files.map(|entry| (entry.path, Some(entry.print))).collect()
}

fn read(folder: &Path) -> Option<Marker> {
    let path = folder.join(MARKER);
    if !fs::symlink_metadata(&path).ok()?.is_file() {
        return None;
    }
    let marker: Marker = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let fits = marker.format == FORMAT && marker.files.iter().all(|file| is_inside(&file.path));
    fits.then_some(marker)
}

/// Whether a path names something below a folder and does not lead out of it.
pub(super) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
}

fn walk(
    folder: &Path,
    below: &str,
    listed: &BTreeMap<String, Option<Print>>,
    inventory: &mut Inventory,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        let path = name.to_str().map(|name| format!("{below}{name}"));
        let mut other = Other {
            path: Path::new(below).join(&name),
            is_folder: kind.is_dir(),
            is_changed: false,
        };
        if let Some(path) = path {
            if inventory.ours.contains(&path) {
                continue;
            }
            if kind.is_dir() {
                let inside = format!("{path}/");
                let next = listed.range(inside.clone()..).next();
                if next.is_some_and(|(first, _)| first.starts_with(&inside)) {
                    inventory.folders.insert(other.path);
                    walk(&entry.path(), &inside, listed, inventory)?;
                    continue;
                }
            } else if kind.is_file()
                && let Some(print) = listed.get(&path)
            {
                if is_unchanged(&entry.path(), print.as_ref())? {
                    inventory.ours.insert(path);
                    continue;
                }
                other.is_changed = true;
            }
        }
        inventory.others.insert(other);
    }
    Ok(())
}

/// Whether a file is as it was written; of files without a print nothing is known.
fn is_unchanged(path: &Path, print: Option<&Print>) -> io::Result<bool> {
    let Some(print) = print else { return Ok(true) };
    Ok(fs::metadata(path)?.len() == print.bytes && Print::of(&fs::read(path)?) == *print)
}

impl Inventory {
    /// Of files that are known by their names only.
    pub(super) fn of_files(files: BTreeSet<String>) -> Self {
        let mut folders = BTreeSet::new();
        for file in &files {
            let above = Path::new(file).ancestors().skip(1);
            let inside = above.filter(|path| !path.as_os_str().is_empty());
            folders.extend(inside.map(Path::to_owned));
        }
        Self {
            ours: files,
            folders,
            others: BTreeSet::new(),
        }
    }
}

/// Removes what is ours of a folder, then the folder itself. What is in the way stays: folders go
/// only when empty, and no link is followed.
pub(super) fn remove(folder: &Path, inventory: &Inventory) {
    let Inventory {
        ours: files,
        folders,
        others: _,
    } = inventory;
    let is_folder =
        |path: &Path| fs::symlink_metadata(folder.join(path)).is_ok_and(|data| data.is_dir());
    let links: Vec<&PathBuf> = folders.iter().filter(|path| !is_folder(path)).collect();
    // Errors are left to the last removal, which fails when anything is left. The list goes last,
    // so that a removal that is cut short can be taken up again.
    for file in files.iter().filter(|file| *file != MARKER) {
        let path = Path::new(file);
        if !links.iter().any(|link| path.starts_with(link)) {
            fs::remove_file(folder.join(path)).ok();
        }
    }
    for inner in folders.iter().rev() {
        fs::remove_dir(folder.join(inner)).ok();
    }
    if files.contains(MARKER) && holds_only_the_marker(folder) {
        fs::remove_file(folder.join(MARKER)).ok();
    }
    fs::remove_dir(folder).ok();
}

fn holds_only_the_marker(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        let mut names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
        names.all(|name| name == MARKER)
    })
}
