//! Re-derives objective and bound of a result from the instance, without the solvers' code.
//!
//! By weak duality any multipliers give a bound; what is checked here is only that those of the certificate give the one that is claimed, in exact integers.
//! A tree of cases is checked by walking through it: its cases leave nothing out by construction, and each leaf must be bounded, or hold one answer at most.

use crate::certificate::{Case, Certificate, Dropped, Multipliers};
use crate::check::{BrokenRule, Proposal, check};
use crate::instance::{Instance, SiteIx, Standing};
use crate::proof::Proof;
use crate::question::{Model, Question, Share};
use crate::solution::{OpenSite, Uncovered};

/// What the check has confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The objective, recomputed.
    pub objective: i128,
    /// The open sites with what each adds, recomputed.
    pub sites: Vec<OpenSite>,
    /// Demand that is not covered, recomputed.
    pub uncovered: Vec<Uncovered>,
    /// Whether the bound was confirmed as well.
    pub bound: BoundCheck,
}

/// What can be said about the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundCheck {
    /// The certificate proves the bound that is claimed.
    Confirmed,
    /// The result carries no certificate: bound not checked.
    NotChecked,
}

/// Why a result is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The result belongs to other inputs.
    #[error("the result was made from other inputs (fingerprint {claimed}, these have {found})")]
    OtherInstance {
        /// In the result.
        claimed: String,
        /// Of these inputs.
        found: String,
    },
    /// The parameters were changed after the result was made.
    #[error("the parameters in the result do not match their fingerprint")]
    OtherQuestion,
    /// The sites break a rule of the question.
    #[error("the sites break a rule of the question")]
    BrokenRule(#[source] BrokenRule),
    /// The objective is not what the sites give.
    #[error("the sites give an objective of {found}, not of {claimed}")]
    WrongObjective {
        /// In the result.
        claimed: i128,
        /// Recomputed.
        found: i128,
    },
    /// The certificate is no proof: it contradicts the inputs or itself.
    #[error("the certificate is no proof: {what}")]
    BadCertificate {
        /// What is wrong.
        what: String,
    },
    /// The certificate proves less than is claimed.
    #[error("the certificate proves a bound of {proven}, not of {claimed}")]
    BoundNotProven {
        /// In the result.
        claimed: i128,
        /// What follows from the certificate.
        proven: i128,
    },
}

/// Checks a result against the inputs it claims to be made from.
///
/// Cost: one pass over the pairs per leaf of the certificate's tree.
///
/// # Errors
/// The first thing that is not as claimed.
pub fn verify(instance: &Instance, proof: &Proof) -> Result<Verified, VerifyError> {
    let found = instance.fingerprint();
    if proof.instance != found {
        return Err(VerifyError::OtherInstance {
            claimed: proof.instance.to_string(),
            found: found.to_string(),
        });
    }
    if proof.parameters != proof.question.fingerprint() {
        return Err(VerifyError::OtherQuestion);
    }
    let proposal = Proposal {
        new_sites: proof.new_sites.clone(),
        served: proof.served.clone(),
    };
    let checked = check(instance, &proof.question, &proposal).map_err(VerifyError::BrokenRule)?;
    let objective = checked.objective();
    if objective != proof.objective {
        return Err(VerifyError::WrongObjective {
            claimed: proof.objective,
            found: objective,
        });
    }
    let verified = Verified {
        objective,
        sites: checked.sites().to_vec(),
        uncovered: checked.uncovered().to_vec(),
        bound: BoundCheck::NotChecked,
    };
    let Some(certificate) = &proof.certificate else {
        return Ok(verified);
    };
    let proven = proven_bound(instance, &proof.question, certificate, proof.bound)?;
    let holds = if proof.question.model.maximizes() {
        proven <= proof.bound
    } else {
        proven >= proof.bound
    };
    if !holds {
        return Err(VerifyError::BoundNotProven {
            claimed: proof.bound,
            proven,
        });
    }
    Ok(Verified {
        bound: BoundCheck::Confirmed,
        ..verified
    })
}

