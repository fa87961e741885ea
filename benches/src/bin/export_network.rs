//! Writes the network of an extract for other programs: `nodes.csv` and `arcs.csv` as searches see
//! them, and `pinned.txt` as the guard reads it.
//!
//! ```text
//! cargo run --release -p benches --bin export_network -- EXTRACT.osm.pbf FOLDER [rider]
//! ```

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use benches::{Input, PinnedNetwork};
use reach::{Direction, Network};

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (extract, folder, flat) = match words.as_slice() {
        [extract, folder] => (extract, folder, true),
        [extract, folder, "rider"] => (extract, folder, false),
        _ => bail!("it takes an extract, a folder, and `rider` for the rider's speeds"),
    };
    let input = Input::extract(Path::new(extract), flat)?;
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder)
        .with_context(|| format!("could not make the folder `{}`", folder.display()))?;
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("could not write `{}`", path.display()))
    };
    let network = Network::new(&input.graph, &input.metric);
    let mut nodes = String::from("lng,lat\n");
    let mut arcs = String::from("tail,head,tenths\n");
    for node in input.graph.topology().nodes() {
        let at = input.graph.node_position(node);
        writeln!(nodes, "{},{}", at.lng(), at.lat())?;
        for (head, time) in network.arcs(Direction::From).neighbors(node) {
            writeln!(
                arcs,
                "{},{},{}",
                node.as_u32(),
                head.as_u32(),
                time.as_tenths()
            )?;
        }
    }
    write("nodes.csv", &nodes)?;
    write("arcs.csv", &arcs)?;
    write("pinned.txt", &PinnedNetwork::of(&input).text())
}
