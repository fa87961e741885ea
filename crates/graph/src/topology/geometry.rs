use units::LngLat;

use crate::EdgeId;

/// The modelling nodes of all edges in one pool: the shape between the two ends of each edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    first: Vec<u32>,
    shape: Vec<LngLat>,
}

impl Geometry {
    /// From one slice per edge, in edge order; together fewer than 2^32, as the builder checks.
    pub(crate) fn from_shapes<'a>(shapes: impl Iterator<Item = &'a [LngLat]>) -> Self {
        let mut first = vec![0];
        let mut shape = Vec::new();
        for part in shapes {
            shape.extend_from_slice(part);
            first.push(u32::try_from(shape.len()).expect("the builder counted them"));
        }
        Self { first, shape }
    }

    /// From the place of each edge's first modelling node, and all of them.
    pub(crate) fn from_columns(first: Vec<u32>, shape: Vec<LngLat>) -> Self {
        Self { first, shape }
    }

    /// What [`from_columns`](Self::from_columns) takes.
    pub(crate) fn columns(&self) -> (&[u32], &[LngLat]) {
        (&self.first, &self.shape)
    }

    /// The modelling nodes of an edge, both ends left out.
    pub(crate) fn shape(&self, edge: EdgeId) -> &[LngLat] {
        let start = EdgeId::new(self.first[edge.index()]).index();
        let end = EdgeId::new(self.first[edge.index() + 1]).index();
        &self.shape[start..end]
    }
}
