//! Rows to a table: which row holds the column names, and which rows are no data.

use std::path::Path;

use crate::sheet::{RawShape, SheetRow};
use crate::{ColumnMap, Field, Note, ProblemKind, Problems, RowPlace, Sheet};

/// One row of cells before anybody knows what it is; its values are trimmed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) place: RowPlace,
    pub(crate) values: Vec<String>,
}

impl Record {
    fn is_empty(&self) -> bool {
        self.values.iter().all(String::is_empty)
    }

    /// The values that are not empty.
    fn filled(&self) -> impl Iterator<Item = &str> {
        let values = self.values.iter().map(String::as_str);
        values.filter(|value| !value.is_empty())
    }
}

/// How far down column names are looked for: titles, dates and legends take fewer rows.
const FARTHEST: usize = 20;

/// Words that stand first in a row that sums up others.
const TOTALS: &[&str] = &[
    "合计",
    "总计",
    "小计",
    "共计",
    "合計",
    "總計",
    "总数",
    "汇总",
    "total",
    "subtotal",
    "sum",
    "grand total",
];

/// Words by which a remark below or above a table begins.
const REMARKS: &[&str] = &[
    "注",
    "备注",
    "说明",
    "数据来源",
    "资料来源",
    "来源",
    "制表",
    "制表人",
    "填表人",
    "填表单位",
    "审核",
    "审核人",
    "note",
    "notes",
    "source",
    "remark",
    "remarks",
];

/// Marks that map services, chat programs and input methods leave around what is copied from them,
/// and spaces.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
    })
}

/// How many different fields a row names.
fn n_fields<'a>(values: impl Iterator<Item = &'a str>, map: &ColumnMap) -> usize {
    let mut fields: Vec<Field> = values.filter_map(|value| field_named(value, map)).collect();
    fields.sort_unstable();
    fields.dedup();
    fields.len()
}

/// The field that a column of this name is taken for.
pub(crate) fn field_named(name: &str, map: &ColumnMap) -> Option<Field> {
    let declared = Field::ALL
        .into_iter()
        .find(|&field| map.name_of(field) == Some(name));
    declared.or_else(|| Field::of_column(name))
}

/// How well a line of text reads as column names when it is parted there: how many fields it names.
pub(crate) fn n_fields_of_line(line: &str, separator: char, map: &ColumnMap) -> usize {
    let parts = line.split(separator).take(1_000);
    n_fields(parts.map(|part| trim(part).trim_matches('"')), map)
}

/// Which record holds the column names: the first that holds anything, unless a later one names more
/// fields and at least two.
fn find(records: &[Record], map: &ColumnMap) -> Option<usize> {
    let first = records.iter().position(|record| !record.is_empty())?;
    let score = |at: usize| n_fields(records[at].filled(), map);
    let mut best = (first, score(first));
    for at in first + 1..records.len().min(first + FARTHEST) {
        let this = score(at);
        if this >= 2 && this > best.1 {
            best = (at, this);
        }
    }
    Some(best.0)
}

/// Whether a row names parts of the columns above it, as `经度` and `纬度` below a merged `位置`: all
/// that it says are names of fields, where the row above names none.
fn is_second_head(above: &Record, below: &Record, map: &ColumnMap) -> bool {
    below.filled().next().is_some()
        && below.values.iter().enumerate().all(|(column, value)| {
            let upper = above.values.get(column).map_or("", String::as_str);
            value.is_empty()
                || value == upper
                || (field_named(value, map).is_some() && field_named(upper, map).is_none())
        })
}

