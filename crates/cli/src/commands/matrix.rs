use std::fmt::Write as _;
use std::path::Path;

use formats::Source;
use formats::positions::{self, NamedPosition};
use rayon::prelude::*;
use reach::{Direction, Network, Place, rows_from};
use units::TravelTime;

use crate::args::Matrix;
use crate::commands::joining::{doubt, join};
use crate::commands::network::{self, Streets};
use crate::failure::Failure;
use crate::output;

/// `nuanquan matrix`.
pub(crate) fn run(args: &Matrix) -> Result<(), Failure> {
    let origins = read(&args.origins)?;
    let destinations = read(&args.destinations)?;
    let places = origins.iter().chain(&destinations).map(|row| row.position);
    let (travelling, joining) = (&args.travelling, &args.joining);
    let graph =
        network::open_streets_around(&args.network, travelling, joining, places, args.limit)?;
    let streets = Streets::of(&graph, travelling, joining, Direction::From)?;
    let network = streets.network();
    let (origin_ids, origins) = join_all(&streets, &network, &origins, args, "origins");
    let (destination_ids, destinations) =
        join_all(&streets, &network, &destinations, args, "destinations");
    let rows = rows_from(&network, &origins, &destinations, args.limit);
    let rows: Vec<(&str, &[(u32, TravelTime)])> = origin_ids.into_iter().zip(rows.rows()).collect();
    // Written side by side, joined in order.
    let blocks: Vec<Vec<u8>> = rows
        .par_chunks(ROWS_OF_A_BLOCK)
        .map(|block| lines(block, &destination_ids))
        .collect::<anyhow::Result<_>>()?;
    output::data(|out| {
        out.write_all(b"origin_id,destination_id,time_s\n")?;
        blocks.iter().try_for_each(|block| out.write_all(block))
    })
}

/// Enough rows that a block is worth a thread, few enough that all threads get some.
const ROWS_OF_A_BLOCK: usize = 256;

/// The lines of some origins, each with the destinations within its reach.
fn lines(
    rows: &[(&str, &[(u32, TravelTime)])],
    destination_ids: &[&str],
) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut time_s = String::new();
    for (origin, row) in rows {
        for &(destination, time) in *row {
            let destination = destination_ids[graph::NodeId::new(destination).index()];
            let tenths = time.as_tenths();
            time_s.clear();
            write!(time_s, "{}.{}", tenths / 10, tenths % 10)?;
            csv.write_field(origin)?;
            csv.write_field(destination)?;
            csv.write_field(&time_s)?;
            csv.write_record(None::<&[u8]>)?;
        }
    }
    csv.into_inner().map_err(|error| anyhow::anyhow!("{error}"))
}

fn read(path: &Path) -> Result<Vec<NamedPosition>, Failure> {
    match positions::read(&Source::new(path), None) {
        Ok(loaded) => {
            for note in loaded.notes.iter().filter(|note| note.is_warning()) {
                output::warning(&format!("`{}`: {note}", path.display()));
            }
            Ok(loaded.value)
        }
        Err(error) => {
            let mut text = error.to_string();
            for hint in error.hints() {
                text.push_str("\nhint: ");
                text.push_str(&hint);
            }
            Err(anyhow::anyhow!(text).into())
        }
    }
}

/// The positions that can be joined to a street; the others are named and left out.
fn join_all<'a>(
    streets: &Streets<'_>,
    network: &Network<'_>,
    positions: &'a [NamedPosition],
    args: &Matrix,
    what: &str,
) -> (Vec<&'a str>, Vec<Place>) {
    let mut ids = Vec::with_capacity(positions.len());
    let mut places = Vec::with_capacity(positions.len());
    let mut unlinked = Vec::new();
    let mut doubtful = Vec::new();
    let joined: Vec<_> = positions
        .par_iter()
        .map(|row| join(streets, network, row.position, &args.joining))
        .collect();
    for (row, joined) in positions.iter().zip(joined) {
        match joined {
            Ok(joined) => {
                let doubt = doubt(&joined.snap);
                doubtful.extend(doubt.map(|doubt| format!("`{}` {doubt}", row.id)));
                ids.push(row.id.as_str());
                places.push(joined.place);
            }
            Err(why) => unlinked.push(format!("`{}`: {why}", row.id)),
        }
    }
    if !unlinked.is_empty() {
        output::warning(&format!(
            "{} of {} {what} are not joined to a street and have no rows:{}",
            unlinked.len(),
            positions.len(),
            listed(&unlinked)
        ));
    }
    if !doubtful.is_empty() {
        output::warning(&format!(
            "{} of {} {what} were joined to a street worth a look:{}",
            doubtful.len(),
            positions.len(),
            listed(&doubtful)
        ));
    }
    (ids, places)
}

/// The first lines, and how many more there are.
fn listed(lines: &[String]) -> String {
    let shown = lines.iter().take(MOST_SHOWN);
    let mut text = String::new();
    for line in shown {
        write!(text, "\n  {line}").expect("writing to a string cannot fail");
    }
    let rest = lines.len().saturating_sub(MOST_SHOWN);
    if rest > 0 {
        write!(text, "\n  and {rest} more").expect("writing to a string cannot fail");
    }
    text
}

/// How many positions are named; the rest is counted.
const MOST_SHOWN: usize = 20;
