use std::borrow::Cow;
use std::fmt;

use thiserror::Error;
use units::Length;

use crate::number;

/// How many problems of one file are shown; the rest is counted.
pub const SHOWN: usize = 20;

/// Which row of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowPlace {
    /// The file as a whole: its header, its form.
    File,
    /// A line, from 1.
    Line(u64),
    /// A feature of a GeoJSON file, from 1.
    Feature(u64),
    /// A row of something that is no file, from 1.
    Row(u64),
}

impl fmt::Display for RowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("file"),
            Self::Line(n) => write!(f, "line {n}"),
            Self::Feature(n) => write!(f, "feature {n}"),
            Self::Row(n) => write!(f, "row {n}"),
        }
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A column that must be there is not.
    #[error("no column for {field}; wanted one of {}", quoted(wanted))]
    NoColumn {
        /// What is missing.
        field: String,
        /// Names that would do.
        wanted: Vec<String>,
    },
    /// A value that does not say what its column should.
    #[error("`{}` is `{}`; wanted {wanted}", shown(column), shown(got))]
    Value {
        /// The column as the file names it.
        column: String,
        /// What stands there.
        got: String,
        /// What should.
        wanted: String,
    },
    /// A value is missing.
    #[error("`{}` is empty; wanted {wanted}", shown(column))]
    Empty {
        /// The column as the file names it.
        column: String,
        /// What should stand there.
        wanted: String,
    },
    /// A value that must be unique stands twice.
    #[error(
        "`{}` is `{}`, which already stands in {first}",
        shown(column),
        shown(got)
    )]
    Repeated {
        /// The column as the file names it.
        column: String,
        /// What stands there.
        got: String,
        /// Where it stands first.
        first: RowPlace,
    },
    /// A row with more or fewer values than the header.
    #[error("has {got} values; the header has {wanted}")]
    Width {
        /// How many it has.
        got: usize,
        /// How many it should have.
        wanted: usize,
    },
    /// A position outside the area.
    #[error(
        "`{}` {}, `{}` {} lies {} outside {area}",
        shown(lng_column), shown(lng), shown(lat_column), shown(lat), kilometers(*distance)
    )]
    Outside {
        /// Column of the longitude.
        lng_column: String,
        /// Longitude as written.
        lng: String,
        /// Column of the latitude.
        lat_column: String,
        /// Latitude as written.
        lat: String,
        /// How far outside.
        distance: Length,
        /// Outside what: `the study area`.
        area: String,
    },
    /// Most positions lie outside the area.
    #[error("{n_rows} of {of} rows lie outside {area}")]
    MostOutside {
        /// How many.
        n_rows: usize,
        /// Of how many.
        of: usize,
        /// Outside what: `the study area`.
        area: String,
    },
    /// A shape of the wrong sort.
    #[error("its geometry is {got}; wanted {wanted}")]
    Shape {
        /// What it is.
        got: String,
        /// What it should be.
        wanted: &'static str,
    },
}

impl ProblemKind {
    /// The column that is to blame, where one is.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Value { column, .. }
            | Self::Empty { column, .. }
            | Self::Repeated { column, .. } => Some(column),
            Self::Outside { lng_column, .. } => Some(lng_column),
            Self::NoColumn { .. }
            | Self::Width { .. }
            | Self::MostOutside { .. }
            | Self::Shape { .. } => None,
        }
    }

    /// What stands there, where it is to blame.
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Value { got, .. } | Self::Repeated { got, .. } | Self::Shape { got, .. } => {
                Some(got)
            }
            Self::Outside { lng, .. } => Some(lng),
            Self::NoColumn { .. }
            | Self::Empty { .. }
            | Self::Width { .. }
            | Self::MostOutside { .. } => None,
        }
    }
}

/// Longest value that a message repeats, in characters; of longer ones as many are shown.
const LONGEST_SHOWN: usize = 80;