fn bad<T>(what: impl Into<String>) -> Result<T, VerifyError> {
    Err(VerifyError::BadCertificate { what: what.into() })
}

/// The bound on the objective that follows from the certificate.
fn proven_bound(
    instance: &Instance,
    question: &Question,
    certificate: &Certificate,
    claimed: i128,
) -> Result<i128, VerifyError> {
    let n_fixed = instance
        .sites()
        .filter(|&s| instance.standing(s) == Standing::Fixed)
        .count();
    let n_fixed = i128::try_from(n_fixed).expect("a count fits");
    match question.model {
        Model::PCenter => {
            let trivial = least_largest(instance, question);
            if claimed <= trivial {
                return Ok(trivial);
            }
            // The claim: with costs below the bound, the sites allowed do not cover all.
            let radius = u64::try_from(claimed - 1).unwrap_or(u64::MAX);
            let inner = Question {
                model: Model::Lscp,
                radius: Some(radius),
                ..question.clone()
            };
            let needed = Cases::new(instance, &inner, certificate)?.least()?;
            let allowed = question.n_sites.map_or(i128::MAX >> 8, i128::from);
            Ok(if needed > allowed { claimed } else { trivial })
        }
        Model::Mclp => {
            let total = i128::try_from(instance.total_weight()).expect("weights fit 60 bits");
            let missed = Cases::new(instance, question, certificate)?.least()?;
            Ok(total - missed.clamp(out_of_reach(instance, question), total))
        }
        Model::Lscp => {
            let unlimited = Question {
                n_sites: None,
                ..question.clone()
            };
            let least = Cases::new(instance, &unlimited, certificate)?.least()?;
            Ok(least.max(0) + if question.by_price { 0 } else { n_fixed })
        }
        Model::PMedian => Ok(Cases::new(instance, question, certificate)?.least()?.max(0)),
    }
}

/// The weight that no plan covers, whatever the multipliers say.
fn out_of_reach(instance: &Instance, question: &Question) -> i128 {
    let mut open_able = vec![0_u32; instance.n_demand()];
    for site in instance.sites() {
        if instance.standing(site) != Standing::Forbidden {
            for (demand, _) in reached(instance, question, site) {
                open_able[demand] += 1;
            }
        }
    }
    let weights = instance.weight.iter().zip(open_able);
    weights
        .filter(|(_, n)| *n < question.times)
        .map(|(&weight, _)| i128::from(weight))
        .sum()
}

/// No plan has a smaller largest cost than the demand point that is worst off with all sites open.
fn least_largest(instance: &Instance, question: &Question) -> i128 {
    let radius = question.radius.unwrap_or(u64::MAX);
    let worst = instance.demand_points().filter_map(|d| {
        let open_able = instance
            .served_by(d)
            .filter(|&(s, cost)| instance.standing(s) != Standing::Forbidden && cost <= radius);
        open_able.map(|(_, cost)| cost).min()
    });
    i128::from(worst.max().unwrap_or(0))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    Open,
    Closed,
}

/// One case: what is decided in it.
#[derive(Clone, Debug)]
struct Decided {
    site: Vec<State>,
    covered: Vec<u32>,
}

/// The question as the certificate sees it.
struct Cases<'a> {
    instance: &'a Instance,
    question: &'a Question,
    certificate: &'a Certificate,
    root: Decided,
    /// Demand points that presolve took away.
    implied: Vec<bool>,
    /// Demand points that have to be covered.
    must: Vec<bool>,
}

