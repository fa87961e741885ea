//! Indicators in several units kept apart, through a plan, against numbers made by hand.

use formats::csv::to_csv;
use scenario::district::DistrictReport;
use scenario::tables;

use crate::drawn_plan::DrawnPlan;

/// A street of 1.5 km with a place every 500 m; the west zone holds a and b, the east c and d.
const MAP: &str = "grid 500m\nw   x   y\n a b c d\nu   t   v\nways\nabcd highway=residential\n";

const ZONES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"west","income":5200.5},"geometry":{"type":"Polygon",
 "coordinates":[[[{w}],[{x}],[{t}],[{u}],[{w}]]]}},
{"type":"Feature","properties":{"id":"east","income":3100},"geometry":{"type":"Polygon",
 "coordinates":[[[{x}],[{y}],[{v}],[{t}],[{x}]]]}}]}"#;

/// One station at a. Eleven minutes on foot reach b and not c; its one slot serves 250 m of street.
const PLAN: &str = r#"
[zones]
path = "zones.geojson"
id = "id"
rank = "income"

[demand]
source = "street-length"
profile = "foot"

[[measure]]
source = "table"
path = "riders.csv"
encoding = "utf-8"
unit = "riders"

[[measure]]
source = "table"
path = "orders.csv"
encoding = "utf-8"
unit = "orders"
illustrative = true

[[layer]]
name = "stations"
kind = "warm-station"
from = { path = "stations.csv", encoding = "utf-8" }

[[standard]]
key = "rest"
name = "rest"
profile = "foot"
limit = "11min"

[[standard]]
key = "room"
name = "room"
profile = "foot"
limit = "11min"
supply = { slots = 1, demand = 250 }

[[joint]]
key = "both"
name = "both"
all_of = ["rest", "room"]

[[joint]]
key = "either"
name = "either"
any_of = ["rest", "room"]
"#;

const FILES: [(&str, &str); 4] = [
    ("zones.geojson", ZONES),
    (
        "stations.csv",
        "id,lng,lat,opening_hours,capacity\nA,{a},24/7,1\n",
    ),
    (
        "riders.csv",
        "lng,lat,riders\n{a},10\n{b},20\n{c},30\n{d},40\n",
    ),
    ("orders.csv", "lng,lat,orders\n{b},1.5\n{c},5\n"),
];

fn units_of(district: &DistrictReport) -> (u64, u64) {
    let split = district.split;
    (split.covered_thousandths, split.total_thousandths())
}

