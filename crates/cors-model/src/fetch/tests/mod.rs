//! Tests of whole fetches over a scripted network.

mod exchange;
mod exposed;
mod preflight;
mod preflight_response;
mod redirect;
mod remembered;
mod tainting;

use alloc::string::String;

use crate::error::{NetworkError, Refusal, Stage};
use crate::response::FilteredResponse;

pub(super) const B: &str = "https://b.test/r";

/// Where and at which stage a fetch was refused, as `stage anchor/step`.
pub(super) fn refused(result: Result<FilteredResponse, NetworkError>) -> String {
    let Refusal { at, stage, .. } = *result.expect_err("a network error").refusal;
    alloc::format!("{stage} {}/{}", at.anchor, at.step)
}

#[test]
fn futures_are_polled_until_they_are_ready() {
    let mut left = 3;
    let future = core::future::poll_fn(|context| {
        left -= 1;
        if left == 0 {
            core::task::Poll::Ready(Stage::Fetch)
        } else {
            context.waker().wake_by_ref();
            core::task::Poll::Pending
        }
    });
    assert_eq!(super::block_on(future), Stage::Fetch);
    assert_eq!(left, 0);
}
