pub(crate) mod fingerprint;
pub(crate) mod modification;
pub(crate) mod preset;
pub(crate) mod problem;
pub mod spec;

use std::fs;
use std::path::{Path, PathBuf};

use city::SidePathLinks;
use units::{Length, parse_length};

use crate::plan::preset::include;
use crate::plan::problem::Problems;
use crate::plan::spec::PlanSpec;

/// A plan file as read: its text understood, the files it names not yet opened.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it says.
    pub spec: PlanSpec,
    /// Where it was read from, for messages.
    pub path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

impl Plan {
    /// Reads a plan file.
    ///
    /// # Errors
    /// When the file cannot be read or is no plan, with line and column.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let shown = path.display();
        let bytes = fs::read(path)
            .map_err(|error| Problems::one(format!("could not read plan `{shown}`: {error}")))?;
        let text = String::from_utf8(bytes.clone())
            .map_err(|error| Problems::one(format!("plan `{shown}` is not UTF-8: {error}")))?;
        let mut spec: PlanSpec = toml::from_str(&text).map_err(|error| {
            Problems::one(format!(
                "could not understand plan `{shown}`\n{}",
                error.to_string().trim_end()
            ))
        })?;
        if spec.format != 1 {
            return Err(Problems::one(format!(
                "plan `{shown}` has format {}; this program reads format 1",
                spec.format
            )));
        }
        let mut bytes = bytes;
        if !spec.include.is_empty() {
            let says = |table: toml::Table| table.contains_key("hours");
            let has_hours = text.parse().is_ok_and(says);
            let folder = path.parent().unwrap_or_else(|| Path::new(""));
            let more = include(&mut spec, folder, has_hours)
                .map_err(|problems| Problems::one(format!("plan `{shown}`: {problems}")))?;
            bytes.extend(more);
        }
        Ok(Self {
            spec,
            path: path.to_path_buf(),
            bytes,
        })
    }

    /// A path of the plan, which is relative to the plan's own folder.
    pub fn path_of(&self, path: &Path) -> PathBuf {
        self.path
            .parent()
            .unwrap_or_else(|| Path::new(""))
            .join(path)
    }

    /// How far side paths are tied to streets; `None` when they are not.
    ///
    /// # Errors
    /// When the length cannot be understood or is more than 100 m.
    pub fn side_path_links(&self) -> Result<Option<Length>, Problems> {
        let place = format!("plan `{}`: [network], side_path_links", self.path.display());
        let Some(text) = &self.spec.network.side_path_links else {
            return Ok(None);
        };
        let length = parse_length(text).map_err(|why| Problems::one(format!("{place}: {why}")))?;
        if length == Length::ZERO {
            return Err(Problems::one(format!(
                "{place}: no path lies within {text} of a street; write at least 1m, or leave the \
                 line out"
            )));
        }
        if length > SidePathLinks::MOST {
            return Err(Problems::one(format!(
                "{place}: {text} reaches past the street beside a path; write at most 100m"
            )));
        }
        Ok(Some(length))
    }

    /// The network file or extract that the plan names.
    pub fn network_path(&self) -> PathBuf {
        self.path_of(&self.spec.network.path)
    }
}
