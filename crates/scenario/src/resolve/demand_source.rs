//! Who needs the services: counted, measured as street, or taken from what the map shows.

use std::collections::BTreeMap;

use city::AreaKind;
use coverage::{
    Amount, Demand, DemandPattern, DemandSet, DemandSquare, PatternId, StudyArea, ZoneDemand,
    ZonePart, Zones, nearest_spelling, streets_outside,
};
use formats::{Area, demand, geotiff, patterns};
use units::{BoundingBox, LngLat, LocalPlane};

use crate::plan::problem::Problems;
use crate::plan::spec::{DemandSpec, PatternsSpec, SourceSpec};
use crate::project::profile_streets::ProfileStreets;
use crate::resolve::sources::{Reader, rows_outside, tag_rules};

/// What demand is made from.
pub(crate) struct DemandInputs<'a> {
    pub(crate) area: &'a StudyArea,
    pub(crate) zones: &'a Zones,
    pub(crate) profiles: &'a BTreeMap<String, ProfileStreets>,
    /// The box within which all streets are known; `None` when neither the plan nor the extract says.
    pub(crate) complete: Option<&'a BoundingBox>,
    /// How demand may change over the week.
    pub(crate) patterns: &'a [DemandPattern],
}

/// The patterns of demand that a plan names.
pub(crate) fn patterns_of(
    reader: &mut Reader<'_>,
    spec: Option<&PatternsSpec>,
    problems: &mut Problems,
) -> Vec<DemandPattern> {
    let Some(spec) = spec else {
        return Vec::new();
    };
    let from = SourceSpec {
        path: Some(spec.path.clone()),
        encoding: spec.encoding.clone(),
        illustrative: spec.illustrative,
        ..SourceSpec::default()
    };
    let read = reader.file("[patterns]", &from).and_then(|source| {
        let loaded = patterns::read(&source);
        reader.take("[patterns]", loaded)
    });
    match read {
        Ok(patterns) => {
            let names: Vec<&str> = patterns.iter().map(DemandPattern::name).collect();
            reader.notes.push(format!(
                "[patterns]: demand changes over the week ({}); a standard with an hour counts who \
                 is there then, one without counts demand as given",
                names.join(", ")
            ));
            patterns
        }
        Err(more) => {
            problems.extend(more);
            Vec::new()
        }
    }
}

/// The demand of a plan and its measures, each in a unit of its own.
pub(crate) fn all_demand(
    reader: &mut Reader<'_>,
    inputs: &DemandInputs<'_>,
    problems: &mut Problems,
) -> Option<(DemandSet, Vec<DemandSet>)> {
    let mut sets: Vec<Option<DemandSet>> = Vec::new();
    let mut units: BTreeMap<String, String> = BTreeMap::new();
    for (place, spec) in reader.plan.spec.all_demand() {
        let set = demand_set(reader, &place, spec, inputs, problems);
        if let Some(set) = &set {
            let unit = set.unit().name().to_owned();
            match units.get(&unit) {
                Some(first) => problems.add(format!(
                    "{place}: `{unit}` is counted in {first} already; units are kept apart, so give \
                     each a name of its own"
                )),
                None => {
                    units.insert(unit, place);
                }
            }
        }
        sets.push(set);
    }
    let mut sets = sets.into_iter().collect::<Option<Vec<_>>>()?.into_iter();
    Some((sets.next()?, sets.collect()))
}

