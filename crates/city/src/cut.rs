use graph::StreetGraph;
use units::BoundingBox;

use crate::{AreaSpec, Backdrop, Boundaries, City, PlacesBuilder};

/// Why a part can always be made.
const FITS: &str = "a part of a city is no larger than the city";

impl City {
    /// The city within a box: the streets that touch it, and what else lies in it. Says whether
    /// streets were left out.
    ///
    /// What the box holds whole comes back as it was, without a copy. The report and the source stay
    /// those of the whole file.
    ///
    /// Cost: one look at every street, place and area; a copy of what is kept where something is
    /// not.
    #[must_use]
    pub fn opened(self, within: &BoundingBox) -> (Self, bool) {
        let (streets, is_cut) = streets_within(self.streets, within);
        let places = &self.places;
        let in_box = |position| within.contains(position);
        let some_place_is_out = places.iter().any(|place| !in_box(place.position));
        let places = some_place_is_out.then(|| {
            let mut kept = PlacesBuilder::new();
            for place in places.iter().filter(|place| in_box(place.position)) {
                kept.add(place.id, place.position, place.tags());
            }
            kept.finish().expect(FITS)
        });
        let backdrop = cut_backdrop(&self.backdrop, within);
        let Boundaries { mut all } = self.boundaries;
        all.retain(|boundary| {
            let around = boundary.outline.bounding_box();
            around.is_some_and(|around| around.intersects(within))
        });
        let city = Self {
            streets,
            places: places.unwrap_or(self.places),
            backdrop: backdrop.unwrap_or(self.backdrop),
            boundaries: Boundaries { all },
            ..self
        };
        (city, is_cut)
    }
}

/// The streets that touch a box, and whether others were left out; what the box holds whole comes
/// back as it was, without a copy.
///
/// Cost: one look at every street; a copy of what is kept where something is not.
pub fn streets_within(graph: StreetGraph, within: &BoundingBox) -> (StreetGraph, bool) {
    let touches: Vec<bool> = graph
        .edges()
        .map(|edge| {
            let around = graph.edge_box(edge);
            let (west, east) = (around.south_west(), around.north_east());
            // Of a street across the 180° meridian the box goes round the earth.
            let is_across = i64::from(east.lng_e7()) - i64::from(west.lng_e7()) > 1_800_000_000;
            if is_across {
                graph.edge_shape(edge).any(|at| within.contains(at))
            } else {
                within.intersects(&around)
            }
        })
        .collect();
    if touches.contains(&false) {
        (graph.cut(|edge| touches[edge.index()]), true)
    } else {
        (graph, false)
    }
}

/// The areas that touch a box; `None` when all do.
fn cut_backdrop(backdrop: &Backdrop, within: &BoundingBox) -> Option<Backdrop> {
    let touches: Vec<bool> = backdrop
        .areas()
        .map(|area| {
            let around = BoundingBox::of(area.rings().flatten().copied());
            around.is_some_and(|around| around.intersects(within))
        })
        .collect();
    if !touches.contains(&false) {
        return None;
    }
    let kept = backdrop
        .areas()
        .zip(touches)
        .filter(|&(_, touches)| touches);
    let rings: Vec<(_, Vec<Vec<_>>)> = kept
        .map(|(area, _)| (area, area.rings().map(<[_]>::to_vec).collect()))
        .collect();
    let areas = rings.iter().map(|(area, rings)| AreaSpec {
        id: area.id,
        kind: area.kind,
        name: area.name,
        levels: area.levels,
        rings,
    });
    Some(Backdrop::new(areas).expect(FITS))
}
