/// A number from 0 as an index into an array: for positions and counts that are kept in 32 bits and
/// name nothing. What names something has an id of its own ([`dense_id!`](crate::dense_id)).
///
/// ```
/// let (first, items) = ([0_u32, 2, 3], ["a", "b", "c"]);
/// assert_eq!(items[units::index(first[1])..units::index(first[2])], ["c"]);
/// ```
#[inline]
#[expect(
    clippy::as_conversions,
    reason = "u32 fits usize on every machine this runs on; `try_from` is not const"
)]
pub const fn index(number: u32) -> usize {
    number as usize
}

/// A number from 0 that names a row of some list.
///
/// Makes a one-field struct over `u32` with `new`, `from_index`, `as_u32`, `index` and a `Display`
/// that puts a letter before the number. Further derives go in front of the name.
///
/// ```
/// units::dense_id! {
///     /// A lamp of the street.
///     #[derive(Default)]
///     LampId, "l"
/// }
/// assert_eq!(LampId::from_index(7).to_string(), "l7");
/// assert_eq!(LampId::default().index(), 0);
/// ```
#[macro_export]
macro_rules! dense_id {
    ($(#[$meta:meta])* $name:ident, $letter:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// From the dense number.
            pub const fn new(id: u32) -> Self {
                Self(id)
            }

            /// From an index into an array of at most 2³² - 1 entries.
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("arrays hold fewer than 2^32 entries"))
            }

            /// The dense number.
            pub const fn as_u32(self) -> u32 {
                self.0
            }

            /// As an index into an array.
            #[expect(
                clippy::as_conversions,
                reason = "u32 fits usize on every machine this runs on; `try_from` is not const"
            )]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }
    };
}