/// Demand as a plan describes it at a place.
#[expect(clippy::too_many_lines, reason = "one arm for each source of demand")]
fn demand_set(
    reader: &mut Reader<'_>,
    at: &str,
    spec: &DemandSpec,
    inputs: &DemandInputs<'_>,
    problems: &mut Problems,
) -> Option<DemandSet> {
    let area = inputs.area;
    let usual = usual_pattern(at, spec, inputs.patterns, problems);
    let made = match spec {
        DemandSpec::StreetLength { profile, .. } => street_length(reader, at, inputs, profile)?,
        DemandSpec::Table {
            path,
            sheet,
            bad_rows,
            unit,
            datum,
            encoding,
            columns,
            outside: rule,
            missing_positions,
            illustrative,
            ..
        } => {
            let from = SourceSpec {
                path: Some(path.clone()),
                sheet: sheet.clone(),
                bad_rows: *bad_rows,
                datum: datum.clone(),
                encoding: encoding.clone(),
                columns: columns.clone(),
                missing_positions: *missing_positions,
                illustrative: *illustrative,
                ..SourceSpec::default()
            };
            let bounds = Area {
                outline: area.outline().clone(),
                name: "the study area".to_owned(),
                outside: rows_outside(*rule),
            };
            reader.file(at, &from).and_then(|source| {
                let loaded = demand::read_positions(&source, Some(&bounds), inputs.patterns);
                let counts = reader.take(at, loaded)?;
                let set = DemandSet::counted(unit.as_str(), area, counts);
                Ok(marked(set, *illustrative))
            })
        }
        DemandSpec::ZoneTable {
            path,
            sheet,
            unit,
            profile,
            encoding,
            columns,
            illustrative,
            ..
        } => {
            let from = SourceSpec {
                path: Some(path.clone()),
                sheet: sheet.clone(),
                encoding: encoding.clone(),
                columns: columns.clone(),
                ..SourceSpec::default()
            };
            let streets = street_length(reader, at, inputs, profile)?;
            reader.file(at, &from).and_then(|source| {
                let loaded = demand::read_zones(&source, inputs.zones, inputs.patterns);
                let counts = reader.take(at, loaded)?;
                let set = zone_demand(reader, at, inputs, (profile, unit), &streets?, &counts);
                Ok(marked(set, *illustrative))
            })
        }
        DemandSpec::Raster {
            path, unit, band, ..
        } => {
            let path = reader.plan.path_of(path);
            reader.files.push(path.clone());
            let squares = reader.take(at, geotiff::read_counts(&path, *band));
            squares.map(|squares| raster_demand(reader, at, area, unit, squares))
        }
        DemandSpec::Places {
            tags,
            unit,
            per_place,
            ..
        } => places(reader, at, tags, per_place.unwrap_or(1))
            .map(|counts| DemandSet::counted(unit.as_str(), area, counts)),
        DemandSpec::Buildings { levels, .. } => Ok(DemandSet::counted(
            "floor_m2",
            area,
            buildings(reader, area, levels.unwrap_or(1)),
        )),
    };
    match made {
        Ok(set) if set.total() == Demand::ZERO => {
            problems.add(no_demand(at, &set));
            None
        }
        Ok(set) => {
            if set.outside() > Demand::ZERO {
                let (lost, unit) = (set.outside().as_units_f64(), set.unit());
                reader.notes.push(format!(
                    "{at}: {lost:.0} of {:.0} {unit} lie outside the study area",
                    set.given().as_units_f64()
                ));
            }
            Some(set.following(inputs.patterns.to_vec(), usual))
        }
        Err(more) => {
            problems.extend(more);
            None
        }
    }
}

/// That a source has no demand in the study area, and where it has some.
fn no_demand(at: &str, set: &DemandSet) -> String {
    let (lost, unit) = (set.outside().as_units_f64(), set.unit());
    let hint = if set.outside() > Demand::ZERO {
        format!("; {lost:.0} {unit} lie outside it: check the datum and the box")
    } else {
        String::new()
    };
    format!("{at}: there is no demand in the study area{hint}")
}

/// Demand counted on the cells of a raster; tells what those at the rim give.
fn raster_demand(
    reader: &mut Reader<'_>,
    at: &str,
    area: &StudyArea,
    unit: &str,
    squares: Vec<DemandSquare>,
) -> DemandSet {
    let (set, rim) = DemandSet::counted_on_squares(unit, area, squares);
    if rim.n_squares > 0 {
        reader.notes.push(format!(
            "{at}: {} cells of the raster lie partly outside the study area: {:.0} of their {:.0} \
             {unit} count, by ground",
            rim.n_squares,
            rim.inside.as_units_f64(),
            (rim.inside + rim.outside).as_units_f64()
        ));
    }
    set
}

/// Demand counted per zone, spread over the streets of a profile; tells what lies outside.
fn zone_demand(
    reader: &mut Reader<'_>,
    at: &str,
    inputs: &DemandInputs<'_>,
    (profile, unit): (&str, &str),
    streets: &DemandSet,
    counts: &[Amount],
) -> DemandSet {
    let components = &inputs.profiles[profile].components;
    let graph = &reader.city.streets;
    let beyond = streets_outside(graph, inputs.area, |edge| components.is_network(edge));
    let (set, parts) = ZoneDemand {
        area: inputs.area,
        streets,
        beyond: &beyond,
        complete: inputs.complete,
        zones: inputs.zones,
        counts,
    }
    .spread(unit);
    let mut tell = |what: &str, fits: &dyn Fn(&ZonePart) -> bool| {
        let zones = inputs.zones.zones().iter().zip(&parts);
        let found: Vec<(&str, &ZonePart)> = zones
            .filter(|(_, part)| fits(part))
            .map(|(zone, part)| (zone.id.as_str(), part))
            .collect();
        if found.is_empty() {
            return;
        }
        let ids: Vec<&str> = found.iter().take(MOST_NAMED).map(|(id, _)| *id).collect();
        let more = if found.len() > MOST_NAMED {
            ", …"
        } else {
            ""
        };
        let inside: Demand = found.iter().map(|(_, part)| part.inside).sum();
        let outside: Demand = found.iter().map(|(_, part)| part.outside).sum();
        reader.notes.push(format!(
            "{at}: {} of {} zones {what}: {:.0} {unit} inside the study area, {:.0} outside \
             (`{}`{more})",
            found.len(),
            parts.len(),
            inside.as_units_f64(),
            outside.as_units_f64(),
            ids.join("`, `"),
        ));
    };
    let some = |demand: Demand| demand > Demand::ZERO;
    tell(
        "lie partly outside the study area and give what lies inside, by the length of their street",
        &|part| !part.by_ground && some(part.inside) && some(part.outside),
    );
    tell("lie outside the study area", &|part| {
        !some(part.inside) && some(part.outside)
    });
    tell(
        "have no street of the profile: their demand stands in their midst, and what lies outside is \
         told by their ground",
        &|part| part.by_ground && some(part.inside),
    );
    tell(
        "reach beyond the box that holds all streets; that part is told by its ground",
        &|part| part.reaches_unknown && some(part.outside),
    );
    set
}

