use coverage::ReachedCells;
use reach::{Direction, Isochrone, IsochroneOptions, Joined, Joining, OutlineOptions, Snap};
use units::{LngLat, TravelTime};

use crate::project::margin;
use crate::session::Session;

/// Which isochrone, and what of it.
#[derive(Clone, Copy, Debug)]
pub struct IsochroneQuestion<'a> {
    /// Name of a profile that a standard of the plan uses.
    pub profile: &'a str,
    /// The place.
    pub at: LngLat,
    /// From the place or towards it.
    pub direction: Direction,
    /// Inclusive limit.
    pub limit: TravelTime,
    /// What is made.
    pub parts: IsochroneParts,
}

/// What is made of an isochrone; its street length always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsochroneParts {
    /// The outline with its errors.
    pub outline: bool,
    /// The street pieces as lines with times.
    pub streets: bool,
    /// The street length in each cell of the study area.
    pub cells: bool,
}

/// What is reached from a position, or from where it is reached, within a limit: street time, the
/// walk between position and street not counted, that along the street to a junction beside it
/// counted.
#[derive(Clone, Debug)]
pub struct JoinedIsochrone {
    /// Where the position was joined to the streets.
    pub snap: Snap,
    /// Street length and outline.
    pub isochrone: Isochrone,
    /// Reached street pieces in the direction of travel, with the times at both ends, when asked
    /// for.
    pub streets: Option<Vec<PieceLine>>,
    /// Reached street by cell, when asked for.
    pub cells: Option<ReachedCells>,
}

/// A reached street piece.
#[derive(Clone, Debug)]
pub struct PieceLine {
    /// Its shape in the direction of travel.
    pub line: Vec<LngLat>,
    /// Time at its first position.
    pub start: TravelTime,
    /// Time at its last position.
    pub end: TravelTime,
}

impl Session<'_> {
    /// The isochrone of a position on the streets as they stand in this session, closures included.
    /// `None` when no usable street lies within the plan's snap radius.
    ///
    /// # Errors
    /// When no standard of the plan uses the profile.
    ///
    /// Cost: one bounded search and what is asked for; an outline lays out the streets in cells the
    /// first time.
    pub fn isochrone(
        &self,
        question: &IsochroneQuestion<'_>,
    ) -> Result<Option<JoinedIsochrone>, String> {
        let &IsochroneQuestion {
            profile,
            at,
            direction,
            limit,
            parts,
        } = question;
        let streets = self.streets(profile).ok_or_else(|| {
            let known: Vec<&str> = self.profiles().collect();
            format!(
                "no standard of the plan uses profile `{profile}`; take {}",
                known.join(" or ")
            )
        })?;
        let project = self.project();
        margin::within(&project.profiles[profile].profile, limit, project.margin)?;
        let network = streets.network();
        let joining = Joining::new(&network, &streets.index, streets.link.radius, None);
        let Some(Joined { place, snap, .. }) = joining.join(at) else {
            return Ok(None);
        };
        let options = IsochroneOptions {
            outline: parts.outline.then_some(OutlineOptions::STANDARD),
            pieces: parts.streets || parts.cells,
        };
        let limits = [limit];
        let mut isochrone = streets.streets.with_isochrones(|index, space| {
            reach::isochrone(&network, index, space, &place, direction, &limits, options)
                .pop()
                .expect("one limit gives one isochrone")
        });
        let pieces = isochrone.pieces.take().unwrap_or_default();
        let cells = parts
            .cells
            .then(|| ReachedCells::of(&project.city.streets, &project.area, &pieces));
        let lines = || {
            let long = pieces.iter().filter(|p| p.start_offset != p.end_offset);
            let line = |piece: &reach::ReachedPiece| PieceLine {
                line: piece.line(&network),
                start: piece.start,
                end: piece.end,
            };
            long.map(line).collect()
        };
        Ok(Some(JoinedIsochrone {
            snap,
            isochrone,
            streets: parts.streets.then(lines),
            cells,
        }))
    }
}
