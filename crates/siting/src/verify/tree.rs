//! The tree of cases of a certificate, walked through without the solvers' code.
//!
//! In: an instance, a question and the certificate; out: the least aim over all cases.
//! The cases leave nothing out by construction: each splits the one before it in two, and every leaf must be bounded or hold one answer at most.

use crate::answer::certificate::{Case, Certificate, Dropped};
use crate::answer::order::within;
use crate::instance::{Instance, SiteIx, Standing};
use crate::question::{Model, Question};
use crate::verify::{VerifyError, bad};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Free,
    Open,
    Closed,
}

/// One case: what is decided in it.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) site: Vec<State>,
    pub(crate) covered: Vec<u32>,
}

/// The question as the certificate sees it.
pub(crate) struct Cases<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) question: &'a Question,
    pub(crate) certificate: &'a Certificate,
    root: Decided,
    /// Demand points that presolve took away.
    pub(crate) implied: Vec<bool>,
    /// Demand points that have to be covered.
    pub(crate) must: Vec<bool>,
}

impl<'a> Cases<'a> {
    /// Retraces presolve.
    ///
    /// # Errors
    /// A site or a demand point is left out without reason.
    pub(crate) fn new(
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

    /// How many sites may open before any case is decided.
    pub(crate) fn n_free(&self) -> i128 {
        let free = self.root.site.iter().filter(|s| **s == State::Free);
        i128::try_from(free.count()).expect("a count fits")
    }

    /// How many sites each demand point still needs in this case.
    pub(crate) fn needs(&self, decided: &Decided) -> Vec<u32> {
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
    pub(crate) fn least(&self) -> Result<i128, VerifyError> {
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
}

fn times(question: &Question) -> u32 {
    match question.model {
        Model::Lscp | Model::Mclp => question.times,
        Model::PMedian | Model::PCenter => 1,
    }
}

/// The demand points that a site can serve, with the cost of each.
pub(crate) fn reached<'a>(
    instance: &'a Instance,
    question: &Question,
    site: SiteIx,
) -> impl Iterator<Item = (usize, u64)> + 'a {
    within(instance, question, site).map(|(demand, cost)| (demand.index(), cost))
}
