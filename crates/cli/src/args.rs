//! What was typed. Parsing does no work: files are opened and defaults resolved in `commands`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use formats::Encoding;
use units::{Datum, Length, LngLat, TravelTime};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "nuanquan",
    version,
    about = "暖圈: who is within reach of which service, where the gaps are, and where to build next",
    after_help = "Exit codes: 0 done, 1 the question has no answer, 2 wrong input; 130 when interrupted.\n\
                  Results go to stdout or to the named files; messages go to stderr."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Build one network file (.nqg) from an OpenStreetMap extract
    Import(Import),
    /// Print what a network file holds
    Inspect(Inspect),
    /// Street pieces or outlines within a time of a place
    Isochrone(Isochrone),
    /// Times from each origin to each destination within a limit, as CSV
    Matrix(Matrix),
    /// Who is covered under a plan, and where the gaps are
    Coverage(Coverage),
    /// Why a place is covered or not: the route, its minutes, and what stands in the way
    Explain(Explain),
    /// Choose sites: from a plan, or from tables of costs and demand
    Site(Box<Site>),
    /// Compute a plan's baseline and all its scenarios into a folder
    Run(Run),
    /// Kept, gained and lost between two result folders of one plan
    Compare(Compare),
    /// Show a plan on a map in the browser, where facilities can be placed and moved
    Serve(Serve),
}

/// Example: nuanquan import monaco.osm.pbf --output monaco.nqg
#[derive(Args, Debug)]
#[command(after_help = "Example: nuanquan import monaco.osm.pbf --output monaco.nqg")]
pub(crate) struct Import {
    /// OpenStreetMap extract (.osm.pbf)
    pub(crate) input: PathBuf,
    /// Network file to write (.nqg); it serves every profile. A network file that stands there is
    /// replaced, a link is followed, the input is never replaced
    #[arg(long, short)]
    pub(crate) output: PathBuf,
    /// Replace also a file that is no network file
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Tie side paths to the streets within this distance, e.g. 30m; the links stay closed until a
    /// scenario joins side paths
    #[arg(long, value_name = "LENGTH", value_parser = side_path_links)]
    pub(crate) side_path_links: Option<Length>,
}

fn side_path_links(text: &str) -> Result<Length, String> {
    let length = units::parse_length(text).map_err(|e| e.to_string())?;
    let most = city::SidePathLinks::MOST;
    if length == Length::ZERO {
        return Err("no path lies within that of a street; give at least 1m".to_owned());
    }
    if length > most {
        return Err(format!(
            "it reaches past the street beside a path; give at most {most}"
        ));
    }
    Ok(length)
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples: nuanquan inspect monaco.nqg\n          nuanquan inspect stations.xlsx --network shenzhen.nqg"
)]
pub(crate) struct Inspect {
    /// Network file (.nqg) or extract (.osm.pbf); or a table of facilities (.csv, .xlsx, .geojson)
    pub(crate) file: PathBuf,
    /// Table to read, JSON for programs, or the gates of a network
    #[arg(long, value_enum, default_value_t = InspectFormat::Table)]
    pub(crate) format: InspectFormat,
    /// Of a table: the sheet of a workbook, by name or by number from 1
    #[arg(long, value_name = "SHEET")]
    pub(crate) sheet: Option<String>,
    /// Of a table: its encoding (utf-8, utf-16, gbk or gb18030); found unless given
    #[arg(long)]
    pub(crate) encoding: Option<Encoding>,
    /// Of a table: what separates its values; found unless given
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) separator: Option<char>,
    /// Of a table: the datum of its positions (wgs84, gcj02 or bd09); wgs84 unless given
    #[arg(long)]
    pub(crate) datum: Option<Datum>,
    /// Of a table: the streets by which its datum is checked, a network file or an extract
    #[arg(long, value_name = "FILE")]
    pub(crate) network: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum InspectFormat {
    Table,
    Json,
    /// The gates as CSV, with the ids that plans list
    Gates,
}

