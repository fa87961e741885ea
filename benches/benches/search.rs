//! One circle: ours against a binary heap on the same arrays, and petgraph.

use std::hint::black_box;

use benches::{HeapSearch, Input, petgraph_within, spread_nodes};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use reach::{Direction, Network, SearchSpace, within};
use units::TravelTime;

fn circle(criterion: &mut Criterion) {
    let limit = TravelTime::from_mins(15);
    let pinned = Input::pinned().expect("the committed network");
    for input in [pinned, Input::grid(200), Input::grid(1_000)] {
        let network = Network::new(&input.graph, &input.metric);
        let arcs = network.arcs(Direction::From);
        let origins = spread_nodes(&input.graph, 50);
        let mut space = SearchSpace::default();
        let mut heap = HeapSearch::new(arcs);
        for &origin in &origins {
            let seeds = [(origin, TravelTime::ZERO)];
            let reached = within(arcs, &mut space, seeds, limit);
            for (node, tenths) in heap.within(origin, limit) {
                let time = reached.time(graph::NodeId::new(node));
                assert_eq!(time, Some(TravelTime::from_tenths(tenths)));
            }
        }
        let mut group = criterion.benchmark_group("search/circle");
        group.throughput(Throughput::Elements(50));
        group.bench_function(BenchmarkId::new("ours", &input.name), |bencher| {
            bencher.iter(|| {
                for &origin in &origins {
                    let seeds = [(origin, TravelTime::ZERO)];
                    black_box(within(arcs, &mut space, seeds, limit).nodes().len());
                }
            });
        });
        group.bench_function(BenchmarkId::new("binary-heap", &input.name), |bencher| {
            bencher.iter(|| {
                for &origin in &origins {
                    black_box(heap.within(origin, limit).len());
                }
            });
        });
        group.finish();
    }
    let input = Input::pinned().expect("the committed network");
    let origins = spread_nodes(&input.graph, 5);
    let mut group = criterion.benchmark_group("search/circle-petgraph");
    group.throughput(Throughput::Elements(5)).sample_size(10);
    group.bench_function(BenchmarkId::new("petgraph", &input.name), |bencher| {
        bencher.iter(|| {
            for &origin in &origins {
                black_box(petgraph_within(&input.graph, &input.metric, origin, limit).len());
            }
        });
    });
    group.finish();
}

criterion_group!(benches, circle);
criterion_main!(benches);
