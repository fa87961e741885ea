use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::SheetName;

use super::date::{self, Format};
use super::package::Package;

/// The sheets of a workbook and where its other parts are.
pub(crate) struct Book {
    pub(crate) sheets: Vec<SheetEntry>,
    /// Days count from 1904, as old versions for the Macintosh did.
    pub(crate) is_1904: bool,
    strings: Option<String>,
    styles: Option<String>,
}

pub(crate) struct SheetEntry {
    pub(crate) name: String,
    pub(crate) part: String,
    pub(crate) hidden: bool,
}

impl Book {
    /// The sheet that a plan names, by its name or by its number from 1.
    pub(crate) fn find(&self, wanted: &SheetName) -> Result<&SheetEntry, String> {
        let found = match wanted {
            SheetName::Name(name) => self
                .sheets
                .iter()
                .find(|sheet| sheet.name.trim() == name.trim()),
            SheetName::Number(number) => number.checked_sub(1).and_then(|at| self.sheets.get(at)),
        };
        found.ok_or_else(|| {
            let names: Vec<&str> = self
                .sheets
                .iter()
                .map(|sheet| sheet.name.as_str())
                .collect();
            format!(
                "it has no sheet {wanted}; its sheets are `{}`",
                names.join("`, `")
            )
        })
    }
}

/// The value of an attribute, whatever its prefix.
pub(crate) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let attributes = start.attributes();
    let mut found = attributes.filter_map(Result::ok).filter(|attribute| {
        let key = attribute.key.as_ref();
        key == name || key.rsplit(':').next() == Some(name)
    });
    let value = found.next()?;
    let value = value.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// The switches of XML, of which `1` and `true` are on.
pub(crate) fn is_on(start: &BytesStart<'_>, name: &str) -> bool {
    attribute(start, name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
}

/// Calls `seen` with each element of a part that begins.
fn each_start(part: &str, text: &str, mut seen: impl FnMut(&BytesStart<'_>)) -> Result<(), String> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => seen(&start),
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(format!("its part `{part}` is damaged ({error})")),
        }
    }
}

/// A relation of a part to another: id, the last word of its type, and the part.
struct Relation {
    id: String,
    kind: String,
    part: String,
}

fn relations(package: &mut Package<'_>, of: &str) -> Result<Vec<Relation>, String> {
    let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
    let home = if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    };
    let part = format!("{home}_rels/{name}.rels");
    let Some(text) = package.part(&part)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    each_start(&part, &text, |start| {
        if start.local_name().as_ref() != "Relationship" {
            return;
        }
        let (Some(id), Some(kind), Some(target)) = (
            attribute(start, "Id"),
            attribute(start, "Type"),
            attribute(start, "Target"),
        ) else {
            return;
        };
        let part = match target.strip_prefix('/') {
            Some(whole) => whole.to_owned(),
            None => joined(folder, &target),
        };
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        found.push(Relation { id, kind, part });
    })?;
    Ok(found)
}

/// A path below a folder, `..` followed.
fn joined(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split(['/', '\\']) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Reads which sheets there are.
pub(crate) fn workbook(package: &mut Package<'_>) -> Result<Book, String> {
    let root = relations(package, "")?;
    let main = root
        .iter()
        .find(|relation| relation.kind == "officeDocument");
    let part = main.map_or("xl/workbook.xml", |relation| relation.part.as_str());
    let Some(text) = package.part(part)? else {
        return Err(match package.part("mimetype")? {
            Some(_) => "it is an OpenDocument file; save it as .xlsx".to_owned(),
            None if package.part("xl/workbook.bin")?.is_some() => {
                "it is a binary workbook (.xlsb); save it as .xlsx".to_owned()
            }
            None => "its archive holds no workbook".to_owned(),
        });
    };
    let related = relations(package, part)?;
    let of_kind = |kind: &str| {
        let found = related.iter().find(|relation| relation.kind == kind);
        found.map(|relation| relation.part.clone())
    };
    let mut book = Book {
        sheets: Vec::new(),
        is_1904: false,
        strings: of_kind("sharedStrings"),
        styles: of_kind("styles"),
    };
    each_start(part, &text, |start| match start.local_name().as_ref() {
        "workbookPr" => book.is_1904 = is_on(start, "date1904"),
        "sheet" => {
            let id = attribute(start, "id").unwrap_or_default();
            // Sheets of a chart or a macro have no rows.
            let part = related
                .iter()
                .find(|relation| relation.id == id && relation.kind == "worksheet");
            if let Some(relation) = part {
                book.sheets.push(SheetEntry {
                    name: attribute(start, "name").unwrap_or_default(),
                    part: relation.part.clone(),
                    hidden: attribute(start, "state").is_some_and(|state| state != "visible"),
                });
            }
        }
        _ => {}
    })?;
    if book.sheets.is_empty() {
        return Err("it has no sheets".to_owned());
    }
    Ok(book)
}

/// The texts that cells refer to by number.
pub(crate) fn strings(package: &mut Package<'_>, book: &Book) -> Result<Vec<String>, String> {
    let Some(part) = &book.strings else {
        return Ok(Vec::new());
    };
    let Some(text) = package.part(part)? else {
        return Ok(Vec::new());
    };
    let damaged = |error: quick_xml::Error| format!("its part `{part}` is damaged ({error})");
    let mut strings = Vec::new();
    let mut reader = Reader::from_str(&text);
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Start(start) if start.local_name().as_ref() == "si" => {
                strings.push(rich_text(&mut reader, "si").map_err(damaged)?);
            }
            Event::Empty(start) if start.local_name().as_ref() == "si" => {
                strings.push(String::new());
            }
            Event::Eof => return Ok(strings),
            _ => {}
        }
    }
}

