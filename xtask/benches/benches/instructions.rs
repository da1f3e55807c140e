//! Instructions by callgrind and allocations by DHAT, through gungraun. `cargo xtask bench` reads
//! the summaries that it leaves.

#![expect(
    missing_docs,
    unused_qualifications,
    clippy::exit,
    reason = "gungraun's macros write it like that"
)]

use std::hint::black_box;

use cors_benches as subject;
use cors_model::error::CorsCheckFailure;
use cors_model::header::{ExtractFailure, HeaderList, HeaderName};
use cors_model::trace::Steps;
use gungraun::{Dhat, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};

/// Lends for ever, so that putting away what is lent is not measured.
fn lent<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

#[library_benchmark]
#[bench::once(subject::Fetch::default())]
fn fetch_without_trace(fetch: subject::Fetch) -> subject::Fetched {
    black_box(subject::fetch_without_trace(black_box(fetch)))
}

#[library_benchmark]
#[bench::once(subject::Fetch::default())]
fn fetch_with_trace(fetch: subject::Fetch) -> (subject::Fetched, Steps) {
    black_box(subject::fetch_with_trace(black_box(fetch)))
}

#[library_benchmark]
#[bench::once(subject::TowerHttp::default())]
fn tower_http(server: subject::TowerHttp) -> subject::Answered {
    black_box(subject::tower_http(black_box(server)))
}

#[library_benchmark]
#[bench::once(lent(subject::Check::default()))]
fn cors_check(check: &subject::Check) -> Result<(), CorsCheckFailure> {
    black_box(subject::check(black_box(check)))
}

#[library_benchmark]
#[bench::once(lent(subject::names_of_a_server()))]
fn extract(list: &'static HeaderList) -> Result<Option<Vec<&'static [u8]>>, ExtractFailure> {
    black_box(subject::extract(black_box(list)))
}

#[library_benchmark]
#[bench::once(lent(subject::line_of_a_server()))]
fn headers_crate(line: &http::HeaderValue) -> Result<Vec<http::HeaderName>, headers::Error> {
    black_box(subject::headers_crate(black_box(line)))
}

#[library_benchmark]
#[bench::once(lent(subject::request_headers()))]
fn unsafe_names(list: &HeaderList) -> Vec<HeaderName> {
    black_box(subject::unsafe_names(black_box(list)))
}

library_benchmark_group!(
    name = group,
    benchmarks = [
        fetch_without_trace,
        fetch_with_trace,
        tower_http,
        cors_check,
        extract,
        headers_crate,
        unsafe_names
    ]
);

main!(
    config = LibraryBenchmarkConfig::default().tool(Dhat::default()),
    library_benchmark_groups = group
);
