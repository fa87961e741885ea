use std::fmt;

use units::{Datum, Length, LngLat};

use crate::{Encoding, Problems, RowPlace, SHOWN, shown};

/// Something that reading a file did or doubts, to be shown and kept in reports.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// The encoding was guessed.
    GuessedEncoding(Encoding),
    /// Positions were converted from another datum.
    Converted {
        /// From which.
        datum: Datum,
        /// How many.
        n_positions: usize,
        /// How far they moved, at most.
        most: Length,
    },
    /// Rows outside the area were left out, as declared.
    LeftOutside {
        /// How many.
        n_rows: usize,
        /// Of how many.
        of: usize,
    },
    /// Rows outside the area that were read like the others.
    LieOutside {
        /// How many.
        n_rows: usize,
        /// Of how many.
        of: usize,
        /// What that may come from.
        doubt: String,
    },
    /// Zones of which the table says nothing; they count nothing.
    ZonesWithoutRow {
        /// The ids of the first of them.
        first: Vec<String>,
        /// How many.
        n_zones: usize,
        /// Of how many.
        of: usize,
    },
    /// Rows without a position were left out, as declared.
    LeftWithoutPosition {
        /// How many.
        n_rows: usize,
        /// Of how many.
        of: usize,
    },
    /// Positions stood in metres of Web Mercator.
    Unprojected {
        /// How many rows.
        n_rows: usize,
    },
    /// Outlines whose sides cross.
    Crossing {
        /// How many.
        n_outlines: usize,
        /// The row of the first.
        place: RowPlace,
        /// Where it crosses itself, as longitude and latitude.
        at: LngLat,
    },
    /// Zones that stand in several rows, whose polygons were put together.
    ZoneInSeveralRows {
        /// How many zones.
        n_zones: usize,
        /// The id of the first.
        id: String,
    },
    /// Two columns could be meant; the first was taken.
    SecondColumn {
        /// The column that was taken.
        taken: String,
        /// The one that was not.
        left: String,
    },
    /// Facilities whose source does not say when they are open; they count as open.
    UnknownHours {
        /// How many.
        n_rows: usize,
    },
    /// Opening hours that were read as words and turned into OSM's syntax.
    TranslatedHours {
        /// How many rows.
        n_rows: usize,
        /// Each different text with what it was read as, in order.
        texts: Vec<(String, String)>,
    },
    /// Values were separated by something other than commas.
    Separator(char),
    /// A sheet of a workbook that has others, or that is hidden.
    SheetTaken {
        /// Its name.
        name: String,
        /// Whether it is hidden.
        hidden: bool,
        /// The names of the others.
        others: Vec<String>,
    },
    /// Rows above the column names that are titles.
    Titles {
        /// Where the column names stand.
        place: RowPlace,
        /// What each of them says first.
        titles: Vec<String>,
    },
    /// Column names that take two rows.
    HeadOfTwoRows {
        /// The second.
        place: RowPlace,
    },
    /// Hidden rows of a workbook, which were read like the others.
    HiddenRows {
        /// How many.
        n_rows: usize,
    },
    /// Hidden columns of a workbook, which were read like the others.
    HiddenColumns {
        /// Their names.
        names: Vec<String>,
    },
    /// Cells below the first of a merged cell, which got its value.
    MergedCells {
        /// How many.
        n_cells: usize,
    },
    /// Formulas that were never calculated, and count as empty.
    FormulasWithoutResult {
        /// How many.
        n_cells: usize,
        /// The name of the first.
        first: String,
    },
    /// Whole numbers of more digits than a workbook keeps.
    LongNumbers {
        /// How many.
        n_cells: usize,
        /// The name of the first.
        first: String,
    },
    /// Values to the right of the last named column of a sheet, which were not read.
    BesideTable {
        /// How many rows have such.
        n_rows: usize,
        /// The first of them.
        place: RowPlace,
        /// What stands there.
        value: String,
    },
    /// There are no rows below the column names.
    NoRows,
    /// Cells that show an error, such as `#N/A`.
    ErrorCells {
        /// How many.
        n_cells: usize,
        /// The name of the first.
        first: String,
        /// What it shows.
        error: String,
    },
    /// Rows that sum up others (合计) and were left out.
    TotalRows {
        /// How many.
        n_rows: usize,
        /// The first.
        first: RowPlace,
    },
    /// Rows that are remarks (注：…) and were left out.
    RemarkRows {
        /// How many.
        n_rows: usize,
        /// The first.
        first: RowPlace,
    },
    /// Angles that were more than numbers of degrees.
    TranslatedAngles {
        /// How many rows.
        n_rows: usize,
        /// The first text.
        text: String,
        /// The degrees that it was read as.
        degrees: String,
    },
    /// Positions whose latitude comes first, as its size or its letter says.
    LatitudeFirst {
        /// How many rows.
        n_rows: usize,
        /// The row of the first.
        place: RowPlace,
    },
    /// The name of a column names another datum than was declared.
    DatumInName {
        /// The column.
        column: String,
        /// The datum that it names.
        named: Datum,
        /// The one that was declared.
        declared: Datum,
    },
    /// Rows with the name of another row near by.
    NearDuplicates {
        /// How many.
        n_rows: usize,
        /// The first of them.
        place: RowPlace,
        /// The row that it is like.
        like: RowPlace,
        /// Their name.
        name: String,
    },
    /// Rows got ids made of their names and positions.
    MadeIds {
        /// How many.
        n_rows: usize,
        /// The first.
        place: RowPlace,
        /// Its id.
        id: String,
    },
    /// Bad rows were left out, as declared.
    LeftBadRows {
        /// The name of the file.
        file: String,
        /// The sheet of a workbook.
        sheet: Option<String>,
        /// What is wrong with them.
        problems: Problems,
    },
    /// The values of a raster were scaled as GDAL's metadata says.
    Scaled {
        /// What they were multiplied by.
        scale: String,
        /// What was added then.
        offset: String,
    },
    /// Cells of a raster that hold less than nothing.
    NegativeCells {
        /// How many.
        n_cells: usize,
    },
    /// A raster whose pixel scale is negative.
    SouthUp,
    /// A raster in degrees of no named system.
    UnnamedSystem,
}

