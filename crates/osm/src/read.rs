//! Three passes over the file, relations, ways, nodes, into compact arrays.
//!
//! Each pass names what the next one has to keep, so the order of objects in the file does not
//! matter, and of the nodes only those are kept that some way needs. Blocks are decoded in
//! parallel and merged in the order of the file.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use city::{AreaKind, FindingKind, OsmId, SourceCounts};
use graph::WayFacts;
use osmpbfreader::osmformat::relation::MemberType;
use osmpbfreader::osmformat::{Info, PrimitiveBlock, PrimitiveGroup, Way as PbfWay};
use protobuf::UnknownValueRef;
use units::LngLat;

use crate::budget::Budget;
use crate::doubts::Findings;
use crate::facts::{self, NodeMark, Street};
use crate::guard::{self, FileHeader, Pass};
use crate::ids::{IdIndex, as_usize, number_of};
use crate::positions::Positions;
use crate::restriction::Restriction;
use crate::squares::Across;
use crate::tags::{self, Key, Named, Table, Tag, value};
use crate::wire::{self, Contents, as_u64};
use crate::{ImportError, Progress, Step};

/// Everything that is kept of a file.
pub(crate) struct Extract {
    pub(crate) header: FileHeader,
    pub(crate) counts: SourceCounts,
    pub(crate) ways: Vec<Way>,
    /// Nodes of the ways, as dense numbers.
    pub(crate) refs: Vec<u32>,
    pub(crate) facts: Vec<WayFacts>,
    pub(crate) names: Vec<String>,
    pub(crate) node_ids: IdIndex,
    /// By dense node.
    pub(crate) positions: Positions,
    /// By dense node.
    pub(crate) marks: BTreeMap<u32, NodeMark>,
    pub(crate) way_ids: IdIndex,
    pub(crate) place_nodes: BTreeMap<i64, (LngLat, Tags)>,
    pub(crate) relations: BTreeMap<i64, AreaRelation>,
    /// Facts and names of relations whose borders are walked, until they are in the pools.
    walked_relations: BTreeMap<i64, Walked>,
    /// Straight ways across walked areas.
    pub(crate) across: Vec<Across>,
    pub(crate) restrictions: BTreeMap<i64, Restriction>,
    pub(crate) closed_classes: BTreeMap<String, u64>,
    pub(crate) findings: Findings,
}

/// Facts and name of a street.
type Walked = (WayFacts, Option<String>);

/// Key and value.
pub(crate) type Tags = Vec<(String, String)>;

/// A way that is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    pub(crate) id: i64,
    /// Where its nodes lie in the pool.
    pub(crate) refs: (u32, u32),
    pub(crate) street: Option<WayStreet>,
    pub(crate) extra: Option<Box<Extra>>,
    pub(crate) is_barrier: bool,
    /// Whether it is a street only as part of the border of a walked area.
    pub(crate) is_border: bool,
}

impl Way {
    /// Whether nothing of it is kept: it only says that an earlier version is no more.
    fn is_husk(&self) -> bool {
        self.refs.0 == self.refs.1
            && self.street.is_none()
            && self.extra.is_none()
            && !self.is_barrier
    }
}

/// Facts and name of a street, as numbers in the pools.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WayStreet {
    pub(crate) facts: u32,
    pub(crate) name: Option<u32>,
}

/// What is kept of an area, place or boundary.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    pub(crate) area: Option<AreaKind>,
    pub(crate) name: Option<String>,
    pub(crate) name_en: Option<String>,
    pub(crate) levels: Option<u32>,
    pub(crate) admin_level: Option<u8>,
    /// Only for places.
    pub(crate) place: Option<Tags>,
}

/// A multipolygon or boundary.
#[derive(Clone, Debug)]
pub(crate) struct AreaRelation {
    pub(crate) extra: Extra,
    /// What its border is walked as.
    pub(crate) street: Option<WayStreet>,
    /// Ways of the border, and whether they bound a hole.
    pub(crate) border: Vec<(i64, bool)>,
}

