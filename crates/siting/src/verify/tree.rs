//! Walk through the branch-and-bound tree of a certificate, without code of the solvers.
//!
//! In: an instance, a question and the certificate; out: the least bound over all leaves, of the minimized objective.
//! Each node splits the one above it in two, so that nothing is left out; every leaf must be bounded, or hold one answer at most.

use crate::answer::certificate::{Certificate, CertificateNode, Dropped};
use crate::answer::order::within;
use crate::instance::{DemandIx, Instance, SiteIx, SiteStatus};
use crate::question::{Model, Question};
use crate::verify::error::{VerifyError, bad};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SiteState {
    Free,
    Open,
    Closed,
}

/// The decisions at a node.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) site: Vec<SiteState>,
    pub(crate) covered: Vec<u32>,
}

/// A certificate with its instance and question, after its presolve steps.
pub(crate) struct CertificateTree<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) question: &'a Question,
    pub(crate) certificate: &'a Certificate,
    root: Decided,
    /// By demand point, whether presolve dropped it.
    pub(crate) implied: Vec<bool>,
    /// By demand point, whether it must be covered.
    pub(crate) must_cover: Vec<bool>,
}

impl<'a> CertificateTree<'a> {
    /// Repeats the presolve steps.
    ///
    /// # Errors
    /// A site or a demand point is dropped without reason.
    pub(crate) fn new(
        instance: &'a Instance,
        question: &'a Question,
        certificate: &'a Certificate,
    ) -> Result<Self, VerifyError> {
        let mut site: Vec<SiteState> = instance
            .sites()
            .map(|s| match instance.site_status(s) {
                SiteStatus::Candidate => SiteState::Free,
                SiteStatus::Fixed => SiteState::Open,
                SiteStatus::Forbidden => SiteState::Closed,
            })
            .collect();
        for s in instance
            .sites()
            .filter(|&s| instance.site_status(s) == SiteStatus::Fixed)
        {
            for other in instance.sites().filter(|&o| instance.too_near(s, o)) {
                if site[other.index()] == SiteState::Free {
                    site[other.index()] = SiteState::Closed;
                }
            }
        }
        let must_all = question.model != Model::Mclp;
        let mut open_able = vec![0_u32; instance.n_demand()];
        for s in instance
            .sites()
            .filter(|&s| instance.site_status(s) != SiteStatus::Forbidden)
        {
            for (demand, _) in reached(instance, question, s) {
                open_able[demand] += 1;
            }
        }
        let mut tree = Self {
            instance,
            question,
            certificate,
            must_cover: open_able
                .iter()
                .map(|&n| must_all && n >= times(question))
                .collect(),
            implied: vec![false; instance.n_demand()],
            root: Decided {
                site,
                covered: Vec::new(),
            },
        };
        tree.drop_all()?;
        Ok(tree)
    }

    /// Repeats the presolve steps one by one.
    fn drop_all(&mut self) -> Result<(), VerifyError> {
        let dropped = &self.certificate.dropped;
        if dropped.is_empty() {
            return Ok(());
        }
        let mut need = self.needs(&self.root);
        let mut reachable = vec![0_u32; need.len()];
        for site in self.instance.sites() {
            if self.root.site[site.index()] == SiteState::Free {
                for (demand, _) in reached(self.instance, self.question, site) {
                    reachable[demand] += 1;
                }
            }
        }
        // Demand that cannot be covered any more does not count.
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
                    let known = |d: DemandIx| d.index() < self.must_cover.len();
                    if !known(gone) || !known(by) || gone == by {
                        return bad("a demand point does not exist");
                    }
                    let (gone, by) = (gone.index(), by.index());
                    let alive = |i: usize| self.must_cover[i] && !self.implied[i] && need[i] == 1;
                    if !alive(gone) || !alive(by) {
                        return bad("a demand point is left out for one that need not be covered");
                    }
                    let sites = |i: usize| {
                        let point = DemandIx::from_index(i);
                        let radius = self.question.radius.unwrap_or(u64::MAX);
                        let near = self
                            .instance
                            .served_by(point)
                            .filter(move |p| p.1 <= radius);
                        near.map(|p| p.0)
                            .filter(|s| self.root.site[s.index()] == SiteState::Free)
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
        let free = |s: SiteIx| {
            s.index() < instance.n_sites() && self.root.site[s.index()] == SiteState::Free
        };
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
        self.root.site[gone.index()] = SiteState::Closed;
        Ok(())
    }

    /// Number of undecided sites at the root.
    pub(crate) fn n_free(&self) -> i128 {
        let free = self.root.site.iter().filter(|s| **s == SiteState::Free);
        i128::try_from(free.count()).expect("a count fits")
    }

    /// By demand point, the number of sites that it still needs at this node.
    pub(crate) fn needs(&self, decided: &Decided) -> Vec<u32> {
        let mut need = vec![times(self.question); self.instance.n_demand()];
        for site in self
            .instance
            .sites()
            .filter(|s| decided.site[s.index()] == SiteState::Open)
        {
            for (demand, _) in reached(self.instance, self.question, site) {
                need[demand] = need[demand].saturating_sub(1);
            }
        }
        need
    }

    /// The least bound over all leaves, of the minimized objective.
    pub(crate) fn least(&self) -> Result<i128, VerifyError> {
        let mut least = i128::MAX;
        let mut stack = vec![self.root.clone()];
        for node in &self.certificate.tree {
            let Some(decided) = stack.pop() else {
                return bad("the tree has too many cases");
            };
            match *node {
                CertificateNode::Leaf(number) => {
                    let place = usize::try_from(number).unwrap_or(usize::MAX);
                    let Some(multipliers) = self.certificate.multipliers.get(place) else {
                        return bad("a leaf has no multipliers");
                    };
                    least = least.min(self.leaf_bound(&decided, multipliers)?);
                }
                CertificateNode::Single => least = least.min(self.single(&decided)?),
                CertificateNode::Branch(site) => {
                    if decided.site.get(site.index()) != Some(&SiteState::Free) {
                        return bad("a case decides a site twice");
                    }
                    let mut with = decided.clone();
                    with.site[site.index()] = SiteState::Open;
                    for other in self.instance.sites() {
                        if self.instance.too_near(site, other)
                            && with.site[other.index()] == SiteState::Free
                        {
                            with.site[other.index()] = SiteState::Closed;
                        }
                    }
                    let mut without = decided;
                    without.site[site.index()] = SiteState::Closed;
                    stack.extend([without, with]);
                }
                CertificateNode::Row(demand) => {
                    let covers = self.question.model == Model::Mclp
                        && self.instance.capacity.is_none()
                        && demand.index() < self.instance.n_demand();
                    if !covers || self.needs(&decided)[demand.index()] != 1 {
                        return bad("a case splits by a demand point that is no choice");
                    }
                    let mut with = decided.clone();
                    with.covered.push(demand.0);
                    let mut uncovered = decided;
                    let radius = self.question.radius.unwrap_or(u64::MAX);
                    for (site, cost) in self.instance.served_by(demand) {
                        if cost <= radius && uncovered.site[site.index()] == SiteState::Free {
                            uncovered.site[site.index()] = SiteState::Closed;
                        }
                    }
                    stack.extend([uncovered, with]);
                }
            }
        }
        if !stack.is_empty() || self.certificate.tree.is_empty() {
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
