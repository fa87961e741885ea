//! Proves the best answer of a question, or as much of it as time allows.
//!
//! A part of the question is split by a site (open or closed) or by a row (covered, or all its sites closed); each part is bounded by the Lagrangian bound, starting from the multipliers of the part it came from.
//! Splitting by rows moves whole groups of sites at once, which is what a fractional relaxation of a clustered town needs.
//! The part with the weakest bound goes first, a fixed number at a time, so that the tree does not depend on the number of threads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::branch_and_bound::dual_bound::{Ascent, Dual};
use crate::branch_and_bound::subgradient::Climb;
use crate::branch_and_bound::subproblem::Part;
use crate::number::{at, float, ix};

/// What the tree has to know about a question.
pub(crate) trait Branching: Sync {
    /// How many sites may be chosen from.
    fn n_sites(&self) -> usize;
    /// How many sites may be opened.
    fn n_new(&self) -> usize;
    /// Sites that may not be open together with this one.
    fn near(&self, site: u32) -> Option<&[u32]>;
    /// The sites that cover a row.
    fn sites_of(&self, row: u32) -> &[u32];
    /// Raises the bound of a part; `None` when nothing can satisfy it.
    fn climb(&self, part: &Part, dual: &Dual, climb: &Climb) -> Option<Ascent>;
    /// The same for a part that is to be split or finished, from shares of sites near the best ones as well; by default no more than a climb.
    fn raise(&self, part: &Part, from: &Start, climb: &Climb) -> Option<Ascent> {
        self.climb(part, &from.dual, climb)
    }
    /// What met sites leave, as bounds are scaled; 0 when that is not known.
    fn scaled(&self, _aim: i64) -> i64 {
        0
    }
    /// Rows worth trying as splits, best first.
    fn rows_to_split(&self, part: &Part, ascent: &Ascent) -> Vec<u32>;
    /// Multipliers that prove the value of a part with one answer, where the answer's sites do not say it by themselves.
    fn single(&self, _part: &Part) -> Option<Dual> {
        None
    }
}

/// What a part begins with: multipliers, and by site how often it was chosen.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) dual: Arc<Dual>,
    pub(crate) share: Arc<Vec<f64>>,
}

impl Start {
    /// Multipliers alone.
    pub(crate) fn at(dual: Dual) -> Self {
        Self {
            dual: Arc::new(dual),
            share: Arc::default(),
        }
    }
}

/// One node of the tree as it was built; `NodeIx` counts them.
type NodeIx = u32;

/// What became of a node.
#[derive(Clone, Debug)]
pub(crate) enum Grown {
    /// Not looked at yet, or given up: its bound counts.
    Unfinished { dual: Arc<Dual> },
    /// These multipliers show that it holds nothing better.
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
        row: u32,
        covered: NodeIx,
        bare: NodeIx,
    },
}

/// The tree and what it has shown so far.
#[derive(Debug)]
pub(crate) struct Tree<'a, Q: Branching> {
    question: &'a Q,
    pub(crate) nodes: Vec<Grown>,
    open: BinaryHeap<Reverse<(i64, NodeIx)>>,
    waiting: Vec<Option<(Part, Start)>>,
    pub(crate) work: u64,
    pub(crate) n_looked: usize,
}

/// Sites that were met while a part was looked at.
#[derive(Clone, Debug)]
pub(crate) struct Met {
    pub(crate) sites: Vec<u32>,
    /// They are the one answer that a part holds: the tree is done with it, and nobody else looks at it.
    pub(crate) is_last: bool,
}

/// What came of looking at one part.
struct Looked {
    /// `None` when nothing can satisfy the part.
    ascent: Option<Ascent>,
    part: Part,
    /// Sites decided on the way, with whether they are open; the other case is no better than the answer known.
    decided: Vec<(u32, bool)>,
    next: Next,
    met: Option<Met>,
    /// Multipliers of its own for a part with one answer.
    proof: Option<Dual>,
    work: u64,
}

/// What the part above proves about a part.
struct Known {
    bound: i64,
    start: Start,
}

enum Next {
    Done,
    Single,
    Site(u32),
    Row(u32),
}

/// Parts looked at together; a fixed number, so that the tree is the same on any machine.
const TOGETHER: usize = 8;

/// Steps of the bound per part; with 50 the street network's tree is ten times as large, with 400 it grows more slowly than it shrinks.
const STEPS: usize = 250;

/// Steps without progress before they are made shorter.
const PATIENCE: u32 = 20;

