//! Capacities against the demand that must be served, before any search.

use std::collections::BTreeSet;

use crate::capacity::problem::CapacitatedProblem;
use crate::capacity::transportation::assign;
use crate::instance::decimal::Decimal;
use crate::instance::{DemandIx, Instance};
use crate::number::{at, ix};
use crate::question::Question;
use crate::question::infeasible::Infeasible;

impl CapacitatedProblem {
    /// Checks that all sites together, and the largest ones of the allowed number, can serve all demand that must be served.
    ///
    /// # Errors
    /// The rows that all their sites cannot serve, or the capacity of the largest sites.
    ///
    /// Cost: an assignment to all sites.
    pub(crate) fn check_capacities(
        &self,
        instance: &Instance,
        question: &Question,
    ) -> Result<(), Infeasible> {
        if !self.must_serve {
            return Ok(());
        }
        let in_unit = |steps: i64| Decimal::new(steps.into(), instance.weight_decimals());
        let all: Vec<u32> = (0..ix(self.site.len())).collect();
        let plan = assign(self, &all);
        if plan.unserved > 0 {
            let short = |r: &usize| self.weight[*r] > 0 && self.is_short(plan.price[*r]);
            let rows: BTreeSet<usize> = (0..self.n_rows()).filter(short).collect();
            let serves = |s: &u32| self.column(*s).any(|(r, _)| rows.contains(&at(r)));
            let capacity = all.iter().filter(|s| serves(s));
            let capacity: i64 = capacity.map(|&s| self.capacity[at(s)]).sum();
            let first = *rows.iter().next().expect("someone is not served");
            return Err(Infeasible::TooLittleCapacity {
                first: instance.demand_id(DemandIx(ix(first))),
                n_demand: rows.len(),
                weight: in_unit(rows.iter().map(|&r| self.weight[r]).sum()),
                capacity: in_unit(capacity),
            });
        }
        let Some(allowed) = question.n_sites else {
            return Ok(());
        };
        let mut largest = self.capacity[..self.n_candidates].to_vec();
        largest.sort_unstable_by_key(|&c| std::cmp::Reverse(c));
        let fixed = self.capacity[self.n_candidates..].iter();
        let new = largest.iter().take(at(allowed));
        let capacity: i128 = fixed.chain(new).copied().map(i128::from).sum();
        if capacity < i128::from(self.total()) {
            return Err(Infeasible::SitesTooSmall {
                allowed,
                capacity: Decimal::new(capacity, instance.weight_decimals()),
                weight: in_unit(self.total()),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::sparse_rows::CountedRows;

    /// Two rows of weight 6 and 4, a site with each of the capacities, all in reach of the first row and none but the first of the second.
    fn refused(capacities: &[u64], question: &Question) -> Option<Infeasible> {
        let mut rows = CountedRows {
            weight: vec![6, 4],
            first: vec![0],
            ..CountedRows::default()
        };
        for site in 0..capacities.len() {
            rows.demand.extend(if site == 0 { 0..2 } else { 0..1 });
            rows.first.push(rows.demand.len());
        }
        let instance = rows.build().unwrap();
        let instance = instance.with_capacities(capacities.to_vec()).unwrap();
        let problem = CapacitatedProblem::new(&instance, question).unwrap();
        problem.check_capacities(&instance, question).err()
    }

    #[test]
    fn the_rows_that_all_their_sites_cannot_serve_are_named() {
        let lscp = Question::lscp(0);
        assert_eq!(refused(&[5, 5], &lscp), None);
        let number = |steps: i64| Decimal::new(steps.into(), 0);
        // The second row needs 4 of site 0, which can serve 3; the first row has site 1.
        let short = Infeasible::TooLittleCapacity {
            first: "1".to_owned(),
            n_demand: 1,
            weight: number(4),
            capacity: number(3),
        };
        assert_eq!(refused(&[3, 9], &lscp), Some(short));
        let question = Question {
            n_sites: Some(1),
            ..lscp
        };
        let small = Infeasible::SitesTooSmall {
            allowed: 1,
            capacity: number(7),
            weight: number(10),
        };
        assert_eq!(refused(&[5, 7], &question), Some(small));
        assert_eq!(refused(&[10, 7], &question), None);
        // No demand must be served there.
        assert_eq!(refused(&[0, 0], &Question::mclp(0)), None);
    }
}
