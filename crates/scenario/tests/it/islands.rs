//! Networks of their own, scraps, and how far a plan looks, on drawn maps.

use crate::drawn_plan::DrawnPlan;

fn plan(more: &str) -> String {
    format!(
        "{more}[[layer]]\nname = \"stations\"\nkind = \"warm-station\"\n\
         from = {{ path = \"stations.csv\", encoding = \"utf-8\" }}\n\
         [demand]\nsource = \"street-length\"\nprofile = \"rider\"\n\
         [[measure]]\nsource = \"table\"\npath = \"riders.csv\"\nencoding = \"utf-8\"\n\
         unit = \"riders\"\n\
         [[standard]]\nkey = \"rest\"\nname = \"rest\"\nprofile = \"rider\"\nlimit = \"10min\"\n"
    )
}

/// Covered street, all of it, and that of scraps beside it in metres, and the riders: covered, uncovered, on scraps, too far.
fn told(map: &str, more: &str, station: &str, riders: &str) -> ([u64; 3], [u64; 4], Vec<String>) {
    let plan = plan(more);
    let stations = format!("id,lng,lat\nS,{station}\n");
    let riders = format!("lng,lat,demand\n{riders}\n");
    let drawn = DrawnPlan {
        map,
        plan: &plan,
        files: &[("stations.csv", &stations), ("riders.csv", &riders)],
    };
    let (_, result) = drawn.run();
    let split = &result.report.standards[0].figures.split;
    let scraps = result.report.standards[0]
        .figures
        .balance
        .demand
        .scrap_street_thousandths;
    let street = [split.covered_thousandths, split.total_thousandths(), scraps];
    let measured = result.detail_report.standards[0]
        .districts
        .iter()
        .find(|district| district.unit == "riders" && district.zone.is_none())
        .unwrap();
    let of = &measured.split;
    let riders = [
        of.covered_thousandths,
        of.uncovered_thousandths,
        of.on_scrap_thousandths,
        of.unlinked_thousandths,
    ];
    let units = |thousandths: u64| thousandths / 1_000;
    let notes = result.report.notes;
    (
        street.map(|mm| (mm + 500) / 1_000),
        riders.map(units),
        notes,
    )
}

/// 2 km of mainland, and 100 m south of it an island of 1.2 km.
const ISLAND: &str = "grid 100m
a       b                               c
m                       n
ways
abc highway=residential
mn highway=residential
";

#[test]
fn an_island_serves_itself_and_nothing_crosses_to_it() {
    let riders = "{a},1\n{c},2\n{m},4\n{n},8";
    let (street, people, notes) = told(ISLAND, "", "{n}", riders);
    assert_eq!(
        street,
        [1_200, 3_200, 0],
        "the island is covered, the mainland not"
    );
    assert_eq!(people, [12, 3, 0, 0]);
    assert!(
        notes
            .iter()
            .any(|note| note.contains("1 networks of their own beside the main one, 1.2 km"))
    );
    let (street, people, _) = told(ISLAND, "", "{a}", riders);
    assert_eq!((street, people), ([2_000, 3_200, 0], [3, 12, 0, 0]));
}

#[test]
fn a_scrap_is_told_and_is_no_demand() {
    let riders = "{a},1\n{n},8";
    let more = "island_below = \"1300m\"\n";
    let (street, people, notes) = told(ISLAND, more, "{a}", riders);
    assert_eq!(street, [2_000, 2_000, 1_200]);
    assert_eq!(people, [1, 0, 8, 0], "100 m from a street, on a scrap");
    let told = notes
        .iter()
        .find(|note| note.contains("scraps of street"))
        .unwrap();
    assert!(
        told.contains("1 scraps") && told.contains("1.2 km"),
        "{told}"
    );
    assert!(told.contains("way 2"), "{told}");
}

