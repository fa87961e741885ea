use formats::{Column, Layer, Shape, Table};
use units::LngLat;

use crate::project::Project;
use crate::report::ScenarioReport;
use crate::report::tables::marked::marked;
use crate::report::tables::values::{share, units};

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
