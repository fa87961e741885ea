use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::{Problems, shown};

/// A file that could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It could not be opened or read to its end.
    #[error("could not open `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its bytes are not text in the encoding.
    #[error("could not read `{}`: line {line} is not {encoding} text", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The first line that is not.
        line: u64,
        /// What was declared or tried.
        encoding: String,
    },
    /// It is not a file of its format.
    #[error("could not read `{}`: it is not {wanted}: {detail}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What it should be.
        wanted: &'static str,
        /// Where it goes wrong.
        detail: String,
    },
    /// Its rows are wrong.
    #[error("could not read {what} from `{}`{}\n{problems}", path.display(), of_sheet(sheet.as_ref()))]
    Rows {
        /// What was to be read: `facilities`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The sheet of a workbook.
        sheet: Option<String>,
        /// All problems.
        problems: Problems,
    },
}

fn of_sheet(name: Option<&String>) -> String {
    name.map_or_else(String::new, |name| format!(", sheet `{}`", shown(name)))
}

impl ReadError {
    /// What to do about it, each piece of advice once.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Rows { problems, .. } => {
                problems.hints().into_iter().map(str::to_owned).collect()
            }
            Self::Encoding { .. } => vec![
                "declare the file's encoding (`utf-8`, `utf-16`, `gbk` or `gb18030`), or save it as UTF-8"
                    .to_owned(),
            ],
            Self::Open { .. } | Self::Form { .. } => Vec::new(),
        }
    }
}
