use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use graph::{EdgeId, StreetGraph};
use units::{BoundingBox, Length};

use crate::edge_bits::EdgeBits;
use crate::isochrone::street_raster::{Frame, StreetRaster};
use crate::snap::SnapIndex;

/// The usable streets of one metric, as outlines need them: laid out in cells.
///
/// Outlines lay out the streets around what is reached until that has cost as much as all streets
/// would; then all are laid out in cells of that side, once, and kept. So a command that draws one
/// outline pays for its surroundings, and a server for the city once. Either way the same outline
/// comes out.
#[derive(Debug)]
pub struct IsochroneIndex {
    usable: EdgeBits,
    n_usable: usize,
    /// The box around all usable streets; `None` when there are none.
    around: OnceLock<Option<BoundingBox>>,
    sides: Mutex<Vec<Side>>,
    /// The same streets by their boxes, once they have been looked through often enough.
    boxes: OnceLock<SnapIndex>,
    n_scans: AtomicUsize,
}

/// What there is for one side of cells.
#[derive(Debug)]
struct Side {
    length: Length,
    /// In what the cells are counted; `None` when all streets are too many cells.
    frame: Option<Frame>,
    whole: Option<Arc<StreetRaster>>,
    /// Edges laid out in vain so far, looking for them included.
    n_spent: usize,
}

/// Looking at the box of an edge costs this part of laying it out in cells.
const SCANS_OF_AN_EDGE: usize = 16;

/// An R-tree of all boxes costs about as much as looking through them so often.
const MOST_SCANS: usize = 8;

impl IsochroneIndex {
    /// Holds the edges for which `usable` holds.
    ///
    /// Cost: one call for each edge.
    pub fn new(graph: &StreetGraph, usable: impl Fn(EdgeId) -> bool) -> Self {
        let (mut edges, mut n_usable) = (EdgeBits::new(graph.n_edges()), 0);
        for edge in graph.edges().filter(|&edge| usable(edge)) {
            edges.insert(edge);
            n_usable += 1;
        }
        Self {
            usable: edges,
            n_usable,
            around: OnceLock::new(),
            sides: Mutex::default(),
            boxes: OnceLock::new(),
            n_scans: AtomicUsize::new(0),
        }
    }

    /// Lays out all streets in cells of one side now, unless they are too many; for whoever measures
    /// outlines, or would rather wait at the start.
    ///
    /// Cost: linear in the length of the streets and the cells around them, once for each side.
    pub fn lay_out(&self, graph: &StreetGraph, side: Length) {
        let mut sides = self.side(graph, side);
        self.whole(graph, sides.last_mut().expect("it was put last"));
    }

    /// The usable streets in cells of one side: all of them, or at least those that touch the box
    /// `near`. `None` when all streets are too many cells.
    pub(crate) fn raster(
        &self,
        graph: &StreetGraph,
        length: Length,
        near: &BoundingBox,
    ) -> Option<Arc<StreetRaster>> {
        let mut sides = self.side(graph, length);
        let side = sides.last_mut().expect("it was put last");
        let frame = side.frame?;
        if let Some(whole) = &side.whole {
            return Some(Arc::clone(whole));
        }
        if side.n_spent >= self.n_usable {
            // Others wait meanwhile: they would make the same. A panic leaves the list whole.
            return self.whole(graph, side);
        }
        drop(sides);
        let edges = self.edges_in(graph, near);
        let mut sides = self.side(graph, length);
        let side = sides.last_mut().expect("it was put last");
        side.n_spent += edges.len() + self.n_usable / SCANS_OF_AN_EDGE;
        drop(sides);
        Some(Arc::new(StreetRaster::part(graph, &edges, &frame)))
    }

    /// The sides with one of them last, made if need be.
    fn side(&self, graph: &StreetGraph, length: Length) -> MutexGuard<'_, Vec<Side>> {
        let mut sides = self.sides.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = sides.iter().position(|side| side.length == length) {
            let last = sides.len() - 1;
            sides.swap(at, last);
            return sides;
        }
        let around = self.around.get_or_init(|| {
            let edges = self.usable.to_vec();
            BoundingBox::of(edges.into_iter().flat_map(|edge| graph.edge_shape(edge)))
        });
        sides.push(Side {
            length,
            frame: Frame::over(around.as_ref(), length),
            whole: None,
            n_spent: 0,
        });
        sides
    }

    fn whole(&self, graph: &StreetGraph, side: &mut Side) -> Option<Arc<StreetRaster>> {
        let frame = side.frame?;
        let whole = side.whole.get_or_insert_with(|| {
            Arc::new(StreetRaster::whole(graph, &self.usable.to_vec(), &frame))
        });
        Some(Arc::clone(whole))
    }

    /// The usable streets whose boxes touch a box, in order.
    ///
    /// Cost: a look at every street the first times; then an R-tree, and the streets found.
    pub(crate) fn edges_in(&self, graph: &StreetGraph, near: &BoundingBox) -> Vec<EdgeId> {
        let is_near = |edge: &EdgeId| self.usable.holds(*edge);
        if self.boxes.get().is_none() && self.n_scans.fetch_add(1, Ordering::Relaxed) < MOST_SCANS {
            let touches = |edge: &EdgeId| near.intersects(&graph.edge_box(*edge));
            return graph.edges().filter(is_near).filter(touches).collect();
        }
        let boxes = self
            .boxes
            .get_or_init(|| SnapIndex::new(graph, |edge| is_near(&edge)));
        boxes.edges_in(near)
    }
}
