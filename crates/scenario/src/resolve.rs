//! Names to values; collects every problem before giving up.

pub(crate) mod candidate_source;
pub(crate) mod changes;
pub(crate) mod choice_rules;
pub(crate) mod corners;
pub(crate) mod datum_check;
pub(crate) mod demand_source;
pub(crate) mod fingerprints;
pub(crate) mod hazards;
pub(crate) mod margin;
pub(crate) mod policies;
pub(crate) mod profiles;
pub(crate) mod sources;
pub(crate) mod standard_source;
pub(crate) mod study_area;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use city::City;
use coverage::{
    DEFAULT_BORDER, DemandSet, Facility, FacilityKind, HolidayCalendar, KindCatalog, ReferenceWeek,
    StudyArea, Zones, border_nodes,
};
use formats::{Encoding, Field, Source, boundaries, calendar};
use graph::Components;
use units::{BoundingBox, HourOfWeek, Length, parse_length};

use crate::plan::Plan;
use crate::plan::problem::Problems;
use crate::plan::spec::{PlanSpec, SourceSpec};
use crate::project::candidate::Candidate;
use crate::project::left_out::LeftOut;
use crate::project::margin::length_text;
use crate::project::measure::{Measure, demand_of_hours};
use crate::project::place_name::{PlaceNames, zone_name};
use crate::project::{Project, ResolvedScenario};
use crate::resolve::candidate_source::candidates;
use crate::resolve::changes::resolve_changes;
use crate::resolve::demand_source::{DemandInputs, all_demand, patterns_of};
use crate::resolve::fingerprints::{fingerprint, grid_fingerprint};
use crate::resolve::hazards::read_hazards;
use crate::resolve::margin::margin;
use crate::resolve::policies::{policies, policy_notes};
use crate::resolve::profiles::{island_notes, named_profiles, profiles};
use crate::resolve::sources::Reader;
use crate::resolve::standard_source::standards;
use crate::resolve::study_area::{box_outline, study_area};

/// What a zone without a name is, where the plan does not say.
const ZONES_CALLED: &str = "分区 · zone";

