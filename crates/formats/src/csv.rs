//! Comma-separated values: reading with line numbers, writing.

use std::path::Path;

use ::csv::{ReaderBuilder, Trim};

use crate::head::{self, Record, trim};
use crate::sheet::Sheet;
use crate::table::{ILLUSTRATIVE, fixed};
use crate::{ColumnKind, ColumnMap, Encoding, Note, ReadError, RowPlace, Table, Value, number};

pub use crate::checked_rows::{CheckedRow, CheckedRows};

/// Reads the rows of a CSV file that is already in memory.
///
/// Values may be separated by commas, semicolons, tabs or bars; what is declared or the line that
/// names it decides, else the line that reads best as column names. Anything but commas is noted.
pub(crate) fn sheet(path: &Path, bytes: &[u8], source: Declared<'_>) -> Result<Sheet, ReadError> {
    let decoded =
        Encoding::decode(bytes, source.encoding).map_err(|error| ReadError::Encoding {
            path: path.to_owned(),
            line: error.line,
            encoding: error.encoding,
        })?;
    let mut notes = Vec::new();
    if decoded.is_guess {
        notes.push(Note::GuessedEncoding(decoded.encoding));
    }
    // Excel writes and reads a line before the header that names the separator.
    let first = decoded.text.lines().next().unwrap_or("");
    let named = named_separator(first);
    let (text, n_before) = match (named, decoded.text.split_once('\n')) {
        (Some(_), Some((_, rest))) => (rest, 1),
        _ => (decoded.text.as_str(), 0),
    };
    let separator = source.separator.or(named);
    let separator = separator.unwrap_or_else(|| separator_of(text, source.columns));
    if separator != ',' && source.separator.is_none() {
        notes.push(Note::Separator(separator));
    }
    let form = |detail: String| ReadError::Form {
        path: path.to_owned(),
        wanted: "a table of comma-separated values",
        detail,
    };
    let top = || text.lines().take(20);
    let by_full_width = top().map(|line| head::n_fields_of_line(line, '，', source.columns));
    if !top().any(|line| line.contains(separator)) && by_full_width.max() >= Some(2) {
        return Err(form(
            "its values are separated by full-width commas (，); replace them by `,`".to_owned(),
        ));
    }
    let delimiter = u8::try_from(separator).map_err(|_wide| {
        form(format!(
            "`{separator}` cannot separate its values; only ASCII characters can"
        ))
    })?;
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .trim(Trim::All)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| form(error.to_string()))?;
        let place = RowPlace::Line(n_before + line_of(&record, text));
        let values = record.iter().map(|value| as_meant(trim(value)).to_owned());
        records.push(Record {
            place,
            values: values.collect(),
        });
    }
    let mut sheet = head::sheet(path, records, source.columns, notes).map_err(form)?;
    if sheet.header.iter().any(|name| name.contains('\0')) {
        let place = sheet.head.unwrap_or(RowPlace::Line(1));
        let cure = "save it as UTF-8 (in Excel: CSV UTF-8)";
        return Err(form(format!(
            "{place} holds NUL bytes; it is damaged, or UTF-16 without its mark: {cure}"
        )));
    }
    sheet.encoding = Some(decoded.encoding);
    sheet.separator = Some(separator);
    Ok(sheet)
}

/// What was declared about the text of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared<'a> {
    pub(crate) encoding: Option<Encoding>,
    pub(crate) separator: Option<char>,
    pub(crate) columns: &'a ColumnMap,
}

/// The line on which a record begins. The reader's own position lies before the empty lines that it
/// skips.
fn line_of(record: &::csv::StringRecord, text: &str) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or(&[]);
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    let n_lines = skipped.filter(|&&byte| byte == b'\n').count();
    position.line() + u64::try_from(n_lines).unwrap_or(0)
}

/// The separator that a line such as `sep=;` names.
fn named_separator(line: &str) -> Option<char> {
    let line = line.trim_matches(['"', '\r', ' ']);
    let (word, rest) = line.split_at_checked(4)?;
    let mut named = rest.chars();
    let separator = named.next().filter(char::is_ascii)?;
    (word.eq_ignore_ascii_case("sep=") && named.next().is_none()).then_some(separator)
}

