use serde_json::Value;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(info(
    title = "nuanquan",
    description = "Service coverage for delivery riders: values, edits, tiles."
))]
struct Document;

/// The description before any route is in it.
pub(crate) fn empty() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// A description as text.
///
/// `utoipa` calls every `Option` a member that may be null and may be left out. Here each of them is
/// one of the two: it is sent as null, or, where the type says `nullable = false`, left out.
pub(crate) fn written(document: &utoipa::openapi::OpenApi) -> String {
    let mut document = serde_json::to_value(document).expect("the description is plain data");
    require_nullable(&mut document);
    let mut text = serde_json::to_string_pretty(&document).expect("plain data");
    text.push('\n');
    text
}

/// Marks members that may be null as always there, in each description of an object.
fn require_nullable(part: &mut Value) {
    match part {
        Value::Array(parts) => parts.iter_mut().for_each(require_nullable),
        Value::Object(members) => {
            members.values_mut().for_each(require_nullable);
            let Some(Value::Object(properties)) = members.get("properties") else {
                return;
            };
            let nullable = properties.iter().filter(|(_, schema)| may_be_null(schema));
            let nullable: Vec<Value> = nullable.map(|(name, _)| name.as_str().into()).collect();
            if nullable.is_empty() {
                return;
            }
            let required = members
                .entry("required")
                .or_insert_with(|| Value::Array(Vec::new()));
            let required = required.as_array_mut().expect("a list of names");
            for name in nullable {
                if !required.contains(&name) {
                    required.push(name);
                }
            }
        }
        _ => {}
    }
}

fn may_be_null(schema: &Value) -> bool {
    let is_null = |schema: &Value| match &schema["type"] {
        Value::Array(types) => types.contains(&Value::from("null")),
        one => one == "null",
    };
    let choices = ["oneOf", "anyOf"].map(|word| schema[word].as_array());
    is_null(schema) || choices.into_iter().flatten().flatten().any(is_null)
}
