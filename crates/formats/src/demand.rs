//! Rows to demand counted at positions or per zone.

use coverage::{Amount, Demand, DemandPattern, PatternId, Zones};
use units::LngLat;

use crate::datum::Positions;
use crate::sheet::{ColumnIndex, Reading, Sheet, SheetRow};
use crate::{Area, Field, Loaded, Note, ProblemKind, ReadError, Source, number};

/// How many zones without a row are named.
const MOST_ZONES: usize = 5;

/// Reads demand counted at positions: a row each, with a count of up to three decimals and perhaps
/// the name of one of `patterns`, which it follows over the week.
///
/// # Errors
/// When the file cannot be opened or any row is wrong; all problems are told at once.
///
/// Cost: linear in the file.
pub fn read_positions(
    source: &Source,
    area: Option<&Area>,
    patterns: &[DemandPattern],
) -> Result<Loaded<Vec<(LngLat, Amount)>>, ReadError> {
    let sheet = source.read()?;
    let mut reading = Reading::of(&sheet);
    let mut positions = Positions::new(source, area, &sheet, &mut reading);
    let column = sheet.required_field(Field::Demand, &source.columns, &mut reading);
    let pattern = pattern_column(&sheet, source, patterns, &mut reading);
    let mut counts = Vec::new();
    for row in sheet.rows() {
        let n_before = reading.n_problems();
        let demand = column.and_then(|column| demand(&sheet, row, column, &mut reading));
        let pattern =
            pattern.and_then(|column| self::pattern(&sheet, row, column, patterns, &mut reading));
        let position = positions.read(&sheet, row, &mut reading);
        let amount = demand.map(|demand| Amount { demand, pattern });
        if reading.n_problems() == n_before {
            counts.extend(position.zip(amount));
        }
    }
    positions.note(sheet.rows().len(), &mut reading);
    reading.finish("demand", &sheet, source.bad_rows, counts)
}

/// Reads demand counted per zone: one count for each zone, zero where the file has no row, and
/// perhaps the name of the pattern that it follows.
///
/// # Errors
/// As [`read_positions`]; also when a row names a zone that there is not, or one named before.
///
/// Cost: linear in the file times the zones.
pub fn read_zones(
    source: &Source,
    zones: &Zones,
    patterns: &[DemandPattern],
) -> Result<Loaded<Vec<Amount>>, ReadError> {
    let sheet = source.read()?;
    let mut reading = Reading::of(&sheet);
    let zone = sheet.required_field(Field::Zone, &source.columns, &mut reading);
    let column = sheet.required_field(Field::Demand, &source.columns, &mut reading);
    let pattern = pattern_column(&sheet, source, patterns, &mut reading);
    let mut counts = vec![Amount::default(); zones.n_zones()];
    let mut first = vec![None; zones.n_zones()];
    if let (Some(zone), Some(column)) = (zone, column) {
        for row in sheet.rows() {
            let id = row.value(zone);
            let name = || sheet.column_name(zone).to_owned();
            let is_it = |zone: &coverage::Zone| zone.id == id || zone.name == id;
            let Some(index) = zones.zones().iter().position(is_it) else {
                let wanted = "the id or name of a zone".to_owned();
                let kind = ProblemKind::Value {
                    column: name(),
                    got: id.to_owned(),
                    wanted,
                };
                reading.problems.push(row.place, kind);
                continue;
            };
            if let Some(first) = first[index] {
                let kind = ProblemKind::Repeated {
                    column: name(),
                    got: id.to_owned(),
                    first,
                };
                reading.problems.push(row.place, kind);
                continue;
            }
            first[index] = Some(row.place);
            let n_before = reading.n_problems();
            let demand = demand(&sheet, row, column, &mut reading);
            let pattern = pattern
                .and_then(|column| self::pattern(&sheet, row, column, patterns, &mut reading));
            if let Some(demand) = demand
                && reading.n_problems() == n_before
            {
                counts[index] = Amount { demand, pattern };
            }
        }
    }
    let without: Vec<&str> = zones
        .zones()
        .iter()
        .zip(&first)
        .filter(|(_, row)| row.is_none())
        .map(|(zone, _)| zone.id.as_str())
        .collect();
    if !without.is_empty() {
        let listed = without.iter().take(MOST_ZONES);
        reading.notes.push(Note::ZonesWithoutRow {
            first: listed.map(|&id| id.to_owned()).collect(),
            n_zones: without.len(),
            of: zones.n_zones(),
        });
    }
    reading.finish("demand", &sheet, source.bad_rows, counts)
}

/// The column that names patterns; without patterns none is looked for.
fn pattern_column(
    sheet: &Sheet,
    source: &Source,
    patterns: &[DemandPattern],
    reading: &mut Reading,
) -> Option<ColumnIndex> {
    if patterns.is_empty() && source.columns.name_of(Field::Pattern).is_none() {
        return None;
    }
    sheet.field(Field::Pattern, &source.columns, reading)
}

/// The pattern that a row names; a row that names none follows what is usual.
fn pattern(
    sheet: &Sheet,
    row: &SheetRow,
    column: ColumnIndex,
    patterns: &[DemandPattern],
    reading: &mut Reading,
) -> Option<PatternId> {
    let text = row.value(column);
    if text.is_empty() {
        return None;
    }
    let found = patterns.iter().position(|pattern| pattern.name() == text);
    if found.is_none() {
        let names: Vec<&str> = patterns.iter().map(DemandPattern::name).collect();
        let wanted = if names.is_empty() {
            "nothing, since there are no patterns".to_owned()
        } else {
            format!("one of the patterns `{}`", names.join("`, `"))
        };
        let kind = ProblemKind::Value {
            column: sheet.column_name(column).to_owned(),
            got: text.to_owned(),
            wanted,
        };
        reading.problems.push(row.place, kind);
    }
    PatternId::from_index(found?)
}

fn demand(
    sheet: &Sheet,
    row: &SheetRow,
    column: ColumnIndex,
    reading: &mut Reading,
) -> Option<Demand> {
    let text = row.value(column);
    let demand = thousandths(text);
    if demand.is_none() {
        let wanted = match number::finite(text) {
            Some(value) if value > 0.0 => "a number below 9e12",
            _ => "a number from 0, with at most three decimals counted",
        };
        let name = sheet.column_name(column);
        reading.problems.push_number(row.place, name, text, wanted);
    }
    demand
}

/// A number from 0 to 9e12 in thousandths, rounded.
fn thousandths(text: &str) -> Option<Demand> {
    of_number(number::finite(text)?)
}

/// As [`thousandths`], from a number.
pub(crate) fn of_number(value: f64) -> Option<Demand> {
    let value = Some(value).filter(|value| (0.0..9e12).contains(value))?;
    // Written out and read back, so that no cast is needed and 0.1 is a tenth exactly.
    let digits = format!("{value:.3}").replace('.', "");
    digits.parse().ok().map(Demand::from_thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_thousandths() {
        let demand = |text| thousandths(text).map(Demand::as_thousandths);
        assert_eq!(demand("12"), Some(12_000));
        assert_eq!(demand("0.1"), Some(100));
        assert_eq!(demand("2.0006"), Some(2_001));
        assert_eq!(demand("1e3"), Some(1_000_000));
        for text in ["", "-1", "NaN", "inf", "x", "1e13"] {
            assert_eq!(demand(text), None, "{text}");
        }
    }
}
