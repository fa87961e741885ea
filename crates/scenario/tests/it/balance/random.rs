//! The balance and its laws in random plans.

use std::fmt::Write as _;

use scenario::district::DistrictReport;
use scenario::run::{ScenarioResult, run};
use scenario::{Project, tables};

use crate::balance::town::{
    BY_ZONE, MAPS, STREET_LENGTH, Town, demand_of, facilities_of, layer, standard,
};

/// Numbers from a seed; the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn metres(&mut self, low: i32, high: i32) -> f64 {
        let width = u64::try_from(high - low).unwrap();
        f64::from(low) + f64::from(u32::try_from(self.below(width)).unwrap())
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let n = u64::try_from(of.len()).unwrap();
        of[usize::try_from(self.below(n)).unwrap()]
    }
}

/// What the drawn inputs hold, counted without the program.
#[derive(Default)]
struct Given {
    facilities: usize,
    other_kind: usize,
    demand_thousandths: Option<u64>,
    outside_thousandths: Option<u64>,
}

/// A random plan over a town, and what it was given.
fn random_plan(town: &Town, dice: &mut Dice) -> (Result<Project, String>, Given) {
    let bounds = [
        dice.metres(-500, 1_000),
        dice.metres(-600, -50),
        dice.metres(1_200, 4_500),
        dice.metres(20, 400),
    ];
    let is_inside =
        |x: f64, y: f64| (bounds[0]..bounds[2]).contains(&x) && (bounds[1]..bounds[3]).contains(&y);
    let mut given = Given::default();

    let mut rows = String::from("id,lng,lat,kind,opening_hours,capacity\n");
    for id in 0..dice.below(12) {
        let kind = dice.one_of(&["rider-canteen", "rider-canteen", "warm-station"]);
        let hours = dice.one_of(&["", "Mo-Su 08:00-20:00", "24/7"]);
        let at = town.lng_lat(dice.metres(-1_500, 5_500), dice.metres(-400, 250));
        let capacity = dice.below(9);
        writeln!(rows, "f{id},{at},{kind},{hours},{capacity}").unwrap();
        given.facilities += 1;
        given.other_kind += usize::from(kind == "warm-station");
    }
    town.file("f.csv", &rows);
    let outside = dice.one_of(&["", ", outside = \"keep\"", ", outside = \"skip\""]);
    let mut plan = layer(outside);

    match dice.below(3) {
        0 => plan += STREET_LENGTH,
        1 => {
            let mut rows = String::from("lng,lat,demand\n");
            let (mut all, mut out) = (0, 0);
            for _ in 0..dice.below(40) {
                let (x, y) = (dice.metres(-700, 5_000), dice.metres(-700, 500));
                let amount = dice.below(90_000);
                let at = town.lng_lat(x, y);
                writeln!(rows, "{at},{}.{:03}", amount / 1_000, amount % 1_000).unwrap();
                all += amount;
                out += if is_inside(x, y) { 0 } else { amount };
            }
            town.file("d.csv", &rows);
            plan += "[demand]\nsource = \"table\"\npath = \"d.csv\"\nunit = \"people\"\n\
                     encoding = \"utf-8\"\noutside = \"keep\"\n";
            given.demand_thousandths = Some(all);
            given.outside_thousandths = Some(out);
        }
        _ => {
            let mut zones = Vec::new();
            let mut rows = String::from("zone,demand\n");
            let mut all = 0;
            for id in ["a", "b", "c", "d"] {
                let (west, south) = (dice.metres(-900, 4_000), dice.metres(-700, 100));
                let (wide, high) = (dice.metres(30, 3_000), dice.metres(20, 900));
                zones.push((id, [west, south, west + wide, south + high]));
                if dice.below(5) > 0 {
                    let amount = dice.below(900_000);
                    writeln!(rows, "{id},{}.{:03}", amount / 1_000, amount % 1_000).unwrap();
                    all += amount;
                }
            }
            town.zones(&zones);
            town.file("d.csv", &rows);
            plan += BY_ZONE;
            given.demand_thousandths = Some(all);
        }
    }
    if dice.below(3) == 0 {
        plan += "[[measure]]\nsource = \"table\"\npath = \"m.csv\"\nunit = \"shops\"\n\
                 encoding = \"utf-8\"\n";
        let mut rows = String::from("lng,lat,demand\n");
        for _ in 0..6 {
            let at = town.lng_lat(dice.metres(500, 1_900), dice.metres(-60, 60));
            writeln!(rows, "{at},{}", dice.below(9)).unwrap();
        }
        town.file("m.csv", &rows);
    }
    let at = dice.one_of(&["", "", "at = \"We 03:00\"\n"]);
    plan += &standard("meal", dice.one_of(&["2min", "5min", "12min"]), at);
    let supply = dice.one_of(&["", "supply = { slots = 1, demand = 70 }\n"]);
    plan += standard("room", "8min", supply).as_str();
    plan += "[[joint]]\nkey = \"both\"\nname = \"both\"\nall_of = [\"meal\", \"room\"]\n";
    let closed: Vec<String> = (0..given.facilities)
        .filter(|_| dice.below(2) == 0)
        .map(|id| format!("\"f{id}\""))
        .collect();
    if outside != ", outside = \"skip\"" && !closed.is_empty() {
        writeln!(
            plan,
            "[[scenario]]\nkey = \"closing\"\nname = \"closing\"\n[[scenario.modification]]\n\
             do = \"close-facilities\"\nfacilities = [{}]",
            closed.join(", ")
        )
        .unwrap();
    }
    (town.project(bounds, &plan), given)
}

