//! A plan and its scenarios, from the file to the figures:
//! `cargo run -p scenario --example coverage_of_a_plan`.
//!
//! The plan of Monaco takes all its layers from the map itself. It is read, its streets imported,
//! every name resolved, and the baseline and each scenario decided. `nuanquan run` does the same
//! and writes all of it down.
#![expect(clippy::print_stdout, reason = "an example talks to who runs it")]

use std::path::Path;

use scenario::{Plan, evaluate, resolve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/monaco/plan.toml");
    let plan = Plan::read(&path)?;
    let options = osm::ImportOptions {
        side_path_links: plan.side_path_links()?,
        ..osm::ImportOptions::default()
    };
    let city = osm::import(&plan.network_path(), &options)?;
    let project = resolve(&plan, city)?;

    // The baseline is the scenario without changes; a scenario never touches it, it borrows it.
    let baseline = evaluate(&project, &[])?;
    println!("baseline");
    for decision in &baseline.services {
        let total = decision.coverage.total();
        let share = total.covered_share().ok_or("Monaco has streets")?;
        println!(
            "  {}: {:.1} % within {} of {} facilities, {} gaps",
            decision.standard.key,
            100.0 * share,
            decision.standard.limit,
            decision.n_open,
            decision.gaps.len(),
        );
        // A gap is decided on the network: the largest comes first and says where it is.
        if let Some(gap) = decision.gaps.first() {
            println!("    the largest has {} cells", gap.cells.len());
        }
    }

    for scenario in &project.scenarios {
        let changed = evaluate(&project, &scenario.changes)?;
        println!("{}", scenario.key);
        for (before, after) in baseline.services.iter().zip(&changed.services) {
            let covered = [before, after].map(|d| d.coverage.total().covered.as_thousandths());
            if covered[0] != covered[1] {
                println!(
                    "  {}: {} m of street more",
                    after.standard.key,
                    (i128::from(covered[1]) - i128::from(covered[0])) / 1_000,
                );
            }
        }
        // Chosen sites only add: no standard covers less than before.
        for choice in &changed.chosen {
            println!("  {} sites chosen", choice.sites.len());
            assert!(
                changed
                    .services
                    .iter()
                    .zip(&baseline.services)
                    .all(|(after, before)| after.coverage.total().covered
                        >= before.coverage.total().covered)
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_plan_of_monaco_is_decided() {
        super::main().expect("the plan of the repository holds");
    }
}
