use graph::{EdgeId, StreetGraph};
use rayon::prelude::*;
use reach::{Place, SnapIndex};
use units::{Length, LngLat, Speed, TravelTime};

use crate::{DemandSet, Facility};

/// How far from a street a place may lie and still be joined to it, unless a plan says otherwise.
///
/// Wide enough for a charging site behind a building (three quarters of the demo city's stations
/// lie within 48 m), too narrow to reach across a river.
pub const DEFAULT_RADIUS: Length = Length::from_m(150);

/// How places are joined to streets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkOptions {
    /// Farther from every usable street than this, a place is unlinked.
    pub radius: Length,
    /// Speed of the straight walk between place and street.
    pub walk_speed: Speed,
}

/// A place joined to a street.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where on the streets, and what getting there from the place takes: walk and start delay.
    pub place: Place,
    /// The position of that point.
    pub position: LngLat,
    /// The straight walk.
    pub walk: Length,
    /// Whether that street is a scrap: a piece of the network that trips neither leave nor enter,
    /// and too short to be a network of its own.
    pub on_scrap: bool,
}

/// What a place is joined to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkState {
    /// To a street of a network.
    Joined,
    /// To a scrap of street, the only one near.
    OnScrap,
    /// To none: every street of the profile lies beyond the radius.
    TooFar,
}

impl LinkState {
    /// The state of a link.
    pub fn of(link: Option<&Link>) -> Self {
        match link {
            None => Self::TooFar,
            Some(link) if link.on_scrap => Self::OnScrap,
            Some(_) => Self::Joined,
        }
    }
}

/// A whole set of places joined to the streets of one profile, without touching the graph.
///
/// A place with no usable street within the radius is unlinked: its own class, neither covered nor
/// a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linkage {
    links: Vec<Option<Link>>,
}

impl Linkage {
    /// Joins positions, in order.
    ///
    /// Cost: one lookup in the index for each, spread over the rayon pool.
    pub fn of_positions(
        graph: &StreetGraph,
        index: &SnapIndex,
        positions: &[LngLat],
        options: LinkOptions,
    ) -> Self {
        let links = positions
            .par_iter()
            .map(|&position| link(graph, index, position, options))
            .collect();
        Self { links }
    }

    /// Joins facilities, in order; their start delays count as access.
    ///
    /// Cost: as [`of_positions`](Self::of_positions).
    pub fn of_facilities(
        graph: &StreetGraph,
        index: &SnapIndex,
        facilities: &[Facility],
        options: LinkOptions,
    ) -> Self {
        let links = facilities
            .par_iter()
            .map(|facility| {
                let mut link = link(graph, index, facility.position, options)?;
                link.place = link.place.with_delay(facility.start_delay);
                Some(link)
            })
            .collect();
        Self { links }
    }

    /// Joins demand, in order.
    ///
    /// A point that was made on a street stays there when `usable` holds for that street, without a
    /// walk; otherwise it is joined like any other position.
    ///
    /// Cost: as [`of_positions`](Self::of_positions).
    pub fn of_demand(
        graph: &StreetGraph,
        index: &SnapIndex,
        demand: &DemandSet,
        usable: impl Fn(EdgeId) -> bool + Sync,
        options: LinkOptions,
    ) -> Self {
        let links = demand
            .points()
            .par_iter()
            .map(|point| match point.street {
                Some(street) if usable(street.edge) => Some(Link {
                    place: Place::new(street, TravelTime::ZERO),
                    position: point.position,
                    walk: Length::ZERO,
                    on_scrap: false,
                }),
                _ => link(graph, index, point.position, options),
            })
            .collect();
        Self { links }
    }

    /// From links known otherwise, in order.
    pub fn from_links(links: Vec<Option<Link>>) -> Self {
        Self { links }
    }

    /// One entry for each place, in order; `None` when unlinked.
    pub fn links(&self) -> &[Option<Link>] {
        &self.links
    }

    /// What each place is joined to, in order.
    pub fn states(&self) -> impl ExactSizeIterator<Item = LinkState> + '_ {
        self.links.iter().map(|link| LinkState::of(link.as_ref()))
    }

    /// Number of places, linked or not.
    pub fn n_places(&self) -> usize {
        self.links.len()
    }

    /// How many places are unlinked.
    ///
    /// Cost: linear.
    pub fn n_unlinked(&self) -> usize {
        self.links.iter().filter(|link| link.is_none()).count()
    }

    /// The indices of the linked places and the places, both in order.
    ///
    /// Cost: linear.
    pub fn linked(&self) -> (Vec<usize>, Vec<Place>) {
        self.links
            .iter()
            .enumerate()
            .filter_map(|(index, link)| Some((index, link.as_ref()?.place.clone())))
            .unzip()
    }
}

fn link(
    graph: &StreetGraph,
    index: &SnapIndex,
    position: LngLat,
    options: LinkOptions,
) -> Option<Link> {
    let snap = index.snap(graph, position, options.radius)?;
    let access = options
        .walk_speed
        .time_between(0, u64::from(snap.walk.as_mm()));
    Some(Link {
        place: Place::new(snap.point, access),
        position: snap.position,
        walk: snap.walk,
        on_scrap: false,
    })
}
