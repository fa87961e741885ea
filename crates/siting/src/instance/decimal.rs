//! Plain decimal numbers, read and printed without losing a digit.
//!
//! Tables carry costs and weights such as `12.50`.
//! A float would make two equal costs differ and a radius miss its own border, so that every number is kept as an integer and a count of decimals, and a table is brought to one common count.

use std::fmt;
use std::str::FromStr;

/// A decimal number: `mantissa` × 10^-`decimals`, exactly.
///
/// ```
/// let cost: siting::Decimal = "12.50".parse()?;
/// assert_eq!(cost.to_string(), "12.5");
/// assert_eq!(cost.scaled(3), Some(12_500));
/// # Ok::<(), siting::DecimalError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    mantissa: i128,
    decimals: u8,
}

/// Why a text is not a decimal number that can be kept exactly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecimalError {
    /// The text is not a plain decimal number.
    #[error("`{text}` is not a plain decimal number such as `12.5`")]
    NotANumber {
        /// The text as given.
        text: String,
    },
    /// More digits than are kept exactly.
    #[error("`{text}` has more than {MAX_DIGITS} digits; round it first")]
    TooLong {
        /// The text as given.
        text: String,
    },
}

/// 10^27 times any 32-bit count still fits the 127 bits of the sums.
const MAX_DIGITS: usize = 27;
/// The least number with more digits than that.
const MOST: i128 = 10_i128.pow(27);

impl Decimal {
    /// `mantissa` × 10^-`decimals`, with trailing zeros dropped.
    pub fn new(mantissa: i128, decimals: u8) -> Self {
        let (mut mantissa, mut decimals) = (mantissa, decimals);
        while decimals > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            decimals -= 1;
        }
        Self { mantissa, decimals }
    }

    /// How many digits stand behind the point.
    pub fn decimals(self) -> u8 {
        self.decimals
    }

    /// The number times 10^`decimals`, or `None` when that is not whole or does not fit.
    pub fn scaled(self, decimals: u8) -> Option<i128> {
        let factor = 10_i128.checked_pow(u32::from(decimals.checked_sub(self.decimals)?))?;
        self.mantissa.checked_mul(factor)
    }

    /// The largest whole number not above the number times 10^`decimals`.
    ///
    /// A cost of that many decimals is within a radius exactly when it is within the radius rounded down so.
    pub fn scaled_down(self, decimals: u8) -> Option<i128> {
        if let Some(exact) = self.scaled(decimals) {
            return Some(exact);
        }
        let surplus = self.decimals.checked_sub(decimals)?;
        Some(
            self.mantissa
                .div_euclid(10_i128.checked_pow(u32::from(surplus))?),
        )
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let not_a_number = || DecimalError::NotANumber { text: text.into() };
        let bare = text.trim();
        let (negative, digits) = match bare.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, bare.strip_prefix('+').unwrap_or(bare)),
        };
        // Tools write large and small numbers with an exponent: `1e3`, `2.5E-2`.
        let (digits, exponent) = match digits.split_once(['e', 'E']) {
            None => (digits, 0_i32),
            Some((digits, exponent)) => {
                let sign = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                let plain = !sign.is_empty() && sign.len() <= 3;
                if !plain || !sign.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(not_a_number());
                }
                (digits, exponent.parse().map_err(|_wide| not_a_number())?)
            }
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut all = whole.bytes().chain(fraction.bytes());
        if whole.len() + fraction.len() == 0 || !all.all(|b| b.is_ascii_digit()) {
            return Err(not_a_number());
        }
        let too_long = || DecimalError::TooLong { text: text.into() };
        let fraction = fraction.trim_end_matches('0');
        if whole.trim_start_matches('0').len() + fraction.len() > MAX_DIGITS {
            return Err(too_long());
        }
        let mut mantissa = 0_i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            mantissa = mantissa * 10 + i128::from(byte - b'0');
        }
        let mut decimals = i32::try_from(fraction.len()).expect("at most MAX_DIGITS") - exponent;
        if mantissa == 0 {
            decimals = 0;
        }
        while decimals < 0 {
            mantissa = mantissa
                .checked_mul(10)
                .filter(|m| *m < MOST)
                .ok_or_else(too_long)?;
            decimals += 1;
        }
        let signed = if negative { -mantissa } else { mantissa };
        // An exponent may leave zeros at the end.
        let number = match u8::try_from(decimals) {
            Ok(decimals) => Self::new(signed, decimals),
            Err(_) => return Err(too_long()),
        };
        if usize::from(number.decimals) > MAX_DIGITS {
            return Err(too_long());
        }
        Ok(number)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs().to_string();
        let decimals = usize::from(self.decimals);
        if decimals == 0 {
            return write!(out, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, fraction) = padded.split_at(padded.len() - decimals);
        write!(out, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn digits_survive_reading_and_printing() {
        for text in ["0", "7", "0.5", "12.05", "671.5733459664615", "-3.25"] {
            assert_eq!(read(text).to_string(), text);
        }
        assert_eq!(read("012.500").to_string(), "12.5");
        assert_eq!(read(".5").to_string(), "0.5");
        assert_eq!(read("+4.").to_string(), "4");
        for (text, plain) in [
            ("1e3", "1000"),
            ("2.50E-2", "0.025"),
            ("1200e-2", "12"),
            ("-1.5e+1", "-15"),
            ("0e99", "0"),
            ("12.0", "12"),
        ] {
            assert_eq!(read(text), read(plain), "{text}");
            assert_eq!(read(text).to_string(), plain);
        }
        for text in ["1e27", "1e-28", "123e25", "1e999"] {
            let error = text.parse::<Decimal>().unwrap_err();
            assert!(matches!(error, DecimalError::TooLong { .. }), "{text}");
        }
    }

    #[test]
    fn a_scale_too_small_is_refused_and_rounding_down_is_a_floor() {
        assert_eq!(read("1.25").scaled(1), None);
        assert_eq!(read("1.25").scaled(4), Some(12_500));
        assert_eq!(read("1.29").scaled_down(1), Some(12));
        assert_eq!(read("-1.21").scaled_down(1), Some(-13));
    }

    #[test]
    fn what_is_no_number_is_named() {
        for text in [
            "", "-", ".", "e5", "1e", "1e+", "1e5.5", "1e1000", "1,5", "12 m", "nan", "1.2.3", "−1",
        ] {
            let error = text.parse::<Decimal>().unwrap_err();
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
        assert!(matches!(
            "1234567890123456789012345678".parse::<Decimal>(),
            Err(DecimalError::TooLong { .. })
        ));
    }
}