/// The law itself, in every unit.
pub(crate) fn assert_balanced(result: &ScenarioResult) {
    let report = &result.report;
    for standard in &report.standards {
        let balance = &standard.figures.balance;
        assert!(
            balance.demand.holds(),
            "{}: {balance:?}",
            standard.figures.key
        );
        assert!(
            balance.facilities.holds(),
            "{}: {balance:?}",
            standard.figures.key
        );
        let (demand, split) = (&balance.demand, &standard.figures.split);
        assert_eq!(demand.in_area_thousandths, split.total_thousandths());
        assert_eq!(demand.covered_thousandths, split.covered_thousandths);
        let cells: u64 = standard.cells.iter().map(|c| c.covered_thousandths).sum();
        assert_eq!(
            demand.covered_thousandths, cells,
            "{}",
            standard.figures.key
        );
        assert_eq!(
            balance.facilities.serving + balance.facilities.unjoined,
            standard.figures.n_facilities
        );
    }
    for joint in &report.joints {
        assert!(
            joint.figures.balance.holds(),
            "{}: {:?}",
            joint.figures.key,
            joint.figures.balance
        );
    }
    for measure in &report.measures {
        for one in &measure.standards {
            assert!(one.demand.holds(), "{}: {one:?}", measure.unit);
        }
    }
    // The table says the same.
    let table = tables::balance(report);
    let rows = formats::csv::to_csv(&table);
    for standard in &report.standards {
        let of = |class: &str| -> String {
            let start = format!(
                "{},demand,{},{class},",
                standard.figures.key, report.demand_unit
            );
            let row = rows.lines().find_map(|line| line.strip_prefix(&start));
            row.unwrap().split(',').next().unwrap().to_owned()
        };
        let thousandths = |text: String| text.replace('.', "").parse::<u64>().unwrap();
        let sum: u64 = ["covered", "uncovered", "too-far", "on-scraps", "outside"]
            .map(|class| thousandths(of(class)))
            .iter()
            .sum();
        assert_eq!(thousandths(of("given")), sum, "{rows}");
    }
}

/// What a figure must not do when service is taken away: look better without a mark.
fn assert_no_better(before: &DistrictReport, after: &DistrictReport, seed: u64) {
    let place = format!("seed {seed}, zone {:?}, {}", after.zone, after.unit);
    assert!(
        after.beyond_thousandths >= before.beyond_thousandths,
        "{place}"
    );
    let no_shorter = |what: &str, before: Option<f64>, after: Option<f64>| {
        if let Some(after) = after {
            let before = before.unwrap_or_else(|| panic!("{place}: {what} was not known before"));
            assert!(
                after >= before - 1e-9,
                "{place}: {what} {before} -> {after}"
            );
        }
    };
    no_shorter("median", before.median_s, after.median_s);
    no_shorter("three quarters", before.quantile_75_s, after.quantile_75_s);
    no_shorter("nine tenths", before.quantile_90_s, after.quantile_90_s);
    if after.is_bound() {
        assert_eq!(after.concentration, None, "{place}");
        return;
    }
    no_shorter("mean", before.mean_s, after.mean_s);
    no_shorter(
        "worst tenth",
        before.worst_tenth_mean_s,
        after.worst_tenth_mean_s,
    );
    if !after.levelled_down {
        no_shorter("Gini", before.gini, after.gini);
        no_shorter("Palma", before.palma, after.palma);
        no_shorter("Theil", before.theil, after.theil);
    }
}

