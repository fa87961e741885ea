use serde_json::{Map, Value, json};
use siting::{Decimal, Instance, OpenSite, Question, Served, Share, SiteStatus, Status, Uncovered};

/// What a result claims, all of which follows from the inputs, the new sites and the bound.
///
/// Written by `site` and recomputed by `site verify`, so that no claim goes unchecked.
#[derive(Debug)]
pub(crate) struct Claims<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) question: &'a Question,
    pub(crate) objective: i128,
    pub(crate) bound: i128,
    pub(crate) sites: &'a [OpenSite],
    pub(crate) uncovered: &'a [Uncovered],
    /// Who serves whom, where sites have capacities; empty otherwise.
    pub(crate) assignment: &'a [Served],
}

impl Claims<'_> {
    pub(crate) fn status(&self) -> Status {
        if self.objective == self.bound {
            Status::Optimal
        } else {
            Status::Feasible
        }
    }

    /// Steps of the objective in the unit of the tables.
    pub(crate) fn in_unit(&self, steps: i128) -> Decimal {
        Decimal::new(steps, self.instance.objective_decimals(self.question))
    }

    /// What a site adds: weight, except for `p-median` without capacities.
    pub(crate) fn added(&self, open: &OpenSite) -> Decimal {
        let decimals = match self.question.model {
            siting::Model::PMedian if self.instance.capacity(open.site).is_none() => {
                self.instance.objective_decimals(self.question)
            }
            _ => self.instance.weight_decimals(),
        };
        Decimal::new(open.adds, decimals)
    }

    /// Distance of objective and bound as a share of the larger.
    pub(crate) fn optimality_gap(&self) -> f64 {
        siting::share_apart(self.objective, self.bound)
    }

    pub(crate) fn as_json(&self) -> anyhow::Result<Map<String, Value>> {
        let sites = self.sites.iter().map(|s| self.instance.site_id(s.site));
        let choices: Vec<Value> = self
            .sites
            .iter()
            .map(|open| {
                Ok(json!({
                    "site": self.instance.site_id(open.site),
                    "fixed": open.fixed,
                    "adds": exact(self.added(open))?,
                }))
            })
            .collect::<anyhow::Result<_>>()?;
        let uncovered: Vec<Value> = self
            .uncovered
            .iter()
            .map(|left| {
                let weight = Decimal::new(left.weight.into(), self.instance.weight_decimals());
                Ok(json!({
                    "demand": self.instance.demand_id(left.demand),
                    "weight": exact(weight)?,
                    "reason": serde_json::to_value(left.reason)?,
                }))
            })
            .collect::<anyhow::Result<_>>()?;
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
        put("model", json!(self.question.model.name()));
        put("status", serde_json::to_value(self.status())?);
        put("objective", exact(self.in_unit(self.objective))?);
        put("bound", exact(self.in_unit(self.bound))?);
        put("optimality_gap", json!(self.optimality_gap()));
        put("sites", json!(sites.collect::<Vec<_>>()));
        put("choices", Value::Array(choices));
        put("uncovered", Value::Array(uncovered));
        if !self.assignment.is_empty() {
            put("assignment", self.assignment()?);
        }
        put("parameters", parameters(self.instance, self.question)?);
        Ok(map)
    }

    fn assignment(&self) -> anyhow::Result<Value> {
        let rows = self.assignment.iter().map(|served| {
            let weight = Decimal::new(served.weight.into(), self.instance.weight_decimals());
            Ok(json!({
                "demand": self.instance.demand_id(served.demand),
                "site": self.instance.site_id(served.site),
                "weight": exact(weight)?,
            }))
        });
        rows.collect::<anyhow::Result<Vec<Value>>>()
            .map(Value::Array)
    }
}

/// The question in the unit of the tables, with the facts about sites that were given beside the pairs.
pub(crate) fn parameters(instance: &Instance, question: &Question) -> anyhow::Result<Value> {
    let decimal = |steps: Option<u64>, decimals: u8| -> anyhow::Result<Value> {
        steps.map_or(Ok(Value::Null), |steps| {
            exact(Decimal::new(steps.into(), decimals))
        })
    };
    let ids = |status: SiteStatus| -> Vec<String> {
        let sites = instance
            .sites()
            .filter(|&s| instance.site_status(s) == status);
        sites.map(|s| instance.site_id(s)).collect()
    };
    Ok(json!({
        "radius": decimal(question.radius, instance.cost_decimals())?,
        "new_sites": question.n_sites,
        "budget": decimal(question.budget, instance.price_decimals())?,
        "times": question.times,
        "floor_percent": question.floor.map(percent).map(exact).transpose()?,
        "by_price": question.by_price,
        "require_all": question.require_all,
        "fixed": ids(SiteStatus::Fixed),
        "forbidden": ids(SiteStatus::Forbidden),
    }))
}

pub(crate) fn percent(share: Share) -> Decimal {
    Decimal::new(share.millionths().into(), 4)
}

/// A decimal as a JSON number.
pub(crate) fn exact(decimal: Decimal) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&decimal.to_string())?)
}
