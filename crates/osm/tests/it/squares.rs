//! Ways across squares: what is linked, what is not, and that they are no streets.

use city::{City, FindingKind, OsmId};
use graph::{Metric, OsmWayId, Policies, Profile};

use crate::drawn::{self, Map};
use crate::route;

/// Pairs of letters that are linked across an area, sorted.
fn links(city: &City) -> Vec<String> {
    let graph = &city.streets;
    let letter = |node| {
        let id = u32::try_from(graph.node_osm_id(node).as_i64()).unwrap();
        char::from_u32(id).unwrap()
    };
    let mut links: Vec<String> = graph
        .edges()
        .filter(|&edge| graph.is_across_area(edge))
        .map(|edge| {
            let (start, end) = graph.edge_ends(edge);
            let mut pair = [letter(start), letter(end)];
            pair.sort_unstable();
            pair.iter().collect()
        })
        .collect();
    links.sort_unstable();
    links
}

fn walk_s(city: &City, map: &Map, from: char, to: char) -> Option<f64> {
    let graph = &city.streets;
    let metric = Metric::of(graph, &Profile::foot(), &Policies::default());
    let place = |letter| {
        let is_street = |edge| !graph.is_across_area(edge);
        drawn::snap(graph, map.position(letter), is_street)
    };
    route::time(graph, &metric, place(from)?, place(to)?).map(units::TravelTime::as_secs_f64)
}

#[test]
fn entrances_are_linked_where_they_see_each_other() {
    // An L: a to f see d and e only; from c one sees all but f and e ... as drawn.
    let map = Map::parse(
        "grid 100m
u a   b v
    d c w
  f e x
  y
ways
ua highway=footway
bv highway=footway
cw highway=footway
ex highway=footway
fy highway=footway
abcdefa highway=pedestrian|area=yes
",
    );
    let city = map.import().unwrap();
    // Neighbours on the ring need no link; d is no entrance and stands between none of these but
    // b and f, c and f, and b and e, which look through it or past it outside.
    assert_eq!(links(&city), ["ac", "ae"]);
    assert_eq!(city.report.streets.n_across_areas, 2);
    let length_m = city.report.streets.length_m;
    assert!((1_299..=1_301).contains(&length_m), "{length_m}");
}

#[test]
fn a_square_without_two_entrances_or_no_area_has_no_links() {
    for (tags, n_links) in [
        ("highway=pedestrian|area=yes", 1),
        ("highway=service|area=yes", 1),
        ("railway=platform|area=yes", 1),
        ("public_transport=platform|area=yes", 1),
        ("highway=pedestrian", 0),
        ("highway=pedestrian|area=no", 0),
        ("highway=pedestrian|area=yes|building=yes", 0),
        ("place=square|area=yes", 0),
        ("highway=proposed|area=yes", 0),
    ] {
        let text = format!(
            "grid 100m\nu a b\n  d c w\nways\nua highway=footway\nabcda {tags}\ncw highway=footway\n"
        );
        let city = Map::parse(&text).import().unwrap();
        assert_eq!(links(&city).len(), n_links, "{tags}");
        let text = text.replace("\ncw highway=footway", "");
        let city = Map::parse(&text).import().unwrap();
        assert!(links(&city).is_empty(), "one entrance: {tags}");
    }
}

