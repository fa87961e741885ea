use coverage::Facility;

/// Facilities of the plan's sources that no result lists, so that the balance can count them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Outside the study area: told to be left out there, or farther than any limit.
    pub outside: Vec<Facility>,
    /// Rows that their layer does not take, for their capacity.
    pub not_taken: usize,
    /// Rows of facility layers that could not be read and that the plan leaves out.
    pub bad_rows: usize,
    /// What is wrong with the bad rows of any table that the plan leaves out.
    pub listed: Vec<BadRow>,
}

/// One thing wrong with a row that the plan leaves out, as the table `bad-rows.csv` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// What the plan reads the table for: "layer `canteens`".
    pub source: String,
    /// The name of the file.
    pub file: String,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row, line or feature.
    pub row: String,
    /// The column, where one is to blame.
    pub column: Option<String>,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: String,
}
