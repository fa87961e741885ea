//! Tables as offices send them, through a plan: the same stations three ways, bad rows, datums.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use formats::{Column, Encoding, Table, workbook_file};
use graph::NodeId;
use reach::SnapIndex;
use scenario::run::ScenarioResult;
use scenario::{DatumEvidence, Plan, Project, Sureness, resolve};
use units::{Bd09, Datum, Gcj02, LngLat};

use crate::drawn_plan::DrawnPlan;
use crate::shenzhen;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../data/shenzhen")
        .join(name)
}

fn covered(folder: &Path, from: &str) -> (Project, u64) {
    let text = format!(
        "format = 1\nname = \"office\"\n[study_area]\nbox = [114.04, 22.53, 114.07, 22.55]\n\
         [network]\npath = \"{}\"\n[[layer]]\nname = \"stations\"\nkind = \"battery-swap-cabinet\"\n\
         from = {{ {from}, outside = \"skip\" }}\n[demand]\nsource = \"street-length\"\nprofile = \"rider\"\n\
         [[standard]]\nkey = \"swap\"\nname = \"swap\"\nprofile = \"rider\"\nlimit = \"2min\"\n",
        data("shenzhen-futian-2024.osm.pbf").display()
    );
    let path = folder.join("plan.toml");
    fs::write(&path, text).unwrap();
    let plan = Plan::read(&path).unwrap();
    let city = osm::import(&plan.network_path(), &osm::ImportOptions::default()).unwrap();
    let project = resolve(&plan, city).unwrap_or_else(|problems| panic!("{problems}"));
    let result = ScenarioResult::of(&project, "baseline", "x", &[]).unwrap();
    let covered = result.report.standards[0].figures.split.covered_thousandths;
    (project, covered)
}

/// The real stations as they were published, as a GB18030 table of an office, and as a workbook in the
/// datum of another map service.
#[test]
fn the_same_stations_give_the_same_coverage_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let original = data("urbanev-stations-gcj02.csv");
    let stations = fs::read_to_string(&original).unwrap();
    let mut office = "福田区充电站一览表;;;\n站点编号;高德经度;高德纬度;充电桩数\n".to_owned();
    let mut workbook = Table::new(
        "站点",
        vec![
            Column::text("编号"),
            Column::decimal("百度经度", 6),
            Column::decimal("百度纬度", 6),
            Column::integer("桩数"),
        ],
    );
    for line in stations.lines().skip(1) {
        let values: Vec<&str> = line.split(',').collect();
        let (lng, lat): (f64, f64) = (values[1].parse().unwrap(), values[2].parse().unwrap());
        writeln!(office, "{};{lng};{lat};{}", values[0], values[3]).unwrap();
        let raw = Bd09::from_wgs84(Gcj02 { lng, lat }.to_wgs84());
        let count: u32 = values[3].parse().unwrap();
        workbook.push(vec![
            values[0].into(),
            raw.lng.into(),
            raw.lat.into(),
            count.into(),
        ]);
    }
    fs::write(
        folder.path().join("gb.csv"),
        Encoding::Gb18030.encode(&office),
    )
    .unwrap();
    let bytes = workbook_file::to_xlsx(&[], [&workbook].into_iter());
    fs::write(folder.path().join("bd.xlsx"), bytes).unwrap();

    let columns = "columns = { id = \"station_id\", capacity = \"charge_count\" }";
    let (first, expected) = covered(
        folder.path(),
        &format!(
            "path = \"{}\", datum = \"gcj02\", encoding = \"utf-8\", {columns}",
            original.display()
        ),
    );
    let (second, same) = covered(folder.path(), "path = \"gb.csv\", datum = \"gcj02\"");
    assert_eq!(same, expected);
    let (third, near) = covered(
        folder.path(),
        "path = \"bd.xlsx\", sheet = \"站点\", datum = \"bd09\"",
    );
    assert!(expected > 1_000_000, "{expected}");
    assert_eq!(first.facilities.len(), third.facilities.len());
    let farthest = first
        .facilities
        .iter()
        .zip(&third.facilities)
        .map(|(a, b)| a.position.distance_to(b.position).as_m_f64())
        .fold(0.0, f64::max);
    // Six decimals of a degree, and the way back from BD-09, which has no closed form.
    assert!(farthest < 0.3, "{farthest} m");
    let apart = expected.abs_diff(near);
    assert!(apart * 10_000 < expected, "{expected} and {near}");
    let said = second.notes.join("\n");
    for words in [
        "the encoding was guessed to be gb18030",
        "values are separated by ';'",
        "the column names stand in line 2",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // Nobody can tell the datum of these stations by the streets, and nothing pretends to.
    assert!(!said.contains("clearly better"), "{said}");
    let (undeclared, _) = covered(folder.path(), "path = \"gb.csv\", encoding = \"gb18030\"");
    let said = undeclared.notes.join("\n");
    assert!(
        said.contains("no datum is declared and wgs84 was taken, unsure"),
        "{said}"
    );
    assert!(said.contains("column `高德经度` names gcj02"), "{said}");
}

