//! Whatever the plan and whatever the edits: a session reports what a run from scratch reports,
//! byte by byte, before an edit is made, after it, and once it is taken back.

use std::fmt::Write as _;

use proptest::prelude::*;
use scenario::run::ScenarioResult;
use scenario::{Change, Modification, Project, ScenarioReport, Session, evaluate};

use crate::drawn_plan::DrawnPlan;

/// Two streets across, one one-way between them, a yard behind a gate, a scrap of street.
const MAP: &str = "grid 300m
a b c d
e f g h
i j k l

  p q
nodes
g barrier=gate|access=private
ways
abcd highway=residential|name=North
efh highway=residential|name=Middle
ijkl highway=residential|name=South
aei highway=residential
bfj highway=residential|oneway=yes
cgk highway=service|access=private
dhl highway=residential
pq highway=footway|bicycle=yes
";

const LETTERS: &[char] = &[
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'p',
];

const KINDS: [&str; 2] = ["warm-station", "rider-canteen"];

const HOURS: [&str; 3] = ["", "24/7", "Mo-Fr 08:00-20:00"];

#[derive(Clone, Debug)]
struct Station {
    at: char,
    kind: usize,
    hours: usize,
    capacity: Option<u32>,
}

#[derive(Clone, Debug)]
struct Standard {
    kind: Option<usize>,
    is_rider: bool,
    limit_min: u32,
    required: u32,
    at_night: bool,
    has_supply: bool,
}

#[derive(Clone, Debug)]
enum Edit {
    Add(char, usize),
    Move(usize, char),
    Close(usize),
    Hours(usize, usize),
    Limit(usize, u32),
    CloseStreet,
    OpenGates,
    Choose(usize),
}

#[derive(Clone, Debug)]
struct Town {
    stations: Vec<Station>,
    standards: Vec<Standard>,
    counts_riders: bool,
    n_measures: usize,
    edits: Vec<Edit>,
}

fn letter() -> impl Strategy<Value = char> {
    proptest::sample::select(LETTERS)
}

fn town() -> impl Strategy<Value = Town> {
    let station = (
        letter(),
        0..2_usize,
        0..3_usize,
        proptest::option::of(1..4_u32),
    );
    let station = station.prop_map(|(at, kind, hours, capacity)| Station {
        at,
        kind,
        hours,
        capacity,
    });
    let standard = (
        proptest::option::of(0..2_usize),
        any::<bool>(),
        2..9_u32,
        1..3_u32,
        any::<bool>(),
        any::<bool>(),
    );
    let standard = standard.prop_map(
        |(kind, is_rider, limit_min, required, at_night, has_supply)| Standard {
            kind,
            is_rider,
            limit_min,
            required,
            at_night,
            has_supply,
        },
    );
    let edit = prop_oneof![
        3 => (letter(), 0..2_usize).prop_map(|(at, kind)| Edit::Add(at, kind)),
        3 => (0..6_usize, letter()).prop_map(|(which, to)| Edit::Move(which, to)),
        2 => (0..6_usize).prop_map(Edit::Close),
        2 => (0..6_usize, 1..3_usize).prop_map(|(which, hours)| Edit::Hours(which, hours)),
        2 => (0..2_usize, 1..12_u32).prop_map(|(which, limit)| Edit::Limit(which, limit)),
        1 => Just(Edit::CloseStreet),
        1 => Just(Edit::OpenGates),
        1 => (0..2_usize).prop_map(Edit::Choose),
    ];
    (
        proptest::collection::vec(station, 1..5),
        proptest::collection::vec(standard, 2),
        any::<bool>(),
        0..3_usize,
        proptest::collection::vec(edit, 1..6),
    )
        .prop_map(
            |(stations, standards, counts_riders, n_measures, edits)| Town {
                stations,
                standards,
                counts_riders,
                n_measures,
                edits,
            },
        )
}

