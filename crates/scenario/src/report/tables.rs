//! Every result as tables and layers: the single meeting point with `formats`.

use std::collections::BTreeMap;

use coverage::{CellId, Demand, DemandUnit, FacilityId, Reason};
use formats::{Column, Layer, Shape, Table, Value};
use units::{LngLat, Outline};

use crate::evaluate::detail::ServiceDetail;
use crate::evaluate::joined::link_key;
use crate::evaluate::{Evaluation, PlaceLinks};
use crate::project::Project;
use crate::report::balance::DemandBalanceReport;
use crate::report::compare::{Comparison, StandardComparison};
use crate::report::detail_report::{DetailReport, StandardDetail};
use crate::report::{GapReport, ScenarioReport};

/// A result in detail: as data, and as decided.
#[derive(Clone, Copy, Debug)]
pub struct DetailedResult<'a> {
    /// As data.
    pub report: &'a DetailReport,
    /// As decided, one for each standard.
    pub services: &'a [ServiceDetail],
    /// How places are joined to the streets of each profile.
    pub links: &'a BTreeMap<String, PlaceLinks>,
}

/// Cells: one row each, with the columns of every standard and joint standard.
///
/// Cost: linear in cells and standards.
pub fn cells(project: &Project, report: &ScenarioReport, detail: &DetailReport) -> Layer {
    let unit = project.demand.unit();
    let mut columns = vec![
        Column::text("cell"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::text("zone"),
        Column::demand("demand", unit),
    ];
    for standard in &report.standards {
        columns.extend(cell_columns(&standard.figures.key));
        columns.push(Column::integer(format!(
            "{}_hours_covered",
            standard.figures.key
        )));
        columns.push(Column::demand(
            &format!("{}_lost_by_night", standard.figures.key),
            unit,
        ));
        columns.push(Column::share(&format!("{}_fragile", standard.figures.key)));
        columns.push(Column::share(&format!("{}_backup", standard.figures.key)));
        columns.push(supply_column(&standard.figures.key, unit));
    }
    for joint in &report.joints {
        columns.extend(cell_columns(&joint.figures.key));
        columns.push(Column::text(format!("{}_weakest", joint.figures.key)));
    }
    let mut layer = Layer::new(Table::new("cells", columns));
    for (index, (cell, id)) in report.cells.iter().zip(project.area.cells()).enumerate() {
        let mut row: Vec<Value> = vec![
            cell.id.clone().into(),
            cell.lng.into(),
            cell.lat.into(),
            cell.zone.clone().into(),
            units(cell.demand_thousandths),
        ];
        for (standard, detail) in report.standards.iter().zip(&detail.standards) {
            row.extend(cell_values(cell.demand_thousandths, &standard.cells[index]));
            row.push(detail.hours_covered[index].into());
            row.push(units(detail.night.lost_of_cells_thousandths[index]));
            row.push(detail.fragile_of_cells_share[index].into());
            row.push(detail.backup_of_cells_share[index].into());
            let capacity = detail.capacity.as_ref();
            row.push(capacity.and_then(|c| c.supply_of_cells[index]).into());
        }
        for joint in &report.joints {
            row.extend(cell_values(cell.demand_thousandths, &joint.cells[index]));
            row.push(joint.weakest_of_cells[index].clone().into());
        }
        layer.push(Shape::Outline(id.outline()), row);
    }
    marked(layer, report)
}

/// Capacity for one unit of demand (2SFCA).
fn supply_column(key: &str, unit: &DemandUnit) -> Column {
    Column::decimal(format!("{key}_slots_per_{}", unit.name()), 6)
}

fn cell_columns(key: &str) -> [Column; 4] {
    [
        Column::share(&format!("{key}_covered")),
        Column::text(format!("{key}_class")),
        Column::seconds(&format!("{key}_time")),
        Column::boolean(format!("{key}_edge_affected")),
    ]
}

fn cell_values(demand: u64, cell: &crate::report::CellSplit) -> [Value; 4] {
    [
        share(
            cell.covered_thousandths,
            cell.demand_thousandths.unwrap_or(demand),
        ),
        cell.class.key().into(),
        cell.time_s.into(),
        cell.edge_affected.into(),
    ]
}

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

/// Reported hazards, with what they do and the gaps they lie in.
///
/// Cost: linear in the hazards.
pub fn hazards(report: &ScenarioReport, detail: &DetailReport) -> Layer {
    let columns = vec![
        Column::text("id"),
        Column::text("kind"),
        Column::text("kind_zh"),
        Column::text("state"),
        Column::text("since"),
        Column::text("note"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::text("street"),
        Column::text("effect"),
        Column::boolean("heeded"),
        Column::text("in_gaps"),
        Column::boolean("made_up"),
    ];
    let mut layer = Layer::new(Table::new("hazards", columns));
    for hazard in &detail.hazards {
        let position = LngLat::from_degrees(hazard.lng, hazard.lat).ok();
        layer.push(
            position.map_or(Shape::None, Shape::Position),
            vec![
                hazard.id.clone().into(),
                hazard.kind.clone().into(),
                hazard.kind_zh.clone().into(),
                hazard.state.clone().into(),
                hazard.since.clone().into(),
                hazard.note.clone().into(),
                hazard.lng.into(),
                hazard.lat.into(),
                hazard.street.clone().into(),
                hazard.effect.clone().into(),
                (detail.heeds_hazards && hazard.effect.is_some()).into(),
                hazard.in_gaps.join("; ").into(),
                hazard.illustrative.into(),
            ],
        );
    }
    marked(layer, report)
}

/// The week: each standard at each of its 168 hours.
///
/// Cost: linear in the rows.
pub fn hours(project: &Project, report: &ScenarioReport, detail: &DetailReport) -> Table {
    let columns = vec![
        Column::text("standard"),
        Column::text("hour"),
        Column::integer("n_open"),
        Column::share("covered"),
        Column::demand("covered", project.demand.unit()),
        Column::demand("demand", project.demand.unit()),
    ];
    let mut table = Table::new("hours", columns);
    for standard in &detail.standards {
        for hour in &standard.hours {
            table.push(vec![
                standard.key.clone().into(),
                hour.hour.clone().into(),
                hour.n_open.into(),
                hour.covered_share.into(),
                units(hour.covered_thousandths),
                units(hour.demand_thousandths),
            ]);
        }
    }
    table.set_attribute("monday", detail.week.monday.clone());
    if report.illustrative {
        table.mark_illustrative();
    }
    table
}

/// The night gaps of all standards: patches that lose more than half of what they have by day.
pub fn night_gaps(
    project: &Project,
    report: &ScenarioReport,
    result: &DetailedResult<'_>,
) -> Layer {
    let columns = vec![
        Column::text("standard"),
        Column::integer("rank"),
        Column::text("name"),
        Column::demand("lost", project.demand.unit()),
        Column::integer("n_cells"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::seconds("worst_time_by_night"),
        Column::boolean("edge_affected"),
    ];
    let mut layer = Layer::new(Table::new("night-gaps", columns));
    for (standard, detail) in result.report.standards.iter().zip(result.services) {
        for (row, gap) in standard.night.gaps.iter().zip(&detail.night.gaps) {
            layer.push(
                Shape::Outline(gap.outline.clone()),
                vec![
                    standard.key.clone().into(),
                    row.rank.into(),
                    row.name.clone().into(),
                    units(row.uncovered_thousandths),
                    row.n_cells.into(),
                    row.lng.into(),
                    row.lat.into(),
                    row.worst_s.into(),
                    row.edge_affected.into(),
                ],
            );
        }
    }
    marked(layer, report)
}

/// Facilities with what each does for each standard that it serves.
pub fn facilities(
    project: &Project,
    report: &ScenarioReport,
    result: &DetailedResult<'_>,
    evaluation: &Evaluation,
) -> Layer {
    let unit = project.demand.unit();
    let mut columns = vec![
        Column::text("id"),
        Column::text("name"),
        Column::text("kind"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::text("opening_hours"),
        Column::integer("capacity"),
        Column::text("amenities"),
        Column::text("source"),
        Column::boolean("closed"),
        Column::boolean("outside_area"),
        Column::boolean("illustrative"),
    ];
    for standard in &report.standards {
        columns.push(Column::boolean(format!("{}_serves", standard.figures.key)));
        columns.push(Column::text(format!("{}_joined", standard.figures.key)));
        columns.push(Column::meters(&format!("{}_moved", standard.figures.key)));
        columns.push(Column::demand(
            &format!("{}_within_limit", standard.figures.key),
            unit,
        ));
        columns.push(Column::demand(
            &format!("{}_unique_demand", standard.figures.key),
            unit,
        ));
        columns.push(supply_column(&standard.figures.key, unit));
        if standard.figures.demand_per_slot_thousandths.is_some() {
            for what in ["can_serve", "asked", "taken"] {
                columns.push(Column::demand(
                    &format!("{}_{what}", standard.figures.key),
                    unit,
                ));
            }
            columns.push(Column::boolean(format!(
                "{}_overloaded",
                standard.figures.key
            )));
            columns.push(Column::boolean(format!("{}_idle", standard.figures.key)));
        }
    }
    let mut layer = Layer::new(Table::new("facilities", columns));
    for (index, facility) in evaluation.facilities.iter().enumerate() {
        let closed = evaluation.closed[index];
        let hours = facility.hours.as_ref().map(|hours| hours.text().to_owned());
        let mut row: Vec<Value> = vec![
            facility.id.clone().into(),
            facility.name.clone().into(),
            facility.kind.key().into(),
            facility.position.lng().into(),
            facility.position.lat().into(),
            hours.into(),
            facility.capacity.map(coverage::Capacity::as_u32).into(),
            facility.amenities.to_string().into(),
            facility.source.clone().into(),
            closed.into(),
            project.area.locate(facility.position).is_none().into(),
            facility.illustrative.into(),
        ];
        let details = result.services.iter().zip(&result.report.standards);
        let services = evaluation.services.iter().zip(&evaluation.serving);
        for ((service, serving), (decided, detail)) in services.zip(details) {
            let serves = serving.contains(FacilityId::from_index(index));
            row.push(serves.into());
            let links = &result.links[&service.standard.profile];
            let link = links.facilities.links()[index].as_ref();
            row.push(link_key(link).into());
            row.push(link.map(|link| link.walk).into());
            if serves {
                let ledger = &decided.ledger.facilities()[index];
                row.push(ledger.within_limit.into());
                row.push(ledger.unique_demand.into());
            } else {
                row.extend([Value::Empty, Value::Empty]);
            }
            row.extend(capacity_values(
                detail,
                index,
                service.standard.rate.is_some(),
            ));
        }
        layer.push(Shape::Position(facility.position), row);
    }
    marked(layer, report)
}

/// How full one facility is, in the columns after its unique demand.
fn capacity_values(detail: &StandardDetail, facility: usize, has_rate: bool) -> Vec<Value> {
    let capacity = detail.capacity.as_ref();
    let supply = capacity.and_then(|c| c.supply_of_facilities[facility]);
    let mut values: Vec<Value> = vec![supply.into()];
    if has_rate {
        let load = capacity.and_then(|c| c.load.as_ref()?.facilities[facility]);
        let demand = |part: Option<u64>| part.map_or(Value::Empty, units);
        values.extend([
            demand(load.and_then(|l| l.serves_thousandths)),
            demand(load.map(|l| l.asked_thousandths)),
            demand(load.map(|l| l.taken_thousandths)),
            load.map(|l| l.is_overloaded).into(),
            load.map(|l| l.is_idle).into(),
        ]);
    }
    values
}

/// The indicators of the study area (no zone) and of each zone, standard by standard: in the unit of
/// the demand, then of each measure. Joint standards follow, without times.
///
/// All figures are over all demand in the area, as the covered share is, joined to a street or not.
/// Times past the search are not known: a quantile among them is empty, `…_bound` says `at-least` of
/// what would need them, concentrations are empty, and the detour speaks of the others alone.
/// `levelled_down` marks evenness that looks better than in the baseline although no mean time fell.
///
/// Cost: linear in the rows.
pub fn districts(report: &ScenarioReport, detail: &DetailReport) -> Table {
    let amount = |name: &str| Column::decimal(format!("{name}_amount"), 3);
    let columns = vec![
        Column::text("standard"),
        Column::text("unit"),
        Column::text("zone"),
        Column::text("name"),
        amount("demand"),
        Column::share("covered"),
        amount("covered"),
        amount("uncovered"),
        amount("on_scrap"),
        amount("unlinked"),
        amount("fragile"),
        Column::seconds("median"),
        Column::seconds("quantile_75"),
        Column::seconds("quantile_90"),
        Column::seconds("worst_tenth_mean"),
        Column::text("worst_tenth_mean_bound"),
        Column::seconds("mean"),
        Column::text("mean_bound"),
        Column::decimal("detour_ratio", 4),
        Column::decimal("gini_ratio", 6),
        Column::text("gini_bound"),
        Column::decimal("palma_ratio", 6),
        Column::text("palma_bound"),
        Column::decimal("theil_ratio", 6),
        Column::text("theil_bound"),
        Column::decimal("concentration_ratio", 6),
        Column::decimal("concentration_by_zone_ratio", 6),
        amount("beyond_search"),
        Column::share("beyond_search"),
        Column::boolean("levelled_down"),
    ];
    let mut table = Table::new("districts", columns);
    let standards = detail.standards.iter().map(|s| (&s.key, &s.districts));
    let joints = detail.joints.iter().map(|j| (&j.key, &j.districts));
    for (key, districts) in standards.chain(joints) {
        for district in districts {
            let split = &district.split;
            // Whether a figure is what it is, or at least so much.
            let bound = |value: Option<f64>| -> Value {
                let bound = if district.is_bound() {
                    "at-least"
                } else {
                    "exact"
                };
                value.map(|_| bound.to_owned()).into()
            };
            table.push(vec![
                key.clone().into(),
                district.unit.clone().into(),
                district.zone.clone().into(),
                district.name.clone().into(),
                units(split.total_thousandths()),
                split.covered_share.into(),
                units(split.covered_thousandths),
                units(split.uncovered_thousandths),
                units(split.on_scrap_thousandths),
                units(split.unlinked_thousandths),
                units(split.fragile_thousandths),
                district.median_s.into(),
                district.quantile_75_s.into(),
                district.quantile_90_s.into(),
                district.worst_tenth_mean_s.into(),
                bound(district.worst_tenth_mean_s),
                district.mean_s.into(),
                bound(district.mean_s),
                district.detour.into(),
                district.gini.into(),
                bound(district.gini),
                district.palma.into(),
                bound(district.palma),
                district.theil.into(),
                bound(district.theil),
                district.concentration.into(),
                district.concentration_by_zone.into(),
                units(district.beyond_thousandths),
                share(district.beyond_thousandths, split.total_thousandths()),
                district.levelled_down.into(),
            ]);
        }
    }
    let made_up = detail.measures.iter().any(|measure| measure.illustrative);
    if report.illustrative || made_up {
        table.mark_illustrative();
    }
    table
}

/// The balance of each standard and joint standard: a row for each class of demand, in the unit of
/// the demand and then of each measure, and of facilities. The rows of one standard, `of` and unit add
/// up to the row `given`; `share` is the part of the demand in the area, and of the facilities given.
///
/// Cost: linear in the rows.
pub fn balance(report: &ScenarioReport) -> Table {
    let columns = vec![
        Column::text("standard"),
        Column::text("of"),
        Column::text("unit"),
        Column::text("class"),
        Column::decimal("amount", 3),
        Column::share("amount"),
    ];
    let mut table = Table::new("balance", columns);
    let mut demand = |key: &str, unit: &str, balance: &DemandBalanceReport| {
        let whole = balance.in_area_thousandths;
        let mut push = |class: &str, amount: u64, share: Value| {
            table.push(vec![
                key.into(),
                "demand".into(),
                unit.into(),
                class.into(),
                units(amount),
                share,
            ]);
        };
        push("given", balance.given_thousandths, Value::Empty);
        for (class, amount) in balance.classes() {
            let share = if class == "outside" {
                Value::Empty
            } else {
                share(amount, whole)
            };
            push(class, amount, share);
        }
        if balance.scrap_street_thousandths > 0 {
            let beside = balance.scrap_street_thousandths;
            push("scrap-street-beside", beside, Value::Empty);
        }
    };
    let standards = report
        .standards
        .iter()
        .map(|s| (&s.figures.key, &s.figures.balance.demand));
    let joints = report
        .joints
        .iter()
        .map(|j| (&j.figures.key, &j.figures.balance));
    for (key, balance) in standards.chain(joints) {
        demand(key, &report.demand_unit, balance);
    }
    for measure in &report.measures {
        for one in &measure.standards {
            demand(&one.key, &measure.unit, &one.demand);
        }
    }
    for standard in &report.standards {
        let balance = &standard.figures.balance.facilities;
        let given = [("given", balance.given)];
        for (class, count) in given.into_iter().chain(balance.classes()) {
            let count = u64::try_from(count).expect("a count of rows");
            let whole = u64::try_from(balance.given).expect("a count of rows");
            table.push(vec![
                standard.figures.key.clone().into(),
                "facilities".into(),
                "facilities".into(),
                class.into(),
                Demand::from_units(count).into(),
                if class == "given" {
                    Value::Empty
                } else {
                    share(count, whole)
                },
            ]);
        }
    }
    if report.illustrative {
        table.mark_illustrative();
    }
    table
}

/// Zones with each standard's covered share.
pub fn zones(project: &Project, report: &ScenarioReport) -> Layer {
    let unit = project.demand.unit();
    let mut columns = vec![
        Column::text("zone"),
        Column::text("name"),
        Column::demand("demand", unit),
    ];
    for standard in &report.standards {
        columns.push(Column::share(&format!("{}_covered", standard.figures.key)));
        columns.push(Column::demand(
            &format!("{}_uncovered", standard.figures.key),
            unit,
        ));
    }
    let mut layer = Layer::new(Table::new("zones", columns));
    for (index, zone) in project.zones.zones().iter().enumerate() {
        let all = report
            .standards
            .first()
            .map_or(0, |s| s.zones[index].total_thousandths());
        let mut row: Vec<Value> =
            vec![zone.id.clone().into(), zone.name.clone().into(), units(all)];
        for standard in &report.standards {
            let split = &standard.zones[index];
            row.push(split.covered_share.into());
            row.push(units(split.uncovered_thousandths));
        }
        layer.push(Shape::Outline(zone.outline.clone()), row);
    }
    marked(layer, report)
}

/// Chosen sites in order of choice, with what each adds.
pub fn sites(project: &Project, report: &ScenarioReport) -> Layer {
    let unit = project.demand.unit();
    let columns = vec![
        Column::text("standard"),
        Column::integer("rank"),
        Column::text("id"),
        Column::text("candidate"),
        Column::text("name"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::demand("adds", unit),
        Column::share("covered_after"),
        Column::boolean("illustrative"),
    ];
    let mut layer = Layer::new(Table::new("sites", columns));
    for chosen in &report.chosen {
        let mut covered = chosen.covered_before_thousandths;
        for (rank, site) in (1_usize..).zip(&chosen.sites) {
            covered += site.adds_thousandths;
            let position = LngLat::from_degrees(site.lng, site.lat).ok();
            layer.push(
                position.map_or(Shape::None, Shape::Position),
                vec![
                    chosen.standard.clone().into(),
                    rank.into(),
                    site.id.clone().into(),
                    site.candidate.clone().into(),
                    site.name.clone().into(),
                    site.lng.into(),
                    site.lat.into(),
                    units(site.adds_thousandths),
                    share(covered, report.demand_of_thousandths(&chosen.standard)),
                    site.illustrative.into(),
                ],
            );
        }
    }
    marked(layer, report)
}

/// Places that were joined to a street worth a look, all of them.
pub fn joined(evaluation: &Evaluation) -> Layer {
    let columns = vec![
        Column::text("place"),
        Column::text("id"),
        Column::text("name"),
        Column::text("profile"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::text("joined"),
        Column::decimal("moved_m", 1),
    ];
    let mut layer = Layer::new(Table::new("joined", columns));
    for place in &evaluation.joined {
        let position = LngLat::from_degrees(place.lng, place.lat).ok();
        layer.push(
            position.map_or(Shape::None, Shape::Position),
            vec![
                place.what.clone().into(),
                place.id.clone().into(),
                place.name.clone().into(),
                place.profile.clone().into(),
                place.lng.into(),
                place.lat.into(),
                place.joined.clone().into(),
                place.moved_m.into(),
            ],
        );
    }
    layer
}

/// Where something could be built, and how it is joined to the streets of each profile; the links
/// are those of the baseline.
pub fn candidates(project: &Project, baseline: &BTreeMap<String, PlaceLinks>) -> Layer {
    let mut columns = vec![
        Column::text("id"),
        Column::text("name"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::boolean("illustrative"),
    ];
    for profile in baseline.keys() {
        columns.push(Column::text(format!("{profile}_joined")));
        columns.push(Column::meters(&format!("{profile}_moved")));
    }
    let mut layer = Layer::new(Table::new("candidates", columns));
    for (index, candidate) in project.candidates.iter().enumerate() {
        let mut row: Vec<Value> = vec![
            candidate.id.clone().into(),
            candidate.name.clone().into(),
            candidate.position.lng().into(),
            candidate.position.lat().into(),
            candidate.illustrative.into(),
        ];
        for links in baseline.values() {
            let link = links.candidates.links()[index].as_ref();
            row.push(link_key(link).into());
            row.push(link.map(|link| link.walk).into());
        }
        layer.push(Shape::Position(candidate.position), row);
    }
    layer
}

/// Cells of a comparison with the class of each standard.
pub fn compared_cells(report: &ScenarioReport, comparison: &Comparison) -> Layer {
    let unit = unit(&report.demand_unit);
    let mut columns = vec![Column::text("cell"), Column::demand("demand", &unit)];
    for standard in &comparison.standards {
        columns.push(Column::text(format!("{}_change", standard.key)));
    }
    let mut layer = Layer::new(Table::new("cells", columns));
    for (index, cell) in report.cells.iter().enumerate() {
        let mut row: Vec<Value> = vec![cell.id.clone().into(), units(cell.demand_thousandths)];
        row.extend(
            comparison
                .standards
                .iter()
                .map(|s| Value::from(s.cells[index].key())),
        );
        let shape = cell
            .id
            .parse()
            .map_or(Shape::None, |id: CellId| Shape::Outline(id.outline()));
        layer.push(shape, row);
    }
    if comparison.illustrative {
        layer.mark_illustrative();
    }
    layer
}

/// A comparison standard by standard.
pub fn compared_standards(comparison: &Comparison) -> Table {
    let unit = unit(&comparison.demand_unit);
    let columns = vec![
        Column::text("standard"),
        Column::share("covered_before"),
        Column::share("covered_after"),
        Column::demand("covered_difference", &unit),
        Column::integer("n_kept"),
        Column::integer("n_gained"),
        Column::integer("n_lost"),
        Column::integer("n_never"),
        Column::demand("kept", &unit),
        Column::demand("gained", &unit),
        Column::demand("lost", &unit),
        Column::demand("never", &unit),
    ];
    let mut table = Table::new("standards", columns);
    for standard in &comparison.standards {
        let StandardComparison {
            kept,
            gained,
            lost,
            never,
            ..
        } = standard;
        let classes = [kept, gained, lost, never];
        let mut row: Vec<Value> = vec![
            standard.key.clone().into(),
            share(
                standard.covered_before_thousandths,
                standard.demand_thousandths,
            ),
            share(
                standard.covered_after_thousandths,
                standard.demand_thousandths,
            ),
            difference(
                standard.covered_before_thousandths,
                standard.covered_after_thousandths,
            ),
        ];
        row.extend(classes.iter().map(|class| Value::from(class.n_cells)));
        row.extend(classes.iter().map(|class| units(class.demand_thousandths)));
        table.push(row);
    }
    if comparison.illustrative {
        table.mark_illustrative();
    }
    table
}

/// A comparison zone by zone.
pub fn compared_zones(comparison: &Comparison) -> Table {
    let unit = unit(&comparison.demand_unit);
    let columns = vec![
        Column::text("standard"),
        Column::text("zone"),
        Column::text("name"),
        Column::demand("demand", &unit),
        Column::share("covered_before"),
        Column::share("covered_after"),
        Column::demand("covered_difference", &unit),
    ];
    let mut table = Table::new("zones", columns);
    for standard in &comparison.standards {
        for zone in &standard.zones {
            table.push(vec![
                standard.key.clone().into(),
                zone.id.clone().into(),
                zone.name.clone().into(),
                units(zone.demand_thousandths),
                share(zone.covered_before_thousandths, zone.demand_thousandths),
                share(zone.covered_after_thousandths, zone.demand_thousandths),
                difference(
                    zone.covered_before_thousandths,
                    zone.covered_after_thousandths,
                ),
            ]);
        }
    }
    if comparison.illustrative {
        table.mark_illustrative();
    }
    table
}

fn marked(mut layer: Layer, report: &ScenarioReport) -> Layer {
    layer.set_attribute("plan", report.plan.clone());
    layer.set_attribute("scenario", report.scenario.clone());
    layer.set_attribute("plan_fingerprint", report.plan_fingerprint.clone());
    if report.illustrative {
        layer.mark_illustrative();
    }
    layer
}

fn unit(name: &str) -> DemandUnit {
    if name == DemandUnit::StreetMeters.name() {
        DemandUnit::StreetMeters
    } else {
        DemandUnit::Counted(name.to_owned())
    }
}

/// Thousandths as units.
fn units(thousandths: u64) -> Value {
    Demand::from_thousandths(thousandths).into()
}

fn difference(before: u64, after: u64) -> Value {
    let change = Demand::from_thousandths(before.abs_diff(after)).as_units_f64();
    Value::Decimal(if after < before { -change } else { change })
}

fn share(part: u64, whole: u64) -> Value {
    let whole = Demand::from_thousandths(whole);
    Demand::from_thousandths(part).share_of(whole).into()
}
