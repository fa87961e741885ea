//! Excel workbooks as offices send them, and as strangers make them.

use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
use coverage::{FacilityKind, KindCatalog};
use formats::facilities::{self, FacilityOptions};
use formats::survey::Survey;
use formats::{
    BadRows, Column, Field, Note, ReadError, RowPlace, Sheet, SheetName, Source, Table, Value,
    demand, positions, workbook_file,
};
use units::Datum;

use crate::book::{Book, archive, rows_of};
use crate::good::file;

fn read(bytes: &[u8]) -> Sheet {
    file("a.xlsx", bytes).1.read().unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    let (_folder, source) = file("a.xlsx", bytes);
    source.read().unwrap_err().to_string()
}

fn values(sheet: &Sheet) -> Vec<(RowPlace, Vec<&str>)> {
    let rows = sheet.rows().iter();
    rows.map(|row| (row.place, row.values.iter().map(String::as_str).collect()))
        .collect()
}

fn told(notes: &[Note]) -> Vec<String> {
    notes.iter().map(ToString::to_string).collect()
}

#[test]
fn numbers_dates_texts_and_switches_are_what_the_sheet_shows() {
    let strings = "<si><t>编号</t></si><si><r><t>名</t></r><r><t xml:space=\"preserve\">称 </t></r>\
         <rPh><t>mingcheng</t></rPh></si><si><t>A&amp;B&#x6696;_x000D_</t></si><si/>";
    let sheet = r#"<sheetData>
      <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>
        <c r="C1" t="inlineStr"><is><t>启用日期</t></is></c><c r="D1" t="str"><f>"x"</f><v>开门</v></c>
        <c r="E1" t="inlineStr"><is><t>capacity</t></is></c><c r="F1" t="inlineStr"><is><t>on</t></is></c></row>
      <row r="3"><c r="A3"><v>1001</v></c><c r="B3" t="s"><v>2</v></c><c r="C3" s="1"><v>45943</v></c>
        <c r="D3" s="2"><v>0.354166666666667</v></c><c r="E3"><f>3*4</f><v>12</v></c><c r="F3" t="b"><v>1</v></c></row>
      <row r="4"><c r="A4" t="inlineStr"><is><t>'0012</t></is></c><c r="E4"><v>1.5E1</v></c></row>
      <row r="5"/><row r="6"><c r="B6" t="s"><v>3</v></c></row>
    </sheetData>"#;
    let sheet = read(&Book::new().sheet("站点", sheet).strings(strings).bytes());
    assert_eq!(sheet.name(), Some("站点"));
    assert_eq!(
        sheet.header(),
        ["编号", "名称", "启用日期", "开门", "capacity", "on"]
    );
    assert_eq!(
        values(&sheet),
        [
            (
                RowPlace::Row(3),
                vec!["1001", "A&B暖", "2025-10-13", "08:30", "12", "true"]
            ),
            (RowPlace::Row(4), vec!["'0012", "", "", "", "15", ""]),
        ]
    );
    assert_eq!(told(sheet.notes()), Vec::<String>::new());
    let old = r#"<sheetData><row><c t="inlineStr"><is><t>启用日期</t></is></c></row><row><c s="1"><v>44481</v></c></row></sheetData>"#;
    let old = read(&Book::new().sheet("S", old).counting_from_1904().bytes());
    assert_eq!(values(&old), [(RowPlace::Row(2), vec!["2025-10-13"])]);
}

