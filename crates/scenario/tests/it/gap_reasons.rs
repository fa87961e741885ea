//! Each reason of a gap comes about on a drawn map, through a plan.

use formats::Value;
use scenario::tables;

use crate::drawn_plan::DrawnPlan;

const NEAR: &str = "grid 300m\na b\nways\nab highway=residential\n";

/// A station at a, ten riders at b; who rides has three minutes.
fn plan(more: &str) -> String {
    format!(
        "[demand]\nsource = \"table\"\npath = \"riders.csv\"\nencoding = \"utf-8\"\n\
         unit = \"riders\"\n[[layer]]\nname = \"stations\"\nkind = \"warm-station\"\n\
         from = {{ path = \"stations.csv\", encoding = \"utf-8\" }}\n\
         [[standard]]\nkey = \"rest\"\nname = \"rest\"\nprofile = \"rider\"\nlimit = \"3min\"\n\
         {more}"
    )
}

struct Case<'a> {
    map: &'a str,
    more: &'a str,
    hours: &'a str,
    riders: &'a str,
}

impl Case<'_> {
    /// The rows of `gaps.csv`: reason, uncovered riders, seconds missing.
    fn gaps(&self) -> Vec<(String, f64, Option<f64>)> {
        let plan = plan(self.more);
        let stations = format!(
            "id,lng,lat,opening_hours,capacity\nA,{{a}},{},1\n",
            self.hours
        );
        let riders = format!("lng,lat,demand\n{},10\n", self.riders);
        let drawn = DrawnPlan {
            map: self.map,
            plan: &plan,
            files: &[("stations.csv", &stations), ("riders.csv", &riders)],
        };
        let (project, result) = drawn.run();
        let layer = tables::gaps(
            &project,
            &result.report,
            &tables::DetailedResult {
                report: &result.detail_report,
                services: &result.details,
                links: &result.links,
            },
            &result.evaluation,
        );
        let table = layer.table();
        let column = |name: &str| {
            let mut columns = table.columns().iter();
            columns.position(|column| column.name() == name).unwrap()
        };
        let (reason, uncovered) = (column("reason"), column("uncovered_riders"));
        let missing = column("missing_time_s");
        let number = |value: &Value| match value {
            Value::Decimal(number) => Some(*number),
            _ => None,
        };
        table
            .rows()
            .iter()
            .map(|row| {
                let Value::Text(reason) = &row[reason] else {
                    panic!("{row:?}");
                };
                let uncovered = number(&row[uncovered]).unwrap();
                (reason.clone(), uncovered, number(&row[missing]))
            })
            .collect()
    }

    fn reason(&self) -> (String, Option<f64>) {
        let gaps = self.gaps();
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        let (reason, uncovered, missing) = gaps[0].clone();
        assert!((uncovered - 10.0).abs() < 1e-9);
        (reason, missing)
    }
}

fn on(map: &str) -> Case<'_> {
    Case {
        map,
        more: "",
        hours: "24/7",
        riders: "{b}",
    }
}

#[test]
fn near_and_open_leaves_no_gap() {
    assert_eq!(on(NEAR).gaps(), []);
}

#[test]
fn no_facility() {
    let (reason, missing) = on("grid 3000m\na b\nways\nab highway=residential\n").reason();
    assert_eq!((reason.as_str(), missing), ("no-facility", None));
    // 1.5 km are too far for three minutes and near enough for six: so much is missing.
    let (reason, missing) = on("grid 1500m\na b\nways\nab highway=residential\n").reason();
    assert_eq!(reason, "no-facility");
    assert!(
        missing.is_some_and(|s| s > 0.0 && s <= 180.0),
        "{missing:?}"
    );
}

#[test]
fn closed_at_that_hour() {
    let case = Case {
        more: "at = \"We 03:00\"\n",
        hours: "08:00-20:00",
        ..on(NEAR)
    };
    assert_eq!(case.reason(), ("closed".to_owned(), None));
}

#[test]
fn full() {
    let case = Case {
        more: "supply = { slots = 1, demand = 4 }\n",
        ..on(NEAR)
    };
    // Four of ten find room: the other six are the gap.
    assert_eq!(case.gaps(), [("full".to_owned(), 6.0, None)]);
    // Five of ten are half: then the cell is covered.
    let case = Case {
        more: "supply = { slots = 1, demand = 5 }\n",
        ..on(NEAR)
    };
    assert_eq!(case.gaps(), []);
}

/// From b to a over g in 500 m, or around by c and d in 1.5 km.
const AROUND: &str = "grid 250m\na g b\n\nd   c\nways\n";

#[test]
fn cut_off_by_a_gate() {
    let map = AROUND.replace(
        "ways\n",
        "nodes\ng barrier=gate|access=no\nways\nagb highway=residential\nbc highway=residential\n\
         cd highway=residential\nda highway=residential\n",
    );
    let case = on(&map);
    let (reason, missing) = case.reason();
    assert_eq!(reason, "cut-off-by-gate");
    assert!(missing.is_some_and(|s| s > 0.0), "{missing:?}");
    // The plan opens it.
    let more = "[policies]\ngates = \"through\"\n";
    assert_eq!(Case { more, ..on(&map) }.gaps(), []);
}

