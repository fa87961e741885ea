#![expect(
    clippy::inline_always,
    reason = "what touches lanes must be compiled for the vectors of its caller"
)]

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use graph::NodeId;
use multiversion::multiversion;
use rayon::prelude::*;
use thiserror::Error;
use units::TravelTime;

use crate::hierarchy::{Hierarchy, LaneArcs};
use crate::lanes::{LANES, LaneTimes};
use crate::network::Network;
use crate::place::Place;
use crate::place_links::PlaceLinks;
use crate::row_fold::RowFold;
use crate::sweep::{LaneSeed, NodeVisitor, SweepSpace, SweepStats, sweep};

/// A batch was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the batch was cancelled")]
pub struct Cancelled;

/// Where the searches of a batch begin: one row each.
#[derive(Clone, Copy, Debug)]
pub enum Origins<'a> {
    /// At places on the streets.
    Places(&'a [Place]),
    /// At nodes.
    Nodes(&'a [NodeId]),
}

/// What the rows of a batch are read for: one column each.
#[derive(Clone, Copy, Debug)]
pub enum Destinations<'a> {
    /// Places, by their index; their links must read searches of the hierarchy's direction.
    Places(&'a [Place], &'a PlaceLinks),
    /// All nodes, by their number.
    Nodes,
}

/// Rows of times from (or towards) very many origins, folded as they are found.
///
/// Origins are taken in the order of their nodes, which runs along a curve over the map, in blocks
/// of [`LANES`]; a block is one sweep over a [`Hierarchy`]. Blocks run on the rayon pool. Answers
/// come in the order of the origins and do not depend on the number of threads; the matrix is never
/// held.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    network: &'a Network<'a>,
    hierarchy: &'a Hierarchy,
    destinations: Destinations<'a>,
    limit: u16,
    cancel: Option<&'a AtomicBool>,
}

/// Rows that are in flight at a time when answers are handed out one by one.
const WINDOW: usize = 256 * LANES;

/// Leaving out the descents that lead to no place takes as long as it saves on one row for so many
/// nodes.
const ROWS_PER_RESTRICTION: usize = 100;

impl<'a> Batch<'a> {
    /// The longest limit that a batch can search to: 109 minutes.
    pub const LONGEST_LIMIT: TravelTime = TravelTime::from_tenths(65_534);

    /// A batch over a network and its hierarchy; `None` when the limit is past
    /// [`LONGEST_LIMIT`](Self::LONGEST_LIMIT).
    ///
    /// # Panics
    /// When the hierarchy, the network and the links are not of one kind.
    pub fn new(
        network: &'a Network<'a>,
        hierarchy: &'a Hierarchy,
        destinations: Destinations<'a>,
        limit: TravelTime,
    ) -> Option<Self> {
        assert_eq!(
            network.graph().n_nodes(),
            hierarchy.n_nodes(),
            "a hierarchy belongs to one network"
        );
        if let Destinations::Places(places, links) = destinations {
            assert_eq!(
                links.direction(),
                hierarchy.direction(),
                "links read one direction"
            );
            assert_eq!(links.n_places(), places.len(), "links belong to one set");
        }
        let limit = u16::try_from(limit.as_tenths()).ok();
        limit
            .filter(|&limit| limit != LaneTimes::NEVER)
            .map(|limit| Self {
                network,
                hierarchy,
                destinations,
                limit,
                cancel: None,
            })
    }

    /// The same batch, stopping between blocks once `cancel` is set.
    #[must_use]
    pub fn cancelled_by(self, cancel: &'a AtomicBool) -> Self {
        Self {
            cancel: Some(cancel),
            ..self
        }
    }

    /// One answer per origin, in their order, and what the sweeps did.
    ///
    /// # Errors
    /// When the batch was cancelled.
    ///
    /// Cost: one sweep per block of origins; memory for the answers.
    pub fn fold<F: RowFold>(
        &self,
        origins: Origins<'_>,
        fold: &F,
    ) -> Result<(Vec<F::Answer>, SweepStats), Cancelled> {
        let mut answers = Vec::with_capacity(origins.len());
        let descents = self.descents(origins.len());
        let stats = self.window(&descents, &self.rows(origins), fold, |answer| {
            answers.push(answer);
        })?;
        Ok((answers, stats))
    }

    /// Hands each origin's answer to `sink`, in the order of the origins, holding no more than some
    /// ten thousand of them at a time.
    ///
    /// # Errors
    /// When the batch was cancelled; `sink` has then seen the answers of some first origins.
    ///
    /// Cost: as [`fold`](Self::fold).
    pub fn for_each<F: RowFold>(
        &self,
        origins: Origins<'_>,
        fold: &F,
        mut sink: impl FnMut(usize, F::Answer),
    ) -> Result<SweepStats, Cancelled> {
        let mut stats = SweepStats::default();
        let mut row = 0;
        let descents = self.descents(origins.len());
        for window in origins.windows() {
            stats += self.window(&descents, &self.rows(window), fold, |answer| {
                sink(row, answer);
                row += 1;
            })?;
        }
        Ok(stats)
    }