#[test]
fn the_form_of_an_office_is_understood_and_told() {
    let sheet = r#"<cols><col min="5" max="5" hidden="1"/></cols><sheetData>
      <row r="1"><c r="A1" t="inlineStr"><is><t>福田区暖新驿站一览表</t></is></c></row>
      <row r="2"><c r="A2" t="inlineStr"><is><t>2026年10月</t></is></c></row>
      <row r="3"><c r="A3" t="inlineStr"><is><t>编号</t></is></c><c r="B3" t="inlineStr"><is><t>街道</t></is></c><c r="C3" t="inlineStr"><is><t>位置</t></is></c><c r="E3" t="inlineStr"><is><t>类型</t></is></c></row>
      <row r="4"><c r="C4" t="inlineStr"><is><t>经度</t></is></c><c r="D4" t="inlineStr"><is><t>纬度</t></is></c></row>
      <row r="5"><c r="A5"><v>1</v></c><c r="B5" t="inlineStr"><is><t>福保</t></is></c><c r="C5"><v>114.05</v></c><c r="D5"><v>22.54</v></c><c r="E5" t="inlineStr"><is><t>驿站</t></is></c></row>
      <row r="6" hidden="1"><c r="A6"><v>2</v></c><c r="C6"><v>114.06</v></c><c r="D6"><v>22.55</v></c><c r="E6" t="e"><v>#N/A</v></c></row>
      <row r="7"><c r="A7"><v>3</v></c><c r="C7"><f>A1</f></c><c r="D7"><v>22.55</v></c></row>
      <row r="8"><c r="A8" t="inlineStr"><is><t>合 计</t></is></c><c r="D8"><v>3</v></c></row>
      <row r="9"><c r="A9" t="inlineStr"><is><t>注：以上为示意</t></is></c></row>
    </sheetData><mergeCells count="4"><mergeCell ref="A1:E1"/><mergeCell ref="A3:A4"/><mergeCell ref="B5:B7"/><mergeCell ref="C3:D3"/></mergeCells>"#;
    let book = Book::new()
        .sheet_with("旧", "state=\"hidden\"", &rows_of("id|lng|lat"))
        .sheet("空", "<sheetData/>")
        .sheet("2026", sheet);
    let sheet = read(&book.bytes());
    assert_eq!(sheet.header(), ["编号", "街道", "经度", "纬度", "类型"]);
    assert_eq!(
        values(&sheet),
        [
            (
                RowPlace::Row(5),
                vec!["1", "福保", "114.05", "22.54", "驿站"]
            ),
            (
                RowPlace::Row(6),
                vec!["2", "福保", "114.06", "22.55", "#N/A"]
            ),
            (RowPlace::Row(7), vec!["3", "福保", "", "22.55", ""]),
        ]
    );
    assert_eq!(
        told(sheet.notes()),
        [
            "sheet `2026` was read; the workbook also has `旧`, `空`: name the one you mean with `sheet`",
            "1 rows are hidden or filtered away and were read like the others",
            "3 cells below the first of a merged cell got its value",
            "1 formulas have no result and count as empty (the first: cell C7); open the workbook in a \
             spreadsheet program and save it",
            "1 cells show an error (the first: cell E6 shows `#N/A`)",
            "the column names take two rows; those of row 4 were put over the row above",
            "the column names stand in row 3; the rows above were taken for titles: \
             `福田区暖新驿站一览表`, `2026年10月`",
            "1 rows sum up others (合计, total) and were left out (the first: row 8)",
            "1 rows are remarks and were left out (the first: row 9)",
            "hidden columns were read like the others: `类型`",
        ]
    );
}

