use std::collections::BTreeSet;

use coverage::{Amenity, Capacity, Facility, FacilityKind, OpeningHours};
use graph::{EdgeId, OsmWayId};
use units::{LngLat, parse_position, parse_time};

use crate::plan::modification::Modification;
use crate::plan::problem::Problems;
use crate::project::Project;
use crate::project::change::Change;
use crate::project::choice_rules::ChoiceRules;
use crate::project::gate_change::GateChange;
use crate::project::margin;

/// Resolves modifications in order, so that one may speak of what an earlier one added.
///
/// # Errors
/// Every modification that names something unknown or malformed, with `place` in front.
pub fn resolve_changes(
    project: &Project,
    place: &str,
    modifications: &[Modification],
) -> Result<Vec<Change>, Problems> {
    let mut problems = Problems::default();
    let mut known: BTreeSet<String> = project.facilities.iter().map(|f| f.id.clone()).collect();
    let mut changes = Vec::new();
    for (number, modification) in (1..).zip(modifications) {
        let place = format!("{place}, modification {number}");
        match resolve_change(project, &mut known, modification) {
            Ok(change) => changes.push(change),
            Err(why) => problems.add(format!("{place}: {why}")),
        }
    }
    problems.or(changes)
}

pub(crate) fn resolve_change(
    project: &Project,
    known: &mut BTreeSet<String>,
    modification: &Modification,
) -> Result<Change, String> {
    match modification {
        Modification::AddFacility {
            id,
            kind,
            at,
            name,
            opening_hours,
            capacity,
            amenities,
            start_delay,
            illustrative,
        } => {
            if !known.insert(id.clone()) {
                return Err(format!(
                    "facility id `{id}` is in use; give the new one another id"
                ));
            }
            let kind = project.kinds.find(kind).map_err(|e| e.to_string())?;
            let mut facility = Facility::new(id.clone(), kind, inside(project, at)?);
            facility.name = name.clone().unwrap_or_default();
            facility.hours = opening_hours.as_deref().map(hours).transpose()?;
            facility.capacity = capacity.map(Capacity::new);
            for amenity in amenities {
                let amenity: Amenity = amenity
                    .parse()
                    .map_err(|e: coverage::UnknownAmenity| e.to_string())?;
                facility.amenities = facility.amenities.with(amenity);
            }
            if let Some(delay) = start_delay {
                facility.start_delay = parse_time(delay).map_err(|e| e.to_string())?;
            }
            facility.illustrative = *illustrative;
            "scenario".clone_into(&mut facility.source);
            Ok(Change::Add(Box::new(facility)))
        }
        Modification::MoveFacility { facility, to } => {
            let id = existing(project, known, facility)?;
            Ok(Change::Move {
                id,
                to: inside(project, to)?,
            })
        }
        Modification::CloseFacilities { facilities } => {
            let ids: Result<Vec<String>, String> = facilities
                .iter()
                .map(|id| existing(project, known, id))
                .collect();
            Ok(Change::Close(ids?))
        }
        Modification::ChangeHours {
            facility,
            opening_hours,
        } => Ok(Change::Hours {
            id: existing(project, known, facility)?,
            hours: hours(opening_hours)?,
        }),
        Modification::ChangeLimit { standard, limit } => {
            let standard = standard_index(project, standard)?;
            let limit = parse_time(limit).map_err(|e| e.to_string())?;
            let profile = &project.profiles[&project.standards[standard].profile].profile;
            margin::within(profile, limit, project.margin)?;
            Ok(Change::Limit { standard, limit })
        }
        Modification::CloseStreet { ways, name } => {
            Ok(Change::CloseEdges(edges(project, ways, name.as_deref())?))
        }
        Modification::JoinSidePaths {} => {
            let links = project.city.report.side_path_links;
            links.map(|_| Change::JoinSidePaths).ok_or_else(|| {
                "the network has no links between side paths and streets; write \
                 `side_path_links = \"30m\"` under [network]"
                    .to_owned()
            })
        }
        Modification::HeedHazards {} => {
            if project.spec.hazards.is_none() {
                return Err("the plan has no [hazards] to heed".to_owned());
            }
            Ok(Change::HeedHazards)
        }
        Modification::SetGates {
            policy,
            nodes,
            compound_ways,
        } => GateChange::resolve(&project.city.streets, *policy, nodes, compound_ways)
            .map(Change::Gates),
        Modification::ChooseSites {
            standard,
            sites,
            kind,
            capacity,
        } => choose_change(project, standard, *sites, kind, *capacity),
    }
}