    /// The descents that so many rows need.
    fn descents(&self, n_rows: usize) -> Cow<'a, LaneArcs> {
        let all = &self.hierarchy.descents;
        match self.destinations {
            Destinations::Places(_, links)
                if n_rows.saturating_mul(ROWS_PER_RESTRICTION) >= self.hierarchy.n_nodes() =>
            {
                Cow::Owned(self.hierarchy.descents_to(links.nodes()))
            }
            Destinations::Places(..) | Destinations::Nodes => Cow::Borrowed(all),
        }
    }

    fn window<F: RowFold>(
        &self,
        descents: &LaneArcs,
        rows: &Rows<'_>,
        fold: &F,
        mut sink: impl FnMut(F::Answer),
    ) -> Result<SweepStats, Cancelled> {
        let blocks: Vec<_> = rows
            .order
            .par_chunks(rows.block_size())
            .map_init(BlockSpace::default, |space, block| {
                if self.cancel.is_some_and(|c| c.load(Ordering::Relaxed)) {
                    return Err(Cancelled);
                }
                Ok(self.block(descents, rows, block, fold, space))
            })
            .collect::<Result<_, _>>()?;
        let mut stats = SweepStats::default();
        let mut answers: Vec<Option<F::Answer>> = Vec::new();
        answers.resize_with(rows.order.len(), || None);
        for (block, (found, block_stats)) in rows.order.chunks(rows.block_size()).zip(blocks) {
            stats += block_stats;
            for (&row, answer) in block.iter().zip(found) {
                answers[NodeId::new(row).index()] = Some(answer);
            }
        }
        for answer in answers {
            sink(answer.expect("every row is in one block"));
        }
        Ok(stats)
    }

    fn block<F: RowFold>(
        &self,
        descents: &LaneArcs,
        rows: &Rows<'_>,
        block: &[u32],
        fold: &F,
        space: &mut BlockSpace,
    ) -> (Vec<F::Answer>, SweepStats) {
        let BlockSpace {
            sweep: sweep_space,
            seeds,
            columns,
        } = space;
        seeds.clear();
        for (lane, &row) in block.iter().enumerate() {
            let of_row = rows.seeds_of(row).iter();
            seeds.extend(of_row.map(|&(node, tenths)| LaneSeed { lane, node, tenths }));
        }
        let mut folded = fold.start();
        let stats = match self.destinations {
            Destinations::Nodes => {
                let mut visitor = FoldNodes {
                    fold,
                    block: &mut folded,
                };
                sweep(
                    self.hierarchy,
                    descents,
                    sweep_space,
                    seeds,
                    self.limit,
                    &mut visitor,
                )
            }
            Destinations::Places(places, links) => {
                columns.reset(places.len());
                let mut visitor = ReadPlaces { links, columns };
                let stats = sweep(
                    self.hierarchy,
                    descents,
                    sweep_space,
                    seeds,
                    self.limit,
                    &mut visitor,
                );
                if let Origins::Places(origins) = rows.origins {
                    for (lane, &row) in block.iter().enumerate() {
                        let origin = &origins[NodeId::new(row).index()];
                        for (column, time) in links.on_edge_of(self.network, origin, places) {
                            let mut times = LaneTimes::NONE;
                            times.0[lane] = lane_tenths(time);
                            columns.lower(column, &times, 0);
                        }
                    }
                }
                fold_columns(columns, self.limit, fold, &mut folded);
                stats
            }
        };
        let answers = (0..block.len())
            .map(|lane| fold.answer(&mut folded, lane))
            .collect();
        (answers, stats)
    }

    /// Seeds of all origins, and the order in which they are searched.
    fn rows<'o>(&self, origins: Origins<'o>) -> Rows<'o> {
        let mut first = Vec::with_capacity(origins.len() + 1);
        let mut seeds: Vec<(u32, u16)> = Vec::with_capacity(2 * origins.len());
        first.push(0);
        let direction = self.hierarchy.direction();
        match origins {
            Origins::Places(places) => {
                for place in places {
                    let of_place = place.seeds(self.network, direction);
                    seeds.extend(of_place.map(|(node, time)| (node.as_u32(), lane_tenths(time))));
                    first.push(seeds.len());
                }
            }
            Origins::Nodes(nodes) => {
                for node in nodes {
                    seeds.push((node.as_u32(), 0));
                    first.push(seeds.len());
                }
            }
        }
        let mut keyed: Vec<(u32, u32)> = (0..)
            .zip(first.windows(2))
            .map(|(row, range)| {
                let nodes = seeds[range[0]..range[1]].iter().map(|&(node, _)| node);
                (nodes.min().unwrap_or(u32::MAX), row)
            })
            .collect();
        keyed.sort_unstable();
        Rows {
            origins,
            first,
            seeds,
            order: keyed.into_iter().map(|(_, row)| row).collect(),
        }
    }
}

