use super::*;

const KIND: FolderKind = FolderKind {
    name: "run",
    of_first_version: |folder| {
        let proof = folder.join("proof.txt").is_file();
        proof.then(|| vec!["proof.txt".to_owned(), "inner/cells.csv".to_owned()])
    },
};

fn look(path: &Path, force: bool) -> Result<OutputFolder, OutputError> {
    OutputFolder::look(path, KIND, &[], force)
}

fn fill(path: &Path, text: &str) -> Result<Vec<PathBuf>, OutputError> {
    look(path, false)?.write(|staging| {
        staging.file("summary.txt", text.as_bytes())?;
        staging.file("inner/cells.csv", text.as_bytes())
    })
}

/// Every file below a folder with its text, the list left out.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    fn walk(folder: &Path, below: &str, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{below}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &format!("{name}/"), found);
            } else if !name.ends_with(MARKER) {
                let text = fs::read(entry.path()).unwrap_or_default();
                found.insert(name, String::from_utf8(text).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, "", &mut found);
    found
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn results_replace_earlier_ones_as_a_whole() {
    let home = tempfile::tempdir().unwrap();
    let results = home.path().join("deep/results");
    fill(&results, "one").unwrap();
    look(&results, false)
        .unwrap()
        .write(|staging| staging.file("other.csv", b"two"))
        .unwrap();
    assert_eq!(
        tree(home.path()),
        texts(&[("deep/results/other.csv", "two")])
    );
    assert!(!results.join("inner").exists());
    let entries = fs::read_dir(home.path().join("deep")).unwrap().count();
    assert_eq!(entries, 1, "nothing is left beside the folder");
}

#[test]
fn what_no_run_wrote_stops_the_run_by_name_and_stays() {
    let home = tempfile::tempdir().unwrap();
    let results = home.path().join("results");
    fill(&results, "one").unwrap();
    fs::write(results.join("inner/diary.txt"), "dear diary").unwrap();
    fs::create_dir(results.join("thesis")).unwrap();
    fs::write(results.join("thesis/1.txt"), "years").unwrap();
    fs::write(results.join("summary.txt"), "one, with a remark").unwrap();
    let before = tree(home.path());
    let error = fill(&results, "two").unwrap_err().to_string();
    for part in [
        "\n  inner/diary.txt\n",
        "\n  thesis/\n",
        "\n  summary.txt (changed since it was written)\n",
        "--force",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(tree(home.path()), before);

    // A run that was told to says what it removes, removes that, and nothing that comes later.
    let forced = look(&results, true).unwrap();
    assert_eq!(forced.removes().len(), 3);
    fs::write(results.join("later.txt"), "a thought").unwrap();
    let write = |output: &OutputFolder| output.write(|s| s.file("summary.txt", b"two"));
    let error = write(&forced).unwrap_err().to_string();
    assert!(
        error.contains("later.txt") && !error.contains("diary"),
        "{error}"
    );
    assert!(results.join("thesis/1.txt").exists());
    fs::remove_file(results.join("later.txt")).unwrap();
    write(&forced).unwrap();
    assert_eq!(tree(home.path()), texts(&[("results/summary.txt", "two")]));
}

#[test]
fn twenty_are_named_and_the_rest_counted() {
    let home = tempfile::tempdir().unwrap();
    for number in 0..25 {
        fs::write(home.path().join(format!("{number:02}.txt")), "mine").unwrap();
    }
    let error = look(home.path(), false).unwrap_err().to_string();
    assert!(
        error.contains("19.txt") && !error.contains("20.txt"),
        "{error}"
    );
    assert!(error.contains("and 5 more"), "{error}");
}

#[test]
fn a_file_that_comes_between_the_looks_brings_the_old_folder_back() {
    for can_exchange in [true, false] {
        let home = tempfile::tempdir().unwrap();
        let results = home.path().join("results");
        fill(&results, "one").unwrap();
        let output = look(&results, false).unwrap();
        let (aside, _) = Aside::begin(home.path(), "results", Form::Folder).unwrap();
        let staging = Staging {
            aside,
            written: Mutex::default(),
        };
        fs::create_dir(staging.aside.part()).unwrap();
        staging.file("summary.txt", b"two").unwrap();
        staging.finish(&KIND).unwrap();
        let comes = std::cell::Cell::new(true);
        let placed = output.put_in_place(&staging.aside, |part, target| {
            if comes.take() {
                fs::write(results.join("diary.txt"), "dear diary").unwrap();
            }
            if can_exchange {
                exchange(part, target)
            } else {
                Err(io::ErrorKind::Unsupported.into())
            }
        });
        assert!(placed.unwrap_err().to_string().contains("diary.txt"));
        drop(staging);
        let stays = [
            ("results/diary.txt", "dear diary"),
            ("results/inner/cells.csv", "one"),
            ("results/summary.txt", "one"),
        ];
        assert_eq!(tree(home.path()), texts(&stays));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }
}

#[test]
fn without_an_exchange_two_renames_do_it() {
    let home = tempfile::tempdir().unwrap();
    let results = home.path().join("results");
    fill(&results, "one").unwrap();
    let output = look(&results, false).unwrap();
    let (aside, _) = Aside::begin(home.path(), "results", Form::Folder).unwrap();
    let staging = Staging {
        aside,
        written: Mutex::default(),
    };
    fs::create_dir(staging.aside.part()).unwrap();
    staging.file("summary.txt", b"two").unwrap();
    staging.finish(&KIND).unwrap();
    let none = |_: &Path, _: &Path| Err(io::ErrorKind::InvalidInput.into());
    assert_eq!(output.put_in_place(&staging.aside, none).unwrap(), None);
    drop(staging);
    assert_eq!(tree(home.path()), texts(&[("results/summary.txt", "two")]));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

/// What a run leaves that is killed: its entries, and nobody who holds the lock.
fn killed(home: &Path, name: &str, files: &[&str]) -> PathBuf {
    let stem = home.join(".nuanquan-0123456789abcdef");
    let mut lock = format!("{{\"nuanquan_writes\":\"{name}\",\"form\":\"folder\"}}\n");
    for file in files {
        lock.extend(["\"", file, "\"\n"]);
        let path = stem.with_extension("part").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "half").unwrap();
    }
    lock += "\"inner/ce";
    fs::write(stem.with_extension("lock"), lock).unwrap();
    stem
}

#[test]
fn what_a_killed_run_left_is_cleared_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    // Names of others, also those that earlier versions used.
    for mine in [
        ".results.part/a.txt",
        ".results.old/b.txt",
        ".nuanquan-mine.part/c.txt",
    ] {
        fs::create_dir(at(mine).parent().unwrap()).unwrap();
        fs::write(at(mine), "mine").unwrap();
    }
    fs::write(at(".nuanquan-fedcba9876543210.lock"), "a note of mine").unwrap();
    let mine = tree(home.path());
    killed(home.path(), "results", &["summary.txt", "inner/gaps.csv"]);
    assert_eq!(fill(&at("results"), "one").unwrap(), Vec::<PathBuf>::new());
    let mut expected = mine.clone();
    expected.extend(texts(&[
        ("results/inner/cells.csv", "one"),
        ("results/summary.txt", "one"),
    ]));
    assert_eq!(tree(home.path()), expected);

    // Something put into the leftovers stays, and is told.
    let stem = killed(home.path(), "results", &["summary.txt"]);
    let part = stem.with_extension("part");
    fs::write(part.join("diary.txt"), "dear diary").unwrap();
    let left = fill(&at("results"), "two").unwrap();
    assert_eq!(left, std::slice::from_ref(&part));
    assert_eq!(tree(&part), texts(&[("diary.txt", "dear diary")]));
}

#[test]
fn a_removal_that_was_cut_short_is_taken_up_again() {
    let home = tempfile::tempdir().unwrap();
    let results = home.path().join("results");
    // The old folder on its way out, with a list of its own, at two steps of being removed.
    for gone in [
        &["summary.txt"][..],
        &["summary.txt", "inner/cells.csv"][..],
    ] {
        fill(&home.path().join("old"), "one").unwrap();
        let stem = killed(home.path(), "results", &[]);
        let part = stem.with_extension("part");
        fs::rename(home.path().join("old"), &part).unwrap();
        for file in gone {
            fs::remove_file(part.join(file)).unwrap();
        }
        assert_eq!(fill(&results, "two").unwrap(), Vec::<PathBuf>::new());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_list_that_leads_out_of_its_folder_removes_nothing_there() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("diary.txt"), "dear diary").unwrap();
    let stem = killed(home.path(), "results", &["summary.txt"]);
    let lock = stem.with_extension("lock");
    let mut text = fs::read_to_string(&lock).unwrap();
    text += "\n\"../diary.txt\"\n\"/etc/hostname\"\n";
    fs::write(&lock, text).unwrap();
    fill(&home.path().join("results"), "one").unwrap();
    assert!(home.path().join("diary.txt").exists());
    assert!(!stem.with_extension("part").exists());
}

#[test]
fn a_run_killed_between_two_renames_gives_the_old_folder_back() {
    let home = tempfile::tempdir().unwrap();
    let results = home.path().join("results");
    fill(&results, "one").unwrap();
    let stem = killed(home.path(), "results", &["summary.txt"]);
    fs::rename(&results, stem.with_extension("old")).unwrap();
    // Any output into the same folder clears it.
    fill(&home.path().join("elsewhere"), "x").unwrap();
    assert_eq!(tree(&results).len(), 2);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
}

#[test]
fn a_run_that_still_writes_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let results = home.path().join("results");
    let slow = look(&results, false).unwrap();
    slow.write(|staging| {
        staging.file("summary.txt", b"slow")?;
        fill(&results, "fast").map(drop)?;
        assert_eq!(tree(&results).len(), 2);
        staging.file("inner/cells.csv", b"slow")
    })
    .unwrap();
    let slow = [("inner/cells.csv", "slow"), ("summary.txt", "slow")];
    assert_eq!(tree(&results), texts(&slow), "the last one stays, whole");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_of_the_first_version_is_adopted_when_nothing_else_is_in_it() {
    let home = tempfile::tempdir().unwrap();
    let results = home.path().join("results");
    fs::create_dir_all(results.join("inner")).unwrap();
    fs::write(results.join("proof.txt"), "old").unwrap();
    fs::write(results.join("inner/cells.csv"), "old").unwrap();
    fs::write(results.join("inner/diary.txt"), "dear diary").unwrap();
    assert!(
        fill(&results, "new")
            .unwrap_err()
            .to_string()
            .contains("diary.txt")
    );
    fs::remove_file(results.join("inner/diary.txt")).unwrap();
    fill(&results, "new").unwrap();
    assert_eq!(tree(&results).len(), 2);
    assert!(!results.join("proof.txt").exists());
}

#[test]
fn another_kind_and_inputs_are_not_replaced() {
    let home = tempfile::tempdir().unwrap();
    let results = home.path().join("results");
    fill(&results, "one").unwrap();
    let other = FolderKind {
        name: "comparison",
        of_first_version: |_| None,
    };
    let error = OutputFolder::look(&results, other, &[], false).unwrap_err();
    assert!(
        error.to_string().contains("the results of a run"),
        "{error}"
    );
    let input = results.join("summary.txt");
    let error = OutputFolder::look(&results, KIND, &[input], true).unwrap_err();
    assert!(error.to_string().contains("made from"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_stays() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("far")).unwrap();
    std::os::unix::fs::symlink("far/results", at("loose")).unwrap();
    assert!(
        fill(&at("loose"), "x")
            .unwrap_err()
            .to_string()
            .contains("leads nowhere")
    );
    fill(&at("far/results"), "one").unwrap();
    fill(&at("loose/"), "two").unwrap();
    assert!(at("loose").is_symlink());
    assert_eq!(tree(&at("far/results"))["summary.txt"], "two");

    // A link inside is nobody's of ours, and where it leads nothing happens.
    std::os::unix::fs::symlink("../..", at("far/results/up")).unwrap();
    assert!(
        fill(&at("loose"), "x")
            .unwrap_err()
            .to_string()
            .contains("up")
    );
    look(&at("loose"), true)
        .unwrap()
        .write(|s| s.file("summary.txt", b"3"))
        .unwrap();
    assert!(at("loose").is_symlink());
}

#[cfg(unix)]
#[test]
fn who_may_look_into_the_folder_stays_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let results = home.path().join("results");
    fill(&results, "one").unwrap();
    fs::set_permissions(&results, fs::Permissions::from_mode(0o700)).unwrap();
    fill(&results, "two").unwrap();
    assert_eq!(
        fs::metadata(&results).unwrap().permissions().mode() & 0o777,
        0o700
    );
}
