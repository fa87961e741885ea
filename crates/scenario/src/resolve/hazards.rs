use coverage::{HazardKind, HazardRules, StreetEffect};
use formats::{Area, hazards};

use crate::plan::problem::Problems;
use crate::plan::spec::HazardsSpec;
use crate::project::hazards::Hazards;
use crate::resolve::sources::{Reader, outside};

/// Reads the hazards of a plan.
pub(crate) fn read_hazards(
    reader: &mut Reader<'_>,
    spec: Option<&HazardsSpec>,
    problems: &mut Problems,
) -> Hazards {
    let Some(spec) = spec else {
        return Hazards::default();
    };
    let mut rules = HazardRules::default();
    for (kind, effect) in &spec.effects {
        let place = format!("[hazards.effects], {kind}");
        let kind = problems.keep(&place, kind.parse::<HazardKind>());
        let effect = problems.keep(&place, street_effect(effect));
        if let (Some(kind), Some(effect)) = (kind, effect) {
            rules = rules.with(kind, effect);
        }
    }
    rules.unconfirmed_count = spec.unconfirmed_count;
    let area = Area {
        outline: reader.area.outline().clone(),
        name: "the study area".to_owned(),
        outside: outside(spec.from.outside),
    };
    let read = reader.file("[hazards]", &spec.from).and_then(|source| {
        let loaded = hazards::read(&source, Some(&area));
        reader.take("[hazards]", loaded)
    });
    let list = match read {
        Ok(list) => list,
        Err(more) => {
            problems.extend(more);
            Vec::new()
        }
    };
    Hazards {
        list,
        rules,
        in_baseline: spec.in_baseline,
    }
}

/// `close`, or a share of the speed: `50%`.
fn street_effect(text: &str) -> Result<StreetEffect, String> {
    let wrong =
        || format!("`{text}` is no effect; write `close`, or a share of the speed as `50%`");
    if text == "close" {
        return Ok(StreetEffect::Close);
    }
    let digits = text.strip_suffix('%').ok_or_else(wrong)?;
    match digits.trim().parse() {
        Ok(percent @ 1..=99) => Ok(StreetEffect::Slow { percent }),
        _ => Err(wrong()),
    }
}
