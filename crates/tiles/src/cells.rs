use coverage::{CellRank, StudyArea};

use crate::layer::{Feature, Shape, Tag, TileLayer};
use crate::world::{WorldPoint, project};

/// The layer `cells`: each cell of the study area with its rank as id, the place of its values in
/// every array, and `h3`, its name.
///
/// Cost: linear in the cells.
pub fn cells(area: &StudyArea) -> TileLayer {
    let features = (0_u64..)
        .zip(0..area.cells().len())
        .filter_map(|(id, index)| {
            let cell = area.cell(CellRank::from_index(index));
            let outline = cell.outline();
            let rings = outline
                .polygons()
                .iter()
                .map(|polygon| {
                    // Counterclockwise on the ground; y runs south here, so the other way round.
                    let corners = polygon.outer().corners().iter().rev();
                    corners.map(|&corner| project(corner)).collect()
                })
                .collect::<Vec<Vec<WorldPoint>>>();
            let tags = vec![("h3", Tag::Text(cell.to_string()))];
            Feature::new(id, 0, Shape::Area(rings), tags)
        })
        .collect();
    TileLayer::new("cells", features)
}