#[test]
fn a_car_park_is_passed_by_when_a_street_lies_near() {
    // Aisles of 300 m, 40 m beside a street.
    let map = "grid 40m
a                                                 b
   m              n
ways
ab highway=residential
mn highway=service|service=parking_aisle
";
    let (street, people, _) = told(map, "", "{a}", "{m},1\n{n},2");
    assert_eq!(street[0], street[1]);
    assert_eq!(people, [3, 0, 0, 0]);
}

#[test]
fn a_closed_street_changes_times_and_never_what_counts_as_street() {
    // Behind the middle piece lie 500 m: less than a network, but judged on the baseline.
    let map = "grid 100m
a                     b     c         d
ways
ab highway=residential
bc highway=residential
cd highway=residential
";
    let close = "[[scenario]]\nkey = \"closed\"\nname = \"closed\"\n[[scenario.modification]]\n\
                 do = \"close-street\"\nways = [2]\n";
    let plan = plan("") + close;
    let drawn = DrawnPlan {
        map,
        plan: &plan,
        files: &[
            ("stations.csv", "id,lng,lat\nS,{a}\n"),
            ("riders.csv", "lng,lat,demand\n{d},1\n"),
        ],
    };
    let project = drawn.project().unwrap();
    let changes = &project.scenarios[0].changes;
    let after = scenario::evaluate(&project, changes).unwrap();
    let split = *after.services[0].coverage.total();
    assert_eq!(split.on_scrap.as_thousandths(), 0);
    let meters = |demand: coverage::Demand| (demand.as_thousandths() + 500) / 1_000;
    assert_eq!(meters(split.total()), 1_900);
    // The closed street's own demand joins what is left of the street at its nearer end.
    assert!(
        (1_100..=1_300).contains(&meters(split.covered)),
        "{split:?}"
    );
    assert!(meters(split.uncovered) >= 500, "{split:?}");
}

#[test]
fn a_limit_past_the_margin_is_refused_with_the_margin_to_set() {
    let refused = |more: &str, limit: &str, modification: &str| {
        let text = plan("").replace("10min", limit) + modification;
        let drawn = DrawnPlan {
            map: ISLAND,
            plan: &text,
            files: &[
                ("stations.csv", "id,lng,lat\nS,{a}\n"),
                ("riders.csv", "lng,lat,demand\n{a},1\n"),
            ],
        };
        drawn.project_with("[study_area]\n", more).err()
    };
    assert_eq!(refused("", "30min", ""), None);
    let told = refused("", "31min", "").unwrap();
    assert!(
        told.contains("standard `rest`, limit") && told.contains("margin = \"10"),
        "{told}"
    );
    assert_eq!(refused("margin = \"11km\"\n", "31min", ""), None);
    let longer = "[[scenario]]\nkey = \"long\"\nname = \"long\"\n[[scenario.modification]]\n\
                  do = \"change-limit\"\nstandard = \"rest\"\nlimit = \"40min\"\n";
    let told = refused("", "10min", longer).unwrap();
    assert!(
        told.contains("scenario `long`, modification 1") && told.contains("margin ="),
        "{told}"
    );
    assert_eq!(refused("margin = \"14km\"\n", "10min", longer), None);
    let told = refused("margin = \"far\"\n", "10min", "").unwrap();
    assert!(told.contains("[study_area], margin"), "{told}");
}

#[test]
fn the_margin_is_part_of_a_plans_identity() {
    let of = |more: &str| {
        let text = plan("");
        let drawn = DrawnPlan {
            map: ISLAND,
            plan: &text,
            files: &[
                ("stations.csv", "id,lng,lat\nS,{a}\n"),
                ("riders.csv", "lng,lat,demand\n{a},1\n"),
            ],
        };
        drawn.project_with("[study_area]\n", more).unwrap()
    };
    let (usual, wide) = (of(""), of("margin = \"12km\"\n"));
    assert_ne!(usual.fingerprint, wide.fingerprint);
    assert_eq!(usual.grid_fingerprint, wide.grid_fingerprint);
    assert!(usual.margin < wide.margin);
}
