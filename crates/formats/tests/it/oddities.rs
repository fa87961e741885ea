//! Tables as people send them: a small file for each oddity in `oddities/`, and in `oddities.txt` what
//! is understood of it and what is said. Run with `--nocapture` to see the table.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use coverage::{Facility, FacilityKind, KindCatalog};
use formats::facilities::{self, FacilityOptions};
use formats::{BadRows, MissingPositions, SheetName, Source};
use units::Datum;

const EXPECTED: &str = include_str!("oddities.txt");

/// What a plan would declare about some of the files; the others are read as they are.
fn source(path: &Path, name: &str) -> Source {
    let plain = Source::new(path);
    if name.contains("bad-rows-left-out") {
        Source {
            bad_rows: BadRows::LeaveOut,
            ..plain
        }
    } else if name.contains("no-position") {
        Source {
            missing_positions: MissingPositions::LeaveOut,
            ..plain
        }
    } else if name.contains("second-sheet-named") {
        Source {
            sheet: Some(SheetName::Name("二".to_owned())),
            ..plain
        }
    } else if name.contains("bars") {
        Source {
            datum: Datum::Gcj02,
            ..plain
        }
    } else {
        plain
    }
}

fn one_line(facility: &Facility) -> String {
    let mut line = format!(
        "{} {:?} {:.5},{:.5} {}",
        facility.id,
        facility.name,
        facility.position.lng(),
        facility.position.lat(),
        facility.kind
    );
    if let Some(hours) = &facility.hours {
        write!(line, " {}", hours.text()).unwrap();
    }
    if let Some(capacity) = facility.capacity {
        write!(line, " capacity {}", capacity.as_u32()).unwrap();
    }
    for amenity in facility.amenities.iter() {
        write!(line, " {}", amenity.key()).unwrap();
    }
    if !facility.opened.is_empty() {
        write!(line, " opened {}", facility.opened).unwrap();
    }
    line
}

/// What is understood and said, in lines.
fn understood(path: &Path, name: &str) -> String {
    let mut text = format!("== {name}\n");
    let source = source(path, name);
    let catalog = KindCatalog::default();
    // Files with a column of kinds are read by it, the others as one kind.
    let has_kinds = ["kind", "merged-data"]
        .iter()
        .any(|part| name.contains(part));
    let options = FacilityOptions {
        catalog: &catalog,
        kind: (!has_kinds).then_some(&FacilityKind::WarmStation),
        words: None,
        area: None,
    };
    match facilities::read(&source, options) {
        Ok(loaded) => {
            for facility in &loaded.value {
                writeln!(text, "   read {}", one_line(facility)).unwrap();
            }
            for note in &loaded.notes {
                let note = note.to_string().replace('\n', "\n        ");
                writeln!(text, "   said {note}").unwrap();
            }
        }
        Err(error) => {
            let shown = path.display().to_string();
            let error_text = error.to_string().replace(&shown, name);
            writeln!(text, "refused {}", error_text.replace('\n', "\n        ")).unwrap();
            for hint in error.hints() {
                writeln!(text, "   cure {hint}").unwrap();
            }
        }
    }
    text
}

#[expect(clippy::print_stdout, reason = "the table is for people to read")]
#[test]
fn every_oddity_is_understood_or_named() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oddities");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 80, "{} files", names.len());
    let seen: Vec<String> = names
        .iter()
        .map(|name| understood(&folder.join(name), name))
        .collect();
    let seen = seen.concat();
    println!("{seen}");
    for (line, expected) in seen.lines().zip(EXPECTED.lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(seen, EXPECTED);
}
