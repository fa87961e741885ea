//! Three passes over the file, relations, ways, nodes, into compact arrays.
//!
//! Each pass names what the next one has to keep, so the order of objects in the file does not
//! matter, and of the nodes only those are kept that some way needs. Blocks are decoded in
//! parallel and merged in the order of the file.

mod area;
mod nodes;
mod relations;
mod ways;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use city::{AreaKind, FindingKind, OsmId, SourceCounts};
use graph::WayFacts;
use osmpbfreader::osmformat::Info;
use units::LngLat;

use crate::budget::Budget;
use crate::doubts::Findings;
use crate::facts::NodeMark;
use crate::guard::{self, FileHeader, Pass};
use crate::ids::{IdIndex, number_of};
use crate::positions::Positions;
use crate::restriction::Restriction;
use crate::wire::{Contents, as_u64};
use crate::{ImportError, Progress, Step};
use nodes::nodes_of;
use relations::{Relation, relations_of};
use ways::ways_of;

/// A straight way across an area.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Across {
    /// The way that is shown for it: the area itself, or the first of its border.
    pub(crate) way: i64,
    pub(crate) ends: (u32, u32),
    pub(crate) street: WayStreet,
}

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
                            self.ways[units::index(at)] = way;
                        }
                        continue;
                    }
                    let from = self.refs.len();
                    for at in way.refs.0..way.refs.1 {
                        let node = self.node_ids.add(found.refs[units::index(at)]);
                        self.refs.push(node);
                        while let Some(&(_, spot)) = spots.next_if(|(of, _)| *of <= at) {
                            self.positions.grow(units::index(node) + 1);
                            self.positions.place(node, spot);
                        }
                    }
                    way.refs = (number_of(from), number_of(self.refs.len()));
                    if let Some(street) = &mut way.street {
                        street.facts = pool_facts[units::index(street.facts)];
                        street.name = street.name.map(|name| pool_names[units::index(name)]);
                    }
                    let known = self.way_ids.len();
                    let at = units::index(self.way_ids.add(way.id));
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
                let way = &mut self.ways[units::index(at)];
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
            for &node in &self.refs[units::index(way.refs.0)..units::index(way.refs.1)] {
                on_street[units::index(node)] = true;
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
                    let by_way = is_located.get_mut(units::index(node));
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

type Found = Vec<(FindingKind, OsmId)>;

/// Whether an object was deleted, in files that keep history.
fn is_deleted(info: Option<&Info>) -> bool {
    info.is_some_and(|info| info.has_visible() && !info.visible())
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