/// Who travels, and what is open to them.
#[derive(Args, Debug)]
pub(crate) struct Travelling {
    /// Who travels: rider (e-bike courier), foot, or a file with a profile (.toml)
    #[arg(long, default_value = "rider")]
    pub(crate) profile: String,
    /// Who passes gates: instead of what the map says, the same for all of them
    #[arg(long, value_enum)]
    pub(crate) gates: Option<Gates>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gates {
    /// Enter and pass through, as on a public street
    Through,
    /// Enter to reach places inside; never pass through
    Enter,
    /// The e-bike stays at the gate; inside, rider time is foot time
    WalkIn,
    /// Nobody passes
    Shut,
}

impl From<Gates> for graph::GatePolicy {
    fn from(gates: Gates) -> Self {
        match gates {
            Gates::Through => Self::Through,
            Gates::Enter => Self::Enter,
            Gates::WalkIn => Self::WalkIn,
            Gates::Shut => Self::Shut,
        }
    }
}

/// How positions are joined to streets.
#[derive(Args, Debug)]
pub(crate) struct Joining {
    /// How far a position may lie from the street it is joined to, e.g. 500m; 150m when not given,
    /// as in plans
    #[arg(long, value_parser = units::parse_length)]
    pub(crate) snap_radius: Option<Length>,
    /// Streets that hang together, but with no others, are a network of their own from this length
    /// on, 1km when not given; less is a scrap. Not with `--islands keep`, which tells no scraps apart
    #[arg(long, value_parser = units::parse_length, value_name = "LENGTH")]
    pub(crate) island_below: Option<Length>,
    /// `skip` passes scraps by, at most 50 m farther than the scrap; `keep` joins to the nearest
    /// street, a scrap too. Networks of their own are joined either way
    #[arg(long, value_enum, default_value_t = Islands::Skip)]
    pub(crate) islands: Islands,
    /// Add the straight walk between position and street, at walking speed, to the times
    #[arg(long)]
    pub(crate) count_access: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Islands {
    Skip,
    Keep,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: nuanquan isochrone monaco.nqg --profile rider --at 7.42,43.73 \
                  --limit 5min --limit 15min > circles.geojson"
)]
pub(crate) struct Isochrone {
    /// Network file (.nqg) or extract (.osm.pbf)
    pub(crate) network: PathBuf,
    #[command(flatten)]
    pub(crate) travelling: Travelling,
    /// Place as longitude,latitude in degrees (WGS-84); may be given several times
    #[arg(
        long,
        required = true,
        value_name = "LNG,LAT",
        value_parser = units::parse_position,
        allow_hyphen_values = true
    )]
    pub(crate) at: Vec<LngLat>,
    /// Time limit with its unit, e.g. 15min; inclusive; may be given several times
    #[arg(long, required = true, value_parser = units::parse_time)]
    pub(crate) limit: Vec<TravelTime>,
    /// From where the place can be reached, instead of what can be reached from it
    #[arg(long)]
    pub(crate) toward: bool,
    /// `geojson`: one outline per place and limit; `network`: the reached street pieces
    #[arg(long, value_enum, default_value_t = IsochroneFormat::Geojson)]
    pub(crate) format: IsochroneFormat,
    #[command(flatten)]
    pub(crate) joining: Joining,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum IsochroneFormat {
    Geojson,
    Network,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: nuanquan matrix monaco.nqg --profile rider --origins riders.csv \
                  --destinations cabinets.csv --limit 15min > times.csv"
)]
pub(crate) struct Matrix {
    /// Network file (.nqg) or extract (.osm.pbf)
    pub(crate) network: PathBuf,
    #[command(flatten)]
    pub(crate) travelling: Travelling,
    /// CSV with the columns id,lng,lat (degrees, WGS-84)
    #[arg(long)]
    pub(crate) origins: PathBuf,
    /// CSV with the columns id,lng,lat (degrees, WGS-84)
    #[arg(long)]
    pub(crate) destinations: PathBuf,
    /// Time limit with its unit, e.g. 60min; inclusive
    #[arg(long, value_parser = units::parse_time)]
    pub(crate) limit: TravelTime,
    #[command(flatten)]
    pub(crate) joining: Joining,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: nuanquan coverage data/shenzhen/plan.toml --format geojson > cells.geojson"
)]
pub(crate) struct Coverage {
    /// Plan file (.toml)
    pub(crate) plan: PathBuf,
    /// Scenario of the plan; the baseline when left out
    #[arg(long)]
    pub(crate) scenario: Option<String>,
    /// Summary to read, JSON, or the cells as GeoJSON
    #[arg(long, value_enum, default_value_t = CoverageFormat::Table)]
    pub(crate) format: CoverageFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CoverageFormat {
    Table,
    Json,
    Geojson,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: nuanquan explain data/shenzhen/plan.toml --at 114.0409,22.5309 --scenario works-on-shennan"
)]
pub(crate) struct Explain {
    /// Plan file (.toml)
    pub(crate) plan: PathBuf,
    /// Place as longitude,latitude in degrees (WGS-84)
    #[arg(
        long,
        value_name = "LNG,LAT",
        value_parser = units::parse_position,
        allow_hyphen_values = true
    )]
    pub(crate) at: LngLat,
    /// Scenario of the plan; the baseline when left out
    #[arg(long)]
    pub(crate) scenario: Option<String>,
    /// Text to read, or JSON for programs
    #[arg(long, value_enum, default_value_t = SiteFormat::Table)]
    pub(crate) format: SiteFormat,
}

