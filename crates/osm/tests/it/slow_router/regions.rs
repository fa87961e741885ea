//! Where the vehicle may be pushed, which gates enclose what, and what lies behind them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::{Allowed, Gate, Sized, SlowRouter, Stands, Step, Who, stands};

impl SlowRouter<'_> {
    pub(super) fn find_reach(&mut self) {
        let map = self.map;
        let kind = |way: usize| {
            let open: Vec<_> = self.open[way].iter().flatten().collect();
            if open.iter().any(|a| !a.push) {
                2
            } else {
                i32::from(!open.is_empty())
            }
        };
        let n = map.leaving.len();
        let rideable: Vec<bool> = (0..n)
            .map(|v| map.leaving[v].iter().any(|s| kind(s.0) == 2))
            .collect();
        let mut distance = vec![u64::MAX; n];
        let mut queue = BinaryHeap::new();
        for v in (0..n).filter(|&v| rideable[v]) {
            distance[v] = 0;
            queue.push(Reverse((0, v)));
        }
        while let Some(Reverse((d, v))) = queue.pop() {
            if d > distance[v] {
                continue;
            }
            for &step in map.leaving[v].iter().filter(|s| kind(s.0) == 1) {
                let w = map.head(step);
                let at = &map.ways[step.0].at_mm;
                let far = d + at[step.1 + 1] - at[step.1];
                if far <= 100_000 && far < distance[w] {
                    distance[w] = far;
                    queue.push(Reverse((far, w)));
                }
            }
        }
        // Streets go on where two push-only pieces meet and nothing else does.
        let goes_on = |v: usize| {
            let steps = &map.leaving[v];
            steps.len() == 2 && steps.iter().all(|s| kind(s.0) == 1) && !rideable[v]
        };
        let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (way, data) in map.ways.iter().enumerate().filter(|(w, _)| kind(*w) == 1) {
            for i in 0..data.nodes.len().saturating_sub(1) {
                if data.nodes[i].is_none() || data.nodes[i + 1].is_none() || !seen.insert((way, i))
                {
                    continue;
                }
                let mut street = vec![(way, i)];
                let mut near = false;
                let mut todo = vec![data.nodes[i].unwrap(), data.nodes[i + 1].unwrap()];
                while let Some(v) = todo.pop() {
                    if !goes_on(v) {
                        near |= distance[v] != u64::MAX;
                        continue;
                    }
                    for &step in &map.leaving[v] {
                        if seen.insert((step.0, step.1)) {
                            street.push((step.0, step.1));
                            todo.push(map.head(step));
                        }
                    }
                }
                if !near {
                    self.too_far.extend(street);
                }
            }
        }
    }

    pub(super) fn ride(&self, step: Step) -> Option<Allowed> {
        let (way, i, forward) = step;
        self.open[way][usize::from(!forward)]
            .filter(|_| !self.too_far.contains(&(way, i)))
            .map(|allowed| self.enclosed(step, allowed))
    }

    pub(super) fn on_foot(&self, step: Step) -> Option<Allowed> {
        let allowed = self.walk[step.0][usize::from(!step.2)]?;
        Some(self.enclosed(step, allowed))
    }

    fn enclosed(&self, (way, i, _): Step, mut allowed: Allowed) -> Allowed {
        if self.behind.contains(&(way, i)) {
            allowed.inside = allowed.inside.or(Some("private"));
        }
        allowed
    }

    fn is_public(&self, step: Step) -> bool {
        let (way, i, _) = step;
        [true, false]
            .iter()
            .any(|&f| self.ride((way, i, f)).is_some_and(|a| a.inside.is_none()))
    }

    fn inside(&self, (way, i, _): Step) -> Option<&'static str> {
        let own: Vec<Allowed> = [true, false]
            .iter()
            .filter_map(|&f| self.ride((way, i, f)))
            .collect();
        if !own.is_empty() {
            return own.iter().find_map(|a| a.inside);
        }
        if !self.walks_in() {
            return None;
        }
        [true, false]
            .iter()
            .filter_map(|&f| self.on_foot((way, i, f))?.inside)
            .max()
    }

    pub(super) fn find_gates(&mut self) {
        let map = self.map;
        let mut gates = HashMap::new();
        for (v, steps) in map.leaving.iter().enumerate() {
            if !map.junction[v] {
                continue;
            }
            let public = steps.iter().any(|&s| self.is_public(s));
            // "private" sorts after "destination": the more private one counts.
            let inside = steps.iter().filter_map(|&s| self.inside(s)).max();
            let mapped = map
                .node_tags
                .get(&v)
                .filter(|_| steps.len() > 1)
                .map(|tags| stands(tags, self.who));
            if mapped.is_none() && !(public && inside.is_some()) {
                continue;
            }
            let is_gate = matches!(mapped, Some(Stands::Gate(..)));
            let from_map = match mapped {
                Some(Stands::Gate(policy, _)) if policy != "through" => policy,
                _ if public && inside.is_some() => "enter",
                _ => "through",
            };
            let citywide = self
                .plan
                .gates
                .filter(|_| is_gate || inside == Some("private"));
            gates.insert(
                v,
                Gate {
                    mapped,
                    past: match (citywide, mapped) {
                        (Some(policy), _) | (None, Some(Stands::Gate(policy, _))) => {
                            policy == "through"
                        }
                        (None, stands) => stands != Some(Stands::Block),
                    },
                    policy: match citywide.unwrap_or(from_map) {
                        "walk-in" if self.who == Who::Foot => "enter",
                        policy => policy,
                    },
                    public,
                    inside,
                    amid: !public
                        && steps.iter().filter(|&&s| self.inside(s).is_some()).count() > 1,
                },
            );
        }
        self.gates = gates;
    }

    /// All steps, forward.
    fn steps(&self) -> Vec<(usize, usize)> {
        let ways = self.map.ways.iter().enumerate();
        ways.flat_map(|(way, data)| {
            let pairs = data.nodes.windows(2).enumerate();
            pairs
                .filter(|(_, pair)| pair[0].is_some() && pair[1].is_some())
                .map(move |(i, _)| (way, i))
        })
        .collect()
    }

    /// Everything that can be walked to from some steps, whatever the directions: `crosses` says
    /// whether one gets from one step to another at a node.
    fn flood(
        &self,
        from: impl IntoIterator<Item = (usize, usize)>,
        crosses: impl Fn(usize, (usize, usize), (usize, usize)) -> bool,
    ) -> BTreeSet<(usize, usize)> {
        let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut todo: Vec<(usize, usize)> = from.into_iter().collect();
        seen.extend(&todo);
        while let Some((way, i)) = todo.pop() {
            for forward in [true, false] {
                let v = self.map.head((way, i, forward));
                for &(w, j, _) in &self.map.leaving[v] {
                    if crosses(v, (way, i), (w, j)) && seen.insert((w, j)) {
                        todo.push((w, j));
                    }
                }
            }
        }
        seen
    }

    /// With every gate taken out, the largest public region of each connected piece, for somebody
    /// who finds these steps public or inner.
    fn outside(
        &self,
        who: Who,
        kind: impl Fn((usize, usize)) -> Option<bool>,
    ) -> BTreeSet<(usize, usize)> {
        let stands_at = |v: usize| self.stands_at(v, who);
        let all = self.steps();
        let mut outside = BTreeSet::new();
        let mut done: BTreeSet<(usize, usize)> = BTreeSet::new();
        for &first in all.iter().filter(|&&step| kind(step) == Some(true)) {
            if done.contains(&first) {
                continue;
            }
            let piece = self.flood([first], |v, _, to| {
                kind(to).is_some() && stands_at(v) != Some(Stands::Block)
            });
            let mut best: Option<Sized> = None;
            for &seed in piece.iter().filter(|&&step| kind(step) == Some(true)) {
                if !done.insert(seed) {
                    continue;
                }
                let region = self.flood([seed], |v, _, to| {
                    kind(to) == Some(true) && matches!(stands_at(v), None | Some(Stands::Pass))
                });
                done.extend(&region);
                let data = |&(way, i): &(usize, usize)| (&self.map.ways[way], i);
                let length = region
                    .iter()
                    .map(data)
                    .map(|(w, i)| w.at_mm[i + 1] - w.at_mm[i]);
                let begins = region.iter().map(data).map(|(w, i)| (w.id, w.at_mm[i]));
                let size = (length.sum(), Reverse(begins.min().unwrap()), region);
                best = best.max(Some(size));
            }
            outside.extend(best.unwrap().2);
        }
        outside
    }

    fn stands_at(&self, v: usize, who: Who) -> Option<Stands> {
        let tags = self.map.node_tags.get(&v)?;
        (self.map.leaving[v].len() > 1).then(|| stands(tags, who))
    }

    /// Whatever public street cannot be got to from the outside as on public streets, when some
    /// nodes let everybody through.
    fn apart(
        &self,
        who: Who,
        kind: impl Fn((usize, usize)) -> Option<bool>,
        is_through: impl Fn(usize) -> bool,
        lets_past: impl Fn(usize) -> bool,
    ) -> BTreeSet<(usize, usize)> {
        let mapped = |v: usize| self.stands_at(v, who);
        let is_apart =
            |v: usize| matches!(mapped(v), Some(Stands::Block | Stands::Gate(..))) && !lets_past(v);
        let reached = self.flood(self.outside(who, &kind), |v, from, to| {
            kind(to).is_some() && (is_through(v) || (!is_apart(v) && kind(from) == kind(to)))
        });
        let all = self.steps();
        all.into_iter()
            .filter(|&step| kind(step) == Some(true) && !reached.contains(&step))
            .collect()
    }

    /// What lies behind gates when nobody passes any. What private streets alone lead to stays as
    /// it is: some gate must stand before it.
    fn shut_off(
        &self,
        who: Who,
        kind: impl Fn((usize, usize)) -> Option<bool>,
    ) -> BTreeSet<(usize, usize)> {
        let mapped = |v: usize| self.stands_at(v, who);
        let shut = self.apart(who, &kind, |_| false, |_| false);
        let is_inner = |step: (usize, usize)| kind(step) == Some(false) || shut.contains(&step);
        let mut behind = shut.clone();
        let mut judged: BTreeSet<(usize, usize)> = BTreeSet::new();
        for &step in &shut {
            if judged.contains(&step) {
                continue;
            }
            let compound = self.flood([step], |v, _, to| {
                is_inner(to) && mapped(v) != Some(Stands::Block)
            });
            let has_gate = compound.iter().any(|&(way, i)| {
                [true, false].iter().any(|&f| {
                    let v = self.map.head((way, i, f));
                    let outer = |&(w, j, _): &Step| kind((w, j)) == Some(true) && !is_inner((w, j));
                    matches!(mapped(v), Some(Stands::Gate(..)))
                        && self.map.leaving[v].iter().any(outer)
                })
            });
            for step in compound {
                judged.insert(step);
                if !has_gate {
                    behind.remove(&step);
                }
            }
        }
        behind
    }

    pub(super) fn find_behind(&mut self) {
        let own = |(way, i): (usize, usize)| {
            let mut open = [true, false].iter().filter_map(|&f| self.ride((way, i, f)));
            open.clone().next()?;
            Some(open.any(|a| a.inside.is_none()))
        };
        let is_through = |v: usize| {
            let gate = self.gates.get(&v);
            gate.is_some_and(|g| g.policy == "through" && g.mapped != Some(Stands::Block))
        };
        let is_apart = |v: usize| {
            let mapped = self.stands_at(v, self.who);
            matches!(mapped, Some(Stands::Block | Stands::Gate(..))) && !is_through(v)
        };
        let all = self.steps();
        let lets_past = |v: usize| {
            let gate = self.gates.get(&v);
            gate.is_some_and(|g| g.past && g.mapped != Some(Stands::Block))
        };
        // A gate that is opened makes no street farther in less open than it was.
        let mut behind = self.apart(self.who, own, is_through, lets_past);
        let when_all_stand = self.shut_off(self.who, own);
        behind.retain(|step| when_all_stand.contains(step));
        if self.walks_in() {
            // Paths for walkers only: those that lie behind gates for walkers, or are private, and
            // meet no public street of the rider but at gates.
            let foot = |(way, _): (usize, usize)| {
                let mut open = self.walk[way].iter().flatten();
                self.walk[way].iter().flatten().next()?;
                Some(open.any(|a| a.inside.is_none()))
            };
            let for_walkers = self.shut_off(Who::Foot, foot);
            let walked_only = |step: (usize, usize)| {
                let is_inner = foot(step) == Some(false) || for_walkers.contains(&step);
                own(step).is_none() && is_inner
            };
            let rider_behind = behind.clone();
            for &step in all.iter().filter(|&&step| walked_only(step)) {
                let paths = self.flood([step], |v, _, to| walked_only(to) && !is_apart(v));
                let meets_public = paths.iter().any(|&(way, i)| {
                    [true, false].iter().any(|&f| {
                        let v = self.map.head((way, i, f));
                        !is_apart(v)
                            && self.map.leaving[v].iter().any(|&(w, j, _)| {
                                own((w, j)) == Some(true) && !rider_behind.contains(&(w, j))
                            })
                    })
                });
                if !meets_public {
                    behind.insert(step);
                }
            }
        }
        self.behind = behind;
        // What meets at a gate is looked at again; policies stay.
        let again = |(&v, gate): (&usize, &Gate)| {
            let steps = &self.map.leaving[v];
            let public = steps.iter().any(|&s| self.is_public(s));
            let inner = steps.iter().filter_map(|&s| self.inside(s));
            let gate = Gate {
                public,
                inside: inner.clone().max(),
                amid: !public && inner.count() > 1,
                ..*gate
            };
            (v, gate)
        };
        self.gates = self.gates.iter().map(again).collect();
    }

    pub(super) fn find_regions(&mut self) {
        let map = self.map;
        let mut region: HashMap<(usize, usize), usize> = HashMap::new();
        let mut regions: Vec<(bool, bool)> = Vec::new();
        for (way, data) in map.ways.iter().enumerate() {
            for i in 0..data.nodes.len().saturating_sub(1) {
                if data.nodes[i].is_none() || data.nodes[i + 1].is_none() {
                    continue;
                }
                if region.contains_key(&(way, i)) || self.inside((way, i, true)).is_none() {
                    continue;
                }
                let id = regions.len();
                region.insert((way, i), id);
                let (mut admits, mut walked_into, mut walked) = (false, false, false);
                let mut todo = vec![data.nodes[i].unwrap(), data.nodes[i + 1].unwrap()];
                let mut seen = BTreeSet::new();
                while let Some(v) = todo.pop() {
                    if !seen.insert(v) {
                        continue;
                    }
                    if let Some(gate) = self.gates.get(&v)
                        && gate.mapped != Some(Stands::Block)
                        && ((matches!(gate.mapped, Some(Stands::Gate(..))) && gate.amid)
                            || gate.public)
                    {
                        match gate.policy {
                            "through" | "enter" => admits |= gate.public,
                            "walk-in" => {
                                walked_into |= gate.public;
                                walked = true;
                            }
                            _ => {}
                        }
                    }
                    for &step in &map.leaving[v] {
                        if self.inside(step).is_some()
                            && region.insert((step.0, step.1), id).is_none()
                        {
                            todo.push(map.head(step));
                        }
                    }
                }
                regions.push((admits || !walked_into, walked));
            }
        }
        self.region = region;
        self.regions = regions;
    }
}
