//! One circle as street pieces and as an outline.

use std::hint::black_box;

use benches::{Input, places};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use reach::{
    Direction, Network, PolygonOptions, PolygonSpace, ReachedNetwork, SearchSpace, SnapIndex,
    reached_polygons, reached_polygons_in,
};
use units::TravelTime;

fn isochrone(criterion: &mut Criterion) {
    let limits = [TravelTime::from_mins(15)];
    let pinned = Input::pinned().expect("the committed network");
    for input in [pinned, Input::grid(200)] {
        let network = Network::new(&input.graph, &input.metric);
        let index = SnapIndex::new(&input.graph, |_| true);
        let origins = places(&input, 0, 20);
        let mut space = SearchSpace::default();
        let mut paper = PolygonSpace::default();
        let mut pieces =
            |place| ReachedNetwork::of_place(&network, &mut space, place, Direction::From, &limits);
        let reached: Vec<_> = origins.iter().map(&mut pieces).collect();
        let options = PolygonOptions::STANDARD;
        for reached in &reached {
            let fresh = reached_polygons(&network, &index, reached, options);
            let reused = reached_polygons_in(&network, &mut paper, &index, reached, options);
            assert_eq!(fresh, reused);
        }
        let mut group = criterion.benchmark_group("isochrone");
        group.throughput(Throughput::Elements(20)).sample_size(20);
        group.bench_function(
            BenchmarkId::new("search-and-pieces", &input.name),
            |bencher| {
                bencher.iter(|| {
                    for place in &origins {
                        black_box(pieces(place));
                    }
                });
            },
        );
        group.bench_function(BenchmarkId::new("outline", &input.name), |bencher| {
            bencher.iter(|| {
                for reached in &reached {
                    black_box(reached_polygons_in(
                        &network, &mut paper, &index, reached, options,
                    ));
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, isochrone);
criterion_main!(benches);