/// Steps of the bound per half when a split is tried.
const PROBE_STEPS: usize = 6;

/// The multipliers come from the part above and are nearly right: steps begin short.
const LENGTH: f64 = 0.3;

/// Sites that the bound suggests are tried when what they leave is at most one part in so many above the best.
const NEAR: i64 = 50;

/// How many sites are tried as splits, and how many rows.
pub(crate) const N_PROBED: usize = 8;

impl<'a, Q: Branching> Tree<'a, Q> {
    pub(crate) fn new(question: &'a Q, part: Part, start: Start, bound: i64) -> Self {
        let dual = start.dual.clone();
        Self {
            question,
            nodes: vec![Grown::Unfinished { dual }],
            open: BinaryHeap::from([Reverse((bound, 0))]),
            waiting: vec![Some((part, start))],
            work: 0,
            n_looked: 0,
        }
    }

    /// No answer is better than this, scaled; `None` when the tree is finished.
    pub(crate) fn bound(&self) -> Option<i64> {
        self.open.peek().map(|Reverse((bound, _))| *bound)
    }

    /// Looks at the weakest parts once; returns the best sites met, and every one that was the last of its part.
    /// `target` is the aim of the best answer known and `enough` the least bound that no better one reaches, both scaled.
    pub(crate) fn grow(
        &mut self,
        target: i64,
        enough: i64,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Vec<Met> {
        let mut batch: Vec<(NodeIx, Part, Known)> = Vec::new();
        while batch.len() < TOGETHER {
            let Some(Reverse((bound, node))) = self.open.pop() else {
                break;
            };
            let (part, start) = self.waiting[at(node)].take().expect("an open node waits");
            if bound >= enough {
                self.nodes[at(node)] = Grown::Leaf { dual: start.dual };
                continue;
            }
            batch.push((node, part, Known { bound, start }));
        }
        let climb = Climb {
            steps: STEPS,
            target,
            enough,
            length: LENGTH,
            patience: PATIENCE,
            shortest: 1e-3,
            stop,
        };
        let looked: Vec<Looked> = batch
            .par_iter()
            .map(|(_, part, known)| self.look(part, &known.start, &climb))
            .collect();
        let mut met = Vec::new();
        for ((node, _, known), looked) in batch.into_iter().zip(looked) {
            self.work += looked.work;
            self.n_looked += 1;
            met.extend(looked.met.clone());
            self.place(node, known, looked);
        }
        met
    }

    fn look(&self, part: &Part, start: &Start, climb: &Climb) -> Looked {
        let mut looked = Looked {
            ascent: None,
            part: part.clone(),
            decided: Vec::new(),
            next: Next::Done,
            met: None,
            proof: None,
            work: 0,
        };
        let Some(ascent) = self.question.raise(part, start, climb) else {
            return looked;
        };
        looked.work = ascent.work;
        let near = climb.target + climb.target / NEAR;
        let met = ascent.met.as_ref();
        looked.met = met
            .filter(|met| self.question.scaled(met.1) <= near)
            .map(|met| Met {
                sites: met.0.clone(),
                is_last: false,
            });
        if ascent.bound < climb.enough {
            let part = &mut looked.part;
            // What the bound decides by itself.
            for site in 0..ix(self.question.n_sites()) {
                let s = at(site);
                if !part.free[s] || ascent.bound.saturating_add(ascent.regret[s]) < climb.enough {
                    continue;
                }
                looked.decided.push((site, ascent.chosen[s]));
                if ascent.chosen[s] {
                    part.open(site, self.question.near(site));
                } else {
                    part.close(site);
                }
            }
            let n_free = part.free.iter().filter(|f| **f).count();
            looked.next = if n_free == 0 || part.open.len() >= self.question.n_new() {
                looked.met = Some(Met {
                    sites: part.open.clone(),
                    is_last: true,
                });
                match self.question.single(part) {
                    None => Next::Single,
                    Some(dual) => {
                        looked.proof = Some(dual);
                        Next::Done
                    }
                }
            } else {
                self.split(part, &ascent, climb, &mut looked.work)
            };
        }
        looked.ascent = Some(ascent);
        looked
    }

    /// By which row or site to split: the most promising candidates are tried with a few steps each.
    fn split(&self, part: &Part, ascent: &Ascent, climb: &Climb, work: &mut u64) -> Next {
        let rows = self.question.rows_to_split(part, ascent);
        let mut candidates: Vec<Next> = rows.into_iter().map(Next::Row).collect();
        candidates.extend(sites_to_split(part, ascent));
        let probe = Climb {
            steps: PROBE_STEPS,
            length: LENGTH,
            patience: 3,
            ..*climb
        };
        let gain = |half: &Part| {
            let Some(probed) = self.question.climb(half, &ascent.dual, &probe) else {
                return (float(climb.enough - ascent.bound), 0);
            };
            let gain = float(probed.bound.min(climb.enough) - ascent.bound);
            (gain.max(0.0), probed.work)
        };
        let gains: Vec<[(f64, u64); 2]> = candidates
            .par_iter()
            .map(|candidate| self.halves(part, candidate).map(|half| gain(&half)))
            .collect();
        let mut best: Option<(f64, usize)> = None;
        for (k, [one, other]) in gains.into_iter().enumerate() {
            *work += one.1 + other.1;
            let all = float(climb.enough - ascent.bound).max(1.0);
            let score = (one.0 / all + 1e-4) * (other.0 / all + 1e-4);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, k));
            }
        }
        if let Some((_, k)) = best {
            return candidates.swap_remove(k);
        }
        let any = part.free_sites().next();
        Next::Site(any.expect("a part that is split has free sites"))
    }

    /// The part with the site open or the row covered, and the other one.
    fn halves(&self, part: &Part, split: &Next) -> [Part; 2] {
        let (mut with, mut without) = (part.clone(), part.clone());
        match *split {
            Next::Site(site) => {
                with.open(site, self.question.near(site));
                without.close(site);
            }
            Next::Row(row) => {
                with.covered.push(row);
                for &site in self.question.sites_of(row) {
                    without.close(site);
                }
            }
            Next::Done | Next::Single => {}
        }
        [with, without]
    }

    fn node(&mut self, grown: Grown) -> NodeIx {
        self.nodes.push(grown);
        self.waiting.push(None);
        ix(self.nodes.len() - 1)
    }

    fn wait(&mut self, part: Part, known: &Known) -> NodeIx {
        let start = known.start.clone();
        let dual = start.dual.clone();
        let node = self.node(Grown::Unfinished { dual });
        self.waiting[at(node)] = Some((part, start));
        self.open.push(Reverse((known.bound, node)));
        node
    }

    fn place(&mut self, node: NodeIx, known: Known, looked: Looked) {
        let Looked {
            ascent,
            part,
            decided,
            next,
            proof,
            ..
        } = looked;
        let bound = ascent.as_ref().map_or(i64::MAX, |a| a.bound);
        let start = ascent.map_or_else(
            || known.start.clone(),
            |ascent| Start {
                dual: Arc::new(ascent.dual),
                share: Arc::new(ascent.share),
            },
        );
        let dual = start.dual.clone();
        // A climb that begins where triples have gone may end below the part above, whose multipliers hold here too.
        let better = if bound < known.bound {
            known
        } else {
            Known { bound, start }
        };
        let mut node = node;
        for (site, open) in decided {
            let here = self.node(Grown::Unfinished { dual: dual.clone() });
            let other = self.node(Grown::Leaf { dual: dual.clone() });
            let (open, closed) = if open { (here, other) } else { (other, here) };
            self.nodes[at(node)] = Grown::Site { site, open, closed };
            node = here;
        }
        match next {
            Next::Done => {
                let dual = proof.map_or(dual, Arc::new);
                self.nodes[at(node)] = Grown::Leaf { dual };
            }
            Next::Single => self.nodes[at(node)] = Grown::Single,
            Next::Site(site) => {
                let [with, without] = self.halves(&part, &next);
                let open = self.wait(with, &better);
                let closed = self.wait(without, &better);
                self.nodes[at(node)] = Grown::Site { site, open, closed };
            }
            Next::Row(row) => {
                let [with, without] = self.halves(&part, &next);
                let covered = self.wait(with, &better);
                let bare = self.wait(without, &better);
                self.nodes[at(node)] = Grown::Row { row, covered, bare };
            }
        }
    }
}

/// The sites that the linear relaxation is least sure about.
fn sites_to_split(part: &Part, ascent: &Ascent) -> Vec<Next> {
    let share = |s: u32| ascent.share[at(s)];
    let mut all: Vec<u32> = part.free_sites().filter(|&s| share(s) > 0.05).collect();
    let key = |s: u32| share(s).min(1.0 - share(s) * 0.8);
    all.sort_unstable_by(|&a, &b| key(b).total_cmp(&key(a)).then(a.cmp(&b)));
    all.into_iter().take(N_PROBED).map(Next::Site).collect()
}