/// Reads a file.
pub(crate) fn read(
    path: &Path,
    max_memory: u64,
    report: &(dyn Fn(Progress) + Sync),
) -> Result<(Extract, Budget), ImportError> {
    let header = guard::read_header(path)?;
    let mut extract = Extract {
        header,
        counts: SourceCounts::default(),
        ways: Vec::new(),
        refs: Vec::new(),
        facts: Vec::new(),
        names: Vec::new(),
        node_ids: IdIndex::new(),
        positions: Positions::default(),
        marks: BTreeMap::new(),
        way_ids: IdIndex::new(),
        place_nodes: BTreeMap::new(),
        relations: BTreeMap::new(),
        walked_relations: BTreeMap::new(),
        across: Vec::new(),
        restrictions: BTreeMap::new(),
        closed_classes: BTreeMap::new(),
        findings: Findings::default(),
    };
    let n_bytes = path.metadata().map_err(|source| ImportError::Read {
        path: path.to_owned(),
        source,
    })?;
    let mut memory = Budget::new(path, n_bytes.len(), max_memory);
    let progress = |step| move |n_bytes| report(Progress { step, n_bytes });
    let blocks = extract.read_relations(path, &mut memory, &progress(Step::Relations))?;
    extract.read_ways(path, &blocks, &mut memory, &progress(Step::Ways))?;
    extract.open_borders();
    extract.read_nodes(path, &blocks, &mut memory, &progress(Step::Nodes))?;
    Ok((extract, memory))
}

/// Which blocks hold ways, and which nodes; by block number less one.
#[derive(Default)]
struct Blocks {
    with_ways: Vec<bool>,
    with_nodes: Vec<bool>,
}

impl Blocks {
    fn see(&mut self, number: u64, contents: Contents) {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        self.with_ways.resize(number, false);
        self.with_nodes.resize(number, false);
        if let Some(last) = self.with_ways.last_mut() {
            *last = contents.n_ways > 0;
        }
        if let Some(last) = self.with_nodes.last_mut() {
            *last = contents.n_nodes > 0;
        }
    }
}

type Outcome<T> = Result<T, &'static str>;

impl Extract {
    /// Frees everything but counts, header and findings.
    pub(crate) fn let_go(&mut self) {
        self.ways = Vec::new();
        self.refs = Vec::new();
        self.facts = Vec::new();
        self.names = Vec::new();
        self.node_ids = IdIndex::new();
        self.way_ids = IdIndex::new();
        self.positions = Positions::default();
        self.marks = BTreeMap::new();
        self.place_nodes = BTreeMap::new();
        self.relations = BTreeMap::new();
        self.across = Vec::new();
        self.restrictions = BTreeMap::new();
    }

