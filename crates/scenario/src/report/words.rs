//! Fields of reports that hold a word of a fixed list, for the description of the interface: the
//! lists are those that the words are written from.

use coverage::{HazardKind, HazardState, Obstacle, Reason};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

const REASONS: [Reason; 8] = [
    Reason::NoStreet,
    Reason::Closed,
    Reason::Full,
    Reason::CutOff(Obstacle::Gate),
    Reason::CutOff(Obstacle::OneWay),
    Reason::CutOff(Obstacle::Water),
    Reason::Detour,
    Reason::NoFacility,
];

/// Why demand is not covered.
pub fn reason() -> Schema {
    one_of(&REASONS.map(Reason::key))
}

/// Why demand is not covered; null when that is not known.
pub fn reason_or_null() -> Schema {
    one_of_or_null(&REASONS.map(Reason::key))
}

/// What was reported from the street.
pub fn hazard_kind() -> Schema {
    one_of(&HazardKind::ALL.map(HazardKind::key))
}

/// How far a report has come.
pub fn hazard_state() -> Schema {
    one_of(&HazardState::ALL.map(HazardState::key))
}

fn one_of(words: &[&str]) -> Schema {
    let word = ObjectBuilder::new().schema_type(Type::String);
    word.enum_values(Some(words.iter().copied())).into()
}

fn one_of_or_null(words: &[&str]) -> Schema {
    let words = words.iter().map(|&word| Some(word));
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(words.chain([None])))
        .into()
}
