//! Tiles read back by a decoder written from the format's description, sharing nothing with the
//! encoder.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod decode;

use std::collections::{BTreeMap, BTreeSet};

use coverage::{Resolution, StudyArea};
use decode::{Decoded, Geometry};
use graph::picture;
use tiles::{TileAddress, cells, streets};
use units::{BoundingBox, Length, LngLat, Outline};

/// The tile of a zoom that holds a position, by the formula of the format's description.
fn address_of(position: LngLat, zoom: u8) -> (u32, u32) {
    let n = 2_f64.powi(i32::from(zoom));
    let lat = position.lat().to_radians();
    let x = (position.lng() + 180.0) / 360.0 * n;
    let y = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / std::f64::consts::PI) / 2.0 * n;
    let whole = |v: f64| format!("{}", v.floor()).parse().unwrap();
    (whole(x), whole(y))
}

fn area() -> StudyArea {
    let at = |lng, lat| LngLat::from_degrees(lng, lat).unwrap();
    let around = BoundingBox::of([at(114.0, 22.5), at(114.03, 22.53)]).unwrap();
    StudyArea::new(
        Outline::of_box(&around).unwrap(),
        Resolution::new(9).unwrap(),
    )
    .unwrap()
}

#[test]
fn every_cell_is_in_the_tile_of_its_center_with_its_rank_as_id() {
    let area = area();
    let layer = cells(&area);
    assert_eq!(layer.n_features(), area.cells().len());
    let mut tiles: BTreeMap<(u32, u32), Decoded> = BTreeMap::new();
    for (rank, cell) in (0_u64..).zip(area.cells()) {
        let (column, row) = address_of(cell.center(), 14);
        let tile = tiles.entry((column, row)).or_insert_with(|| {
            decode::tile(&layer.tile(TileAddress::new(14, column, row).unwrap()))
        });
        assert_eq!(tile.name, "cells");
        let feature = tile.features.iter().find(|f| f.id == rank).unwrap();
        assert_eq!(feature.tags["h3"], cell.to_string());
        let Geometry::Areas(rings) = &feature.geometry else {
            panic!("a cell is an area")
        };
        // Outer rings have a positive area in the grid, whose y runs down.
        assert!(decode::doubled_area(&rings[0]) > 0);
        assert!(rings[0].len() >= 4);
    }
    assert!(tiles.len() > 1, "the area spans several tiles");
}

#[test]
fn a_far_tile_is_empty() {
    let layer = cells(&area());
    assert!(layer.tile(TileAddress::new(14, 0, 0).unwrap()).is_empty());
}

#[test]
fn one_tile_of_the_world_holds_all_cells_that_can_be_seen_or_none() {
    // At zoom 0 a cell is far below a pixel, so nothing is left.
    assert!(
        cells(&area())
            .tile(TileAddress::new(0, 0, 0).unwrap())
            .is_empty()
    );
}

#[test]
fn streets_are_joined_along_their_way_and_cover_every_edge() {
    let map = picture::streets(
        r"
        A--B--C
        |     |
        D-----E
        ",
        Length::from_m(100),
    )
    .unwrap();
    let layer = streets(&map.graph);
    let corner = map.graph.bounding_box().unwrap().center();
    let mut seen = BTreeSet::new();
    let (column, row) = address_of(corner, 15);
    for column in column - 1..=column + 1 {
        for row in row - 1..=row + 1 {
            let bytes = layer.tile(TileAddress::new(15, column, row).unwrap());
            if bytes.is_empty() {
                continue;
            }
            for feature in decode::tile(&bytes).features {
                let Geometry::Lines(lines) = &feature.geometry else {
                    panic!("a street is a line")
                };
                assert!(lines.iter().all(|line| line.len() > 1));
                assert!(feature.tags.contains_key("class"));
                seen.insert(feature.id);
            }
        }
    }
    assert_eq!(seen.len(), layer.n_features());
}

#[test]
fn the_same_layer_gives_the_same_bytes() {
    let (one, other) = (cells(&area()), cells(&area()));
    let (column, row) = address_of(area().bounding_box().center(), 13);
    let address = TileAddress::new(13, column, row).unwrap();
    assert_eq!(one.tile(address), other.tile(address));
    assert!(!one.tile(address).is_empty());
}
