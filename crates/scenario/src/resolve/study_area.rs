use coverage::{Resolution, StudyArea};
use formats::{Source, boundaries};
use units::{BoundingBox, LngLat, Outline};

use crate::plan::Plan;
use crate::plan::problem::Problems;
use crate::plan::spec::StudyAreaSpec;

pub(crate) fn study_area(
    plan: &Plan,
    spec: &StudyAreaSpec,
    problems: &mut Problems,
    notes: &mut Vec<String>,
    files: &mut Vec<std::path::PathBuf>,
) -> Option<StudyArea> {
    let outline: Result<Outline, String> = match (&spec.r#box, &spec.outline) {
        (Some([west, south, east, north]), None) => box_outline(*west, *south, *east, *north),
        (None, Some(path)) => {
            let path = plan.path_of(path);
            files.push(path.clone());
            boundaries::read_outline(&Source::new(path))
                .map_err(|e| e.to_string())
                .map(|loaded| {
                    notes.extend(
                        loaded
                            .notes
                            .iter()
                            .map(|note| format!("[study_area]: {note}")),
                    );
                    loaded.value
                })
        }
        _ => Err("give either `box` or `outline`".to_owned()),
    };
    let outline = problems.keep("[study_area]", outline);
    let resolution = spec
        .h3_resolution
        .map_or_else(|| Ok(Resolution::default()), Resolution::new);
    let resolution = problems.keep("[study_area], h3_resolution", resolution);
    problems.keep("[study_area]", StudyArea::new(outline?, resolution?))
}

pub(crate) fn box_outline(west: f64, south: f64, east: f64, north: f64) -> Result<Outline, String> {
    if west - east > 180.0 {
        return Err(format!(
            "box [{west}, {south}, {east}, {north}] crosses the 180° meridian (antimeridian), \
             where longitudes jump; give the part on one side of it, up to 180 or from -180"
        ));
    }
    if west >= east || south >= north {
        return Err(format!(
            "box [{west}, {south}, {east}, {north}] is empty; write west, south, east, north"
        ));
    }
    let corner = |lng, lat| LngLat::from_degrees(lng, lat).map_err(|e| e.to_string());
    let mut bounding_box = BoundingBox::of_position(corner(west, south)?);
    bounding_box.extend(corner(east, north)?);
    Outline::of_box(&bounding_box).map_err(|e| e.to_string())
}
