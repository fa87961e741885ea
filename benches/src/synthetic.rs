//! A seeded table of facilities with opening hours and capacities; SYNTHETIC, none of them exists.

use std::fmt::Write as _;

use graph::StreetGraph;
use units::LngLat;

/// The kinds that take turns in the table.
pub const KINDS: [&str; 4] = [
    "battery-swap-cabinet",
    "warm-station",
    "rider-canteen",
    "rider-pharmacy",
];

const SEED: u64 = 20_260_601;

const HOURS: [&str; 8] = [
    "24/7",
    "Mo-Su 08:00-20:00",
    "Mo-Fr 09:00-18:00",
    "Mo-Su 06:00-14:00,22:00-02:00",
    "Mo-Fr 10:00-22:00; Sa,Su 11:00-17:00",
    "Mo-Sa 07:00-19:00",
    "Mo-Su 18:00-06:00",
    "Tu-Su 11:30-21:30",
];

/// CSV with `id,kind,lng,lat,opening_hours,capacity`: so many facilities on corners of the streets,
/// 4 to 24 slots each. The same streets give the same table.
///
/// # Panics
/// When there are no streets.
pub fn facilities(streets: &StreetGraph, n: usize) -> String {
    // By position, so that the table does not hang on how the network numbers its edges.
    let mut corners: Vec<LngLat> = streets
        .edges()
        .map(|edge| streets.node_position(streets.edge_ends(edge).0))
        .collect();
    corners.sort_unstable_by_key(|at| (at.lng_e7(), at.lat_e7()));
    corners.dedup();
    let mut table = "id,kind,lng,lat,opening_hours,capacity\n".to_owned();
    let mut state = SEED;
    for number in 0..n {
        // A linear congruential generator (Knuth, MMIX).
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let drawn = usize::try_from(state >> 33).expect("31 bits are left");
        let at = corners[drawn % corners.len()];
        let (kind, hours) = (KINDS[number % 4], HOURS[drawn / 7 % HOURS.len()]);
        let capacity = 4 + drawn % 21;
        let (lng, lat) = (at.lng(), at.lat());
        writeln!(table, "s{number},{kind},{lng},{lat},\"{hours}\",{capacity}")
            .expect("writing to a string cannot fail");
    }
    table
}
