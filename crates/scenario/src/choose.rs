use coverage::{
    Cover, Demand, DemandId, Facility, FacilityId, FacilityKind, ServiceCoverage, ServiceInputs,
};
use siting::{CountedRows, Effort, Infeasible, Question, Solution, solve};
use units::{LngLat, TravelTime};

use crate::evaluate::{State, StreetsView};

/// Sites chosen for one standard: which, in which order, and how far from the best they can be.
#[derive(Debug)]
pub struct ChosenSites {
    /// Index of the standard.
    pub standard: usize,
    /// How many candidates there were.
    pub n_candidates: usize,
    /// Demand covered before.
    pub covered_before: Demand,
    /// All demand.
    pub total: Demand,
    /// The sites in order of choice.
    pub sites: Vec<ChosenSite>,
    /// Demand that the sites add together.
    pub added: Demand,
    /// No choice of as many candidates can add more than this.
    pub added_bound: Demand,
    /// The answer of `siting`, with its method and certificate.
    pub solution: Solution,
}

/// One chosen site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenSite {
    /// Id of the facility that the scenario builds here.
    pub facility_id: String,
    /// Id of the candidate.
    pub candidate: String,
    /// Its name; empty when it has none.
    pub name: String,
    /// Where.
    pub position: LngLat,
    /// Demand that it adds, given the sites before it.
    pub adds: Demand,
    /// Time to park, enter and be served.
    pub start_delay: TravelTime,
    /// Made up for illustration.
    pub illustrative: bool,
}

/// Chooses the candidates that cover the most demand not covered yet when a facility of `kind` is
/// built at each, with the start delay that is usual for the kind.
///
/// # Errors
/// When there is no choice.
pub(crate) fn choose(
    state: &State<'_>,
    view: &StreetsView<'_>,
    standard_index: usize,
    n_sites: u32,
    kind: &FacilityKind,
) -> Result<ChosenSites, Infeasible> {
    let project = state.project;
    let standard = &state.standards[standard_index];
    let open = standard
        .open_set(&state.facilities, &project.week)
        .and(&state.standing());
    let rows = view.rows(&state.facilities, standard.limit);
    let asked = project.demand_of(standard);
    let inputs = ServiceInputs {
        demand: asked,
        linkage: &view.demand,
        rows: &rows,
        open: &open,
    };
    let before = ServiceCoverage::of(&inputs, standard);
    // Only what is not covered yet counts: demand points that a new site could win.
    let points = asked.points();
    let weight: Vec<u64> = (0..points.len())
        .map(|i| {
            let covered = before.states()[i] == coverage::PointState::Covered;
            if covered {
                0
            } else {
                points[i].demand.as_thousandths()
            }
        })
        .collect();

    let usual = project.usual_delay(kind);
    let candidates: Vec<Facility> = project
        .candidates
        .iter()
        .map(|candidate| candidate.as_facility(usual))
        .collect();
    let cover = Cover::of(&view.rows(&candidates, standard.limit), standard.limit);
    let sets = (0..candidates.len()).map(FacilityId::from_index);
    let sets = sets.map(|candidate| cover.points_of(candidate));
    let solution = most_covered(weight, sets, n_sites)?;

    let taken: std::collections::BTreeSet<&str> =
        state.facilities.iter().map(|f| f.id.as_str()).collect();
    let sites = solution
        .sites()
        .iter()
        .map(|open| {
            let candidate = &project.candidates[open.site.index()];
            let mut facility_id = format!("site-{}", candidate.id);
            while taken.contains(facility_id.as_str()) {
                facility_id.push('+');
            }
            ChosenSite {
                facility_id,
                candidate: candidate.id.clone(),
                name: candidate.name.clone(),
                position: candidate.position,
                adds: demand_of(open.adds),
                start_delay: candidate.start_delay_as(usual),
                illustrative: candidate.illustrative,
            }
        })
        .collect();
    Ok(ChosenSites {
        standard: standard_index,
        n_candidates: candidates.len(),
        covered_before: before.total().covered,
        total: before.total().total(),
        sites,
        added: demand_of(solution.objective()),
        added_bound: demand_of(solution.bound()),
        solution,
    })
}

/// The sets of demand points, `n` of them, that cover the most weight; points without weight do not
/// count. The points of a set are ascending.
///
/// # Errors
/// When there is no choice.
pub(crate) fn most_covered(
    weight: Vec<u64>,
    sets: impl Iterator<Item = impl AsRef<[DemandId]>>,
    n: u32,
) -> Result<Solution, Infeasible> {
    let mut rows = CountedRows {
        weight,
        first: vec![0],
        ..CountedRows::default()
    };
    for set in sets {
        let points = set.as_ref().iter();
        let weighty = points.filter(|point| rows.weight[point.index()] > 0);
        rows.demand.extend(weighty.map(|point| point.as_u32()));
        rows.first.push(rows.demand.len());
    }
    let instance = rows.build().expect("sets are ascending");
    let question = Question {
        n_sites: Some(n),
        ..Question::mclp(0)
    };
    solve(&instance, &question, &Effort::quick())
}

/// What `siting` counts in thousandths of the demand's unit.
pub(crate) fn demand_of(steps: i128) -> Demand {
    Demand::from_thousandths(u64::try_from(steps).expect("covered demand is not negative"))
}