/// How many zones a note names.
const MOST_NAMED: usize = 5;

/// The pattern that the demand follows as a whole.
fn usual_pattern(
    at: &str,
    spec: &DemandSpec,
    patterns: &[DemandPattern],
    problems: &mut Problems,
) -> Option<PatternId> {
    let name = spec.pattern()?;
    let found = patterns.iter().position(|pattern| pattern.name() == name);
    if found.is_none() {
        let names = patterns.iter().map(DemandPattern::name);
        let hint = match nearest_spelling(name, names) {
            Some(near) => format!("was `{near}` meant?"),
            None => "[patterns] names the table that holds them".to_owned(),
        };
        problems.add(format!("{at}: there is no pattern `{name}`; {hint}"));
    }
    PatternId::from_index(found?)
}

fn marked(set: DemandSet, illustrative: bool) -> DemandSet {
    if illustrative {
        set.illustrative()
    } else {
        set
    }
}

/// Metres of street of a profile's networks; `None` when there is no such profile, which is
/// told elsewhere.
fn street_length(
    reader: &Reader<'_>,
    at: &str,
    inputs: &DemandInputs<'_>,
    profile: &str,
) -> Option<Result<DemandSet, Problems>> {
    let components = &inputs.profiles.get(profile)?.components;
    let streets = &reader.city.streets;
    let set = DemandSet::street_meters(streets, inputs.area, |edge| components.is_network(edge));
    Some(if set.n_points() == 0 {
        Err(Problems::one(format!(
            "{at}: no street of the network lies in the study area"
        )))
    } else {
        let is_scrap = |edge| components.is_scrap(edge);
        let scraps = DemandSet::street_meters(streets, inputs.area, is_scrap);
        Ok(set.beside_scraps(scraps.total()))
    })
}

/// Places with one of some tags, each counting the same: restaurants as origins of orders.
fn places(
    reader: &Reader<'_>,
    at: &str,
    tags: &[String],
    per_place: u32,
) -> Result<Vec<(LngLat, Demand)>, Problems> {
    let rules = tag_rules(at, tags)?;
    let demand = Demand::from_units(u64::from(per_place));
    let places = reader.city.places.iter();
    Ok(places
        .filter(|place| rules.iter().any(|rule| rule.fits(place)))
        .map(|place| (place.position, demand))
        .collect())
}

/// Buildings as destinations: their floor area, footprint times levels, in square metres.
///
/// `levels` is what a building without mapped levels counts for. Inner courts are left out of the
/// footprint; the position is the mean of the outer corners.
fn buildings(reader: &Reader<'_>, area: &StudyArea, levels: u32) -> Vec<(LngLat, Demand)> {
    let plane = LocalPlane::over(area.bounding_box());
    let areas = reader.city.backdrop.areas();
    let buildings = areas.filter(|area| area.kind == AreaKind::Building);
    buildings
        .filter_map(|building| {
            let mut rings = building.rings();
            let outer = rings.next()?;
            let holes: f64 = rings.map(|ring| square_meters(&plane, ring)).sum();
            let footprint = (square_meters(&plane, outer) - holes).max(0.0);
            let floors = f64::from(building.levels.unwrap_or(levels));
            let text = format!("{:.0}", footprint * floors);
            let demand = Demand::from_units(text.parse().ok()?);
            Some((middle(outer)?, demand))
        })
        .filter(|&(_, demand)| demand > Demand::ZERO)
        .collect()
}

fn square_meters(plane: &LocalPlane, ring: &[LngLat]) -> f64 {
    let points: Vec<_> = ring.iter().map(|&corner| plane.project(corner)).collect();
    let next = points.iter().cycle().skip(1);
    let doubled: f64 = points
        .iter()
        .zip(next)
        .map(|(a, b)| a.x_m * b.y_m - b.x_m * a.y_m)
        .sum();
    doubled.abs() / 2.0
}

/// The mean of some positions.
fn middle(positions: &[LngLat]) -> Option<LngLat> {
    let n = i64::try_from(positions.len()).ok().filter(|n| *n > 0)?;
    let lng: i64 = positions.iter().map(|p| i64::from(p.lng_e7())).sum();
    let lat: i64 = positions.iter().map(|p| i64::from(p.lat_e7())).sum();
    let (lng, lat) = (i32::try_from(lng / n).ok()?, i32::try_from(lat / n).ok()?);
    Some(LngLat::from_e7(lng, lat))
}