/// Loads and checks everything that a plan names.
///
/// `city` is the network of [`Plan::network_path`], opened or imported by the caller.
///
/// # Errors
/// All problems of the plan and its files.
///
/// Cost: reads every file; one metric for each profile; linear in streets and demand.
pub fn resolve(plan: &Plan, city: City) -> Result<Project, Problems> {
    let spec = &plan.spec;
    let mut problems = Problems::default();
    let mut notes = spec.notes.clone();
    let mut files = Vec::new();

    let (kinds, kind_words) = kinds(spec, &mut problems);
    let week = week(plan, &mut problems, &mut notes, &mut files);
    let study = &spec.study_area;
    let area = study_area(plan, study, &mut problems, &mut notes, &mut files);
    let named = named_profiles(spec, &mut problems);
    let (standards, joints) = standards(spec, &kinds, &mut problems);
    let margin = margin(spec, &named, &standards, &mut problems);
    let (Some((week, day, night)), Some(area), Some(margin)) = (week, area, margin) else {
        return Err(problems);
    };
    // From here on there are no other streets than those that the plan opens.
    let Some((city, streets_box)) = open(spec, city, &area, margin, &mut problems) else {
        return Err(problems);
    };
    let policies = policies(&spec.policies, &city.streets, &mut problems);
    let joining = joining(spec, &mut problems);
    let (profiles, layouts) = profiles(&city.streets, &policies, named, joining);
    let complete_box = complete_box(spec, streets_box, &mut problems).unwrap_or(streets_box);

    let is_known = spec.network.complete_within.is_some() || city.source.bounding_box.is_some();
    let mut left_out = LeftOut::default();
    let mut reader = Reader {
        plan,
        city: &city,
        area: &area,
        margin,
        kinds: (&kinds, &kind_words),
        week: &week,
        notes: &mut notes,
        left_out: &mut left_out,
        files: &mut files,
        nearest_street: OnceCell::new(),
    };
    let zones = zones(&mut reader, spec, &mut problems);
    let mut facilities = facilities(&mut reader, spec, &mut problems);
    let hazards = read_hazards(&mut reader, spec.hazards.as_ref(), &mut problems);
    let patterns = patterns_of(&mut reader, spec.patterns.as_ref(), &mut problems);
    let inputs = DemandInputs {
        area: &area,
        zones: &zones,
        profiles: &profiles,
        complete: is_known.then_some(&complete_box),
        patterns: &patterns,
    };
    let demand = all_demand(&mut reader, &inputs, &mut problems);
    let candidates = candidates(&mut reader, &inputs, &mut problems);
    let names = PlaceNames::of(&city.streets, &zones);
    let candidates = name_places(&names, spec, &mut facilities, candidates);
    let (true, Some((demand, measures))) = (problems.is_empty(), demand) else {
        return Err(problems);
    };

    notes.extend(overlap_notes(&zones, &demand));
    notes.extend(policy_notes(&spec.policies));
    notes.extend(island_notes(&profiles, &city.streets, &area));
    let border = border_nodes(&city.streets, &complete_box, DEFAULT_BORDER);
    let zone_of_point = demand.zones_of_points(&zones);
    let measure = |demand| Measure::new(demand, &zones, &standards);
    let measures = measures.into_iter().map(measure).collect();
    let mut project = Project {
        spec: spec.clone(),
        fingerprint: fingerprint(plan, &city, margin, &files)?,
        files: {
            files.extend([plan.path.clone(), plan.network_path()]);
            files
        },
        grid_fingerprint: grid_fingerprint(&city, &area, &demand),
        city,
        margin,
        area,
        streets_box,
        border,
        zones,
        zone_of_point,
        policies,
        layouts,
        profiles,
        kinds,
        week,
        day,
        night,
        facilities,
        left_out,
        demand_of_hours: demand_of_hours(&demand, &standards),
        demand,
        measures,
        hazards,
        standards,
        joints,
        candidates,
        scenarios: Vec::new(),
        notes,
    };
    project.scenarios = scenarios(&project, &mut problems);
    problems.or(project)
}

/// Names the zones that overlap where demand is.
///
/// Cost: linear in the demand points, times the corners of the zones near each.
fn overlap_notes(zones: &Zones, demand: &DemandSet) -> Vec<String> {
    let points = demand.points().iter();
    let overlaps = zones.overlaps(points.map(|point| (point.position, point.demand)));
    let id = |zone| zones.zone(zone).id.as_str();
    let mut notes: Vec<String> = overlaps
        .iter()
        .take(MOST_OVERLAPS)
        .map(|overlap| {
            let (first, second) = (id(overlap.first), id(overlap.second));
            let how = if overlap.second_lies_within {
                format!("zone `{second}` lies within zone `{first}`")
            } else if overlap.first_lies_within {
                format!("zone `{first}` lies within zone `{second}`")
            } else {
                format!("zones `{first}` and `{second}` overlap")
            };
            format!(
                "[zones]: {how}: what was counted per zone counts in its own, all else in `{first}`"
            )
        })
        .collect();
    if overlaps.len() > MOST_OVERLAPS {
        let n = overlaps.len() - MOST_OVERLAPS;
        notes.push(format!("[zones]: {n} more pairs of zones overlap"));
    }
    notes
}

/// How many overlaps are named.
const MOST_OVERLAPS: usize = 5;

/// How far a place may lie from the street it is joined to.
fn link_radius(spec: &PlanSpec, problems: &mut Problems) -> Length {
    let text = spec.network.link_radius.as_deref();
    let radius = text.map_or(Ok(reach::JOIN_RADIUS), parse_length);
    let radius = problems.keep("[network], link_radius", radius);
    radius.unwrap_or(reach::JOIN_RADIUS)
}

