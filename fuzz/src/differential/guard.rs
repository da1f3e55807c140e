//! Panics of the libraries, which are findings like others and no end of the program.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic;
use std::sync::Once;
use std::task::{Context, Poll};

use cors_harness::kit::HttpService;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use tower::Service;

use super::library::Request;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A service in which a panic reaches only the caller that catches it: libFuzzer's own hook would
/// end the process at once.
#[derive(Debug)]
pub(super) struct Guard<S>(pub(super) S);

impl<S: HttpService> Service<Request> for Guard<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = LocalBoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        inside(|| self.0.poll_ready(context))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let mut answer = inside(|| Box::pin(self.0.call(request)));
        poll_fn(move |context| inside(|| answer.as_mut().poll(context))).boxed_local()
    }
}

/// Is inside until it is dropped, by a panic too.
struct Inside;

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}

/// Does something in which panics are not told.
fn inside<T>(work: impl FnOnce() -> T) -> T {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !INSIDE.get() {
                told(info);
            }
        }));
    });
    INSIDE.set(true);
    let _inside = Inside;
    work()
}