/// The text inside an element that has just begun: its runs put together, without the readings that
/// stand above characters.
pub(crate) fn rich_text(reader: &mut Reader<&[u8]>, end: &str) -> quick_xml::Result<String> {
    let mut text = String::new();
    let (mut in_text, mut n_readings) = (false, 0_usize);
    loop {
        match reader.read_event()? {
            Event::Start(start) => match start.local_name().as_ref() {
                "t" => in_text = true,
                "rPh" => n_readings += 1,
                _ => {}
            },
            Event::End(this) => match this.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => n_readings = n_readings.saturating_sub(1),
                name if name == end => return Ok(unescaped(&text)),
                _ => {}
            },
            Event::Eof => return Ok(unescaped(&text)),
            event if in_text && n_readings == 0 => push_text(&mut text, &event),
            _ => {}
        }
    }
}

/// Adds what an event says as text.
pub(crate) fn push_text(text: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(name) => {
            let known = quick_xml::escape::resolve_xml_entity(name.as_ref());
            match (known, name.resolve_char_ref()) {
                (Some(known), _) => text.push_str(known),
                (None, Ok(Some(c))) => text.push(c),
                (None, _) => {}
            }
        }
        _ => {}
    }
}

/// Undoes `_x000D_`, by which workbooks write characters that XML cannot hold.
fn unescaped(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut parts = text.split("_x");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .split_at_checked(5)
            .filter(|(code, _)| code.ends_with('_'));
        let found = code.and_then(|(code, rest)| {
            let code = u32::from_str_radix(code.trim_end_matches('_'), 16).ok()?;
            Some((char::from_u32(code)?, rest))
        });
        if let Some((c, rest)) = found {
            whole.push(c);
            whole.push_str(rest);
        } else {
            whole.push_str("_x");
            whole.push_str(part);
        }
    }
    whole
}

/// What the format of each style makes of a number.
pub(crate) fn styles(package: &mut Package<'_>, book: &Book) -> Result<Vec<Format>, String> {
    let Some(part) = &book.styles else {
        return Ok(Vec::new());
    };
    let Some(text) = package.part(part)? else {
        return Ok(Vec::new());
    };
    let mut own: Vec<(u32, Format)> = Vec::new();
    let mut of_cells = Vec::new();
    let mut in_cells = false;
    each_start(part, &text, |start| match start.local_name().as_ref() {
        "numFmt" => {
            let id = attribute(start, "numFmtId").and_then(|id| id.parse().ok());
            let code = attribute(start, "formatCode");
            own.extend(id.zip(code).map(|(id, code)| (id, date::of_code(&code))));
        }
        "cellXfs" => in_cells = true,
        "cellStyles" | "dxfs" | "cellStyleXfs" => in_cells = false,
        "xf" if in_cells => {
            let id = attribute(start, "numFmtId").and_then(|id| id.parse().ok());
            let id: u32 = id.unwrap_or(0);
            let declared = own.iter().find(|(own, _)| *own == id);
            of_cells.push(declared.map_or_else(|| date::built_in(id), |(_, format)| *format));
        }
        _ => {}
    })?;
    Ok(of_cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_characters_come_back() {
        assert_eq!(unescaped("a_x000D_b"), "a\rb");
        assert_eq!(unescaped("a_x000Db_x"), "a_x000Db_x");
        assert_eq!(unescaped("_x4E00_号_xé"), "一号_xé");
    }

    #[test]
    fn targets_are_followed_from_their_folder() {
        assert_eq!(
            joined("xl", "worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml"
        );
        assert_eq!(joined("xl/worksheets", "../styles.xml"), "xl/styles.xml");
        assert_eq!(joined("", "xl/workbook.xml"), "xl/workbook.xml");
    }
}
