//! The tables of a siting question, read like layers: any separator and encoding, all problems at once with their lines.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::{anyhow, bail};
use formats::csv::{CheckedRow, CheckedRows};
use formats::{ColumnIndex, Loaded, ProblemKind, ReadError, RowPlace, Source};
use siting::{Decimal, Instance, InstanceBuilder, ServicesBuilder};

use super::site_facts::{SiteFact, read_pairs, read_sites};
use crate::args::SiteTables;
use crate::output;

/// Reads the tables into an instance; `fixed` sites are open already.
pub(crate) fn read(tables: &SiteTables, fixed: &[String]) -> anyhow::Result<Instance> {
    let (Some(costs), Some(demand)) = (&tables.costs, &tables.demand) else {
        bail!("give --costs together with --demand");
    };
    let mut problems = Problems::default();
    let mut points = Points::default();
    problems.heed(
        demand,
        read_demand(demand, tables.types.is_some(), &mut points),
    );
    let pairs = problems.heed(costs, read_costs(costs, &points));
    let types = tables
        .types
        .as_ref()
        .map(|path| problems.heed(path, read_types(path)).unwrap_or_default());
    let sites = tables
        .site_table
        .as_ref()
        .and_then(|path| problems.heed(path, read_sites(path)))
        .unwrap_or_default();
    let near = tables
        .too_near
        .as_ref()
        .and_then(|path| problems.heed(path, read_pairs(path)))
        .unwrap_or_default();
    problems.finish()?;
    let pairs = pairs.unwrap_or_default();
    let mut builder = match &types {
        None => plain(&points, &pairs),
        Some(types) => typed(types, &points, &pairs),
    };
    for point in &points.rows {
        if let Some(zone) = &point.zone {
            builder.zone(&point.name(), zone);
        }
    }
    for site in &sites {
        site.tell(&mut builder);
    }
    for (site, other) in &near {
        builder.too_near(site, other);
    }
    for id in fixed {
        builder.fix(id);
    }
    tell_sites_without_pairs(&mut builder, types.as_ref(), &sites);
    Ok(builder.build()?)
}

/// Pairs of sites that are too near each other to be both open.
///
/// # Errors
/// Every problem of the table.
pub(crate) fn too_near(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut problems = Problems::default();
    let pairs = problems.heed(path, read_pairs(path));
    problems.finish()?;
    Ok(pairs.unwrap_or_default())
}

/// Says which sites serve nobody, and gives them the price of their type.
fn tell_sites_without_pairs(
    builder: &mut InstanceBuilder,
    types: Option<&Types>,
    sites: &[SiteFact],
) {
    let bare: Vec<String> = builder
        .without_pairs()
        .into_iter()
        .map(str::to_owned)
        .collect();
    for id in &bare {
        let site_type = id.rsplit_once(':').map(|(_, site_type)| site_type);
        let price = site_type.and_then(|t| *types?.prices.get(t)?);
        let listed = |f: &SiteFact| f.id == *id && f.price.is_some();
        if let (Some(price), false) = (price, sites.iter().any(listed)) {
            builder.price(id, price);
        }
        output::note(&format!(
            "site `{id}` stands in no row of the costs: it serves nobody (a price or capacity that \
             is not given counts as 0); check the id if it should serve somebody"
        ));
    }
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
        name(&self.id, self.service.as_deref())
    }
}

fn name(id: &str, service: Option<&str>) -> String {
    match service {
        None => id.to_owned(),
        Some(service) => format!("{id}/{service}"),
    }
}

#[derive(Default)]
struct Points {
    rows: Vec<Point>,
    /// Ids of all rows, whatever else is wrong with them.
    ids: BTreeSet<String>,
}

fn read_demand(path: &Path, typed: bool, points: &mut Points) -> Result<Loaded<()>, ReadError> {
    let mut table = CheckedRows::open(&Source::new(path))?;
    let (id, weight) = (table.column("demand_id"), table.column("weight"));
    let service = if typed { table.column("service") } else { None };
    let zone = table.optional_column("zone");
    let mut seen: BTreeMap<String, RowPlace> = BTreeMap::new();
    let rows = table.each(|row| {
        let id_column = id;
        let id = row.text(id)?;
        points.ids.insert(id.clone());
        let service = match service {
            None => None,
            Some(column) => Some(row.text(Some(column))?),
        };
        let name = name(&id, service.as_deref());
        once(row, id_column, &name, &mut seen)?;
        Some(Point {
            id,
            service,
            weight: amount(row, weight)?,
            zone: optional(row, zone),
        })
    });
    points.rows = rows;
    table.finish("demand", ())
}

