use std::borrow::Cow;
use std::cell::Cell;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::Encoding;

/// What a workbook may take at least, decompressed, in bytes.
const ALWAYS: u64 = 64 << 20;
/// How many bytes each byte of the file may become. Sheets of a hundred thousand rows that repeat
/// themselves take about 20; deflate itself ends at 1,032.
const MOST_GROWTH: u64 = 100;
/// What no workbook may take, decompressed, in bytes.
const NEVER: u64 = 2 << 30;
/// A workbook of a thousand sheets has a few thousand parts.
const MOST_PARTS: usize = 20_000;

/// The archive of a workbook; what is read out of it is counted and ends at a limit.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    limit: u64,
    left: Cell<u64>,
}

impl<'a> Package<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, String> {
        let archive = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| format!("its zip archive is damaged ({error})"))?;
        if archive.len() > MOST_PARTS {
            return Err(format!(
                "its archive has {} parts; at most {MOST_PARTS} are read",
                archive.len()
            ));
        }
        let names = archive.file_names().filter_map(Result::ok);
        let names = names.map(Cow::into_owned).collect();
        let n_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let limit = n_bytes.saturating_mul(MOST_GROWTH).saturating_add(ALWAYS);
        let limit = limit.min(NEVER);
        Ok(Self {
            archive,
            names,
            limit,
            left: Cell::new(limit),
        })
    }

    /// The text of a part; `None` when there is none of this name, case and slashes aside.
    pub(crate) fn part(&mut self, name: &str) -> Result<Option<String>, String> {
        let fold = |name: &str| {
            name.replace('\\', "/")
                .trim_start_matches('/')
                .to_lowercase()
        };
        let wanted = fold(name);
        let Some(found) = self.names.iter().find(|name| fold(name) == wanted) else {
            return Ok(None);
        };
        let part = self
            .archive
            .by_name(found)
            .map_err(|error| format!("its part `{name}` cannot be read ({error})"))?;
        let left = self.left.get();
        let mut bytes = Vec::new();
        part.take(left.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| format!("its part `{name}` is damaged ({error})"))?;
        let n_read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if n_read > left {
            return Err(format!(
                "unpacked it takes more than {} MiB, {MOST_GROWTH} times its size and more than \
                 tables do; save only the sheet that is needed",
                self.limit >> 20
            ));
        }
        self.left.set(left - n_read);
        let decoded = Encoding::decode(&bytes, Some(Encoding::Utf8))
            .map_err(|error| format!("its part `{name}`: {error}"))?;
        Ok(Some(decoded.text))
    }
}
