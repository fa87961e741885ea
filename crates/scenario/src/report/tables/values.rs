use coverage::{Demand, DemandUnit};
use formats::{Column, Value};

/// Capacity for one unit of demand (2SFCA).
pub(crate) fn supply_column(key: &str, unit: &DemandUnit) -> Column {
    Column::decimal(format!("{key}_slots_per_{}", unit.name()), 6)
}

pub(crate) fn unit(name: &str) -> DemandUnit {
    if name == DemandUnit::StreetMeters.name() {
        DemandUnit::StreetMeters
    } else {
        DemandUnit::Counted(name.to_owned())
    }
}

/// Thousandths as units.
pub(crate) fn units(thousandths: u64) -> Value {
    Demand::from_thousandths(thousandths).into()
}

pub(crate) fn difference(before: u64, after: u64) -> Value {
    let change = Demand::from_thousandths(before.abs_diff(after)).as_units_f64();
    Value::Decimal(if after < before { -change } else { change })
}

pub(crate) fn share(part: u64, whole: u64) -> Value {
    let whole = Demand::from_thousandths(whole);
    Demand::from_thousandths(part).share_of(whole).into()
}
