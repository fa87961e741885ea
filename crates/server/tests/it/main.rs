//! The router without a socket, on the plan of central Shenzhen.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod ask;
mod description;
mod detail;

use ask::{Asked, answer, ask, problem};
use scenario::ScenarioReport;
use serde_json::{Value, json};

const NEW: &str = r#"{"do": "add-facility", "id": "new-1", "kind": "battery-swap-cabinet",
    "at": "114.0032,22.5359", "capacity": 12, "amenities": ["swap"], "start_delay": "30s"}"#;

fn covered(values: &Value, key: &str) -> u64 {
    let standards = values["standards"].as_array().unwrap();
    let found = standards.iter().find(|s| s["headline"]["key"] == key);
    found.unwrap()["headline"]["covered_thousandths"]
        .as_u64()
        .unwrap()
}

#[test]
fn the_description_lists_every_route_and_nothing_else() {
    let server = ask::server();
    let document = answer(&server, Asked::get("/openapi.json"));
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        [
            "/api/compare",
            "/api/detail",
            "/api/edits",
            "/api/edits/plan",
            "/api/explain",
            "/api/health",
            "/api/hours",
            "/api/isochrone",
            "/api/plan",
            "/api/sites",
            "/api/tables/{table}",
            "/api/values",
            "/tiles/{layer}/{z}/{x}/{y}"
        ]
    );
    let edits = document["paths"]["/api/edits"].as_object().unwrap();
    let methods: Vec<&String> = edits.keys().collect();
    assert_eq!(methods, ["get", "post", "delete"]);
    // A route that is described answers with something else than "nothing is there".
    assert_eq!(answer(&server, Asked::get("/api/health"))["ok"], true);
}

#[test]
fn arrays_have_one_entry_for_each_cell() {
    let server = ask::server();
    let plan = answer(&server, Asked::get("/api/plan"));
    let n_cells = plan["cells"]["id"].as_array().unwrap().len();
    assert!(n_cells > 100);
    let values = answer(&server, Asked::get("/api/values?scenario=five-cabinets"));
    let standards = values["standards"].as_array().unwrap();
    assert_eq!(standards.len(), 5);
    for standard in standards {
        for array in ["class", "covered_thousandths", "time_s", "edge_affected"] {
            assert_eq!(standard["cells"][array].as_array().unwrap().len(), n_cells);
        }
    }
    let one = answer(&server, Asked::get("/api/values?standard=circle"));
    assert_eq!(one["standards"].as_array().unwrap().len(), 1);
    assert_eq!(
        one["standards"][0]["cells"]["weakest"]
            .as_array()
            .unwrap()
            .len(),
        n_cells
    );
}

