use coverage::Facility;

/// Facilities of the plan's sources that no result lists, so that the balance can count them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Outside the study area: told to be left out there, or farther than any limit.
    pub outside: Vec<Facility>,
    /// Rows that their layer does not take, for their capacity.
    pub not_taken: usize,
    /// Rows that could not be read and that the plan leaves out.
    pub bad_rows: usize,
}
