//! Tables of an office at the command line: looked at, read with bad rows, and results for Excel.

use std::fs;
use std::path::Path;

use formats::{Column, Encoding, Table, workbook_file};

use crate::program::{data_text, run_in};

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

fn stations(folder: &Path) {
    let rows = "福田区驿站一览表,,,,\n编号,名称,经度(GCJ-02),纬度(GCJ-02),营业时间\n\
                a,福保驿站,7.4200,43.7350,周一至周五 9:00-18:00\n\
                b,莲花驿站,7.4210,待定,全年无休\n\
                c,华强驿站,7.4220,43.7360,8：00～22：00\n";
    fs::write(folder.join("驿站.csv"), Encoding::Gb18030.encode(rows)).unwrap();
}

#[test]
fn a_table_is_shown_with_the_lines_that_read_it() {
    let folder = tempfile::tempdir().unwrap();
    stations(folder.path());
    let outcome = run_in(folder.path(), &["inspect", "驿站.csv"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    for words in [
        "encoding    gb18030",
        "names in    line 2",
        "rows        3",
        "经度(GCJ-02) = lng (3 of 3 filled, as `7.4200`)",
        "`周一至周五 9:00-18:00` = Mo-Fr 09:00-18:00 (1 rows)",
        "`全年无休` not understood",
        "column `经度(GCJ-02)` names gcj02",
        "line 4: `纬度(GCJ-02)` is `待定`",
        "problems in 1 rows",
        "datum       not checked",
        "from = { path = \"驿站.csv\", datum = \"gcj02\", encoding = \"gb18030\", bad_rows = \"leave-out\" }",
    ] {
        assert!(
            outcome.stdout.contains(words),
            "{words}\n{}",
            outcome.stdout
        );
    }
    let outcome = run_in(
        folder.path(),
        &[
            "inspect",
            "驿站.csv",
            "--format",
            "json",
            "--datum",
            "wgs84",
        ],
    );
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["n_bad_rows"], 1);
    assert_eq!(json["columns"][2]["read_as"], "lng");
    let monaco = data_text("monaco/monaco.osm.pbf");
    let outcome = run_in(
        folder.path(),
        &["inspect", "驿站.csv", "--network", &monaco],
    );
    assert!(
        outcome.stdout.contains("fewer than 20 positions"),
        "{}",
        outcome.stdout
    );
    for (words, said) in [
        (
            vec!["inspect", "驿站.csv", "--format", "gates"],
            "is about networks",
        ),
        (
            vec!["inspect", &monaco, "--sheet", "1"],
            "`--sheet` is about tables",
        ),
        (
            vec!["inspect", "nowhere.xlsx"],
            "could not open `nowhere.xlsx`",
        ),
    ] {
        let outcome = run_in(folder.path(), &words);
        assert_eq!(outcome.code, 2, "{words:?}");
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
}

/// The lines that `inspect` prints are read as they stand.
#[test]
fn the_printed_lines_make_a_plan_that_runs_and_lists_what_it_left_out() {
    let folder = tempfile::tempdir().unwrap();
    stations(folder.path());
    let mut table = Table::new("点位", vec![Column::text("编号"), Column::text("经纬度")]);
    table.push(vec!["x".into(), "7.4205，43.7352".into()]);
    let bytes = workbook_file::to_xlsx(&[], [&table].into_iter());
    fs::write(folder.path().join("点位.xlsx"), bytes).unwrap();
    let mut layers = String::new();
    for (name, more) in [
        ("驿站.csv", &["--datum", "wgs84"][..]),
        ("点位.xlsx", &["--sheet", "点位"]),
    ] {
        let words = [&["inspect", name][..], more].concat();
        let outcome = run_in(folder.path(), &words);
        let (_, layer) = outcome.stdout.split_once("[[layer]]").unwrap();
        layers.push_str("[[layer]]");
        layers.push_str(layer);
    }
    let plan = |outputs: &str| {
        format!(
            "format = 1\nname = \"office\"\n[study_area]\nbox = [7.4085, 43.7235, 7.4400, 43.7520]\n\
             [network]\npath = {:?}\n{layers}[demand]\nsource = \"street-length\"\nprofile = \"foot\"\n\
             [[standard]]\nkey = \"rest\"\nname = \"rest\"\nprofile = \"foot\"\nlimit = \"5min\"\n{outputs}",
            data_text("monaco/monaco.osm.pbf")
        )
    };
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    fs::write(folder.path().join("plan.toml"), plan("")).unwrap();
    let outcome = run_in(folder.path(), &["run", "plan.toml", "--output", "results"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let bad = read("results/bad-rows.csv");
    let bad = String::from_utf8(bad.strip_prefix(UTF8_MARK).unwrap().to_vec()).unwrap();
    let lines: Vec<&str> = bad.lines().collect();
    assert_eq!(lines[0], "source,file,sheet,row,column,value,reason");
    assert!(
        lines[1].starts_with("layer `驿站`,驿站.csv,,line 4,营业时间,全年无休,"),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].starts_with("layer `驿站`,驿站.csv,,line 4,纬度(GCJ-02),待定,"),
        "{}",
        lines[2]
    );
    let facilities = read("results/baseline/facilities.csv");
    assert!(facilities.starts_with(UTF8_MARK));
    assert!(String::from_utf8(facilities).unwrap().contains("福保驿站"));
    assert!(!folder.path().join("results/baseline/results.xlsx").exists());

    // Without the mark, and with a workbook that another run writes again to the byte.
    fs::write(
        folder.path().join("plan.toml"),
        plan("[outputs]\ncsv_mark = false\nxlsx = true\n"),
    )
    .unwrap();
    for results in ["one", "two"] {
        let outcome = run_in(folder.path(), &["run", "plan.toml", "--output", results]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    assert!(!read("one/baseline/facilities.csv").starts_with(UTF8_MARK));
    let workbook = read("one/baseline/results.xlsx");
    assert!(workbook.starts_with(b"PK"));
    assert!(workbook == read("two/baseline/results.xlsx"));
    // Our own reader reads it back.
    let outcome = run_in(
        folder.path(),
        &[
            "inspect",
            "one/baseline/results.xlsx",
            "--sheet",
            "facilities",
        ],
    );
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("rows        3"),
        "{}",
        outcome.stdout
    );
}
