use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, bail};
use city::{City, CityFile};
use graph::{Components, GatePolicies, Metric, Policies, Profile, ProfileSpec, StreetGraph};
use osm::{ImportOptions, Step};
use reach::{Direction, IsochroneIndex, JOIN_RADIUS, Layout, Layouts, Network, SnapIndex};
use units::{BoundingBox, Length, LngLat, TravelTime};

use crate::args::{Islands, Joining, Travelling};
use crate::failure::Failure;
use crate::progress::Progress;

/// For how long a profile travels at the least to the end of what is opened round the places of a
/// question: as for a plan, so that longer limits change nothing near them.
const OPENED_FOR: TravelTime = TravelTime::from_secs(30 * 60);

/// The streets of a network file or an extract, and of them only what can be reached round some
/// places within a limit, or in half an hour: what lies beyond has no say in what hangs together.
///
/// Of a network file nothing else is read.
pub(crate) fn open_streets_around(
    path: &Path,
    travelling: &Travelling,
    joining: &Joining,
    places: impl IntoIterator<Item = LngLat>,
    limit: TravelTime,
) -> Result<StreetGraph, Failure> {
    let streets = match kind_of(path)? {
        NetworkKind::Extract => import(path, None)?.streets,
        NetworkKind::File => {
            let streets = CityFile::open(path).and_then(|mut file| file.streets());
            streets.with_context(|| could_not_open(path))?
        }
    };
    let reach = profile(&travelling.profile)?.reach(limit.max(OPENED_FOR));
    let Some(around) = BoundingBox::of(places) else {
        return Ok(streets);
    };
    let radius = joining.snap_radius.unwrap_or(JOIN_RADIUS);
    let width = Length::from_mm(reach.as_mm().saturating_add(radius.as_mm()));
    Ok(city::streets_within(streets, &around.grown(width)).0)
}

/// What a network is given as.
enum NetworkKind {
    /// A network file, `.nqg`.
    File,
    /// An `OpenStreetMap` extract, `.osm.pbf`.
    Extract,
}

fn kind_of(path: &Path) -> Result<NetworkKind, Failure> {
    let shown = path.display();
    if !path.exists() {
        return Err(anyhow::anyhow!("there is no file `{shown}`").into());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.ends_with(".nqg") {
        return Ok(NetworkKind::File);
    }
    if name.ends_with(".pbf") {
        return Ok(NetworkKind::Extract);
    }
    Err(anyhow::anyhow!(
        "`{shown}` is neither a network file (.nqg) nor an OpenStreetMap extract (.osm.pbf)"
    )
    .into())
}

fn could_not_open(path: &Path) -> String {
    format!("could not open network `{}`", path.display())
}

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
    if let NetworkKind::Extract = kind_of(path)? {
        return import(path, side_path_links);
    }
    let city = City::open(path).with_context(|| could_not_open(path))?;
    let has = city.report.side_path_links.map(|links| links.within);
    if let Some(within) = side_path_links.filter(|&within| has != Some(within)) {
        return Err(anyhow::anyhow!(
            "`{}` has no links between side paths and streets within {within}; import it again \
             with `--side-path-links {}m`, or name the extract in the plan",
            path.display(),
            within.as_m_f64()
        )
        .into());
    }
    Ok(city)
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

/// Streets as one profile may use them.
pub(crate) struct Streets<'a> {
    graph: &'a StreetGraph,
    pub(crate) profile: Profile,
    metric: Metric,
    layout: Arc<Layout>,
    components: Components,
    /// Networks with the scraps apart, unless scraps are to be kept.
    networks: Option<SnapIndex>,
    usable: OnceLock<SnapIndex>,
}

impl<'a> Streets<'a> {
    pub(crate) fn of(
        graph: &'a StreetGraph,
        travelling: &Travelling,
        joining: &Joining,
        direction: Direction,
    ) -> anyhow::Result<Self> {
        if joining.islands == Islands::Keep && joining.island_below.is_some() {
            bail!(
                "--island-below does not go with --islands keep, which joins scraps like any \
                 street; leave one of them out"
            );
        }
        let profile = profile(&travelling.profile)?;
        let policies = Policies {
            gates: GatePolicies {
                citywide: travelling.gates.map(Into::into),
                ..GatePolicies::default()
            },
            ..Policies::default()
        };
        let metric = Metric::of(graph, &profile, &policies);
        let layout = Arc::new(Layouts::default()).layout();
        // What hangs together and what is searched do not wait for each other.
        let ((components, networks), ()) = rayon::join(
            || {
                let below = joining.island_below.unwrap_or(Components::ISLAND_BELOW);
                let components = Components::with_islands(graph, &metric, below);
                let networks = match joining.islands {
                    Islands::Skip => Some(SnapIndex::with_scraps(
                        graph,
                        |edge| components.is_network(edge),
                        |edge| components.is_scrap(edge),
                    )),
                    Islands::Keep => None,
                };
                (components, networks)
            },
            || {
                Network::over(graph, &metric, &layout).arcs(direction);
            },
        );
        let streets = Self {
            graph,
            profile,
            metric,
            layout,
            components,
            networks,
            usable: OnceLock::new(),
        };
        // When nothing lies near the places, joining them says so.
        if graph.n_edges() > 0 && streets.index().n_edges() == 0 {
            bail!(
                "the network has no street that profile `{}` may use",
                streets.profile.name
            );
        }
        Ok(streets)
    }

    /// The streets laid out for searching.
    pub(crate) fn network(&self) -> Network<'_> {
        Network::over(self.graph, &self.metric, &self.layout)
    }

    /// The streets that positions are joined to.
    pub(crate) fn index(&self) -> &SnapIndex {
        self.networks.as_ref().unwrap_or_else(|| self.usable())
    }

    /// Every street that may be travelled, scraps included, as outlines need them.
    pub(crate) fn isochrones(&self) -> IsochroneIndex {
        IsochroneIndex::new(self.graph, |edge| self.components.is_usable(edge))
    }

    /// The same streets for positions to be joined to; indexed when first asked for.
    fn usable(&self) -> &SnapIndex {
        self.usable
            .get_or_init(|| SnapIndex::new(self.graph, |edge| self.components.is_usable(edge)))
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
