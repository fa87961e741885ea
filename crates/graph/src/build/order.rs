use units::LngLat;

use crate::NodeId;

/// The rank of each position along a Hilbert curve over the whole earth, of the finest order.
///
/// Neighbours on the curve are neighbours on the ground, which keeps searches inside few cache
/// lines. The curve does not depend on the other positions, so the streets of a town keep their
/// order whatever else a file holds. Equal positions keep their input order.
///
/// Cost: n log n.
pub(crate) fn hilbert_ranks(positions: &[LngLat]) -> Vec<NodeId> {
    let from_corner = |e7: i32, half_turn: i64| {
        u32::try_from(i64::from(e7) + half_turn).expect("below 360 degrees")
    };
    let mut keyed: Vec<(u64, usize)> = positions
        .iter()
        .enumerate()
        .map(|(i, p)| {
            let x = from_corner(p.lng_e7(), 1_800_000_000);
            let y = from_corner(p.lat_e7(), 900_000_000);
            (distance_along(x, y), i)
        })
        .collect();
    keyed.sort_unstable();
    let mut ranks = vec![NodeId::new(0); positions.len()];
    for (rank, &(_, i)) in keyed.iter().enumerate() {
        ranks[i] = NodeId::from_index(rank);
    }
    ranks
}

/// Distance along the Hilbert curve of order 32 (Hilbert 1891; the iterative form with quadrant
/// rotation is folklore).
fn distance_along(mut x: u32, mut y: u32) -> u64 {
    let mut distance = 0_u64;
    let mut side = 1_u32 << 31;
    while side > 0 {
        let right = u64::from(x & side != 0);
        let upper = u64::from(y & side != 0);
        let quadrant = u64::from(side) * u64::from(side);
        distance = distance.wrapping_add(quadrant.wrapping_mul((3 * right) ^ upper));
        if upper == 0 {
            if right == 1 {
                x = !x;
                y = !y;
            }
            std::mem::swap(&mut x, &mut y);
        }
        side >>= 1;
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_along_the_curve_are_steps_on_the_grid() {
        // On the finest grid consecutive distances are neighbours; check a corner of it.
        let mut cells: Vec<(u64, u32, u32)> = (0..64)
            .flat_map(|x| (0..64).map(move |y| (distance_along(x, y), x, y)))
            .collect();
        cells.sort_unstable();
        for (expected, window) in (1..).zip(cells.windows(2)) {
            let ((_, ax, ay), (b, bx, by)) = (window[0], window[1]);
            assert_eq!(b, expected, "distances are dense");
            assert_eq!(ax.abs_diff(bx) + ay.abs_diff(by), 1, "step {expected}");
        }
    }
}
