use coverage::{Demand, DemandUnit, Margin};
use units::{Length, TravelTime};

/// A column: a name that says its unit, and what its values are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    name: String,
    kind: ColumnKind,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers with a fixed count of decimals.
    Decimal {
        /// How many.
        places: u8,
    },
    /// `true` or `false`.
    Boolean,
}

impl Column {
    /// Text.
    pub fn text(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: ColumnKind::Text,
        }
    }

    /// Whole numbers; counts are called `n_...`.
    pub fn integer(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: ColumnKind::Integer,
        }
    }

    /// Yes or no.
    pub fn boolean(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: ColumnKind::Boolean,
        }
    }

    /// Numbers with fixed decimals; the name must say the unit.
    pub fn decimal(name: impl Into<String>, places: u8) -> Self {
        Self {
            name: name.into(),
            kind: ColumnKind::Decimal { places },
        }
    }

    /// Travel times in seconds with one decimal; `_s` is added to the name.
    pub fn seconds(name: &str) -> Self {
        Self::decimal(format!("{name}_s"), 1)
    }

    /// Lengths in metres with one decimal; `_m` is added to the name.
    pub fn meters(name: &str) -> Self {
        Self::decimal(format!("{name}_m"), 1)
    }

    /// Shares between 0 and 1 with six decimals; `_share` is added to the name.
    pub fn share(name: &str) -> Self {
        Self::decimal(format!("{name}_share"), 6)
    }

    /// Demand in its unit with three decimals; the unit is added to the name.
    pub fn demand(name: &str, unit: &DemandUnit) -> Self {
        Self::decimal(format!("{name}_{}", unit.name()), 3)
    }

    /// The name, unit included.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its values are.
    pub fn kind(&self) -> ColumnKind {
        self.kind
    }

    fn holds(&self, value: &Value) -> bool {
        matches!(
            (self.kind, value),
            (_, Value::Empty)
                | (ColumnKind::Text, Value::Text(_))
                | (ColumnKind::Integer, Value::Integer(_))
                | (ColumnKind::Decimal { .. }, Value::Decimal(_))
                | (ColumnKind::Boolean, Value::Boolean(_))
        )
    }
}

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing known.
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number; a value that is not finite is written as empty.
    Decimal(f64),
    /// Yes or no.
    Boolean(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Decimal(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}

/// A count or a rank.
impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

/// In seconds.
impl From<TravelTime> for Value {
    fn from(time: TravelTime) -> Self {
        Self::Decimal(time.as_secs_f64())
    }
}

/// In seconds.
impl From<Margin> for Value {
    fn from(margin: Margin) -> Self {
        Self::Decimal(margin.as_secs_f64())
    }
}

/// In metres.
impl From<Length> for Value {
    fn from(length: Length) -> Self {
        Self::Decimal(length.as_m_f64())
    }
}

/// In its unit.
impl From<Demand> for Value {
    fn from(demand: Demand) -> Self {
        Self::Decimal(demand.as_units_f64())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// Rows with typed columns whose names carry units: the neutral shape that every format writes.
///
/// ```
/// use formats::{Column, Table};
/// use units::TravelTime;
///
/// let mut table = Table::new("facilities", vec![Column::text("facility_id"), Column::seconds("time")]);
/// table.push(vec!["1001".into(), TravelTime::from_secs(90).into()]);
/// assert_eq!(table.columns()[1].name(), "time_s");
/// assert_eq!(formats::csv::to_csv(&table), "facility_id,time_s\n1001,90.0\n");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    name: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
    attributes: Vec<(String, Value)>,
    illustrative: bool,
}

impl Table {
    /// An empty table.
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Self {
        Self {
            name: name.into(),
            columns,
            rows: Vec::new(),
            attributes: Vec::new(),
            illustrative: false,
        }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// When a value does not belong in its column: tables are filled by code, so that is a bug.
    pub fn push(&mut self, row: Vec<Value>) {
        assert_eq!(
            row.len(),
            self.columns.len(),
            "row of another table than `{}`",
            self.name
        );
        for (column, value) in self.columns.iter().zip(&row) {
            assert!(column.holds(value), "`{}` holds no {value:?}", column.name);
        }
        self.rows.push(row);
    }

    /// Says something about the whole table: a unit, a profile, a limit.
    pub fn set_attribute(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.attributes.push((name.into(), value.into()));
    }

    /// Marks the table as resting on data made up to show something; every format then writes a
    /// column `illustrative`.
    pub fn mark_illustrative(&mut self) {
        self.illustrative = true;
    }

    /// Its name; usually that of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows.
    pub fn rows(&self) -> &[Vec<Value>] {
        &self.rows
    }

    /// What is said about the whole table, in order.
    pub fn attributes(&self) -> &[(String, Value)] {
        &self.attributes
    }

    /// Whether it rests on data made up to show something.
    pub fn is_illustrative(&self) -> bool {
        self.illustrative
    }

    /// Whether a column must be added that says so: one that tells row by row says more.
    pub(crate) fn adds_illustrative(&self) -> bool {
        self.illustrative
            && self
                .columns
                .iter()
                .all(|column| column.name != ILLUSTRATIVE)
    }
}

/// Name of the column that says a row rests on made-up data.
pub(crate) const ILLUSTRATIVE: &str = "illustrative";

/// A number as text with a fixed count of decimals; never `-0`, and nothing when it is not finite.
pub(crate) fn fixed(value: f64, places: u8) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let text = format!("{value:.*}", usize::from(places));
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| byte == b'0' || byte == b'.') => {
            Some(rest.to_owned())
        }
        _ => Some(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_fixed() {
        assert_eq!(fixed(1.0 / 3.0, 6).as_deref(), Some("0.333333"));
        assert_eq!(fixed(-0.000_01, 1).as_deref(), Some("0.0"));
        assert_eq!(fixed(-1.25, 1).as_deref(), Some("-1.2"));
        assert_eq!(fixed(f64::NAN, 1), None);
        assert_eq!(fixed(3.0, 0).as_deref(), Some("3"));
    }

    #[test]
    fn a_table_that_tells_row_by_row_gets_no_second_column() {
        let mut table = Table::new("t", vec![Column::text("id"), Column::boolean(ILLUSTRATIVE)]);
        table.push(vec!["a".into(), false.into()]);
        table.mark_illustrative();
        assert_eq!(crate::csv::to_csv(&table), "id,illustrative\na,false\n");
        let layer_text = {
            let mut layer = crate::Layer::new(Table::new("t", table.columns().to_vec()));
            layer.push(crate::Shape::None, vec!["a".into(), false.into()]);
            layer.mark_illustrative();
            crate::geojson::to_geojson(&layer)
        };
        assert!(
            layer_text.contains("\"illustrative\":false"),
            "{layer_text}"
        );
    }

    #[test]
    #[should_panic(expected = "`time_s` holds no Text")]
    fn a_value_in_the_wrong_column_is_a_bug() {
        Table::new("t", vec![Column::seconds("time")]).push(vec!["soon".into()]);
    }
}
