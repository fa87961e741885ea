//! The description of the interface against the types of the page and against what is answered.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::NEW;
use crate::ask::{self, Asked, answer};

fn described() -> Value {
    serde_json::from_str(&server::openapi()).unwrap()
}

#[test]
fn the_types_of_the_page_are_made_from_what_is_described() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = here.join("../../web/src/generated/openapi.json");
    let made_from = std::fs::read_to_string(file).unwrap();
    assert!(
        made_from == server::openapi(),
        "the interface changed and the types of the page did not: run `cargo xtask types`"
    );
}

#[test]
fn what_is_served_is_what_is_described_and_every_operation_has_a_name_of_its_own() {
    let document = described();
    let served = answer(&ask::server(), Asked::get("/openapi.json"));
    assert_eq!(served, document);
    let operations = document["paths"].as_object().unwrap().values();
    let operations = operations.flat_map(|path| path.as_object().unwrap().values());
    let names: Vec<&str> = operations
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let different: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(different.len(), names.len(), "{names:?}");
}

/// The schema of what a route answers with 200.
fn schema_of<'a>(document: &'a Value, method: &str, path: &str) -> &'a Value {
    let answers = &document["paths"][path][method]["responses"];
    &answers["200"]["content"]["application/json"]["schema"]
}

#[test]
fn answers_hold_what_is_described_and_nothing_else() {
    let document = described();
    let server = ask::server();
    let check = |method: &str, route: &str, answer: &Value| {
        let mut wrong = Vec::new();
        let schema = schema_of(&document, method, route);
        assert!(schema.is_object(), "{route} is described");
        misfits(&document, schema, answer, route, &mut wrong);
        assert_eq!(wrong, Vec::<String>::new());
    };
    let made = answer(&server, Asked::post("/api/edits?preview=true", NEW));
    check("post", "/api/edits", &made);
    let made = answer(&server, Asked::post("/api/edits", NEW));
    check("post", "/api/edits", &made);
    for (route, query) in [
        ("/api/health", ""),
        ("/api/plan", ""),
        ("/api/values", "scenario=five-cabinets"),
        ("/api/edits", ""),
        ("/api/compare", "before=baseline&after=open-all-night"),
        ("/api/isochrone", "at=114.05,22.54&limit=5min"),
        ("/api/sites", "standard=swap&scenario=five-cabinets"),
        ("/api/explain", "standard=circle&at=114.0032,22.5359"),
        ("/api/hours", "standard=rest"),
        ("/api/detail", "scenario=five-cabinets"),
    ] {
        let answered = answer(&server, Asked::get(&format!("{route}?{query}")));
        check("get", route, &answered);
    }
    // The check itself sees what is missing, what is too much and what is of another kind.
    let mut bent = answer(&server, Asked::get("/api/values"));
    let headline = &mut bent["standards"][0]["headline"];
    headline["covered_thousandths"] = Value::Null;
    headline.as_object_mut().unwrap().remove("median_s");
    bent["standards"][1]["cells"]["colour"] = 1.into();
    let mut wrong = Vec::new();
    let schema = schema_of(&document, "get", "/api/values");
    misfits(&document, schema, &bent, "values", &mut wrong);
    assert_eq!(
        wrong,
        [
            "values.standards.0.headline fits none of its forms",
            "values.standards.1.cells.colour is not described"
        ]
    );
}

/// What of a value does not fit its schema, as far as the types of the page rest on it.
fn misfits(document: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let forms = forms(document, schema);
    let mut best: Option<Vec<String>> = None;
    for form in &forms {
        let mut found = Vec::new();
        of_form(document, form, value, at, &mut found);
        if best.as_ref().is_none_or(|best| found.len() < best.len()) {
            best = Some(found);
        }
    }
    match best {
        Some(found) if forms.len() > 1 && !found.is_empty() => {
            wrong.push(format!("{at} fits none of its forms"));
        }
        Some(found) => wrong.extend(found),
        None => wrong.push(format!("{at} is not described")),
    }
}

/// Everything that a schema allows, each as one schema without references: members of an `allOf`
/// are put together, those of a `oneOf` stand beside each other.
fn forms(document: &Value, schema: &Value) -> Vec<Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return forms(document, target);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choices = choices.iter();
        return choices.flat_map(|one| forms(document, one)).collect();
    }
    let Some(parts) = schema["allOf"].as_array() else {
        return vec![schema.clone()];
    };
    let mut whole = vec![serde_json::json!({ "type": "object", "properties": {}, "required": [] })];
    for part in parts {
        let part = forms(document, part);
        let joined = whole
            .iter()
            .flat_map(|one| part.iter().map(|other| put_together(one, other)));
        whole = joined.collect();
    }
    whole
}

fn put_together(one: &Value, other: &Value) -> Value {
    let mut whole = one.clone();
    let properties = whole["properties"].as_object_mut().unwrap();
    for (name, schema) in other["properties"].as_object().unwrap() {
        properties.insert(name.clone(), schema.clone());
    }
    let required = whole["required"].as_array_mut().unwrap();
    required.extend(other["required"].as_array().into_iter().flatten().cloned());
    whole
}

fn of_form(document: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() || number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |known: &Value| known == kind || (known == "number" && kind == "integer");
    let fits = match &schema["type"] {
        Value::Array(known) => known.iter().any(is),
        known => is(known),
    };
    let words = schema["enum"].as_array();
    if !fits || words.is_some_and(|words| !words.contains(value)) {
        wrong.push(format!("{at} is {kind}, not {}", schema["type"]));
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                misfits(
                    document,
                    &schema["items"],
                    item,
                    &format!("{at}.{index}"),
                    wrong,
                );
            }
        }
        Value::Object(members) => {
            for name in schema["required"].as_array().into_iter().flatten() {
                let name = name.as_str().unwrap();
                if !members.contains_key(name) {
                    wrong.push(format!("{at}.{name} is missing"));
                }
            }
            for (name, member) in members {
                match schema["properties"].get(name) {
                    Some(schema) => {
                        misfits(document, schema, member, &format!("{at}.{name}"), wrong);
                    }
                    None => wrong.push(format!("{at}.{name} is not described")),
                }
            }
        }
        _ => {}
    }
}