    fn read_relations(
        &mut self,
        path: &Path,
        memory: &mut Budget,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Blocks, ImportError> {
        let mut blocks = Blocks::default();
        let pass = Pass {
            path,
            wanted: None,
            progress,
        };
        guard::for_each_block(
            &pass,
            |_, contents| contents.n_relations > 0,
            relations_of,
            |number, contents, found| {
                blocks.see(number, contents);
                self.counts.n_nodes += contents.n_nodes;
                self.counts.n_ways += contents.n_ways;
                self.counts.n_relations += contents.n_relations;
                let Some((found, findings)) = found else {
                    return Ok(());
                };
                for (kind, id) in findings {
                    self.findings.add(kind, id);
                }
                for (id, relation) in found {
                    let was_area = self.relations.remove(&id).is_some();
                    self.walked_relations.remove(&id);
                    let was_restriction = self.restrictions.remove(&id).is_some();
                    match relation {
                        Some(Relation::Area(area, walked)) => {
                            memory.add(256 + 24 * as_u64(area.border.len()))?;
                            self.relations.insert(id, area);
                            self.walked_relations
                                .extend(walked.map(|walked| (id, *walked)));
                        }
                        Some(Relation::Restriction(restriction)) => {
                            memory.add(256 + 24 * as_u64(restriction.n_members()))?;
                            self.restrictions.insert(id, restriction);
                        }
                        None => {}
                    }
                    if was_area || was_restriction {
                        self.findings
                            .add(FindingKind::DuplicateObject, OsmId::Relation(id));
                    }
                }
                Ok(())
            },
        )?;
        Ok(blocks)
    }

    fn read_ways(
        &mut self,
        path: &Path,
        blocks: &Blocks,
        memory: &mut Budget,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), ImportError> {
        let n_members = self.relations.values().map(|r| r.border.len()).sum();
        memory.check_numbers(n_members, "members of relations")?;
        let mut members = IdIndex::new();
        for (way, _) in self.relations.values().flat_map(|r| &r.border) {
            members.add(*way);
        }
        let mut facts_ids: HashMap<WayFacts, u32> = HashMap::new();
        let mut name_ids: HashMap<String, u32> = HashMap::new();
        // Relations were read first: their facts open the pools.
        let walked = std::mem::take(&mut self.walked_relations);
        for (id, (facts, name)) in walked {
            let street = WayStreet {
                facts: intern(&mut facts_ids, &mut self.facts, facts),
                name: name.map(|name| intern(&mut name_ids, &mut self.names, name)),
            };
            if let Some(relation) = self.relations.get_mut(&id) {
                relation.street = Some(street);
            }
        }
        let pass = Pass {
            path,
            wanted: Some(&blocks.with_ways),
            progress,
        };
        guard::for_each_block(
            &pass,
            |_, contents| contents.n_ways > 0,
            |block| ways_of(block, &members),
            |_, _, found| {
                let Some(found) = found else { return Ok(()) };
                let n_refs = as_u64(found.refs.len());
                // Dense numbers here, ids, positions and table slots for new nodes, and each piece
                // that is surveyed later.
                let n_kept = found.ways.iter().filter(|way| !way.is_husk()).count();
                memory.add(n_refs * 44 + as_u64(n_kept) * 256)?;
                memory.check_numbers(self.refs.len() + found.refs.len(), "nodes of ways")?;
                memory.check_numbers(self.ways.len() + found.ways.len(), "ways")?;
                let pool_facts: Vec<u32> = found
                    .facts
                    .into_iter()
                    .map(|facts| intern(&mut facts_ids, &mut self.facts, facts))
                    .collect();
                let pool_names: Vec<u32> = found
                    .names
                    .into_iter()
                    .map(|name| intern(&mut name_ids, &mut self.names, name))
                    .collect();
                for (kind, id) in found.findings {
                    self.findings.add(kind, id);
                }
                for (class, count) in found.closed_classes {
                    *self.closed_classes.entry(class).or_default() += count;
                }
                let mut spots = found.spots.iter().peekable();
                for mut way in found.ways {
                    if way.is_husk() {
                        // A later version that is no longer kept, or deleted.
                        if let Some(at) = self.way_ids.find(way.id) {
                            self.findings
                                .add(FindingKind::DuplicateObject, OsmId::Way(way.id));
                            way.refs = (0, 0);
                            self.ways[as_usize(at)] = way;
                        }
                        continue;
                    }
                    let from = self.refs.len();
                    for at in way.refs.0..way.refs.1 {
                        let node = self.node_ids.add(found.refs[as_usize(at)]);
                        self.refs.push(node);
                        while let Some(&(_, spot)) = spots.next_if(|(of, _)| *of <= at) {
                            self.positions.grow(as_usize(node) + 1);
                            self.positions.place(node, spot);
                        }
                    }
                    way.refs = (number_of(from), number_of(self.refs.len()));
                    if let Some(street) = &mut way.street {
                        street.facts = pool_facts[as_usize(street.facts)];
                        street.name = street.name.map(|name| pool_names[as_usize(name)]);
                    }
                    let known = self.way_ids.len();
                    let at = as_usize(self.way_ids.add(way.id));
                    if at < known {
                        self.findings
                            .add(FindingKind::DuplicateObject, OsmId::Way(way.id));
                        self.ways[at] = way;
                    } else {
                        self.ways.push(way);
                    }
                }
                Ok(())
            },
        )
    }

    /// Makes streets of the borders of walked areas, unless they are streets of their own.
    fn open_borders(&mut self) {
        for relation in self.relations.values() {
            let Some(street) = relation.street else {
                continue;
            };
            for (way, _) in &relation.border {
                let Some(at) = self.way_ids.find(*way) else {
                    continue;
                };
                let way = &mut self.ways[as_usize(at)];
                if way.street.is_none() && way.refs.0 < way.refs.1 {
                    way.street = Some(street);
                    way.is_border = true;
                }
            }
        }
    }

    fn read_nodes(
        &mut self,
        path: &Path,
        blocks: &Blocks,
        memory: &mut Budget,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), ImportError> {
        // What the ways of the file said about where their nodes lie stays.
        let mut is_located = vec![false; self.positions.len()];
        for (node, is_located) in (0..).zip(&mut is_located) {
            *is_located = self.positions.is_there(node);
        }
        self.positions.grow(self.node_ids.len());
        let mut last_id = None;
        let mut on_street = vec![false; self.node_ids.len()];
        for way in self.ways.iter().filter(|way| way.street.is_some()) {
            for &node in &self.refs[as_usize(way.refs.0)..as_usize(way.refs.1)] {
                on_street[as_usize(node)] = true;
            }
        }
        let node_ids = &self.node_ids;
        let pass = Pass {
            path,
            wanted: Some(&blocks.with_nodes),
            progress,
        };
        guard::for_each_block(
            &pass,
            |_, contents| contents.n_nodes > 0,
            |block| nodes_of(block, node_ids, &on_street),
            |_, _, found| {
                let Some(found) = found else { return Ok(()) };
                memory.add(as_u64(found.places.len()) * 512 + as_u64(found.marks) * 128)?;
                for id in found.deleted {
                    self.findings
                        .add(FindingKind::DeletedObject, OsmId::Node(id));
                }
                for (node, position, mark) in found.nodes {
                    let by_way = is_located.get_mut(as_usize(node));
                    let is_by_way = by_way.is_some_and(std::mem::take);
                    let was_there = match position {
                        Some(_) if is_by_way => false,
                        Some(position) => self.positions.place(node, position),
                        None => self.positions.remove(node) && !is_by_way,
                    };
                    if was_there {
                        let id = OsmId::Node(node_ids.id(node));
                        self.findings.add(FindingKind::DuplicateObject, id);
                        self.marks.remove(&node);
                    }
                    if let Some(mark) = mark {
                        self.marks.insert(node, *mark);
                    }
                }
                // Versions of one object follow each other, in files that hold several.
                if let Some(again) = found.first_id.filter(|_| found.first_id == last_id) {
                    self.place_nodes.remove(&again);
                }
                last_id = found.last_id.or(last_id);
                for (id, place) in found.places {
                    match place {
                        Some(place) => self.place_nodes.insert(id, place),
                        None => self.place_nodes.remove(&id),
                    };
                }
                Ok(())
            },
        )
    }
}

fn intern<T: std::hash::Hash + Eq + Clone>(
    ids: &mut HashMap<T, u32>,
    pool: &mut Vec<T>,
    item: T,
) -> u32 {
    let next = number_of(pool.len());
    *ids.entry(item).or_insert_with_key(|item| {
        pool.push(item.clone());
        next
    })
}

enum Relation {
    /// What is kept of it, and what its border is walked as.
    Area(AreaRelation, Option<Box<Walked>>),
    Restriction(Restriction),
}

type Found = Vec<(FindingKind, OsmId)>;

/// Whether an object was deleted, in files that keep history.
fn is_deleted(info: Option<&Info>) -> bool {
    info.is_some_and(|info| info.has_visible() && !info.visible())
}

/// Relations by id in the order of the file.
type Relations = Vec<(i64, Option<Relation>)>;

/// The relations of a block in order; nothing for one that is not kept.
fn relations_of(block: &PrimitiveBlock) -> Outcome<(Relations, Found)> {
    let table = Table::of(block);
    let mut found = Vec::new();
    let mut findings = Vec::new();
    let mut tags = Vec::new();
    for relation in block.primitivegroup.iter().flat_map(|g| &g.relations) {
        let id = relation.id();
        if is_deleted(relation.info.as_ref()) {
            findings.push((FindingKind::DeletedObject, OsmId::Relation(id)));
            found.push((id, None));
            continue;
        }
        table.fill(&mut tags, &relation.keys, &relation.vals)?;
        let kind = value(&tags, Named::Type).unwrap_or_default();
        let is_restriction = kind == "restriction" || kind.starts_with("restriction:");
        let is_area = kind == "multipolygon" || kind == "boundary";
        if !is_restriction && !is_area {
            found.push((id, None));
            continue;
        }
        let mut member = 0_i64;
        let mut members = Vec::with_capacity(relation.memids.len());
        let (types, roles) = (&relation.types, &relation.roles_sid);
        for ((&delta, kind), &role) in relation.memids.iter().zip(types).zip(roles) {
            member = member.wrapping_add(delta);
            let role = u32::try_from(role).ok().ok_or(tags::BAD_TEXT)?;
            let role = table.text(role)?;
            let Ok(kind) = kind.enum_value() else {
                continue;
            };
            members.push((kind, member, role));
        }
        if is_restriction {
            match Restriction::read(&tags, &members) {
                Ok(restriction) => found.push((id, Some(Relation::Restriction(restriction)))),
                Err(kind) => {
                    findings.push((kind, OsmId::Relation(id)));
                    found.push((id, None));
                }
            }
            continue;
        }
        let walked = if kind == "multipolygon" {
            walked(&tags, OsmId::Relation(id), &mut findings)
        } else {
            None
        };
        let extra = extra(&tags, true);
        let extra = extra.or_else(|| walked.is_some().then(Extra::default));
        let area = extra.map(|extra| {
            let border = members
                .iter()
                .filter(|(kind, _, _)| *kind == MemberType::WAY)
                .map(|&(_, way, role)| (way, role == "inner"))
                .collect();
            let area = AreaRelation {
                extra,
                street: None,
                border,
            };
            Relation::Area(area, walked.map(Box::new))
        });
        found.push((id, area));
    }
    Ok((found, findings))
}

/// What the border of a multipolygon is walked as; `None` when it is not walked.
fn walked(tags: &[Tag<'_>], id: OsmId, findings: &mut Found) -> Option<Walked> {
    match facts::street(tags) {
        Street::Is(mut facts, doubts) if facts.class != graph::RoadClass::Ferry => {
            findings.extend(doubts.kinds().map(|kind| (kind, id)));
            facts.flags = facts.flags.with(graph::WayFlags::AREA);
            Some((facts, value(tags, Named::Name).map(str::to_owned)))
        }
        Street::Building => {
            findings.push((FindingKind::StreetIsBuilding, id));
            None
        }
        Street::Is(..) | Street::Closed(_) | Street::No => None,
    }
}

/// What is kept of an area, place or boundary; `None` when it is none of them.
fn extra(tags: &[Tag<'_>], is_area: bool) -> Option<Extra> {
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

/// The kept ways of a block, with pools of its own.
#[derive(Default)]
struct BlockWays {
    /// In order, husks for those that are not kept.
    ways: Vec<Way>,
    refs: Vec<i64>,
    /// Where nodes lie by the word of their ways: place in `refs`, in order, and position.
    spots: Vec<(u32, LngLat)>,
    facts: Vec<WayFacts>,
    names: Vec<String>,
    findings: Found,
    closed_classes: BTreeMap<String, u64>,
}

fn ways_of(block: &PrimitiveBlock, members: &IdIndex) -> Outcome<BlockWays> {
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

/// The kept nodes of a block.
#[derive(Default)]
struct BlockNodes {
    /// In order: the dense number, where it lies unless deleted, and what stands on it.
    nodes: Vec<(u32, Option<LngLat>, Option<Box<NodeMark>>)>,
    /// How many of them have a mark.
    marks: usize,
    /// In order; nothing where a later version is no place.
    places: Vec<(i64, Option<(LngLat, Tags)>)>,
    deleted: Vec<i64>,
    first_id: Option<i64>,
    last_id: Option<i64>,
}

fn nodes_of(block: &PrimitiveBlock, ids: &IdIndex, on_street: &[bool]) -> Outcome<BlockNodes> {
    let table = Table::of(block);
    let mut found = BlockNodes::default();
    let mut tags = Vec::new();
    for group in &block.primitivegroup {
        for node in &group.nodes {
            if is_deleted(node.info.as_ref()) {
                found.gone(node.id(), ids);
                continue;
            }
            table.fill(&mut tags, &node.keys, &node.vals)?;
            if let Some(position) = position(block, node.lon(), node.lat()) {
                found.node(node.id(), position, &tags, ids, on_street);
            }
        }
        found.dense(block, group, &table, ids, on_street)?;
    }
    Ok(found)
}

impl BlockNodes {
    fn dense(
        &mut self,
        block: &PrimitiveBlock,
        group: &PrimitiveGroup,
        table: &Table<'_>,
        ids: &IdIndex,
        on_street: &[bool],
    ) -> Outcome<()> {
        let dense = &group.dense;
        let visible = &dense.denseinfo.visible;
        let mut rest = dense.keys_vals.as_slice();
        let mut tags = Vec::new();
        let (mut id, mut lat, mut lng) = (0_i64, 0_i64, 0_i64);
        let columns = dense.id.iter().zip(&dense.lat).zip(&dense.lon);
        for (i, ((did, dlat), dlng)) in columns.enumerate() {
            id = id.wrapping_add(*did);
            lat = lat.wrapping_add(*dlat);
            lng = lng.wrapping_add(*dlng);
            table.fill_dense(&mut tags, &mut rest)?;
            if visible.get(i) == Some(&false) {
                self.gone(id, ids);
                continue;
            }
            if let Some(position) = position(block, lng, lat) {
                self.node(id, position, &tags, ids, on_street);
            }
        }
        Ok(())
    }

    fn node(
        &mut self,
        id: i64,
        position: LngLat,
        tags: &[Tag<'_>],
        ids: &IdIndex,
        on_street: &[bool],
    ) {
        let is_again = self.see(id);
        if let Some(number) = ids.find(id) {
            let is_marked = !tags.is_empty() && on_street[as_usize(number)];
            let mark = is_marked.then(|| facts::node(tags)).flatten();
            self.marks += usize::from(mark.is_some());
            self.nodes
                .push((number, Some(position), mark.map(Box::new)));
        }
        if !tags.is_empty() && tags::is_place(tags) {
            let tags = tags.iter();
            let tags = tags.map(|tag| (tag.name.to_owned(), tag.value.to_owned()));
            self.places.push((id, Some((position, tags.collect()))));
        } else if is_again {
            self.places.push((id, None));
        }
    }

    /// A node that is no more.
    fn gone(&mut self, id: i64, ids: &IdIndex) {
        self.see(id);
        self.deleted.push(id);
        self.places.push((id, None));
        if let Some(number) = ids.find(id) {
            self.nodes.push((number, None, None));
        }
    }

    /// Whether the node before was an earlier version of this one.
    fn see(&mut self, id: i64) -> bool {
        self.first_id.get_or_insert(id);
        self.last_id.replace(id) == Some(id)
    }
}

/// Whole 1e-7 degrees; `None` off the earth.
fn position(block: &PrimitiveBlock, lng: i64, lat: i64) -> Option<LngLat> {
    let granularity = i64::from(block.granularity());
    let e7 = |value: i64, offset: i64, most: i32| {
        let nano = granularity.checked_mul(value)?.checked_add(offset)?;
        let e7 = i32::try_from(nano / 100).ok()?;
        (-most..=most).contains(&e7).then_some(e7)
    };
    let lng = e7(lng, block.lon_offset(), 1_800_000_000)?;
    let lat = e7(lat, block.lat_offset(), 900_000_000)?;
    Some(LngLat::from_e7(lng, lat))
}
