//! A table looked at before anybody writes a plan: what it is, what its columns were taken for, what
//! its words mean, and the lines of a plan that read it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use coverage::{FacilityKind, KindCatalog};
use units::{Datum, LngLat};

use crate::coordinate::datum_in;
use crate::facilities::{self, FacilityOptions};
use crate::head::field_named;
use crate::sheet::RawShape;
use crate::{
    BadRows, Encoding, Field, MissingPositions, Note, Problem, ReadError, RowPlace, SheetName,
    Source, hours,
};

/// How many different words of a column are kept; the rest is counted.
const MOST_WORDS: usize = 40;

/// What a table holds and what was made of it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// How its text was written; `None` for a workbook.
    pub encoding: Option<Encoding>,
    /// What separates its values.
    pub separator: Option<char>,
    /// Where the column names stand.
    pub head: Option<RowPlace>,
    /// The columns in order.
    pub columns: Vec<SurveyedColumn>,
    /// Rows below the head that are neither empty, sums nor remarks.
    pub n_rows: usize,
    /// Rows with a shape, where the file has any.
    pub n_shapes: usize,
    /// Rows with a point.
    pub n_points: usize,
    /// Each different text of opening hours.
    pub hours: Words,
    /// Each different word for a kind.
    pub kinds: Words,
    /// The datum that a column's name names.
    pub named_datum: Option<Datum>,
    /// Positions of the rows that could be read, in WGS-84 if the declared datum is right.
    pub positions: Vec<LngLat>,
    /// What reading it did or doubts.
    pub notes: Vec<Note>,
    /// Everything wrong with it, read as a layer of facilities.
    pub problems: Vec<Problem>,
    /// What to do about the problems, each piece of advice once.
    pub hints: Vec<String>,
}

/// A column and what it was taken for.
#[derive(Clone, Debug)]
pub struct SurveyedColumn {
    /// Its name.
    pub name: String,
    /// What it was taken for; `None` for one that is not read.
    pub field: Option<Field>,
    /// Values that are not empty.
    pub n_filled: usize,
    /// The first of them.
    pub example: String,
}

/// The different words of a column with what each was read as and how often it stands there, the
/// most frequent first.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The word, its meaning where it has one, and its rows.
    pub words: Vec<(String, Option<String>, usize)>,
    /// How many different words there are beside.
    pub n_more: usize,
}

impl Words {
    fn of<'a>(
        values: impl Iterator<Item = &'a str>,
        meaning: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for value in values.filter(|value| !value.is_empty()) {
            *counts.entry(value).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|&(_, n_rows)| std::cmp::Reverse(n_rows));
        let n_more = counts.len().saturating_sub(MOST_WORDS);
        let words = counts.into_iter().take(MOST_WORDS);
        Self {
            words: words
                .map(|(word, n_rows)| (word.to_owned(), meaning(word), n_rows))
                .collect(),
            n_more,
        }
    }
}

