//! Running the program and finding the demo data.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Wrong input: exit 2, one error that holds these parts, and nothing on stdout.
pub(crate) fn refused(outcome: &Outcome, parts: &[&str]) {
    assert_eq!(outcome.code, 2, "{}\n{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.stdout, "");
    let n_errors = outcome.stderr.matches("error:").count();
    assert_eq!(n_errors, 1, "{}", outcome.stderr);
    for part in parts {
        assert!(
            outcome.stderr.contains(part),
            "`{part}` is missing in\n{}",
            outcome.stderr
        );
    }
}

/// Runs the program in a folder.
pub(crate) fn run_in(folder: &Path, words: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_nuanquan"))
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the program and expects it to work.
pub(crate) fn good(words: &[&str]) -> String {
    let outcome = run_in(Path::new("."), words);
    assert_eq!(outcome.code, 0, "{words:?}\n{}", outcome.stderr);
    outcome.stdout
}

/// A file of the committed demo data.
pub(crate) fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../data")
        .join(path)
}

/// The same as text.
pub(crate) fn data_text(path: &str) -> String {
    data(path).to_string_lossy().into_owned()
}
