use graph::{EdgeId, Lifted, OsmWayId, StreetGraph};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use units::{BoundingBox, Length, LngLat, LocalPlane, PlanePoint, nearest_to_center};

/// A point of the streets: an edge, and how far along it from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreetPoint {
    /// The edge.
    pub edge: EdgeId,
    /// Distance from the edge's start along its shape.
    pub offset: Length,
}

/// A position joined to the nearest street.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snap {
    /// Where on the streets.
    pub point: StreetPoint,
    /// The position of that point.
    pub position: LngLat,
    /// Straight distance between the position asked for and that point.
    pub walk: Length,
    /// Whether the street is a scrap, the only one near enough ([`SnapIndex::choose`]).
    pub on_scrap: bool,
    /// Whether the street runs through a tunnel or over a bridge.
    pub lifted: Option<Lifted>,
}

/// How much farther than the nearest scrap a place may be joined, to pass it by: across the aisles
/// of a car park, or a street that the map left unconnected.
pub(crate) const PAST_SCRAP: Length = Length::from_m(50);

/// An R-tree of the edges that a profile may use.
#[derive(Clone, Debug)]
pub struct SnapIndex {
    edges: EdgeTree,
    /// The usable streets of no network, beside those that places are to be joined to.
    scraps: EdgeTree,
}

impl SnapIndex {
    /// Indexes the edges for which `usable` holds.
    ///
    /// Cost: n log n.
    pub fn new(graph: &StreetGraph, usable: impl Fn(EdgeId) -> bool) -> Self {
        Self::with_scraps(graph, usable, |_| false)
    }

    /// As [`new`](Self::new), and apart from them the edges for which `scrap` holds: usable streets
    /// that nothing leads away from, which only [`choose`](Self::choose) looks at.
    ///
    /// Cost: n log n.
    pub fn with_scraps(
        graph: &StreetGraph,
        usable: impl Fn(EdgeId) -> bool,
        scrap: impl Fn(EdgeId) -> bool,
    ) -> Self {
        Self {
            edges: tree(graph, usable),
            scraps: tree(graph, scrap),
        }
    }

    /// Number of indexed edges.
    ///
    /// Cost: n log n.
    pub fn n_edges(&self) -> usize {
        let mut edges: Vec<u32> = self.edges.iter().map(|entry| entry.data).collect();
        edges.sort_unstable();
        edges.dedup();
        edges.len()
    }

