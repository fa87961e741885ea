//! Very many circles: a batch against one search at a time, and what laying out a metric costs.

use std::hint::black_box;

use benches::{Input, places, spread_nodes};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use reach::{
    Batch, ContractionOrder, Count, Destinations, Direction, FullRow, Hierarchy, Network, Origins,
    PlaceLinks, SearchSpace, within,
};
use units::TravelTime;

fn batch(criterion: &mut Criterion) {
    let limit = TravelTime::from_mins(15);
    let pinned = Input::pinned().expect("the committed network");
    for input in [pinned, Input::grid(200)] {
        let network = Network::new(&input.graph, &input.metric);
        let arcs = network.arcs(Direction::From);
        let hierarchy = network.hierarchy(Direction::From);
        let mut space = SearchSpace::default();
        let mut origins = spread_nodes(&input.graph, 2_048);
        origins.sort_unstable();
        let to_nodes = Batch::new(&network, hierarchy, Destinations::Nodes, limit)
            .expect("15 minutes fit the lanes");
        let one_by_one = |space: &mut SearchSpace| -> Vec<u32> {
            let count = |&origin| {
                let seeds = [(origin, TravelTime::ZERO)];
                let n = within(arcs, space, seeds, limit).nodes().len();
                u32::try_from(n).expect("fewer than 2^32 nodes")
            };
            origins.iter().map(count).collect()
        };
        let (counts, _) = to_nodes
            .fold(Origins::Nodes(&origins), &Count)
            .expect("nobody cancels it");
        assert_eq!(counts, one_by_one(&mut space));

        let mut group = criterion.benchmark_group("batch/count-of-nodes");
        group
            .throughput(Throughput::Elements(2_048))
            .sample_size(10);
        group.bench_function(BenchmarkId::new("ours", &input.name), |bencher| {
            bencher.iter(|| black_box(to_nodes.fold(Origins::Nodes(&origins), &Count)));
        });
        group.bench_function(BenchmarkId::new("one-by-one", &input.name), |bencher| {
            bencher.iter(|| black_box(one_by_one(&mut space)));
        });
        group.finish();

        let from = places(&input, 0, 2_048);
        let to = places(&input, 9_000, 2_000);
        let links = PlaceLinks::new(&network, &to, Direction::From);
        let destinations = Destinations::Places(&to, &links);
        let to_places =
            Batch::new(&network, hierarchy, destinations, limit).expect("15 minutes fit the lanes");
        let mut group = criterion.benchmark_group("batch/rows-to-2000-places");
        group
            .throughput(Throughput::Elements(2_048))
            .sample_size(10);
        group.bench_function(BenchmarkId::new("ours", &input.name), |bencher| {
            bencher.iter(|| black_box(to_places.fold(Origins::Places(&from), &FullRow)));
        });
        group.finish();

        let mut group = criterion.benchmark_group("batch/preparation");
        group.sample_size(10);
        group.bench_function(BenchmarkId::new("order", &input.name), |bencher| {
            bencher.iter(|| black_box(ContractionOrder::new(&input.graph)));
        });
        group.bench_function(BenchmarkId::new("hierarchy", &input.name), |bencher| {
            let order = network.order();
            bencher.iter(|| black_box(Hierarchy::new(&network, order, Direction::From)));
        });
        group.finish();
    }
}

criterion_group!(benches, batch);
criterion_main!(benches);
