use std::collections::BTreeSet;

use coverage::{
    Cover, Demand, DemandId, Facility, FacilityId, FacilityKind, ServiceCoverage, ServiceInputs,
};
use siting::{
    CountedRows, Effort, Infeasible, Instance, OpenSite, Question, SiteIx, Solution, closing,
    phased, solve,
};
use units::TravelTime;

use crate::evaluate::chosen_sites::{ChosenSite, ChosenSites, SitePhase, SitesToClose};
use crate::evaluate::state::State;
use crate::evaluate::streets::StreetsView;
use crate::project::choice_rules::ChoiceRules;

/// Candidates for a standard and what each covers.
pub(crate) struct Choices<'a> {
    state: &'a State<'a>,
    standard: usize,
    /// Delay at a new facility that says none of its own.
    usual: TravelTime,
    /// Candidates, and then facilities that stand open as fixed sites, where the rules speak of them.
    instance: Instance,
    n_candidates: usize,
    /// The facilities among the sites.
    facilities: Vec<FacilityId>,
    question: Question,
    /// Demand covered before, and as much of it as the objective holds.
    covered_before: Demand,
    counted_before: i128,
    total: Demand,
}

impl<'a> Choices<'a> {
    /// The candidates when a facility of `kind` is built at each, with the start delay that is
    /// usual for the kind; no candidates without a kind, where facilities are to close.
    ///
    /// Rules have been checked against the plan.
    pub(crate) fn of(
        state: &'a State<'a>,
        view: &StreetsView<'_>,
        standard_index: usize,
        kind: Option<&FacilityKind>,
        rules: &ChoiceRules,
    ) -> Self {
        let project = state.project;
        let standard = &state.standards[standard_index];
        let asked = project.demand_of(standard);
        let open = state.serving(standard_index);
        let rows = view.rows(state.facilities(), standard.limit);
        let usual = kind.map_or(TravelTime::ZERO, |kind| project.usual_delay(kind));
        let candidates: Vec<Facility> = match kind {
            None => Vec::new(),
            Some(_) => project
                .candidates
                .iter()
                .map(|candidate| candidate.as_facility(usual))
                .collect(),
        };
        let cover = Cover::of(&view.rows(&candidates, standard.limit), standard.limit);
        let sets = (0..candidates.len()).map(FacilityId::from_index);
        let sets = sets.map(|candidate| cover.points_of(candidate));
        let points = asked.points();
        let weight = |i: usize| points[i].demand.as_thousandths();
        let question = Question {
            times: rules.times.get(),
            floor: rules.floor,
            ..Question::mclp(0)
        };
        let new = Self {
            state,
            standard: standard_index,
            usual,
            instance: covering(Vec::new(), std::iter::empty::<[DemandId; 0]>()),
            n_candidates: candidates.len(),
            facilities: Vec::new(),
            question,
            covered_before: Demand::ZERO,
            counted_before: 0,
            total: asked.total(),
        };
        if kind.is_some() && rules.ask_for_the_rest_alone() {
            let inputs = ServiceInputs {
                demand: asked,
                linkage: &view.demand,
                rows: &rows,
                open: &open,
            };
            let before = ServiceCoverage::of(&inputs, standard);
            // Only what is not covered yet counts: demand points that a new site could win.
            let weight = (0..points.len()).map(|i| {
                if before.states()[i] == coverage::PointState::Covered {
                    0
                } else {
                    weight(i)
                }
            });
            return Self {
                instance: covering(weight.collect(), sets),
                covered_before: before.total().covered,
                total: before.total().total(),
                ..new
            };
        }
        let standing = Cover::of(&rows, standard.limit);
        let facilities: Vec<FacilityId> = open.iter().collect();
        let fixed = facilities
            .iter()
            .map(|&facility| standing.points_of(facility));
        let instance = covering((0..points.len()).map(weight).collect(), sets.chain(fixed));
        let n_sites = candidates.len() + facilities.len();
        let status = (0..n_sites).map(|site| {
            if site < candidates.len() {
                siting::SiteStatus::Candidate
            } else {
                siting::SiteStatus::Fixed
            }
        });
        let instance = instance
            .with_site_status(status.collect())
            .expect("one status per site");
        let new = Self {
            instance,
            facilities,
            ..new
        };
        let instance = new.with_rules(rules);
        let covered = covered_by_fixed(&instance, rules.times.get());
        Self {
            instance,
            covered_before: Demand::from_thousandths(covered),
            counted_before: i128::from(covered),
            ..new
        }
    }

