//! Dense numbers of facilities, demand points, cells and zones, and the one place where they
//! become an index.

use std::fmt;

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
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

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }
    };
}

dense_id! {
    /// A facility's place in the list that rows were computed for.
    FacilityId, "f"
}
dense_id! {
    /// A demand point's place in its [`DemandSet`](crate::DemandSet).
    DemandId, "d"
}
dense_id! {
    /// A cell's place in its [`StudyArea`](crate::StudyArea), in ascending order of cell ids.
    CellRank, "c"
}
dense_id! {
    /// A zone's place in its [`Zones`](crate::Zones).
    ZoneId, "z"
}
