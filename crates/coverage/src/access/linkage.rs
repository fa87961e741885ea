use graph::{EdgeId, Lifted};
use rayon::prelude::*;
use reach::{Joined, Joining, Network, Place, SnapIndex};
use units::{Length, LngLat, Speed};

use crate::{DemandSet, Facility};

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
    /// Whether that street is a scrap: a piece of the network that trips cannot both enter and leave,
    /// and too short to be a network of its own.
    pub on_scrap: bool,
    /// Whether times from here may hang on how near a junction must lie to be joined
    /// ([`Joined::doubt`]).
    pub is_in_doubt: bool,
    /// Whether that street runs through a tunnel or over a bridge, for want of another within the
    /// radius.
    pub lifted: Option<Lifted>,
}

impl Link {
    /// A place joined farther off than this is worth a look.
    pub const FAR: Length = Length::from_m(50);

    /// What is worth a look about the link, if anything.
    pub fn doubt(&self) -> Option<LinkDoubt> {
        LinkDoubt::of(self.on_scrap, self.lifted, self.walk)
    }
}

/// Why it is worth a look where a place was joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkDoubt {
    /// To a scrap of street.
    OnScrap,
    /// To a tunnel or a bridge.
    Lifted(Lifted),
    /// Farther off than [`Link::FAR`].
    Far,
}

impl LinkDoubt {
    /// The doubt about a place with these facts.
    pub fn of(on_scrap: bool, lifted: Option<Lifted>, walk: Length) -> Option<Self> {
        match lifted {
            _ if on_scrap => Some(Self::OnScrap),
            Some(lifted) => Some(Self::Lifted(lifted)),
            None => (walk > Link::FAR).then_some(Self::Far),
        }
    }

    /// As written in tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::OnScrap => "on-scrap",
            Self::Lifted(lifted) => lifted.key(),
            Self::Far => "far",
        }
    }
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
        network: &Network<'_>,
        index: &SnapIndex,
        positions: &[LngLat],
        options: LinkOptions,
    ) -> Self {
        let joining = options.joining(network, index);
        let links = positions
            .par_iter()
            .map(|&position| joining.join(position).map(Link::from))
            .collect();
        Self { links }
    }

    /// Joins facilities, in order; their start delays count as access.
    ///
    /// Cost: as [`of_positions`](Self::of_positions).
    pub fn of_facilities(
        network: &Network<'_>,
        index: &SnapIndex,
        facilities: &[Facility],
        options: LinkOptions,
    ) -> Self {
        let joining = options.joining(network, index);
        let links = facilities
            .par_iter()
            .map(|facility| {
                let mut link = Link::from(joining.join(facility.position)?);
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
        network: &Network<'_>,
        index: &SnapIndex,
        demand: &DemandSet,
        usable: impl Fn(EdgeId) -> bool + Sync,
        options: LinkOptions,
    ) -> Self {
        let joining = options.joining(network, index);
        let links = demand
            .points()
            .par_iter()
            .map(|point| match point.street {
                Some(street) if usable(street.edge) => Some(Link {
                    place: Place::on_street(network, street, point.position),
                    position: point.position,
                    walk: Length::ZERO,
                    on_scrap: false,
                    is_in_doubt: false,
                    lifted: None,
                }),
                _ => joining.join(point.position).map(Link::from),
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

    /// How many places lie 20 to 30 m from a junction that gives, or would give, times which their
    /// nearest street point does not.
    ///
    /// Cost: linear.
    pub fn n_in_doubt(&self) -> usize {
        let links = self.links.iter().flatten();
        links.filter(|link| link.is_in_doubt).count()
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

impl LinkOptions {
    fn joining<'a>(self, network: &'a Network<'a>, index: &'a SnapIndex) -> Joining<'a> {
        Joining::new(network, index, self.radius, Some(self.walk_speed))
    }
}

impl From<Joined> for Link {
    fn from(joined: Joined) -> Self {
        Self {
            place: joined.place,
            position: joined.snap.position,
            walk: joined.snap.walk,
            on_scrap: joined.snap.on_scrap,
            lifted: joined.snap.lifted,
            is_in_doubt: joined.doubt.is_some(),
        }
    }
}
