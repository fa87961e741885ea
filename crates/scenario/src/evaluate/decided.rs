use coverage::{Obstacle, OpenSet, Rows};
use units::Speed;

use crate::evaluate::decision::Decision;
use crate::evaluate::fresh_times::FreshTimes;
use crate::evaluate::state::State;
use crate::evaluate::streets::StreetsView;

/// A decided standard with everything that it was decided from.
pub(crate) struct Decided<'a> {
    pub(crate) state: &'a State<'a>,
    pub(crate) times: &'a FreshTimes<'a>,
    pub(crate) decision: &'a Decision,
    /// The facilities that serve it.
    pub(crate) serving: &'a OpenSet,
    /// How fast the profile gets on along ordinary streets.
    pub(crate) speed: Speed,
    /// The streets and rows without each obstacle that the streets know.
    pub(crate) without: &'a [(Obstacle, StreetsView<'a>, Rows)],
}