    /// The instance with zones and sites that are too near each other.
    fn with_rules(&self, rules: &ChoiceRules) -> Instance {
        let project = self.state.project;
        let mut instance = self.instance.clone();
        if rules.floor.is_some() {
            let zones = project.zones.zones();
            let names = zones.iter().map(|zone| zone.id.clone()).collect();
            let of_point = project.zone_of_point.iter();
            let of_point = of_point.map(|zone| zone.map(coverage::ZoneId::as_u32));
            let with = instance.with_zones(names, of_point.collect());
            instance = with.expect("one zone per demand point");
        }
        let numbers = |id: &str| -> Vec<u32> {
            let of_candidates = project.candidates[..self.n_candidates].iter();
            let candidates = of_candidates.map(|c| c.id.as_str());
            let facilities = self.facilities.iter();
            let facilities = facilities.map(|f| self.state.facilities()[f.index()].id.as_str());
            let sites = (0..).zip(candidates.chain(facilities));
            sites
                .filter(|(_, name)| *name == id)
                .map(|site| site.0)
                .collect()
        };
        let mut pairs = Vec::new();
        for [a, b] in &rules.too_near {
            for a in numbers(a) {
                pairs.extend(numbers(b).into_iter().map(|b| (a, b)));
            }
        }
        instance
            .with_too_near(&pairs)
            .expect("two sites of the plan each")
    }

    /// The candidates, `n_sites` of them, that cover the most demand beside what is covered.
    ///
    /// # Errors
    /// When there is no choice.
    pub(crate) fn most_covered(
        &self,
        n_sites: u32,
        rules: &ChoiceRules,
    ) -> Result<ChosenSites, Infeasible> {
        let question = Question {
            n_sites: Some(n_sites),
            ..self.question.clone()
        };
        let solution = rules.effort(|effort| solve(&self.instance, &question, effort))?;
        Ok(ChosenSites {
            standard: self.standard,
            n_candidates: self.n_candidates,
            covered_before: self.covered_before,
            total: self.total,
            sites: self.chosen(solution.sites()),
            added: self.added(solution.objective()),
            added_bound: self.added(solution.bound()),
            solution,
        })
    }

    /// The same in phases.
    pub(crate) fn in_phases(
        &self,
        phases: &[u32],
        rules: &ChoiceRules,
    ) -> Result<Vec<SitePhase>, Infeasible> {
        let solved =
            rules.effort(|effort| phased(&self.instance, &self.question, phases, effort))?;
        Ok(solved
            .iter()
            .map(|phase| {
                let new = phase.nested.sites().iter();
                let new = new.filter(|open| phase.opens.contains(&open.site));
                SitePhase {
                    n_sites: phase.n_sites,
                    opens: self.chosen(&new.copied().collect::<Vec<OpenSite>>()),
                    added: self.added(phase.nested.objective()),
                    added_bound: self.added(phase.free.bound()),
                    loss: demand_of(phase.loss),
                    loss_at_most: demand_of(phase.loss_at_most),
                }
            })
            .collect())
    }

    pub(crate) fn to_close(
        &self,
        n_close: u32,
        rules: &ChoiceRules,
    ) -> Result<SitesToClose, Infeasible> {
        let solved =
            rules.effort(|effort| closing(&self.instance, &self.question, n_close, effort))?;
        let id = |site: SiteIx| {
            let facility = self.facilities[site.index() - self.n_candidates];
            self.state.facilities()[facility.index()].id.clone()
        };
        let stays = solved.left.sites().iter();
        Ok(SitesToClose {
            standard: self.standard,
            close: solved.close.iter().map(|&site| id(site)).collect(),
            stays: stays
                .map(|open| (id(open.site), demand_of(open.adds)))
                .collect(),
            covered_before: self.covered_before,
            total: self.total,
            loss: demand_of(solved.loss),
            loss_at_least: demand_of(solved.loss_at_least),
            method: solved.left.method().name(),
        })
    }

    /// What of an objective is more than what was covered before.
    fn added(&self, objective: i128) -> Demand {
        demand_of((objective - self.counted_before).max(0))
    }

    /// The new ones of these sites, as facilities to build.
    fn chosen(&self, sites: &[OpenSite]) -> Vec<ChosenSite> {
        let project = self.state.project;
        let ids = self.state.facilities().iter().map(|f| f.id.as_str());
        let taken: BTreeSet<&str> = ids.collect();
        let new = sites
            .iter()
            .filter(|open| open.site.index() < self.n_candidates);
        new.map(|open| {
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
                start_delay: candidate.start_delay_as(self.usual),
                illustrative: candidate.illustrative,
            }
        })
        .collect()
    }
}

/// The weight that the fixed sites cover as often as is asked.
fn covered_by_fixed(instance: &Instance, times: u32) -> u64 {
    let fixed = |site: &SiteIx| instance.site_status(*site) == siting::SiteStatus::Fixed;
    let mut covered = vec![0_u32; instance.n_demand()];
    for site in instance.sites().filter(fixed) {
        for (demand, _) in instance.serves(site) {
            covered[demand.index()] += 1;
        }
    }
    let enough = instance
        .demand_points()
        .filter(|d| covered[d.index()] >= times);
    enough.map(|d| instance.weight(d)).sum()
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
    let question = Question {
        n_sites: Some(n),
        ..Question::mclp(0)
    };
    solve(&covering(weight, sets), &question, &Effort::quick())
}

/// Sites that cover sets of demand points.
fn covering(weight: Vec<u64>, sets: impl Iterator<Item = impl AsRef<[DemandId]>>) -> Instance {
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
    rows.build().expect("sets are ascending")
}

/// What `siting` counts in thousandths of the demand's unit.
pub(crate) fn demand_of(steps: i128) -> Demand {
    Demand::from_thousandths(u64::try_from(steps).expect("covered demand is not negative"))
}
