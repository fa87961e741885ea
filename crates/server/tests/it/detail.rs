//! A scenario in detail, against its values and against what `nuanquan run` writes.

use serde_json::{Value, json};

use crate::ask::{self, Asked, answer, ask, problem};
use crate::{NEW, covered};

fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap()
}

/// What the map draws of a standard in detail.
fn drawn_of<'a>(detail: &'a Value, key: &str) -> &'a Value {
    let standards = list(detail, "standards");
    let index = standards.iter().position(|one| one["key"] == key);
    &detail["drawn"][index.unwrap()]
}

fn of_key<'a>(answer: &'a Value, key: &str) -> &'a Value {
    let all = list(answer, "standards").iter();
    let mut found = all.filter(|one| one["key"] == key || one["headline"]["key"] == key);
    found.next().unwrap()
}

fn sum(values: &[Value], key: &str) -> u64 {
    values.iter().map(|one| one[key].as_u64().unwrap()).sum()
}

#[test]
fn the_detail_is_of_the_values_that_the_map_shows() {
    let server = ask::server();
    answer(&server, Asked::post("/api/edits?over=open-all-night", NEW));
    let key = "open-all-night-edited";
    let values = answer(&server, Asked::get(&format!("/api/values?scenario={key}")));
    let detail = answer(&server, Asked::get(&format!("/api/detail?scenario={key}")));
    for standard in ["swap", "rest", "rest-night", "meal"] {
        let (shown, told) = (of_key(&values, standard), of_key(&detail, standard));
        assert_eq!(list(shown, "gaps").len(), list(told, "gaps").len());
        for (gap, why) in list(shown, "gaps").iter().zip(list(told, "gaps")) {
            assert_eq!(gap["rank"], why["rank"]);
            assert!(why["reason"].is_string(), "{standard} {}", gap["rank"]);
        }
        let headline = &shown["headline"];
        let open = headline["uncovered_thousandths"].as_u64().unwrap()
            + headline["on_scrap_thousandths"].as_u64().unwrap()
            + headline["unlinked_thousandths"].as_u64().unwrap();
        assert_eq!(sum(list(told, "reasons"), "demand_thousandths"), open);
        // A cell has a reason exactly where the map does not call it covered.
        for (class, reason) in list(&shown["cells"], "class")
            .iter()
            .zip(list(drawn_of(&detail, standard), "reason_of_cells"))
        {
            assert_eq!(reason.is_string(), *class == json!(2) || *class == json!(3));
        }
        let districts = list(told, "districts");
        assert_eq!(districts[0]["covered_share"], headline["covered_share"]);
        assert_eq!(
            districts[0]["worst_tenth_mean_s"],
            headline["worst_tenth_mean_s"]
        );
        for (zone, share) in districts[1..]
            .iter()
            .zip(list(headline, "zone_covered_share"))
        {
            assert_eq!(&zone["covered_share"], share);
        }
    }
    // By day and by night as the standards of these hours say, on the same streets.
    let rest = of_key(&detail, "rest");
    assert_eq!(
        rest["night"]["by_day_thousandths"],
        json!(covered(&values, "rest"))
    );
    let lost: u64 = list(&rest["night"], "lost_of_cells_thousandths")
        .iter()
        .map(|one| one.as_u64().unwrap())
        .sum();
    assert_eq!(json!(lost), rest["night"]["lost_thousandths"]);
    let drawn = drawn_of(&detail, "rest");
    let by_day = list(drawn, "by_day_of_cells_thousandths").iter();
    let by_day: u64 = by_day.map(|one| one.as_u64().unwrap()).sum();
    assert_eq!(json!(by_day), rest["night"]["by_day_thousandths"]);
    assert_eq!(
        list(drawn, "night_outlines").len(),
        list(&rest["night"], "gaps").len()
    );
    assert!(lost > 0);
    let joint = &detail["joints"][0];
    assert_eq!(joint["key"], "circle");
    let circle = list(&values, "standards").last().unwrap();
    assert_eq!(list(joint, "gaps").len(), list(circle, "gaps").len());
    for gap in list(joint, "gaps") {
        let lacks = gap["lacks"][0]["part"].as_str().unwrap();
        assert!(["swap", "rest", "meal"].contains(&lacks));
    }
}

