use std::collections::BTreeMap;

use crate::sheet::{ColumnIndex, Reading, Sheet, SheetRow};
use crate::{ProblemKind, RowPlace, number};

/// One row, and where its problems go.
pub(crate) struct Cells<'a> {
    pub(crate) sheet: &'a Sheet,
    pub(crate) row: &'a SheetRow,
    pub(crate) reading: &'a mut Reading,
}

impl Cells<'_> {
    /// A value that may be empty; what is there must be readable.
    pub(crate) fn parsed<T>(
        &mut self,
        column: Option<ColumnIndex>,
        wanted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let column = column?;
        let text = self.row.value(column);
        if text.is_empty() {
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            let kind = ProblemKind::Value {
                column: self.sheet.column_name(column).to_owned(),
                got: text.to_owned(),
                wanted: wanted.to_owned(),
            };
            self.reading.problems.push(self.row.place, kind);
        }
        value
    }

    /// A whole number from 0 to `most`, or nothing.
    pub(crate) fn whole(&mut self, column: Option<ColumnIndex>, most: u64) -> Option<u64> {
        let column = column?;
        let text = self.row.value(column);
        if text.is_empty() {
            return None;
        }
        let value = number::whole(text);
        let wanted = match value {
            Some(value) if value <= most => return Some(value),
            Some(_) => format!("a whole number up to {most}"),
            None => "a whole number".to_owned(),
        };
        let name = self.sheet.column_name(column);
        let problems = &mut self.reading.problems;
        problems.push_number(self.row.place, name, text, &wanted);
        None
    }

    /// A value that must be there and may stand only once.
    pub(crate) fn unique(
        &mut self,
        column: Option<ColumnIndex>,
        seen: &mut BTreeMap<String, RowPlace>,
    ) -> Option<String> {
        let column = column?;
        let text = self.row.value(column).to_owned();
        let name = self.sheet.column_name(column).to_owned();
        if text.is_empty() {
            let kind = ProblemKind::Empty {
                column: name,
                wanted: "an id".to_owned(),
            };
            self.reading.problems.push(self.row.place, kind);
            return None;
        }
        if let Some(&first) = seen.get(&text) {
            let kind = ProblemKind::Repeated {
                column: name,
                got: text,
                first,
            };
            self.reading.problems.push(self.row.place, kind);
            return None;
        }
        seen.insert(text.clone(), self.row.place);
        Some(text)
    }

    /// A word out of a list, which must be there; `parse` gives the nearest known word when it
    /// knows none.
    pub(crate) fn required<T>(
        &mut self,
        column: Option<ColumnIndex>,
        wanted: &str,
        parse: impl FnOnce(&str) -> Result<T, Option<String>>,
    ) -> Option<T> {
        let column = column?;
        let text = self.row.value(column);
        match parse(text) {
            Ok(value) => Some(value),
            Err(nearest) => {
                let kind = ProblemKind::Value {
                    column: self.sheet.column_name(column).to_owned(),
                    got: text.to_owned(),
                    wanted: wanted.to_owned(),
                };
                let (problems, place) = (&mut self.reading.problems, self.row.place);
                match nearest {
                    Some(nearest) => {
                        problems.push_with_hint(place, kind, format!("did you mean `{nearest}`?"));
                    }
                    None => problems.push(place, kind),
                }
                None
            }
        }
    }
}
