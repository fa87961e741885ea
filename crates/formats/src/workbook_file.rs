//! Results as one Excel workbook: a sheet that says what it is, then one for each table.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::table::{ILLUSTRATIVE, fixed};
use crate::{ColumnKind, Table, Value};

/// Rows of a sheet below its head.
const MOST_ROWS: usize = (1 << 20) - 1;
/// Characters of a cell, as Excel counts them.
const MOST_CHARACTERS: usize = 32_767;
/// The largest whole number below which every whole number is one of the workbook's.
const MOST_EXACT: u64 = 1 << 53;
const WIDEST: f64 = 40.0;

/// Writes a workbook. The first sheet holds `about`, a label and what it says in each row, and what
/// did not fit; the others are the tables, with the names of their columns (which say the units) in a
/// row that stays, filters, and numbers with as many decimals as their column has.
///
/// Text is written as text, whatever it begins with. Same tables, same bytes.
///
/// Cost: linear in the cells.
pub fn to_xlsx<'a>(about: &[(String, String)], tables: impl Iterator<Item = &'a Table>) -> Vec<u8> {
    let tables: Vec<&Table> = tables.collect();
    // Names, sizes and counts are kept within what the format holds before anything is written.
    written(about, &tables).expect("everything fits a workbook")
}

fn written(about: &[(String, String)], tables: &[&Table]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The time of writing would make each run another file.
    let never = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&never));
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet();
    sheet.set_name("about 说明")?;
    sheet.set_column_width(0, 28)?;
    sheet.set_column_width(1, 100)?;
    let cut = tables.iter().filter(|table| table.rows().len() > MOST_ROWS);
    let cut = cut.map(|table| {
        let (name, n_rows) = (table.name(), table.rows().len());
        let says = format!("the first {MOST_ROWS} of {n_rows} rows; {name}.csv has all");
        (format!("sheet {name}"), says)
    });
    for (row, (label, text)) in (0_u32..).zip(about.iter().cloned().chain(cut)) {
        sheet.write_string_with_format(row, 0, within(&label), &bold)?;
        sheet.write_string(row, 1, within(&text))?;
    }
    for table in tables {
        let sheet = workbook.add_worksheet();
        sheet.set_name(sheet_name(table.name()))?;
        write_table(sheet, table, &bold)?;
    }
    workbook.save_to_buffer()
}

fn write_table(sheet: &mut Worksheet, table: &Table, bold: &Format) -> Result<(), XlsxError> {
    let formats: Vec<Format> = table
        .columns()
        .iter()
        .map(|column| match column.kind() {
            ColumnKind::Decimal { places: 0 } | ColumnKind::Integer => {
                Format::new().set_num_format("0")
            }
            ColumnKind::Decimal { places } => {
                let zeros = "0".repeat(usize::from(places));
                Format::new().set_num_format(format!("0.{zeros}"))
            }
            ColumnKind::Text | ColumnKind::Boolean => Format::new(),
        })
        .collect();
    let names = table.columns().iter().map(crate::Column::name);
    let names = names.chain(table.adds_illustrative().then_some(ILLUSTRATIVE));
    let mut n_columns = 0_u16;
    for name in names {
        sheet.write_string_with_format(0, n_columns, within(name), bold)?;
        let wide: u32 = name.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        sheet.set_column_width(n_columns, (f64::from(wide) + 4.0).min(WIDEST))?;
        n_columns += 1;
    }
    let mut last = 0_u32;
    for (row, values) in (1_u32..).zip(table.rows().iter().take(MOST_ROWS)) {
        for ((column, value), format) in (0_u16..).zip(values).zip(&formats) {
            write_value(
                sheet,
                (row, column),
                value,
                table.columns()[usize::from(column)].kind(),
                format,
            )?;
        }
        if table.adds_illustrative() {
            sheet.write_boolean(row, n_columns - 1, true)?;
        }
        last = row;
    }
    sheet.set_freeze_panes(1, 0)?;
    if n_columns > 0 && last > 0 {
        sheet.autofilter(0, 0, last, n_columns - 1)?;
    }
    Ok(())
}

fn write_value(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Value,
    kind: ColumnKind,
    format: &Format,
) -> Result<(), XlsxError> {
    match value {
        Value::Empty => {}
        Value::Text(text) => {
            sheet.write_string(row, column, within(text))?;
        }
        Value::Boolean(value) => {
            sheet.write_boolean(row, column, *value)?;
        }
        Value::Integer(value) => {
            let text = value.to_string();
            match text
                .parse::<f64>()
                .ok()
                .filter(|_| value.unsigned_abs() <= MOST_EXACT)
            {
                Some(number) => sheet.write_number_with_format(row, column, number, format)?,
                None => sheet.write_string(row, column, text)?,
            };
        }
        Value::Decimal(value) => {
            // The same digits as in the CSV.
            let places = match kind {
                ColumnKind::Decimal { places } => places,
                _ => 6,
            };
            if let Some(number) = fixed(*value, places).and_then(|text| text.parse::<f64>().ok()) {
                sheet.write_number_with_format(row, column, number, format)?;
            }
        }
    }
    Ok(())
}

/// Text of at most as many characters as a cell holds.
fn within(text: &str) -> String {
    let mut n_units = 0;
    let fits = text.chars().take_while(|c| {
        n_units += c.len_utf16();
        n_units < MOST_CHARACTERS
    });
    let kept: String = fits.collect();
    if kept.len() == text.len() {
        kept
    } else {
        kept + "…"
    }
}

/// The name of a table as that of a sheet: at most 31 characters, none that a sheet may not have.
fn sheet_name(name: &str) -> String {
    let allowed = name
        .chars()
        .map(|c| if r"[]:*?/\'".contains(c) { '-' } else { c });
    allowed.take(31).collect()
}