impl<'a> Cases<'a> {
    fn new(
        instance: &'a Instance,
        question: &'a Question,
        certificate: &'a Certificate,
    ) -> Result<Self, VerifyError> {
        let mut site: Vec<State> = instance
            .sites()
            .map(|s| match instance.standing(s) {
                Standing::Candidate => State::Free,
                Standing::Fixed => State::Open,
                Standing::Forbidden => State::Closed,
            })
            .collect();
        for s in instance
            .sites()
            .filter(|&s| instance.standing(s) == Standing::Fixed)
        {
            for other in instance.sites().filter(|&o| instance.too_near(s, o)) {
                if site[other.index()] == State::Free {
                    site[other.index()] = State::Closed;
                }
            }
        }
        let must_all = question.model != Model::Mclp;
        let mut open_able = vec![0_u32; instance.n_demand()];
        for s in instance
            .sites()
            .filter(|&s| instance.standing(s) != Standing::Forbidden)
        {
            for (demand, _) in reached(instance, question, s) {
                open_able[demand] += 1;
            }
        }
        let mut cases = Self {
            instance,
            question,
            certificate,
            must: open_able
                .iter()
                .map(|&n| must_all && n >= times(question))
                .collect(),
            implied: vec![false; instance.n_demand()],
            root: Decided {
                site,
                covered: Vec::new(),
            },
        };
        cases.drop_all()?;
        Ok(cases)
    }

    /// Retraces presolve step by step.
    fn drop_all(&mut self) -> Result<(), VerifyError> {
        let dropped = &self.certificate.dropped;
        if dropped.is_empty() {
            return Ok(());
        }
        let mut need = self.needs(&self.root);
        let mut reachable = vec![0_u32; need.len()];
        for site in self.instance.sites() {
            if self.root.site[site.index()] == State::Free {
                for (demand, _) in reached(self.instance, self.question, site) {
                    reachable[demand] += 1;
                }
            }
        }
        // What is lost anyway does not count.
        for (need, reachable) in need.iter_mut().zip(reachable) {
            *need = if reachable < *need { 0 } else { *need };
        }
        if self.question.model == Model::PMedian
            || need.iter().any(|&n| n > 1)
            || self.instance.capacity.is_some()
        {
            return bad("sites or demand are left out where each may matter");
        }
        for step in dropped {
            match *step {
                Dropped::Site(gone, by) => self.drop_site(gone, by, &need)?,
                Dropped::Demand(gone, by) => {
                    let known = |d: crate::instance::DemandIx| d.index() < self.must.len();
                    if !known(gone) || !known(by) || gone == by {
                        return bad("a demand point does not exist");
                    }
                    let (gone, by) = (gone.index(), by.index());
                    let alive = |i: usize| self.must[i] && !self.implied[i] && need[i] == 1;
                    if !alive(gone) || !alive(by) {
                        return bad("a demand point is left out for one that need not be covered");
                    }
                    let sites = |i: usize| {
                        let point = crate::instance::DemandIx::new(crate::number::ix(i));
                        let radius = self.question.radius.unwrap_or(u64::MAX);
                        let near = self
                            .instance
                            .served_by(point)
                            .filter(move |p| p.1 <= radius);
                        near.map(|p| p.0)
                            .filter(|s| self.root.site[s.index()] == State::Free)
                    };
                    let others: Vec<SiteIx> = sites(gone).collect();
                    if !sites(by).all(|s| others.binary_search(&s).is_ok()) {
                        return bad("a demand point is left out that another one does not imply");
                    }
                    self.implied[gone] = true;
                }
            }
        }
        Ok(())
    }

    fn drop_site(&mut self, gone: SiteIx, by: SiteIx, need: &[u32]) -> Result<(), VerifyError> {
        let instance = self.instance;
        let free =
            |s: SiteIx| s.index() < instance.n_sites() && self.root.site[s.index()] == State::Free;
        if !free(gone) || !free(by) || gone == by || !instance.too_near.is_empty() {
            return bad("a site is left out for one that cannot replace it");
        }
        let price = |s: SiteIx| instance.price(s).unwrap_or(0);
        let priced = self.question.budget.is_some() || self.question.by_price;
        if priced && price(by) > price(gone) {
            return bad("a site is left out for a dearer one");
        }
        let mut serves = vec![false; instance.n_demand()];
        for (demand, _) in reached(instance, self.question, by) {
            serves[demand] = true;
        }
        let counts = |i: usize| need[i] > 0 && !self.implied[i];
        let mut served = reached(instance, self.question, gone);
        if !served.all(|(demand, _)| serves[demand] || !counts(demand)) {
            return bad("a site is left out for one that serves less");
        }
        self.root.site[gone.index()] = State::Closed;
        Ok(())
    }

