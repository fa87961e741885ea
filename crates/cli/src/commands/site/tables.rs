use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use siting::{Decimal, Instance, InstanceBuilder, ServicesBuilder};

use crate::args::SiteTables;

/// Reads the tables into an instance; `fixed` sites are open already.
pub(crate) fn read(tables: &SiteTables, fixed: &[String]) -> anyhow::Result<Instance> {
    let (Some(costs), Some(demand)) = (&tables.costs, &tables.demand) else {
        bail!("give --costs together with --demand");
    };
    let mut problems = Problems::default();
    let points = read_demand(demand, tables.types.is_some(), &mut problems)?;
    let pairs = read_costs(costs, &points, &mut problems)?;
    let mut builder = match &tables.types {
        None => plain(&points, &pairs),
        Some(types) => typed(types, &points, &pairs, &mut problems)?,
    };
    for point in &points.rows {
        if let Some(zone) = &point.zone {
            builder.zone(&point.name(), zone);
        }
    }
    if let Some(path) = &tables.site_table {
        read_sites(path, &mut builder, &mut problems)?;
    }
    if let Some(path) = &tables.too_near {
        let mut pairs = Vec::new();
        read_rows(
            path,
            ["site_id", "other_id"],
            [],
            &mut problems,
            |[site, other], []| {
                pairs.push((site.to_owned(), other.to_owned()));
                Ok(())
            },
        )?;
        for (site, other) in &pairs {
            builder.too_near(site, other);
        }
    }
    problems.finish()?;
    for id in fixed {
        builder.fix(id);
    }
    Ok(builder.build()?)
}

struct Point {
    id: String,
    service: Option<String>,
    weight: Decimal,
    zone: Option<String>,
}

impl Point {
    /// The id in the instance.
    fn name(&self) -> String {
        match &self.service {
            None => self.id.clone(),
            Some(service) => format!("{}/{service}", self.id),
        }
    }
}

struct Points {
    rows: Vec<Point>,
    ids: BTreeSet<String>,
}

fn read_demand(path: &Path, typed: bool, problems: &mut Problems) -> anyhow::Result<Points> {
    let mut rows: Vec<Point> = Vec::new();
    let mut ids = BTreeSet::new();
    let mut seen = BTreeSet::new();
    read_rows(
        path,
        ["demand_id", "weight"],
        ["service", "zone"],
        problems,
        |[id, weight], [service, zone]| {
            let service = match (typed, service) {
                (true, None) => return Err("`service` is empty; --types needs one".to_owned()),
                (true, Some(service)) => Some(service.to_owned()),
                (false, _) => None,
            };
            ids.insert(id.to_owned());
            let point = Point {
                id: id.to_owned(),
                service,
                weight: number("weight", weight)?,
                zone: zone.map(str::to_owned),
            };
            if !seen.insert(point.name()) {
                return Err(format!("demand_id `{}` is listed twice", point.name()));
            }
            rows.push(point);
            Ok(())
        },
    )?;
    Ok(Points { rows, ids })
}

type Pair = (String, String, Decimal);

fn read_costs(path: &Path, points: &Points, problems: &mut Problems) -> anyhow::Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    read_rows(
        path,
        ["site_id", "demand_id", "cost"],
        [],
        problems,
        |[site, demand, cost], []| {
            if !points.ids.contains(demand) {
                return Err(format!("demand_id `{demand}` is not in the demand table"));
            }
            pairs.push((site.to_owned(), demand.to_owned(), number("cost", cost)?));
            Ok(())
        },
    )?;
    Ok(pairs)
}

fn plain(points: &Points, pairs: &[Pair]) -> InstanceBuilder {
    let mut builder = InstanceBuilder::new();
    for point in &points.rows {
        builder.demand(&point.id, point.weight);
    }
    for (site, demand, cost) in pairs {
        builder.pair(site, demand, *cost);
    }
    builder
}

