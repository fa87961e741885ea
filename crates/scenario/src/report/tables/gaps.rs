use coverage::Reason;
use formats::{Column, Layer, Shape, Table};
use units::Outline;

use crate::evaluate::Evaluation;
use crate::project::Project;
use crate::report::ScenarioReport;
use crate::report::gap::GapReport;
use crate::report::tables::detailed_result::DetailedResult;
use crate::report::tables::marked::marked;
use crate::report::tables::values::units;

/// Gaps of all standards and joint standards, the largest of each first; after those of a standard
/// the patches that no street of its profile reaches.
pub fn gaps(
    project: &Project,
    report: &ScenarioReport,
    result: &DetailedResult<'_>,
    evaluation: &Evaluation,
) -> Layer {
    let columns = vec![
        Column::text("standard"),
        Column::integer("rank"),
        Column::text("name"),
        Column::demand("uncovered", project.demand.unit()),
        Column::integer("n_cells"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::seconds("worst_time"),
        Column::boolean("edge_affected"),
        Column::text("reason"),
        Column::seconds("missing_time"),
        Column::text("lacks"),
    ];
    let mut layer = Layer::new(Table::new("gaps", columns));
    let mut push = |key: &str, gap: &GapReport, why: WhyGap<'_>, outline: &Outline| {
        layer.push(
            Shape::Outline(outline.clone()),
            vec![
                key.into(),
                gap.rank.into(),
                gap.name.clone().into(),
                units(gap.uncovered_thousandths),
                gap.n_cells.into(),
                gap.lng.into(),
                gap.lat.into(),
                gap.worst_s.into(),
                gap.edge_affected.into(),
                why.reason.map(str::to_owned).into(),
                why.missing_s.into(),
                why.lacks.into(),
            ],
        );
    };
    let details = result.report.standards.iter().zip(result.services);
    for (standard, (service, (detail, decided))) in report
        .standards
        .iter()
        .zip(evaluation.services.iter().zip(details))
    {
        let gaps = service.gaps.iter().zip(&detail.gaps);
        for (row, (gap, why)) in standard.gaps.iter().zip(gaps) {
            let why = WhyGap {
                reason: why.reason.as_deref(),
                missing_s: why.missing_s,
                lacks: None,
            };
            push(&standard.figures.key, row, why, &gap.outline);
        }
        let patches = detail.without_street.iter().zip(&decided.without_street);
        for (row, gap) in patches {
            let why = WhyGap {
                reason: Some(Reason::NoStreet.key()),
                ..WhyGap::default()
            };
            push(&standard.figures.key, row, why, &gap.outline);
        }
    }
    let details = result.report.joints.iter();
    for (joint, (decided, detail)) in report
        .joints
        .iter()
        .zip(evaluation.joints.iter().zip(details))
    {
        let gaps = decided.gaps.iter().zip(&detail.gaps);
        for (row, (gap, why)) in joint.gaps.iter().zip(gaps) {
            let parts: Vec<&str> = why.lacks.iter().map(|lack| lack.part.as_str()).collect();
            let first = why.lacks.first();
            let why = WhyGap {
                reason: first.and_then(|lack| lack.reason.as_deref()),
                missing_s: first.and_then(|lack| lack.missing_s),
                lacks: Some(parts.join("; ")),
            };
            push(&joint.figures.key, row, why, &gap.outline);
        }
    }
    marked(layer, report)
}

/// Why a gap is one.
#[derive(Default)]
struct WhyGap<'a> {
    reason: Option<&'a str>,
    missing_s: Option<f64>,
    /// The parts of a joint standard that are missing, the one of the reason first.
    lacks: Option<String>,
}
