//! Simpler forms of a sequence of requests, the simplest first.
//!
//! They are only proposed here. What must hold of each is computed anew from the policy, and it is
//! kept when the same thing fails again.

use cors_vectors::names::{is_cors_safelisted_method, is_token};
use cors_vectors::origin::check_serialized;
use cors_vectors::policy::{AnyOr, Policy};
use cors_vectors::server::{Credentials, Endpoint, PageFetch, RawSend, Step};
use cors_vectors::text::Text;

use crate::generate::names::value_for;
use crate::generate::origins::EVIL;
use crate::steps::{bare, bytes, literal};

/// Every sequence that is one change simpler, those that leave most out first.
pub(crate) fn simpler(steps: &[Step], policy: &Policy) -> Vec<Vec<Step>> {
    let mut all = Vec::new();
    let mut size = steps.len() / 2;
    while size > 0 {
        for start in (0..steps.len()).step_by(size) {
            let mut fewer = steps.to_vec();
            fewer.drain(start..(start + size).min(steps.len()));
            all.push(fewer);
        }
        size /= 2;
    }
    all.retain(|steps| !steps.is_empty());
    for (number, step) in steps.iter().enumerate() {
        let changed = match (&step.fetch, &step.send) {
            (Some(fetch), _) => fetches(fetch, policy)
                .into_iter()
                .map(|fetch| bare(Some(fetch), None))
                .collect(),
            // What a browser shows says more than what a client sees.
            (None, Some(send)) => as_page(send, policy)
                .map(|fetch| bare(Some(fetch), None))
                .into_iter()
                .chain(
                    sends(send, policy)
                        .into_iter()
                        .map(|send| bare(None, Some(send))),
                )
                .collect(),
            (None, None) => Vec::new(),
        };
        for step in changed {
            let mut steps = steps.to_vec();
            if let Some(place) = steps.get_mut(number) {
                *place = step;
            }
            all.push(steps);
        }
    }
    all
}

/// Appends what a change makes, when it makes a difference.
fn change<T: Clone + PartialEq>(all: &mut Vec<T>, from: &T, with: impl FnOnce(&mut T)) {
    let mut changed = from.clone();
    with(&mut changed);
    if changed != *from && !all.contains(&changed) {
        all.push(changed);
    }
}

fn fetches(fetch: &PageFetch, policy: &Policy) -> Vec<PageFetch> {
    let mut all = Vec::new();
    change(&mut all, fetch, |fetch| fetch.body = None);
    change(&mut all, fetch, |fetch| fetch.headers.clear());
    for number in 0..fetch.headers.len() {
        change(&mut all, fetch, |fetch| {
            fetch.headers.remove(number);
        });
    }
    change(&mut all, fetch, |fetch| fetch.upload_listener = false);
    change(&mut all, fetch, |fetch| fetch.endpoint = Endpoint::Resource);
    change(&mut all, fetch, |fetch| {
        fetch.credentials = Credentials::SameOrigin;
    });
    change(&mut all, fetch, |fetch| {
        fetch.method = "GET".into();
        fetch.body = None;
    });
    if fetch.method != Text::from("GET") {
        let usual = [first(&policy.allow_methods).unwrap_or("PUT"), "DELETE"];
        for method in simpler_than(&fetch.method, &usual) {
            change(&mut all, fetch, |fetch| fetch.method = method);
        }
    }
    let known = policy.exact_origins().next();
    let usual: Vec<&str> = known.into_iter().chain([EVIL]).collect();
    for origin in simpler_than(&fetch.origin, &usual) {
        change(&mut all, fetch, |fetch| fetch.origin = origin);
    }
    all
}

