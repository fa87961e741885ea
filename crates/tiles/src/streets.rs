use graph::{EdgeId, RoadClass, StreetGraph};
use units::LngLat;

use crate::layer::{Feature, Shape, Tag, TileLayer};
use crate::world::project;

/// The layer `streets`: one line for each run of edges of an OSM way, with `class` (as mapped),
/// `name` when it has one, and `is_bridge` where it lies above the ground.
///
/// Edges of a way are joined where they meet, so that a name has room along its street.
/// Main roads are drawn from afar, small streets from the zoom at which they can be told apart.
///
/// Cost: n log n in the edges.
pub fn streets(graph: &StreetGraph) -> TileLayer {
    let mut edges: Vec<EdgeId> = graph.edges().collect();
    edges.sort_by_key(|&edge| (graph.edge_way(edge), graph.edge_way_start(edge), edge));
    let mut features = Vec::new();
    let mut run: Vec<LngLat> = Vec::new();
    let mut of: Option<EdgeId> = None;
    let finish = |run: &mut Vec<LngLat>, of: Option<EdgeId>, features: &mut Vec<Feature>| {
        if let Some(edge) = of {
            features.extend(feature(graph, features.len(), edge, run));
        }
        run.clear();
    };
    for edge in edges {
        let shape: Vec<LngLat> = graph.edge_shape(edge).collect();
        let goes_on = of.is_some_and(|before| {
            graph.edge_way(before) == graph.edge_way(edge)
                && graph.edge_facts_id(before) == graph.edge_facts_id(edge)
        }) && run.last() == shape.first();
        if goes_on {
            run.extend(shape.into_iter().skip(1));
        } else {
            finish(&mut run, of, &mut features);
            run = shape;
            of = Some(edge);
        }
    }
    finish(&mut run, of, &mut features);
    TileLayer::new("streets", features)
}

fn feature(graph: &StreetGraph, number: usize, edge: EdgeId, run: &[LngLat]) -> Option<Feature> {
    let facts = graph.edge_facts(edge);
    let mut tags = vec![("class", Tag::Text(facts.class.osm_name().to_owned()))];
    if let Some(name) = graph.edge_name(edge) {
        tags.push(("name", Tag::Text(name.to_owned())));
    }
    if facts.layer > 0 {
        tags.push(("is_bridge", Tag::Yes));
    }
    let line = run.iter().map(|&position| project(position)).collect();
    let id = u64::try_from(number).expect("a count of edges");
    Feature::new(id, from_zoom(facts.class), Shape::Line(line), tags)
}

fn from_zoom(class: RoadClass) -> u8 {
    match class {
        RoadClass::Motorway
        | RoadClass::MotorwayLink
        | RoadClass::Trunk
        | RoadClass::TrunkLink
        | RoadClass::Primary
        | RoadClass::PrimaryLink
        | RoadClass::Ferry => 0,
        RoadClass::Secondary | RoadClass::SecondaryLink => 10,
        RoadClass::Tertiary | RoadClass::TertiaryLink => 11,
        RoadClass::Unclassified | RoadClass::Residential | RoadClass::LivingStreet => 12,
        _ => 14,
    }
}