/// Text of a file as a message shows it: on one line, and cut when it is long.
///
/// ```
/// assert_eq!(formats::shown("暖新驿站"), "暖新驿站");
/// assert_eq!(formats::shown("a\nb"), "a\\nb");
/// assert!(formats::shown(&"x".repeat(5_000)).ends_with("x… (5000 characters)"));
/// ```
pub fn shown(text: &str) -> Cow<'_, str> {
    let is_plain = !text.chars().any(char::is_control);
    let n_characters = text.chars().count();
    if is_plain && n_characters <= LONGEST_SHOWN {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for c in text.chars().take(LONGEST_SHOWN) {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    if n_characters > LONGEST_SHOWN {
        shown.push_str("… (");
        shown.push_str(&n_characters.to_string());
        shown.push_str(" characters)");
    }
    Cow::Owned(shown)
}

/// How many names that would do a message lists.
const MOST_NAMES: usize = 6;

fn quoted(words: &[String]) -> String {
    let listed = words.iter().take(MOST_NAMES);
    let mut listed: Vec<String> = listed.map(|word| format!("`{word}`")).collect();
    if words.len() > MOST_NAMES {
        listed.push("…".to_owned());
    }
    listed.join(", ")
}

/// Metres below one kilometre, kilometres with one decimal above.
fn kilometers(length: Length) -> String {
    if length < Length::from_m(1_000) {
        format!("{:.0} m", length.as_m_f64())
    } else {
        format!("{:.1} km", length.as_m_f64() / 1_000.0)
    }
}

/// One thing wrong in a file, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Which row.
    pub place: RowPlace,
    /// What is wrong.
    pub kind: ProblemKind,
    /// What to do about it, if more can be said.
    pub hint: Option<String>,
}

/// `line 17: ...`; what concerns the whole file stands without a place.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            RowPlace::File => write!(f, "{}", self.kind),
            place => write!(f, "{place}: {}", self.kind),
        }
    }
}

/// Everything wrong with one file, in the order of its rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems {
    all: Vec<Problem>,
}

impl Problems {
    /// Notes one more problem.
    pub fn push(&mut self, place: RowPlace, kind: ProblemKind) {
        self.all.push(Problem {
            place,
            kind,
            hint: None,
        });
    }

    /// Notes one more problem and what to do about it.
    pub fn push_with_hint(&mut self, place: RowPlace, kind: ProblemKind, hint: impl Into<String>) {
        self.all.push(Problem {
            place,
            kind,
            hint: Some(hint.into()),
        });
    }

    /// Notes a value that is not the number it should be, and what to do about it where that can be
    /// told.
    pub(crate) fn push_number(&mut self, place: RowPlace, column: &str, got: &str, wanted: &str) {
        let kind = ProblemKind::Value {
            column: column.to_owned(),
            got: got.to_owned(),
            wanted: wanted.to_owned(),
        };
        self.all.push(Problem {
            place,
            kind,
            hint: number::hint(got),
        });
    }

    /// Puts them in the order of their rows; those of one row keep their order.
    pub(crate) fn sort(&mut self) {
        self.all.sort_by_key(|problem| problem.place);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many different rows they are about; they stand in order.
    pub fn n_rows(&self) -> usize {
        self.all.chunk_by(|a, b| a.place == b.place).count()
    }

    /// All of them.
    pub fn all(&self) -> &[Problem] {
        &self.all
    }

    /// What to do about them, each piece of advice once, in the order of the problems.
    pub fn hints(&self) -> Vec<&str> {
        let mut hints: Vec<&str> = Vec::new();
        for hint in self
            .all
            .iter()
            .filter_map(|problem| problem.hint.as_deref())
        {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints
    }
}

/// One line each, indented by two; past [`SHOWN`] only their number.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.all.iter().take(SHOWN).enumerate() {
            let end = if i == 0 { "" } else { "\n" };
            write!(f, "{end}  {problem}")?;
        }
        if self.all.len() > SHOWN {
            write!(f, "\n  and {} more", self.all.len() - SHOWN)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_are_shown_and_the_rest_is_counted() {
        let mut problems = Problems::default();
        for line in 2..27 {
            let kind = ProblemKind::Width { got: 1, wanted: 2 };
            problems.push_with_hint(RowPlace::Line(line), kind, "quote values with commas");
        }
        let text = problems.to_string();
        assert_eq!(text.lines().count(), 21);
        assert_eq!(
            text.lines().next(),
            Some("  line 2: has 1 values; the header has 2")
        );
        assert_eq!(text.lines().last(), Some("  and 5 more"));
        assert_eq!(problems.hints(), ["quote values with commas"]);
    }

    #[test]
    fn a_position_outside_is_told_as_in_the_guide() {
        let kind = ProblemKind::Outside {
            lng_column: "lng".into(),
            lng: "116.47".into(),
            lat_column: "lat".into(),
            lat: "39.99".into(),
            distance: Length::from_m(4_213),
            area: "the study area".into(),
        };
        let problem = Problem {
            place: RowPlace::Line(17),
            kind,
            hint: None,
        };
        assert_eq!(
            problem.to_string(),
            "line 17: `lng` 116.47, `lat` 39.99 lies 4.2 km outside the study area"
        );
    }
}