    /// How many sites each demand point still needs in this case.
    fn needs(&self, decided: &Decided) -> Vec<u32> {
        let mut need = vec![times(self.question); self.instance.n_demand()];
        for site in self
            .instance
            .sites()
            .filter(|s| decided.site[s.index()] == State::Open)
        {
            for (demand, _) in reached(self.instance, self.question, site) {
                need[demand] = need[demand].saturating_sub(1);
            }
        }
        need
    }

    /// The least aim over all cases.
    fn least(&self) -> Result<i128, VerifyError> {
        let mut least = i128::MAX;
        let mut stack = vec![self.root.clone()];
        for case in &self.certificate.cases {
            let Some(decided) = stack.pop() else {
                return bad("the tree has too many cases");
            };
            match *case {
                Case::Leaf(number) => {
                    let place = usize::try_from(number).unwrap_or(usize::MAX);
                    let Some(multipliers) = self.certificate.multipliers.get(place) else {
                        return bad("a leaf has no multipliers");
                    };
                    least = least.min(self.leaf(&decided, multipliers)?);
                }
                Case::Single => least = least.min(self.single(&decided)?),
                Case::Branch(site) => {
                    if decided.site.get(site.index()) != Some(&State::Free) {
                        return bad("a case decides a site twice");
                    }
                    let mut with = decided.clone();
                    with.site[site.index()] = State::Open;
                    for other in self.instance.sites() {
                        if self.instance.too_near(site, other)
                            && with.site[other.index()] == State::Free
                        {
                            with.site[other.index()] = State::Closed;
                        }
                    }
                    let mut without = decided;
                    without.site[site.index()] = State::Closed;
                    stack.extend([without, with]);
                }
                Case::Row(demand) => {
                    let covers = self.question.model == Model::Mclp
                        && self.instance.capacity.is_none()
                        && demand.index() < self.instance.n_demand();
                    if !covers || self.needs(&decided)[demand.index()] != 1 {
                        return bad("a case splits by a demand point that is no choice");
                    }
                    let mut with = decided.clone();
                    with.covered.push(demand.0);
                    let mut bare = decided;
                    let radius = self.question.radius.unwrap_or(u64::MAX);
                    for (site, cost) in self.instance.served_by(demand) {
                        if cost <= radius && bare.site[site.index()] == State::Free {
                            bare.site[site.index()] = State::Closed;
                        }
                    }
                    stack.extend([bare, with]);
                }
            }
        }
        if !stack.is_empty() || self.certificate.cases.is_empty() {
            return bad("the tree ends before all cases are shown");
        }
        Ok(least)
    }

    /// New sites that are open in this case, free ones, and how many more may open.
    fn room(&self, decided: &Decided) -> (Vec<SiteIx>, Vec<SiteIx>, Option<usize>) {
        let all = |state: State| {
            let sites = self.instance.sites().filter(move |&s| {
                decided.site[s.index()] == state && self.instance.standing(s) == Standing::Candidate
            });
            sites.collect::<Vec<_>>()
        };
        let (open, free) = (all(State::Open), all(State::Free));
        let allowed = self.question.n_sites.map_or(usize::MAX, crate::number::at);
        let room = allowed.checked_sub(open.len());
        (open, free, room)
    }

    fn price(&self, site: SiteIx) -> i128 {
        i128::from(self.instance.price(site).unwrap_or(0))
    }

    fn toll(&self, site: SiteIx) -> i128 {
        match self.question.model {
            Model::Lscp if self.question.by_price => self.price(site),
            Model::Lscp => 1,
            _ => 0,
        }
    }