/// The box within which the network holds all streets: as the plan says, else the box that the
/// extract was cut with, else that of its streets.
fn complete_box(
    spec: &PlanSpec,
    streets_box: BoundingBox,
    problems: &mut Problems,
) -> Option<BoundingBox> {
    let Some([west, south, east, north]) = spec.network.complete_within else {
        return Some(streets_box);
    };
    let outline = box_outline(west, south, east, north);
    problems
        .keep("[network], complete_within", outline)?
        .bounding_box()
}

/// How far a place may lie from its street, and below which length of street a component is a
/// scrap.
fn joining(spec: &PlanSpec, problems: &mut Problems) -> (Length, Length) {
    (link_radius(spec, problems), island_below(spec, problems))
}

/// Street of a component below which it is a scrap.
fn island_below(spec: &PlanSpec, problems: &mut Problems) -> Length {
    let text = spec.network.island_below.as_deref();
    let below = text.map_or(Ok(Components::ISLAND_BELOW), parse_length);
    let below = problems.keep("[network], island_below", below);
    below.unwrap_or(Components::ISLAND_BELOW)
}

/// The part of a city that a plan opens, and the box that the extract was cut with, or that of its
/// streets, as far as it is opened.
fn open(
    spec: &PlanSpec,
    city: City,
    area: &StudyArea,
    margin: Length,
    problems: &mut Problems,
) -> Option<(City, BoundingBox)> {
    let opened = area.bounding_box().grown(margin);
    let (city, _) = city.opened(&opened);
    let Some(of_streets) = city.streets.bounding_box() else {
        problems.add(format!(
            "[study_area]: no street of the network lies in the study area, nor within {} of it; \
             `{}` holds another place, or the area is in another datum",
            length_text(margin),
            spec.network.path.display()
        ));
        return None;
    };
    let complete = city.source.bounding_box.unwrap_or(of_streets);
    let complete = complete.intersection(&opened).unwrap_or(of_streets);
    Some((city, complete))
}

/// The scenarios with their modifications resolved.
fn scenarios(project: &Project, problems: &mut Problems) -> Vec<ResolvedScenario> {
    let mut scenarios = Vec::new();
    for scenario in &project.spec.scenarios {
        let place = format!("scenario `{}`", scenario.key);
        match resolve_changes(project, &place, &scenario.modifications) {
            Ok(changes) => scenarios.push(ResolvedScenario {
                key: scenario.key.clone(),
                name: scenario.name.clone(),
                changes,
            }),
            Err(more) => problems.extend(more),
        }
    }
    scenarios
}

/// The reference week, the hour for the day and the hour for the night.
fn week(
    plan: &Plan,
    problems: &mut Problems,
    notes: &mut Vec<String>,
    files: &mut Vec<std::path::PathBuf>,
) -> Option<(ReferenceWeek, HourOfWeek, HourOfWeek)> {
    let hours = &plan.spec.hours;
    let mut holidays =
        problems.keep("[hours], holidays", HolidayCalendar::parse(&hours.holidays))?;
    if let Some(path) = &hours.calendar {
        let path = plan.path_of(path);
        files.push(path.clone());
        let mut source = Source::new(path);
        source.encoding = Some(Encoding::Utf8);
        let days = problems.keep("[hours], calendar", calendar::read(&source))?;
        let days = days.value.iter().map(|(date, day)| (date.as_str(), *day));
        holidays = problems.keep("[hours], calendar", holidays.with_days(days))?;
    }
    let years = holidays.years();
    let week = ReferenceWeek::new(&hours.week, &hours.time_zone, holidays);
    let week = problems.keep("[hours]", week)?;
    if let Some((first, last)) = years {
        let year = week.year();
        if !(first..=last).contains(&year) {
            notes.push(format!(
                "[hours], calendar: its days lie in {first} to {last}, the reference week in {year}"
            ));
        }
    }
    let day = problems.keep("[hours], day", hours.day.parse());
    let night = problems.keep("[hours], night", hours.night.parse());
    Some((week, day?, night?))
}