#[test]
fn nothing_is_lost_in_a_thousand_random_plans() {
    let towns: Vec<Town> = MAPS.iter().map(|map| Town::new(map)).collect();
    let (mut n_done, mut n_closing, mut n_exact) = (0, 0, 0);
    let (mut n_with_outside, mut n_with_too_far, mut n_levelled) = (0, 0, 0);
    for seed in 0..4_000_u64 {
        if n_done == 1_000 {
            break;
        }
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        let town = &towns[usize::try_from(seed % 3).unwrap()];
        let (project, given) = random_plan(town, &mut dice);
        let project = match project {
            Ok(project) => project,
            Err(why) => {
                // A plan without demand, or of another place, is refused in words.
                let is_known = [
                    "no demand in the study area",
                    "rows lie outside",
                    "no street of",
                    "is left out, so nothing changes it",
                ]
                .iter()
                .any(|reason| why.contains(reason));
                assert!(is_known, "seed {seed}: {why}");
                continue;
            }
        };
        n_done += 1;
        let results = run(&project).unwrap();
        for result in &results {
            assert_balanced(result);
            let (demand, places) = (demand_of(&result.report), facilities_of(&result.report));
            assert_eq!(places.given, given.facilities, "seed {seed}");
            assert_eq!(places.other_kind, given.other_kind, "seed {seed}");
            if let Some(all) = given.demand_thousandths {
                assert_eq!(demand.given_thousandths, all, "seed {seed}");
            }
            if let Some(outside) = given.outside_thousandths {
                assert_eq!(demand.outside_thousandths, outside, "seed {seed}");
            }
            n_with_outside += usize::from(demand.outside_thousandths > 0 && places.outside > 0);
            n_with_too_far += usize::from(demand.too_far_thousandths > 0);
        }
        let [before, after] = results.as_slice() else {
            continue;
        };
        n_closing += 1;
        let standards = &before.detail_report.standards;
        let pairs = standards.iter().zip(&after.detail_report.standards);
        // Room is shared out among all; only who is nearest is compared here.
        for (before, after) in pairs.filter(|(before, _)| before.key == "meal") {
            for (before, after) in before.districts.iter().zip(&after.districts) {
                assert_no_better(before, after, seed);
                n_exact += usize::from(!after.is_bound() && after.gini.is_some());
                n_levelled += usize::from(after.levelled_down);
            }
        }
    }
    assert_eq!(n_done, 1_000);
    // The plans must be such that the law could fail.
    assert!(
        n_closing > 200 && n_exact > 20 && n_levelled > 0,
        "{n_closing} {n_exact} {n_levelled}"
    );
    assert!(
        n_with_outside > 50 && n_with_too_far > 50,
        "{n_with_outside} {n_with_too_far}"
    );
}

#[test]
fn closing_stations_makes_no_figure_look_better_unmarked() {
    // Four stations 1 km apart: distances are even from 0 to 500 m, Gini 1/3. With one alone they run
    // to 3,500 m, of which the search sees 720 m.
    let town = Town::new(MAPS[0]);
    let rows: String = (0..4).fold("id,lng,lat,kind\n".to_owned(), |rows, i| {
        let at = town.lng_lat(500.0 + 1_000.0 * f64::from(i), 0.0);
        format!("{rows}f{i},{at},rider-canteen\n")
    });
    town.file("f.csv", &rows);
    let closing = |ids: &str| {
        format!(
            "[[scenario]]\nkey = \"closing\"\nname = \"closing\"\n[[scenario.modification]]\n\
             do = \"close-facilities\"\nfacilities = [{ids}]\n"
        )
    };
    let outcome = |limit: &str, ids: &str| {
        let plan = layer("")
            + STREET_LENGTH
            + standard("meal", limit, "").as_str()
            + closing(ids).as_str();
        let project = town
            .project([-300.0, -400.0, 4_300.0, 400.0], &plan)
            .unwrap();
        let results = run(&project).unwrap();
        let of = |result: &ScenarioResult| result.detail_report.standards[0].districts[0].clone();
        (
            of(&results[0]),
            of(&results[1]),
            tables::districts(&results[1].report, &results[1].detail_report),
        )
    };
    let (before, after, table) = outcome("5min", "\"f1\", \"f2\", \"f3\"");
    assert!(
        (before.gini.unwrap() - 1.0 / 3.0).abs() < 0.01,
        "{before:?}"
    );
    assert!(!before.is_bound() && after.is_bound());
    let csv = formats::csv::to_csv(&table);
    assert!(
        csv.contains("gini_bound") && csv.contains("at-least"),
        "{csv}"
    );
    // Searched far enough, the figure is the right one: one at the end of 4 km, 500 m in.
    let (_, after, table) = outcome("30min", "\"f1\", \"f2\", \"f3\"");
    assert!(!after.is_bound());
    assert!((after.gini.unwrap() - 0.393).abs() < 0.01, "{after:?}");
    assert!(!formats::csv::to_csv(&table).contains("at-least"));
}
