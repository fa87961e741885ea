use anyhow::anyhow;
use coverage::LinkDoubt;
use graph::{Lifted, Profile};
use reach::{JOIN_RADIUS, Joined, Network, Snap};
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
    let radius = joining.snap_radius.unwrap_or(JOIN_RADIUS);
    let walk_speed = joining.count_access.then(Profile::walking_speed);
    let rule = reach::Joining::new(network, streets.index(), radius, walk_speed);
    rule.join(position).ok_or_else(|| {
        anyhow!(
            "`{position}` lies more than {} m from any street of the profile; check longitude \
             and latitude, or give a larger --snap-radius",
            radius.as_m_f64()
        )
    })
}

/// What is worth a look about the street that a position was joined to, if anything.
pub(crate) fn doubt(snap: &Snap) -> Option<String> {
    let far = snap.walk.as_m_f64();
    let way = |kind: &str| format!("lies {far:.0} m from {kind}");
    Some(
        match LinkDoubt::of(snap.on_scrap, snap.lifted, snap.walk)? {
            LinkDoubt::OnScrap => format!(
                "{}, which trips cannot both enter and leave; no other street is near",
                way("a scrap of street")
            ),
            LinkDoubt::Lifted(Lifted::Tunnel) => way("a tunnel, and no other street is near"),
            LinkDoubt::Lifted(Lifted::Bridge) => way("a bridge, and no other street is near"),
            LinkDoubt::Far => way("the street that it is joined to"),
        },
    )
}
