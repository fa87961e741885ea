//! Comma-separated values: reading with line numbers, writing.

use std::path::Path;

use ::csv::{ReaderBuilder, Trim};

use crate::sheet::{RawShape, Reading, Sheet, SheetRow};
use crate::table::fixed;
use crate::{
    ColumnIndex, ColumnKind, Encoding, Loaded, Note, ProblemKind, Problems, ReadError, RowPlace,
    Source, Table, Value, number,
};

/// Reads the rows of a CSV file that is already in memory.
///
/// Values may be separated by commas, semicolons or tabs; the header decides, and anything but
/// commas is noted.
pub(crate) fn sheet(
    path: &Path,
    bytes: &[u8],
    declared: Option<Encoding>,
) -> Result<Sheet, ReadError> {
    let decoded = Encoding::decode(bytes, declared).map_err(|error| ReadError::Encoding {
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
    let separator = named.unwrap_or_else(|| separator(first));
    if separator != ',' {
        notes.push(Note::Separator(separator));
    }
    let form = |detail: String| ReadError::Form {
        path: path.to_owned(),
        wanted: "a table of comma-separated values",
        detail,
    };
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .trim(Trim::All)
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_owned()).collect(),
        Err(error) => return Err(form(error.to_string())),
    };
    if header.iter().any(|name| name.contains('\0')) {
        let cure = "save it as UTF-8 (in Excel: CSV UTF-8)";
        return Err(form(format!(
            "line 1 holds NUL bytes; it is damaged, or UTF-16 without its mark: {cure}"
        )));
    }
    if header.iter().all(String::is_empty) {
        return Err(form("line 1 holds no column names".to_owned()));
    }
    let mut problems = Problems::default();
    for (column, name) in header.iter().enumerate() {
        if !name.is_empty() && header[..column].contains(name) {
            let kind = ProblemKind::Repeated {
                column: "header".to_owned(),
                got: name.clone(),
                first: RowPlace::Line(1),
            };
            problems.push(RowPlace::Line(1), kind);
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => return Err(form(error.to_string())),
        };
        let place = RowPlace::Line(n_before + line_of(&record, text));
        if record.len() != header.len() {
            // Spreadsheets leave rows of nothing but separators behind.
            if record.iter().all(str::is_empty) {
                continue;
            }
            let kind = ProblemKind::Width {
                got: record.len(),
                wanted: header.len(),
            };
            problems.push_with_hint(place, kind, "put values that hold a comma in double quotes");
            continue;
        }
        let values = record.iter().map(|value| as_meant(value.trim()).to_owned());
        let values: Vec<String> = values.collect();
        if values.iter().any(|value| !value.is_empty()) {
            let row = SheetRow {
                place,
                values,
                shape: RawShape::None,
            };
            row.check_text(&header, &mut problems);
            rows.push(row);
        }
    }
    Ok(Sheet {
        path: path.to_owned(),
        header,
        rows,
        notes,
        problems,
    })
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

fn separator(header: &str) -> char {
    let count = |separator: char| header.chars().filter(|&c| c == separator).count();
    // Of equally frequent ones the comma wins, then the earlier.
    [',', ';', '\t']
        .into_iter()
        .rev()
        .max_by_key(|&separator| count(separator))
        .unwrap_or(',')
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
    names.extend(table.is_illustrative().then_some(ILLUSTRATIVE));
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
        let illustrative = table.is_illustrative().then(|| true.to_string());
        let values: Vec<String> = values.chain(illustrative).collect();
        push_line(&mut text, values.iter().map(String::as_str));
    }
    text
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

/// Name of the column that says a row rests on made-up data.
pub(crate) const ILLUSTRATIVE: &str = "illustrative";

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

/// A CSV file read column by column with checks, for readers whose rows are no place: costs, plain
/// demand, orders.
///
/// Ask for the columns, then for the values; [`finish`](Self::finish) reports every problem at
/// once.
///
/// ```
/// use formats::csv::CheckedRows;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("costs.csv");
/// std::fs::write(&path, "site_id,demand_id,cost\na,1,2.5\na,2,x\n")?;
/// let mut rows = CheckedRows::open(&formats::Source::new(&path))?;
/// let site = rows.column("site_id");
/// let cost = rows.column("cost");
/// let costs: Vec<(String, f64)> = rows.each(|row| Some((row.text(site)?, row.number(cost)?)));
/// assert_eq!(costs, [("a".to_owned(), 2.5)]);
/// let error = rows.finish("costs", costs).unwrap_err();
/// assert!(error.to_string().ends_with("line 3: `cost` is `x`; wanted a number"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CheckedRows {
    sheet: Sheet,
    reading: Reading,
}

impl CheckedRows {
    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be opened, is not text, or is no table.
    pub fn open(source: &Source) -> Result<Self, ReadError> {
        let sheet = source.read()?;
        let reading = Reading::of(&sheet);
        Ok(Self { sheet, reading })
    }

    /// The column with this name (case, spaces, hyphens and underscores aside); a problem when
    /// there is none.
    pub fn column(&mut self, name: &str) -> Option<ColumnIndex> {
        let found = self.optional_column(name);
        if found.is_none() {
            self.sheet
                .no_column(name, &[name], &mut self.reading.problems);
        }
        found
    }