/// What separates values: that by which a line near the top names most fields, else the most
/// frequent one in the first line.
fn separator_of(text: &str, columns: &ColumnMap) -> char {
    // Of equal ones the comma wins, then the earlier.
    const KNOWN: [char; 4] = ['|', '\t', ';', ','];
    let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(20);
    let n_fields = |separator: char| {
        let fields = lines().map(|line| head::n_fields_of_line(line, separator, columns));
        fields.max().unwrap_or(0)
    };
    let best = KNOWN
        .into_iter()
        .max_by_key(|&separator| n_fields(separator));
    if let Some(best) = best.filter(|&best| n_fields(best) >= 2) {
        return best;
    }
    let first = lines().next().unwrap_or("");
    let count = |separator: char| first.chars().filter(|&c| c == separator).count();
    let most = KNOWN
        .into_iter()
        .skip(1)
        .max_by_key(|&separator| count(separator));
    most.unwrap_or(',')
}

/// Writes a table as CSV text: a header, then one line for each row, lines ending in `\n`.
///
/// Decimals have the fixed count of their column; what is not known is left empty. Text that begins
/// like a formula (`=`, `+`, `-`, `@`, tab, return) and is no number gets a `'` before it, which
/// spreadsheets take for text and this crate's reader takes off again.
///
/// Cost: linear.
pub fn to_csv(table: &Table) -> String {
    let mut text = String::new();
    let mut names: Vec<&str> = table.columns().iter().map(crate::Column::name).collect();
    names.extend(table.adds_illustrative().then_some(ILLUSTRATIVE));
    push_line(&mut text, names.into_iter());
    for row in table.rows() {
        let values = table
            .columns()
            .iter()
            .zip(row)
            .map(|(column, value)| match value {
                Value::Empty => String::new(),
                Value::Text(text) => harmless(text),
                Value::Integer(value) => value.to_string(),
                Value::Boolean(value) => value.to_string(),
                Value::Decimal(value) => match column.kind() {
                    ColumnKind::Decimal { places } => fixed(*value, places).unwrap_or_default(),
                    _ => value.to_string(),
                },
            });
        let illustrative = table.adds_illustrative().then(|| true.to_string());
        let values: Vec<String> = values.chain(illustrative).collect();
        push_line(&mut text, values.iter().map(String::as_str));
    }
    text
}

/// A table as the text of a file: as [`to_csv`], with the mark before it by which Excel knows UTF-8
/// where that is wished. The readers of this crate take the mark off.
///
/// Cost: linear.
pub fn to_file(table: &Table, mark: bool) -> String {
    let mark = if mark { "\u{feff}" } else { "" };
    mark.to_owned() + &to_csv(table)
}

/// Text that a spreadsheet would run as a formula, with the `'` by which spreadsheets take it for
/// text; a number stays as it is.
fn harmless(text: &str) -> String {
    if starts_like_a_formula(text) && number::finite(text).is_none() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn starts_like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Undoes [`harmless`], so that ids come back as they were.
fn as_meant(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if starts_like_a_formula(rest) => rest.trim(),
        _ => text,
    }
}

