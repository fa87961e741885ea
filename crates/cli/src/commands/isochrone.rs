use formats::{Column, Layer, Shape, Table, geojson};
use reach::{Direction, IsochroneOptions, IsochroneSpace};

use crate::args::{Isochrone, IsochroneFormat};
use crate::commands::joining::{doubt, join};
use crate::commands::network::{self, Streets};
use crate::failure::Failure;
use crate::output;

/// `nuanquan isochrone`.
pub(crate) fn run(args: &Isochrone) -> Result<(), Failure> {
    let longest = args.limit.iter().copied().max().unwrap_or_default();
    let places = args.at.iter().copied();
    let (travelling, joining) = (&args.travelling, &args.joining);
    let graph = network::open_streets_around(&args.network, travelling, joining, places, longest)?;
    let direction = if args.toward {
        Direction::Towards
    } else {
        Direction::From
    };
    let streets = Streets::of(&graph, travelling, joining, direction)?;
    let network = streets.network();
    let mut limits = args.limit.clone();
    limits.sort_unstable();
    limits.dedup();

    let mut layer = match args.format {
        IsochroneFormat::Geojson => Layer::new(Table::new("isochrones", outline_columns())),
        IsochroneFormat::Network => Layer::new(Table::new("reached", piece_columns())),
    };
    layer.keep_multi_polygons();
    layer.set_attribute("attribution", "© OpenStreetMap contributors, ODbL 1.0");
    let mut space = IsochroneSpace::default();
    let index = streets.isochrones();
    let options = match args.format {
        IsochroneFormat::Geojson => IsochroneOptions::OUTLINE,
        IsochroneFormat::Network => IsochroneOptions::PIECES,
    };
    for (origin, &at) in (0_usize..).zip(&args.at) {
        let reach::Joined { place, snap, .. } = join(&streets, &network, at, &args.joining)?;
        if let Some(doubt) = doubt(&snap) {
            output::warning(&format!("`{at}` {doubt}"));
        }
        let space = &mut space;
        let found = reach::isochrone(&network, &index, space, &place, direction, &limits, options);
        for found in found {
            if let Some(drawn) = found.outline {
                layer.push(
                    Shape::Outline(drawn.outline),
                    vec![
                        origin.into(),
                        at.lng().into(),
                        at.lat().into(),
                        streets.profile.name.clone().into(),
                        args.toward.into(),
                        found.limit.into(),
                        snap.position.lng().into(),
                        snap.position.lat().into(),
                        snap.walk.into(),
                        kilometers(drawn.leak.reached_mm).into(),
                        drawn.leak.outside_share().into(),
                        drawn.leak.inside_share().into(),
                    ],
                );
            }
            for piece in found.pieces.iter().flatten() {
                if piece.start_offset == piece.end_offset {
                    continue;
                }
                layer.push(
                    Shape::Line(piece.line(&network)),
                    vec![
                        origin.into(),
                        found.limit.into(),
                        piece.start.into(),
                        piece.end.into(),
                        graph.edge_way(piece.edge).as_i64().into(),
                        graph.edge_name(piece.edge).map(str::to_owned).into(),
                    ],
                );
            }
        }
    }
    output::data(|out| {
        out.write_all(geojson::to_geojson(&layer).as_bytes())?;
        out.write_all(b"\n")
    })
}

fn outline_columns() -> Vec<Column> {
    vec![
        Column::integer("origin"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::text("profile"),
        Column::boolean("toward"),
        Column::seconds("limit"),
        Column::decimal("snapped_lng", 7),
        Column::decimal("snapped_lat", 7),
        Column::meters("walk_to_street"),
        Column::decimal("reached_km", 3),
        Column::share("reached_outside"),
        Column::share("unreached_inside"),
    ]
}

fn piece_columns() -> Vec<Column> {
    vec![
        Column::integer("origin"),
        Column::seconds("limit"),
        Column::seconds("start"),
        Column::seconds("end"),
        Column::integer("way_id"),
        Column::text("name"),
    ]
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "street lengths are far below 2^53 mm"
)]
fn kilometers(mm: u64) -> f64 {
    mm as f64 / 1e6
}
