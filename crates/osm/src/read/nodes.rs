use osmpbfreader::osmformat::{PrimitiveBlock, PrimitiveGroup};
use units::LngLat;

use super::{Outcome, Tags, is_deleted};
use crate::facts::{self, NodeMark};
use crate::ids::IdIndex;
use crate::tags::{self, Table, Tag};

/// The kept nodes of a block.
#[derive(Default)]
pub(super) struct BlockNodes {
    /// In order: the dense number, where it lies unless deleted, and what stands on it.
    pub(super) nodes: Vec<(u32, Option<LngLat>, Option<Box<NodeMark>>)>,
    /// How many of them have a mark.
    pub(super) marks: usize,
    /// In order; nothing where a later version is no place.
    pub(super) places: Vec<(i64, Option<(LngLat, Tags)>)>,
    pub(super) deleted: Vec<i64>,
    pub(super) first_id: Option<i64>,
    pub(super) last_id: Option<i64>,
}

pub(super) fn nodes_of(
    block: &PrimitiveBlock,
    ids: &IdIndex,
    on_street: &[bool],
) -> Outcome<BlockNodes> {
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
            let is_marked = !tags.is_empty() && on_street[units::index(number)];
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
pub(super) fn position(block: &PrimitiveBlock, lng: i64, lat: i64) -> Option<LngLat> {
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
