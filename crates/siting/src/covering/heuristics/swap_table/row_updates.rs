//! Updates of a swap table when one row is covered once more or once less.

use super::{CHANGED_PER_WORK, NO_SLOT, SwapTable};
use crate::number::{at, ix};

impl SwapTable<'_> {
    /// One more open site covers the row: the one in this slot, or one without a slot.
    pub(super) fn cover_row(&mut self, row: usize, slot: Option<usize>) {
        let (times, need) = (self.times[row], self.problem.need[row]);
        let (before, after) = (RowState::of(times, need), RowState::of(times + 1, need));
        if times + 1 == need {
            self.covered += self.problem.weight[row];
        }
        self.tell_slots(row, times, slot, before, after);
        let own = slot.map(|s| (s, after.extra(), after.lost));
        self.tell_sites(row, after.gained - before.gained, own);
        self.times[row] = times + 1;
        self.slots_of_row[row] ^= number(slot);
    }

    /// The site in this slot covers the row no more.
    pub(super) fn uncover_row(&mut self, row: usize, slot: usize) {
        let (times, need) = (self.times[row], self.problem.need[row]);
        let (before, after) = (RowState::of(times, need), RowState::of(times - 1, need));
        if times == need {
            self.covered -= self.problem.weight[row];
        }
        self.times[row] = times - 1;
        self.slots_of_row[row] ^= number(Some(slot));
        self.tell_slots(row, times - 1, Some(slot), before, after);
        let own = Some((slot, -before.extra(), -before.lost));
        self.tell_sites(row, after.gained - before.gained, own);
    }

    /// Updates the other slots that cover the row for its change of state; `n_others` open sites cover it besides, those without a slot included.
    fn tell_slots(
        &mut self,
        row: usize,
        n_others: u32,
        but: Option<usize>,
        before: RowState,
        after: RowState,
    ) {
        let change = (after.extra() - before.extra(), after.lost - before.lost);
        if change == (0, 0) || n_others == 0 {
            return;
        }
        if n_others == 1 {
            if self.slots_of_row[row] > 0 {
                let slot = at(self.slots_of_row[row] - 1);
                self.tell_sites(row, 0, Some((slot, change.0, change.1)));
            }
            return;
        }
        let problem = self.problem;
        for &site in problem.sites_of(row) {
            let slot = self.slot[at(site)];
            if slot != NO_SLOT && Some(at(slot)) != but {
                self.tell_sites(row, 0, Some((at(slot), change.0, change.1)));
            }
        }
    }

    /// Adds multiples of the row's weight to the gain of its sites, and to extra and loss of a slot.
    fn tell_sites(&mut self, row: usize, gain: i32, own: Option<(usize, i32, i32)>) {
        let light = self.light[row];
        let sites = self.problem.sites_of(row);
        let gain = gain * light;
        if let Some((slot, extra, loss)) = own {
            self.loss[slot] += loss * light;
            let extra = extra * light;
            let n_sites = self.problem.n_sites();
            let extras = &mut self.extras[slot * n_sites..(slot + 1) * n_sites];
            if gain == 0 && extra == 0 {
                return;
            }
            if gain == 0 {
                for &site in sites {
                    extras[at(site)] += extra;
                }
            } else {
                for &site in sites {
                    self.gain[at(site)] += gain;
                    extras[at(site)] += extra;
                }
            }
        } else if gain == 0 {
            return;
        } else {
            for &site in sites {
                self.gain[at(site)] += gain;
            }
        }
        self.work += u64::from(ix(sites.len() / CHANGED_PER_WORK));
    }
}

/// The contribution of a row to gain and loss of its sites, in multiples of its weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct RowState {
    /// 1 when one more open site would cover it.
    gained: i32,
    /// 1 when one open site less would uncover it.
    lost: i32,
}

impl RowState {
    fn of(times: u32, need: u32) -> Self {
        Self {
            gained: i32::from(times + 1 == need),
            lost: i32::from(times == need),
        }
    }

    /// Multiple of the weight by which gain less loss misjudges a swap of two sites that both cover the row, which stays as it is.
    fn extra(self) -> i32 {
        self.lost - self.gained
    }
}

/// A slot plus one, as it enters `slots_of_row`; 0 for none.
pub(super) fn number(slot: Option<usize>) -> u32 {
    slot.map_or(0, |s| ix(s) + 1)
}
