//! The indicators of the study area and of its zones, as data, in every unit that a plan counts in.

use coverage::{DemandSplit, Equity, Indicators};
use serde::{Deserialize, Serialize};
use units::TravelTime;
use utoipa::ToSchema;

use crate::evaluate::decision::Decision;
use crate::evaluate::detail::ServiceDetail;
use crate::project::Project;
use crate::report::split::SplitReport;

/// The indicators of the study area or of a zone; formulas stand at
/// [`Indicators`] and [`Equity`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DistrictReport {
    /// What its demand counts: the unit of the plan's demand, or of one of its measures.
    pub unit: String,
    /// Id of the zone; `None` for the whole study area.
    pub zone: Option<String>,
    /// Its name.
    pub name: String,
    /// What becomes of its demand.
    #[serde(flatten)]
    pub split: SplitReport,
    /// Time within which half of the demand in the area finds what it needs; `None` past the search,
    /// or when the half is joined to no network.
    pub median_s: Option<f64>,
    /// The same for three quarters.
    pub quantile_75_s: Option<f64>,
    /// The same for nine tenths.
    pub quantile_90_s: Option<f64>,
    /// Mean time of the tenth that is worst served.
    pub worst_tenth_mean_s: Option<f64>,
    /// Mean time.
    pub mean_s: Option<f64>,
    /// Time on the way over the time that the straight line would take.
    pub detour: Option<f64>,
    /// Gini coefficient of the times; as mean, Palma, Theil and worst tenth at least so much when
    /// `beyond_thousandths` is not zero.
    pub gini: Option<f64>,
    /// Palma ratio of the times.
    pub palma: Option<f64>,
    /// Theil index of the times.
    pub theil: Option<f64>,
    /// Concentration of the times over the distance from the middle of the study area; `None` when
    /// some times lie past the search.
    pub concentration: Option<f64>,
    /// Concentration of the times over the rank of the zones, when the plan ranks them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub concentration_by_zone: Option<f64>,
    /// Demand without a time, past the search or joined to no network, which counts at the limit of
    /// the search: then mean, worst tenth, Gini, Palma and Theil are lower bounds.
    pub beyond_thousandths: u64,
    /// Times look more even than in the baseline of the same run although nobody got nearer on
    /// average: the better served lost. False without a baseline to compare with.
    #[serde(default)]
    #[schema(required)]
    pub levelled_down: bool,
    /// Lorenz curve of the times: shares of the sum of all times that the best-served 0, 10, …,
    /// 100 % of the demand have.
    pub lorenz: Vec<f64>,
}

impl DistrictReport {
    /// Whether mean, worst tenth, Gini, Palma and Theil are lower bounds.
    pub fn is_bound(&self) -> bool {
        self.beyond_thousandths > 0
    }

    /// Marks figures of evenness that look better than before only since the better served lost.
    pub(crate) fn mark_levelled(&mut self, before: &Self) {
        let smaller = |now: Option<f64>, before: Option<f64>| match (now, before) {
            (Some(now), Some(before)) => now < before,
            _ => false,
        };
        // The nearer to zero, the less times go with distance or rank.
        let size = |value: Option<f64>| value.map(f64::abs);
        let looks_better = smaller(self.gini, before.gini)
            || smaller(self.palma, before.palma)
            || smaller(self.theil, before.theil)
            || smaller(size(self.concentration), size(before.concentration))
            || smaller(
                size(self.concentration_by_zone),
                size(before.concentration_by_zone),
            );
        let got_nearer = smaller(self.mean_s, before.mean_s);
        self.levelled_down = looks_better && !got_nearer;
    }
}

/// The study area and each zone under a standard: in the unit of the demand, then of each measure.
pub(crate) fn districts(
    project: &Project,
    service: &Decision,
    detail: &ServiceDetail,
) -> Vec<DistrictReport> {
    let (all, zones) = (&service.indicators, &service.by_zone);
    let unit = project.demand.unit().name();
    let mut districts = of_unit(
        project,
        unit,
        (all, &detail.equity),
        (zones, &detail.equity_by_zone),
    );
    for (measure, measured) in project.measures.iter().zip(&detail.measures) {
        let unit = measure.demand.unit().name();
        districts.extend(of_unit(
            project,
            unit,
            (&measured.indicators, &measured.equity),
            (&measured.by_zone, &measured.equity_by_zone),
        ));
    }
    districts
}

fn of_unit(
    project: &Project,
    unit: &str,
    (indicators, equity): (&Indicators, &Equity),
    (by_zone, equity_by_zone): (&[Indicators], &[Equity]),
) -> Vec<DistrictReport> {
    let zones = project.zones.zones().iter();
    let of_zones = zones.zip(by_zone.iter().zip(equity_by_zone));
    let all = district(unit, None, indicators, equity);
    std::iter::once(all)
        .chain(of_zones.map(|(zone, (indicators, equity))| {
            district(unit, Some((&zone.id, &zone.name)), indicators, equity)
        }))
        .collect()
}

fn district(
    unit: &str,
    zone: Option<(&str, &str)>,
    indicators: &Indicators,
    equity: &Equity,
) -> DistrictReport {
    let seconds = |time: Option<TravelTime>| time.map(TravelTime::as_secs_f64);
    DistrictReport {
        median_s: seconds(indicators.median),
        quantile_75_s: seconds(indicators.quantile_75),
        quantile_90_s: seconds(indicators.quantile_90),
        worst_tenth_mean_s: seconds(indicators.worst_tenth.map(|worst| worst.mean)),
        mean_s: equity.mean_s,
        detour: equity.detour,
        gini: equity.gini,
        palma: equity.palma,
        theil: equity.theil,
        concentration: equity.concentration,
        concentration_by_zone: equity.concentration_by_zone,
        beyond_thousandths: equity.beyond.as_thousandths(),
        levelled_down: false,
        lorenz: equity
            .lorenz
            .iter()
            .map(|corner| corner.value_share)
            .collect(),
        ..split_only(unit, zone, &indicators.split)
    }
}

/// The study area and each zone under a joint standard, in one unit: no times, since those of
/// different services are not one thing.
pub(crate) fn split_districts(
    project: &Project,
    unit: &str,
    all: &DemandSplit,
    by_zone: &[DemandSplit],
) -> Vec<DistrictReport> {
    let zones = project.zones.zones().iter().zip(by_zone);
    let of_zone = zones.map(|(zone, split)| split_only(unit, Some((&zone.id, &zone.name)), split));
    std::iter::once(split_only(unit, None, all))
        .chain(of_zone)
        .collect()
}

fn split_only(unit: &str, zone: Option<(&str, &str)>, split: &DemandSplit) -> DistrictReport {
    DistrictReport {
        unit: unit.to_owned(),
        zone: zone.map(|(id, _)| id.to_owned()),
        name: zone.map_or("", |(_, name)| name).to_owned(),
        split: SplitReport::of(split),
        median_s: None,
        quantile_75_s: None,
        quantile_90_s: None,
        worst_tenth_mean_s: None,
        mean_s: None,
        detour: None,
        gini: None,
        palma: None,
        theil: None,
        concentration: None,
        concentration_by_zone: None,
        beyond_thousandths: 0,
        levelled_down: false,
        lorenz: Vec::new(),
    }
}
