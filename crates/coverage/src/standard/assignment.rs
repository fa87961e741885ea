use rayon::prelude::*;
use units::TravelTime;

use super::capacity::{FacilityLoad, ServiceRate};
use super::served::Served;
use crate::{Demand, DemandId, Facility, FacilityId, LinkState, RowEntry, ServiceInputs};

/// Demand assigned to facilities within a limit without exceeding what they can serve.
///
/// Who is nearest comes first: pairs of demand point and facility are taken by ascending time, then
/// lower facility, then lower point; each takes what is left on both sides. A point's demand may be
/// split over several facilities. This is how people queue, not the assignment that serves the
/// most: that would send some past their nearest cabinet to leave room for others.
///
/// More room never takes any from anybody: what a facility takes more is left over farther on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    facilities: Vec<FacilityLoad>,
    turned_away: Vec<Demand>,
    served: Served,
    full: Vec<Option<Full>>,
}

/// When a facility has no room left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Full {
    /// The time of those who found the last of it.
    from: TravelTime,
    /// Of the demand that came in exactly this time, what found room.
    taken: Demand,
    /// All that came in exactly this time.
    asked: Demand,
}

impl Assignment {
    /// Assigns the demand to the open facilities. Demand that is joined to no network takes no room.
    ///
    /// # Panics
    /// When the facilities are not those of the rows.
    ///
    /// Cost: n log n in the pairs within the limit.
    pub fn of(
        inputs: &ServiceInputs<'_>,
        facilities: &[Facility],
        rate: ServiceRate,
        limit: TravelTime,
    ) -> Self {
        let ServiceInputs { demand, rows, .. } = *inputs;
        let mut loads: Vec<FacilityLoad> = facilities
            .iter()
            .map(|facility| FacilityLoad {
                serves: facility.capacity.map(|capacity| rate.serves(capacity)),
                ..FacilityLoad::default()
            })
            .collect();
        assert_eq!(loads.len(), rows.n_facilities(), "facilities of other rows");
        let mut pairs: Vec<(RowEntry, DemandId)> = Vec::new();
        let mut left = vec![Demand::ZERO; demand.n_points()];
        for ((point, here), state) in (0..).zip(demand.points()).zip(inputs.linkage.states()) {
            if here.demand == Demand::ZERO || state != LinkState::Joined {
                continue;
            }
            let point = DemandId::new(point);
            for (place, entry) in inputs.near(point, limit).enumerate() {
                if place == 0 {
                    left[point.index()] = here.demand;
                    let asked = &mut loads[entry.facility.index()].asked;
                    *asked = *asked + here.demand;
                }
                pairs.push((entry, point));
            }
        }
        pairs.par_sort_unstable();
        let full_at_once = |load: &FacilityLoad| {
            load.is_full().then_some(Full {
                from: TravelTime::ZERO,
                taken: Demand::ZERO,
                asked: Demand::ZERO,
            })
        };
        let mut full: Vec<Option<Full>> = loads.iter().map(full_at_once).collect();
        let mut found: Vec<(DemandId, TravelTime, Demand)> = Vec::new();
        // All who come to one facility in one time.
        for coming in pairs.chunk_by(|a, b| a.0 == b.0) {
            let entry = coming[0].0;
            let load = &mut loads[entry.facility.index()];
            if load.is_full() {
                continue;
            }
            let (mut asked, before) = (Demand::ZERO, load.taken);
            for &(_, point) in coming {
                let wanted = left[point.index()];
                let room = load.serves.map(|serves| serves - load.taken);
                let taken = room.map_or(wanted, |room| wanted.min(room));
                asked = asked + wanted;
                if taken > Demand::ZERO {
                    load.taken = load.taken + taken;
                    left[point.index()] = wanted - taken;
                    found.push((point, entry.time, taken));
                }
            }
            if load.is_full() {
                full[entry.facility.index()] = Some(Full {
                    from: entry.time,
                    taken: load.taken - before,
                    asked,
                });
            }
        }
        let wholes: Vec<Demand> = demand.points().iter().map(|point| point.demand).collect();
        Self {
            facilities: loads,
            turned_away: left,
            served: Served::new(wholes, found),
            full,
        }
    }

    /// Whether one more person who travels this long to a facility would find room there: who is
    /// nearer comes first, and who comes last of those equally near finds it full.
    pub fn has_room(&self, facility: FacilityId, time: TravelTime) -> bool {
        self.full[facility.index()].is_none_or(|full| time < full.from)
    }

    /// Of an amount that comes beside those who are assigned and takes no room from them, what finds
    /// room at a facility in a time: the same part as of those who came as far, rounded down.
    pub(crate) fn finds_room(&self, entry: RowEntry, amount: Demand) -> Demand {
        match self.full[entry.facility.index()] {
            None => amount,
            Some(full) if entry.time < full.from => amount,
            Some(full) if entry.time == full.from => amount.part(full.taken, full.asked),
            Some(_) => Demand::ZERO,
        }
    }

    /// One load for each facility of the rows.
    pub fn facilities(&self) -> &[FacilityLoad] {
        &self.facilities
    }

    /// For each demand point what finds only full facilities within the limit; zero where there is
    /// none within the limit at all.
    pub fn turned_away(&self) -> &[Demand] {
        &self.turned_away
    }

    /// For each demand point what finds room, by time.
    pub(crate) fn served(&self) -> &Served {
        &self.served
    }

    /// All demand that was taken.
    ///
    /// Cost: linear in the facilities.
    pub fn taken(&self) -> Demand {
        self.facilities.iter().map(|load| load.taken).sum()
    }
}