fn choose_change(
    project: &Project,
    standard: &str,
    n_sites: u32,
    kind: &str,
    capacity: Option<u32>,
) -> Result<Change, String> {
    let standard = standard_index(project, standard)?;
    let chosen = &project.standards[standard];
    if chosen.rate.is_some() {
        return Err(format!(
            "standard `{}` says how many slots so much demand needs; sites can be chosen for \
             standards that count a facility however full it is",
            chosen.key
        ));
    }
    if chosen.required.get() != 1 {
        return Err(format!(
            "standard `{}` asks for {} facilities; sites can be chosen for standards that ask for \
             one",
            chosen.key, chosen.required
        ));
    }
    let kind = project.kinds.find(kind).map_err(|e| e.to_string())?;
    if !chosen.selection.kinds.is_empty() && !chosen.selection.kinds.contains(&kind) {
        let asked: Vec<&str> = chosen
            .selection
            .kinds
            .iter()
            .map(FacilityKind::key)
            .collect();
        return Err(format!(
            "a new `{}` does not serve standard `{}`, which asks for {}",
            kind.key(),
            chosen.key,
            asked.join(", ")
        ));
    }
    if project.candidates.is_empty() {
        return Err("the plan has no [[candidates]] to choose from".to_owned());
    }
    Ok(Change::Choose {
        standard,
        n_sites,
        kind,
        capacity: capacity.map(Capacity::new),
        rules: ChoiceRules::default(),
    })
}

fn hours(text: &str) -> Result<OpeningHours, String> {
    let hours = formats::hours::parse(text).map_or_else(|| OpeningHours::parse(text), Ok);
    hours.map_err(|e| e.to_string())
}

fn existing(project: &Project, known: &BTreeSet<String>, id: &str) -> Result<String, String> {
    if known.contains(id) {
        return Ok(id.to_owned());
    }
    if project.left_out.outside.iter().any(|left| left.id == id) {
        return Err(format!(
            "facility `{id}` lies outside the study area and is left out, so nothing changes it"
        ));
    }
    let hint = coverage::nearest_spelling(id, known.iter().map(String::as_str))
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(format!("there is no facility `{id}`{hint}"))
}

fn inside(project: &Project, at: &str) -> Result<LngLat, String> {
    let position = parse_position(at).map_err(|e| e.to_string())?;
    if !project.streets_box.contains(position) {
        return Err(format!("`{at}` lies outside the streets of the network"));
    }
    Ok(position)
}

fn standard_index(project: &Project, key: &str) -> Result<usize, String> {
    project.standard_index(key).map_err(|e| e.to_string())
}

fn edges(project: &Project, ways: &[i64], name: Option<&str>) -> Result<Vec<EdgeId>, String> {
    if ways.is_empty() && name.is_none() {
        return Err("give `ways` or `name` to say which street closes".to_owned());
    }
    let graph = &project.city.streets;
    let ways: BTreeSet<OsmWayId> = ways.iter().map(|&id| OsmWayId::new(id)).collect();
    let mut found: BTreeSet<OsmWayId> = BTreeSet::new();
    let mut named = false;
    let mut edges = Vec::new();
    for edge in graph.edges() {
        let way = graph.edge_way(edge);
        let by_name = name.is_some() && graph.edge_name(edge) == name;
        if ways.contains(&way) || by_name {
            found.insert(way);
            named |= by_name;
            edges.push(edge);
        }
    }
    if let Some(missing) = ways.iter().find(|way| !found.contains(way)) {
        return Err(format!("there is no street with way id {missing}"));
    }
    if let Some(name) = name.filter(|_| !named) {
        return Err(format!("there is no street named `{name}`"));
    }
    Ok(edges)
}
