use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::command::{self, release_binary, root};
use crate::web;

/// From a clean checkout to the answer for central Shenzhen, and with `serve` to its map.
///
/// The map ends with Ctrl-C; without it the command ends by itself, as in CI.
pub(crate) fn run(serve: bool) -> Result<()> {
    if serve && !web::is_built() {
        web::run_if_possible()?;
    }
    let program = release_binary()?;
    let folder = root().join("data").join("shenzhen");
    let start = Instant::now();
    run_program(
        &program,
        "import the streets of central Shenzhen",
        &[
            "import",
            &folder
                .join("shenzhen-futian-2024.osm.pbf")
                .to_string_lossy(),
            "--output",
            &folder.join("shenzhen.nqg").to_string_lossy(),
        ],
    )?;
    run_program(
        &program,
        "run the plan: baseline and three scenarios",
        &[
            "run",
            &folder.join("plan.toml").to_string_lossy(),
            "--output",
            &folder.join("results").to_string_lossy(),
        ],
    )?;
    println!(
        "\nimport and run took {:.2} s",
        start.elapsed().as_secs_f64()
    );
    if !serve {
        return Ok(());
    }
    println!("\nThe map is at the address below; Ctrl-C ends it.");
    open_in_browser();
    let plan = folder.join("plan.toml");
    let words = ["serve", &plan.to_string_lossy(), "--listen", ADDRESS];
    run_program(&program, "show the plan on a map", &words)
}

/// Where the demo's map is served.
const ADDRESS: &str = "127.0.0.1:8080";

/// Opens the map where there is a desktop, once the server has had time to start.
fn open_in_browser() {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(target_os = "linux") && std::env::var_os("DISPLAY").is_some() {
        "xdg-open"
    } else {
        return;
    };
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(2));
        // Without a browser the printed address is enough.
        let _ = Command::new(opener)
            .arg(format!("http://{ADDRESS}/"))
            .status();
    });
}

fn run_program(program: &std::path::Path, title: &str, words: &[&str]) -> Result<()> {
    command::run(title, Command::new(program).args(words))
}