#[test]
fn an_edit_answers_with_what_changed_and_is_undone() {
    let server = ask::server();
    let before = answer(&server, Asked::get("/api/values?scenario=baseline"));
    let sites = answer(&server, Asked::get("/api/sites?standard=swap"));
    let best = &sites["candidates"][0];
    let at = format!("{},{}", best["lng"], best["lat"]);
    let delay = format!("{}s", sites["start_delay_s"]);
    let new = NEW.replace("114.0032,22.5359", &at).replace("30s", &delay);
    let preview = answer(&server, Asked::post("/api/edits?preview=true", &new));
    assert_eq!(preview["n_edits"], 0);
    let made = answer(&server, Asked::post("/api/edits", &new));
    assert_eq!(
        (&made["n_edits"], &made["revision"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(made["standards"], preview["standards"]);

    // The change laid over what was known is what is there now.
    let after = answer(&server, Asked::get("/api/values?scenario=baseline-edited"));
    let mut laid = before.clone();
    for change in made["standards"].as_array().unwrap() {
        let standards = laid["standards"].as_array_mut().unwrap();
        let key = &change["headline"]["key"];
        let old = standards
            .iter_mut()
            .find(|s| &s["headline"]["key"] == key)
            .unwrap();
        old["headline"] = change["headline"].clone();
        if !change["gaps"].is_null() {
            old["gaps"] = change["gaps"].clone();
        }
        let index = change["cells"]["index"].as_array().unwrap();
        for (i, cell) in index.iter().enumerate() {
            let cell = usize::try_from(cell.as_u64().unwrap()).unwrap();
            for (array, news) in change["cells"].as_object().unwrap() {
                if array != "index" {
                    old["cells"][array][cell] = news[i].clone();
                }
            }
        }
        assert!(index.len() < 200, "only what changed travels");
    }
    assert_eq!(laid["standards"], after["standards"]);
    let added = covered(&after, "swap") - covered(&before, "swap");
    assert!(added > 0);
    assert_eq!(
        json!(added),
        best["adds_thousandths"],
        "a site adds what it says"
    );
    assert_eq!(made["facilities"].as_array().unwrap().len(), 1);

    let undone = answer(&server, Asked::delete("/api/edits"));
    assert_eq!(undone["removed"], json!(["new-1"]));
    let again = answer(&server, Asked::get("/api/values?scenario=baseline-edited"));
    assert_eq!(again["standards"], before["standards"]);
    let (status, why) = problem(&server, Asked::delete("/api/edits"));
    assert_eq!(status, 422);
    assert_eq!(
        why,
        "no edit lies on scenario `baseline`, so none can be taken back"
    );
}

#[test]
fn edits_saved_as_a_plan_run_to_the_same_result() {
    let server = ask::server();
    answer(&server, Asked::post("/api/edits?over=open-all-night", NEW));
    let moved = r#"{"do": "move-facility", "facility": "W03", "to": "114.0311,22.5602"}"#;
    answer(
        &server,
        Asked::post("/api/edits?over=open-all-night", moved),
    );
    let shown = answer(
        &server,
        Asked::get("/api/values?scenario=open-all-night-edited"),
    );
    let text = ask(&server, Asked::get("/api/edits/plan?over=open-all-night")).body;
    assert!(text.contains("# Edited on the map."));

    assert_runs_to_the_same(&shown, &text, "open-all-night-edited");
}

/// What `nuanquan run` says about a saved plan against what the server shows.
fn assert_runs_to_the_same(shown: &Value, text: &str, key: &str) {
    let project = ask::project_of(text);
    let scenario = project.scenarios.iter().find(|s| s.key == key).unwrap();
    let evaluation = scenario::evaluate(&project, &scenario.changes).unwrap();
    let report = ScenarioReport::of(&project, key, &scenario.name, &evaluation);
    for standard in &report.standards {
        assert_eq!(
            covered(shown, &standard.figures.key),
            standard.figures.split.covered_thousandths
        );
    }
    for joint in &report.joints {
        assert_eq!(
            covered(shown, &joint.figures.key),
            joint.figures.split.covered_thousandths
        );
    }
}

#[test]
fn a_chosen_site_is_moved_and_closed_like_any_other() {
    let server = ask::server();
    let sites = answer(
        &server,
        Asked::get("/api/sites?standard=swap&scenario=five-cabinets"),
    );
    let id = |rank: usize| sites["chosen"][rank]["id"].as_str().unwrap();
    let untouched = ask(&server, Asked::get("/api/edits/plan?over=five-cabinets")).body;
    let own = untouched.split("# Edited on the map.").nth(1).unwrap();
    assert!(own.contains("choose-sites"), "nothing touches the choice");

    let moved = json!({ "do": "move-facility", "facility": id(0), "to": "114.0402,22.5287" });
    let closed = json!({ "do": "close-facilities", "facilities": [id(3)] });
    for edit in [moved, closed] {
        let made = Asked::post("/api/edits?over=five-cabinets", &edit.to_string());
        answer(&server, made);
    }
    let shown = answer(
        &server,
        Asked::get("/api/values?scenario=five-cabinets-edited"),
    );
    let before = answer(&server, Asked::get("/api/values?scenario=five-cabinets"));
    assert_ne!(covered(&shown, "swap"), covered(&before, "swap"));
    let text = ask(&server, Asked::get("/api/edits/plan?over=five-cabinets")).body;
    let own = text.split("# Edited on the map.").nth(1).unwrap();
    assert!(!own.contains("choose-sites"), "{own}");
    assert_runs_to_the_same(&shown, &text, "five-cabinets-edited");
}

#[test]
fn what_a_site_adds_is_what_a_chosen_one_adds() {
    let slow = ask::plan_text().replace("# start_delay = \"90s\" ", "start_delay = \"90s\" ");
    let server = ask::server_of(slow.clone());
    let sites = answer(&server, Asked::get("/api/sites?standard=swap"));
    assert_eq!(sites["start_delay_s"], 90.0);
    let best = &sites["candidates"][0];
    let at_once = answer(&ask::server(), Asked::get("/api/sites?standard=swap"));
    assert_ne!(
        best["adds_thousandths"],
        at_once["candidates"][0]["adds_thousandths"]
    );

    // The best choice of one site is the best site.
    let choose = r#"{"do": "choose-sites", "standard": "swap", "sites": 1,
        "kind": "battery-swap-cabinet", "capacity": 12}"#;
    let before = answer(&server, Asked::get("/api/values"));
    let made = answer(&server, Asked::post("/api/edits", choose));
    assert_eq!(made["facilities"][0]["start_delay_s"], 90.0);
    let after = answer(&server, Asked::get("/api/values?scenario=baseline-edited"));
    let added = covered(&after, "swap") - covered(&before, "swap");
    assert_eq!(json!(added), best["adds_thousandths"]);
    let shown = answer(
        &server,
        Asked::get("/api/sites?standard=swap&scenario=baseline-edited"),
    );
    assert_eq!(shown["chosen"][0]["adds_thousandths"], json!(added));
    let text = ask(&server, Asked::get("/api/edits/plan")).body;
    assert_runs_to_the_same(&after, &text, "baseline-edited");
}

#[test]
fn every_site_and_gap_has_a_name_to_read() {
    let server = ask::server();
    let sites = answer(&server, Asked::get("/api/sites?standard=swap"));
    for site in sites["candidates"].as_array().unwrap() {
        let name = site["name"].as_str().unwrap();
        let is_word = !name.is_ascii();
        assert!(is_word, "`{}` is called `{name}`", site["id"]);
    }
    let values = answer(&server, Asked::get("/api/values"));
    let gap = &values["standards"][0]["gaps"][0];
    assert_eq!(gap["name"], "白石路 (交通小区 225 · traffic zone 225)");
    // A street crossing and a station beside a street, as the map of the city has them.
    let named = |id: &str| {
        let all = sites["candidates"].as_array().unwrap();
        let found = all.iter().find(|site| site["id"] == id);
        found.unwrap()["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        named("1847"),
        "兴融三路 / 兴融八路 (交通小区 1062 · traffic zone 1062)"
    );
}

#[test]
fn the_parts_of_an_explained_trip_add_up_to_the_time_on_the_map() {
    let server = ask::server();
    let plan = answer(&server, Asked::get("/api/plan"));
    // With an edit, so that a facility outside the kept rows is among those explained.
    let made = Asked::post("/api/edits?over=five-cabinets", NEW);
    answer(&server, made);
    let key = "five-cabinets-edited";
    let values = answer(&server, Asked::get(&format!("/api/values?scenario={key}")));
    let mut ways = 0;
    for standard in ["swap", "rest", "meal"] {
        let all = values["standards"].as_array().unwrap();
        let shown = all.iter().find(|s| s["headline"]["key"] == standard);
        let cells = &shown.unwrap()["cells"];
        for index in (0..990).step_by(83) {
            let at = format!(
                "{},{}",
                plan["cells"]["lng"][index], plan["cells"]["lat"][index]
            );
            let path = format!("/api/explain?scenario={key}&standard={standard}&at={at}");
            let explained = answer(&server, Asked::get(&path));
            assert_eq!(explained["index"], index);
            assert_eq!(explained["cell"], plan["cells"]["id"][index]);
            let part = &explained["parts"][0];
            let told = &part["facilities"][0]["time_s"];
            assert_eq!(told, &cells["time_s"][index], "{standard}, cell {index}");
            let (Some(way), Some(time_s)) = (part["way"].as_object(), told.as_f64()) else {
                assert!(told.is_null());
                continue;
            };
            ways += 1;
            let steps = way["steps"].as_array().unwrap();
            let on_streets: f64 = steps.iter().map(|s| s["time_s"].as_f64().unwrap()).sum();
            let others = ["walk_before_s", "walk_after_s", "start_delay_s"];
            let others: f64 = others.iter().map(|key| way[*key].as_f64().unwrap()).sum();
            assert!((on_streets + others - time_s).abs() < 1e-6);
        }
    }
    assert!(ways > 15, "{ways} ways were looked at");

    let at = format!(
        "{},{}",
        plan["cells"]["lng"][400], plan["cells"]["lat"][400]
    );
    let joint = answer(
        &server,
        Asked::get(&format!("/api/explain?standard=circle&at={at}")),
    );
    let parts = joint["parts"].as_array().unwrap();
    let keys: Vec<&Value> = parts.iter().map(|part| &part["standard"]).collect();
    assert_eq!(keys, ["swap", "rest", "meal"]);
    let (status, why) = problem(
        &server,
        Asked::get("/api/explain?standard=swap&at=115,22.5"),
    );
    assert_eq!(
        (status, why.as_str()),
        (422, "`115,22.5` lies in no cell of the study area")
    );
}

#[test]
fn a_standard_at_its_own_hour_is_what_the_week_says_then() {
    let server = ask::server();
    let values = answer(&server, Asked::get("/api/values?scenario=open-all-night"));
    // Monday 00:00 is the first hour.
    for (standard, hour) in [("rest", 2 * 24 + 12), ("rest-night", 2 * 24 + 3)] {
        let path = format!("/api/hours?scenario=open-all-night&standard={standard}");
        let week = answer(&server, Asked::get(&path));
        let hours = week["state_of_hour"].as_array().unwrap();
        assert_eq!(hours.len(), 168);
        let states = week["states"].as_array().unwrap();
        assert!(
            states.len() > 1 && states.len() < 30,
            "{} states",
            states.len()
        );
        let state = usize::try_from(hours[hour].as_u64().unwrap()).unwrap();
        assert_eq!(
            states[state]["covered_thousandths"],
            json!(covered(&values, standard))
        );
        let all = values["standards"].as_array().unwrap();
        let shown = all
            .iter()
            .find(|s| s["headline"]["key"] == standard)
            .unwrap();
        assert_eq!(states[state]["cells"], shown["cells"]);
        assert_eq!(states[state]["n_open"], shown["headline"]["n_facilities"]);
    }
}

#[test]
fn scenarios_are_compared_cell_by_cell() {
    let server = ask::server();
    let compared = answer(
        &server,
        Asked::get("/api/compare?before=baseline&after=five-cabinets"),
    );
    let swap = &compared["standards"][0];
    assert_eq!(swap["key"], "swap");
    let count = |class: &str| {
        let cells = swap["cells"].as_array().unwrap();
        cells.iter().filter(|cell| *cell == class).count()
    };
    assert!(count("gained") > 0);
    assert_eq!(json!(count("gained")), swap["gained"]["n_cells"]);
    assert_eq!(count("lost"), 0, "more cabinets lose nothing");
}

#[test]
fn refusals_are_problems_with_the_sentences_of_the_command_line() {
    let server = ask::server();
    let wrong = [
        (
            Asked::get("/api/values?scenario=none"),
            404,
            "there is no scenario `none`; the plan has baseline, ",
        ),
        (
            Asked::get("/api/values?standard=none"),
            404,
            "there is no standard `none`; the plan has swap, ",
        ),
        (
            Asked::get("/api/isochrone?at=1,2,3&limit=5min"),
            400,
            "`1,2,3` is not a longitude (-180 to 180) and a latitude (-90 to 90)",
        ),
        (
            Asked::get("/api/isochrone?at=114.05,22.54&limit=5"),
            400,
            "`5`",
        ),
        (
            Asked::get("/api/isochrone?at=114.05,22.54&limit=5h"),
            400,
            "longer than one request may ask for",
        ),
        (
            Asked::get("/api/isochrone?at=113,22&limit=5min"),
            422,
            "lies more than 150 m from any street",
        ),
        (
            Asked::get("/api/isochrone?at=114.05,22.54&limit=5min&profile=car"),
            400,
            "take foot or rider",
        ),
        (
            Asked::get("/api/isochrone?at=114.05,22.54&limit=5min&what=outline,roads"),
            400,
            "an isochrone has no `roads`; `what` takes `outline`, `streets`, `cells`",
        ),
        (
            Asked::get("/api/isochrone?at=114.05,22.54&limit=5min&what="),
            400,
            "an isochrone has no ``",
        ),
        (
            Asked::get("/tiles/none/1/0/0.mvt"),
            404,
            "there is no layer `none`",
        ),
        (
            Asked::get("/tiles/cells/1/7/0.mvt"),
            404,
            "there is no tile 1/7/0",
        ),
        (
            Asked::get("/nothing"),
            404,
            "there is nothing at `/nothing`",
        ),
        (
            Asked::post("/api/edits", r#"{"do": "fly"}"#),
            400,
            "unknown variant `fly`",
        ),
        (
            Asked::post(
                "/api/edits",
                r#"{"do": "move-facility", "facility": "W99", "to": "114.0,22.5"}"#,
            ),
            400,
            "there is no facility `W99`; did you mean `W09`?",
        ),
    ];
    for (asked, status, sentence) in wrong {
        let (got, why) = problem(&server, asked);
        assert!(why.contains(sentence), "expected `{sentence}` in `{why}`");
        assert_eq!(got, status, "{why}");
    }
}

#[test]
fn a_body_past_the_limit_is_refused() {
    let server = ask::server();
    let long = format!(
        r#"{{"do": "close-facilities", "facilities": ["{}"]}}"#,
        "x".repeat(70_000)
    );
    let asked = ask(&server, Asked::post("/api/edits", &long));
    assert!(
        asked.status == 400 || asked.status == 413,
        "{}",
        asked.status
    );
}

#[test]
fn editing_over_the_network_needs_the_token() {
    let server = ask::server_with_token("0123456789abcdef");
    answer(&server, Asked::get("/api/health"));
    let (status, why) = problem(&server, Asked::post("/api/edits?preview=true", NEW));
    assert_eq!(status, 403);
    assert!(why.contains("needs the token"));
    let wrong = Asked::post("/api/edits?preview=true", NEW).token("0123456789abcdeX");
    assert_eq!(problem(&server, wrong).0, 403);
    answer(
        &server,
        Asked::post("/api/edits?preview=true", NEW).token("0123456789abcdef"),
    );
}

#[test]
fn on_this_machine_only_its_own_names_are_answered() {
    let server = ask::server();
    let (status, _) = problem(&server, Asked::get("/api/health").host("evil.example:8080"));
    assert_eq!(status, 403);
    for own in ["127.0.0.1:8080", "localhost", "[::1]:8080"] {
        answer(&server, Asked::get("/api/health").host(own));
    }
}

#[test]
fn a_tile_is_there_and_an_empty_one_says_so() {
    let server = ask::server();
    let tile = ask(&server, Asked::get("/tiles/cells/12/3345/1784.mvt"));
    assert_eq!(
        (tile.status, tile.mime.as_str()),
        (200, "application/vnd.mapbox-vector-tile")
    );
    assert_eq!(
        ask(&server, Asked::get("/tiles/cells/12/0/0.mvt")).status,
        204
    );
}

#[test]
fn there_is_a_page_built_or_not() {
    let page = ask(&ask::server(), Asked::get("/"));
    assert_eq!(page.status, 200);
    assert!(page.body.contains("nuanquan"));
    assert_eq!(server::has_page(), !page.body.contains("cargo xtask web"));
}

#[test]
fn an_isochrone_holds_what_was_asked_for_and_nothing_else() {
    let server = ask::server();
    let path = "/api/isochrone?at=114.05,22.54&limit=5min";
    let of = |what: &str| answer(&server, Asked::get(&format!("{path}{what}")));
    let parts = ["outline", "streets", "cells"];
    let held = |answer: &Value| -> Vec<&str> {
        let held = parts.iter().filter(|&&part| !answer[part].is_null());
        held.copied().collect()
    };
    let usual = of("");
    assert_eq!(held(&usual), ["outline"]);
    assert_eq!(usual, of("&what=outline"));
    let all = of("&what=cells,streets,outline");
    assert_eq!(held(&all), parts);
    assert_eq!(all["outline"], usual["outline"]);
    for part in parts {
        let one = of(&format!("&what={part}"));
        assert_eq!(held(&one), [part]);
        assert_eq!(one[part], all[part]);
        assert_eq!(one["reached_km"], all["reached_km"]);
        assert_eq!(!one["reached_outside_share"].is_null(), part == "outline");
    }
    // Rings are closed, and hold numbers of at most seven decimals.
    assert_eq!(all["outline"]["type"], "MultiPolygon");
    for ring in all["outline"]["coordinates"][0].as_array().unwrap() {
        let corners = ring.as_array().unwrap();
        assert!(corners.len() > 3 && corners.first() == corners.last());
        for corner in corners {
            let text = corner.to_string();
            let decimals = text.trim_matches(['[', ']']).split(',').map(|number| {
                let (_, decimals) = number.split_once('.').unwrap_or_default();
                decimals.len()
            });
            assert!(decimals.max() <= Some(7), "{text}");
        }
    }
    let lines = all["streets"]["features"].as_array().unwrap();
    assert!(lines.len() > 100);
    for line in lines {
        assert_eq!(line["geometry"]["type"], "LineString");
        assert!(line["geometry"]["coordinates"].as_array().unwrap().len() > 1);
        assert!(line["properties"]["end_s"].as_f64().unwrap() <= 300.0);
    }
    let cells = all["cells"]["cells"].as_array().unwrap();
    let meters = |value: &Value| value.as_f64().unwrap();
    let sum: f64 = cells.iter().map(|cell| meters(&cell["reached_m"])).sum();
    let reached_m = sum + meters(&all["cells"]["elsewhere_m"]);
    assert!((reached_m - meters(&all["reached_km"]) * 1e3).abs() < 0.01);
}
