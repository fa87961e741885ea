//! `nuanquan inspect` on a table: what would be understood, before anybody writes a plan.

use std::fmt::Write as _;
use std::path::Path;

use formats::survey::{Survey, Words};
use formats::{SHOWN, SheetName, Source, shown};
use reach::SnapIndex;
use scenario::{DatumEvidence, Sureness};
use serde_json::json;
use units::Datum;

use crate::args::{Inspect, InspectFormat};
use crate::commands::network;
use crate::failure::Failure;
use crate::output;

/// Whether a file is a table by its ending.
pub(crate) fn is_table(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let ending = ending.unwrap_or_default().to_lowercase();
    [
        "csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods", "geojson", "json", "geojsonl",
        "geojsons", "jsonl", "ndjson",
    ]
    .contains(&ending.as_str())
}

pub(crate) fn run(args: &Inspect) -> Result<(), Failure> {
    let path = &args.file;
    let sheet = args.sheet.as_ref().map(|text| {
        let number = text.parse().map(SheetName::Number);
        number.unwrap_or_else(|_name| SheetName::Name(text.clone()))
    });
    let source = Source {
        encoding: args.encoding,
        separator: args.separator,
        sheet,
        datum: args.datum.unwrap_or(Datum::Wgs84),
        ..Source::new(path)
    };
    let survey = Survey::of(&source).map_err(|error| {
        let hints = error.hints();
        let mut text = format!("{:#}", anyhow::Error::new(error));
        for hint in hints {
            write!(text, "\nhint: {hint}").expect("writing to a string cannot fail");
        }
        anyhow::anyhow!(text)
    })?;
    let evidence = match &args.network {
        Some(file) => {
            let city = network::open(file)?;
            let index = SnapIndex::new(&city.streets, |_| true);
            DatumEvidence::of(&survey.positions, source.datum, &city.streets, &index, None)
        }
        None => None,
    };
    let (datum, why) = datum(args, &survey, evidence.as_ref());
    let layer = survey.layer(path, &source, datum);
    match args.format {
        InspectFormat::Gates => Err(anyhow::anyhow!(
            "`--format gates` is about networks, and `{}` is a table",
            path.display()
        )
        .into()),
        InspectFormat::Json => output::json(&as_json(&survey, evidence.as_ref(), &layer)),
        InspectFormat::Table => {
            let mut text = described(&survey);
            match (&evidence, &args.network) {
                (Some(evidence), _) => line(&mut text, "datum", &evidence.to_string()),
                (None, Some(_)) => line(
                    &mut text,
                    "datum",
                    "fewer than 20 positions lie among these streets: nothing can be told",
                ),
                (None, None) => line(
                    &mut text,
                    "datum",
                    "not checked; `--network city.nqg` holds the positions against its streets",
                ),
            }
            push(&mut text, format_args!("\n# {why}\n{layer}"));
            output::text(&text)
        }
    }
}

/// The datum that the lines to paste declare, and what it rests on.
fn datum(
    args: &Inspect,
    survey: &Survey,
    evidence: Option<&DatumEvidence>,
) -> (Datum, &'static str) {
    if let Some(datum) = args.datum {
        return (datum, "the datum is the one you gave");
    }
    match evidence {
        Some(evidence) if evidence.sureness == Sureness::Sure => {
            return (
                evidence.best,
                "the datum is the one that the streets are sure of",
            );
        }
        Some(evidence) if evidence.sureness == Sureness::Likely => {
            return (
                evidence.best,
                "the datum is the likely one by the streets; look at it",
            );
        }
        _ => {}
    }
    match survey.named_datum {
        Some(datum) => (
            datum,
            "the datum is the one that a column names; look at it",
        ),
        None => (
            Datum::Wgs84,
            "nothing says which datum the positions are in: wgs84 (GPS, OpenStreetMap), gcj02 (Amap, \
             Tencent) or bd09 (Baidu); ask whoever made the table",
        ),
    }
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what)
        .expect("writing to a string cannot fail");
}

fn line(text: &mut String, label: &str, value: &str) {
    push(text, format_args!("{label:<12}{value}\n"));
}

