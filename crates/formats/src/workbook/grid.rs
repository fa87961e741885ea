use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::Note;
use crate::head::trim;

use super::date::{self, Format};
use super::parts::{attribute, is_on, push_text, rich_text};

/// A sheet ends at row 1,048,576 and column XFD.
const MOST_ROWS: u64 = 1 << 20;
const MOST_COLUMNS: usize = 1 << 14;
/// A table of a hundred thousand rows and fifty columns has half as many.
const MOST_CELLS: usize = 10_000_000;
/// A workbook keeps so many digits of a number; ids that are longer lost their last ones.
const MOST_DIGITS: usize = 15;
/// No form has as many; each is looked up.
const MOST_MERGED: usize = 100_000;

/// The cells of a sheet that hold something, as text.
#[derive(Default)]
pub(crate) struct Grid {
    pub(crate) rows: Vec<GridRow>,
    pub(crate) hidden_columns: Vec<RangeInclusive<usize>>,
    n_hidden_rows: usize,
    n_filled: usize,
    /// The first cell and how many, of formulas without a result and of errors.
    without_result: Option<(String, usize)>,
    errors: Option<(String, String, usize)>,
    long_numbers: Option<(String, usize)>,
}

pub(crate) struct GridRow {
    /// From 1, as spreadsheets show it.
    pub(crate) number: u64,
    /// Column from 0 and text, in order.
    pub(crate) cells: Vec<(usize, String)>,
}

impl GridRow {
    pub(crate) fn width(&self) -> usize {
        self.cells.last().map_or(0, |(column, _)| column + 1)
    }
}

/// A cell while it is read.
struct OpenCell {
    column: usize,
    kind: Option<String>,
    style: usize,
    value: String,
    has_formula: bool,
}

impl Grid {
    pub(crate) fn read(
        text: &str,
        strings: &[String],
        styles: &[Format],
        is_1904: bool,
    ) -> Result<Self, String> {
        let damaged = |error: quick_xml::Error| format!("it is damaged ({error})");
        let mut grid = Self::default();
        let mut reader = Reader::from_str(text);
        let mut row = GridRow {
            number: 0,
            cells: Vec::new(),
        };
        let (mut next_column, mut is_hidden, mut n_cells) = (0, false, 0_usize);
        let mut merged = Vec::new();
        let mut cell: Option<OpenCell> = None;
        let mut in_value = false;
        loop {
            let event = reader.read_event().map_err(damaged)?;
            let is_empty = matches!(event, Event::Empty(_));
            match event {
                Event::Start(start) | Event::Empty(start) => match start.local_name().as_ref() {
                    "row" => {
                        let number = attribute(&start, "r").map(|text| text.parse());
                        row.number = match number {
                            Some(Ok(number)) if (1..=MOST_ROWS).contains(&number) => number,
                            None if row.number < MOST_ROWS => row.number + 1,
                            _ => return Err("a row has no number that a sheet can have".to_owned()),
                        };
                        is_hidden = is_on(&start, "hidden");
                        next_column = 0;
                    }
                    "c" => {
                        let open = open_cell(&start, next_column)?;
                        next_column = open.column + 1;
                        cell = (!is_empty).then_some(open);
                    }
                    "v" => in_value = !is_empty,
                    "f" => {
                        if let Some(cell) = &mut cell {
                            cell.has_formula = true;
                        }
                    }
                    "is" if !is_empty => {
                        let text = rich_text(&mut reader, "is").map_err(damaged)?;
                        if let Some(cell) = &mut cell {
                            cell.value = text;
                        }
                    }
                    "col" => grid.hidden_columns.extend(hidden_columns(&start)),
                    "mergeCell" => {
                        if merged.len() >= MOST_MERGED {
                            return Err(format!("it has more than {MOST_MERGED} merged cells"));
                        }
                        let range = attribute(&start, "ref");
                        merged.extend(range.as_deref().and_then(vertical_range));
                    }
                    _ => {}
                },
                Event::End(end) => match end.local_name().as_ref() {
                    "v" => in_value = false,
                    "c" => {
                        if let Some(cell) = cell.take() {
                            let column = cell.column;
                            let text = grid.text(&cell, row.number, strings, styles, is_1904)?;
                            if !text.is_empty() {
                                n_cells += 1;
                                if n_cells > MOST_CELLS {
                                    return Err(format!("it has more than {MOST_CELLS} cells"));
                                }
                                row.cells.push((column, text));
                            }
                        }
                    }
                    "row" if !row.cells.is_empty() => {
                        grid.n_hidden_rows += usize::from(is_hidden);
                        let cells = std::mem::take(&mut row.cells);
                        grid.push(GridRow {
                            number: row.number,
                            cells,
                        });
                    }
                    _ => {}
                },
                Event::Eof => break,
                event if in_value => {
                    if let Some(cell) = &mut cell {
                        push_text(&mut cell.value, &event);
                    }
                }
                _ => {}
            }
        }
        grid.rows.sort_by_key(|row| row.number);
        grid.fill(merged)?;
        Ok(grid)
    }