/// Sites are places here, and each may be built as one of several types.
fn typed(
    path: &Path,
    points: &Points,
    pairs: &[Pair],
    problems: &mut Problems,
) -> anyhow::Result<InstanceBuilder> {
    let mut builder = ServicesBuilder::default();
    let mut prices: BTreeMap<String, Decimal> = BTreeMap::new();
    read_rows(
        path,
        ["type", "service"],
        ["price"],
        problems,
        |[kind, service], [price]| {
            let price = price.map(|text| number("price", text)).transpose()?;
            if let Some(price) = price
                && prices
                    .insert(kind.to_owned(), price)
                    .is_some_and(|old| old != price)
            {
                return Err(format!("type `{kind}` has two prices; keep one"));
            }
            builder.offers(kind, service, price);
            Ok(())
        },
    )?;
    for point in &points.rows {
        let service = point.service.as_deref().unwrap_or_default();
        builder.demand(&point.id, service, point.weight);
    }
    for (place, demand, cost) in pairs {
        builder.pair(place, demand, *cost);
    }
    Ok(builder.instance())
}

/// Facts about sites: each column may be left out, and so may sites without a fact.
fn read_sites(
    path: &Path,
    builder: &mut InstanceBuilder,
    problems: &mut Problems,
) -> anyhow::Result<()> {
    let mut seen = BTreeSet::new();
    read_rows(
        path,
        ["site_id"],
        ["standing", "price", "capacity"],
        problems,
        |[site], [standing, price, capacity]| {
            if !seen.insert(site.to_owned()) {
                return Err(format!("site_id `{site}` is listed twice"));
            }
            match standing {
                None | Some("candidate") => {}
                Some("fixed") => builder.fix(site),
                Some("forbidden") => builder.forbid(site),
                Some(other) => {
                    return Err(format!(
                        "standing `{other}` is unknown; write candidate, fixed or forbidden"
                    ));
                }
            }
            if let Some(text) = price {
                builder.price(site, number("price", text)?);
            }
            if let Some(text) = capacity {
                builder.capacity(site, number("capacity", text)?);
            }
            Ok(())
        },
    )
}

/// A plain decimal number; `field` is named when it is none.
pub(crate) fn number(field: &str, text: &str) -> Result<Decimal, String> {
    text.trim()
        .parse()
        .map_err(|error| format!("{field}: {error}"))
}

/// Problems of all tables, shown together.
#[derive(Default)]
struct Problems {
    shown: Vec<String>,
    n_more: usize,
}

impl Problems {
    const MOST_SHOWN: usize = 20;

    fn add(&mut self, problem: String) {
        if self.shown.len() < Self::MOST_SHOWN {
            self.shown.push(problem);
        } else {
            self.n_more += 1;
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        if self.shown.is_empty() {
            return Ok(());
        }
        let more = if self.n_more > 0 {
            format!("\n  and {} more", self.n_more)
        } else {
            String::new()
        };
        bail!(
            "the tables have problems:\n  {}{more}",
            self.shown.join("\n  ")
        )
    }
}

/// Reads the named columns of a CSV file row by row; problems carry file and line.
/// Columns of `optional` may be missing, and their fields may be empty.
fn read_rows<const N: usize, const M: usize>(
    path: &Path,
    columns: [&str; N],
    optional: [&str; M],
    problems: &mut Problems,
    mut row: impl FnMut([&str; N], [Option<&str>; M]) -> Result<(), String>,
) -> anyhow::Result<()> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("could not open `{shown}`"))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let header = reader
        .headers()
        .with_context(|| format!("could not read `{shown}`"))?
        .clone();
    let find = |column: &str| {
        header
            .iter()
            .position(|name| name.trim().trim_start_matches('\u{feff}') == column)
    };
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = find(column).with_context(|| {
            let has: Vec<&str> = header.iter().collect();
            format!(
                "`{shown}`, line 1: column `{column}` is missing; the file has {}, it needs {}",
                has.join(","),
                columns.join(",")
            )
        })?;
    }
    let more = optional.map(find);
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => {
                problems.add(format!("`{shown}`: {error}"));
                return Ok(());
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let fields = places.map(|place| record.get(place));
        let result = if fields.iter().any(Option::is_none) {
            Err(format!(
                "has {} fields, the header has {}",
                record.len(),
                header.len()
            ))
        } else {
            let extra = more.map(|place| record.get(place?).map(str::trim));
            row(
                fields.map(|field| field.unwrap_or_default().trim()),
                extra.map(|field| field.filter(|text| !text.is_empty())),
            )
        };
        if let Err(why) = result {
            problems.add(format!("`{shown}`, line {line}: {why}"));
        }
    }
}

/// A decimal as typed after a flag.
pub(crate) fn flag(name: &str, text: &str) -> anyhow::Result<Decimal> {
    number(name, text).map_err(|why| anyhow!("--{why}"))
}
