//! Wall time, by criterion. `cargo xtask bench` reads the estimates that it leaves.

use std::hint::black_box;
use std::time::Duration;

use cors_benches as subject;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

fn benches(criterion: &mut Criterion) {
    criterion.bench_function("fetch_without_trace", |bencher| {
        bencher.iter_batched(
            subject::Fetch::default,
            subject::fetch_without_trace,
            BatchSize::SmallInput,
        );
    });
    criterion.bench_function("fetch_with_trace", |bencher| {
        bencher.iter_batched(
            subject::Fetch::default,
            subject::fetch_with_trace,
            BatchSize::SmallInput,
        );
    });
    criterion.bench_function("tower_http", |bencher| {
        bencher.iter_batched(
            subject::TowerHttp::default,
            subject::tower_http,
            BatchSize::SmallInput,
        );
    });
    let check = subject::Check::default();
    criterion.bench_function("cors_check", |bencher| {
        bencher.iter(|| subject::check(black_box(&check)));
    });
    let list = subject::names_of_a_server();
    criterion.bench_function("extract", |bencher| {
        bencher.iter(|| subject::extract(black_box(&list)));
    });
    let line = subject::line_of_a_server();
    criterion.bench_function("headers_crate", |bencher| {
        bencher.iter(|| subject::headers_crate(black_box(&line)));
    });
    let list = subject::request_headers();
    criterion.bench_function("unsafe_names", |bencher| {
        bencher.iter(|| subject::unsafe_names(black_box(&list)));
    });
}

criterion_group! {
    name = group;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = benches
}
criterion_main!(group);
