//! Simpler forms of a sequence of requests, the simplest first.
//!
//! They are only proposed here. What must hold of each is computed anew from the policy, and it is
//! kept when the same thing fails again.

use cors_vectors::policy::{AnyOr, Policy};
use cors_vectors::server::{Credentials, Endpoint, PageFetch, RawSend, Step};
use cors_vectors::text::Text;

use crate::expect::bytes;
use crate::origins::EVIL;

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
                .map(|fetch| crate::bare(Some(fetch), None))
                .collect(),
            (None, Some(send)) => sends(send, policy)
                .into_iter()
                .map(|send| crate::bare(None, Some(send)))
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
