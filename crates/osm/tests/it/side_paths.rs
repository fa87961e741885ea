//! Side paths tied to the streets beside them: where links begin and end, what they do not pass,
//! and that they are closed until a plan opens them.

use city::City;
use graph::{Components, EdgeId, Metric, Policies, Profile, WayFlags};
use units::Length;

use crate::drawn::{Map, node_id};

const WITHIN: Length = Length::from_m(30);

fn links(city: &City) -> Vec<EdgeId> {
    let streets = &city.streets;
    let is_link = |&edge: &EdgeId| {
        streets
            .edge_facts(edge)
            .flags
            .contains(WayFlags::INFERRED_LINK)
    };
    streets.edges().filter(is_link).collect()
}

/// The ends of the links as letters, `?` for a node that no letter names; sorted.
fn ends(city: &City) -> Vec<String> {
    let streets = &city.streets;
    let letter = |node| {
        let id = streets.node_osm_id(node).as_i64();
        ('a'..='z').find(|&c| node_id(c) == id).unwrap_or('?')
    };
    let mut ends: Vec<String> = links(city)
        .into_iter()
        .map(|edge| {
            let (start, end) = streets.edge_ends(edge);
            let mut pair = [letter(start), letter(end)];
            pair.sort_unstable();
            pair.iter().collect()
        })
        .collect();
    ends.sort();
    ends
}

fn main_meters(city: &City, joins_side_paths: bool) -> u64 {
    let policies = Policies {
        joins_side_paths,
        ..Policies::default()
    };
    let metric = Metric::of(&city.streets, &Profile::rider(), &policies);
    Components::of(&city.streets, &metric).main_length_mm() / 1_000
}

const BESIDE: &str = "grid 20m
a b c d e
p q r s t
ways
abcde highway=secondary
pqrst highway=cycleway
";

#[test]
fn every_node_of_a_side_path_is_tied_to_the_street_and_opens_only_by_decision() {
    let map = Map::parse(BESIDE);
    let city = map.import_linked(WITHIN);
    assert_eq!(ends(&city), ["ap", "bq", "cr", "ds", "et"]);
    assert_eq!(city.report.side_path_links.unwrap().n_links, 5);
    for edge in links(&city) {
        assert!(city.streets.edge_length(edge).as_mm().abs_diff(20_000) < 20);
    }
    // One street of 80 m (columns are half a step) is the main network until links join the other.
    let alone = main_meters(&map.import().unwrap(), false);
    assert_eq!(main_meters(&city, false), alone);
    assert_eq!(main_meters(&city, true), 2 * alone + 5 * 20);
}

#[test]
fn without_the_wish_nothing_is_added() {
    let city = Map::parse(BESIDE).import().unwrap();
    assert!(links(&city).is_empty());
    assert_eq!(city.report.side_path_links, None);
}

#[test]
fn links_cut_long_pieces_and_lengths_add_up() {
    let map = Map::parse(
        "grid 20m
a         e
p    r    t
ways
ae highway=tertiary
prt highway=cycleway
",
    );
    let before = map.import().unwrap();
    let city = map.import_linked(WITHIN);
    // r meets the street in its middle, where a node is made.
    assert_eq!(ends(&city), ["?r", "ap", "et"]);
    let street_mm = |city: &City| -> u64 {
        let streets = &city.streets;
        let links = links(city);
        let edges = streets.edges().filter(|edge| !links.contains(edge));
        edges
            .map(|edge| u64::from(streets.edge_length(edge).as_mm()))
            .sum()
    };
    assert!(street_mm(&city).abs_diff(street_mm(&before)) <= 2);
    assert_eq!(city.streets.n_edges(), before.streets.n_edges() + 3 + 2);
}

#[test]
fn crossings_of_streets_are_tied_to_a_path_that_runs_straight_past_them() {
    let city = Map::parse(
        "grid 20m
      z
a     b     c
p           q
ways
abc highway=secondary
bz highway=residential
pq highway=cycleway
",
    )
    .import_linked(WITHIN);
    assert_eq!(ends(&city), ["?b", "ap", "cq"]);
}

#[test]
fn what_keeps_a_path_and_a_street_apart() {
    let tied = |text: &str| ends(&Map::parse(text).import_linked(WITHIN)).len();
    let apart = |step_m: u32, street: &str, path: &str, more: &str| {
        tied(&format!(
            "grid {step_m}m
 a b c
w   x y
 p q r
ways
abc highway=secondary{street}
pqr highway=cycleway{path}
{more}
"
        ))
    };
    // 40 m are too far.
    assert_eq!(apart(20, "", "", ""), 0);
    let near = |street: &str, path: &str, more: &str| apart(12, street, path, more);
    assert_eq!(near("", "", ""), 3);
    assert_eq!(near("", "", "wxy barrier=wall"), 0);
    assert_eq!(near("", "", "wx barrier=fence"), 1, "it ends before r");
    assert_eq!(near("|bridge=yes|layer=1", "", ""), 0);
    assert_eq!(near("", "|layer=-1", ""), 0);
    assert_eq!(near("", "|tunnel=yes", ""), 0);
    assert_eq!(near("|access=private", "", ""), 0);
    assert_eq!(near("", "|bicycle=no", ""), 0);
}

#[test]
fn a_connection_of_the_map_is_left_alone() {
    let city = Map::parse(
        "grid 20m
a b c
p q
ways
abc highway=secondary
pqb highway=cycleway
",
    )
    .import_linked(WITHIN);
    // b belongs to both: nothing is gained by a link to it.
    assert_eq!(ends(&city), ["ap"]);
}

#[test]
fn links_are_the_same_on_any_number_of_threads() {
    let map = Map::parse(BESIDE);
    let bytes = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
        let pool = pool.build().unwrap();
        pool.install(|| map.import_linked(WITHIN).to_bytes().unwrap())
    };
    assert_eq!(bytes(1), bytes(4));
}
