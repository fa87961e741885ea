use std::fmt::Write as _;

use graph::{Components, Metric, Policies, Profile};
use serde_json::json;

use crate::args::{Inspect, InspectFormat};
use crate::commands::{gates, inspect_table, network};
use crate::failure::Failure;
use crate::output;

/// `nuanquan inspect`.
pub(crate) fn run(args: &Inspect) -> Result<(), Failure> {
    if inspect_table::is_table(&args.file) {
        return inspect_table::run(args);
    }
    no_table_options(args)?;
    let city = network::open(&args.file)?;
    let streets = &city.streets;
    let profiles: Vec<(&str, Components)> =
        [("rider", Profile::rider()), ("foot", Profile::foot())]
            .into_iter()
            .map(|(name, profile)| {
                let metric = Metric::of(streets, &profile, &Policies::default());
                (name, Components::of(streets, &metric))
            })
            .collect();
    match args.format {
        InspectFormat::Json => {
            let profiles: Vec<_> = profiles
                .iter()
                .map(|(name, components)| {
                    json!({
                        "profile": name,
                        "main_length_m": components.main_length_mm() / 1_000,
                        "usable_length_m": components.usable_length_mm() / 1_000,
                        "n_networks": components.networks().len(),
                        "network_length_m": components.network_length_mm() / 1_000,
                        "n_scraps": components.scraps().len(),
                        "n_components": components.n_components(),
                    })
                })
                .collect();
            output::json(&json!({
                "source": serde_json::to_value(&city.source).map_err(anyhow::Error::from)?,
                "streets": {
                    "n_nodes": streets.n_original_nodes(),
                    "n_node_copies": streets.n_nodes() - streets.n_original_nodes(),
                    "n_edges": streets.n_edges(),
                    "n_arcs": streets.n_arcs(),
                    "n_gates": streets.gates().count(),
                },
                "profiles": profiles,
                "places": { "n_places": city.places.len() },
                "backdrop": { "n_areas": city.backdrop.len() },
                "boundaries": { "n_boundaries": city.boundaries.all.len() },
                "report": serde_json::to_value(&city.report).map_err(anyhow::Error::from)?,
            }))
        }
        InspectFormat::Gates => gates::print(streets),
        InspectFormat::Table => {
            let mut text = String::new();
            let mut line = |label: &str, value: String| {
                writeln!(text, "{label:<12}{value}").expect("writing to a string cannot fail");
            };
            let source = &city.source;
            line(
                "source",
                format!("{} ({} bytes)", source.file_name, source.n_bytes),
            );
            line("sha256", source.sha256.clone());
            line(
                "data date",
                source
                    .data_date
                    .clone()
                    .unwrap_or_else(|| "not stated".to_owned()),
            );
            if let Some(area) = &source.bounding_box {
                line(
                    "area",
                    format!("{} to {}", area.south_west(), area.north_east()),
                );
            }
            line("made by", source.program.clone());
            line(
                "streets",
                format!(
                    "{} junctions ({} copies for turns and compounds), {} pieces, {} arcs, {} gates",
                    streets.n_original_nodes(),
                    streets.n_nodes() - streets.n_original_nodes(),
                    streets.n_edges(),
                    streets.n_arcs(),
                    streets.gates().count()
                ),
            );
            for (name, components) in &profiles {
                line(name, hangs_together(components));
            }
            line("places", city.places.len().to_string());
            line("backdrop", format!("{} areas", city.backdrop.len()));
            line("boundaries", city.boundaries.all.len().to_string());
            write!(text, "\n{}", city.report).expect("writing to a string cannot fail");
            output::text(&text)
        }
    }
}

/// Refuses what only tables have.
fn no_table_options(args: &Inspect) -> Result<(), Failure> {
    let given = [
        ("--sheet", args.sheet.is_some()),
        ("--encoding", args.encoding.is_some()),
        ("--separator", args.separator.is_some()),
        ("--datum", args.datum.is_some()),
        ("--network", args.network.is_some()),
    ];
    if let Some((option, _)) = given.into_iter().find(|&(_, is_given)| is_given) {
        return Err(anyhow::anyhow!(
            "`{option}` is about tables, and `{}` is none",
            args.file.display()
        )
        .into());
    }
    Ok(())
}

/// How much street hangs together, in words.
fn hangs_together(components: &Components) -> String {
    let (main, all) = (components.main_length_mm(), components.usable_length_mm());
    let networks = components.network_length_mm();
    format!(
        "{} km of street in the main network, {} km in {} others, {} km on {} scraps",
        main / 1_000_000,
        (networks - main) / 1_000_000,
        components.networks().len().saturating_sub(1),
        (all - networks) / 1_000_000,
        components.scraps().len(),
    )
}
