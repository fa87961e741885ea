use crate::Note;

/// What was read, and what reading it did or doubts.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<T> {
    /// What was read.
    pub value: T,
    /// What happened on the way.
    pub notes: Vec<Note>,
}

impl<T> Loaded<T> {
    /// How many rows were left out because they say nowhere.
    pub fn n_without_position(&self) -> usize {
        let left = self.notes.iter().map(|note| match note {
            Note::LeftWithoutPosition { n_rows, .. } => *n_rows,
            _ => 0,
        });
        left.sum()
    }

    /// How many rows were left out because something is wrong with them.
    pub fn n_bad_rows(&self) -> usize {
        let left = self.notes.iter().map(|note| match note {
            Note::LeftBadRows { problems, .. } => problems.n_rows(),
            _ => 0,
        });
        left.sum()
    }

    /// How many rows were left out because they lie outside the area.
    pub fn n_left_outside(&self) -> usize {
        let left = self.notes.iter().map(|note| match note {
            Note::LeftOutside { n_rows, .. } => *n_rows,
            _ => 0,
        });
        left.sum()
    }
}
