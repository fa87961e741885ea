//! Dense numbers of facilities, demand points, cells and zones.

use units::dense_id;

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
