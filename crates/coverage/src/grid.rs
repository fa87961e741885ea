//! The ground that is judged: H3 cells, and the study area that they fill.

mod cell;
mod study_area;

pub(crate) use cell::dissolved;
pub use cell::{CellId, CellIdError, Resolution, ResolutionError};
pub use study_area::{MOST_CELLS, StudyArea, StudyAreaError};
