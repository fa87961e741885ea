use std::collections::BTreeMap;
use std::path::Path;

use formats::csv::CheckedRows;
use formats::{Loaded, ProblemKind, ReadError, Source};
use siting::{Decimal, InstanceBuilder};

use super::tables::{once, optional, optional_amount};

/// What a table says about a site.
pub(super) struct SiteFact {
    pub(super) id: String,
    pub(super) status: SiteStatus,
    pub(super) price: Option<Decimal>,
    pub(super) capacity: Option<Decimal>,
}

#[derive(Clone, Copy)]
pub(super) enum SiteStatus {
    Candidate,
    Fixed,
    Forbidden,
}

impl SiteFact {
    pub(super) fn tell(&self, builder: &mut InstanceBuilder) {
        match self.status {
            SiteStatus::Candidate => {}
            SiteStatus::Fixed => builder.fix(&self.id),
            SiteStatus::Forbidden => builder.forbid(&self.id),
        }
        if let Some(price) = self.price {
            builder.price(&self.id, price);
        }
        if let Some(capacity) = self.capacity {
            builder.capacity(&self.id, capacity);
        }
    }
}

/// Facts about sites: each column may be left out, and so may sites without a fact.
pub(super) fn read_sites(path: &Path) -> Result<Loaded<Vec<SiteFact>>, ReadError> {
    let mut table = CheckedRows::open(&Source::new(path))?;
    let id = table.column("site_id");
    let [standing, price, capacity] =
        ["standing", "price", "capacity"].map(|name| table.optional_column(name));
    let mut seen = BTreeMap::new();
    let sites = table.each(|row| {
        let id_column = id;
        let id = row.text(id)?;
        once(row, id_column, &id, &mut seen)?;
        let status = match optional(row, standing) {
            None => Some(SiteStatus::Candidate),
            Some(_) => row.parsed(
                standing,
                "candidate, fixed or forbidden",
                |text| match text {
                    "candidate" => Some(SiteStatus::Candidate),
                    "fixed" => Some(SiteStatus::Fixed),
                    "forbidden" => Some(SiteStatus::Forbidden),
                    _ => None,
                },
            ),
        };
        let price = optional_amount(row, price);
        let capacity = optional_amount(row, capacity);
        Some(SiteFact {
            id,
            status: status?,
            price: price.ok()?,
            capacity: capacity.ok()?,
        })
    });
    table.finish("sites", sites)
}

pub(super) fn read_pairs(path: &Path) -> Result<Loaded<Vec<(String, String)>>, ReadError> {
    let mut table = CheckedRows::open(&Source::new(path))?;
    let (site, other) = (table.column("site_id"), table.column("other_id"));
    let pairs = table.each(|row| {
        let (site, other_id) = (row.text(site), row.text(other));
        let (site, other_id) = (site?, other_id?);
        if site == other_id {
            row.problem(ProblemKind::Value {
                column: other.map_or_else(String::new, |c| row.column_name(c).to_owned()),
                got: other_id,
                wanted: "another site than `site_id`".to_owned(),
            });
            return None;
        }
        Some((site, other_id))
    });
    table.finish("pairs of sites", pairs)
}