/// A table out of records in the order of their file.
///
/// # Errors
/// When no record holds column names.
pub(crate) fn sheet(
    path: &Path,
    records: Vec<Record>,
    map: &ColumnMap,
    mut notes: Vec<Note>,
) -> Result<Sheet, String> {
    let Some(at) = find(&records, map) else {
        return Err("it holds no column names".to_owned());
    };
    let head = &records[at];
    let mut header = head.values.clone();
    while header.last().is_some_and(String::is_empty) {
        header.pop();
    }
    let mut first_row = at + 1;
    if let Some(below) = records.get(first_row)
        && is_second_head(head, below, map)
    {
        header.resize(header.len().max(below.values.len()), String::new());
        for (name, lower) in header.iter_mut().zip(&below.values) {
            if !lower.is_empty() {
                name.clone_from(lower);
            }
        }
        first_row += 1;
        notes.push(Note::HeadOfTwoRows { place: below.place });
    }
    let place = head.place;
    let titles: Vec<String> = records[..at]
        .iter()
        .filter_map(|record| {
            // The upper row of a head whose names are merged downwards is no title.
            let at = record.values.iter().position(|value| !value.is_empty())?;
            let first = &record.values[at];
            (head.values.get(at) != Some(first)).then(|| first.clone())
        })
        .collect();
    if !titles.is_empty() {
        notes.push(Note::Titles { place, titles });
    }
    let mut problems = Problems::default();
    for (column, name) in header.iter().enumerate() {
        if !name.is_empty() && header[..column].contains(name) {
            let kind = ProblemKind::Repeated {
                column: "header".to_owned(),
                got: name.clone(),
                first: place,
            };
            problems.push(place, kind);
        }
    }
    let mut rows = Vec::with_capacity(records.len() - first_row);
    let mut set_aside = SetAside::default();
    let mut beside: Option<(RowPlace, String, usize)> = None;
    for record in records.into_iter().skip(first_row) {
        if record.is_empty() || set_aside.takes(&record, header.len()) {
            continue;
        }
        let mut values = record.values;
        let extra = values
            .iter()
            .skip(header.len())
            .find(|value| !value.is_empty());
        // The cells of a workbook stand in their columns; the values of a text only if none is missing.
        let is_text = matches!(record.place, RowPlace::Line(_));
        if is_text && (extra.is_some() || values.len() < header.len()) {
            let kind = ProblemKind::Width {
                got: values.len(),
                wanted: header.len(),
            };
            let hint = "put values that hold a comma in double quotes";
            problems.push_with_hint(record.place, kind, hint);
            continue;
        }
        if let Some(value) = extra {
            let (_, _, n_rows) = beside.get_or_insert_with(|| (record.place, value.clone(), 0));
            *n_rows += 1;
        }
        values.resize(header.len(), String::new());
        let row = SheetRow {
            place: record.place,
            values,
            shape: RawShape::None,
        };
        if row.check_text(&header, &mut problems) {
            rows.push(row);
        }
    }
    notes.extend(set_aside.notes());
    notes.extend(beside.map(|(place, value, n_rows)| Note::BesideTable {
        n_rows,
        place,
        value,
    }));
    if rows.is_empty() && problems.is_empty() {
        notes.push(Note::NoRows);
    }
    Ok(Sheet {
        path: path.to_owned(),
        name: None,
        head: Some(place),
        encoding: None,
        separator: None,
        header,
        rows,
        notes,
        problems,
    })
}

/// Rows that are no data: sums of others, and remarks.
#[derive(Default)]
struct SetAside {
    totals: Vec<RowPlace>,
    remarks: Vec<RowPlace>,
}

impl SetAside {
    /// Whether a row is one of them.
    fn takes(&mut self, record: &Record, width: usize) -> bool {
        let mut filled = record.filled();
        let Some(first) = filled.next() else {
            return false;
        };
        let is_alone = filled.next().is_none();
        let bare: String = first.chars().filter(|c| !c.is_whitespace()).collect();
        let bare = bare.trim_end_matches([':', '：']).to_lowercase();
        let is_total = TOTALS.iter().any(|word| word.replace(' ', "") == bare);
        // A remark takes the whole row, so it must not be the only column there is.
        let begin = first.split([':', '：']).next().unwrap_or_default();
        let is_remark = is_alone
            && width > 1
            && begin.len() < first.len()
            && REMARKS
                .iter()
                .any(|word| trim(begin).eq_ignore_ascii_case(word));
        if is_total {
            self.totals.push(record.place);
        } else if is_remark {
            self.remarks.push(record.place);
        }
        is_total || is_remark
    }

    fn notes(self) -> Vec<Note> {
        let total = self.totals.first().map(|&first| Note::TotalRows {
            n_rows: self.totals.len(),
            first,
        });
        let remark = self.remarks.first().map(|&first| Note::RemarkRows {
            n_rows: self.remarks.len(),
            first,
        });
        total.into_iter().chain(remark).collect()
    }
}
