//! Branch and bound, best bound first, with strong branching on sites and rows.
//!
//! A subproblem is split by a site (open or closed) or by a row (covered, or all its sites closed); the Lagrangian bound of a child starts from the multipliers of its parent.
//! Splitting by a row closes a whole group of sites at once, which moves the bound where the linear relaxation spreads a site over a cluster.
//! A fixed number of the weakest subproblems is evaluated together, so that the tree does not depend on the number of threads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::branch_and_bound::dual_bound::{Dual, DualBound};
use crate::branch_and_bound::subgradient::SubgradientOptions;
use crate::branch_and_bound::subproblem::{RowIx, Subproblem};
use crate::number::{at, float, ix};

/// A problem that the tree can branch on; sites and rows are its own dense numbers.
pub(crate) trait Branching: Sync {
    /// Number of candidate sites.
    fn n_sites(&self) -> usize;
    /// Most sites that may open.
    fn n_new(&self) -> usize;
    /// Sites too near this one to be open beside it.
    fn near(&self, site: u32) -> Option<&[u32]>;
    /// The sites that cover a row; asked of rows to split only.
    fn sites_of(&self, _row: RowIx) -> &[u32] {
        &[]
    }
    /// Subgradient ascent from these multipliers; `None` when the subproblem is infeasible.
    fn subgradient(
        &self,
        subproblem: &Subproblem,
        dual: &Dual,
        options: &SubgradientOptions,
    ) -> Option<DualBound>;
    /// The bound of a subproblem that is to be split or finished, from fractional sites as well; by default the subgradient ascent.
    fn raise(
        &self,
        subproblem: &Subproblem,
        from: &Start,
        options: &SubgradientOptions,
    ) -> Option<DualBound> {
        self.subgradient(subproblem, &from.dual, options)
    }
    /// An objective in the scale of the bounds; 0 when that is not known.
    fn scaled(&self, _aim: i64) -> i64 {
        0
    }
    /// Candidate rows for a split, best first; by default none, so that sites alone are split: where others serve a row whose sites close, only dearer, closing them hardly moves the bound.
    fn rows_to_split(&self, _subproblem: &Subproblem, _dual_bound: &DualBound) -> Vec<RowIx> {
        Vec::new()
    }
    /// Multipliers that prove the objective of a subproblem with one answer, where the sites alone do not determine it.
    fn single(&self, _part: &Subproblem) -> Option<Dual> {
        None
    }
}

/// Warm start of a subproblem: multipliers, and fractional values by site.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) dual: Arc<Dual>,
    pub(crate) fractional: Arc<Vec<f64>>,
}

impl Start {
    /// A start from multipliers alone.
    pub(crate) fn at(dual: Dual) -> Self {
        Self {
            dual: Arc::new(dual),
            fractional: Arc::default(),
        }
    }
}

/// A node's number, in the order of creation.
type NodeIx = u32;

/// A node of the tree.
#[derive(Clone, Debug)]
pub(crate) enum TreeNode {
    /// Not evaluated yet, or given up: its bound counts.
    Unfinished { dual: Arc<Dual> },
    /// Pruned: these multipliers prove that it holds no better answer.
    Leaf { dual: Arc<Dual> },
    /// It holds one answer at most.
    Single,
    /// Site open, site closed.
    Site {
        site: u32,
        open: NodeIx,
        closed: NodeIx,
    },
    /// Row covered, all its sites closed.
    Row {
        row: RowIx,
        covered: NodeIx,
        uncovered: NodeIx,
    },
}

/// The branch-and-bound tree, with a queue of unevaluated nodes by bound.
#[derive(Debug)]
pub(crate) struct Tree<'a, Q: Branching> {
    problem: &'a Q,
    pub(crate) nodes: Vec<TreeNode>,
    open: BinaryHeap<Reverse<(i64, NodeIx)>>,
    waiting: Vec<Option<(Subproblem, Start)>>,
    pub(crate) work: u64,
    pub(crate) n_evaluated: usize,
}

/// A choice of sites that came up while a subproblem was evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Met {
    pub(crate) sites: Vec<u32>,
    /// They are the only answer of a subproblem, which the tree visits no more.
    pub(crate) is_last: bool,
}

/// Result of evaluating one subproblem.
struct Evaluated {
    /// `None` when the subproblem is infeasible.
    dual_bound: Option<DualBound>,
    subproblem: Subproblem,
    /// Sites fixed by their reduced cost, with whether they are open; the other decision is no better than the answer known.
    decided: Vec<(u32, bool)>,
    next: Next,
    met: Option<Met>,
    /// Multipliers that prove the one answer of a subproblem.
    proof: Option<Dual>,
    work: u64,
}

/// The bound of the parent, which holds for the child too.
struct ParentBound {
    bound: i64,
    start: Start,
}

enum Next {
    Done,
    Single,
    Site(u32),
    Row(RowIx),
}

/// Subproblems evaluated together; a fixed number, so that the tree is the same on any machine.
const TOGETHER: usize = 8;

/// Subgradient steps per subproblem; with 50 the street network's tree is ten times as large, with 400 it grows more slowly than it shrinks.
const STEPS: usize = 250;

