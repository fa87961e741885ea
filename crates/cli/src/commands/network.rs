use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, bail};
use city::City;
use graph::{Components, GatePolicies, Metric, Policies, Profile, ProfileSpec};
use osm::{ImportOptions, Step};
use reach::SnapIndex;
use units::Length;

use crate::args::{Islands, Joining, Travelling};
use crate::failure::Failure;
use crate::progress::Progress;

/// Opens a network file, or imports an extract.
pub(crate) fn open(path: &Path) -> Result<City, Failure> {
    open_with_links(path, None)
}

/// As [`open`], with side paths tied to the streets within a distance; a network file must have
/// been imported so.
pub(crate) fn open_with_links(
    path: &Path,
    side_path_links: Option<Length>,
) -> Result<City, Failure> {
    let shown = path.display();
    if !path.exists() {
        return Err(anyhow::anyhow!("there is no file `{shown}`").into());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.ends_with(".nqg") {
        let city = City::open(path).with_context(|| format!("could not open network `{shown}`"))?;
        let has = city.report.side_path_links.map(|links| links.within);
        if let Some(within) = side_path_links.filter(|&within| has != Some(within)) {
            return Err(anyhow::anyhow!(
                "`{shown}` has no links between side paths and streets within {within}; import it \
                 again with `--side-path-links {}m`, or name the extract in the plan",
                within.as_m_f64()
            )
            .into());
        }
        return Ok(city);
    }
    if name.ends_with(".pbf") {
        return import(path, side_path_links);
    }
    Err(anyhow::anyhow!(
        "`{shown}` is neither a network file (.nqg) nor an OpenStreetMap extract (.osm.pbf)"
    )
    .into())
}

/// Imports an extract, with a progress bar for anything over a second.
pub(crate) fn import(path: &Path, side_path_links: Option<Length>) -> Result<City, Failure> {
    let progress = Arc::new(Progress::new());
    let shown = Arc::clone(&progress);
    let options = ImportOptions {
        program: concat!("nuanquan ", env!("CARGO_PKG_VERSION")).to_owned(),
        side_path_links,
        progress: Some(Arc::new(move |at| shown.show(&told(at)))),
        ..ImportOptions::default()
    };
    let city = osm::import(path, &options);
    progress.finish();
    Ok(city.with_context(|| format!("could not import `{}`", path.display()))?)
}

/// A city's streets as one profile may use them.
pub(crate) struct Streets<'a> {
    pub(crate) city: &'a City,
    pub(crate) profile: Profile,
    pub(crate) metric: Metric,
    components: Components,
    /// The main network, unless islands are to be kept.
    main: Option<SnapIndex>,
    usable: OnceLock<SnapIndex>,
}

impl<'a> Streets<'a> {
    pub(crate) fn of(
        city: &'a City,
        travelling: &Travelling,
        joining: &Joining,
    ) -> anyhow::Result<Self> {
        let profile = profile(&travelling.profile)?;
        let policies = Policies {
            gates: GatePolicies {
                citywide: travelling.gates.map(Into::into),
                ..GatePolicies::default()
            },
            ..Policies::default()
        };
        let graph = &city.streets;
        let metric = Metric::of(graph, &profile, &policies);
        let components = Components::of(graph, &metric);
        let main = match joining.islands {
            Islands::Skip => Some(SnapIndex::new(graph, |edge| components.is_main(edge))),
            Islands::Keep => None,
        };
        let streets = Self {
            city,
            profile,
            metric,
            components,
            main,
            usable: OnceLock::new(),
        };
        if streets.index().n_edges() == 0 {
            bail!(
                "the network has no street that profile `{}` may use",
                streets.profile.name
            );
        }
        Ok(streets)
    }

    /// The streets that positions are joined to.
    pub(crate) fn index(&self) -> &SnapIndex {
        self.main.as_ref().unwrap_or_else(|| self.usable())
    }

    /// Every street that may be travelled, islands included; indexed when first asked for.
    pub(crate) fn usable(&self) -> &SnapIndex {
        self.usable.get_or_init(|| {
            SnapIndex::new(&self.city.streets, |edge| self.components.is_usable(edge))
        })
    }
}

/// A built-in profile by its name, or the one that a file describes.
fn profile(named: &str) -> anyhow::Result<Profile> {
    if let Some(profile) = Profile::built_in(named) {
        return Ok(profile);
    }
    if Path::new(named).extension().is_none_or(|end| end != "toml") {
        bail!(
            "there is no profile `{named}`; take `rider` (e-bike courier) or `foot`, or name a \
             file that describes one (.toml)"
        );
    }
    let text = std::fs::read_to_string(named)
        .with_context(|| format!("could not read profile `{named}`"))?;
    let spec: ProfileSpec =
        toml::from_str(&text).with_context(|| format!("could not understand `{named}`"))?;
    spec.resolve().map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("`{named}`: {}", lines.join("\n"))
    })
}

/// What an import is doing, in words.
fn told(at: osm::Progress) -> String {
    let mib = at.n_bytes >> 20;
    match at.step {
        Step::Relations => format!("reading relations, {mib} MiB"),
        Step::Ways => format!("reading ways, {mib} MiB"),
        Step::Nodes => format!("reading nodes, {mib} MiB"),
        Step::Network => "building the street network".to_owned(),
    }
}
