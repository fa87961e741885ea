//! What to call a place that its source does not name: a position and the streets and zones around
//! it in, words that a reader finds on a street sign out.
//!
//! `深南大道 / 香蜜湖路 (交通小区 227 · traffic zone 227)`: the nearest named street, the street it
//! crosses nearest by, and the zone. Names of streets are those of the map; the words around them
//! stand in Chinese and English, apart by ` · ` as in the names of a plan.

use std::collections::BTreeMap;

use coverage::Zones;
use graph::{NodeId, StreetGraph};
use reach::SnapIndex;
use units::{Length, LngLat, LocalPlane};

/// Farther from a street than this, a place does not lie at it: its name says how far. A block's
/// inner yard is no farther from its streets.
const AT_STREET: Length = Length::from_m(100);

/// No street farther than this names a place.
const FARTHEST_STREET: Length = Length::from_m(1_000);

/// A crossing farther than this says nothing about a place; streets cross every few hundred metres.
const FARTHEST_CROSSING_M: f64 = 400.0;

/// Names for places among the streets of a city.
pub(crate) struct PlaceNames<'a> {
    graph: &'a StreetGraph,
    zones: &'a Zones,
    /// Edges that have a name.
    named: SnapIndex,
    /// Nodes where streets of several names meet, for each name.
    crossings: BTreeMap<&'a str, Vec<(LngLat, Vec<&'a str>)>>,
}

impl<'a> PlaceNames<'a> {
    /// Cost: n log n in the edges.
    pub(crate) fn of(graph: &'a StreetGraph, zones: &'a Zones) -> Self {
        let mut meeting: Vec<Vec<&str>> = vec![Vec::new(); graph.n_nodes()];
        for edge in graph.edges() {
            let Some(name) = graph.edge_name(edge) else {
                continue;
            };
            let (start, end) = graph.edge_ends(edge);
            for node in [start, end] {
                let known = &mut meeting[node.index()];
                if !known.contains(&name) {
                    known.push(name);
                }
            }
        }
        let mut crossings: BTreeMap<&str, Vec<(LngLat, Vec<&str>)>> = BTreeMap::new();
        for (index, mut names) in meeting.into_iter().enumerate() {
            if names.len() < 2 {
                continue;
            }
            names.sort_unstable();
            let position = graph.node_position(NodeId::from_index(index));
            for &name in &names {
                let others = names.iter().copied().filter(|&other| other != name);
                let others = others.collect();
                crossings.entry(name).or_default().push((position, others));
            }
        }
        Self {
            graph,
            zones,
            named: SnapIndex::new(graph, |edge| graph.edge_name(edge).is_some()),
            crossings,
        }
    }

    /// The name of a place; empty where there is neither a named street nor a zone. `streets` are
    /// the names of the streets it lies at, where they are known.
    ///
    /// Cost: the edges near it, and the crossings of one street.
    pub(crate) fn name(&self, position: LngLat, streets: &str) -> String {
        let mut around = Vec::new();
        let street = if streets.is_empty() {
            self.street_near(position, &mut around)
        } else {
            streets.to_owned()
        };
        if let Some(zone) = self.zones.zone_of(position) {
            let (zh, en) = halves(&self.zones.zone(zone).name);
            around.push((zh.to_owned(), en.to_owned()));
        }
        let zh: Vec<&str> = around.iter().map(|(zh, _)| zh.as_str()).collect();
        let en: Vec<&str> = around.iter().map(|(_, en)| en.as_str()).collect();
        let (zh, en) = (zh.join("，"), en.join(", "));
        let around = if zh == en {
            zh
        } else {
            format!("{zh} · {en}")
        };
        match (street.is_empty(), around.is_empty()) {
            (false, false) => format!("{street} ({around})"),
            (false, true) => street,
            (true, _) => around,
        }
    }

    /// The nearest named street and the one it crosses nearest by; how far, when not at it.
    fn street_near(&self, position: LngLat, around: &mut Vec<(String, String)>) -> String {
        let Some(snap) = self.named.snap(self.graph, position, FARTHEST_STREET) else {
            return String::new();
        };
        let street = self.graph.edge_name(snap.point.edge);
        let street = street.expect("only edges with a name are indexed");
        if snap.walk > AT_STREET {
            let m = (snap.walk.as_m_f64() / 10.0).round() * 10.0;
            around.push((format!("相距 {m:.0} m"), format!("{m:.0} m away")));
        }
        let plane = LocalPlane::at(position);
        let here = plane.project(position);
        let crossings = self.crossings.get(street).into_iter().flatten();
        let nearest = crossings
            .map(|(at, others)| (plane.project(*at).distance_m(here), others))
            .filter(|&(distance_m, _)| distance_m <= FARTHEST_CROSSING_M)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match nearest.and_then(|(_, others)| others.first()) {
            Some(other) => format!("{street} / {other}"),
            None => street.to_owned(),
        }
    }
}

/// What a zone without a name is called: the plan's words for such a zone with its id in both.
pub(crate) fn zone_name(called: &str, id: &str) -> String {
    let (zh, en) = halves(called);
    if zh == en {
        format!("{zh} {id}")
    } else {
        format!("{zh} {id} · {en} {id}")
    }
}

/// The Chinese and the English half of `中文 · English`; any other name is both.
fn halves(name: &str) -> (&str, &str) {
    name.split_once(" · ").unwrap_or((name, name))
}

#[cfg(test)]
mod tests {
    use coverage::Zone;
    use graph::picture;
    use units::{BoundingBox, Outline};

    use super::*;

    fn zones(called: &str) -> Zones {
        let at = |lng, lat| LngLat::from_degrees(lng, lat).unwrap();
        let around = BoundingBox::of([at(-1.0, -1.0), at(100.0, 80.0)]).unwrap();
        Zones::new(vec![Zone {
            id: "7".to_owned(),
            name: zone_name(called, "7"),
            outline: Outline::of_box(&around).unwrap(),
            rank: None,
        }])
    }

    #[test]
    fn a_zone_without_a_name_says_what_it_is() {
        assert_eq!(
            zone_name("交通小区 · traffic zone", "227"),
            "交通小区 227 · traffic zone 227"
        );
        assert_eq!(zone_name("社区", "9"), "社区 9");
    }

    #[test]
    fn a_place_at_no_named_street_is_called_by_its_zone() {
        let graph = picture::streets("A--B", Length::from_m(100)).unwrap().graph;
        let zones = zones("区 · zone");
        let names = PlaceNames::of(&graph, &zones);
        let position = graph.node_position(NodeId::from_index(0));
        assert_eq!(names.name(position, ""), "区 7 · zone 7");
        assert_eq!(names.name(position, "一路"), "一路 (区 7 · zone 7)");
        let none = Zones::default();
        let names = PlaceNames::of(&graph, &none);
        assert_eq!(names.name(position, ""), "");
        assert_eq!(names.name(position, "一路"), "一路");
    }
}
