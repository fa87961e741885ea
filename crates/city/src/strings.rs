use std::collections::HashMap;

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
}

impl StringsBuilder {
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = as_u32(self.strings.ends.len());
        self.strings.text.push_str(text);
        self.strings.ends.push(as_u32(self.strings.text.len()));
        self.ids.insert(text.to_owned(), id);
        id
    }

    pub(crate) fn finish(self) -> Strings {
        self.strings
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

pub(crate) fn as_u32(number: usize) -> u32 {
    u32::try_from(number).expect("a city holds fewer than 2^32 of anything")
}

#[expect(
    clippy::as_conversions,
    reason = "u32 fits usize on every machine this runs on"
)]
pub(crate) fn as_usize(number: u32) -> usize {
    number as usize
}