#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  \
      nuanquan site data/shenzhen/plan.toml\n  \
      nuanquan site data/shenzhen/plan.toml --standard meal --open-gates 3\n  \
      nuanquan site --costs C.csv --demand D.csv --model mclp --radius 900 --sites 20 --format json\n  \
      nuanquan site verify result.json --costs C.csv --demand D.csv\n\n\
      C.csv has the columns site_id,demand_id,cost and D.csv the columns demand_id,weight.\n\
      Costs and radius are plain numbers in one unit, decimals allowed; a pair that is not listed\n\
      cannot serve. With --format json the result carries a proof, which `site verify` checks."
)]
pub(crate) struct Site {
    #[command(subcommand)]
    pub(crate) verb: Option<SiteVerb>,
    /// Plan file (.toml); instead of --costs and --demand
    #[arg(conflicts_with_all = ["costs", "demand"], required_unless_present = "costs")]
    pub(crate) plan: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tables: SiteTables,
    /// Which question; mclp when left out, and with a plan
    #[arg(long, value_enum)]
    pub(crate) model: Option<Model>,
    /// Largest cost at which a site covers, a plain number in the unit of the costs
    #[arg(long)]
    pub(crate) radius: Option<String>,
    /// With a plan: the key of the standard that the sites serve
    #[arg(long)]
    pub(crate) standard: Option<String>,
    /// How many new sites; fixed ones come on top
    #[arg(long)]
    pub(crate) sites: Option<u32>,
    /// With a plan: how many compounds or gates to open for passing, instead of sites to build
    #[arg(long, value_name = "N")]
    pub(crate) open_gates: Option<u32>,
    /// Sites that are open already, by id
    #[arg(long, value_delimiter = ',')]
    pub(crate) fixed: Vec<String>,
    /// Search until the answer is proven, or the time limit ends
    #[arg(long)]
    pub(crate) exact: bool,
    /// When to stop with the best answer and a valid bound, e.g. 60s
    #[arg(long, value_parser = units::parse_time)]
    pub(crate) time_limit: Option<TravelTime>,
    /// Demand that no site can serve makes the question infeasible
    #[arg(long)]
    pub(crate) require_all: bool,
    /// What the new sites may cost together, a plain number in the unit of the prices of --site-table
    #[arg(long)]
    pub(crate) budget: Option<String>,
    /// With lscp: the least total price, fixed sites included, instead of the fewest sites; needs prices in --site-table
    #[arg(long)]
    pub(crate) by_price: bool,
    /// How many open sites a demand point needs within the radius, or a plan's limit; 2 for backup coverage
    #[arg(long)]
    pub(crate) times: Option<u32>,
    /// With mclp: share of the weight of every zone to be covered, e.g. 40%; zones are the column `zone` of D.csv, or those of the plan
    #[arg(long)]
    pub(crate) floor: Option<String>,
    /// Nested phases: numbers of new sites open at the end of each, e.g. 5,10,20
    #[arg(long, value_delimiter = ',')]
    pub(crate) phases: Vec<u32>,
    /// How many of the fixed sites, or of a plan's facilities of the standard, to close with the least loss
    #[arg(long)]
    pub(crate) close: Option<u32>,
    /// Table to read, or JSON for programs
    #[arg(long, value_enum, default_value_t = SiteFormat::Table)]
    pub(crate) format: SiteFormat,
}

