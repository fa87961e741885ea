//! Kept, gained, lost, never: two results of one grid side by side.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::report::ScenarioReport;
use crate::report::cell::{CellSplit, ClassKey};
use crate::report::split::SplitReport;
use crate::report::standard::StandardReport;

/// What becomes of a cell from one result to another.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeClass {
    /// Covered in both (保持).
    Kept,
    /// Covered only after (新增).
    Gained,
    /// Covered only before (失去).
    Lost,
    /// Covered in neither (始终未覆盖).
    Never,
    /// Without demand, or not joined to the streets in either.
    None,
}

impl ChangeClass {
    /// As written in tables.
    pub fn key(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Never => "never",
            Self::None => "none",
        }
    }
}

/// Two results side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// Scenario before.
    pub before: String,
    /// Scenario after.
    pub after: String,
    /// What demand counts.
    pub demand_unit: String,
    /// Whether one of them rests on illustrative data.
    pub illustrative: bool,
    /// One for each standard and joint standard.
    pub standards: Vec<StandardComparison>,
}

/// One standard in two results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StandardComparison {
    /// Key in the plan.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// Covered demand before.
    pub covered_before_thousandths: u64,
    /// Covered demand after.
    pub covered_after_thousandths: u64,
    /// All demand.
    pub demand_thousandths: u64,
    /// Each cell.
    pub cells: Vec<ChangeClass>,
    /// Cells and demand by class.
    pub kept: ClassSum,
    /// Cells and demand by class.
    pub gained: ClassSum,
    /// Cells and demand by class.
    pub lost: ClassSum,
    /// Cells and demand by class.
    pub never: ClassSum,
    /// Each zone; empty for joint standards.
    pub zones: Vec<ZoneComparison>,
}

/// Cells of one class and the demand in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClassSum {
    /// How many cells.
    pub n_cells: usize,
    /// Their whole demand.
    pub demand_thousandths: u64,
}

/// One zone in two results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ZoneComparison {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its demand.
    pub demand_thousandths: u64,
    /// Covered before.
    pub covered_before_thousandths: u64,
    /// Covered after.
    pub covered_after_thousandths: u64,
}

/// Two results that cannot be laid side by side.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CompareError {
    /// Network, study area, grid or demand differ.
    #[error(
        "`{before}` and `{after}` rest on different networks, study areas, grids or demand; \
         compare results of one plan"
    )]
    Grid {
        /// Scenario before.
        before: String,
        /// Scenario after.
        after: String,
    },
    /// A standard is in one result only.
    #[error("standard `{0}` is in one of the two results only; compare results of one plan")]
    Standard(String),
    /// A standard is not the same in both.
    #[error(
        "standard `{key}` asks for {field} {before} in one result and {after} in the other; a \
         difference would mix two questions"
    )]
    Unequal {
        /// Key of the standard.
        key: String,
        /// What differs.
        field: &'static str,
        /// Its value before.
        before: String,
        /// Its value after.
        after: String,
    },
}

/// Lays two results side by side.
///
/// # Errors
/// When they were computed on different grids, profiles or limits.
///
/// Cost: linear in the cells.
pub fn compare(
    before: &ScenarioReport,
    after: &ScenarioReport,
) -> Result<Comparison, CompareError> {
    if before.grid_fingerprint != after.grid_fingerprint {
        return Err(CompareError::Grid {
            before: before.scenario.clone(),
            after: after.scenario.clone(),
        });
    }
    let keys = |report: &ScenarioReport| -> Vec<String> {
        let standards = report.standards.iter().map(|s| s.figures.key.clone());
        standards
            .chain(report.joints.iter().map(|j| j.figures.key.clone()))
            .collect()
    };
    let (keys_before, keys_after) = (keys(before), keys(after));
    for (some, other) in [(&keys_before, &keys_after), (&keys_after, &keys_before)] {
        if let Some(alone) = some.iter().find(|key| !other.contains(key)) {
            return Err(CompareError::Standard(alone.clone()));
        }
    }
    let mut standards = Vec::new();
    for a in &before.standards {
        let find = after
            .standards
            .iter()
            .find(|b| b.figures.key == a.figures.key);
        let b = find.ok_or_else(|| CompareError::Standard(a.figures.key.clone()))?;
        same_question(a, b)?;
        let mut comparison = of_cells(
            before,
            &a.figures.key,
            &a.figures.name,
            (&a.figures.split, &b.figures.split),
            (&a.cells, &b.cells),
        );
        comparison.zones = before
            .zones
            .iter()
            .zip(a.zones.iter().zip(&b.zones))
            .map(|(zone, (a, b))| ZoneComparison {
                id: zone.id.clone(),
                name: zone.name.clone(),
                demand_thousandths: a.total_thousandths(),
                covered_before_thousandths: a.covered_thousandths,
                covered_after_thousandths: b.covered_thousandths,
            })
            .collect();
        standards.push(comparison);
    }
    for a in &before.joints {
        let find = after.joints.iter().find(|b| b.figures.key == a.figures.key);
        let b = find.ok_or_else(|| CompareError::Standard(a.figures.key.clone()))?;
        if (&a.figures.rule, &a.figures.parts) != (&b.figures.rule, &b.figures.parts) {
            return Err(CompareError::Unequal {
                key: a.figures.key.clone(),
                field: "the parts",
                before: format!("{} {}", a.figures.rule, a.figures.parts.join(", ")),
                after: format!("{} {}", b.figures.rule, b.figures.parts.join(", ")),
            });
        }
        standards.push(of_cells(
            before,
            &a.figures.key,
            &a.figures.name,
            (&a.figures.split, &b.figures.split),
            (&a.cells, &b.cells),
        ));
    }
    Ok(Comparison {
        before: before.scenario.clone(),
        after: after.scenario.clone(),
        demand_unit: before.demand_unit.clone(),
        illustrative: before.illustrative || after.illustrative,
        standards,
    })
}

