use units::index;

use crate::{GateId, Layer, Link, TurnSetId};

pub(super) fn small(index: usize) -> u32 {
    u32::try_from(index).expect("there are five layers")
}

pub(super) fn layer_of(number: u32) -> Option<Layer> {
    Layer::ALL.get(index(number)).copied()
}

/// Kind and id of a link: 0 into a gate, 1 out of it, 2 a turn, 16 and more a change of layer.
pub(super) fn split(link: Link) -> (u32, u32) {
    match link {
        Link::IntoGate(gate) => (0, gate.as_u32()),
        Link::OutOfGate(gate) => (1, gate.as_u32()),
        Link::Turn(set) => (2, set.as_u32()),
        Link::Layer { gate, from, to } => {
            let kind = 16 + small(from.index()) * 8 + small(to.index());
            (kind, gate.as_u32())
        }
    }
}

pub(super) fn join(kind: u32, id: u32) -> Option<Link> {
    Some(match kind {
        0 => Link::IntoGate(GateId::new(id)),
        1 => Link::OutOfGate(GateId::new(id)),
        2 => Link::Turn(TurnSetId::new(id)),
        layers => Link::Layer {
            gate: GateId::new(id),
            from: layer_of(layers.checked_sub(16)? / 8)?,
            to: layer_of(layers.checked_sub(16)? % 8)?,
        },
    })
}