fn sends(send: &RawSend, policy: &Policy) -> Vec<RawSend> {
    let mut all = Vec::new();
    change(&mut all, send, |send| send.body = None);
    change(&mut all, send, |send| send.headers.clear());
    let most = send.headers.len();
    if most > 4 {
        change(&mut all, send, |send| send.headers.truncate(most / 2));
    }
    for number in 0..most {
        change(&mut all, send, |send| {
            send.headers.remove(number);
        });
    }
    change(&mut all, send, |send| send.suffix = None);
    change(&mut all, send, |send| send.raw = false);
    change(&mut all, send, |send| send.endpoint = Endpoint::Resource);
    change(&mut all, send, |send| send.method = "GET".into());
    for (number, (name, value)) in send.headers.iter().enumerate() {
        let mut with = |value: &Text| {
            change(&mut all, send, |send| {
                if let Some((_, place)) = send.headers.get_mut(number) {
                    *place = value.clone();
                }
            });
        };
        let (Some(name), Some(value)) = (bytes(name), bytes(value)) else {
            continue;
        };
        let name = String::from_utf8_lossy(&name).to_ascii_lowercase();
        let usual = match name.as_str() {
            "origin" => policy
                .exact_origins()
                .next()
                .into_iter()
                .chain([EVIL])
                .collect(),
            "access-control-request-method" => {
                vec![first(&policy.allow_methods).unwrap_or("PUT"), "GET"]
            }
            "access-control-request-headers" => first(&policy.allow_headers)
                .into_iter()
                .chain(["x"])
                .collect(),
            _ => Vec::new(),
        };
        for text in simpler_than(&Text::literal(&value), &usual) {
            with(&text);
        }
        if name == "access-control-request-headers" {
            let parts: Vec<&[u8]> = value.split(|byte| *byte == b',').collect();
            if parts.len() > 1 {
                let (front, back) = parts.split_at(parts.len() / 2);
                with(&Text::literal(&front.join(&b',')));
                with(&Text::literal(&back.join(&b',')));
            }
        }
        if value.len() > 64 {
            with(&Text::literal(
                value.get(..value.len() / 2).unwrap_or_default(),
            ));
        }
    }
    all
}

/// The fetch in which a page makes this request, or has its preflight made, with an allowed origin
/// and a method that needs permission where the request has none.
fn as_page(send: &RawSend, policy: &Policy) -> Option<PageFetch> {
    if send.suffix.is_some() || send.body.is_some() {
        return None;
    }
    let (mut origins, mut methods, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (name, value) in &send.headers {
        let name = String::from_utf8(bytes(name)?).ok()?;
        let value = String::from_utf8(bytes(value)?).ok()?;
        match name.to_ascii_lowercase().as_str() {
            "origin" => origins.push(value),
            "access-control-request-method" => methods.push(value),
            "access-control-request-headers" => names.push(value),
            _ => return None,
        }
    }
    let origin = match origins.as_slice() {
        [] => policy.exact_origins().next()?,
        [origin] => origin,
        [_, _, ..] => return None,
    };
    if origin != "null" && check_serialized(origin).is_err() {
        return None;
    }
    let sent = bytes(&send.method)?;
    let method = match (sent.as_slice(), methods.as_slice(), names.as_slice()) {
        (b"GET" | b"HEAD", [], []) => send.method.clone(),
        (b"OPTIONS", [], [] | [_]) => literal(needing_permission(policy)),
        (b"OPTIONS", [method], [] | [_]) if is_token(method.as_bytes()) => literal(method),
        _ => return None,
    };
    let names = names.iter().flat_map(|names| names.split(','));
    let names: Vec<&str> = names.filter(|name| is_token(name.as_bytes())).collect();
    Some(PageFetch {
        origin: literal(origin),
        method,
        endpoint: send.endpoint,
        credentials: Credentials::SameOrigin,
        headers: names
            .into_iter()
            .map(|name| (literal(name), value_for(name)))
            .collect(),
        body: None,
        upload_listener: false,
        reads: Vec::new(),
        cannot_read: Vec::new(),
    })
}

/// A method that needs permission, and has it where there is one.
fn needing_permission(policy: &Policy) -> &str {
    let listed = match &policy.allow_methods {
        AnyOr::Any(_) => &[][..],
        AnyOr::Listed(listed) => listed,
    };
    let mut methods = listed.iter().map(String::as_str);
    let found = methods.find(|method| !is_cors_safelisted_method(method.as_bytes()));
    found.unwrap_or("PUT")
}

/// Of usual texts, the simplest first, those that are simpler than this one: all, unless it is one.
fn simpler_than(text: &Text, usual: &[&str]) -> Vec<Text> {
    let usual = usual.iter().map(|usual| Text::literal(usual.as_bytes()));
    usual.take_while(|usual| usual != text).collect()
}

fn first(names: &AnyOr<Vec<String>>) -> Option<&str> {
    match names {
        AnyOr::Any(_) => None,
        AnyOr::Listed(listed) => listed.first().map(String::as_str),
    }
}