#[test]
fn cut_off_by_a_one_way() {
    let map = AROUND.replace(
        "ways\n",
        "ways\nagb highway=residential|oneway=yes\nbc highway=residential\n\
         cd highway=residential\nda highway=residential\n",
    );
    assert_eq!(on(&map).reason().0, "cut-off-by-one-way");
    let map = map.replace("agb highway", "bga highway");
    assert_eq!(on(&map).gaps(), [], "the way to the station is open");
}

#[test]
fn cut_off_by_a_river() {
    // A river w x y z between the banks; the bridge lies 600 m to the south.
    let map = "grid 100m\na wx b\n\n\n\n\n  yz\nd    c\nways\nad highway=residential\n\
               dc highway=residential\ncb highway=residential\nwxzyw natural=water\n";
    assert_eq!(on(map).reason().0, "cut-off-by-water");
    let dry = map.replace("wxzyw natural=water\n", "");
    assert_eq!(on(&dry).reason().0, "detour", "no river is drawn");
}

#[test]
fn no_street() {
    // b stands 400 m from the street, c on it.
    let map = "grid 400m\na c\n  b\nways\nac highway=residential\n";
    assert_eq!(on(map).reason(), ("no-street".to_owned(), None));
}

/// Riders at b: a station 300 m off that closes at night, a canteen 1.5 km off, no cabinet at all.
const THREE: &str = r#"
[demand]
source = "table"
path = "riders.csv"
encoding = "utf-8"
unit = "riders"
[[layer]]
name = "services"
from = { path = "services.csv", encoding = "utf-8" }
[[standard]]
key = "rest"
name = "rest"
kinds = ["warm-station"]
profile = "rider"
limit = "3min"
at = "We 03:00"
[[standard]]
key = "meal"
name = "meal"
kinds = ["rider-canteen"]
profile = "rider"
limit = "3min"
[[standard]]
key = "swap"
name = "swap"
kinds = ["battery-swap-cabinet"]
profile = "rider"
limit = "3min"
[[joint]]
key = "circle"
name = "circle"
all_of = ["rest", "meal", "swap"]
[[joint]]
key = "something"
name = "something"
any_of = ["rest", "meal", "swap"]
"#;

#[test]
fn a_joint_gap_names_the_part_that_is_missing_and_why() {
    // Two riders at c, 300 m past b and so nearer to the canteen at d.
    let drawn = DrawnPlan {
        map: "grid 300m\na b c     d\nways\nabcd highway=residential\n",
        plan: THREE,
        files: &[
            ("riders.csv", "lng,lat,demand\n{b},10\n{c},2\n"),
            (
                "services.csv",
                "id,kind,lng,lat,opening_hours\nS,warm-station,{a},08:00-20:00\n\
                 C,rider-canteen,{d},24/7\n",
            ),
        ],
    };
    let (_, result) = drawn.run();
    let joints = &result.detail_report.joints;
    let lacks = |joint: usize| -> Vec<(&str, u64, &str, bool)> {
        assert_eq!(
            joints[joint].gaps.len(),
            result.report.joints[joint].gaps.len()
        );
        let gaps = joints[joint].gaps.iter();
        gaps.flat_map(|gap| &gap.lacks)
            .map(|lack| {
                (
                    lack.part.as_str(),
                    lack.demand_thousandths,
                    lack.reason.as_deref().unwrap(),
                    lack.missing_s.is_some(),
                )
            })
            .collect()
    };
    // c has the canteen within three minutes (900 m), b has not.
    let meal = &result.report.standards[1].figures.split;
    assert_eq!(meal.covered_thousandths, 2_000);
    // All of: nobody has the rest at night or a cabinet; the canteen is missing to b only. The
    // cells of b and c lie apart, so each is a gap of its own.
    assert_eq!(
        lacks(0),
        [
            ("rest", 10_000, "closed", false),
            ("meal", 10_000, "no-facility", true),
            ("swap", 10_000, "no-facility", false),
            ("rest", 2_000, "closed", false),
            ("swap", 2_000, "no-facility", false),
        ]
    );
    // Any of: c has something; what b is nearest to is the canteen.
    assert_eq!(
        lacks(1),
        [
            ("meal", 10_000, "no-facility", true),
            ("rest", 10_000, "closed", false),
            ("swap", 10_000, "no-facility", false),
        ]
    );
    // The map says how far a circle of any is by the nearest of its parts, one of all not at all.
    let gap = &joints[1].gaps[0];
    let worst = result.report.joints[1].gaps[0].worst_s.unwrap();
    assert!((worst - 180.0 - gap.lacks[0].missing_s.unwrap()).abs() < 1e-6);
    assert_eq!(result.report.joints[0].gaps[0].worst_s, None);
}