#[test]
fn relations_of_other_kinds_are_not_walked() {
    for (tags, n_links) in [
        ("type=multipolygon|highway=pedestrian", 1),
        ("type=multipolygon|highway=footway|area=yes", 1),
        ("type=multipolygon|railway=platform", 1),
        ("type=multipolygon|public_transport=platform", 1),
        ("type=boundary|highway=pedestrian", 0),
        ("type=multipolygon|building=yes|highway=pedestrian", 0),
        ("type=multipolygon|leisure=park", 0),
        ("type=multipolygon|highway=construction", 0),
        ("type=site|highway=pedestrian", 0),
    ] {
        let text = format!(
            "grid 100m\nu a b\n  d c w\nways\nua highway=footway\nabc\nadc\ncw highway=footway\nrelations\nouter=abc outer=adc {tags}\n"
        );
        let map = Map::parse(&text);
        let city = map.import().unwrap();
        assert_eq!(links(&city).len(), n_links, "{tags}");
        let rim = city.streets.edges();
        let n_rim = rim
            .filter(|&edge| !city.streets.is_across_area(edge))
            .filter(|&edge| {
                [2, 3]
                    .map(OsmWayId::new)
                    .contains(&city.streets.edge_way(edge))
            });
        assert_eq!(n_rim.count(), 2 * n_links, "{tags}");
    }
}

#[test]
fn a_border_that_is_a_street_stays_that_street_and_a_broken_one_is_told() {
    let text = "grid 100m
u a b
  d c w
ways
ua highway=footway
abc highway=residential|name=North
adc
cw highway=footway
relations
outer=abc outer=adc type=multipolygon|highway=pedestrian|name=Square
";
    let map = Map::parse(text);
    let city = map.import().unwrap();
    let graph = &city.streets;
    let name = |way| {
        let mut edges = graph.edges();
        let edge = edges.find(|&edge| {
            graph.edge_way(edge) == OsmWayId::new(way) && !graph.is_across_area(edge)
        });
        graph.edge_name(edge.unwrap())
    };
    assert_eq!((name(2), name(3)), (Some("North"), Some("Square")));
    let across = walk_s(&city, &map, 'u', 'w').unwrap();
    assert!((across - 284.5).abs() < 0.3, "{across}");

    // Half of the border is missing: what is there is walked, nothing is looked across.
    let mut broken = Map::parse(text);
    broken.ways.retain(|way| way.id != 3);
    let city = broken.import().unwrap();
    assert!(links(&city).is_empty());
    let told = city.report.findings.iter();
    let mut told = told.filter(|finding| finding.kind == FindingKind::BrokenArea);
    assert_eq!(told.next().unwrap().examples, [OsmId::Relation(1)]);
}

#[test]
fn an_area_with_more_than_100_corners_is_walked_round_and_told() {
    for n_corners in [100_i32, 101] {
        let mut map = Map::parse(
            "grid 100m
u a
      z w
ways
ua highway=footway
zw highway=footway
",
        );
        // A flat ring from a to z and back, with corners along both sides.
        let (a, z) = (map.position('a'), map.position('z'));
        let mut ring = vec![drawn::node_id('a')];
        for i in 1..n_corners - 1 {
            // Along the north side, then back along the south.
            let half = n_corners / 2;
            let (part, dip) = if i < half {
                (i, 0)
            } else {
                (n_corners - i, 2_000)
            };
            if i == half {
                ring.push(drawn::node_id('z'));
            }
            let id = i64::from(5_000 + i);
            map.nodes.push(crate::pbf::Node {
                id,
                lng_e7: i64::from(a.lng_e7() + (z.lng_e7() - a.lng_e7()) / (half + 1) * part),
                lat_e7: i64::from(a.lat_e7() + 500 - dip - if i < half { 0 } else { 9_000 }),
                tags: Vec::new(),
            });
            ring.push(id);
        }
        assert_eq!(ring.len(), usize::try_from(n_corners).unwrap());
        ring.push(drawn::node_id('a'));
        map.ways.push(crate::pbf::Way {
            id: 77,
            nodes: ring,
            tags: drawn::tags("highway=pedestrian|area=yes"),
        });
        let city = map.import().unwrap();
        let finding = city.report.findings.iter();
        let mut finding = finding.filter(|f| f.kind == FindingKind::AreaWithManyCorners);
        if n_corners == 100 {
            assert_eq!((links(&city).len(), finding.next()), (1, None));
        } else {
            assert!(links(&city).is_empty());
            assert_eq!(finding.next().unwrap().examples, [OsmId::Way(77)]);
        }
    }
}