/// Refuses standards of one key that ask for different things.
fn same_question(a: &StandardReport, b: &StandardReport) -> Result<(), CompareError> {
    let unequal = |field, before: String, after: String| {
        if before == after {
            return Ok(());
        }
        Err(CompareError::Unequal {
            key: a.figures.key.clone(),
            field,
            before,
            after,
        })
    };
    unequal(
        "the profile",
        a.figures.profile.clone(),
        b.figures.profile.clone(),
    )?;
    unequal(
        "a limit in seconds of",
        a.figures.limit_s.to_string(),
        b.figures.limit_s.to_string(),
    )?;
    unequal(
        "a number of facilities of",
        a.figures.required.to_string(),
        b.figures.required.to_string(),
    )?;
    let rate = |rate: Option<u64>| {
        rate.map_or_else(|| "any".to_owned(), |thousandths| thousandths.to_string())
    };
    unequal(
        "the demand that a slot serves (in thousandths) of",
        rate(a.figures.demand_per_slot_thousandths),
        rate(b.figures.demand_per_slot_thousandths),
    )?;
    let hour = |at: &Option<String>| at.clone().unwrap_or_else(|| "any".to_owned());
    unequal("the hour", hour(&a.figures.at), hour(&b.figures.at))
}

fn of_cells(
    report: &ScenarioReport,
    key: &str,
    name: &str,
    splits: (&SplitReport, &SplitReport),
    cells: (&[CellSplit], &[CellSplit]),
) -> StandardComparison {
    let mut result = StandardComparison {
        key: key.to_owned(),
        name: name.to_owned(),
        covered_before_thousandths: splits.0.covered_thousandths,
        covered_after_thousandths: splits.1.covered_thousandths,
        demand_thousandths: splits.0.total_thousandths(),
        cells: Vec::with_capacity(report.cells.len()),
        kept: ClassSum::default(),
        gained: ClassSum::default(),
        lost: ClassSum::default(),
        never: ClassSum::default(),
        zones: Vec::new(),
    };
    for (cell, (a, b)) in report.cells.iter().zip(cells.0.iter().zip(cells.1)) {
        let speaks = |class: ClassKey| matches!(class, ClassKey::Covered | ClassKey::Uncovered);
        let class = match (a.class == ClassKey::Covered, b.class == ClassKey::Covered) {
            (true, true) => ChangeClass::Kept,
            (false, true) => ChangeClass::Gained,
            (true, false) => ChangeClass::Lost,
            (false, false) if speaks(a.class) || speaks(b.class) => ChangeClass::Never,
            (false, false) => ChangeClass::None,
        };
        let sum = match class {
            ChangeClass::Kept => &mut result.kept,
            ChangeClass::Gained => &mut result.gained,
            ChangeClass::Lost => &mut result.lost,
            ChangeClass::Never => &mut result.never,
            ChangeClass::None => {
                result.cells.push(class);
                continue;
            }
        };
        sum.n_cells += 1;
        sum.demand_thousandths += a.demand_thousandths.unwrap_or(cell.demand_thousandths);
        result.cells.push(class);
    }
    result
}
