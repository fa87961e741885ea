//! Pseudo-random numbers from a seed: the counter-based generator `SplitMix64` (Steele, Lea and Flood 2014).

/// A well-mixed number for an index (the finalizer of Steele, Lea and Flood's `SplitMix`).
pub(crate) fn mixed(index: u64) -> u64 {
    let mut z = index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Numbers from a seed.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mixed(seed))
    }

    /// A number in `0..n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        let n = u64::try_from(n.max(1)).expect("a count fits 64 bits");
        usize::try_from(mixed(self.0) % n).expect("less than a count")
    }

    /// A positive number, above `x` with a chance of about e^-x; without a logarithm, which differs between machines.
    pub(crate) fn exponential(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(1);
        let bits = mixed(self.0);
        let zeros = bits.leading_zeros();
        let rest = u32::try_from(bits.wrapping_shl(zeros + 1) >> 32).expect("32 bits are left");
        std::f64::consts::LN_2 * (f64::from(zeros) + 1.0 - f64::from(rest) / f64::from(u32::MAX))
    }
}