fn described(survey: &Survey) -> String {
    let mut text = String::new();
    if let Some(sheet) = &survey.sheet {
        line(&mut text, "sheet", sheet);
    }
    if let Some(encoding) = survey.encoding {
        line(&mut text, "encoding", encoding.name());
    }
    if let Some(separator) = survey.separator {
        line(&mut text, "separator", &format!("{separator:?}"));
    }
    if let Some(head) = survey.head {
        line(&mut text, "names in", &head.to_string());
    }
    line(&mut text, "rows", &survey.n_rows.to_string());
    if survey.n_shapes > 0 {
        let (n_points, n_others) = (survey.n_points, survey.n_shapes - survey.n_points);
        line(
            &mut text,
            "geometry",
            &format!("{n_points} points, {n_others} others"),
        );
    }
    text.push_str("columns\n");
    for column in &survey.columns {
        let field = column.field.map_or_else(
            || "not read; name it in `columns` if it means something".to_owned(),
            |field| format!("= {field}"),
        );
        push(
            &mut text,
            format_args!(
                "  {} {field} ({} of {} filled, as `{}`)\n",
                shown(&column.name),
                column.n_filled,
                survey.n_rows,
                shown(&column.example)
            ),
        );
    }
    words(
        &mut text,
        "opening hours",
        &survey.hours,
        "not understood: the row would be refused",
    );
    words(
        &mut text,
        "kinds",
        &survey.kinds,
        "no kind: declare it under [kinds], or correct it",
    );
    if !survey.notes.is_empty() {
        text.push_str("notes\n");
    }
    for note in &survey.notes {
        push(&mut text, format_args!("  {note}\n"));
    }
    if !survey.problems.is_empty() {
        let n_rows = survey.n_bad_rows();
        push(&mut text, format_args!("problems in {n_rows} rows\n"));
        for problem in survey.problems.iter().take(SHOWN) {
            push(&mut text, format_args!("  {problem}\n"));
        }
        if survey.problems.len() > SHOWN {
            push(
                &mut text,
                format_args!(
                    "  and {} more (`--format json` has all)\n",
                    survey.problems.len() - SHOWN
                ),
            );
        }
        for hint in &survey.hints {
            push(&mut text, format_args!("  hint: {hint}\n"));
        }
    }
    text
}

fn words(text: &mut String, label: &str, words: &Words, unknown: &str) {
    if words.words.is_empty() {
        return;
    }
    push(text, format_args!("{label}\n"));
    for (word, meaning, n_rows) in &words.words {
        let meaning = meaning
            .as_ref()
            .map_or_else(|| unknown.to_owned(), |m| format!("= {m}"));
        push(
            text,
            format_args!("  `{}` {meaning} ({n_rows} rows)\n", shown(word)),
        );
    }
    if words.n_more > 0 {
        push(text, format_args!("  and {} more\n", words.n_more));
    }
}

fn as_json(survey: &Survey, evidence: Option<&DatumEvidence>, layer: &str) -> serde_json::Value {
    let words = |words: &Words| {
        let list = words.words.iter();
        let list = list.map(|(word, read, n)| json!({"text": word, "read_as": read, "n_rows": n}));
        list.collect::<Vec<_>>()
    };
    json!({
        "sheet": survey.sheet,
        "encoding": survey.encoding.map(formats::Encoding::name),
        "separator": survey.separator,
        "column_names": survey.head.map(|head| head.to_string()),
        "n_rows": survey.n_rows,
        "n_points": survey.n_points,
        "n_shapes": survey.n_shapes,
        "columns": survey.columns.iter().map(|column| json!({
            "name": column.name,
            "read_as": column.field.map(formats::Field::key),
            "n_filled": column.n_filled,
            "example": column.example,
        })).collect::<Vec<_>>(),
        "opening_hours": words(&survey.hours),
        "kinds": words(&survey.kinds),
        "notes": survey.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "n_bad_rows": survey.n_bad_rows(),
        "problems": survey.problems.iter().map(|problem| json!({
            "row": problem.place.to_string(),
            "column": problem.kind.column(),
            "value": problem.kind.value(),
            "reason": problem.kind.to_string(),
            "hint": problem.hint,
        })).collect::<Vec<_>>(),
        "datum": evidence.map(|evidence| json!({
            "best": evidence.best.name(),
            "sureness": match evidence.sureness {
                Sureness::Sure => "sure",
                Sureness::Likely => "likely",
                Sureness::Unsure => "unsure",
            },
            "n_positions": evidence.n_positions,
            "hypotheses": evidence.hypotheses.iter().map(|hypothesis| json!({
                "datum": hypothesis.datum.name(),
                "median_m": hypothesis.median.as_m_f64(),
            })).collect::<Vec<_>>(),
        })),
        "layer": layer,
    })
}