/// Notes a value that stands in an earlier row already.
pub(super) fn once(
    row: &mut CheckedRow<'_>,
    column: Option<ColumnIndex>,
    value: &str,
    seen: &mut BTreeMap<String, RowPlace>,
) -> Option<()> {
    if let Some(&first) = seen.get(value) {
        let column = column.map_or_else(String::new, |column| row.column_name(column).to_owned());
        row.problem(ProblemKind::Repeated {
            column,
            got: value.to_owned(),
            first,
        });
        return None;
    }
    seen.insert(value.to_owned(), row.place());
    Some(())
}

/// A plain decimal number from 0, to the last digit.
fn amount(row: &mut CheckedRow<'_>, column: Option<ColumnIndex>) -> Option<Decimal> {
    row.numeric(column, "a number from 0, of at most 27 digits", |text| {
        let number: Decimal = text.parse().ok()?;
        number
            .scaled_down(0)
            .is_some_and(|n| n >= 0)
            .then_some(number)
    })
}

/// The same where nothing may stand.
pub(super) fn optional_amount(
    row: &mut CheckedRow<'_>,
    column: Option<ColumnIndex>,
) -> Result<Option<Decimal>, ()> {
    match optional(row, column) {
        None => Ok(None),
        Some(_) => amount(row, column).map(Some).ok_or(()),
    }
}

pub(super) fn optional(row: &CheckedRow<'_>, column: Option<ColumnIndex>) -> Option<String> {
    let text = row.value(column?);
    (!text.is_empty()).then(|| text.to_owned())
}

/// Pairs of sites and demand points by the numbers of their names, each with its cost and its line.
#[derive(Default)]
struct Pairs {
    sites: Names,
    demand: Names,
    rows: Vec<(u32, u32, Decimal)>,
}

#[derive(Default)]
struct Names {
    number: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.number.get(name) {
            return known;
        }
        let new = u32::try_from(self.names.len()).expect("a table has fewer than 2^32 rows");
        self.number.insert(name.to_owned(), new);
        self.names.push(name.to_owned());
        new
    }

    fn name(&self, number: u32) -> &str {
        &self.names[usize::try_from(number).expect("an address has at least 32 bits")]
    }
}

/// Columns `site_id,demand_id,cost`, or what `nuanquan matrix` writes: `origin_id,destination_id,time_s`.
fn read_costs(path: &Path, points: &Points) -> Result<Loaded<Pairs>, ReadError> {
    let mut table = CheckedRows::open(&Source::new(path))?;
    let of_matrix = ["origin_id", "destination_id", "time_s"].map(|n| table.optional_column(n));
    let (site, demand, cost) = match of_matrix {
        [Some(origin), Some(destination), time] if table.optional_column("site_id").is_none() => {
            let (site, demand) = ends(&mut table, path, points, origin, destination);
            let cost = time.or_else(|| table.column("time_s"));
            (Some(site), Some(demand), cost)
        }
        _ => (
            table.column("site_id"),
            table.column("demand_id"),
            table.column("cost"),
        ),
    };
    let mut pairs = Pairs::default();
    let mut places: Vec<RowPlace> = Vec::new();
    let rows = table.each(|row| {
        let (site, name) = (row.text(site), row.text(demand));
        let cost = amount(row, cost);
        let name = name?;
        if !points.ids.contains(&name) {
            row.problem(ProblemKind::Value {
                column: demand.map_or_else(String::new, |d| row.column_name(d).to_owned()),
                got: name,
                wanted: "a `demand_id` of the demand table".to_owned(),
            });
            return None;
        }
        places.push(row.place());
        let numbers = (pairs.sites.number(&site?), pairs.demand.number(&name));
        Some((numbers.0, numbers.1, cost?, places.len() - 1))
    });
    let mut order: Vec<(u32, u32, usize)> = rows.iter().map(|r| (r.0, r.1, r.3)).collect();
    order.sort_unstable();
    for two in order.windows(2) {
        let (first, second) = (two[0], two[1]);
        if (first.0, first.1) == (second.0, second.1) {
            let (site, demand) = (pairs.sites.name(first.0), pairs.demand.name(first.1));
            let kind = ProblemKind::Repeated {
                column: "site and demand point".to_owned(),
                got: format!("{site}, {demand}"),
                first: places[first.2],
            };
            table.problem(places[second.2], kind, Some("keep one row".to_owned()));
        }
    }
    pairs.rows = rows.into_iter().map(|r| (r.0, r.1, r.2)).collect();
    table.finish("costs", pairs)
}

