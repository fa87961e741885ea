use std::collections::BTreeMap;

use units::{Length, LngLat};

use crate::{Note, RowPlace};

/// Rows of one name that are as near as this may be one place that stands twice.
const NEAR: Length = Length::from_m(50);

/// Steps of the grid in degrees, larger than [`NEAR`] up to 60 degrees north and south.
const STEPS_PER_DEGREE: f64 = 1_000.0;

/// Rows that have the name of another near by.
#[derive(Debug, Default)]
pub(crate) struct Neighbors {
    /// The rows of a name by the square of the grid they lie in.
    squares: BTreeMap<(String, i64, i64), Vec<(RowPlace, LngLat)>>,
    n_rows: usize,
    first: Option<(RowPlace, RowPlace, String)>,
}

impl Neighbors {
    /// Looks whether a row is like one before it, and keeps it for those behind.
    ///
    /// Cost: nine look-ups, and the rows of this name in the squares around.
    pub(crate) fn add(&mut self, place: RowPlace, name: &str, position: LngLat) {
        if name.is_empty() {
            return;
        }
        let square = |degrees: f64| -> i64 {
            let step = format!("{:.0}", degrees * STEPS_PER_DEGREE);
            step.parse().unwrap_or(0)
        };
        let (x, y) = (square(position.lng()), square(position.lat()));
        let around = (x - 1..=x + 1).flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y)));
        let like = around
            .filter_map(|(x, y)| self.squares.get(&(name.to_owned(), x, y)))
            .flatten()
            .find(|(_, other)| other.distance_to(position) <= NEAR);
        if let Some(&(like, _)) = like {
            self.n_rows += 1;
            self.first
                .get_or_insert_with(|| (place, like, name.to_owned()));
            // One of a heap stands for it, so that a heap of rows costs no more than as many.
            return;
        }
        let square = self.squares.entry((name.to_owned(), x, y)).or_default();
        square.push((place, position));
    }

    pub(crate) fn note(self) -> Option<Note> {
        let (place, like, name) = self.first?;
        Some(Note::NearDuplicates {
            n_rows: self.n_rows,
            place,
            like,
            name,
        })
    }
}
