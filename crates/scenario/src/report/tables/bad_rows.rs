use formats::{Column, Table};

use crate::project::left_out::BadRow;

/// What is wrong with the rows that the plan leaves out.
pub(crate) fn bad_rows(rows: &[BadRow]) -> Table {
    let columns = [
        "source", "file", "sheet", "row", "column", "value", "reason",
    ];
    let mut table = Table::new("bad-rows", columns.map(Column::text).to_vec());
    for row in rows {
        table.push(vec![
            row.source.clone().into(),
            row.file.clone().into(),
            row.sheet.clone().into(),
            row.row.clone().into(),
            row.column.clone().into(),
            row.value.clone().into(),
            row.reason.clone().into(),
        ]);
    }
    table
}
