use std::path::Path;

use anyhow::Result;
use graph::grid_city::GridCity;
use graph::{ArcCost, EdgeId, Metric, NodeId, Policies, Profile, StreetGraph};
use reach::{Place, StreetPoint};
use units::{Length, LngLat, Speed, TravelTime};

use crate::pinned::PinnedNetwork;

/// A street graph with one metric, and its name in results.
#[derive(Clone, Debug)]
pub struct Input {
    /// As in the names of groups.
    pub name: String,
    /// The streets.
    pub graph: StreetGraph,
    /// Their times.
    pub metric: Metric,
}

impl Input {
    /// A grid city with so many crossings a side, 90 m apart, ridden at 20 km/h.
    ///
    /// Its nodes are renumbered by nothing: rows of crossings are the worst order one meets.
    pub fn grid(side: usize) -> Self {
        let corner = LngLat::from_e7(1_140_000_000, 225_000_000);
        let city = GridCity::new(side, Length::from_m(90), corner);
        let metric = Metric::uniform(&city.graph, peers_speed());
        Self {
            name: format!("grid-{side}"),
            graph: city.graph,
            metric,
        }
    }

    /// The committed network.
    ///
    /// # Errors
    /// When the file is not what it was.
    pub fn pinned() -> Result<Self> {
        let (graph, metric) = PinnedNetwork::committed()?.build()?;
        Ok(Self {
            name: "shenzhen-pinned".to_owned(),
            graph,
            metric,
        })
    }

    /// An extract, imported, with gates, compounds and turn copies; open to the rider, at the
    /// rider's speeds or, as the peers are run, all at 20 km/h.
    ///
    /// # Errors
    /// When the file cannot be imported.
    pub fn extract(path: &Path, flat: bool) -> Result<Self> {
        let city = osm::import(path, &osm::ImportOptions::default())?;
        let rider = Metric::of(&city.streets, &Profile::rider(), &Policies::default());
        let price = ArcCost {
            speed: peers_speed(),
            delay: TravelTime::ZERO,
        };
        let metric = if flat {
            Metric::from_costs(
                &city.streets,
                |arc, _| rider.is_open(arc).then_some(price),
                |arc| rider.arc_time(arc),
            )
        } else {
            rider
        };
        let stem = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = stem.split('.').next().unwrap_or_default().to_owned();
        let profile = if flat { "20-km-per-h" } else { "rider" };
        Ok(Self {
            name: format!("{stem}-{profile}"),
            graph: city.streets,
            metric,
        })
    }
}

fn peers_speed() -> Speed {
    Speed::from_km_per_h(20.0).expect("positive")
}

/// Nodes spread over the whole graph, the same ones every time.
pub fn spread_nodes(graph: &StreetGraph, n: usize) -> Vec<NodeId> {
    (0..n)
        .map(|i| NodeId::from_index(spread(i) % graph.n_nodes()))
        .collect()
}

/// Places in the middle of edges spread over the whole graph, the same ones every time; `from`
/// skips so many of them.
pub fn places(input: &Input, from: usize, n: usize) -> Vec<Place> {
    let graph = &input.graph;
    let usable = |edge: EdgeId| {
        let mut arcs = graph.origin_arcs(edge).iter();
        arcs.any(|&arc| input.metric.is_open(arc))
    };
    (from..)
        .map(|i| EdgeId::from_index(spread(i) % graph.n_edges()))
        .filter(|&edge| usable(edge))
        .map(|edge| {
            Place::new(
                StreetPoint {
                    edge,
                    offset: Length::from_mm(graph.edge_length(edge).as_mm() / 2),
                },
                TravelTime::ZERO,
            )
        })
        .take(n)
        .collect()
}

/// Steps by a prime that divides no city.
fn spread(i: usize) -> usize {
    i * 15_485_863
}