/// The tables that a siting question is about.
#[derive(Args, Debug)]
pub(crate) struct SiteTables {
    /// CSV with the columns `site_id,demand_id,cost`, or the output of `nuanquan matrix`
    #[arg(long, requires = "demand")]
    pub(crate) costs: Option<PathBuf>,
    /// CSV with the columns `demand_id,weight`, and `zone` where zones matter
    #[arg(long, requires = "costs")]
    pub(crate) demand: Option<PathBuf>,
    /// CSV of facts about sites: `site_id` and any of `standing` (candidate, fixed, forbidden),
    /// `price`, `capacity` (in the unit of the weights; demand may be split between sites)
    #[arg(long, value_name = "CSV")]
    pub(crate) site_table: Option<PathBuf>,
    /// CSV of pairs of sites that may not both be open: `site_id,other_id`; with a plan, of its
    /// candidates and facilities
    #[arg(long, value_name = "CSV")]
    pub(crate) too_near: Option<PathBuf>,
    /// CSV of site types: `type,service` and `price`; each site of --costs is then a place where one
    /// type may be built, named `place:type`, and D.csv needs a column `service`
    #[arg(long, value_name = "CSV")]
    pub(crate) types: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SiteVerb {
    /// Check a result against its inputs: sites, objective and bound, without the solvers' code
    Verify(SiteVerify),
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: nuanquan site verify result.json --costs C.csv --demand D.csv\n\n\
      The result is what `nuanquan site --costs C.csv --demand D.csv --format json` printed.\n\
      Exit codes: 0 every claim holds (or the bound carries no certificate, which is said),\n\
      1 a claim does not hold, 2 wrong input."
)]
pub(crate) struct SiteVerify {
    /// JSON file of the result; - reads standard input
    pub(crate) result: PathBuf,
    #[command(flatten)]
    pub(crate) tables: SiteTables,
    /// Text to read, or JSON for programs
    #[arg(long, value_enum, default_value_t = SiteFormat::Table)]
    pub(crate) format: SiteFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Model {
    /// Fewest sites that cover all demand (集合覆盖选址)
    Lscp,
    #[default]
    /// Most demand covered with a number of sites (最大覆盖选址)
    Mclp,
    /// Least total of weight x cost with a number of sites (p-中位选址)
    PMedian,
    /// Least largest cost with a number of sites (p-中心选址)
    PCenter,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SiteFormat {
    Table,
    Json,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: nuanquan run data/shenzhen/plan.toml --output results")]
pub(crate) struct Run {
    /// Plan file (.toml)
    pub(crate) plan: PathBuf,
    /// Folder for the results; made when it does not exist, replaced as a whole when it holds only
    /// what an earlier run wrote and nobody changed since; a link is followed
    #[arg(long, short)]
    pub(crate) output: PathBuf,
    /// Remove from the folder also what no run wrote; says first what that is
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: nuanquan compare results/baseline results/close-night --output diff"
)]
pub(crate) struct Compare {
    /// Result folder of one scenario, as written by `run`
    pub(crate) before: PathBuf,
    /// Result folder of another scenario of the same plan
    pub(crate) after: PathBuf,
    /// Folder for CSV and GeoJSON; only the table is printed when left out. Replaced as a whole
    /// when it holds only an earlier comparison that nobody changed since; a link is followed
    #[arg(long, short)]
    pub(crate) output: Option<PathBuf>,
    /// Remove from the folder also what no comparison wrote; says first what that is
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: nuanquan serve data/shenzhen/plan.toml\n\n\
      On this machine alone everyone may edit. With an address of the network, reading is free and\n\
      editing needs the token that is printed at the start.")]
pub(crate) struct Serve {
    /// Plan file (.toml)
    pub(crate) plan: PathBuf,
    /// Address and port; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Token that edits must show when listening on the network; made up when left out
    #[arg(long, value_name = "TOKEN")]
    pub(crate) edit_token: Option<String>,
}
