//! A profile of one's own over one network: `cargo run -p graph --example own_profile`.
//!
//! A network holds what was mapped; who travels is data. A cargo bike is a rider that is
//! slower and too heavy to be pushed along footways. The same text, as a file, goes with `--profile` of the
//! commands and with `[[profile]]` of a plan.
#![expect(clippy::print_stdout, reason = "an example talks to who runs it")]

use graph::{
    ArcId, EdgeId, EdgeSpec, Metric, OsmNodeId, OsmWayId, Policies, Profile, ProfileSpec,
    RoadClass, StreetGraph, StreetGraphBuilder, WayFacts,
};
use units::{Length, LngLat};

const CARGO_BIKE: &str = r#"
name = "cargo-bike"
extends = "rider"
speed_limit_km_per_h = 15

[push]
allowed = false
"#;

/// The streets of the example, each 300 m long and joined to the next.
const STREETS: [(&str, RoadClass); 3] = [
    ("residential street", RoadClass::Residential),
    ("cycleway", RoadClass::Cycleway),
    ("footway", RoadClass::Footway),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let graph = streets()?;
    let spec: ProfileSpec = toml::from_str(CARGO_BIKE)?;
    let own = spec.resolve().map_err(|errors| format!("{errors:?}"))?;
    let policies = Policies::default();
    let profiles = [Profile::rider(), own, Profile::foot()];
    for profile in &profiles {
        let metric = Metric::of(&graph, profile, &policies);
        for (edge, (name, _)) in graph.edges().zip(STREETS) {
            let time = metric.arc_time(onward(&graph, edge));
            let told = time.map_or("closed".to_owned(), |time| time.to_string());
            println!("{:<10} 300 m of {name}: {told}", profile.name);
        }
    }
    let [rider, cargo_bike, foot] = profiles.map(|profile| Metric::of(&graph, &profile, &policies));
    let [street, cycleway, footway] =
        [0, 1, 2].map(|i| onward(&graph, graph.edges().nth(i).expect("three streets")));
    // 300 m at 15 km/h are 72 s, slower than the e-bike on street and cycleway alike.
    for arc in [street, cycleway] {
        let own = cargo_bike.arc_time(arc).expect("open");
        assert_eq!(own.as_tenths(), 720);
        assert!(rider.arc_time(arc) < Some(own));
    }
    // Closed to the one, open to the other: nothing was imported again.
    assert_eq!(cargo_bike.arc_time(footway), None);
    assert!(foot.arc_time(footway).is_some());
    Ok(())
}

/// The arc that runs along a street as it was drawn.
fn onward(graph: &StreetGraph, edge: EdgeId) -> ArcId {
    let arcs = graph.origin_arcs(edge).iter().copied();
    let mut onward = arcs.filter(|&arc| graph.arc_is_forward(arc));
    onward.next().expect("every street has an arc along it")
}

fn streets() -> Result<StreetGraph, Box<dyn std::error::Error>> {
    let mut builder = StreetGraphBuilder::new();
    let nodes: Vec<_> = [7.420, 7.4237, 7.4274, 7.4311]
        .into_iter()
        .zip(1..)
        .map(
            |(lng, id)| Ok(builder.add_node(LngLat::from_degrees(lng, 43.73)?, OsmNodeId::new(id))),
        )
        .collect::<Result<_, units::PositionError>>()?;
    for ((ends, (name, class)), way) in nodes.windows(2).zip(STREETS).zip(1..) {
        builder.add_edge(EdgeSpec {
            start: ends[0],
            end: ends[1],
            length: Length::from_m(300),
            way_start: Length::ZERO,
            shape: &[],
            way: OsmWayId::new(way),
            name: Some(name),
            facts: WayFacts {
                class,
                ..WayFacts::default()
            },
        });
    }
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_profile_differs_where_it_says_so() {
        super::main().expect("the streets are streets");
    }
}
