//! How far one gets within a time: `cargo run -p reach --example isochrone`.
//!
//! On a grid of streets, 100 m a block and 20 s a block, what is reached within b blocks' time of a
//! crossing is known beforehand: 4 b² blocks of street. The street pieces say so exactly; the outline
//! is a picture of them and tells how far it is off.
#![expect(clippy::print_stdout, reason = "an example talks to who runs it")]

use graph::{Metric, grid_city::GridCity};
use reach::{
    Direction, IsochroneIndex, IsochroneOptions, IsochroneSpace, JOIN_RADIUS, Joining, Network,
    SnapIndex, isochrone,
};
use units::{Length, LngLat, Speed, TravelTime};

const SIDE: usize = 41;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let corner = LngLat::from_degrees(114.05, 22.54)?;
    let city = GridCity::new(SIDE, Length::from_m(100), corner);
    let speed = Speed::from_mm_per_s(5_000).ok_or("a speed is positive")?;
    let metric = Metric::uniform(&city.graph, speed);
    let network = Network::new(&city.graph, &metric);

    // A position becomes a place by joining it to the streets: the crossing in the middle.
    let streets = SnapIndex::new(&city.graph, |_| true);
    let joining = Joining::new(&network, &streets, JOIN_RADIUS, None);
    let middle = city.position(SIDE / 2, SIDE / 2);
    let place = joining.join(middle).ok_or("streets are near")?.place;

    // The index and the space are kept for further questions; each limit is answered by itself.
    let index = IsochroneIndex::new(&city.graph, |_| true);
    let mut space = IsochroneSpace::default();
    let blocks = [3_u32, 6, 12];
    let limits = blocks.map(|b| TravelTime::from_secs(20 * b));
    let options = IsochroneOptions {
        pieces: true,
        ..IsochroneOptions::OUTLINE
    };
    let found = isochrone(
        &network,
        &index,
        &mut space,
        &place,
        Direction::From,
        &limits,
        options,
    );
    for (reached, blocks) in found.iter().zip(blocks) {
        let drawn = reached.outline.as_ref().ok_or("an outline was asked for")?;
        let pieces = reached.pieces.as_ref().ok_or("pieces were asked for")?;
        println!(
            "within {}: {} m of street in {} pieces; the outline leaves {:.1} % of it outside",
            reached.limit,
            reached.reached_mm / 1_000,
            pieces.len(),
            100.0 * drawn.leak.outside_share(),
        );
        // Times are whole tenths of a second, so each of the 8 b + 4 streets that lead on is
        // reached for less than a twentieth of a second more: 25 cm.
        let blocks = u64::from(blocks);
        let predicted_mm = 4 * blocks * blocks * 100_000;
        let rounding_mm = (8 * blocks + 4) * 250;
        assert!((predicted_mm..predicted_mm + rounding_mm).contains(&reached.reached_mm));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_streets_within_reach_are_those_predicted() {
        super::main().expect("the city is a city");
    }
}