impl Note {
    /// Whether somebody should look at it; the rest is for the record.
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::GuessedEncoding(_)
                | Self::SecondColumn { .. }
                | Self::LieOutside { .. }
                | Self::ZonesWithoutRow { .. }
                | Self::NegativeCells { .. }
                | Self::SouthUp
                | Self::Crossing { .. }
                | Self::ZoneInSeveralRows { .. }
                | Self::UnnamedSystem
                | Self::DatumInName { .. }
                | Self::NearDuplicates { .. }
                | Self::FormulasWithoutResult { .. }
                | Self::ErrorCells { .. }
                | Self::LongNumbers { .. }
                | Self::BesideTable { .. }
                | Self::NoRows
                | Self::LeftBadRows { .. }
                | Self::SheetTaken { .. }
        )
    }
}

impl fmt::Display for Note {
    #[expect(clippy::too_many_lines, reason = "one sentence for each note")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GuessedEncoding(encoding) => write!(
                f,
                "the encoding was guessed to be {encoding}; declare `encoding = \"{encoding}\"` if \
                 the names read well"
            ),
            Self::Converted {
                datum,
                n_positions,
                most,
            } => write!(
                f,
                "{n_positions} positions were converted from {datum} to wgs84; they moved by up to \
                 {:.0} m",
                most.as_m_f64()
            ),
            Self::LeftOutside { n_rows, of } => {
                write!(
                    f,
                    "{n_rows} of {of} rows lie outside the area and were left out"
                )
            }
            Self::LieOutside { n_rows, of, doubt } => {
                write!(f, "{n_rows} of {of} rows lie outside the area: {doubt}")
            }
            Self::ZonesWithoutRow { first, n_zones, of } => {
                let more = if first.len() < *n_zones { ", …" } else { "" };
                write!(
                    f,
                    "{n_zones} of {of} zones have no row and count nothing: `{}`{more}",
                    first.join("`, `")
                )
            }
            Self::LeftWithoutPosition { n_rows, of } => {
                write!(
                    f,
                    "{n_rows} of {of} rows have no position and were left out"
                )
            }
            Self::Unprojected { n_rows } => write!(
                f,
                "the positions of {n_rows} rows were converted from metres (Web Mercator, as its \
                 `crs` says) to degrees"
            ),
            Self::Crossing {
                n_outlines,
                place,
                at,
            } => write!(
                f,
                "{n_outlines} outlines cross themselves (the first: {place}, near {:.5},{:.5}); what \
                 they enclose twice counts as outside",
                at.lng(),
                at.lat()
            ),
            Self::ZoneInSeveralRows { n_zones, id } => write!(
                f,
                "{n_zones} zones stand in several rows, as `{}` does; their polygons were put together",
                shown(id)
            ),
            Self::SecondColumn { taken, left } => {
                write!(
                    f,
                    "column `{taken}` was taken and `{left}` was not; name the one you mean"
                )
            }
            Self::UnknownHours { n_rows } => {
                write!(
                    f,
                    "{n_rows} facilities have no opening hours and count as open"
                )
            }
            Self::TranslatedHours { n_rows, texts } => {
                write!(f, "the opening hours of {n_rows} rows were read as ")?;
                for (number, (text, read)) in texts.iter().take(SHOWN).enumerate() {
                    let comma = if number == 0 { "" } else { ", " };
                    write!(f, "{comma}`{}` = `{}`", shown(text), shown(read))?;
                }
                match texts.len().saturating_sub(SHOWN) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
            Self::Separator(separator) => {
                write!(f, "values are separated by {separator:?}, not by commas")
            }
            Self::SheetTaken {
                name,
                hidden,
                others,
            } => {
                let hidden = if *hidden { ", which is hidden," } else { "" };
                write!(f, "sheet `{}`{hidden} was read", shown(name))?;
                if others.is_empty() {
                    return Ok(());
                }
                write!(f, "; the workbook also has ")?;
                listed(f, others.iter().map(String::as_str))?;
                write!(f, ": name the one you mean with `sheet`")
            }
            Self::Titles { place, titles } => {
                write!(
                    f,
                    "the column names stand in {place}; the rows above were taken for titles: "
                )?;
                listed(f, titles.iter().map(String::as_str))
            }
            Self::HeadOfTwoRows { place } => {
                write!(
                    f,
                    "the column names take two rows; those of {place} were put over the row above"
                )
            }
            Self::HiddenRows { n_rows } => write!(
                f,
                "{n_rows} rows are hidden or filtered away and were read like the others"
            ),
            Self::HiddenColumns { names } => {
                write!(f, "hidden columns were read like the others: ")?;
                listed(f, names.iter().map(String::as_str))
            }
            Self::MergedCells { n_cells } => {
                write!(
                    f,
                    "{n_cells} cells below the first of a merged cell got its value"
                )
            }
            Self::FormulasWithoutResult { n_cells, first } => write!(
                f,
                "{n_cells} formulas have no result and count as empty (the first: cell {first}); open \
                 the workbook in a spreadsheet program and save it"
            ),
            Self::LongNumbers { n_cells, first } => write!(
                f,
                "{n_cells} whole numbers have more than 15 digits, of which workbooks keep 15 (the \
                 first: cell {first}); write such ids as text"
            ),
            Self::BesideTable {
                n_rows,
                place,
                value,
            } => write!(
                f,
                "{n_rows} rows have values right of the last named column, which were not read (the \
                 first: {place}, `{}`)",
                shown(value)
            ),
            Self::NoRows => f.write_str("there are no rows below the column names"),
            Self::ErrorCells {
                n_cells,
                first,
                error,
            } => write!(
                f,
                "{n_cells} cells show an error (the first: cell {first} shows `{}`)",
                shown(error)
            ),
            Self::TotalRows { n_rows, first } => write!(
                f,
                "{n_rows} rows sum up others (合计, total) and were left out (the first: {first})"
            ),
            Self::RemarkRows { n_rows, first } => {
                write!(
                    f,
                    "{n_rows} rows are remarks and were left out (the first: {first})"
                )
            }
            Self::TranslatedAngles {
                n_rows,
                text,
                degrees,
            } => write!(
                f,
                "the positions of {n_rows} rows were read from degrees, minutes and seconds or words, as \
                 `{}` = {degrees}",
                shown(text)
            ),
            Self::LatitudeFirst { n_rows, place } => write!(
                f,
                "the latitude comes first in {n_rows} rows (the first: {place}) and was read so"
            ),
            Self::DatumInName {
                column,
                named,
                declared,
            } => write!(
                f,
                "column `{}` names {named}, and the source is read as {declared}: say `datum = \
                 \"{named}\"` if that is what it holds",
                shown(column)
            ),
            Self::NearDuplicates {
                n_rows,
                place,
                like,
                name,
            } => write!(
                f,
                "{n_rows} rows have the name of another within 50 m and may be the same place (the \
                 first: {place} is like {like}, `{}`)",
                shown(name)
            ),
            Self::MadeIds { n_rows, place, id } => write!(
                f,
                "there is no column of ids; those of {n_rows} rows were made of name and position, and \
                 stay while these do ({place} is `{id}`)"
            ),
            Self::LeftBadRows {
                sheet, problems, ..
            } => {
                let of_sheet = sheet.as_ref();
                let of_sheet = of_sheet
                    .map_or_else(String::new, |name| format!(" of sheet `{}`", shown(name)));
                write!(
                    f,
                    "{} bad rows{of_sheet} were left out\n{problems}",
                    problems.n_rows()
                )
            }
            Self::Scaled { scale, offset } => write!(
                f,
                "the values of the raster were multiplied by {scale} and {offset} was added, as its \
                 GDAL_METADATA says"
            ),
            Self::NegativeCells { n_cells } => write!(
                f,
                "{n_cells} cells of the raster hold negative values and count as nothing; if they \
                 mark cells without data, say so with `gdal_translate -a_nodata`"
            ),
            Self::SouthUp => write!(
                f,
                "the raster has a negative pixel scale: its rows were taken to run north, as GeoTIFF \
                 says (GDAL takes them to run south)"
            ),
            Self::UnnamedSystem => write!(
                f,
                "the raster names no geographic system and was taken for WGS-84"
            ),
        }
    }
}

/// The first names of a list, and how many more there are.
fn listed<'a>(
    f: &mut fmt::Formatter<'_>,
    names: impl ExactSizeIterator<Item = &'a str>,
) -> fmt::Result {
    let n_more = names.len().saturating_sub(LISTED);
    for (number, name) in names.take(LISTED).enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        write!(f, "{comma}`{}`", shown(name))?;
    }
    match n_more {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

/// How many names a note lists; the rest is counted.
const LISTED: usize = 5;
