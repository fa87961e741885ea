use reach::{Direction, PolygonOptions, ReachedNetwork, SearchSpace, SnapIndex, reached_polygons};
use reach::{Joined, Joining, Leak, Snap};
use units::{LngLat, Outline, TravelTime};

use crate::project::margin;
use crate::session::Session;

/// What is reached from a position, or from where it is reached, within a limit: street time, the
/// walk between position and street not counted, that along the street to a junction beside it
/// counted.
#[derive(Clone, Debug)]
pub struct Circle {
    /// Where the position was joined to the streets.
    pub snap: Snap,
    /// Reached street pieces in the direction of travel, with the times at both ends.
    pub pieces: Vec<CirclePiece>,
    /// A picture of the pieces, never used to decide anything.
    pub outline: Outline,
    /// How far the picture lies.
    pub leak: Leak,
    /// Street length within the limit, in millimetres.
    pub reached_mm: u64,
}

/// A reached street piece.
#[derive(Clone, Debug)]
pub struct CirclePiece {
    /// Its shape in the direction of travel.
    pub line: Vec<LngLat>,
    /// Time at its first position.
    pub start: TravelTime,
    /// Time at its last position.
    pub end: TravelTime,
}

impl Session<'_> {
    /// The circle of a position on the streets as they stand in this session, closures included.
    /// `None` when no usable street lies within the plan's snap radius.
    ///
    /// # Errors
    /// When no standard of the plan uses the profile.
    ///
    /// Cost: an index of the streets and one bounded search.
    pub fn circle(
        &self,
        profile: &str,
        at: LngLat,
        direction: Direction,
        limit: TravelTime,
    ) -> Result<Option<Circle>, String> {
        let streets = self.streets(profile).ok_or_else(|| {
            let known: Vec<&str> = self.profiles().collect();
            format!(
                "no standard of the plan uses profile `{profile}`; take {}",
                known.join(" or ")
            )
        })?;
        let project = self.project();
        margin::within(&project.profiles[profile].profile, limit, project.margin)?;
        let graph = &project.city.streets;
        let network = streets.network();
        let joining = Joining::new(&network, &streets.index, streets.link.radius, None);
        let Some(Joined { place, snap, .. }) = joining.join(at) else {
            return Ok(None);
        };
        let mut space = SearchSpace::default();
        let reached = ReachedNetwork::of_place(&network, &mut space, &place, direction, &[limit]);
        let made = &streets.streets;
        let usable = SnapIndex::new(graph, |edge| made.is_joinable(edge) || made.is_scrap(edge));
        let polygon = reached_polygons(&network, &usable, &reached, PolygonOptions::STANDARD)
            .pop()
            .expect("one limit gives one outline");
        let pieces = reached[0]
            .pieces
            .iter()
            .filter(|piece| piece.start_offset != piece.end_offset)
            .map(|piece| CirclePiece {
                line: piece.line(&network),
                start: piece.start,
                end: piece.end,
            })
            .collect();
        Ok(Some(Circle {
            snap,
            pieces,
            outline: polygon.outline,
            leak: polygon.leak,
            reached_mm: reached[0].length_mm(),
        }))
    }
}