    fn push(&mut self, mut row: GridRow) {
        row.cells.sort_by_key(|(column, _)| *column);
        row.cells.dedup_by_key(|(column, _)| *column);
        self.rows.push(row);
    }

    /// What a cell shows, without its colours and its count of decimals.
    fn text(
        &mut self,
        cell: &OpenCell,
        row: u64,
        strings: &[String],
        styles: &[Format],
        is_1904: bool,
    ) -> Result<String, String> {
        let name = || cell_name(row, cell.column);
        let value = cell.value.trim();
        if value.is_empty() && cell.has_formula && cell.kind.as_deref() != Some("str") {
            let (_, n) = self.without_result.get_or_insert_with(|| (name(), 0));
            *n += 1;
        }
        Ok(match cell.kind.as_deref() {
            Some("s") => {
                let found = value.parse().ok().and_then(|at: usize| strings.get(at));
                let found = found.ok_or_else(|| format!("cell {} refers to no text", name()))?;
                clean(found)
            }
            Some("b") => match value {
                "1" => "true".to_owned(),
                "0" => "false".to_owned(),
                other => other.to_owned(),
            },
            Some("e") => {
                let (_, _, n) = self
                    .errors
                    .get_or_insert_with(|| (name(), value.to_owned(), 0));
                *n += 1;
                value.to_owned()
            }
            Some("str" | "inlineStr" | "d") => clean(value),
            _ => {
                let text = number(value, styles.get(cell.style).copied(), is_1904);
                if text.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS
                    && !text.contains('.')
                {
                    let (_, n) = self.long_numbers.get_or_insert_with(|| (name(), 0));
                    *n += 1;
                }
                text
            }
        })
    }