/// The kinds of a plan, and what it says that tables mean by a word for one.
fn kinds(
    spec: &PlanSpec,
    problems: &mut Problems,
) -> (KindCatalog, BTreeMap<String, FacilityKind>) {
    let mut kinds = KindCatalog::default();
    for (key, kind) in &spec.kinds {
        problems.keep(
            &format!("[kinds.{key}]"),
            kinds.declare(key, &kind.zh, &kind.en),
        );
    }
    let words = spec.kind_words.iter().filter_map(|(word, kind)| {
        let kind = problems.keep(&format!("[kind_words], `{word}`"), kinds.find(kind))?;
        Some((word.trim().to_owned(), kind))
    });
    let words = words.collect();
    (kinds, words)
}

fn zones(reader: &mut Reader<'_>, spec: &PlanSpec, problems: &mut Problems) -> Zones {
    let Some(zones) = &spec.zones else {
        return Zones::default();
    };
    let mut columns = formats::ColumnMap::default().with(Field::Zone, zones.id.clone());
    if let Some(name) = &zones.name {
        columns = columns.with(Field::Name, name.clone());
    }
    if let Some(rank) = &zones.rank {
        columns = columns.with(Field::Rank, rank.clone());
    }
    let from = SourceSpec {
        path: Some(zones.path.clone()),
        datum: zones.datum.clone(),
        columns,
        ..SourceSpec::default()
    };
    let read = reader.file("[zones]", &from).and_then(|source| {
        let loaded = boundaries::read_zones(&source);
        reader.take("[zones]", loaded)
    });
    match read {
        Ok(mut read) => {
            let called = zones.called.as_deref().unwrap_or(ZONES_CALLED);
            for zone in read.iter_mut().filter(|zone| zone.name == zone.id) {
                zone.name = zone_name(called, &zone.id);
            }
            Zones::new(read)
        }
        Err(more) => {
            problems.extend(more);
            Zones::default()
        }
    }
}

fn facilities(reader: &mut Reader<'_>, spec: &PlanSpec, problems: &mut Problems) -> Vec<Facility> {
    let mut facilities: Vec<Facility> = Vec::new();
    let mut layer_of: BTreeMap<String, &str> = BTreeMap::new();
    for layer in &spec.layers {
        match reader.layer(layer) {
            Ok(rows) => {
                for facility in rows {
                    match layer_of.insert(facility.id.clone(), &layer.name) {
                        Some(other) if other != layer.name => problems.add(format!(
                            "facility id `{}` stands in layer `{other}` and in layer `{}`; ids \
                             name facilities across the whole plan",
                            facility.id, layer.name
                        )),
                        _ => facilities.push(facility),
                    }
                }
            }
            Err(more) => problems.extend(more),
        }
    }
    facilities
}

/// Names what its source leaves without a name, and puts the candidates of all sources in a row.
fn name_places(
    names: &PlaceNames<'_>,
    spec: &PlanSpec,
    facilities: &mut [Facility],
    candidates: Vec<Vec<Candidate>>,
) -> Vec<Candidate> {
    for facility in facilities.iter_mut().filter(|f| f.name.is_empty()) {
        facility.name = names.name(facility.position, "");
    }
    let mut all = Vec::new();
    for (mut candidates, spec) in candidates.into_iter().zip(&spec.candidates) {
        // A corner comes with the names of its streets, a row with its own name or none.
        let is_corner = spec.street_corners.is_some();
        for candidate in candidates
            .iter_mut()
            .filter(|c| is_corner || c.name.is_empty())
        {
            candidate.name = names.name(candidate.position, &candidate.name);
        }
        all.append(&mut candidates);
    }
    all
}
