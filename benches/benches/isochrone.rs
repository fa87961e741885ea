//! One isochrone as street pieces and as an outline, as the server answers them.

use std::hint::black_box;

use benches::{Input, places};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use reach::{Direction, IsochroneIndex, IsochroneOptions, IsochroneSpace, Network, isochrone};
use units::TravelTime;

fn isochrones(criterion: &mut Criterion) {
    let limits = [TravelTime::from_mins(15)];
    let pinned = Input::pinned().expect("the committed network");
    for input in [pinned, Input::grid(200)] {
        let network = Network::new(&input.graph, &input.metric);
        let index = IsochroneIndex::new(&input.graph, |_| true);
        let origins = places(&input, 0, 20);
        let mut space = IsochroneSpace::default();
        let mut group = criterion.benchmark_group("isochrone");
        group.throughput(Throughput::Elements(20)).sample_size(20);
        for (name, options) in [
            ("search-and-pieces", IsochroneOptions::PIECES),
            ("search-and-outline", IsochroneOptions::OUTLINE),
        ] {
            group.bench_function(BenchmarkId::new(name, &input.name), |bencher| {
                bencher.iter(|| {
                    for place in &origins {
                        let (space, from) = (&mut space, Direction::From);
                        black_box(isochrone(
                            &network, &index, space, place, from, &limits, options,
                        ));
                    }
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, isochrones);
criterion_main!(benches);
