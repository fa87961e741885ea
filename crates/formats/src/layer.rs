use units::{LngLat, Outline};

use crate::{Table, Value};

/// Where a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nowhere that can be drawn.
    None,
    /// A position.
    Position(LngLat),
    /// A line of at least two positions.
    Line(Vec<LngLat>),
    /// Polygons with holes.
    Outline(Outline),
}

/// Rows with a place: a table whose every row has a shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    table: Table,
    shapes: Vec<Shape>,
    is_multi: bool,
}

impl Layer {
    /// An empty layer over an empty table.
    ///
    /// # Panics
    /// When the table already has rows.
    pub fn new(table: Table) -> Self {
        assert!(
            table.rows().is_empty(),
            "rows of a layer come with their shapes"
        );
        Self {
            table,
            shapes: Vec::new(),
            is_multi: false,
        }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// As [`Table::push`].
    pub fn push(&mut self, shape: Shape, row: Vec<Value>) {
        self.table.push(row);
        self.shapes.push(shape);
    }

    /// Writes every outline as a `MultiPolygon`, for readers that expect one geometry type; else an
    /// outline of one polygon is written as a `Polygon`.
    pub fn keep_multi_polygons(&mut self) {
        self.is_multi = true;
    }

    /// Whether every outline is written as a `MultiPolygon`.
    pub fn is_multi(&self) -> bool {
        self.is_multi
    }

    /// The rows without their places.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The rows without their places, to say something about them all.
    pub fn set_attribute(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.table.set_attribute(name, value);
    }

    /// As [`Table::mark_illustrative`].
    pub fn mark_illustrative(&mut self) {
        self.table.mark_illustrative();
    }

    /// The place of each row.
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }
}