#[test]
fn the_plain_scenario_keeps_its_detail_when_edits_lie_on_it() {
    let server = ask::server();
    let before = answer(&server, Asked::get("/api/detail"));
    answer(&server, Asked::post("/api/edits", NEW));
    assert_eq!(answer(&server, Asked::get("/api/detail")), before);
    let edited = answer(&server, Asked::get("/api/detail?scenario=baseline-edited"));
    assert_ne!(edited["standards"], before["standards"]);
    answer(&server, Asked::delete("/api/edits"));
    let again = answer(&server, Asked::get("/api/detail?scenario=baseline-edited"));
    assert_eq!(again["standards"], before["standards"]);
}

#[test]
fn what_is_asked_without_edits_is_answered_without_them() {
    let server = ask::server();
    let paths = [
        "/api/values?scenario=baseline",
        "/api/hours?scenario=baseline&standard=swap",
        "/api/sites?scenario=baseline&standard=swap",
        "/api/isochrone?scenario=baseline&at=114.05,22.54&limit=5min",
        "/api/explain?scenario=baseline&standard=swap&at=114.0032,22.5359",
    ];
    let before: Vec<Value> = paths
        .iter()
        .map(|path| answer(&server, Asked::get(path)))
        .collect();
    answer(&server, Asked::post("/api/edits", NEW));
    let closed = r#"{"do": "close-street", "name": "福华一路"}"#;
    answer(&server, Asked::post("/api/edits", closed));
    for (path, before) in paths.iter().zip(&before) {
        assert_eq!(&answer(&server, Asked::get(path)), before, "{path}");
        let edited = path.replace("baseline", "baseline-edited");
        let mut edited = answer(&server, Asked::get(&edited));
        for key in ["scenario", "name"] {
            if before[key].is_string() {
                edited[key] = before[key].clone();
            }
        }
        assert_ne!(&edited, before, "{path} with edits");
    }
}