/// Which end of a trip is the site and which the demand point: the ids say it, and where they do not, people go to the site.
fn ends(
    table: &mut CheckedRows,
    path: &Path,
    points: &Points,
    origin: ColumnIndex,
    destination: ColumnIndex,
) -> (ColumnIndex, ColumnIndex) {
    let mut known = [0_usize; 2];
    let seen = table.each(|row| {
        for (n, column) in known.iter_mut().zip([origin, destination]) {
            *n += usize::from(points.ids.contains(row.value(column)));
        }
        Some(())
    });
    let from_sites = known[0] < seen.len() && known[1] > known[0];
    let (site, demand) = if from_sites {
        (origin, destination)
    } else {
        (destination, origin)
    };
    output::note(&format!(
        "`{}`: times of `nuanquan matrix` are the costs; `{}` are the sites and `{}` the demand points",
        path.display(),
        table.column_name(site),
        table.column_name(demand),
    ));
    (site, demand)
}

fn plain(points: &Points, pairs: &Pairs) -> InstanceBuilder {
    let mut builder = InstanceBuilder::new();
    for point in &points.rows {
        builder.demand(&point.id, point.weight);
    }
    for &(site, demand, cost) in &pairs.rows {
        builder.pair(pairs.sites.name(site), pairs.demand.name(demand), cost);
    }
    builder
}

/// Site types with their services and prices.
#[derive(Default)]
struct Types {
    offers: Vec<(String, String)>,
    prices: BTreeMap<String, Option<Decimal>>,
}

fn read_types(path: &Path) -> Result<Loaded<Types>, ReadError> {
    let mut table = CheckedRows::open(&Source::new(path))?;
    let (kind, service) = (table.column("type"), table.column("service"));
    let price = table.optional_column("price");
    let mut types = Types::default();
    let mut seen = BTreeMap::new();
    let offers = table.each(|row| {
        let (kind_column, service_column) = (kind, service);
        let (kind, service) = (row.text(kind)?, row.text(service)?);
        once(
            row,
            service_column,
            &format!("{kind}: {service}"),
            &mut seen,
        )?;
        let asked = optional_amount(row, price).ok()?;
        let known = types.prices.entry(kind.clone()).or_default();
        match (*known, asked) {
            (Some(old), Some(new)) if old != new => {
                row.problem(ProblemKind::Value {
                    column: kind_column.map_or_else(String::new, |c| row.column_name(c).to_owned()),
                    got: kind,
                    wanted: format!("one price for a type; it has {old} and {new}"),
                });
                return None;
            }
            (None, Some(new)) => *known = Some(new),
            _ => {}
        }
        Some((kind, service))
    });
    types.offers = offers;
    table.finish("site types", types)
}

/// Sites are places here, and each may be built as one of several types.
fn typed(types: &Types, points: &Points, pairs: &Pairs) -> InstanceBuilder {
    let mut builder = ServicesBuilder::default();
    for (kind, service) in &types.offers {
        builder.offers(kind, service, types.prices[kind]);
    }
    for point in &points.rows {
        let service = point.service.as_deref().unwrap_or_default();
        builder.demand(&point.id, service, point.weight);
    }
    for &(place, demand, cost) in &pairs.rows {
        builder.pair(pairs.sites.name(place), pairs.demand.name(demand), cost);
    }
    builder.instance()
}

/// What is wrong with the tables, told together.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    /// Takes in what came of reading a table; its notes are told at once.
    fn heed<T>(&mut self, path: &Path, read: Result<Loaded<T>, ReadError>) -> Option<T> {
        match read {
            Ok(loaded) => {
                for note in loaded.notes.iter().filter(|note| note.is_warning()) {
                    output::warning(&format!("`{}`: {note}", path.display()));
                }
                Some(loaded.value)
            }
            Err(error) => {
                let hints = error.hints();
                let text = format!("{:#}", anyhow::Error::from(error));
                let hints = hints.iter().map(|hint| format!("\nhint: {hint}"));
                self.0.push(text + hints.collect::<String>().as_str());
                None
            }
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(anyhow!(self.0.join("\n")))
    }
}

/// A decimal as typed after a flag.
pub(crate) fn flag(name: &str, text: &str) -> anyhow::Result<Decimal> {
    text.trim()
        .parse()
        .map_err(|error| anyhow!("--{name}: {error}"))
}