/// Steps without progress before they are shortened.
const PATIENCE: u32 = 20;

/// Subgradient steps per child when a split is probed (strong branching).
const PROBE_STEPS: usize = 6;

/// The multipliers of the parent are nearly right: steps begin short.
const LENGTH: f64 = 0.3;

/// A relaxed choice is handed to the heuristic when its objective is above the best by at most one part in this many.
const NEAR: i64 = 50;

/// Most sites probed as splits, and most rows.
pub(crate) const N_PROBED: usize = 8;

impl<'a, Q: Branching> Tree<'a, Q> {
    pub(crate) fn new(problem: &'a Q, subproblem: Subproblem, start: Start, bound: i64) -> Self {
        let dual = start.dual.clone();
        Self {
            problem,
            nodes: vec![TreeNode::Unfinished { dual }],
            open: BinaryHeap::from([Reverse((bound, 0))]),
            waiting: vec![Some((subproblem, start))],
            work: 0,
            n_evaluated: 0,
        }
    }

    /// Lower bound of every answer in open nodes, scaled; `None` when the tree is finished.
    pub(crate) fn bound(&self) -> Option<i64> {
        self.open.peek().map(|Reverse((bound, _))| *bound)
    }

    /// Evaluates the weakest open nodes once; returns the choices of sites that came up.
    ///
    /// `target` is the objective of the best answer known and `enough` the least bound that no better answer reaches, both scaled.
    pub(crate) fn grow(
        &mut self,
        target: i64,
        enough: i64,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Vec<Met> {
        let mut batch: Vec<(NodeIx, Subproblem, ParentBound)> = Vec::new();
        while batch.len() < TOGETHER {
            let Some(Reverse((bound, node))) = self.open.pop() else {
                break;
            };
            let (subproblem, start) = self.waiting[at(node)].take().expect("an open node waits");
            if bound >= enough {
                self.nodes[at(node)] = TreeNode::Leaf { dual: start.dual };
                continue;
            }
            batch.push((node, subproblem, ParentBound { bound, start }));
        }
        let options = SubgradientOptions {
            steps: STEPS,
            target,
            enough,
            length: LENGTH,
            patience: PATIENCE,
            shortest: 1e-3,
            stop,
        };
        let evaluated: Vec<Evaluated> = batch
            .par_iter()
            .map(|(_, subproblem, parent)| self.evaluate(subproblem, &parent.start, &options))
            .collect();
        let mut met = Vec::new();
        for ((node, _, parent), evaluated) in batch.into_iter().zip(evaluated) {
            self.work += evaluated.work;
            self.n_evaluated += 1;
            met.extend(evaluated.met.clone());
            self.place(node, parent, evaluated);
        }
        met
    }

    fn evaluate(
        &self,
        subproblem: &Subproblem,
        start: &Start,
        options: &SubgradientOptions,
    ) -> Evaluated {
        let mut evaluated = Evaluated {
            dual_bound: None,
            subproblem: subproblem.clone(),
            decided: Vec::new(),
            next: Next::Done,
            met: None,
            proof: None,
            work: 0,
        };
        let Some(dual_bound) = self.problem.raise(subproblem, start, options) else {
            return evaluated;
        };
        evaluated.work = dual_bound.work;
        let near = options.target + options.target / NEAR;
        let met = dual_bound.met.as_ref();
        evaluated.met = met
            .filter(|met| self.problem.scaled(met.1) <= near)
            .map(|met| Met {
                sites: met.0.clone(),
                is_last: false,
            });
        if dual_bound.bound < options.enough {
            let subproblem = &mut evaluated.subproblem;
            // Reduced cost fixing.
            for site in 0..ix(self.problem.n_sites()) {
                let s = at(site);
                if !subproblem.free[s]
                    || dual_bound.bound.saturating_add(dual_bound.reduced_cost[s]) < options.enough
                {
                    continue;
                }
                evaluated.decided.push((site, dual_bound.chosen[s]));
                if dual_bound.chosen[s] {
                    subproblem.open(site, self.problem.near(site));
                } else {
                    subproblem.close(site);
                }
            }
            let n_free = subproblem.free.iter().filter(|f| **f).count();
            evaluated.next = if n_free == 0 || subproblem.open.len() >= self.problem.n_new() {
                evaluated.met = Some(Met {
                    sites: subproblem.open.clone(),
                    is_last: true,
                });
                match self.problem.single(subproblem) {
                    None => Next::Single,
                    Some(dual) => {
                        evaluated.proof = Some(dual);
                        Next::Done
                    }
                }
            } else {
                self.split(subproblem, &dual_bound, options, &mut evaluated.work)
            };
        }
        evaluated.dual_bound = Some(dual_bound);
        evaluated
    }

    /// The row or site to split by: the most promising candidates are probed with a few steps each, and the best product of gains wins.
    fn split(
        &self,
        subproblem: &Subproblem,
        dual_bound: &DualBound,
        options: &SubgradientOptions,
        work: &mut u64,
    ) -> Next {
        let rows = self.problem.rows_to_split(subproblem, dual_bound);
        let mut candidates: Vec<Next> = rows.into_iter().map(Next::Row).collect();
        candidates.extend(sites_to_split(subproblem, dual_bound));
        let probe = SubgradientOptions {
            steps: PROBE_STEPS,
            length: LENGTH,
            patience: 3,
            ..*options
        };
        let gain = |half: &Subproblem| {
            let Some(probed) = self.problem.subgradient(half, &dual_bound.dual, &probe) else {
                return (float(options.enough - dual_bound.bound), 0);
            };
            let gain = float(probed.bound.min(options.enough) - dual_bound.bound);
            (gain.max(0.0), probed.work)
        };
        let gains: Vec<[(f64, u64); 2]> = candidates
            .par_iter()
            .map(|candidate| self.halves(subproblem, candidate).map(|half| gain(&half)))
            .collect();
        let mut best: Option<(f64, usize)> = None;
        for (k, [one, other]) in gains.into_iter().enumerate() {
            *work += one.1 + other.1;
            let all = float(options.enough - dual_bound.bound).max(1.0);
            let score = (one.0 / all + 1e-4) * (other.0 / all + 1e-4);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, k));
            }
        }
        if let Some((_, k)) = best {
            return candidates.swap_remove(k);
        }
        let any = subproblem.free_sites().next();
        Next::Site(any.expect("a part that is split has free sites"))
    }

    /// The child with the site open or the row covered, and the other child.
    fn halves(&self, subproblem: &Subproblem, split: &Next) -> [Subproblem; 2] {
        let (mut with, mut without) = (subproblem.clone(), subproblem.clone());
        match *split {
            Next::Site(site) => {
                with.open(site, self.problem.near(site));
                without.close(site);
            }
            Next::Row(row) => {
                with.covered.push(row);
                for &site in self.problem.sites_of(row) {
                    without.close(site);
                }
            }
            Next::Done | Next::Single => {}
        }
        [with, without]
    }

    fn node(&mut self, grown: TreeNode) -> NodeIx {
        self.nodes.push(grown);
        self.waiting.push(None);
        ix(self.nodes.len() - 1)
    }

    fn wait(&mut self, subproblem: Subproblem, parent: &ParentBound) -> NodeIx {
        let start = parent.start.clone();
        let dual = start.dual.clone();
        let node = self.node(TreeNode::Unfinished { dual });
        self.waiting[at(node)] = Some((subproblem, start));
        self.open.push(Reverse((parent.bound, node)));
        node
    }

    fn place(&mut self, node: NodeIx, parent: ParentBound, evaluated: Evaluated) {
        let Evaluated {
            dual_bound,
            subproblem,
            decided,
            next,
            proof,
            ..
        } = evaluated;
        let bound = dual_bound.as_ref().map_or(i64::MAX, |a| a.bound);
        let start = dual_bound.map_or_else(
            || parent.start.clone(),
            |dual_bound| Start {
                dual: Arc::new(dual_bound.dual),
                fractional: Arc::new(dual_bound.fractional),
            },
        );
        let dual = start.dual.clone();
        // An ascent whose cuts were dropped may end below the parent, whose multipliers hold here too.
        let better = if bound < parent.bound {
            parent
        } else {
            ParentBound { bound, start }
        };
        let mut node = node;
        for (site, open) in decided {
            let here = self.node(TreeNode::Unfinished { dual: dual.clone() });
            let other = self.node(TreeNode::Leaf { dual: dual.clone() });
            let (open, closed) = if open { (here, other) } else { (other, here) };
            self.nodes[at(node)] = TreeNode::Site { site, open, closed };
            node = here;
        }
        match next {
            Next::Done => {
                let dual = proof.map_or(dual, Arc::new);
                self.nodes[at(node)] = TreeNode::Leaf { dual };
            }
            Next::Single => self.nodes[at(node)] = TreeNode::Single,
            Next::Site(site) => {
                let [with, without] = self.halves(&subproblem, &next);
                let open = self.wait(with, &better);
                let closed = self.wait(without, &better);
                self.nodes[at(node)] = TreeNode::Site { site, open, closed };
            }
            Next::Row(row) => {
                let [with, without] = self.halves(&subproblem, &next);
                let covered = self.wait(with, &better);
                let uncovered = self.wait(without, &better);
                self.nodes[at(node)] = TreeNode::Row {
                    row,
                    covered,
                    uncovered,
                };
            }
        }
    }
}

/// The sites of most fractional value.
fn sites_to_split(subproblem: &Subproblem, dual_bound: &DualBound) -> Vec<Next> {
    let fractional = |s: u32| dual_bound.fractional[at(s)];
    let mut all: Vec<u32> = subproblem
        .free_sites()
        .filter(|&s| fractional(s) > 0.05)
        .collect();
    let key = |s: u32| fractional(s).min(1.0 - fractional(s) * 0.8);
    all.sort_unstable_by(|&a, &b| key(b).total_cmp(&key(a)).then(a.cmp(&b)));
    all.into_iter().take(N_PROBED).map(Next::Site).collect()
}