    /// Gives the rows that a merged cell spans its value, as people read it; a cell that spans
    /// columns keeps it in the first.
    fn fill(&mut self, mut merged: Vec<(usize, RangeInclusive<u64>)>) -> Result<(), String> {
        merged.sort_by_key(|(column, rows)| (*column, *rows.start()));
        // No two overlap in a sheet; in a hostile file they must not make the work endless.
        merged.dedup_by(|next, last| next.0 == last.0 && next.1.start() <= last.1.end());
        let rows = self.rows.iter().enumerate();
        let at: BTreeMap<u64, usize> = rows.map(|(at, row)| (row.number, at)).collect();
        let mut n_seen = 0_usize;
        for (column, rows) in merged {
            let first = at.get(rows.start()).and_then(|&at| {
                let cells = &self.rows[at].cells;
                cells.iter().find(|(this, _)| *this == column)
            });
            let Some((_, value)) = first.cloned() else {
                continue;
            };
            for (_, &below) in at.range(rows).skip(1) {
                n_seen += 1;
                if n_seen > MOST_CELLS {
                    return Err(format!(
                        "its merged cells span more than {MOST_CELLS} cells"
                    ));
                }
                let cells = &mut self.rows[below].cells;
                if let Err(place) = cells.binary_search_by_key(&column, |(this, _)| *this) {
                    cells.insert(place, (column, value.clone()));
                    self.n_filled += 1;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn width(&self) -> usize {
        self.rows.iter().map(GridRow::width).max().unwrap_or(0)
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.n_hidden_rows > 0 {
            notes.push(Note::HiddenRows {
                n_rows: self.n_hidden_rows,
            });
        }
        if self.n_filled > 0 {
            notes.push(Note::MergedCells {
                n_cells: self.n_filled,
            });
        }
        if let Some((first, n_cells)) = &self.without_result {
            notes.push(Note::FormulasWithoutResult {
                n_cells: *n_cells,
                first: first.clone(),
            });
        }
        if let Some((first, error, n_cells)) = &self.errors {
            notes.push(Note::ErrorCells {
                n_cells: *n_cells,
                first: first.clone(),
                error: error.clone(),
            });
        }
        if let Some((first, n_cells)) = &self.long_numbers {
            notes.push(Note::LongNumbers {
                n_cells: *n_cells,
                first: first.clone(),
            });
        }
        notes
    }
}

fn open_cell(start: &BytesStart<'_>, next: usize) -> Result<OpenCell, String> {
    let column = match attribute(start, "r") {
        Some(name) => column_of(&name)
            .ok_or_else(|| format!("`{}` is no cell that a sheet can have", crate::shown(&name)))?,
        None if next < MOST_COLUMNS => next,
        None => return Err(format!("a row has more than {MOST_COLUMNS} cells")),
    };
    Ok(OpenCell {
        column,
        kind: attribute(start, "t"),
        style: attribute(start, "s")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0),
        value: String::new(),
        has_formula: false,
    })
}

/// A number as text: as a date where the format of its cell says so, else its shortest digits.
fn number(value: &str, format: Option<Format>, is_1904: bool) -> String {
    let Some(parsed) = crate::number::finite(value) else {
        return clean(value);
    };
    match format {
        Some(format @ (Format::Date | Format::Time)) => {
            date::text(parsed, format, is_1904).unwrap_or_else(|| parsed.to_string())
        }
        Some(Format::Number) | None => parsed.to_string(),
    }
}

fn clean(text: &str) -> String {
    trim(text).to_owned()
}

/// `C7` to 2; `None` for what is no cell of a sheet.
fn column_of(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = name.split_at_checked(letters)?;
    let is_cell = (1..=3).contains(&letters.len())
        && (1..=7).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_cell.then_some(())?;
    let column = letters.bytes().fold(0, |column: usize, letter| {
        column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    (column <= MOST_COLUMNS).then(|| column - 1)
}

fn row_of(name: &str) -> Option<u64> {
    let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    digits
        .parse()
        .ok()
        .filter(|row| (1..=MOST_ROWS).contains(row))
}

/// The name of a cell as spreadsheets show it.
fn cell_name(row: u64, column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        let letter = u8::try_from((left - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + letter));
        left = (left - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{row}")
}

/// The first column and the rows of a merged range that spans rows.
fn vertical_range(range: &str) -> Option<(usize, RangeInclusive<u64>)> {
    let (first, last) = range.split_once(':')?;
    let (from, to) = (row_of(first)?, row_of(last)?);
    (from < to).then_some((column_of(first)?, from..=to))
}

fn hidden_columns(start: &BytesStart<'_>) -> Option<RangeInclusive<usize>> {
    let number = |name| {
        attribute(start, name)?
            .parse::<usize>()
            .ok()?
            .checked_sub(1)
    };
    is_on(start, "hidden").then_some(())?;
    Some(number("min")?..=number("max")?.min(MOST_COLUMNS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_names() {
        for (name, column) in [("A1", 0), ("Z9", 25), ("AA10", 26), ("xfd1048576", 16_383)] {
            assert_eq!(column_of(name), Some(column), "{name}");
            let row = row_of(name).unwrap();
            assert_eq!(cell_name(row, column), name.to_uppercase());
        }
        for name in ["", "1", "A", "XFE1", "AAAAAAAAA1", "A1B", "é1"] {
            assert_eq!(column_of(name), None, "{name}");
        }
    }

    #[test]
    fn numbers_are_their_shortest_digits() {
        for (text, wanted) in [
            ("12.0", "12"),
            ("114.0648685", "114.0648685"),
            ("1.1E2", "110"),
            ("+1", "1"),
            ("1e999", "1e999"),
            ("abc", "abc"),
        ] {
            assert_eq!(number(text, None, false), wanted);
        }
        assert_eq!(number("0.375", Some(Format::Time), false), "09:00");
        assert_eq!(number("-3", Some(Format::Date), false), "-3");
    }
}