impl Origins<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Places(places) => places.len(),
            Self::Nodes(nodes) => nodes.len(),
        }
    }

    fn windows(self) -> Vec<Self> {
        match self {
            Self::Places(places) => places.chunks(WINDOW).map(Self::Places).collect(),
            Self::Nodes(nodes) => nodes.chunks(WINDOW).map(Self::Nodes).collect(),
        }
    }
}

/// The origins of a window with their seeds.
struct Rows<'a> {
    origins: Origins<'a>,
    first: Vec<usize>,
    seeds: Vec<(u32, u16)>,
    /// Rows along the curve.
    order: Vec<u32>,
}

/// Few blocks are made a multiple of so many and equally large, so that no thread waits long for the
/// last one. It does not depend on the number of threads, nor do counters then.
const BLOCKS_TOGETHER: usize = 2;

impl Rows<'_> {
    /// How many rows share a sweep.
    fn block_size(&self) -> usize {
        let n_blocks = self.order.len().div_ceil(LANES);
        if n_blocks <= 1 {
            return LANES;
        }
        self.order
            .len()
            .div_ceil(n_blocks.next_multiple_of(BLOCKS_TOGETHER))
    }

    fn seeds_of(&self, row: u32) -> &[(u32, u16)] {
        let row = NodeId::new(row).index();
        &self.seeds[self.first[row]..self.first[row + 1]]
    }
}

/// Memory of a worker.
#[derive(Default)]
struct BlockSpace {
    sweep: SweepSpace,
    seeds: Vec<LaneSeed>,
    columns: Columns,
}

/// A time as a lane holds it; past the end means past every limit.
fn lane_tenths(time: TravelTime) -> u16 {
    u16::try_from(time.as_tenths()).unwrap_or(LaneTimes::NEVER)
}

/// Labels of destination places: as it were the lowest level of the hierarchy.
#[derive(Default)]
struct Columns {
    /// Where a column's label stands; `NO_SLOT` everywhere between blocks.
    slots: Vec<u32>,
    touched: Vec<u32>,
    labels: Vec<LaneTimes>,
}

const NO_SLOT: u32 = u32::MAX;

impl Columns {
    fn reset(&mut self, n_places: usize) {
        if self.slots.len() != n_places {
            self.slots = vec![NO_SLOT; n_places];
        }
        debug_assert!(self.touched.is_empty());
        self.labels.clear();
    }
    #[inline(always)]
    fn lower(&mut self, column: u32, from: &LaneTimes, tenths: u16) {
        let slot = &mut self.slots[NodeId::new(column).index()];
        if *slot == NO_SLOT {
            *slot = NodeId::from_index(self.labels.len()).as_u32();
            self.labels.push(from.over(tenths));
            self.touched.push(column);
        } else {
            self.labels[NodeId::new(*slot).index()].lower_over(from, tenths);
        }
    }
}

struct ReadPlaces<'a> {
    links: &'a PlaceLinks,
    columns: &'a mut Columns,
}

impl NodeVisitor for ReadPlaces<'_> {
    #[inline(always)]
    fn visit(&mut self, node: u32, times: &LaneTimes) {
        for &(column, time) in self.links.at(NodeId::new(node)) {
            self.columns.lower(column, times, lane_tenths(time));
        }
    }
}

struct FoldNodes<'a, F: RowFold> {
    fold: &'a F,
    block: &'a mut F::Block,
}

impl<F: RowFold> NodeVisitor for FoldNodes<'_, F> {
    #[inline(always)]
    fn visit(&mut self, node: u32, times: &LaneTimes) {
        self.fold.see(self.block, node, times);
    }
}

/// Shows the columns to the fold, lowest first, and empties them.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512vl+avx512dq+avx512cd+avx2+bmi1+bmi2+lzcnt+popcnt+fma",
    "x86_64+avx2+bmi1+bmi2+lzcnt+popcnt+fma",
    "x86_64+sse4.1"
))]
fn fold_columns<F: RowFold>(columns: &mut Columns, limit: u16, fold: &F, block: &mut F::Block) {
    columns.touched.sort_unstable();
    for &column in &columns.touched {
        let slot = std::mem::replace(&mut columns.slots[NodeId::new(column).index()], NO_SLOT);
        let times = &mut columns.labels[NodeId::new(slot).index()];
        if times.earliest() <= limit {
            times.cut(limit);
            fold.see(block, column, times);
        }
    }
    columns.touched.clear();
}
