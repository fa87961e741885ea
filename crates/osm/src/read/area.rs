use city::AreaKind;

use super::Extra;
use crate::tags::{self, Named, Tag, value};

/// What is kept of an area, place or boundary; `None` when it is none of them.
pub(super) fn extra(tags: &[Tag<'_>], is_area: bool) -> Option<Extra> {
    let place = tags::is_place(tags).then(|| {
        let all = tags.iter();
        all.map(|tag| (tag.name.to_owned(), tag.value.to_owned()))
            .collect()
    });
    let area = area_kind(tags).filter(|_| is_area);
    let is_boundary = is_area && value(tags, Named::Boundary) == Some("administrative");
    let level = value(tags, Named::AdminLevel).filter(|_| is_boundary);
    let admin_level = level.and_then(|level| level.parse().ok());
    if place.is_none() && area.is_none() && admin_level.is_none() {
        return None;
    }
    let owned = |key| value(tags, key).map(str::to_owned);
    let levels = value(tags, Named::BuildingLevels).filter(|_| area == Some(AreaKind::Building));
    Some(Extra {
        area,
        name: owned(Named::Name),
        name_en: owned(Named::NameEn),
        levels: levels.and_then(whole_levels),
        admin_level,
        place,
    })
}

/// `5`, `5.5` (half storeys are dropped); at most 300 storeys are believed.
fn whole_levels(text: &str) -> Option<u32> {
    let whole = text.split(['.', ',']).next()?;
    let levels: u32 = whole.trim().parse().ok()?;
    (1..=300).contains(&levels).then_some(levels)
}

fn area_kind(tags: &[Tag<'_>]) -> Option<AreaKind> {
    let is = |key, values: &[&str]| value(tags, key).is_some_and(|v| values.contains(&v));
    if value(tags, Named::Building).is_some_and(|v| v != "no") {
        return Some(AreaKind::Building);
    }
    let water = is(Named::Natural, &["water"])
        || is(Named::Waterway, &["riverbank", "dock"])
        || is(Named::Landuse, &["reservoir", "basin"]);
    if water {
        return Some(AreaKind::Water);
    }
    let leisure = tags
        .iter()
        .find(|tag| tag.name == "leisure")
        .is_some_and(|tag| {
            ["park", "garden", "golf_course", "nature_reserve", "pitch"].contains(&tag.value)
        });
    let green = leisure
        || is(Named::Natural, &["wood", "grassland", "scrub", "heath"])
        || is(
            Named::Landuse,
            &[
                "grass",
                "forest",
                "meadow",
                "recreation_ground",
                "village_green",
                "cemetery",
                "orchard",
                "allotments",
            ],
        );
    green.then_some(AreaKind::Green)
}