    /// The aim of the one answer in a case where no more sites may open.
    fn single(&self, decided: &Decided) -> Result<i128, VerifyError> {
        let (open, free, room) = self.room(decided);
        if !free.is_empty() && room != Some(0) {
            return bad("a case that leaves a choice is called a single answer");
        }
        if self.instance.capacity.is_some() {
            return bad("with capacities an assignment is a choice");
        }
        let proposal = Proposal {
            new_sites: open.clone(),
            served: Vec::new(),
        };
        let Ok(checked) = check(self.instance, self.question, &proposal) else {
            return Ok(i128::MAX);
        };
        let total = i128::try_from(self.instance.total_weight()).expect("weights fit 60 bits");
        Ok(match self.question.model {
            Model::Mclp => total - checked.objective(),
            Model::Lscp => open.iter().map(|&s| self.toll(s)).sum(),
            Model::PMedian | Model::PCenter => checked.objective(),
        })
    }

    /// A bound on the aim in this case, from these multipliers; the largest number when the case is impossible.
    fn leaf(&self, decided: &Decided, multipliers: &Multipliers) -> Result<i128, VerifyError> {
        let (open, free, room) = self.room(decided);
        let budget = self.question.budget.map(i128::from);
        let money = budget.map(|b| b - open.iter().map(|&s| self.price(s)).sum::<i128>());
        let (Some(room), true) = (room, money.is_none_or(|m| m >= 0)) else {
            return Ok(i128::MAX);
        };
        let triples = &self.certificate.triples;
        let known = |d: &crate::instance::DemandIx| d.index() < self.instance.n_demand();
        if !multipliers.triple.is_empty()
            && (!covers(self.instance, self.question)
                || multipliers.triple.len() > triples.len()
                || !triples.iter().flatten().all(known)
                || triples.iter().any(|t| t[0] >= t[1] || t[1] >= t[2])
                || multipliers.triple.iter().any(|&m| m < 0))
        {
            return bad("triples are not of three demand points each, or not allowed here");
        }
        let zone_ok =
            multipliers.zone.is_empty() || multipliers.zone.len() == self.instance.zone_names.len();
        let n = multipliers.demand.len();
        let negative = |all: &[i64]| all.iter().any(|&m| m < 0);
        if !zone_ok
            || n != 0 && n != self.instance.n_demand()
            || negative(&multipliers.demand)
            || negative(&multipliers.zone)
            || multipliers.budget < 0
        {
            return bad("multipliers are negative or of the wrong number");
        }
        let scale = self.certificate.scale_bits;
        if !(-100..=40).contains(&scale) {
            return bad("the scale of the multipliers is out of range");
        }
        // Everything below is counted in steps of 2^-max(scale, 0), multipliers with a coarser scale in whole steps.
        let fine = |m: i64| {
            if scale < 0 {
                i128::from(m) << -scale
            } else {
                i128::from(m)
            }
        };
        let steps = 1_i128 << scale.max(0);
        let relaxed = match self.question.model {
            Model::PMedian => self.median_rows(decided, multipliers, &fine, steps),
            _ if self.instance.capacity.is_some() => {
                Some(self.capacity_rows(decided, multipliers, &fine, steps))
            }
            _ => self.cover_rows(decided, multipliers, &fine, steps),
        };
        let Some((base, value)) = relaxed else {
            return Ok(i128::MAX);
        };
        let nu = fine(multipliers.budget);
        let tolls: i128 = open.iter().map(|&s| self.toll(s)).sum();
        let mut worth: Vec<i128> = free
            .iter()
            .map(|&s| {
                value[s.index()]
                    - self.toll(s) * steps
                    - if money.is_some() {
                        nu * self.price(s)
                    } else {
                        0
                    }
            })
            .filter(|&v| v > 0)
            .collect();
        worth.sort_unstable_by(|a, b| b.cmp(a));
        let chosen: i128 = worth.iter().take(room).sum();
        let bound = base + tolls * steps - chosen - money.map_or(0, |m| m * nu);
        Ok(-(-bound).div_euclid(steps))
    }

