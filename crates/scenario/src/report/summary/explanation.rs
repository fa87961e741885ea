use crate::evaluate::explain::{Explanation, Route};
use crate::report::summary::text::{Text, minutes, percent};

/// A place and what every standard says about it.
pub fn explanation(found: &Explanation) -> String {
    let mut out = Text::default();
    let zone = found
        .zone
        .as_deref()
        .map_or_else(String::new, |zone| format!(", zone {zone}"));
    out.line(&format!(
        "{:.6},{:.6} in cell {}{zone}",
        found.lng, found.lat, found.cell
    ));
    for standard in &found.standards {
        let state = match (&standard.reason, standard.is_fragile) {
            (Some(reason), _) => format!("not covered: {reason}"),
            (None, true) => "covered, but fragile".to_owned(),
            (None, false) => "covered".to_owned(),
        };
        let hour = standard
            .at
            .as_deref()
            .map_or_else(String::new, |at| format!(", open {at}"));
        out.line(&format!(
            "  {} ({}), {} by {}{hour}: {state}",
            standard.name,
            standard.key,
            minutes(standard.limit_s),
            standard.profile
        ));
        if let Some(share) = standard.finds_room_share {
            let line = format!(
                "    room for {} of those who ask there",
                percent(Some(share))
            );
            out.line(&line);
        }
        let Some(facility) = &standard.facility else {
            let why = if standard.walk_m.is_none() {
                "    no street of the profile is near enough".to_owned()
            } else {
                let far = minutes(standard.limit_s * 2.0);
                format!("    no open facility within {far} or more")
            };
            out.line(&why);
            continue;
        };
        let mark = if facility.illustrative {
            " [illustrative 示意]"
        } else {
            ""
        };
        let margin = standard.margin_s.unwrap_or_default();
        let margin = if margin < 0.0 {
            format!("{} too long", minutes(-margin))
        } else {
            format!("{} to spare", minutes(margin))
        };
        out.line(&format!(
            "    {} {}{mark}: {}, {margin}; {} within the limit",
            facility.id,
            facility.name,
            minutes(facility.time_s),
            standard.n_within_limit
        ));
        if let Some(route) = &standard.route {
            self::route(&mut out, route);
        }
        if let Some(second) = &standard.second {
            let time = minutes(second.time_s);
            out.line(&format!("    next: {} {}: {time}", second.id, second.name));
        }
    }
    out.0
}

fn route(out: &mut Text, route: &Route) {
    let mut rows: Vec<[String; 3]> = vec![[
        "walk to the street".to_owned(),
        String::new(),
        minutes(route.walk_s),
    ]];
    for step in &route.steps {
        let name = if step.name.is_empty() {
            "(no name)"
        } else {
            &step.name
        };
        rows.push([
            name.to_owned(),
            format!("{:.0} m", step.length_m),
            minutes(step.time_s),
        ]);
    }
    rows.push([
        "walk from the street, start delay".to_owned(),
        String::new(),
        minutes(route.arrival_s),
    ]);
    for row in &mut rows {
        row[0].insert_str(0, "    ");
    }
    out.table(&rows);
}
