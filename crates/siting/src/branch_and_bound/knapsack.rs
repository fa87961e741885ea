//! The question that is left once rows are priced: the most valuable sites within number and budget.

use crate::number::{at, ix};

/// Limits of the choice.
pub(crate) struct Choice<'a> {
    /// How many sites may be chosen.
    pub(crate) room: usize,
    /// What they may cost together.
    pub(crate) money: Option<i64>,
    /// What each costs; empty without `money`.
    pub(crate) price: &'a [i64],
}

impl Choice<'_> {
    /// Chooses sites with values above 0; returns the sum of their values and the multiplier of the budget.
    ///
    /// With a budget the sum is the relaxed one, never below that of any choice within the budget.
    pub(crate) fn best(&self, value: &[i64], chosen: &mut Vec<u32>) -> (i64, i64) {
        let Some(money) = self.money else {
            return (self.take(value, 0, chosen), 0);
        };
        let cost = |nu: i64, chosen: &mut Vec<u32>| {
            self.take(value, nu, chosen);
            chosen.iter().map(|&k| self.price[at(k)]).sum::<i64>()
        };
        // The relaxed sum is convex in the multiplier; it is least where the price of the choice crosses the money.
        let (mut low, mut high) = (0_i64, 1_i64);
        if cost(0, chosen) <= money {
            high = 0;
        } else {
            while cost(high, chosen) > money && high < i64::MAX >> 20 {
                low = high;
                high *= 2;
            }
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if cost(middle, chosen) > money {
                    low = middle;
                } else {
                    high = middle;
                }
            }
        }
        let sum = self.take(value, high, chosen);
        (sum.saturating_add(high.saturating_mul(money)), high)
    }

    fn bent(&self, value: &[i64], nu: i64, k: u32) -> i64 {
        let price = self.price.get(at(k)).copied().unwrap_or(0);
        value[at(k)].saturating_sub(nu.saturating_mul(price))
    }

    fn take(&self, value: &[i64], nu: i64, chosen: &mut Vec<u32>) -> i64 {
        let by_value = |&k: &u32| (std::cmp::Reverse(self.bent(value, nu, k)), k);
        chosen.clear();
        chosen.extend((0..ix(value.len())).filter(|&k| self.bent(value, nu, k) > 0));
        if chosen.len() > self.room {
            if self.room > 0 {
                chosen.select_nth_unstable_by_key(self.room - 1, by_value);
            }
            chosen.truncate(self.room);
        }
        chosen.iter().map(|&k| self.bent(value, nu, k)).sum()
    }

    /// For each site what the sum loses when the site is decided against the choice, and whether the choice holds it.
    pub(crate) fn regrets(&self, value: &[i64], nu: i64, chosen: &[u32]) -> (Vec<i64>, Vec<bool>) {
        let mut inside = vec![false; value.len()];
        for &k in chosen {
            inside[at(k)] = true;
        }
        let bent: Vec<i64> = (0..ix(value.len()))
            .map(|k| self.bent(value, nu, k))
            .collect();
        // Opening one more displaces the least of the chosen ones; closing one lets the best of the others in.
        let full = chosen.len() >= self.room;
        let least = chosen.iter().map(|&k| bent[at(k)]).min().unwrap_or(0);
        let displaced = if full { least } else { 0 };
        let outside = (0..bent.len())
            .filter(|&k| !inside[k])
            .map(|k| bent[k])
            .max();
        let next = if full { outside.unwrap_or(0).max(0) } else { 0 };
        let regret = |k: usize| match inside[k] {
            // Nothing more may open.
            _ if self.room == 0 => i64::MAX >> 2,
            true => bent[k] - next,
            false => displaced - bent[k],
        };
        ((0..bent.len()).map(regret).collect(), inside)
    }
}
