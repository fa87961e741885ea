use graph::ArcId;
use rayon::prelude::*;
use units::TravelTime;

use crate::batch::{Batch, Destinations, Origins};
use crate::network::{Direction, Network};
use crate::place::Place;
use crate::place_links::PlaceLinks;
use crate::row_fold::FullRow;
use crate::search::{SearchSpace, within};

/// Sparse rows of times: for each row place the column places within the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SparseRows {
    first: Vec<usize>,
    entries: Vec<(u32, TravelTime)>,
}

impl SparseRows {
    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    /// Number of pairs within the limit.
    pub fn n_pairs(&self) -> usize {
        self.entries.len()
    }

    /// Columns and times of one row, by column.
    pub fn row(&self, row: usize) -> &[(u32, TravelTime)] {
        &self.entries[self.first[row]..self.first[row + 1]]
    }

    /// All rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[(u32, TravelTime)]> {
        (0..self.n_rows()).map(|row| self.row(row))
    }

    fn from_rows(rows: Vec<Vec<(u32, TravelTime)>>) -> Self {
        let mut first = Vec::with_capacity(rows.len() + 1);
        first.push(0);
        let mut entries = Vec::with_capacity(rows.iter().map(Vec::len).sum());
        for row in rows {
            entries.extend(row);
            first.push(entries.len());
        }
        Self { first, entries }
    }
}

/// How long it takes to get to each facility: a row per facility, a column per place of demand.
///
/// The limit is inclusive; access times at both ends count. Rows do not depend on the number of
/// threads.
///
/// Cost: one bounded search for each facility, spread over the rayon pool; very many facilities
/// share theirs ([`Batch`]).
pub fn rows_towards(
    network: &Network<'_>,
    facilities: &[Place],
    demand: &[Place],
    limit: TravelTime,
) -> SparseRows {
    rows(network, facilities, demand, Direction::Towards, limit)
}

/// How long it takes from each origin: a row per origin, a column per destination.
///
/// As [`rows_towards`], with the arcs.
pub fn rows_from(
    network: &Network<'_>,
    origins: &[Place],
    destinations: &[Place],
    limit: TravelTime,
) -> SparseRows {
    rows(network, origins, destinations, Direction::From, limit)
}

fn rows(
    network: &Network<'_>,
    searched: &[Place],
    read: &[Place],
    direction: Direction,
    limit: TravelTime,
) -> SparseRows {
    let links = PlaceLinks::new(network, read, direction);
    if network.batch_pays(searched.len(), direction) {
        let hierarchy = network.hierarchy(direction);
        let destinations = Destinations::Places(read, &links);
        if let Some(batch) = Batch::new(network, hierarchy, destinations, limit) {
            let origins = Origins::Places(searched);
            let (rows, _) = batch.fold(origins, &FullRow).expect("nobody cancels it");
            return SparseRows::from_rows(rows);
        }
    }
    let rows = searched
        .par_iter()
        .map_init(SearchSpace::default, |space, place| {
            row(network, place, read, &links, limit, space)
        })
        .collect();
    SparseRows::from_rows(rows)
}

/// One row over links that are kept: the places of `read` within the limit of one place, by place.
///
/// `links` are those of `read`; their direction is the row's. [`rows_towards`] and [`rows_from`]
/// give the same row; this is for one place more, where the rest is known.
///
/// Cost: one bounded search, then the links at its nodes.
pub fn row(
    network: &Network<'_>,
    place: &Place,
    read: &[Place],
    links: &PlaceLinks,
    limit: TravelTime,
    space: &mut SearchSpace,
) -> Vec<(u32, TravelTime)> {
    let direction = links.direction();
    let reached = within(
        network.arcs(direction),
        space,
        place.seeds(network, direction),
        limit,
    );
    let mut found = Vec::new();
    for &node in reached.nodes() {
        let time = reached.time(node).expect("listed nodes have a label");
        found.extend(links.at(node).iter().map(|&(id, link)| (id, time + link)));
    }
    found.extend(links.on_edge_of(network, place, read));
    found.retain(|&(_, time)| time <= limit);
    // A place is read from up to two ends; the better time of each comes first.
    found.sort_unstable();
    found.dedup_by_key(|&mut (id, _)| id);
    debug_assert!(
        found
            .iter()
            .all(|&(id, _)| ArcId::new(id).index() < read.len())
    );
    found
}