    /// As [`column`](Self::column), but may be missing.
    pub fn optional_column(&self, name: &str) -> Option<ColumnIndex> {
        let mut header = self.sheet.header.iter();
        let found = header.find(|column| crate::Field::is_same_name(column, name))?;
        self.sheet.column(found)
    }

    /// Names of the columns.
    pub fn header(&self) -> &[String] {
        self.sheet.header()
    }

    /// The name of a column.
    pub fn column_name(&self, column: ColumnIndex) -> &str {
        self.sheet.column_name(column)
    }

    /// Reads each row; rows for which `read` gives nothing are left out (their problems are noted).
    pub fn each<T>(&mut self, mut read: impl FnMut(&mut CheckedRow<'_>) -> Option<T>) -> Vec<T> {
        let (sheet, problems) = (&self.sheet, &mut self.reading.problems);
        sheet
            .rows
            .iter()
            .filter_map(|row| {
                read(&mut CheckedRow {
                    sheet,
                    row,
                    problems,
                })
            })
            .collect()
    }

    /// Notes a problem that only the reader can see.
    pub fn problem(&mut self, place: RowPlace, kind: ProblemKind, hint: Option<String>) {
        match hint {
            Some(hint) => self.reading.problems.push_with_hint(place, kind, hint),
            None => self.reading.problems.push(place, kind),
        }
    }

    /// What was read, unless something is wrong; `what` names it in the error.
    ///
    /// # Errors
    /// When there was any problem.
    pub fn finish<T>(self, what: &'static str, value: T) -> Result<Loaded<T>, ReadError> {
        self.reading.finish(what, &self.sheet, value)
    }
}

/// One row of [`CheckedRows`]; each reader takes a column that may be missing, gives `None` when
/// the value cannot be read, and notes why.
#[derive(Debug)]
pub struct CheckedRow<'a> {
    sheet: &'a Sheet,
    row: &'a SheetRow,
    problems: &'a mut Problems,
}

impl CheckedRow<'_> {
    /// Where the row stands.
    pub fn place(&self) -> RowPlace {
        self.row.place
    }

    /// The value in a column as it stands there, which may be nothing.
    pub fn value(&self, column: ColumnIndex) -> &str {
        self.row.value(column)
    }

    /// The name of a column.
    pub fn column_name(&self, column: ColumnIndex) -> &str {
        self.sheet.column_name(column)
    }

    /// Text that is not empty.
    pub fn text(&mut self, column: Option<ColumnIndex>) -> Option<String> {
        self.parsed(column, "some text", |text| Some(text.to_owned()))
    }

    /// A finite number.
    pub fn number(&mut self, column: Option<ColumnIndex>) -> Option<f64> {
        self.numeric(column, "a number", number::finite)
    }

    /// A whole number from 0.
    pub fn whole(&mut self, column: Option<ColumnIndex>) -> Option<u64> {
        self.numeric(column, "a whole number", number::whole)
    }

    /// As [`parsed`](Self::parsed), and says what is wrong with text that is nearly a number.
    pub fn numeric<T>(
        &mut self,
        column: Option<ColumnIndex>,
        wanted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let column = column?;
        let text = self.row.value(column);
        let value = parse(text);
        if value.is_none() && !text.is_empty() {
            let name = self.sheet.column_name(column);
            self.problems
                .push_number(self.row.place, name, text, wanted);
            return None;
        }
        self.parsed(Some(column), wanted, |_| value)
    }

    /// Anything that can be parsed; `wanted` says what in the problem.
    pub fn parsed<T>(
        &mut self,
        column: Option<ColumnIndex>,
        wanted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let column = column?;
        let text = self.row.value(column);
        let name = || self.sheet.column_name(column).to_owned();
        if text.is_empty() {
            let kind = ProblemKind::Empty {
                column: name(),
                wanted: wanted.to_owned(),
            };
            self.problems.push(self.row.place, kind);
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            let kind = ProblemKind::Value {
                column: name(),
                got: text.to_owned(),
                wanted: wanted.to_owned(),
            };
            self.problems.push(self.row.place, kind);
        }
        value
    }

    /// Notes a problem with this row.
    pub fn problem(&mut self, kind: ProblemKind) {
        self.problems.push(self.row.place, kind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Column;

    fn read(text: &str) -> Sheet {
        sheet(Path::new("x.csv"), text.as_bytes(), None).unwrap()
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
        let error = sheet(Path::new("x.csv"), b"", None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "could not read `x.csv`: it is not a table of comma-separated values: line 1 holds no column names"
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
            let back = sheet(Path::new("x.csv"), &encoding.encode(&text), Some(encoding)).unwrap();
            assert_eq!(back.header, ["name", "time_s", "n", "illustrative"]);
            assert_eq!(back.rows[0].values, ["a \"b\", c\nd", "1.2", "3", "true"]);
            assert_eq!(back.rows[1].values, ["暖", "", "", "true"]);
        }
    }
}
