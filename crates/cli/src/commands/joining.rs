use anyhow::anyhow;
use graph::Profile;
use reach::{JOIN_RADIUS, Joined, Network};
use units::LngLat;

use crate::args::Joining;
use crate::commands::network::Streets;

/// A position joined to the streets as the options say, or why it cannot be.
pub(crate) fn join(
    streets: &Streets<'_>,
    network: &Network<'_>,
    position: LngLat,
    joining: &Joining,
) -> anyhow::Result<Joined> {
    let graph = &streets.city.streets;
    let radius = joining.snap_radius.unwrap_or(JOIN_RADIUS);
    let walk_speed = joining.count_access.then(Profile::walking_speed);
    let rule = reach::Joining::new(network, streets.index(), radius, walk_speed);
    rule.join(position).ok_or_else(|| {
        let on_island = streets.usable().snap(graph, position, radius).is_some();
        if on_island {
            anyhow!(
                "`{position}` lies on an island: the streets within {} m of it have no way to the \
                 main network; `--islands keep` uses them all the same",
                radius.as_m_f64()
            )
        } else {
            anyhow!(
                "`{position}` lies more than {} m from any street of the profile; check longitude \
                 and latitude, or give a larger --snap-radius",
                radius.as_m_f64()
            )
        }
    })
}
