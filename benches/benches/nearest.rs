//! Nearest and second facility of the whole city: one pass against one search per facility.

use std::hint::black_box;

use benches::{Input, places};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use reach::{Direction, NearestFacilities, Network, SearchSpace, within};
use units::TravelTime;

fn nearest(criterion: &mut Criterion) {
    let limit = TravelTime::from_mins(60);
    let pinned = Input::pinned().expect("the committed network");
    for input in [pinned, Input::grid(200)] {
        let network = Network::new(&input.graph, &input.metric);
        let facilities = places(&input, 0, 100);
        let direction = Direction::Towards;
        let mut space = SearchSpace::default();
        let mut group = criterion.benchmark_group("nearest/100-facilities");
        group.sample_size(10);
        group.bench_function(BenchmarkId::new("two-labels", &input.name), |bencher| {
            bencher.iter(|| {
                black_box(NearestFacilities::new(
                    &network,
                    &facilities,
                    direction,
                    limit,
                ))
            });
        });
        group.bench_function(BenchmarkId::new("one-by-one", &input.name), |bencher| {
            bencher.iter(|| {
                for facility in &facilities {
                    let seeds = facility.seeds(&network, direction);
                    let reached = within(network.arcs(direction), &mut space, seeds, limit);
                    black_box(reached.nodes().len());
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, nearest);
criterion_main!(benches);