impl Town {
    fn project(&self) -> Project {
        let mut plan = String::from("[hours]\nday = \"We 12:00\"\nnight = \"We 22:00\"\n");
        plan += if self.counts_riders {
            "[demand]\nsource = \"table\"\npath = \"riders.csv\"\nencoding = \"utf-8\"\n\
             unit = \"riders\"\n"
        } else {
            "[demand]\nsource = \"street-length\"\nprofile = \"foot\"\n"
        };
        for number in 0..self.n_measures {
            writeln!(
                plan,
                "[[measure]]\nsource = \"table\"\npath = \"orders.csv\"\nencoding = \"utf-8\"\n\
                 unit = \"orders-{number}\""
            )
            .unwrap();
        }
        for kind in KINDS {
            writeln!(
                plan,
                "[[layer]]\nname = \"{kind}\"\nkind = \"{kind}\"\n\
                 from = {{ path = \"{kind}.csv\", encoding = \"utf-8\" }}"
            )
            .unwrap();
        }
        for (number, standard) in self.standards.iter().enumerate() {
            let profile = if standard.is_rider { "rider" } else { "foot" };
            let limit = standard.limit_min;
            writeln!(
                plan,
                "[[standard]]\nkey = \"s{number}\"\nname = \"s{number}\"\n\
                 profile = \"{profile}\"\nlimit = \"{limit}min\""
            )
            .unwrap();
            if let Some(kind) = standard.kind {
                writeln!(plan, "kinds = [\"{}\"]", KINDS[kind]).unwrap();
            }
            if standard.at_night {
                plan += "at = \"We 22:00\"\n";
            }
            // Room is asked for where one facility suffices.
            if standard.has_supply && standard.required == 1 {
                plan += "supply = { slots = 1, demand = 200 }\n";
            } else if standard.required > 1 {
                writeln!(plan, "required = {}", standard.required).unwrap();
            }
        }
        plan += "[[joint]]\nkey = \"all\"\nname = \"all\"\nall_of = [\"s0\", \"s1\"]\n\
                 [[joint]]\nkey = \"any\"\nname = \"any\"\nany_of = [\"s0\", \"s1\"]\n\
                 [[candidates]]\nfrom = { path = \"candidates.csv\", encoding = \"utf-8\" }\n";
        let tables: Vec<(String, String)> = (0..KINDS.len()).map(|kind| self.table(kind)).collect();
        let mut files = vec![
            (
                "riders.csv",
                "lng,lat,demand\n{a},100\n{g},50\n{h},70\n{l},3\n{p},5\n",
            ),
            ("orders.csv", "lng,lat,demand\n{b},10\n{k},20\n{p},4\n"),
            ("candidates.csv", "id,lng,lat\nx,{c}\ny,{j}\nz,{p}\n"),
        ];
        files.extend(
            tables
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str())),
        );
        let drawn = DrawnPlan {
            map: MAP,
            plan: &plan,
            files: &files,
        };
        drawn
            .project()
            .unwrap_or_else(|problems| panic!("{problems}\n{plan}"))
    }

    /// The file of the stations of one kind; every other kind of plan has an empty table.
    fn table(&self, kind: usize) -> (String, String) {
        let mut text = String::from("id,lng,lat,opening_hours,capacity\n");
        for (number, station) in self.stations.iter().enumerate() {
            if station.kind == kind {
                let capacity = station.capacity.map_or(String::new(), |c| c.to_string());
                let (at, hours) = (station.at, HOURS[station.hours]);
                writeln!(text, "S{number},{{{at}}},{hours},{capacity}").unwrap();
            }
        }
        (format!("{}.csv", KINDS[kind]), text)
    }

    /// An edit as a planner makes it; it may name what is not there.
    fn edit(&self, number: usize, edit: &Edit, at: impl Fn(char) -> String) -> Modification {
        let known = |which: usize| format!("S{}", which % self.stations.len().max(1));
        let json = match *edit {
            Edit::Add(letter, kind) => format!(
                r#"{{"do": "add-facility", "id": "new-{number}", "kind": "{}", "at": "{}",
                     "capacity": 2, "start_delay": "30s"}}"#,
                KINDS[kind],
                at(letter)
            ),
            Edit::Move(which, letter) => format!(
                r#"{{"do": "move-facility", "facility": "{}", "to": "{}"}}"#,
                known(which),
                at(letter)
            ),
            Edit::Close(which) => format!(
                r#"{{"do": "close-facilities", "facilities": ["{}"]}}"#,
                known(which)
            ),
            Edit::Hours(which, hours) => format!(
                r#"{{"do": "change-hours", "facility": "{}", "opening_hours": "{}"}}"#,
                known(which),
                HOURS[hours]
            ),
            Edit::Limit(which, limit) => format!(
                r#"{{"do": "change-limit", "standard": "s{which}", "limit": "{limit}min"}}"#
            ),
            Edit::CloseStreet => r#"{"do": "close-street", "name": "Middle"}"#.to_owned(),
            Edit::OpenGates => r#"{"do": "set-gates", "policy": "through"}"#.to_owned(),
            Edit::Choose(which) => format!(
                r#"{{"do": "choose-sites", "standard": "s{which}", "sites": 1, "kind": "{}"}}"#,
                KINDS[self.standards[which].kind.unwrap_or(0)]
            ),
        };
        serde_json::from_str(&json).unwrap()
    }
}

/// The bytes of `result.json`.
fn bytes(report: &ScenarioReport) -> String {
    serde_json::to_string_pretty(report).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_session_reports_what_a_run_from_scratch_reports(town in town()) {
        let project = town.project();
        let drawn = DrawnPlan { map: MAP, plan: "", files: &[] };
        let at = |letter| drawn.position(letter).to_string();
        let scratch = |session: &Session<'_>| {
            let changes: Vec<Change> = session.changes().cloned().collect();
            let evaluation = evaluate(&project, &changes).unwrap();
            bytes(&ScenarioReport::of(&project, "x", "x", &evaluation))
        };
        let mut session = Session::new(&project, &[]).unwrap();
        let mut seen = vec![bytes(&session.report("x", "x"))];
        prop_assert_eq!(&seen[0], &scratch(&session));
        for (number, edit) in town.edits.iter().enumerate() {
            let edit = town.edit(number, edit, at);
            let preview = session.preview(&edit).map(|preview| preview.report(&project, "x", "x"));
            let was_made = session.edit(edit).is_ok();
            prop_assert_eq!(preview.is_ok(), was_made);
            let now = bytes(&session.report("x", "x"));
            prop_assert_eq!(&now, &scratch(&session));
            if let Ok(preview) = preview {
                prop_assert_eq!(&bytes(&preview), &now);
                seen.push(now);
            } else {
                prop_assert_eq!(&now, seen.last().unwrap());
            }
        }
        // As `run` and the page's details have it.
        let changes: Vec<Change> = session.changes().cloned().collect();
        let run = ScenarioResult::of(&project, "x", "x", &changes).unwrap();
        prop_assert_eq!(&bytes(&run.report), seen.last().unwrap());
        while session.undo().is_some() {
            seen.pop();
            prop_assert_eq!(&bytes(&session.report("x", "x")), seen.last().unwrap());
        }
        prop_assert_eq!(seen.len(), 1);
    }
}
