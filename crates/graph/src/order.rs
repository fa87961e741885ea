use units::{BoundingBox, LngLat};

use crate::NodeId;

/// The rank of each position along a Hilbert curve over their bounding box.
///
/// Neighbours on the curve are neighbours on the ground, which keeps searches inside few cache
/// lines. Equal curve positions keep their input order.
///
/// Cost: n log n.
pub(crate) fn hilbert_ranks(positions: &[LngLat]) -> Vec<NodeId> {
    let Some(bounding_box) = BoundingBox::of(positions.iter().copied()) else {
        return Vec::new();
    };
    let (sw, ne) = (bounding_box.south_west(), bounding_box.north_east());
    let width = i64::from(ne.lng_e7()) - i64::from(sw.lng_e7());
    let height = i64::from(ne.lat_e7()) - i64::from(sw.lat_e7());
    let side = width.max(height).max(1);
    let scale = |value: i32, from: i32| {
        let offset = i64::from(value) - i64::from(from);
        // 16 bits a side: finer than a metre for a city, and the square fits 32 bits.
        u32::try_from(offset * 65_535 / side).expect("offset lies in 0..=side")
    };
    let mut keyed: Vec<(u32, usize)> = positions
        .iter()
        .enumerate()
        .map(|(i, p)| {
            let (x, y) = (
                scale(p.lng_e7(), sw.lng_e7()),
                scale(p.lat_e7(), sw.lat_e7()),
            );
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

/// Distance along the Hilbert curve of order 16 (Hilbert 1891; the iterative form with quadrant
/// rotation is folklore).
fn distance_along(mut x: u32, mut y: u32) -> u32 {
    let mut distance = 0_u32;
    let mut side = 1_u32 << 15;
    while side > 0 {
        let right = u32::from(x & side != 0);
        let upper = u32::from(y & side != 0);
        distance = distance.wrapping_add(side.wrapping_mul(side).wrapping_mul((3 * right) ^ upper));
        if upper == 0 {
            if right == 1 {
                x = 65_535 - x;
                y = 65_535 - y;
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
        let mut cells: Vec<(u32, u32, u32)> = (0..64)
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