#[test]
fn people_orders_and_street_are_told_side_by_side() {
    let drawn = DrawnPlan {
        map: MAP,
        plan: PLAN,
        files: &FILES,
    };
    let (project, result) = drawn.run();
    let detail = &result.detail_report;
    let units: Vec<&str> = detail.measures.iter().map(|m| m.unit.as_str()).collect();
    assert_eq!(units, ["riders", "orders"]);
    let find = |districts: &[DistrictReport], unit: &str, zone: Option<&str>| {
        let mut all = districts.iter();
        let found = all.find(|d| d.unit == unit && d.zone.as_deref() == zone);
        found.unwrap().clone()
    };
    let rest = &detail.standards[0].districts;
    assert_eq!(rest.len(), 3 * 3);
    let riders = |zone| units_of(&find(rest, "riders", zone));
    assert_eq!(riders(None), (30_000, 100_000));
    assert_eq!(
        (riders(Some("west")), riders(Some("east"))),
        ((30_000, 30_000), (0, 70_000))
    );
    assert_eq!(units_of(&find(rest, "orders", None)), (1_500, 6_500));
    assert_eq!(units_of(&find(rest, "orders", Some("east"))), (0, 5_000));
    // The street is what the plan decides by: as in the report, and half of it in each zone.
    let street = find(rest, "street_m", None);
    assert_eq!(street.split, result.report.standards[0].figures.split);
    let half = |zone| units_of(&find(rest, "street_m", Some(zone))).1;
    // A piece of up to 100 m counts where its middle lies.
    assert!(half("west").abs_diff(750_000) < 50_001, "{}", half("west"));
    assert!(half("east").abs_diff(750_000) < 50_001, "{}", half("east"));

    // Riders wait 0, T, 2 T and 3 T: mean 2 T. The zone with less income first: east at rank 0.35,
    // west at 0.85; covariance 0.4 T (0.35 - 0.5) + (0.1 x -2 T + 0.2 x -T) (0.85 - 0.5) = -0.2 T,
    // so 2 / 2 T of that: the poor wait longer.
    let all = find(rest, "riders", None);
    assert!(
        (all.concentration_by_zone.unwrap() + 0.2).abs() < 1e-3,
        "{all:?}"
    );
    // Half of the riders wait 2 T, nine tenths 3 T; Lorenz 0, 0.1, 0.4, 1 at 0.1, 0.3, 0.6, 1:
    // Gini = 1 - (0.2 x 0.1 + 0.3 x 0.5 + 0.4 x 1.4) = 0.27.
    let (median, mean) = (all.median_s.unwrap(), all.mean_s.unwrap());
    assert!((median - mean).abs() < 0.3, "{median} {mean}");
    assert!((all.quantile_90_s.unwrap() - 1.5 * median).abs() < 0.5);
    assert!((all.gini.unwrap() - 0.27).abs() < 1e-3, "{:?}", all.gini);

    // Room for 250 m of street: who stands at the door finds some, who comes from b does not.
    let room = &detail.standards[1].districts;
    assert_eq!(units_of(&find(room, "riders", None)), (10_000, 100_000));
    assert_eq!(units_of(&find(room, "orders", None)), (0, 6_500));
    // Circles in every unit.
    let joint = |joint: usize, unit| units_of(&find(&detail.joints[joint].districts, unit, None));
    assert_eq!(
        (joint(0, "riders"), joint(1, "riders")),
        ((10_000, 100_000), (30_000, 100_000))
    );
    assert_eq!(
        (joint(0, "orders"), joint(1, "orders")),
        ((0, 6_500), (1_500, 6_500))
    );
    let both = &result.report.joints[0].figures.split;
    assert_eq!(joint(0, "street_m").0, both.covered_thousandths);
    let parts = find(&detail.joints[1].districts, "riders", Some("west"));
    assert_eq!(units_of(&parts), (30_000, 30_000));

    // Every row of the table says its unit; made-up orders mark it.
    let text = to_csv(&tables::districts(&result.report, detail));
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    assert!(header.starts_with("standard,unit,zone,name,demand_amount,covered_share,"));
    assert!(header.ends_with(",illustrative"));
    assert_eq!(lines.count(), 4 * 3 * 3);
    assert!(text.contains("\nrest,riders,east,"), "{text}");
    assert!(
        text.contains("\neither,orders,,,6.500,0.230769,1.500,5.000,0.000,"),
        "{text}"
    );
    let summary = scenario::summary::detail(detail);
    assert!(
        summary.contains("of 100 riders in the area: 30.0 % covered"),
        "{summary}"
    );
    assert!(
        summary.contains("both: 10.0 % of 100 riders covered"),
        "{summary}"
    );
    // A measure decides nothing: gaps and cells speak of streets. A session says the same.
    assert_eq!(result.report.demand_unit, "street_m");
    let session = scenario::Session::new(&project, &[]).unwrap();
    let balances = &result.report.measures;
    assert_eq!((balances.len(), balances[0].unit.as_str()), (2, "riders"));
    assert_eq!(session.report("baseline", "x"), result.report);
}

#[test]
fn units_are_kept_apart_and_problems_name_the_measure() {
    let with = |plan: &str| {
        let drawn = DrawnPlan {
            map: MAP,
            plan,
            files: &FILES,
        };
        drawn.project().map(|_| ()).unwrap_err()
    };
    let error = with(&PLAN.replace("\"orders\"", "\"riders\""));
    let wanted = "[[measure]] 2: `riders` is counted in [[measure]] 1 already";
    assert!(error.contains(wanted), "{error}");
    let error = with(&PLAN.replace("orders.csv", "none.csv"));
    assert!(
        error.contains("[[measure]] 2: ") && error.contains("none.csv"),
        "{error}"
    );
    let places = "[[measure]]\nsource = \"places\"\ntags = [\"shop=x\"]\nunit = \"shops\"\n";
    let error = with(&format!("{PLAN}{places}"));
    assert!(
        error.contains("[[measure]] 3: there is no demand"),
        "{error}"
    );
    let error = with(&PLAN.replace("rank = \"income\"", "rank = \"incom\""));
    assert!(error.contains("`incom`"), "{error}");
}
