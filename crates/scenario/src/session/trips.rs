use coverage::{
    CellRank, DemandId, Link, Linkage, PointState, RouteStep, Rows, ServiceStandard, route_steps,
};
use reach::{Path, SearchSpace};
use units::{Length, LngLat, TravelTime};

use crate::evaluate::travel_times::search_limit;
use crate::session::Session;

/// How the people of a cell get to the facilities of a standard: from the demand point that stands
/// for the cell on the map to the nearest ones, with the way to the nearest.
#[derive(Clone, Debug)]
pub struct CellTrips {
    /// The limit of the standard.
    pub limit: TravelTime,
    /// How many facilities must lie within it.
    pub required: u32,
    /// How far was searched: twice the limit, as for the map.
    pub searched: TravelTime,
    /// The demand point that stands for the cell; `None` when no demand of it is joined to a
    /// street.
    pub from: Option<LngLat>,
    /// What becomes of that demand point.
    pub state: Option<PointState>,
    /// The nearest facilities that count, by ascending time; those that decide and one more.
    pub facilities: Vec<FacilityTrip>,
    /// The way to the nearest.
    pub way: Option<Way>,
}

/// A facility and the time to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacilityTrip {
    /// Index among the facilities that stand.
    pub facility: usize,
    /// Time of the whole trip.
    pub time: TravelTime,
}

/// Where the minutes of a trip go.
#[derive(Clone, Debug)]
pub struct Way {
    /// The straight walk from the demand to the street, and what it takes.
    pub walk_before: (Length, TravelTime),
    /// Street by street.
    pub steps: Vec<RouteStep>,
    /// The straight walk from the street to the facility.
    pub walk_after: Length,
    /// What that walk takes, and the facility's start delay after it.
    pub after: TravelTime,
    /// Of that the start delay: time to park, enter and be served.
    pub start_delay: TravelTime,
    /// The trip along the streets as a line; empty when both ends are one point.
    pub line: Vec<LngLat>,
}

impl Session<'_> {
    /// The trips of a cell under a standard, as things stand in this session.
    ///
    /// Cost: one bounded search for each facility of the standard, and one for the way.
    pub fn trips(&self, standard: usize, cell: CellRank) -> CellTrips {
        let project = self.project();
        let evaluation = &self.decisions().evaluation;
        let service = &evaluation.services[standard];
        let limit = service.standard.limit;
        let standard = &project.standards[standard];
        let demand = project.demand_of(standard);
        let searched = search_limit(limit);
        let mut trips = CellTrips {
            limit,
            required: standard.required.get(),
            searched,
            from: None,
            state: None,
            facilities: Vec::new(),
            way: None,
        };
        let Some((point, _)) = service.coverage.typical(demand, cell) else {
            return trips;
        };
        trips.from = Some(demand.points()[point.index()].position);
        trips.state = Some(service.coverage.states()[point.index()]);
        let streets = self.streets(&standard.profile).expect("a profile in use");
        let Some(from) = &streets.demand.links()[point.index()] else {
            return trips;
        };
        let (indices, links) = self.serving(standard);
        let network = streets.network();
        let alone = Linkage::from_links(vec![Some(from.clone())]);
        let facilities = Linkage::from_links(links.clone());
        let rows = Rows::search(&network, &facilities, &alone, searched);
        let row = rows.row(DemandId::from_index(0));
        let n_told = usize::try_from(standard.required.get()).expect("a small count") + 1;
        trips.facilities = row
            .iter()
            .take(n_told)
            .map(|entry| FacilityTrip {
                facility: indices[entry.facility.index()],
                time: entry.time,
            })
            .collect();
        trips.way = row.first().and_then(|nearest| {
            let to = links[nearest.facility.index()].as_ref();
            let to = to.expect("what is reached is joined");
            let mut space = SearchSpace::default();
            let path = Path::between(&network, &mut space, &from.place, &to.place, searched)?;
            let facility = &evaluation.facilities[indices[nearest.facility.index()]];
            Some(Way {
                walk_before: (from.walk, path.origin_access),
                steps: route_steps(&network, &path),
                walk_after: to.walk,
                after: path.destination_access,
                start_delay: facility.start_delay,
                line: path.line(&network),
            })
        });
        trips
    }

    /// The facilities that count for a standard as things stand, by index, and how they are joined.
    pub(crate) fn serving(&self, standard: &ServiceStandard) -> (Vec<usize>, Vec<Option<Link>>) {
        let project = self.project();
        let evaluation = &self.decisions().evaluation;
        let open = project.open_set(standard, &evaluation.facilities);
        let indices: Vec<usize> = open
            .iter()
            .map(coverage::FacilityId::index)
            .filter(|&index| !evaluation.closed[index])
            .collect();
        let facilities: Vec<_> = indices
            .iter()
            .map(|&index| evaluation.facilities[index].clone())
            .collect();
        let streets = self.streets(&standard.profile).expect("a profile in use");
        let joined = Linkage::of_facilities(
            &streets.network(),
            &streets.index,
            &facilities,
            streets.link,
        );
        (indices, joined.links().to_vec())
    }
}
