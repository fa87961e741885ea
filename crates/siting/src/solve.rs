//! The door to all models: checks the question, asks the model, has the answer checked.

use crate::check::check;
use crate::error::Infeasible;
use crate::instance::Instance;
use crate::question::{Effort, Model, Question};
use crate::solution::Solution;

/// Answers a siting question.
///
/// ```
/// use siting::{Effort, InstanceBuilder, Question, solve};
/// let mut builder = InstanceBuilder::new();
/// for (demand, weight) in [("north", "10"), ("south", "4"), ("west", "7")] {
///     builder.demand(demand, weight.parse()?);
/// }
/// for (site, demand, cost) in [("a", "north", "300"), ("b", "south", "200"), ("b", "west", "850")] {
///     builder.pair(site, demand, cost.parse()?);
/// }
/// let instance = builder.build()?;
/// let question = Question { n_sites: Some(1), ..Question::mclp(900) };
/// let solution = solve(&instance, &question, &Effort::quick())?;
/// assert_eq!(instance.site_id(solution.sites()[0].site), "b");
/// assert_eq!((solution.objective(), solution.bound()), (11, 11));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Infeasible`] when no plan satisfies the question, with what makes it so.
pub fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<Solution, Infeasible> {
    question_makes_sense(instance, question)?;
    let (proposal, finding) = match question.model {
        Model::Mclp => crate::mclp::solve(instance, question, effort),
        _ => {
            return Err(no(format!(
                "the model `{}` is not there yet",
                question.model.name()
            )));
        }
    };
    let checked =
        check(instance, question, &proposal).expect("solvers keep the rules of the question");
    Ok(Solution::new(instance, question, effort, checked, finding))
}

fn no(what: impl Into<String>) -> Infeasible {
    Infeasible::Question { what: what.into() }
}

fn question_makes_sense(instance: &Instance, question: &Question) -> Result<(), Infeasible> {
    if question.times == 0 {
        return Err(no("demand is to be covered 0 times; ask for 1 or more"));
    }
    if question.budget.is_some() && instance.price.is_none() {
        return Err(no(
            "a budget is given but the sites have no prices; add a price to every site",
        ));
    }
    Ok(())
}