#[test]
fn the_streets_are_sure_of_points_on_them_and_unsure_of_points_beside_them() {
    let project = shenzhen::project();
    let streets = &project.city.streets;
    let index = SnapIndex::new(streets, |_| true);
    let area = Some(project.area.outline());
    let on_streets: Vec<LngLat> = (0..streets.n_original_nodes())
        .step_by(13)
        .map(|node| streets.node_position(NodeId::new(u32::try_from(node).unwrap())))
        .collect();
    for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
        // Written in one datum and read as WGS-84, as a plan does that declares nothing.
        let misread: Vec<LngLat> = on_streets
            .iter()
            .map(|&position| {
                let (lng, lat) = match datum {
                    Datum::Wgs84 => (position.lng(), position.lat()),
                    Datum::Gcj02 => {
                        let raw = Gcj02::from_wgs84(position);
                        (raw.lng, raw.lat)
                    }
                    Datum::Bd09 => {
                        let raw = Bd09::from_wgs84(position);
                        (raw.lng, raw.lat)
                    }
                };
                LngLat::from_degrees(lng, lat).unwrap()
            })
            .collect();
        let evidence = DatumEvidence::of(&misread, Datum::Wgs84, streets, &index, area).unwrap();
        assert_eq!(
            (evidence.best, evidence.sureness),
            (datum, Sureness::Sure),
            "{evidence}"
        );
        assert_eq!(evidence.contradicts(Datum::Wgs84), datum != Datum::Wgs84);
        // And read as what it is, another way round.
        let again = DatumEvidence::of(&on_streets, datum, streets, &index, area).unwrap();
        assert_eq!(
            (again.best, again.sureness),
            (datum, Sureness::Sure),
            "{again}"
        );
    }
    // A regular pattern knows no streets.
    let grid: Vec<LngLat> = (0..15_i32)
        .flat_map(|x| (0..15_i32).map(move |y| (x, y)))
        .map(|(x, y)| {
            LngLat::from_degrees(
                114.03 + f64::from(x) * 0.0031,
                22.528 + f64::from(y) * 0.0017,
            )
            .unwrap()
        })
        .collect();
    let evidence = DatumEvidence::of(&grid, Datum::Wgs84, streets, &index, area).unwrap();
    assert_eq!(evidence.sureness, Sureness::Unsure, "{evidence}");
    let few = &on_streets[..19];
    assert_eq!(
        DatumEvidence::of(few, Datum::Wgs84, streets, &index, area),
        None
    );
}

#[test]
fn bad_rows_that_a_plan_leaves_out_are_counted_and_listed() {
    const MAP: &str = "grid 1000m\na b c\nways\nabc highway=residential\n";
    let plan = |more: &str| {
        format!(
            "[demand]\nsource = \"street-length\"\nprofile = \"foot\"\n\
             [[layer]]\nname = \"canteens\"\nkind = \"rider-canteen\"\n\
             from = {{ path = \"f.csv\", encoding = \"utf-8\", datum = \"wgs84\"{more} }}\n\
             [[standard]]\nkey = \"meal\"\nname = \"meal\"\nprofile = \"foot\"\nlimit = \"5min\"\n"
        )
    };
    let files = [(
        "f.csv",
        "id,lng,lat,capacity\na,{b},3\nb,x,22.5,3\nc,{c},many\nd,{a},1\n",
    )];
    let drawn = |plan: &str| {
        let drawn = DrawnPlan {
            map: MAP,
            plan,
            files: &files,
        };
        drawn.project()
    };
    let error = drawn(&plan("")).unwrap_err();
    assert!(error.contains("line 3: `lng` is `x`"), "{error}");
    assert!(error.contains("line 4: `capacity` is `many`"), "{error}");
    let project = drawn(&plan(", bad_rows = \"leave-out\"")).unwrap();
    assert_eq!(project.facilities.len(), 2);
    assert_eq!(project.left_out.bad_rows, 2);
    let listed: Vec<[&str; 4]> = project
        .left_out
        .listed
        .iter()
        .map(|row| {
            let column = row.column.as_deref().unwrap();
            [&row.file, &row.row, column, row.value.as_deref().unwrap()]
        })
        .collect();
    assert_eq!(
        listed,
        [
            ["f.csv", "line 3", "lng", "x"],
            ["f.csv", "line 4", "capacity", "many"]
        ]
    );
    let result = ScenarioResult::of(&project, "baseline", "x", &[]).unwrap();
    let facilities = &result.report.standards[0].figures.balance.facilities;
    assert_eq!((facilities.given, facilities.bad_rows), (4, 2));
    assert!(facilities.holds());
}

#[test]
fn a_row_in_another_city_is_named_and_a_plan_adds_words_for_kinds() {
    const MAP: &str = "grid 1000m\na b c\nways\nabc highway=residential\n";
    let plan = |word: &str| {
        format!(
            "[demand]\nsource = \"street-length\"\nprofile = \"foot\"\n\
             [kind_words]\n\"小哥加油站\" = \"{word}\"\n\
             [[layer]]\nname = \"stations\"\n\
             from = {{ path = \"f.csv\", encoding = \"utf-8\", datum = \"wgs84\" }}\n\
             [[standard]]\nkey = \"rest\"\nname = \"rest\"\nprofile = \"foot\"\nlimit = \"5min\"\n"
        )
    };
    let files = [(
        "f.csv",
        "id,类型,lng,lat\na,小哥加油站,{b}\nb,驿站,{a}\nc,驿站,116.4,39.9\n",
    )];
    let drawn = |plan: &str| {
        DrawnPlan {
            map: MAP,
            plan,
            files: &files,
        }
        .project()
    };
    let project = drawn(&plan("rider-canteen")).unwrap();
    let kinds: Vec<&str> = project.facilities.iter().map(|f| f.kind.key()).collect();
    assert_eq!(kinds, ["rider-canteen", "warm-station"]);
    let far = project.notes.iter().find(|note| note.contains("`c` lies"));
    assert!(far.is_some_and(|note| note.ends_with("in another city or in no right place")));
    let error = drawn(&plan("canteeen")).unwrap_err();
    assert!(error.contains("[kind_words], `小哥加油站`"), "{error}");
}