    /// The rows' part of the bound, and what each site is worth to them.
    fn cover_rows(
        &self,
        decided: &Decided,
        multipliers: &Multipliers,
        fine: &dyn Fn(i64) -> i128,
        steps: i128,
    ) -> Option<(i128, Vec<i128>)> {
        let instance = self.instance;
        let need = self.needs(decided);
        let mut reachable = vec![0_u32; instance.n_demand()];
        for site in instance
            .sites()
            .filter(|s| decided.site[s.index()] == State::Free)
        {
            for (demand, _) in reached(instance, self.question, site) {
                reachable[demand] += 1;
            }
        }
        let mut must = self.must.clone();
        for &demand in &decided.covered {
            must[crate::number::at(demand)] = true;
        }
        let zone_of = |i: usize| {
            let zone = instance.zone.as_ref()?[i].map(crate::number::at);
            self.question.floor.and(zone)
        };
        let floor = self.question.floor.map_or(0, Share::millionths);
        let whole = i128::from(Share::ALL.millionths());
        let mut total = vec![0_i128; instance.zone_names.len()];
        let mut lost = total.clone();
        let mut row = vec![0_i128; instance.n_demand()];
        let mut base = 0_i128;
        // What the triples of each demand point are worth together.
        let mut in_triples = vec![0_i128; instance.n_demand()];
        let priced = || self.certificate.triples.iter().zip(&multipliers.triple);
        for (triple, &m) in priced() {
            for demand in triple {
                in_triples[demand.index()] += fine(m);
            }
        }
        for i in 0..instance.n_demand() {
            let weight = i128::from(instance.weight[i]);
            if let Some(z) = zone_of(i) {
                total[z] += weight;
            }
            if need[i] == 0 || self.implied[i] {
                continue;
            }
            if reachable[i] < need[i] {
                if must[i] {
                    return None;
                }
                if self.question.model == Model::Mclp {
                    base += weight * steps;
                }
                if let Some(z) = zone_of(i) {
                    lost[z] += weight;
                }
                continue;
            }
            let extra = zone_of(i)
                .and_then(|z| multipliers.zone.get(z))
                .map_or(0, |&mu| fine(mu) * weight);
            let given = multipliers.demand.get(i).map_or(0, |&m| fine(m));
            let n = i128::from(need[i]);
            // Covered, the point saves its worth and costs its multipliers; not covered, neither.
            let worth = (weight * steps + extra) / n;
            row[i] = if must[i] { given } else { given.min(worth) };
            base += n * row[i];
            base += if must[i] {
                in_triples[i]
            } else {
                in_triples[i].min(worth - row[i])
            };
        }
        for (z, total) in total.iter().enumerate() {
            let may_miss = (total * (whole - i128::from(floor))).div_euclid(whole) - lost[z];
            if self.question.floor.is_some() && may_miss < 0 {
                return None;
            }
            base -= multipliers.zone.get(z).map_or(0, |&mu| fine(mu)) * may_miss;
        }
        let mut value = vec![0_i128; instance.n_sites()];
        for site in instance
            .sites()
            .filter(|s| decided.site[s.index()] == State::Free)
        {
            value[site.index()] = reached(instance, self.question, site)
                .map(|(demand, _)| row[demand])
                .sum();
        }
        for (triple, &m) in priced().filter(|(_, m)| **m > 0) {
            base += self.price_triple(decided, triple, fine(m), &need, &mut value);
        }
        Some((base, value))
    }

    /// What a triple adds to the bound, apart from its demand points that are still to be covered; and to the sites' values.
    fn price_triple(
        &self,
        decided: &Decided,
        triple: &[crate::instance::DemandIx; 3],
        multiplier: i128,
        need: &[u32],
        value: &mut [i128],
    ) -> i128 {
        let radius = self.question.radius.unwrap_or(u64::MAX);
        let mut sites: Vec<SiteIx> = triple
            .iter()
            .flat_map(|&d| self.instance.served_by(d))
            .filter(|&(_, cost)| cost <= radius)
            .map(|(site, _)| site)
            .collect();
        sites.sort_unstable();
        let covered = triple.iter().filter(|d| need[d.index()] == 0).count();
        let mut least = i128::try_from(covered).expect("three at most") - 1;
        for same in sites.chunk_by(|a, b| a == b) {
            let counts = if same.len() == 3 { 2 } else { 1 };
            let site = same[0].index();
            match decided.site[site] {
                State::Open => least -= counts,
                State::Free => value[site] += counts * multiplier,
                State::Closed => {}
            }
        }
        least * multiplier
    }

