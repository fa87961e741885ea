//! A city whose answer can be worked out on paper: `cargo run -p coverage --example predicted_grid`.
//!
//! Five by five crossings, 100 m apart, ridden at 5 m/s: 20 s a block. The i-th crossing has a
//! demand of 2^i, so the covered sum read in binary names the crossings that are covered. Whoever
//! changes how coverage is decided sees here, crossing by crossing, what changed.
#![expect(clippy::print_stdout, reason = "an example talks to who runs it")]

use std::num::NonZeroU32;

use coverage::{
    Demand, DemandSet, Facility, FacilityKind, LinkOptions, Linkage, OpenSet, Resolution, Rows,
    ServiceCoverage, ServiceInputs, StudyArea,
};
use graph::{Metric, grid_city::GridCity};
use reach::{JOIN_RADIUS, Network, SnapIndex};
use units::{BoundingBox, Length, LngLat, Outline, Speed, TravelTime};

const SIDE: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The streets, and what each piece of them costs.
    let corner = LngLat::from_degrees(114.05, 22.54)?;
    let city = GridCity::new(SIDE, Length::from_m(100), corner);
    let speed = |mm_per_s| Speed::from_mm_per_s(mm_per_s).ok_or("a speed is positive");
    let metric = Metric::uniform(&city.graph, speed(5_000)?);
    let network = Network::new(&city.graph, &metric);

    // What is counted, and where: the box of all crossings and a little more.
    let ends = [city.position(0, 0), city.position(SIDE - 1, SIDE - 1)];
    let around = BoundingBox::of(ends).ok_or("two corners make a box")?;
    let outline = Outline::of_box(&around.grown(Length::from_m(300)))?;
    let area = StudyArea::new(outline, Resolution::default())?;
    let crossings = (0..SIDE * SIDE).map(|id| {
        let position = city.position(id % SIDE, id / SIDE);
        (position, Demand::from_thousandths(1 << id))
    });
    let demand = DemandSet::counted("riders", &area, crossings);

    // One warm station at the south-west corner; both sides are joined to the streets.
    let stations = [Facility::new(
        "corner",
        FacilityKind::WarmStation,
        city.position(0, 0),
    )];
    let index = SnapIndex::new(&city.graph, |_| true);
    let options = LinkOptions {
        radius: JOIN_RADIUS,
        walk_speed: speed(1_200)?,
    };
    let from = Linkage::of_demand(&network, &index, &demand, |_| true, options);
    let to = Linkage::of_facilities(&network, &index, &stations, options);

    // One search for all limits; each limit is a fold over its rows.
    let rows = Rows::search(&network, &to, &from, TravelTime::from_mins(3));
    let open = OpenSet::all(stations.len());
    let inputs = ServiceInputs {
        demand: &demand,
        linkage: &from,
        rows: &rows,
        open: &open,
    };
    for blocks in 0..=3_u32 {
        let limit = TravelTime::from_secs(20 * blocks);
        let covered = ServiceCoverage::within(&inputs, limit, NonZeroU32::MIN)
            .total()
            .covered
            .as_thousandths();
        println!("within {limit}: {covered}");
        for y in (0..SIDE).rev() {
            let row: String = (0..SIDE)
                .map(|x| {
                    if covered >> (y * SIDE + x) & 1 == 1 {
                        " #"
                    } else {
                        " ."
                    }
                })
                .collect();
            println!("  {row}");
        }
        assert_eq!(covered, predicted(blocks), "{blocks} blocks");
    }
    Ok(())
}

/// Crossings at most that many blocks from the corner, as a sum of powers of two.
fn predicted(blocks: u32) -> u64 {
    (0..SIDE * SIDE)
        .filter(|id| u32::try_from(id % SIDE + id / SIDE).is_ok_and(|away| away <= blocks))
        .map(|id| 1 << id)
        .sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_prediction_holds() {
        super::main().expect("the city is a city");
    }
}
