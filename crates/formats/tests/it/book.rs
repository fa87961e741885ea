//! Workbooks drawn cell by cell, with what writers of workbooks do not let one draw.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A workbook: each sheet with its name, its attributes and the XML inside its `worksheet`.
pub(crate) struct Book {
    sheets: Vec<(String, &'static str, String)>,
    strings: String,
    properties: &'static str,
}

impl Book {
    pub(crate) fn new() -> Self {
        Self {
            sheets: Vec::new(),
            strings: String::new(),
            properties: "",
        }
    }

    /// A sheet of texts, one line a row and one bar a column.
    pub(crate) fn of_text(rows: &str) -> Self {
        Self::new().sheet("Sheet1", &rows_of(rows))
    }

    pub(crate) fn sheet(self, name: &str, inside: &str) -> Self {
        self.sheet_with(name, "", inside)
    }

    pub(crate) fn sheet_with(mut self, name: &str, attributes: &'static str, inside: &str) -> Self {
        self.sheets
            .push((name.to_owned(), attributes, inside.to_owned()));
        self
    }

    pub(crate) fn strings(mut self, items: &str) -> Self {
        items.clone_into(&mut self.strings);
        self
    }

    pub(crate) fn counting_from_1904(mut self) -> Self {
        self.properties = r#"<workbookPr date1904="1"/>"#;
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let (mut list, mut relations) = (String::new(), String::new());
        for (number, (name, attributes, _)) in (1..).zip(&self.sheets) {
            write!(
                list,
                r#"<sheet name="{name}" sheetId="{number}" {attributes} r:id="rId{number}"/>"#
            )
            .unwrap();
            write!(
                relations,
                r#"<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>"#
            )
            .unwrap();
        }
        let mut parts = vec![
            (
                "_rels/.rels".to_owned(),
                format!(
                    r#"<Relationships><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/workbook.xml".to_owned(),
                format!("<workbook>{}<sheets>{list}</sheets></workbook>", self.properties),
            ),
            (
                "xl/_rels/workbook.xml.rels".to_owned(),
                format!(
                    r#"<Relationships>{relations}<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="t" Type="{OFFICE}/styles" Target="/xl/styles.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/sharedStrings.xml".to_owned(),
                format!(r#"<sst uniqueCount="99999999999999999">{}</sst>"#, self.strings),
            ),
            (
                "xl/styles.xml".to_owned(),
                r#"<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="20"/></cellXfs></styleSheet>"#
                    .to_owned(),
            ),
        ];
        for (number, (_, _, inside)) in (1..).zip(&self.sheets) {
            parts.push((
                format!("xl/worksheets/sheet{number}.xml"),
                format!("<worksheet>{inside}</worksheet>"),
            ));
        }
        archive(
            parts
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_bytes())),
        )
    }
}

/// Texts as the rows of a sheet, one line a row and one bar a column.
pub(crate) fn rows_of(text: &str) -> String {
    let mut rows = String::from("<sheetData>");
    for line in text.lines() {
        rows.push_str("<row>");
        for value in line.split('|') {
            write!(
                rows,
                r#"<c t="inlineStr"><is><t>{}</t></is></c>"#,
                value.trim()
            )
            .unwrap();
        }
        rows.push_str("</row>");
    }
    rows + "</sheetData>"
}

/// A zip archive of parts.
pub(crate) fn archive<'a>(parts: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
