//! Dense numbers for the ids of a table, in order of first mention.

use std::collections::HashMap;

use crate::number::{at, ix};

#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    pub(crate) number: HashMap<String, u32>,
    pub(crate) names: Vec<String>,
}

impl Ids {
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.number.get(name) {
            return known;
        }
        let new = ix(self.names.len());
        self.number.insert(name.to_owned(), new);
        self.names.push(name.to_owned());
        new
    }

    /// The names in order, and by number the position in that order.
    pub(crate) fn sorted(&self) -> (Vec<String>, Vec<u32>) {
        let mut order: Vec<u32> = (0..ix(self.names.len())).collect();
        order.sort_unstable_by(|&a, &b| self.names[at(a)].cmp(&self.names[at(b)]));
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[at(old)] = ix(new);
        }
        let names = order.iter().map(|&old| self.names[at(old)].clone());
        (names.collect(), place)
    }
}
