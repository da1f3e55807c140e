//! Entries of long lists that are lost, neither the first nor the last.

use cors_policy::origin::check_serialized;

use super::fault::{Fault, but_not, fault};
use crate::behaviour::{Exchange, reference};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "middle-origin-never-matches",
        "O15",
        "An origin in the middle of the list is refused.",
        |b| {
            b.match_origin = |x| but_not(x, |origin| is_middle_origin(x, origin));
        },
    ),
    fault(
        "middle-origin-preflight-refused",
        "O15",
        "Preflights of an origin in the middle of the list are refused.",
        |b| {
            b.match_origin =
                |x| but_not(x, |origin| x.is_preflight() && is_middle_origin(x, origin));
        },
    ),
    fault(
        "middle-origin-suffix-match",
        "O2",
        "A host is allowed when it ends in that of an origin in the middle of the list.",
        |b| b.match_origin = |x| or_like_middle(x, true),
    ),
    fault(
        "middle-origin-preflight-suffix-match",
        "O24",
        "On preflights a host is allowed when it ends in that of an origin in the middle of the list.",
        |b| b.match_origin = |x| or_like_middle(x, x.is_preflight()),
    ),
    fault(
        "middle-origin-without-credentials",
        "E4",
        "An origin in the middle of the list is allowed without credentials only.",
        |b| {
            b.allow_credentials_value = |x| match &x.origin {
                Some(origin) if is_middle_origin(x, origin) => Vec::new(),
                Some(_) | None => reference::allow_credentials_value(x),
            };
        },
    ),
    fault(
        "allow-methods-without-middle",
        "P7",
        "A method in the middle of the list is not sent.",
        |b| {
            b.allow_methods_value = |x| match without_middle(x.listed_methods()) {
                Some(others) => reference::list(others),
                None => reference::allow_methods_value(x),
            };
        },
    ),
    fault(
        "allow-headers-without-middle",
        "P8",
        "A request header in the middle of the list is not sent.",
        |b| {
            b.allow_headers_value = |x| match without_middle(x.listed_headers()) {
                Some(others) => reference::list(others),
                None => reference::allow_headers_value(x),
            };
        },
    ),
    fault(
        "expose-headers-without-middle",
        "E6",
        "An exposed header in the middle of the list is not named.",
        |b| {
            b.expose_headers_value = |x| match without_middle(x.listed_exposed()) {
                Some(others) => reference::list(others),
                None => reference::expose_headers_value(x),
            };
        },
    ),
];

/// The place in the middle, of a list that has one.
fn middle(list: &[String]) -> Option<usize> {
    (list.len() > 2).then_some(list.len() / 2)
}

/// As the reference decides; and, where `also`, an origin that ends in the host of the middle entry.
fn or_like_middle(x: &Exchange<'_>, also: bool) -> bool {
    let listed = x.listed_origins();
    let entry = middle(listed).and_then(|place| listed.get(place));
    let host = entry.and_then(|entry| entry.split_once("://"));
    let ends_alike = |origin: &String| {
        // A page asks: what no page has is not looked at.
        check_serialized(origin).is_ok()
            && host
                .is_some_and(|(scheme, host)| origin.starts_with(scheme) && origin.ends_with(host))
    };
    reference::match_origin(x) || (also && x.origin.as_ref().is_some_and(ends_alike))
}

fn is_middle_origin(x: &Exchange<'_>, origin: &str) -> bool {
    let listed = x.listed_origins();
    middle(listed)
        .and_then(|place| listed.get(place))
        .is_some_and(|entry| entry == origin)
}

fn without_middle(list: &[String]) -> Option<Vec<&String>> {
    let place = middle(list)?;
    let others = list.iter().enumerate().filter(|(other, _)| *other != place);
    Some(others.map(|(_, entry)| entry).collect())
}
