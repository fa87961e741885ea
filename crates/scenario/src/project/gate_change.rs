use graph::{CompoundId, GateId, GatePolicies, GatePolicy, OsmNodeId, OsmWayId, StreetGraph};

/// Gates that open or close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateChange {
    policy: GatePolicy,
    gates: Vec<GateId>,
    compounds: Vec<CompoundId>,
}

impl GateChange {
    /// Finds the gates on OSM nodes and the compounds of OSM ways; with neither it means all gates.
    ///
    /// # Errors
    /// Says which node is no gate, or which way lies in no compound.
    pub(crate) fn resolve(
        streets: &StreetGraph,
        policy: GatePolicy,
        nodes: &[i64],
        compound_ways: &[i64],
    ) -> Result<Self, String> {
        let gate = |&id: &i64| {
            streets.gate_on(OsmNodeId::new(id)).ok_or_else(|| {
                format!(
                    "there is no gate on node {id}; `nuanquan inspect --format gates` lists them"
                )
            })
        };
        let compound = |&id: &i64| {
            streets
                .compound_of_way(OsmWayId::new(id))
                .ok_or_else(|| format!("way {id} lies in no compound"))
        };
        Ok(Self {
            policy,
            gates: nodes.iter().map(gate).collect::<Result<_, _>>()?,
            compounds: compound_ways
                .iter()
                .map(compound)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Lays the change over earlier decisions; one for all gates replaces them.
    pub(crate) fn apply(&self, gates: &mut GatePolicies) {
        if self.gates.is_empty() && self.compounds.is_empty() {
            *gates = GatePolicies {
                citywide: Some(self.policy),
                ..GatePolicies::default()
            };
        }
        for &compound in &self.compounds {
            gates.by_compound.insert(compound, self.policy);
        }
        for &gate in &self.gates {
            gates.by_gate.insert(gate, self.policy);
        }
    }
}
