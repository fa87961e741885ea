//! A small city with everything that coverage needs, for the tests of this crate.

use coverage::{
    Demand, DemandSet, Facility, FacilityKind, LinkOptions, Linkage, OpenSet, Resolution, Rows,
    ServiceCoverage, ServiceInputs, StudyArea,
};
use graph::Metric;
use graph::grid_city::GridCity;
use reach::{JOIN_RADIUS, Network, SnapIndex};
use std::num::NonZeroU32;
use units::{BoundingBox, Length, LngLat, LocalPlane, Outline, PlanePoint, Speed, TravelTime};

/// 100 m blocks at 5 m/s: 20 s a block.
pub(crate) struct City {
    pub(crate) grid: GridCity,
    pub(crate) metric: Metric,
    pub(crate) area: StudyArea,
}

pub(crate) fn speed(mm_per_s: u32) -> Speed {
    Speed::from_mm_per_s(mm_per_s).unwrap()
}

pub(crate) fn options() -> LinkOptions {
    LinkOptions {
        radius: JOIN_RADIUS,
        walk_speed: speed(1_200),
    }
}

pub(crate) fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

impl City {
    pub(crate) fn new(side: usize) -> Self {
        let corner = LngLat::from_degrees(114.05, 22.54).unwrap();
        let grid = GridCity::new(side, Length::from_m(100), corner);
        let metric = Metric::uniform(&grid.graph, speed(5_000));
        // The boundary runs 300 m outside the outermost streets.
        let plane = LocalPlane::at(corner);
        let far_m = f64::from(u32::try_from(side).unwrap()) * 100.0 + 200.0;
        let corners = [
            plane.unproject(PlanePoint {
                x_m: -300.0,
                y_m: -300.0,
            }),
            plane.unproject(PlanePoint {
                x_m: far_m,
                y_m: far_m,
            }),
        ];
        let outline = Outline::of_box(&BoundingBox::of(corners).unwrap()).unwrap();
        let area = StudyArea::new(outline, Resolution::default()).unwrap();
        Self { grid, metric, area }
    }

    /// Demand of 2^i thousandths at the i-th crossing, in the order of ids.
    pub(crate) fn powers_of_two(&self) -> DemandSet {
        let side = self.grid.side();
        let counts = (0..side * side).map(|id| {
            let position = self.grid.position(id % side, id / side);
            (position, Demand::from_thousandths(1 << id))
        });
        DemandSet::counted("riders", &self.area, counts)
    }

    pub(crate) fn streets(&self) -> DemandSet {
        DemandSet::street_meters(&self.grid.graph, &self.area, |_| true)
    }

    pub(crate) fn facilities(&self, crossings: &[(usize, usize)]) -> Vec<Facility> {
        crossings
            .iter()
            .map(|&(x, y)| {
                let position = self.grid.position(x, y);
                Facility::new(format!("{x}-{y}"), FacilityKind::WarmStation, position)
            })
            .collect()
    }

    pub(crate) fn served<'a>(
        &self,
        demand: &'a DemandSet,
        facilities: &[Facility],
        limit: TravelTime,
    ) -> Served<'a> {
        let graph = &self.grid.graph;
        let network = Network::new(graph, &self.metric);
        let index = SnapIndex::new(graph, |_| true);
        let from = Linkage::of_demand(&network, &index, demand, |_| true, options());
        let to = Linkage::of_facilities(&network, &index, facilities, options());
        let rows = Rows::search(&network, &to, &from, limit);
        Served {
            demand,
            from,
            rows,
            open: OpenSet::all(facilities.len()),
        }
    }
}

/// What a service's coverage is folded from, owned.
pub(crate) struct Served<'a> {
    pub(crate) demand: &'a DemandSet,
    pub(crate) from: Linkage,
    pub(crate) rows: Rows,
    pub(crate) open: OpenSet,
}

impl Served<'_> {
    pub(crate) fn inputs(&self) -> ServiceInputs<'_> {
        self.inputs_with(&self.open)
    }

    pub(crate) fn inputs_with<'b>(&'b self, open: &'b OpenSet) -> ServiceInputs<'b> {
        ServiceInputs {
            demand: self.demand,
            linkage: &self.from,
            rows: &self.rows,
            open,
        }
    }

    pub(crate) fn within(&self, secs: u32) -> ServiceCoverage {
        ServiceCoverage::within(&self.inputs(), TravelTime::from_secs(secs), one())
    }
}
