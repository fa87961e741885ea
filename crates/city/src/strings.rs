use std::collections::HashMap;

use thiserror::Error;

use crate::bytes::{Reader, Writer};

/// Many texts in one, each kept once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strings {
    text: String,
    /// Where each text ends.
    ends: Vec<u32>,
}

/// A pool that is being filled.
#[derive(Clone, Debug, Default)]
pub(crate) struct StringsBuilder {
    strings: Strings,
    ids: HashMap<String, u32>,
    is_full: bool,
}

/// More of something than a city can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the {0} are more than one city can hold (4 GiB of text, 2^32 - 1 of anything else)")]
pub struct TooMuch(pub(crate) &'static str);

impl StringsBuilder {
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = u32::try_from(self.strings.ends.len());
        let end = u32::try_from(self.strings.text.len() + text.len());
        let (Ok(id), Ok(end)) = (id, end) else {
            // Told at the end, so that adding stays simple; until then nothing more is kept.
            self.is_full = true;
            return 0;
        };
        self.strings.text.push_str(text);
        self.strings.ends.push(end);
        self.ids.insert(text.to_owned(), id);
        id
    }

    pub(crate) fn finish(self) -> Result<Strings, TooMuch> {
        if self.is_full {
            return Err(TooMuch("names and tags"));
        }
        Ok(self.strings)
    }
}

impl Strings {
    /// A text by number; empty when there is no such number.
    pub(crate) fn get(&self, id: u32) -> &str {
        let id = as_usize(id);
        let start = id.checked_sub(1).map_or(0, |before| {
            self.ends.get(before).map_or(0, |&end| as_usize(end))
        });
        let end = self.ends.get(id).map_or(start, |&end| as_usize(end));
        self.text.get(start..end).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) {
        out.bytes(self.text.as_bytes());
        out.numbers(&self.ends);
    }

    pub(crate) fn read(input: &mut Reader<'_>) -> Option<Self> {
        let text = String::from_utf8(input.bytes()?.to_vec()).ok()?;
        let ends = input.numbers()?;
        let fits = ends.is_sorted()
            && ends.last().map_or(0, |&end| as_usize(end)) == text.len()
            && ends.iter().all(|&end| text.is_char_boundary(as_usize(end)));
        fits.then_some(Self { text, ends })
    }
}

/// The number of a list's end.
pub(crate) fn end(length: usize, what: &'static str) -> Result<u32, TooMuch> {
    u32::try_from(length).ok().ok_or(TooMuch(what))
}

#[expect(
    clippy::as_conversions,
    reason = "u32 fits usize on every machine this runs on"
)]
pub(crate) fn as_usize(number: u32) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_numbers_reach_is_an_error() {
        assert_eq!(end(7, "corners"), Ok(7));
        let too_long = usize::try_from(1_u64 << 32).unwrap();
        assert_eq!(end(too_long, "corners"), Err(TooMuch("corners")));
    }
}
