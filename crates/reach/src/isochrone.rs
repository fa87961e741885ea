//! What is reached from a place within a limit, or from where it is reached: street pieces, exact
//! to the millimetre, and a picture of them.
//!
//! One search to the largest limit gives times at nodes ([`within`]); from them *waves* run into
//! the edges from both ends ([`waves`]), which say what of each edge is reached; the outline is
//! drawn from that ([`outline`]). Each limit is answered by itself: a question with several
//! limits gives for each what a question with that one alone gives.
//!
//! Where metres are to stand beside times (how long is the fastest way?), they come by a pass of
//! their own over a finished search, never inside it. Of all ways that take the least time the
//! shortest counts: (time, length), compared in this order. Labels are final then, and an arc lies
//! on a fastest way exactly when it is *tight*: label of its tail + its time = label of its head. So
//! the pass takes the reached nodes by ascending label and gives each the least length over the
//! tight arcs into it; nodes of one label, which arcs without time join, are taken by least length.
//! It will stand beside [`SearchSpace`], as a function of a finished search and an array of lengths
//! laid out like the labels, so that searches for times alone count the same instructions as now.

mod index;
mod outline;
mod piece;
mod street_raster;
mod waves;

use units::TravelTime;

use crate::network::{Direction, Network};
use crate::place::Place;
use crate::search::{SearchSpace, within};

pub use index::IsochroneIndex;
use outline::OutlineSpace;
pub use outline::{DrawnOutline, Leak, OutlineOptions};
pub use piece::ReachedPiece;
pub(crate) use piece::shape_between;
pub(crate) use waves::Stretch;
use waves::{Reach, Waves};

/// What to make of an isochrone: nobody pays for what he does not look at. Street length is always
/// told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsochroneOptions {
    /// The outline with its errors, and how to draw it.
    pub outline: Option<OutlineOptions>,
    /// The street pieces with their times.
    pub pieces: bool,
}

impl IsochroneOptions {
    /// The outline, drawn as usual, without the pieces.
    pub const OUTLINE: Self = Self {
        outline: Some(OutlineOptions::STANDARD),
        pieces: false,
    };

    /// The pieces without an outline.
    pub const PIECES: Self = Self {
        outline: None,
        pieces: true,
    };
}

/// What is reached within one limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isochrone {
    /// Inclusive limit.
    pub limit: TravelTime,
    /// Street length within the limit in millimetres, ferries included.
    pub reached_mm: u64,
    /// A picture of it, when asked for.
    pub outline: Option<DrawnOutline>,
    /// The street pieces, by edge and by position along it, when asked for. Each point of a reached
    /// street lies in one piece, with the better of its times; a place that reaches nothing but
    /// itself gives a piece without length.
    pub pieces: Option<Vec<ReachedPiece>>,
}

/// Memory of isochrones, worth reusing: one for each worker. It grows with the map, not with the
/// question.
#[derive(Clone, Debug, Default)]
pub struct IsochroneSpace {
    search: SearchSpace,
    outline: OutlineSpace,
    reach: Reach,
}

/// The isochrones of a place: one for each limit, in the order of the limits.
///
/// `index` holds the usable streets of the network's metric: those that count as unreached in an
/// outline when they are not reached. What it does not hold (ferries) is not drawn.
///
/// Cost: one search to the largest limit; for each limit the arcs at reached nodes, and for an
/// outline the cells in the box around it, 64 at a time. The first outlines with an index lay out
/// all its streets in cells, which it keeps.
pub fn isochrone(
    network: &Network<'_>,
    index: &IsochroneIndex,
    space: &mut IsochroneSpace,
    place: &Place,
    direction: Direction,
    limits: &[TravelTime],
    options: IsochroneOptions,
) -> Vec<Isochrone> {
    let largest = limits.iter().copied().max().unwrap_or(TravelTime::ZERO);
    let seeds = place.seeds(network, direction);
    let reached = within(network.arcs(direction), &mut space.search, seeds, largest);
    let waves = Waves::new(network, place, direction, &reached);
    let (reach, paper) = (&mut space.reach, &mut space.outline);
    let one = |&limit: &TravelTime| {
        let pieces = if options.pieces {
            let pieces = waves.pieces(reach, limit);
            reach.take_stretches_of(&pieces);
            Some(pieces)
        } else {
            waves.take_stretches(reach, limit);
            None
        };
        let stretches = reach.stretches();
        let outline = options
            .outline
            .map(|options| paper.draw(network.graph(), index, stretches, options));
        Isochrone {
            limit,
            reached_mm: reach.length_mm(network.graph()),
            outline,
            pieces,
        }
    };
    limits.iter().map(one).collect()
}
