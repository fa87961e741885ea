//! A session lays out each metric once, whatever it is asked.

use scenario::{IsochroneParts, IsochroneQuestion, Modification, Session};
use units::LngLat;

use crate::shenzhen::load;

#[test]
fn a_hundred_drag_previews_lay_out_the_network_at_most_once() {
    // A project of its own: others count too.
    let project = load();
    let mut session = Session::new(&project, &[]).unwrap();
    let moved = |i: i32| -> Modification {
        let to = LngLat::from_e7(1_140_311_000 + i * 900, 225_602_000 - i * 700);
        let json = format!(r#"{{"do": "move-facility", "facility": "W03", "to": "{to}"}}"#);
        serde_json::from_str(&json).unwrap()
    };
    let before = project.layouts.n_made();
    for i in 0..100 {
        let previewed = session.preview(&moved(i)).unwrap();
        let stood = &session.decisions().evaluation.facilities;
        assert_ne!(&previewed.evaluation.facilities, stood);
    }
    assert!(project.layouts.n_made() <= before + 1);

    // Isochrones and ways search in both directions of two profiles, once each.
    let ask = |session: &Session<'_>| {
        let cells = [0, 40, 300].map(coverage::CellRank::from_index);
        for standard in 0..project.standards.len() {
            for cell in cells {
                session.trips(standard, cell);
            }
        }
        for profile in ["rider", "foot"] {
            for direction in [reach::Direction::From, reach::Direction::Towards] {
                let question = IsochroneQuestion {
                    profile,
                    at: units::parse_position("114.0595,22.5431").unwrap(),
                    direction,
                    limit: units::parse_time("3min").unwrap(),
                    parts: IsochroneParts {
                        outline: true,
                        streets: false,
                        cells: false,
                    },
                };
                session.isochrone(&question).unwrap().unwrap();
            }
        }
        session.report("key", "name");
    };
    ask(&session);
    let all = project.layouts.n_made();
    assert!(all <= 4, "{all} layouts of two directions and two profiles");
    for i in 0..3 {
        session.edit(moved(i)).unwrap();
        ask(&session);
    }
    // A second session over the same streets shares them.
    let other = Session::new(&project, &[]).unwrap();
    ask(&other);
    assert_eq!(project.layouts.n_made(), all);

    // Another metric is laid out for itself, and once.
    let close = r#"{"do": "close-street", "name": "深南大道"}"#;
    session.edit(serde_json::from_str(close).unwrap()).unwrap();
    ask(&session);
    let closed = project.layouts.n_made();
    assert!(all < closed && closed <= all + 4, "{closed} after {all}");
    for i in 0..20 {
        session.preview(&moved(i)).unwrap();
        ask(&session);
    }
    assert_eq!(project.layouts.n_made(), closed);
}
