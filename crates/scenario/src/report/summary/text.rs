use std::fmt::Write as _;

use coverage::{Demand, DemandUnit};

/// How much too long a way is.
pub(crate) fn missing(seconds: Option<f64>) -> String {
    seconds.map_or_else(
        || "more than the limit missing".to_owned(),
        |seconds| format!("{} missing", minutes(seconds)),
    )
}

/// Lines of text.
#[derive(Default)]
pub(crate) struct Text(pub(crate) String);

impl Text {
    pub(crate) fn line(&mut self, line: &str) {
        writeln!(self.0, "{line}").expect("writing to a string cannot fail");
    }

    /// Columns padded to their widest value; the first to the left, the rest to the right.
    pub(crate) fn table<const N: usize>(&mut self, rows: &[[String; N]]) {
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
        for row in rows {
            let mut line = String::from("  ");
            for (column, value) in row.iter().enumerate() {
                let pad = " ".repeat(widths[column] - value.chars().count());
                if column == 0 {
                    write!(line, "{value}{pad}").expect("writing to a string cannot fail");
                } else {
                    write!(line, "  {pad}{value}").expect("writing to a string cannot fail");
                }
            }
            self.line(line.trim_end());
        }
    }
}

/// Demand in its unit; street in kilometres.
pub(crate) struct Amounts<'a> {
    pub(crate) unit: &'a str,
}

impl Amounts<'_> {
    pub(crate) fn of(&self, thousandths: u64) -> String {
        let units = Demand::from_thousandths(thousandths).as_units_f64();
        if self.unit == DemandUnit::StreetMeters.name() {
            format!("{:.1} km of street", units / 1_000.0)
        } else {
            format!("{units:.0} {}", self.unit)
        }
    }
}

pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    Demand::from_thousandths(part).share_of(Demand::from_thousandths(whole))
}

pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

pub(crate) fn minutes(seconds: f64) -> String {
    format!("{:.1} min", seconds / 60.0)
}