#[test]
fn sheets_go_by_name_or_number_and_others_are_told() {
    let book = Book::new()
        .sheet("一", &rows_of("id|demand|lng|lat\na|1|114.05|22.54"))
        .sheet("二 ", &rows_of("id|demand|lng|lat\nb|2|114.05|22.54"))
        .bytes();
    let (_folder, mut source) = file("a.xlsx", &book);
    for (wanted, id) in [
        (None, "a"),
        (Some(SheetName::Name("二".into())), "b"),
        (Some(SheetName::Number(2)), "b"),
    ] {
        source.sheet = wanted;
        let named = positions::read(&source, None).unwrap();
        assert_eq!(named.value[0].id, id);
        assert_eq!(
            demand::read_positions(&source, None, &[])
                .unwrap()
                .value
                .len(),
            1
        );
    }
    for (wanted, said) in [
        (
            SheetName::Name("三".into()),
            "it has no sheet `三`; its sheets are `一`, `二 `",
        ),
        (SheetName::Number(3), "it has no sheet number 3"),
        (SheetName::Number(0), "it has no sheet number 0"),
    ] {
        source.sheet = Some(wanted);
        let error = source.read().unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let (_folder, mut csv) = file("a.csv", b"id,lng,lat\n");
    csv.sheet = Some(SheetName::Number(1));
    let error = csv.read().unwrap_err().to_string();
    assert!(
        error.ends_with("only workbooks (.xlsx) have a `sheet`"),
        "{error}"
    );
}

#[test]
fn bad_rows_are_refused_or_left_out_by_sheet_and_row() {
    let rows = "id|lng|lat|容量\n\
                a|114.05|22.54|3\n\
                b|114.05|x|3\n\
                c|114.05|22.54|many\n\
                a|114.06|22.54|3\n\
                d|114.06|22.54|4";
    let (_folder, mut source) = file("a.xlsx", &Book::of_text(rows).bytes());
    let catalog = KindCatalog::default();
    let options = FacilityOptions {
        catalog: &catalog,
        kind: Some(&FacilityKind::WarmStation),
        words: None,
        area: None,
    };
    let error = facilities::read(&source, options).unwrap_err();
    assert!(matches!(error, ReadError::Rows { .. }));
    let text = error.to_string();
    let (first, rest) = text.split_once('\n').unwrap();
    assert!(first.ends_with("a.xlsx`, sheet `Sheet1`"), "{first}");
    let problems = "  row 3: `lat` is `x`; wanted a latitude from -90 to 90\n  \
                    row 4: `容量` is `many`; wanted a whole number\n  \
                    row 5: `id` is `a`, which already stands in row 2";
    assert_eq!(rest, problems);
    source.bad_rows = BadRows::LeaveOut;
    let loaded = facilities::read(&source, options).unwrap();
    let ids: Vec<&str> = loaded
        .value
        .iter()
        .map(|facility| facility.id.as_str())
        .collect();
    assert_eq!(ids, ["a", "d"]);
    assert_eq!(loaded.n_bad_rows(), 3);
    let said = told(&loaded.notes);
    assert!(
        said.contains(&format!(
            "3 bad rows of sheet `Sheet1` were left out\n{problems}"
        )),
        "{said:?}"
    );
    // A file that lacks a column is wrong as a whole.
    let (_folder, mut source) = file("a.xlsx", &Book::of_text("id|lng\na|114.05").bytes());
    source.bad_rows = BadRows::LeaveOut;
    assert!(facilities::read(&source, options).is_err());
}

#[test]
fn what_is_no_workbook_says_what_to_do() {
    let ods = archive([("mimetype", &b"application/vnd.oasis"[..])].into_iter());
    let xlsb = archive([("xl/workbook.bin", &b""[..])].into_iter());
    let docx = archive([("word/document.xml", &b""[..])].into_iter());
    for (bytes, said) in [
        (
            &b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest"[..],
            "save it as .xlsx without a password",
        ),
        (b"<html><table>", "it is a page of HTML or XML"),
        (b"id,lng,lat\n", "it does not begin like one"),
        (b"PK\x03\x04", "its zip archive is damaged"),
        (&ods, "OpenDocument file; save it as .xlsx"),
        (&xlsb, "binary workbook (.xlsb); save it as .xlsx"),
        (&docx, "holds no workbook"),
        (&Book::new().bytes(), "it has no sheets"),
        (
            &Book::new().sheet("S", "<sheetData/>").bytes(),
            "none of its visible sheets holds a value",
        ),
    ] {
        let text = refusal(bytes);
        assert!(text.contains(said), "{text}");
    }
    let (_folder, mut source) = file("a.xlsx", &Book::of_text("id|lng|lat").bytes());
    source.separator = Some(';');
    assert!(
        source
            .read()
            .unwrap_err()
            .to_string()
            .contains("no `separator`")
    );
}

#[test]
fn hostile_workbooks_are_refused_by_a_sentence() {
    let cell = |cell: &str| {
        let inside = format!("<sheetData><row>{cell}</row></sheetData>");
        Book::new().sheet("S", &inside).bytes()
    };
    let many = r#"<mergeCell ref="A1:A2"/>"#.repeat(100_001);
    let deep = "<a>".repeat(300_000);
    for (bytes, said) in [
        (
            cell(r#"<c r="AAAAAAAAA1"><v>1</v></c>"#),
            "`AAAAAAAAA1` is no cell",
        ),
        (cell(r#"<c r="XFE1"><v>1</v></c>"#), "`XFE1` is no cell"),
        (
            cell(r#"<c t="s"><v>7</v></c>"#),
            "cell A1 refers to no text",
        ),
        (
            Book::new()
                .sheet("S", &format!("<mergeCells>{many}"))
                .bytes(),
            "merged cells",
        ),
        (
            Book::new()
                .sheet("S", r#"<sheetData><row r="2000000"/></sheetData>"#)
                .bytes(),
            "no number that a sheet can have",
        ),
        (
            Book::new()
                .sheet("S", "<sheetData><row></c></sheetData>")
                .bytes(),
            "it is damaged",
        ),
        (Book::new().sheet("S", &deep).bytes(), "sheet `S`"),
        // Half a megabyte that becomes two hundred.
        (
            Book::new().sheet("S", &" ".repeat(200 << 20)).bytes(),
            "times its size",
        ),
    ] {
        let text = refusal(&bytes);
        assert!(text.contains(said), "{text}");
    }
    // What ends other readers: a number with a plus, and more texts than memory holds.
    let plus = r#"<sheetData><row><c t="inlineStr"><is><t>id</t></is></c></row><row><c t="n"><v>+1</v></c></row></sheetData>"#;
    assert_eq!(
        values(&read(&Book::new().sheet("S", plus).bytes())),
        [(RowPlace::Row(2), vec!["1"])]
    );
}

#[test]
fn cut_and_garbled_workbooks_are_survived() {
    let bytes = Book::of_text("id|lng|lat\na|114.05|22.54").bytes();
    for end in 0..bytes.len() {
        let (_folder, source) = file("a.xlsx", &bytes[..end]);
        let _ = source.read().map_err(|error| error.to_string());
    }
    for at in 0..bytes.len() {
        let mut garbled = bytes.clone();
        garbled[at] ^= 0x55;
        let (_folder, source) = file("a.xlsx", &garbled);
        let _ = source.read().map_err(|error| error.to_string());
    }
}

/// Every cell as `calamine` reads it, beside ours.
#[test]
fn another_reader_sees_the_same_cells() {
    let rows = r#"<sheetData>
      <row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>lng</t></is></c><c r="C1" t="inlineStr"><is><t>lat</t></is></c></row>
      <row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>114.06486850000001</v></c><c r="C2"><v>2.254E1</v></c></row>
      <row r="4"><c r="A4"><v>12</v></c><c r="B4" t="b"><v>0</v></c><c r="C4" t="str"><f>A1</f><v> x &lt; </v></c></row>
    </sheetData>"#;
    let bytes = Book::new()
        .sheet("S", rows)
        .strings("<si><t>暖</t></si>")
        .bytes();
    // Without the count by which it ends itself.
    let ours = read(&bytes);
    let theirs = Book::new()
        .sheet("S", rows)
        .strings("<si><t>暖</t></si>")
        .bytes();
    let theirs = without_count(&theirs);
    let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(theirs)).unwrap();
    let range = book.worksheet_range("S").unwrap();
    let mut n_cells = 0;
    for row in ours.rows() {
        let RowPlace::Row(number) = row.place else {
            panic!("{}", row.place)
        };
        for (column, value) in (0_u32..).zip(&row.values) {
            let cell = range
                .get_value((u32::try_from(number).unwrap() - 1, column))
                .unwrap();
            let seen = match cell {
                Data::Float(number) => number.to_string(),
                Data::Int(number) => number.to_string(),
                Data::Bool(value) => value.to_string(),
                other => other.to_string(),
            };
            assert_eq!(*value, seen.trim());
            n_cells += 1;
        }
    }
    assert_eq!(n_cells, 6);
}

/// The same workbook whose texts do not say how many they are.
fn without_count(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut parts = Vec::new();
    for at in 0..zip.len() {
        let mut part = zip.by_index(at).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        let name = part.name().unwrap().into_owned();
        parts.push((
            name,
            text.replace(r#" uniqueCount="99999999999999999""#, ""),
        ));
    }
    archive(
        parts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_bytes())),
    )
}

#[test]
fn rows_without_ids_get_ids_that_stay() {
    let ids = |rows: &str| {
        let (_folder, source) = file("a.xlsx", &Book::of_text(rows).bytes());
        let loaded = positions::read(&source, None).unwrap();
        let ids: Vec<String> = loaded.value.into_iter().map(|named| named.id).collect();
        (ids, told(&loaded.notes))
    };
    let (first, notes) = ids("名称|经度|纬度\n甲|114.05|22.54\n乙|114.06|22.55\n乙|114.06|22.55");
    assert_eq!(first[2], format!("{}-2", first[1]));
    assert_eq!(
        notes,
        [format!(
            "there is no column of ids; those of 3 rows were made of name and position, and stay while \
             these do (row 2 is `{}`)",
            first[0]
        )]
    );
    let (second, _) =
        ids("名称|电话|经度|纬度\n丙|1|114.07|22.54\n乙|2|114.06|22.55\n甲|3|114.05|22.54");
    assert_eq!([&second[2], &second[1]], [&first[0], &first[1]]);
    // A column that is spelled nearly like one of ids was meant.
    let (_folder, source) = file(
        "a.xlsx",
        &Book::of_text("facilty_id|lng|lat\na|114.05|22.54").bytes(),
    );
    let error = positions::read(&source, None).unwrap_err();
    assert!(
        error.hints()[0].contains("`facilty_id`"),
        "{:?}",
        error.hints()
    );
    let _: Source = source;
}

#[test]
fn results_become_sheets_with_a_head_that_stays_and_the_same_bytes() {
    let mut table = Table::new(
        "cells/1",
        vec![
            Column::text("name"),
            Column::seconds("time"),
            Column::integer("n"),
            Column::boolean("edge"),
        ],
    );
    table.push(vec![
        "=1+1 暖".into(),
        1.25.into(),
        3_u32.into(),
        true.into(),
    ]);
    table.push(vec![
        Value::Empty,
        f64::NAN.into(),
        Value::Integer(i64::MAX),
        false.into(),
    ]);
    table.push(vec![
        "x".repeat(40_000).into(),
        (-0.04).into(),
        Value::Integer(-7),
        Value::Empty,
    ]);
    table.mark_illustrative();
    let about = [("plan 方案".to_owned(), "福田".to_owned())];
    let bytes = workbook_file::to_xlsx(&about, [&table].into_iter());
    assert_eq!(bytes, workbook_file::to_xlsx(&about, [&table].into_iter()));
    let (_folder, mut source) = file("a.xlsx", &bytes);
    source.sheet = Some(SheetName::Name("cells-1".into()));
    let sheet = source.read().unwrap();
    assert_eq!(
        sheet.header(),
        ["name", "time_s", "n", "edge", "illustrative"]
    );
    let rows = values(&sheet);
    assert_eq!(
        rows[0],
        (
            RowPlace::Row(2),
            vec!["=1+1 暖", "1.2", "3", "true", "true"]
        )
    );
    assert_eq!(rows[1].1, ["", "", "9223372036854775807", "false", "true"]);
    assert_eq!(rows[2].1[1..], ["0", "-7", "", "true"]);
    assert_eq!(rows[2].1[0].chars().count(), 32_767);
    let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["about 说明", "cells-1"]);
    let about = book.worksheet_range("about 说明").unwrap();
    assert_eq!(
        about.get_value((0, 1)),
        Some(&Data::String("福田".to_owned()))
    );
    let cells = book.worksheet_range("cells-1").unwrap();
    assert_eq!(cells.get_value((1, 1)), Some(&Data::Float(1.2)));
    let part = part_of(&source, "xl/worksheets/sheet2.xml");
    assert!(part.contains(r#"<pane ySplit="1""#), "{part}");
    assert!(part.contains("<autoFilter"), "{part}");
}

fn part_of(source: &Source, name: &str) -> String {
    use std::io::Read as _;
    let bytes = std::fs::read(&source.path).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn a_survey_shows_what_a_table_is_and_the_lines_that_read_it() {
    let rows = "编号|名称|百度经度|百度纬度|营业时间|电话\n\
                a|甲|114.05|22.54|周一至周五 9:00-18:00|1\n\
                b|乙|114.06|x|全年无休|2\n\
                c|丙|||8:00-20:00|";
    let (_folder, source) = file("驿站.xlsx", &Book::of_text(rows).bytes());
    let survey = Survey::of(&source).unwrap();
    let fields: Vec<Option<Field>> = survey.columns.iter().map(|column| column.field).collect();
    assert_eq!(
        fields,
        [
            Some(Field::Id),
            Some(Field::Name),
            Some(Field::Lng),
            Some(Field::Lat),
            Some(Field::OpeningHours),
            None
        ]
    );
    assert_eq!(
        (survey.n_rows, survey.n_bad_rows(), survey.positions.len()),
        (3, 1, 1)
    );
    assert_eq!(survey.columns[5].n_filled, 2);
    assert_eq!(survey.named_datum, Some(Datum::Bd09));
    let read: Vec<Option<&str>> = survey
        .hours
        .words
        .iter()
        .map(|(_, read, _)| read.as_deref())
        .collect();
    assert_eq!(read, [Some("8:00-20:00"), None, Some("Mo-Fr 09:00-18:00")]);
    let layer = survey.layer(std::path::Path::new("data/驿站.xlsx"), &source, Datum::Bd09);
    assert_eq!(
        layer,
        "[[layer]]\nname = \"驿站\"\nkind = \"warm-station\" # or battery-swap-cabinet, rider-canteen, \
         rider-pharmacy, or one of [kinds]\nfrom = { path = \"data/驿站.xlsx\", sheet = \"Sheet1\", \
         datum = \"bd09\", missing_positions = \"leave-out\", bad_rows = \"leave-out\" }\n"
    );
}
