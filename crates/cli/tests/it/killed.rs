//! Runs that are killed, interrupted, or two at once: what stands is complete.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::outputs::{good, hidden, plans, run, tree};

/// How often: more under `cargo xtask test --long`.
fn rounds(variable: &str, otherwise: u32) -> u32 {
    let text = std::env::var(variable).ok();
    text.map_or(otherwise, |text| text.parse().unwrap())
}

/// A number below `n`, the next of a fixed series.
fn below(state: &mut u64, n: u32) -> u32 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1);
    u32::try_from((*state >> 33) % u64::from(n)).unwrap()
}

fn start(home: &Path, plan: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_nuanquan"))
        .args(["run", &format!("{plan}.toml"), "-o", "results"])
        .current_dir(home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The two plans, what each of them writes, things of others beside the folder, and how long a run
/// takes.
fn watched() -> (TempDir, [BTreeMap<PathBuf, Vec<u8>>; 2], Duration) {
    let home = plans();
    let at = |name: &str| home.path().join(name);
    for (file, text) in [
        (
            ".results.part/diary.txt",
            "names that earlier versions cleared",
        ),
        (".results.old/diary.txt", "as well"),
        (
            ".nuanquan-0123456789abcdef.part/diary.txt",
            "no lock beside it",
        ),
        ("thesis.txt", "years of work"),
    ] {
        fs::create_dir_all(at(file).parent().unwrap()).unwrap();
        fs::write(at(file), text).unwrap();
    }
    let results = ["one", "two"].map(|plan| {
        good(&run(home.path(), plan, "results"));
        tree(&at("results"))
    });
    assert!(results[0] != results[1]);
    let begin = Instant::now();
    good(&run(home.path(), "one", "results"));
    let took = begin.elapsed();
    (home, results, took)
}

fn others(home: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_ours = |path: &PathBuf| {
        let path = path.to_str().unwrap();
        path.starts_with("results/")
            || (path.starts_with(".nuanquan-") && !path.contains("diary.txt"))
    };
    let all = tree(home).into_iter();
    all.filter(|(path, _)| !is_ours(path)).collect()
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "how many of the kills met a run at work"
)]
fn a_killed_run_leaves_a_complete_folder_and_touches_nothing_else() {
    let (home, results, took) = watched();
    let folder = home.path().join("results");
    let before = others(home.path());
    let mut random = 7;
    let n_rounds = rounds("OUTPUT_KILLS", 8);
    let mut n_killed = 0;
    for round in 0..n_rounds {
        let mut child = start(home.path(), if round % 2 == 0 { "two" } else { "one" });
        // Up to the end of a run and a little past it.
        std::thread::sleep(took * below(&mut random, 1_100) / 1_000);
        child.kill().unwrap();
        n_killed += u32::from(child.wait().unwrap().code().is_none());
        let now = tree(&folder);
        assert!(results.contains(&now), "round {round}: {:?}", now.keys());
        assert!(others(home.path()) == before, "round {round}");
    }
    println!("{n_killed} of {n_rounds} runs were killed before their end");
    assert!(n_killed > n_rounds / 2);
    good(&run(home.path(), "two", "results"));
    assert_eq!(hidden(home.path()), [".nuanquan-0123456789abcdef.part"]);
    assert!(others(home.path()) == before);
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "that both of the runs come last now and then"
)]
fn two_runs_at_once_leave_one_of_them_whole() {
    let (home, results, _) = watched();
    let folder = home.path().join("results");
    let before = others(home.path());
    let mut n_first = 0;
    let n_rounds = rounds("OUTPUT_PAIRS", 8);
    for round in 0..n_rounds {
        if round % 3 == 2 {
            // Also into a folder that is not there yet.
            fs::remove_dir_all(&folder).unwrap();
        }
        let children = [start(home.path(), "one"), start(home.path(), "two")];
        for mut child in children {
            assert_eq!(child.wait().unwrap().code(), Some(0), "round {round}");
        }
        let now = tree(&folder);
        assert!(results.contains(&now), "round {round}: {:?}", now.keys());
        n_first += u32::from(now == results[0]);
        assert!(others(home.path()) == before, "round {round}");
        assert_eq!(hidden(home.path()), [".nuanquan-0123456789abcdef.part"]);
    }
    println!("of {n_rounds} pairs the first plan stayed {n_first} times");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_clears_what_it_has_not_finished() {
    let (home, results, took) = watched();
    let folder = home.path().join("results");
    let before = others(home.path());
    let mut random = 11;
    for round in 0..rounds("OUTPUT_KILLS", 8) {
        let mut child = start(home.path(), if round % 2 == 0 { "two" } else { "one" });
        std::thread::sleep(took * (200 + below(&mut random, 900)) / 1_000);
        let signal = ["-INT", "-TERM", "-HUP"][usize::try_from(round % 3).unwrap()];
        let id = child.id().to_string();
        // A run that has ended already is no longer there to be told.
        Command::new("kill")
            .args([signal, &id])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let code = child.wait().unwrap().code();
        assert!(results.contains(&tree(&folder)), "round {round}");
        assert!(others(home.path()) == before, "round {round}");
        assert!(
            matches!(code, Some(0 | 130)) || code.is_none(),
            "round {round}: {code:?}"
        );
        let left = hidden(home.path());
        // Before the program watches for signals there is nothing to clear.
        assert_eq!(left, [".nuanquan-0123456789abcdef.part"], "round {round}");
    }
}
