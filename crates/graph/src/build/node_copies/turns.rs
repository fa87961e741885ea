use std::collections::HashMap;

use units::index;

use super::{Source, TurnRule};
use crate::{EdgeId, Heading, TurnBinding};

/// A chain of restrictions under way: rule and how many of its arcs were travelled, less one.
type Progress = (u32, u32);

/// How many different bindings at one turn are told apart.
const MAX_BINDINGS: usize = 4;

/// The automaton of all turn restrictions together: a state is the set of chains under way.
///
/// As in Aho and Corasick's string matching (1975), a state is made only when some path leads to
/// it; overlapping chains so keep every prefix that may still be completed.
pub(super) struct TurnAutomaton<'a> {
    rules: &'a [TurnRule],
    /// Binding of each rule.
    bindings: Vec<u32>,
    /// Rules by first arc (`edge << 1 | backward`).
    beginning: HashMap<u32, Vec<u32>>,
    states: Vec<Vec<Progress>>,
    state_ids: HashMap<Vec<Progress>, u32>,
}

impl<'a> TurnAutomaton<'a> {
    pub(super) fn new(source: &Source<'a>, pool: &mut Vec<TurnBinding>) -> Self {
        let mut bindings = Vec::with_capacity(source.rules.len());
        let mut beginning: HashMap<u32, Vec<u32>> = HashMap::new();
        for (id, rule) in (0..).zip(source.rules) {
            let known = pool.iter().position(|binding| *binding == rule.binding);
            let binding = known.unwrap_or_else(|| {
                pool.push(rule.binding.clone());
                pool.len() - 1
            });
            bindings.push(u32::try_from(binding).expect("few bindings"));
            let (edge, heading) = rule.chain[0];
            beginning.entry(pack(edge, heading)).or_default().push(id);
        }
        Self {
            rules: source.rules,
            bindings,
            beginning,
            states: vec![Vec::new()],
            state_ids: HashMap::from([(Vec::new(), 0)]),
        }
    }

    fn intern(&mut self, mut state: Vec<Progress>) -> u32 {
        if state.is_empty() {
            return 0;
        }
        state.sort_unstable();
        state.dedup();
        let next = u32::try_from(self.states.len()).expect("few turn states");
        *self.state_ids.entry(state).or_insert_with_key(|state| {
            self.states.push(state.clone());
            next
        })
    }

    fn progress(&self, state: u32) -> &[Progress] {
        &self.states[index(state)]
    }

    fn rule(&self, rule: u32) -> &'a TurnRule {
        &self.rules[index(rule)]
    }

    /// The next arc that a chain under way waits for, and whether it is its last.
    fn awaited(&self, (rule, done): Progress) -> ((EdgeId, Heading), bool) {
        let chain = &self.rule(rule).chain;
        let next = index(done) + 1;
        (chain[next], next + 1 == chain.len())
    }

    pub(super) fn step(&mut self, state: u32, edge: EdgeId, heading: Heading) -> u32 {
        let mut next: Vec<Progress> = Vec::new();
        if let Some(rules) = self.beginning.get(&pack(edge, heading)) {
            next.extend(rules.iter().map(|&rule| (rule, 0)));
        } else if state == 0 {
            return 0;
        }
        for &(rule, done) in self.progress(state) {
            let (arc, is_last) = self.awaited((rule, done));
            if !is_last && arc == (edge, heading) {
                next.push((rule, done + 1));
            }
        }
        self.intern(next)
    }

    /// Whether some rule under way bans an exit.
    pub(super) fn is_banned(&self, state: u32, edge: EdgeId, heading: Heading) -> bool {
        self.progress(state).iter().any(|&(rule, done)| {
            let (arc, is_last) = self.awaited((rule, done));
            is_last && (arc == (edge, heading)) != self.rule(rule).is_only
        })
    }

    /// The states with fewer bans: bindings of the rules left behind, and the state without them.
    ///
    /// Rules with one binding go together, since a profile is bound by all or by none; every set
    /// of bindings gets a link of its own, so that a turn is paid once however many rules ban it.
    pub(super) fn drops(&mut self, state: u32) -> Vec<(Vec<u32>, u32)> {
        if state == 0 {
            return Vec::new();
        }
        let progress = self.progress(state).to_vec();
        let binding = |&(rule, _): &Progress| self.bindings[index(rule)];
        let is_ban = |at: &Progress| self.awaited(*at).1;
        let mut present: Vec<u32> = progress.iter().filter(|p| is_ban(p)).map(binding).collect();
        present.sort_unstable();
        present.dedup();
        // Real turns have one or two. Past four only all together are offered, so that no file can
        // ask for more copies than its size allows; a profile that some of them bind then pays for
        // a turn that only the others ban.
        let subsets: Vec<Vec<u32>> = if present.len() <= MAX_BINDINGS {
            (1_u32..1 << present.len())
                .map(|bits| {
                    let chosen = present.iter().enumerate();
                    chosen
                        .filter(|(i, _)| bits >> i & 1 == 1)
                        .map(|(_, &b)| b)
                        .collect()
                })
                .collect()
        } else {
            vec![present.clone()]
        };
        let rest: Vec<(Vec<u32>, Vec<Progress>)> = subsets
            .into_iter()
            .map(|dropped| {
                let kept = progress
                    .iter()
                    .filter(|at| !(is_ban(at) && dropped.contains(&binding(at))));
                let kept = kept.copied().collect();
                (dropped, kept)
            })
            .collect();
        rest.into_iter()
            .map(|(dropped, kept)| {
                let state = self.intern(kept);
                (dropped, state)
            })
            .collect()
    }
}

fn pack(edge: EdgeId, heading: Heading) -> u32 {
    edge.as_u32() << 1 | u32::from(heading == Heading::Backward)
}
