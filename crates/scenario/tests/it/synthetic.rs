//! Hours and capacities of the committed synthetic facilities, through a plan on a real extract.

use std::fs;
use std::path::Path;

use scenario::run::ScenarioResult;
use scenario::{Plan, resolve};

#[test]
fn opening_hours_and_slots_of_the_table_decide_hour_by_hour_and_slot_by_slot() {
    let monaco = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/monaco");
    let folder = tempfile::tempdir().unwrap();
    let plan = format!(
        "format = 1\nname = \"synthetic\"\n\
         [study_area]\nbox = [7.34, 43.71, 7.50, 43.78]\n\
         [network]\npath = '{0}/monaco.osm.pbf'\n\
         [hours]\nweek = \"2026-06-01\"\ntime_zone = \"Europe/Monaco\"\nholidays = \"none\"\n\
         [[layer]]\nname = \"synthetic\"\n\
         from = {{ path = '{0}/facilities-synthetic.csv', encoding = \"utf-8\", illustrative = true }}\n\
         [demand]\nsource = \"street-length\"\nprofile = \"rider\"\n\
         [[standard]]\nkey = \"swap\"\nname = \"swap\"\nkinds = [\"battery-swap-cabinet\"]\n\
         profile = \"rider\"\nlimit = \"5min\"\nsupply = {{ slots = 1, demand = 1000 }}\n",
        monaco.display()
    );
    let path = folder.path().join("plan.toml");
    fs::write(&path, plan).unwrap();
    let plan = Plan::read(&path).unwrap();
    let city = osm::import(&plan.network_path(), &osm::ImportOptions::default()).unwrap();
    let project = resolve(&plan, city).unwrap();
    assert_eq!(project.facilities.len(), 40);
    let result = ScenarioResult::of(&project, "baseline", "x", &[]).unwrap();
    assert!(result.report.illustrative);
    let swap = &result.detail_report.standards[0];

    // Of the ten cabinets one never closes, three have Mo-Sa 07:00-19:00, and two each have
    // Mo-Su 06:00-14:00,22:00-02:00, Mo-Su 18:00-06:00 and Tu-Su 11:30-21:30.
    let n_open = |hour: &str| {
        swap.hours
            .iter()
            .find(|one| one.hour == hour)
            .unwrap()
            .n_open
    };
    let counted = ["We 03:00", "We 12:00", "Mo 12:00", "Su 12:00", "Su 23:00"].map(n_open);
    assert_eq!(counted, [3, 8, 6, 5, 5]);

    let load = swap.capacity.as_ref().unwrap().load.as_ref().unwrap();
    let mut taken = 0;
    let mut n_overloaded = 0;
    for (facility, load) in project.facilities.iter().zip(&load.facilities) {
        let Some(load) = load else { continue };
        // A slot serves a kilometre of street.
        let serves = u64::from(facility.capacity.unwrap().as_u32()) * 1_000_000;
        assert_eq!(load.serves_thousandths, Some(serves), "{}", facility.id);
        assert!(load.taken_thousandths <= serves);
        taken += load.taken_thousandths;
        n_overloaded += usize::from(load.is_overloaded);
    }
    assert!(
        n_overloaded > 0,
        "150 km of street ask 10 cabinets of some 14 slots"
    );
    assert_eq!(load.n_overloaded, n_overloaded);
    assert_eq!(taken, load.taken_thousandths);
    // The last piece that a facility takes may not fit whole: it is then taken in part, and not
    // covered.
    let covered = result.report.standards[0].figures.split.covered_thousandths;
    let piece = u64::from(coverage::MAX_PIECE.as_mm());
    let most = u64::try_from(n_overloaded).unwrap() * piece;
    assert!(
        (covered..=covered + most).contains(&taken),
        "{covered} {taken}"
    );
}
