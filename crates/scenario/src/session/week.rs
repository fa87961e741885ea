use coverage::{
    DemandSplit, Facility, Linkage, OpenHours, OpenSet, Rows, ServiceInputs, ServiceStandard,
    by_hour,
};

use crate::evaluate::travel_times::search_limit;
use crate::report::cell::{CellSplit, cell_splits};
use crate::session::Session;

/// A standard through the week: most hours share their open facilities and their demand with others,
/// so there are fewer states than hours.
#[derive(Clone, Debug)]
pub struct Week {
    /// The different states, in the order of the first hour of each.
    pub states: Vec<WeekState>,
    /// Which of them holds at each hour, Monday 00:00 first.
    pub state_of_hour: Vec<usize>,
}

/// A standard while one set of facilities is open and demand stays the same.
#[derive(Clone, Debug)]
pub struct WeekState {
    /// How many facilities that serve the standard are open.
    pub n_open: usize,
    /// What becomes of the demand.
    pub total: DemandSplit,
    /// What becomes of each cell.
    pub cells: Vec<CellSplit>,
}

impl Session<'_> {
    /// A standard at each hour of the week as things stand in this session, whatever hour the standard
    /// itself names.
    ///
    /// Cost: one bounded search for each facility that serves it, then one fold for each state.
    pub fn week(&self, standard: usize) -> Week {
        let project = self.project();
        let evaluation = &self.decisions().evaluation;
        let service = &evaluation.services[standard];
        let limit = service.standard.limit;
        let at_any_hour = ServiceStandard {
            at: None,
            limit,
            ..project.standards[standard].clone()
        };
        let (indices, links) = self.serving(&at_any_hour);
        let facilities = &evaluation.facilities;
        let facilities: Vec<Facility> = indices.iter().map(|&i| facilities[i].clone()).collect();
        let streets = self
            .streets(&at_any_hour.profile)
            .expect("a profile in use");
        // As for the map, so that the times of uncovered cells are the same.
        let far = search_limit(limit);
        let joined = Linkage::from_links(links);
        let rows = Rows::search(&streets.network(), &joined, &streets.demand, far);
        let all = OpenSet::all(facilities.len());
        let hours = OpenHours::of(&facilities, &all, &project.week);
        let inputs = ServiceInputs {
            demand: &project.demand,
            linkage: &streets.demand,
            rows: &rows,
            open: &all,
        };
        let week = by_hour(&inputs, &hours, &facilities, &at_any_hour, |state| {
            WeekState {
                n_open: state.open.n_open(),
                total: *state.coverage.total(),
                cells: cell_splits(
                    project,
                    state.demand,
                    state.coverage,
                    &service.edge_affected,
                ),
            }
        });
        Week {
            states: week.states,
            state_of_hour: week.state_of_hour,
        }
    }
}
