//! Where something could be built: existing addresses and street corners.

use coverage::FacilityKind;
use units::parse_length;

use crate::plan::problem::Problems;
use crate::plan::spec::{CandidatesSpec, DemandSpec, Outside};
use crate::project::candidate::Candidate;
use crate::resolve::corners::street_corners;
use crate::resolve::demand_source::DemandInputs;
use crate::resolve::sources::Reader;

/// The candidates of each `[[candidates]]` of a plan.
pub(crate) fn candidates(
    reader: &mut Reader<'_>,
    inputs: &DemandInputs<'_>,
    problems: &mut Problems,
) -> Vec<Vec<Candidate>> {
    let all = &reader.plan.spec.candidates;
    (1..)
        .zip(all)
        .map(|(number, one)| of_source(reader, one, number, inputs, problems))
        .collect()
}

fn of_source(
    reader: &mut Reader<'_>,
    candidates: &CandidatesSpec,
    number: usize,
    inputs: &DemandInputs<'_>,
    problems: &mut Problems,
) -> Vec<Candidate> {
    let spec = &reader.plan.spec;
    let place = format!("[[candidates]] {number}");
    match (&candidates.street_corners, &candidates.from) {
        (Some(spacing), None) => {
            let Some(spacing) = problems.keep(&place, parse_length(spacing)) else {
                return Vec::new();
            };
            let profile = match &spec.demand {
                DemandSpec::StreetLength { profile, .. } => profile,
                _ => match spec.standards.first() {
                    Some(standard) => &standard.profile,
                    None => return Vec::new(),
                },
            };
            let Some(streets) = inputs.profiles.get(profile) else {
                return Vec::new();
            };
            street_corners(
                &reader.city.streets,
                &streets.components,
                inputs.area,
                spacing,
            )
        }
        (None, Some(from)) => {
            let mut n_outside = 0_usize;
            // Candidates have no kind of their own; the reader wants one for every row.
            let found = match reader.source(&place, from, Some(&FacilityKind::BatterySwapCabinet)) {
                Ok(rows) => rows
                    .taken
                    .into_iter()
                    .filter(|row| {
                        let is_kept = from.outside == Some(Outside::Keep)
                            || reader.area.locate(row.position).is_some();
                        n_outside += usize::from(!is_kept);
                        is_kept
                    })
                    .map(|row| Candidate {
                        id: row.id,
                        name: row.name,
                        position: row.position,
                        start_delay: row.start_delay,
                        illustrative: row.illustrative,
                    })
                    .collect(),
                Err(more) => {
                    problems.extend(more);
                    Vec::new()
                }
            };
            if n_outside > 0 {
                reader.notes.push(format!(
                    "{place}: {n_outside} candidates lie outside the study area and are left out; \
                     `outside = \"keep\"` keeps them"
                ));
            }
            found
        }
        _ => {
            problems.add(format!("{place}: give either `street_corners` or `from`"));
            Vec::new()
        }
    }
}
