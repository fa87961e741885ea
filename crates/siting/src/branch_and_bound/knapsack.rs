//! Knapsack of the Lagrangian subproblem: with rows priced, the most valuable sites within a number and a budget.
//!
//! The number alone takes a selection; the budget is priced as well, by bisection over its multiplier.

use crate::number::{at, ix};

/// The limits of a choice of sites, and the price of each.
pub(crate) struct Knapsack<'a> {
    /// Most sites that may be chosen.
    pub(crate) sites_left: usize,
    /// Most that they may cost together.
    pub(crate) budget_left: Option<i64>,
    /// Price by site; empty without `budget_left`.
    pub(crate) price: &'a [i64],
}

impl Knapsack<'_> {
    /// Chooses the sites of largest value above 0; returns the sum of their values and the multiplier of the budget.
    ///
    /// With a budget the sum is that of the Lagrangian relaxation of the budget, never below the sum of a choice within it.
    /// Cost: a selection, and with a budget one for each halving of the multiplier.
    pub(crate) fn best(&self, value: &[i64], chosen: &mut Vec<u32>) -> (i64, i64) {
        let Some(budget_left) = self.budget_left else {
            return (self.take_best(value, 0, chosen), 0);
        };
        let cost = |budget_multiplier: i64, chosen: &mut Vec<u32>| {
            self.take_best(value, budget_multiplier, chosen);
            chosen.iter().map(|&k| self.price[at(k)]).sum::<i64>()
        };
        // The relaxed sum is convex in the multiplier, and least where the price of the choice crosses the budget.
        let (mut low, mut high) = (0_i64, 1_i64);
        if cost(0, chosen) <= budget_left {
            high = 0;
        } else {
            while cost(high, chosen) > budget_left && high < i64::MAX >> 20 {
                low = high;
                high *= 2;
            }
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if cost(middle, chosen) > budget_left {
                    low = middle;
                } else {
                    high = middle;
                }
            }
        }
        let sum = self.take_best(value, high, chosen);
        (sum.saturating_add(high.saturating_mul(budget_left)), high)
    }

    fn reduced_value(&self, value: &[i64], budget_multiplier: i64, k: u32) -> i64 {
        let price = self.price.get(at(k)).copied().unwrap_or(0);
        value[at(k)].saturating_sub(budget_multiplier.saturating_mul(price))
    }

    fn take_best(&self, value: &[i64], budget_multiplier: i64, chosen: &mut Vec<u32>) -> i64 {
        let by_value = |&k: &u32| {
            (
                std::cmp::Reverse(self.reduced_value(value, budget_multiplier, k)),
                k,
            )
        };
        chosen.clear();
        chosen.extend(
            (0..ix(value.len())).filter(|&k| self.reduced_value(value, budget_multiplier, k) > 0),
        );
        if chosen.len() > self.sites_left {
            if self.sites_left > 0 {
                chosen.select_nth_unstable_by_key(self.sites_left - 1, by_value);
            }
            chosen.truncate(self.sites_left);
        }
        chosen
            .iter()
            .map(|&k| self.reduced_value(value, budget_multiplier, k))
            .sum()
    }

    /// Reduced cost by site: the fall of the sum when the site is decided against the choice; and by site whether the choice holds it.
    pub(crate) fn reduced_costs(
        &self,
        value: &[i64],
        budget_multiplier: i64,
        chosen: &[u32],
    ) -> (Vec<i64>, Vec<bool>) {
        let mut inside = vec![false; value.len()];
        for &k in chosen {
            inside[at(k)] = true;
        }
        let reduced_value: Vec<i64> = (0..ix(value.len()))
            .map(|k| self.reduced_value(value, budget_multiplier, k))
            .collect();
        // One more site displaces the least of the chosen ones; one less lets the best of the others in.
        let full = chosen.len() >= self.sites_left;
        let least = chosen
            .iter()
            .map(|&k| reduced_value[at(k)])
            .min()
            .unwrap_or(0);
        let displaced = if full { least } else { 0 };
        let outside = (0..reduced_value.len())
            .filter(|&k| !inside[k])
            .map(|k| reduced_value[k])
            .max();
        let next = if full { outside.unwrap_or(0).max(0) } else { 0 };
        let reduced_cost = |k: usize| match inside[k] {
            // No further site may open.
            _ if self.sites_left == 0 => i64::MAX >> 2,
            true => reduced_value[k] - next,
            false => displaced - reduced_value[k],
        };
        ((0..reduced_value.len()).map(reduced_cost).collect(), inside)
    }
}
