use crate::sheet::{Reading, Sheet, SheetRow};
use crate::{
    BadRows, ColumnIndex, Loaded, ProblemKind, Problems, ReadError, RowPlace, Source, number,
};

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
    bad_rows: BadRows,
}

impl CheckedRows {
    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be opened, is not text, or is no table.
    pub fn open(source: &Source) -> Result<Self, ReadError> {
        let sheet = source.read()?;
        let reading = Reading::of(&sheet);
        Ok(Self {
            sheet,
            reading,
            bad_rows: source.bad_rows,
        })
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
        self.reading.finish(what, &self.sheet, self.bad_rows, value)
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
