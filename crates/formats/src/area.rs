use units::{Length, LngLat, LocalPlane, Outline, PlanePoint, Polygon, Ring, nearest_to_center};

/// Where rows are expected, and what to do with those that lie elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Its boundary.
    pub outline: Outline,
    /// What it is called in messages: `the study area`.
    pub name: String,
    /// What to do with rows outside.
    pub outside: Outside,
}

/// What to do with rows outside the area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outside {
    /// Each is a problem: the file is said to be about this area.
    Refuse,
    /// They are left out and counted: the file is about a larger area.
    LeaveOut,
    /// They are read like the others; the caller tells them apart.
    Keep,
    /// As [`Keep`](Self::Keep), unless most rows lie outside: then the datum or the area is wrong.
    KeepUnlessMost,
}

impl Area {
    /// How far outside a position lies; `None` inside.
    ///
    /// Cost: linear in the corners.
    pub fn distance_outside(&self, position: LngLat) -> Option<Length> {
        distance_outside(&self.outline, position)
    }
}

/// How far outside an outline a position lies; `None` inside.
///
/// Cost: linear in the corners.
pub fn distance_outside(outline: &Outline, position: LngLat) -> Option<Length> {
    if outline.contains(position) {
        return None;
    }
    let plane = LocalPlane::at(position);
    let rings = outline.polygons().iter().flat_map(Polygon::rings);
    let nearest_m = rings
        .flat_map(Ring::sides)
        .map(|(a, b)| distance_to_line_m(plane.project(a), plane.project(b)))
        .fold(f64::INFINITY, f64::min);
    // The border belongs to one side only; on the other side it is no distance away.
    let distance = Length::from_m_f64(nearest_m);
    (distance > Length::ZERO).then_some(distance)
}

/// Distance of the plane's centre from the line between two points, in metres.
fn distance_to_line_m(a: PlanePoint, b: PlanePoint) -> f64 {
    nearest_to_center(a, b).1.distance_m(PlanePoint::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::BoundingBox;

    #[test]
    fn distances_are_to_the_nearest_side() {
        let at = |lng, lat| LngLat::from_degrees(lng, lat).unwrap();
        let corners = BoundingBox::of([at(114.0, 22.0), at(114.1, 22.1)]).unwrap();
        let area = Area {
            outline: Outline::of_box(&corners).unwrap(),
            name: "the area".into(),
            outside: Outside::Refuse,
        };
        assert_eq!(area.distance_outside(at(114.05, 22.05)), None);
        let east = area.distance_outside(at(114.11, 22.05)).unwrap().as_m_f64();
        assert!((east - 1_030.5).abs() < 1.0, "{east}");
        let corner = area.distance_outside(at(114.11, 22.11)).unwrap().as_m_f64();
        assert!((corner - 1_516.0).abs() < 2.0, "{corner}");
    }
}
