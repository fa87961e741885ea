use crate::project::Project;
use crate::project::choice_rules::ChoiceRules;

impl ChoiceRules {
    /// Checks the rules against a plan.
    ///
    /// # Errors
    /// Every id that is neither a candidate's nor a facility's, and a floor where the plan has no zones; one sentence each.
    pub fn check(&self, project: &Project) -> Result<(), Vec<String>> {
        let mut problems = Vec::new();
        if self.floor.is_some() && project.zones.zones().is_empty() {
            problems.push(
                "a floor is a share of every zone, and the plan has no [zones]; add them"
                    .to_owned(),
            );
        }
        let candidates = project.candidates.iter().map(|c| c.id.as_str());
        let facilities = project.facilities.iter().map(|f| f.id.as_str());
        let known: Vec<&str> = candidates.chain(facilities).collect();
        for [a, b] in &self.too_near {
            for id in [a, b] {
                if known.contains(&id.as_str()) {
                    continue;
                }
                let hint = coverage::nearest_spelling(id, known.iter().copied())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                problems.push(format!(
                    "`{id}` is neither a candidate nor a facility of the plan{hint}"
                ));
            }
            if a == b {
                problems.push(format!("`{a}` is called too near itself; name two sites"));
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}