    fn median_rows(
        &self,
        decided: &Decided,
        multipliers: &Multipliers,
        fine: &dyn Fn(i64) -> i128,
        steps: i128,
    ) -> Option<(i128, Vec<i128>)> {
        let instance = self.instance;
        let mut nearest = vec![None::<u64>; instance.n_demand()];
        let mut free = vec![false; instance.n_demand()];
        for site in instance.sites() {
            let state = decided.site[site.index()];
            for (demand, cost) in reached(instance, self.question, site) {
                if state == State::Open {
                    nearest[demand] = Some(nearest[demand].map_or(cost, |n| n.min(cost)));
                }
                free[demand] |= state == State::Free;
            }
        }
        let price = |i: usize, cost: u64| i128::from(instance.weight[i]) * i128::from(cost) * steps;
        let mut row = vec![0_i128; instance.n_demand()];
        for (i, row) in row.iter_mut().enumerate().filter(|(i, _)| self.must[*i]) {
            let given = multipliers.demand.get(i).map_or(0, |&m| fine(m));
            *row = match (nearest[i], free[i]) {
                (None, false) => return None,
                (None, true) => given,
                (Some(cost), false) => price(i, cost),
                (Some(cost), true) => given.min(price(i, cost)),
            };
        }
        let mut value = vec![0_i128; instance.n_sites()];
        for site in instance
            .sites()
            .filter(|s| decided.site[s.index()] == State::Free)
        {
            let saved = reached(instance, self.question, site)
                .map(|(demand, cost)| (row[demand] - price(demand, cost)).max(0));
            value[site.index()] = saved.sum();
        }
        Some((row.iter().sum(), value))
    }

    /// With capacities a multiplier is what one step of weight is worth, and a site serves the dearest first.
    fn capacity_rows(
        &self,
        decided: &Decided,
        multipliers: &Multipliers,
        fine: &dyn Fn(i64) -> i128,
        steps: i128,
    ) -> (i128, Vec<i128>) {
        let instance = self.instance;
        let unit = |i: usize| multipliers.demand.get(i).map_or(0, |&m| fine(m)).min(steps);
        let weight = |i: usize| i128::from(instance.weight[i]);
        let mut base: i128 = (0..instance.n_demand()).map(|i| weight(i) * unit(i)).sum();
        let mut value = vec![0_i128; instance.n_sites()];
        for site in instance
            .sites()
            .filter(|s| decided.site[s.index()] != State::Closed)
        {
            let mut rows: Vec<usize> = reached(instance, self.question, site)
                .map(|(demand, _)| demand)
                .collect();
            rows.sort_unstable_by_key(|&i| std::cmp::Reverse(unit(i)));
            let mut left = i128::from(instance.capacity(site).unwrap_or(u64::MAX));
            let mut worth = 0;
            for i in rows {
                let taken = weight(i).min(left);
                worth += taken * unit(i);
                left -= taken;
            }
            if decided.site[site.index()] == State::Open {
                base -= worth;
            } else {
                value[site.index()] = worth;
            }
        }
        (base, value)
    }
}

/// Whether demand points are covered or not, by one site each.
fn covers(instance: &Instance, question: &Question) -> bool {
    let model = matches!(question.model, Model::Lscp | Model::Mclp);
    model && question.times == 1 && instance.capacity.is_none()
}

fn times(question: &Question) -> u32 {
    match question.model {
        Model::Lscp | Model::Mclp => question.times,
        Model::PMedian | Model::PCenter => 1,
    }
}

fn reached<'a>(
    instance: &'a Instance,
    question: &Question,
    site: SiteIx,
) -> impl Iterator<Item = (usize, u64)> + 'a {
    let radius = question.radius.unwrap_or(u64::MAX);
    let near = instance
        .serves(site)
        .filter(move |&(_, cost)| cost <= radius);
    near.map(|(demand, cost)| (demand.index(), cost))
}
