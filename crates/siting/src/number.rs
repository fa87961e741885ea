//! Conversions between the number types of the solvers, each with the reason why it loses nothing that matters.

/// A 32-bit index as an array index.
pub(crate) fn at(index: u32) -> usize {
    usize::try_from(index).expect("an address has at least 32 bits")
}

/// An array index as the 32-bit index that is stored.
pub(crate) fn ix(index: usize) -> u32 {
    u32::try_from(index).expect("an instance holds fewer than 2^32 sites and demand points")
}

/// A count as a signed quantity.
pub(crate) fn count(n: usize) -> i64 {
    i64::try_from(n).expect("a count of things in memory fits 63 bits")
}

/// The nearest float; used for step sizes and ratios only, never for a value that is reported as exact.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a step size needs no more than 53 bits"
)]
pub(crate) fn float(value: i64) -> f64 {
    value as f64
}

/// The nearest float of a wide integer; for ratios only.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a ratio needs no more than 53 bits"
)]
pub(crate) fn float_wide(value: i128) -> f64 {
    value as f64
}

/// The integer nearest to a float; floats outside the range stop at its ends, not-a-number is 0.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the cast saturates, which is what a step past the end should do"
)]
pub(crate) fn rounded(value: f64) -> i64 {
    // Adding a half and letting the cast cut is one instruction; `round` is a call on older processors.
    (value + 0.5_f64.copysign(value)) as i64
}

/// Distance between objective and bound, as a share of the larger one: 0 is proven optimal, 1 is unknown.
pub fn share_apart(objective: i128, bound: i128) -> f64 {
    let larger = objective.abs().max(bound.abs());
    if larger == 0 {
        0.0
    } else {
        float_wide((objective - bound).abs()) / float_wide(larger)
    }
}