    /// The indexed edges whose boxes touch a box, in order.
    ///
    /// Cost: their number and its logarithm.
    pub fn edges_in(&self, bounding_box: &BoundingBox) -> Vec<EdgeId> {
        let (low, high) = (bounding_box.south_west(), bounding_box.north_east());
        let envelope =
            AABB::from_corners([low.lng_e7(), low.lat_e7()], [high.lng_e7(), high.lat_e7()]);
        let found = self.edges.locate_in_envelope_intersecting(&envelope);
        let mut edges: Vec<EdgeId> = found.map(|entry| EdgeId::new(entry.data)).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// The street that a place belongs to: the nearest indexed edge within `radius`.
    ///
    /// A tunnel or a bridge is taken only when nothing else lies within the radius. A scrap is taken
    /// when it is the only street on the ground there, or when every other lies more than
    /// 50 m farther away.
    ///
    /// Cost: as [`snap`](Self::snap); where the nearest street is a tunnel or a bridge, or lies more
    /// than 50 m away, a second or third look.
    pub fn choose(&self, graph: &StreetGraph, position: LngLat, radius: Length) -> Option<Snap> {
        let on_ground = |edge| graph.edge_is_lifted(edge).is_none();
        let nearest = self.snap(graph, position, radius);
        let street = match nearest {
            Some(lifted) if lifted.lifted.is_some() => {
                nearest_in(&self.edges, graph, position, radius, on_ground).or(nearest)
            }
            other => other,
        };
        if self.scraps.size() == 0 {
            return street;
        }
        let on_scraps = |within| nearest_in(&self.scraps, graph, position, within, on_ground);
        let scrap = match street {
            Some(street) if street.lifted.is_some() => on_scraps(radius),
            Some(street) if street.walk <= PAST_SCRAP => None,
            Some(street) => {
                let within = Length::from_mm(street.walk.as_mm() - PAST_SCRAP.as_mm());
                on_scraps(within).filter(|scrap| scrap.walk < within)
            }
            None => on_scraps(radius)
                .or_else(|| nearest_in(&self.scraps, graph, position, radius, |_| true)),
        };
        let scrap = scrap.map(|snap| Snap {
            on_scrap: true,
            ..snap
        });
        scrap.or(street)
    }

    /// The nearest point of an indexed edge within `radius`, the radius included; `None` when there
    /// is none. Of equally near edges public street comes before the inside of a compound, then the
    /// lower way, of one way the earlier edge.
    ///
    /// Cost: the edges whose boxes touch the square around the position.
    pub fn snap(&self, graph: &StreetGraph, position: LngLat, radius: Length) -> Option<Snap> {
        nearest_in(&self.edges, graph, position, radius, |_| true)
    }
}

type EdgeTree = RTree<GeomWithData<Rectangle<[i32; 2]>, u32>>;

fn tree(graph: &StreetGraph, keep: impl Fn(EdgeId) -> bool) -> EdgeTree {
    let boxes = graph
        .edges()
        .filter(|&edge| keep(edge))
        .flat_map(|edge| boxes(graph, edge))
        .collect();
    RTree::bulk_load(boxes)
}

/// The nearest point of an edge of a tree within a radius, of the edges for which `keep` holds.
fn nearest_in(
    edges: &EdgeTree,
    graph: &StreetGraph,
    position: LngLat,
    radius: Length,
    keep: impl Fn(EdgeId) -> bool,
) -> Option<Snap> {
    let plane = LocalPlane::at(position);
    // Most places lie within some tens of metres of a street: look near first.
    let mut side_m = 50.0_f64;
    loop {
        let side = side_m.min(radius.as_m_f64());
        let best = nearest_in_square(edges, graph, &plane, position, side, &keep);
        if let Some((distance_m, snap)) = best
            && distance_m <= side
        {
            return Some(snap);
        }
        if side >= radius.as_m_f64() {
            return None;
        }
        side_m *= 4.0;
    }
}

/// The box around an edge; of one that crosses the 180° meridian a box on either side, so that none
/// goes round the earth.
fn boxes(
    graph: &StreetGraph,
    edge: EdgeId,
) -> impl Iterator<Item = GeomWithData<Rectangle<[i32; 2]>, u32>> + use<> {
    let nothing = ([i32::MAX; 2], [i32::MIN; 2]);
    let mut all = nothing;
    // West of the meridian, where longitudes are positive, and east of it.
    let mut sides = [nothing; 2];
    for position in graph.edge_shape(edge) {
        let (x, y) = (position.lng_e7(), position.lat_e7());
        for (low, high) in [&mut all, &mut sides[usize::from(x < 0)]] {
            *low = [low[0].min(x), low[1].min(y)];
            *high = [high[0].max(x), high[1].max(y)];
        }
    }
    let is_across = i64::from(all.1[0]) - i64::from(all.0[0]) > 1_800_000_000;
    let found = if is_across {
        sides.map(Some)
    } else {
        [Some(all), None]
    };
    found.into_iter().flatten().map(move |(low, high)| {
        GeomWithData::new(Rectangle::from_corners(low, high), edge.as_u32())
    })
}

/// Streets across the 180° meridian hold one point of it twice, as it is written on either side. On
/// a plane those lie as far apart as the earth is round: more than this at every latitude with
/// streets, and no piece of street is as long.
const ROUND_THE_BACK_M: f64 = 2_000_000.0;

/// The nearest of the edges whose boxes touch the square of half side `side_m`; right whenever
/// its distance is at most `side_m`.
fn nearest_in_square(
    edges: &EdgeTree,
    graph: &StreetGraph,
    plane: &LocalPlane,
    position: LngLat,
    side_m: f64,
    keep: impl Fn(EdgeId) -> bool,
) -> Option<(f64, Snap)> {
    let corner = |sign: f64| {
        // One metre more, since corners are rounded to 1e-7 degrees.
        let reach = sign * (side_m + 1.0);
        let at = plane.unproject(PlanePoint {
            x_m: reach,
            y_m: reach,
        });
        [at.lng_e7(), at.lat_e7()]
    };
    let square = AABB::from_corners(corner(-1.0), corner(1.0));
    let mut best: Option<(f64, EdgeId, f64, PlanePoint)> = None;
    for candidate in edges.locate_in_envelope_intersecting(&square) {
        let edge = EdgeId::new(candidate.data);
        if !keep(edge) {
            continue;
        }
        let (distance_m, fraction, point) = nearest_on_edge(graph, plane, edge);
        let better = best.is_none_or(|(best_m, best_edge, ..)| {
            distance_m < best_m
                || (distance_m <= best_m && precedence(graph, edge) < precedence(graph, best_edge))
        });
        if better {
            best = Some((distance_m, edge, fraction, point));
        }
    }
    let (distance_m, edge, fraction, point) = best?;
    let length = graph.edge_length(edge);
    let offset = Length::from_m_f64(length.as_m_f64() * fraction).min(length);
    let snapped = plane.unproject(point);
    debug_assert!(plane.project(position).distance_m(PlanePoint::default()) < 1.0);
    let snap = Snap {
        point: StreetPoint { edge, offset },
        position: snapped,
        walk: Length::from_m_f64(distance_m),
        on_scrap: false,
        lifted: graph.edge_is_lifted(edge),
    };
    Some((distance_m, snap))
}

/// What decides between equally near edges. A place at the mouth of a compound is not inside: else
/// a trip to it might pass the compound. Then where an edge lies in its source, so that ties do not
/// hang on how a file numbers edges.
fn precedence(graph: &StreetGraph, edge: EdgeId) -> (bool, OsmWayId, Length, EdgeId) {
    (
        graph.edge_compound(edge).is_some(),
        graph.edge_way(edge),
        graph.edge_way_start(edge),
        edge,
    )
}

/// The point of an edge nearest to the centre of the plane: its distance, the fraction of the
/// edge's length before it, and where it is.
fn nearest_on_edge(
    graph: &StreetGraph,
    plane: &LocalPlane,
    edge: EdgeId,
) -> (f64, f64, PlanePoint) {
    let mut points = graph
        .edge_shape(edge)
        .map(|position| plane.project(position));
    let mut a = points.next().expect("a shape has two ends");
    let mut best_squared = f64::INFINITY;
    let mut best = (0.0, a);
    let mut before_m = 0.0;
    for b in points {
        let (dx, dy) = (b.x_m - a.x_m, b.y_m - a.y_m);
        if dx.abs() > ROUND_THE_BACK_M {
            a = b;
            continue;
        }
        let (along, point) = nearest_to_center(a, b);
        let distance_squared = point.x_m * point.x_m + point.y_m * point.y_m;
        let length_m = libm::sqrt(dx * dx + dy * dy);
        if distance_squared < best_squared {
            best_squared = distance_squared;
            best = (before_m + along * length_m, point);
        }
        before_m += length_m;
        a = b;
    }
    let fraction = if before_m > 0.0 {
        best.0 / before_m
    } else {
        0.0
    };
    (libm::sqrt(best_squared), fraction, best.1)
}
