use std::collections::{BTreeMap, HashMap};

use city::{FindingKind, OsmId};
use graph::WayFacts;
use osmpbfreader::osmformat::{PrimitiveBlock, Way as PbfWay};
use protobuf::UnknownValueRef;
use units::LngLat;

use super::area::extra;
use super::nodes::position;
use super::{Found, Outcome, Way, WayStreet, intern, is_deleted};
use crate::facts::{self, Street};
use crate::ids::{IdIndex, number_of};
use crate::tags::{Key, Named, Table, Tag, value};
use crate::wire;

/// The kept ways of a block, with pools of its own.
#[derive(Default)]
pub(super) struct BlockWays {
    /// In order, husks for those that are not kept.
    pub(super) ways: Vec<Way>,
    pub(super) refs: Vec<i64>,
    /// Where nodes lie by the word of their ways: place in `refs`, in order, and position.
    pub(super) spots: Vec<(u32, LngLat)>,
    pub(super) facts: Vec<WayFacts>,
    pub(super) names: Vec<String>,
    pub(super) findings: Found,
    pub(super) closed_classes: BTreeMap<String, u64>,
}

pub(super) fn ways_of(block: &PrimitiveBlock, members: &IdIndex) -> Outcome<BlockWays> {
    let table = Table::of(block);
    let mut found = BlockWays::default();
    let mut facts_ids = HashMap::new();
    let mut name_ids = HashMap::new();
    let mut tags = Vec::new();
    for way in block.primitivegroup.iter().flat_map(|g| &g.ways) {
        if is_deleted(way.info.as_ref()) {
            let id = OsmId::Way(way.id());
            found.findings.push((FindingKind::DeletedObject, id));
            found.ways.push(Way {
                id: way.id(),
                ..Way::default()
            });
            continue;
        }
        table.fill(&mut tags, &way.keys, &way.vals)?;
        let mut kept = Way {
            id: way.id(),
            ..Way::default()
        };
        if let Some((facts, name)) = found.street(way, &tags) {
            kept.street = Some(WayStreet {
                facts: intern(&mut facts_ids, &mut found.facts, facts),
                name: name.map(|name| intern(&mut name_ids, &mut found.names, name)),
            });
        }
        kept.extra = extra(&tags, is_closed(way)).map(Box::new);
        // A kerb stops nobody.
        kept.is_barrier =
            value(&tags, Named::Barrier).is_some_and(|kind| !matches!(kind, "no" | "kerb"));
        let is_kept = kept.street.is_some()
            || kept.extra.is_some()
            || kept.is_barrier
            || members.find(kept.id).is_some();
        if !is_kept {
            found.ways.push(kept);
            continue;
        }
        let from = number_of(found.refs.len());
        found.spots.extend(spots(block, way, from)?);
        let mut node = 0_i64;
        for &delta in &way.refs {
            node = node.wrapping_add(delta);
            found.refs.push(node);
        }
        kept.refs = (from, number_of(found.refs.len()));
        found.ways.push(kept);
    }
    Ok(found)
}

impl BlockWays {
    fn street(&mut self, way: &PbfWay, tags: &[Tag<'_>]) -> Option<(WayFacts, Option<String>)> {
        let id = OsmId::Way(way.id());
        let (facts, doubts) = match facts::street(tags) {
            Street::Is(facts, doubts) => (facts, doubts),
            Street::Closed(class) => {
                *self.closed_classes.entry(class.to_owned()).or_default() += 1;
                return None;
            }
            Street::Building => {
                self.findings.push((FindingKind::StreetIsBuilding, id));
                return None;
            }
            Street::No => return None,
        };
        let closed_cycleway = facts.class == graph::RoadClass::Cycleway
            && tags.iter().any(|tag| {
                tag.key == Key::Access(graph::AccessKey::Access, graph::Along::Both)
                    && tag.value == "no"
            });
        self.findings.extend(doubts.kinds().map(|kind| (kind, id)));
        for (is_found, kind) in [
            (closed_cycleway, FindingKind::ClosedCycleway),
            (
                facts.class == graph::RoadClass::Road,
                FindingKind::UnknownRoad,
            ),
            (
                facts.class == graph::RoadClass::Ferry && facts.times.is_none(),
                FindingKind::FerryWithoutDuration,
            ),
        ] {
            if is_found {
                self.findings.push((kind, id));
            }
        }
        Some((facts, value(tags, Named::Name).map(str::to_owned)))
    }
}

/// Fields of a way for which the reader has no name yet: latitudes and longitudes of its nodes
/// (`LocationsOnWays`).
const LATS_FIELD: u32 = 9;
const LNGS_FIELD: u32 = 10;

/// Where the nodes of a way lie by its own word: place in the pool of nodes, and position. Nodes
/// without a known position are left out.
fn spots(block: &PrimitiveBlock, way: &PbfWay, from: u32) -> Outcome<Vec<(u32, LngLat)>> {
    let column = |field: u32| -> Outcome<Vec<i64>> {
        let mut values = Vec::new();
        let mut last = 0_i64;
        for (number, value) in way.special_fields.unknown_fields() {
            let (true, UnknownValueRef::LengthDelimited(mut bytes)) = (number == field, value)
            else {
                continue;
            };
            while !bytes.is_empty() {
                let delta = wire::read_varint(&mut bytes).ok_or(BAD_SPOTS)?;
                last = last.wrapping_add(wire::zigzag(delta));
                values.push(last);
            }
        }
        Ok(values)
    };
    let (lats, lngs) = (column(LATS_FIELD)?, column(LNGS_FIELD)?);
    if lats.is_empty() && lngs.is_empty() {
        return Ok(Vec::new());
    }
    if lats.len() != way.refs.len() || lngs.len() != way.refs.len() {
        return Err(BAD_SPOTS);
    }
    let all = (from..).zip(lats.iter().zip(&lngs));
    Ok(all
        .filter_map(|(at, (&lat, &lng))| Some((at, position(block, lng, lat)?)))
        .collect())
}

/// What a block with broken positions on ways gets told.
const BAD_SPOTS: &str = "a way has another number of positions than of nodes";

/// Whether the way ends where it begins.
fn is_closed(way: &PbfWay) -> bool {
    // Deltas after the first add up to the way from the first node to the last.
    let rest = way.refs.get(1..).unwrap_or_default();
    rest.len() >= 3 && rest.iter().fold(0_i64, |sum, &d| sum.wrapping_add(d)) == 0
}
