//! Tests of what script gives and what becomes of it.

mod body;
mod fetch;
mod headers;
mod xhr;

use alloc::string::{String, ToString as _};

use super::ApiErrorName;
use super::fetch::{RequestInit, request};
use crate::support::{page, url};
use crate::trace::NoTrace;

#[test]
fn exceptions_say_what_is_wrong() {
    let init = RequestInit {
        method: Some(b"TRACE".to_vec()),
        ..RequestInit::default()
    };
    let error = request(&page(), url("https://b.test"), init, &mut NoTrace).unwrap_err();
    assert_eq!(
        error.to_string(),
        "TypeError: The script's call is refused: script may not use the method `TRACE`."
    );
    let names = [
        ApiErrorName::TypeError,
        ApiErrorName::SyntaxError,
        ApiErrorName::SecurityError,
        ApiErrorName::InvalidStateError,
    ]
    .map(|name| String::from(name.as_str()));
    assert_eq!(
        names,
        [
            "TypeError",
            "SyntaxError",
            "SecurityError",
            "InvalidStateError"
        ]
    );
    assert_eq!(ApiErrorName::SyntaxError.to_string(), "SyntaxError");
}