#[test]
fn hazards_are_listed_and_an_edit_heeds_them() {
    let server = ask::server();
    let before = answer(&server, Asked::get("/api/detail"));
    assert_eq!(before["heeds_hazards"], false);
    let kinds: Vec<&Value> = list(&before, "hazards")
        .iter()
        .map(|h| &h["kind"])
        .collect();
    assert_eq!(kinds.len(), 6);
    assert_eq!(kinds[0], "blocked-road");
    // Confirmed ones do something; one that nobody confirmed and one that is fixed do not.
    let effects: Vec<&Value> = list(&before, "hazards")
        .iter()
        .map(|h| &h["effect"])
        .collect();
    let want = json!(["close", "50%", null, "50%", "70%", null]);
    assert_eq!(json!(effects), want);
    let in_gap = &before["hazards"][1]["in_gaps"][0];
    let gap = &list(
        of_key(&answer(&server, Asked::get("/api/values")), "swap"),
        "gaps",
    )[0]
    .clone();
    assert_eq!(in_gap, "swap 1");
    assert_eq!(gap["rank"], 1);

    let made = answer(
        &server,
        Asked::post("/api/edits", r#"{"do": "heed-hazards"}"#),
    );
    assert!(
        !list(&made, "standards").is_empty(),
        "slower streets change something"
    );
    let after = answer(&server, Asked::get("/api/detail?scenario=baseline-edited"));
    assert_eq!(after["heeds_hazards"], true);
}

#[test]
fn a_standard_that_asks_for_room_says_who_is_full() {
    let room = r#"
[[standard]]
key = "swap-room"
name = "swap with room"
kinds = ["battery-swap-cabinet"]
profile = "rider"
limit = "5min"
supply = { slots = 12, demand = 15000 }

[[joint]]
"#;
    let roomy = ask::plan_text().replace("[[joint]]", room.trim_start());
    let server = ask::server_of(roomy);
    let detail = answer(&server, Asked::get("/api/detail"));
    let capacity = &of_key(&detail, "swap-room")["capacity"];
    let values = answer(&server, Asked::get("/api/values"));
    let headline = &of_key(&values, "swap-room")["headline"];
    assert_eq!(headline["demand_per_slot_thousandths"], 1_250_000);
    let load = &capacity["load"];
    let all = list(load, "facilities");
    assert_eq!(all.len(), list(&detail, "facilities").len());
    assert_eq!(all.len(), list(capacity, "supply_of_facilities").len());
    let facilities: Vec<Value> = all
        .iter()
        .filter(|one| one["serves_thousandths"].is_u64())
        .cloned()
        .collect();
    let count = |key: &str| {
        facilities
            .iter()
            .filter(|one| one[key] == json!(true))
            .count()
    };
    assert_eq!(json!(count("is_overloaded")), load["n_overloaded"]);
    assert_eq!(json!(count("is_idle")), load["n_idle"]);
    assert!(count("is_overloaded") > 0 && count("is_idle") > 0);
    for one in &facilities {
        let of = |key: &str| one[key].as_u64().unwrap();
        assert!(of("taken_thousandths") <= of("serves_thousandths"));
        assert_eq!(
            of("asked_thousandths") > of("serves_thousandths"),
            one["is_overloaded"] == json!(true)
        );
    }
    assert_eq!(
        json!(sum(&facilities, "taken_thousandths")),
        load["taken_thousandths"]
    );
    let reasons = list(of_key(&detail, "swap-room"), "reasons");
    assert!(reasons.iter().any(|one| one["reason"] == "full"));
    // The week asks for room as well.
    let week = answer(&server, Asked::get("/api/hours?standard=swap-room"));
    let at_any_hour = &week["states"][0]["covered_thousandths"];
    assert_eq!(at_any_hour, &json!(covered(&values, "swap-room")));
    assert!(covered(&values, "swap-room") < covered(&values, "swap"));

    // Without such a wish only the supply ratio is told.
    let plain = &of_key(&detail, "swap")["capacity"];
    assert!(plain["load"].is_null());
    let headline = &of_key(&values, "swap")["headline"];
    assert!(headline.get("demand_per_slot_thousandths").is_none());
    assert_eq!(plain["supply_of_cells"], capacity["supply_of_cells"]);
    // Where nothing is known of capacities nothing is said about room.
    assert!(of_key(&detail, "rest")["capacity"].is_null());
}

#[test]
fn a_table_is_the_file_that_run_writes() {
    let server = ask::server();
    let project = ask::project_of(&ask::plan_text());
    let scenario = project
        .scenarios
        .iter()
        .find(|s| s.key == "five-cabinets")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("results");
    let result = scenario::run::ScenarioResult::of(
        &project,
        &scenario.key,
        &scenario.name,
        &scenario.changes,
    );
    let output = scenario::run::output(&project, &home, false).unwrap();
    scenario::run::write(&project, &[result.unwrap()], "", &output).unwrap();
    for name in ["districts.csv", "gaps.csv", "hazards.csv", "hours.csv"] {
        let path = format!("/api/tables/{name}?scenario=five-cabinets");
        let served = ask(&server, Asked::get(&path));
        assert_eq!(served.mime, "text/csv; charset=utf-8");
        let written = std::fs::read_to_string(home.join("five-cabinets").join(name)).unwrap();
        assert!(served.body == written, "{name} is the same file");
    }
    let (status, why) = problem(&server, Asked::get("/api/tables/streets.csv"));
    assert_eq!(status, 404);
    assert_eq!(
        why,
        "there is no table `streets.csv`; take one that `nuanquan run` writes, like `districts.csv`"
    );
}
