use city::AreaKind;
use coverage::{Obstacle, Rows};
use units::{LngLat, TravelTime};

use crate::evaluate::state::State;
use crate::evaluate::streets::{ScenarioStreets, StreetsView};
use crate::project::Project;

/// The borders of the waters that the city draws.
pub(crate) fn waters(project: &Project) -> Vec<Vec<LngLat>> {
    let areas = project.city.backdrop.areas();
    let waters = areas.filter(|area| area.kind == AreaKind::Water);
    let closed = |ring: &[LngLat]| ring.iter().chain(ring.first()).copied().collect();
    waters
        .flat_map(|area| area.rings().map(closed).collect::<Vec<_>>())
        .collect()
}

/// The streets of a profile without each obstacle that they know.
pub(crate) fn streets_without<'a>(
    state: &State<'a>,
    profile: &str,
) -> Vec<(Obstacle, ScenarioStreets<'a>)> {
    [Obstacle::Gate, Obstacle::OneWay]
        .into_iter()
        .filter_map(|o| Some((o, ScenarioStreets::without(state, profile, o)?)))
        .collect()
}

/// The same ready for searching, with the rows of all facilities.
///
/// Cost: one search for each facility and obstacle.
pub(crate) fn rows_without<'a>(
    state: &State<'_>,
    streets: &'a [(Obstacle, ScenarioStreets<'_>)],
    far: TravelTime,
) -> Vec<(Obstacle, StreetsView<'a>, Rows)> {
    streets
        .iter()
        .map(|(obstacle, streets)| {
            let view = streets.view();
            let rows = view.rows(state.facilities(), far);
            (*obstacle, view, rows)
        })
        .collect()
}