impl Survey {
    /// Looks at a table: reads it as facilities of any kind, and keeps what that takes from it.
    ///
    /// # Errors
    /// When it cannot be opened or is no table.
    ///
    /// Cost: that of reading it twice.
    pub fn of(source: &Source) -> Result<Self, ReadError> {
        let sheet = source.read()?;
        let map = &source.columns;
        let columns: Vec<SurveyedColumn> = (0..sheet.header().len())
            .map(|column| {
                let values = sheet.rows().iter().map(|row| row.values[column].as_str());
                let mut filled = values.filter(|value| !value.is_empty());
                let example = filled.clone().next().unwrap_or_default().to_owned();
                let name = sheet.header()[column].clone();
                SurveyedColumn {
                    field: field_named(&name, map),
                    n_filled: filled.by_ref().count(),
                    example,
                    name,
                }
            })
            .collect();
        let values_of = |field: Field| {
            let column = columns
                .iter()
                .position(|column| column.field == Some(field));
            let rows = sheet.rows().iter();
            rows.filter_map(move |row| column.map(|column| row.values[column].as_str()))
        };
        let catalog = KindCatalog::default();
        let hours = Words::of(values_of(Field::OpeningHours), |text| {
            hours::parse(text).map(|hours| hours.text().to_owned())
        });
        let kinds = Words::of(values_of(Field::Kind), |text| {
            catalog.find(text).ok().map(|kind| kind.key().to_owned())
        });
        // Kinds are told by themselves, so that a word that no plan knows yet does not hide the rest.
        let lenient = Source {
            bad_rows: BadRows::LeaveOut,
            missing_positions: MissingPositions::LeaveOut,
            ..source.clone()
        };
        let options = FacilityOptions {
            catalog: &catalog,
            kind: Some(&FacilityKind::WarmStation),
            words: None,
            area: None,
        };
        let loaded = facilities::from_sheet(&sheet, &lenient, options);
        let (positions, mut notes, problems) = match loaded {
            Ok(loaded) => {
                let positions = loaded.value.iter().map(|facility| facility.position);
                (positions.collect(), loaded.notes, Vec::new())
            }
            Err(ReadError::Rows { problems, .. }) => {
                (Vec::new(), sheet.notes().to_vec(), problems.all().to_vec())
            }
            Err(error) => return Err(error),
        };
        let mut all = problems;
        notes.retain(|note| match note {
            Note::LeftBadRows { problems, .. } => {
                all.extend(problems.all().iter().cloned());
                false
            }
            // Shown as words, each beside what it was read as.
            Note::TranslatedHours { .. } => false,
            _ => true,
        });
        let mut hints: Vec<String> = Vec::new();
        for hint in all.iter().filter_map(|problem| problem.hint.clone()) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        let shapes = || sheet.rows().iter().map(|row| &row.shape);
        Ok(Self {
            sheet: sheet.name().map(str::to_owned),
            encoding: sheet.encoding(),
            separator: sheet.separator(),
            head: sheet.head(),
            n_rows: sheet.rows().len(),
            n_shapes: shapes().filter(|shape| **shape != RawShape::None).count(),
            n_points: shapes()
                .filter(|shape| matches!(shape, RawShape::Point(_)))
                .count(),
            hours,
            kinds,
            named_datum: columns
                .iter()
                .filter(|column| {
                    matches!(
                        column.field,
                        Some(Field::Lng | Field::Lat | Field::Position)
                    )
                })
                .find_map(|column| datum_in(&column.name)),
            columns,
            positions,
            notes,
            problems: all,
            hints,
        })
    }

    /// How many different rows have something wrong with them.
    pub fn n_bad_rows(&self) -> usize {
        let rows = self
            .problems
            .iter()
            .filter(|problem| problem.place != RowPlace::File);
        let mut places: Vec<RowPlace> = rows.map(|problem| problem.place).collect();
        places.sort_unstable();
        places.dedup();
        places.len()
    }

    /// The lines of a plan that read the table as a layer, in the plan's own syntax; `datum` is the
    /// one that it is in. Lines that somebody must decide are comments.
    pub fn layer(&self, path: &Path, source: &Source, datum: Datum) -> String {
        let text = |value: &str| {
            let mut quoted = String::from("\"");
            for c in value.chars() {
                match c {
                    '"' => quoted.push_str("\\\""),
                    '\\' => quoted.push_str("\\\\"),
                    c if c.is_control() => {
                        write!(quoted, "\\u{:04X}", u32::from(c))
                            .expect("writing to a string cannot fail");
                    }
                    c => quoted.push(c),
                }
            }
            quoted + "\""
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let mut lines = vec!["[[layer]]".to_owned(), format!("name = {}", text(&name))];
        let has_kinds = self
            .columns
            .iter()
            .any(|column| column.field == Some(Field::Kind));
        if !has_kinds {
            lines.push(
                "kind = \"warm-station\" # or battery-swap-cabinet, rider-canteen, rider-pharmacy, or one \
                 of [kinds]"
                    .to_owned(),
            );
        }
        let has_hours = self
            .columns
            .iter()
            .any(|column| column.field == Some(Field::OpeningHours));
        if !has_hours {
            lines.push("# opening_hours = \"Mo-Su 08:00-22:00\" # the table has none".to_owned());
        }
        let mut from = vec![format!(
            "path = {}",
            text(&path.display().to_string().replace('\\', "/"))
        )];
        match (&source.sheet, &self.sheet) {
            (Some(SheetName::Number(number)), _) => from.push(format!("sheet = {number}")),
            (_, Some(sheet)) => from.push(format!("sheet = {}", text(sheet))),
            (_, None) => {}
        }
        from.push(format!("datum = \"{datum}\""));
        if let Some(encoding) = self.encoding {
            from.push(format!("encoding = \"{encoding}\""));
        }
        if let Some(separator) = self.separator.filter(|&separator| separator != ',') {
            from.push(format!("separator = {}", text(&separator.to_string())));
        }
        if self
            .notes
            .iter()
            .any(|note| matches!(note, Note::LeftWithoutPosition { .. }))
        {
            from.push("missing_positions = \"leave-out\"".to_owned());
        }
        if self.n_bad_rows() > 0 {
            from.push("bad_rows = \"leave-out\"".to_owned());
        }
        lines.push(format!("from = {{ {} }}", from.join(", ")));
        lines.join("\n") + "\n"
    }
}
