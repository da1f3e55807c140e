//! The names in Access-Control-Request-Headers, as faults read them.

use cors_policy::names::is_token;

use crate::behaviour::{Behaviour, Exchange, reference};

pub(super) const REQUEST_HEADERS: &str = "access-control-request-headers";

/// What is asked for is sent back, where it is allowed.
pub(super) fn repeat_headers(b: &mut Behaviour) {
    b.allow_headers_value = |x| reference::list(names(x));
}

pub(super) fn names<'a>(x: &'a Exchange<'_>) -> &'a [String] {
    x.requested_headers.as_deref().unwrap_or_default()
}

/// The first lines as they came, without regard to how many there are.
pub(super) fn raw(x: &Exchange<'_>) -> String {
    x.lines(REQUEST_HEADERS).join(",")
}

pub(super) fn all_names(x: &Exchange<'_>, fits: impl Fn(&str) -> bool) -> bool {
    x.requested_headers.is_some() && names(x).iter().all(|name| fits(name))
}

pub(super) fn or_listed(x: &Exchange<'_>, also: impl Fn(&str, &str) -> bool) -> bool {
    all_names(x, |name| {
        reference::match_header(x, name)
            || x.listed_headers()
                .iter()
                .any(|listed| also(&listed.to_ascii_lowercase(), name))
    })
}

/// Reads the lines after a change to them.
pub(super) fn read(x: &Exchange<'_>, change: impl Fn(&mut Vec<String>)) -> Option<Vec<String>> {
    let mut lines = x.lines(REQUEST_HEADERS);
    change(&mut lines);
    let names = reference::elements(&lines);
    names
        .iter()
        .all(|name| is_token(name.as_bytes()))
        .then_some(names)
}
