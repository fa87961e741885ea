use geo::{Area as _, BooleanOps as _, Coord, InteriorPoint as _, LineString, MultiPolygon};
use units::{LngLat, LocalPlane, Outline, PlanePoint, Ring};

/// The ground that two outlines share.
#[derive(Clone, Debug)]
pub(crate) struct SharedGround {
    plane: LocalPlane,
    whole_m2: f64,
    shared: MultiPolygon,
}

impl SharedGround {
    /// Of the part of `outline` that lies in `other`; `None` when `outline` encloses nothing.
    ///
    /// Cost: n log n in the corners of both.
    pub(crate) fn of(outline: &Outline, other: &Outline) -> Option<Self> {
        Self::of_any(outline, &[other])
    }

    /// Of the part of `outline` that lies in any of `others`.
    ///
    /// Cost: as [`of`](Self::of).
    pub(crate) fn of_any(outline: &Outline, others: &[&Outline]) -> Option<Self> {
        let plane = LocalPlane::over(&outline.bounding_box()?);
        let own = flat(&plane, outline);
        let other = others
            .iter()
            .map(|other| flat(&plane, other))
            .reduce(|all, other| all.union(&other))?;
        let whole_m2 = own.unsigned_area();
        (whole_m2 > 0.0).then(|| Self {
            whole_m2,
            shared: own.intersection(&other),
            plane,
        })
    }

    /// The share of the outline that is shared, in millionths, rounded.
    pub(crate) fn millionths(&self) -> u32 {
        let share = (self.shared.unsigned_area() / self.whole_m2).clamp(0.0, 1.0);
        // Written out and read back, so that no cast is needed.
        let text = format!("{:.0}", share * 1e6);
        text.parse().expect("a number from 0 to a million")
    }

    /// A position inside the shared ground; `None` when there is none.
    pub(crate) fn inner_position(&self) -> Option<LngLat> {
        let point = self.shared.interior_point()?;
        Some(self.plane.unproject(PlanePoint {
            x_m: point.x(),
            y_m: point.y(),
        }))
    }
}

/// An outline in metres.
fn flat(plane: &LocalPlane, outline: &Outline) -> MultiPolygon {
    let ring = |ring: &Ring| -> LineString {
        let corners = ring.corners();
        let closed = corners.iter().chain(corners.first());
        closed
            .map(|&corner| {
                let point = plane.project(corner);
                Coord {
                    x: point.x_m,
                    y: point.y_m,
                }
            })
            .collect()
    };
    let polygons = outline.polygons().iter().map(|polygon| {
        let holes = polygon.holes().iter().map(ring).collect();
        geo::Polygon::new(ring(polygon.outer()), holes)
    });
    MultiPolygon(polygons.collect())
}