fn push_line<'a>(text: &mut String, values: impl Iterator<Item = &'a str>) {
    let mut n_values = 0;
    let start = text.len();
    for value in values {
        if n_values > 0 {
            text.push(',');
        }
        n_values += 1;
        if value.contains([',', '"', '\n', '\r']) || value != value.trim() {
            text.push('"');
            text.push_str(&value.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(value);
        }
    }
    // A line of one empty value would be no line at all to a reader.
    if text.len() == start && n_values == 1 {
        text.push_str("\"\"");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Column;

    fn declared(columns: &ColumnMap, encoding: Option<Encoding>) -> Declared<'_> {
        Declared {
            encoding,
            separator: None,
            columns,
        }
    }

    fn read(text: &str) -> Sheet {
        let columns = ColumnMap::default();
        sheet(
            Path::new("x.csv"),
            text.as_bytes(),
            declared(&columns, None),
        )
        .unwrap()
    }

    #[test]
    fn a_line_that_names_the_separator_is_no_header() {
        for (text, separator) in [
            ("sep=;\nid;name\n1;a,b\n", ';'),
            ("\"sep=|\"\r\nid|name\r\n1|a,b\r\n", '|'),
            ("SEP=\t\nid\tname\n1\ta,b\n", '\t'),
        ] {
            let sheet = read(text);
            assert_eq!(sheet.header, ["id", "name"], "{text}");
            assert_eq!(sheet.rows[0].values, ["1", "a,b"]);
            assert_eq!(sheet.rows[0].place, RowPlace::Line(3));
            assert_eq!(sheet.notes, [Note::Separator(separator)]);
        }
        // A table of one column of that name is a table.
        assert_eq!(read("sep=,;\n1,2\n").header, ["sep=", ";"]);
    }

    #[test]
    fn rows_know_their_line_even_after_quoted_line_feeds() {
        let sheet = read("id,name\n1,\"two\nlines\"\n\n2, b \n,\n3,c\n");
        let rows: Vec<(RowPlace, &str)> = sheet
            .rows
            .iter()
            .map(|row| (row.place, row.values[1].as_str()))
            .collect();
        assert_eq!(
            rows,
            [
                (RowPlace::Line(2), "two\nlines"),
                (RowPlace::Line(5), "b"),
                (RowPlace::Line(7), "c")
            ]
        );
        let sheet = read("id\r\n1\r\n\r\n2\r\n   \r\n3");
        let lines: Vec<RowPlace> = sheet.rows.iter().map(|row| row.place).collect();
        assert_eq!(lines, [2, 4, 6].map(RowPlace::Line));
    }

    #[test]
    fn other_separators_are_read_and_noted() {
        for (text, separator) in [("id;lng;lat\n1;2;3", ';'), ("id\tlng\tlat\n1\t2\t3", '\t')] {
            let sheet = read(text);
            assert_eq!(sheet.header, ["id", "lng", "lat"]);
            assert_eq!(sheet.notes, [Note::Separator(separator)]);
        }
        assert_eq!(read("id\n1").notes, []);
    }

    #[test]
    fn rows_of_the_wrong_width_and_doubled_columns_are_problems() {
        let sheet = read("id,a,a\n1,2\n");
        let lines: Vec<String> = sheet
            .problems
            .all()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            lines,
            [
                "line 1: `header` is `a`, which already stands in line 1",
                "line 2: has 2 values; the header has 3",
            ]
        );
    }

    #[test]
    fn an_empty_file_is_no_table() {
        let columns = ColumnMap::default();
        let error = sheet(Path::new("x.csv"), b"", declared(&columns, None)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "could not read `x.csv`: it is not a table of comma-separated values: it holds no column names"
        );
    }

    #[test]
    fn no_text_is_a_formula_and_numbers_stay() {
        let texts = [
            "=HYPERLINK(\"http://example.org\",\"menu\")",
            "+1+1",
            "-1-1",
            "@SUM(A1)",
            "\t=1",
            "-5",
            "+86",
            "'quoted'",
            "a=b",
        ];
        let mut table = Table::new("t", vec![Column::text("id"), Column::integer("n")]);
        for text in texts {
            table.push(vec![text.into(), Value::Integer(-3)]);
        }
        let text = to_csv(&table);
        let back = read(&text);
        let written: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            written,
            [
                "\"'=HYPERLINK(\"\"http://example.org\"\",\"\"menu\"\")\",-3",
                "'+1+1,-3",
                "'-1-1,-3",
                "'@SUM(A1),-3",
                "'\t=1,-3",
                "-5,-3",
                "+86,-3",
                "'quoted',-3",
                "a=b,-3",
            ]
        );
        for (row, text) in back.rows.iter().zip(texts) {
            assert_eq!(row.values, [text.trim(), "-3"]);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut table = Table::new(
            "t",
            vec![
                Column::text("name"),
                Column::seconds("time"),
                Column::integer("n"),
            ],
        );
        table.push(vec!["a \"b\", c\nd".into(), 1.25.into(), 3_u32.into()]);
        table.push(vec![" 暖 ".into(), f64::NAN.into(), Value::Empty]);
        table.mark_illustrative();
        let text = to_csv(&table);
        assert_eq!(
            text,
            "name,time_s,n,illustrative\n\"a \"\"b\"\", c\nd\",1.2,3,true\n\" 暖 \",,,true\n"
        );
        for encoding in [Encoding::Utf8, Encoding::Gb18030] {
            let columns = ColumnMap::default();
            let declared = declared(&columns, Some(encoding));
            let back = sheet(Path::new("x.csv"), &encoding.encode(&text), declared).unwrap();
            assert_eq!(back.header, ["name", "time_s", "n", "illustrative"]);
            assert_eq!(back.rows[0].values, ["a \"b\", c\nd", "1.2", "3", "true"]);
            assert_eq!(back.rows[1].values, ["暖", "", "", "true"]);
        }
    }
}
