use city::City;
use coverage::{DemandSet, StudyArea};
use units::{HourOfWeek, Length};

use crate::plan::Plan;
use crate::plan::fingerprint::Fingerprint;
use crate::plan::problem::Problems;

pub(crate) fn fingerprint(
    plan: &Plan,
    city: &City,
    margin: Length,
    files: &[std::path::PathBuf],
) -> Result<String, Problems> {
    let mut hash = Fingerprint::default();
    hash.add("plan", &plan.bytes);
    hash.add("network", city.source.sha256.as_bytes());
    hash.add("margin", &margin.as_mm().to_le_bytes());
    for file in files {
        let bytes = std::fs::read(file).map_err(|error| {
            Problems::one(format!("could not read `{}`: {error}", file.display()))
        })?;
        hash.add("file", &bytes);
    }
    Ok(hash.finish())
}

pub(crate) fn grid_fingerprint(city: &City, area: &StudyArea, demand: &DemandSet) -> String {
    let mut hash = Fingerprint::default();
    hash.add("network", city.source.sha256.as_bytes());
    let cells: Vec<u8> = area
        .cells()
        .iter()
        .flat_map(|cell| cell.as_u64().to_le_bytes())
        .collect();
    hash.add("cells", &cells);
    hash.add("unit", demand.unit().name().as_bytes());
    let points: Vec<u8> = demand
        .points()
        .iter()
        .flat_map(|point| {
            let (lng, lat) = (point.position.lng_e7(), point.position.lat_e7());
            let amount = point.demand.as_thousandths().to_le_bytes();
            lng.to_le_bytes()
                .into_iter()
                .chain(lat.to_le_bytes())
                .chain(amount)
        })
        .collect();
    hash.add("demand", &points);
    for pattern in demand.patterns() {
        let shares = HourOfWeek::all().map(|hour| pattern.share_at(hour).to_le_bytes());
        hash.add("pattern", &shares.flatten().collect::<Vec<u8>>());
    }
    if demand.has_patterns() {
        let of_point = |point: &coverage::DemandPoint| {
            let number = point.pattern.map_or(0, |id| id.index() + 1);
            u64::try_from(number).expect("a small number").to_le_bytes()
        };
        let patterns: Vec<u8> = demand.points().iter().flat_map(of_point).collect();
        hash.add("patterns of points", &patterns);
    }
    hash.finish()
}
