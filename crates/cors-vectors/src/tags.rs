//! In which ways an agent did otherwise than a case expects, as words that rules can look for.

use std::collections::BTreeSet;

use crate::agent::{AgentCase, ErrorKind, Expectation, ExpectedRequest, Outcome, RequestKind};
use crate::text::{HeaderPair, Text};

/// All words.
pub const ALL: &[&str] = &[
    "preflight-missing",
    "preflight-extra",
    "actual-missing",
    "actual-extra",
    "place",
    "suffix",
    "method",
    "origin",
    "request-method",
    "request-headers",
    "header",
    "body",
    "shared",
    "refused",
    "error",
    "type",
    "status",
    "url",
    "redirected",
    "header-hidden",
    "header-shown",
];

/// The ways in which `did`, a decision in a case that was recorded, is not what was `wanted`: none
/// when it fits. Preflights are held against preflights and actual requests against actual
/// requests, in their order.
pub fn tags(case: &AgentCase, wanted: &Expectation, did: &Expectation) -> BTreeSet<&'static str> {
    let mut found = Found {
        id: &case.id,
        tags: BTreeSet::new(),
    };
    for (kind, missing, extra) in [
        (
            RequestKind::Preflight,
            "preflight-missing",
            "preflight-extra",
        ),
        (RequestKind::Actual, "actual-missing", "actual-extra"),
    ] {
        let of = |expectation: &Expectation| -> Vec<ExpectedRequest> {
            let requests = expectation.requests.iter();
            requests.filter(|one| one.kind == kind).cloned().collect()
        };
        let (wanted, did) = (of(wanted), of(did));
        found.tag(missing, did.len() < wanted.len());
        found.tag(extra, did.len() > wanted.len());
        for (wanted, did) in wanted.iter().zip(&did) {
            found.request(wanted, did);
        }
    }
    for (wanted, did) in wanted.outcomes.iter().zip(&did.outcomes) {
        found.outcome(wanted, did);
    }
    found.tags
}

struct Found<'a> {
    id: &'a str,
    tags: BTreeSet<&'static str>,
}

impl Found<'_> {
    fn tag(&mut self, tag: &'static str, is_there: bool) {
        if is_there {
            self.tags.insert(tag);
        }
    }

    /// The bytes of a text, with what depends on the world left as it is written in records.
    fn bytes(&self, text: &Text) -> Option<Vec<u8>> {
        text.expand(&|name| {
            Some(match name.split_once('.') {
                Some((place, "url")) => format!("{{{place}}}/c/{}", self.id).into_bytes(),
                _ => format!("{{{name}}}").into_bytes(),
            })
        })
        .ok()
    }

    fn same(&self, one: &Text, other: &Text) -> bool {
        self.bytes(one) == self.bytes(other)
    }

    /// Whether something that was stated is there and otherwise.
    fn differs(&self, wanted: Option<&Text>, did: Option<&Text>) -> bool {
        matches!((wanted, did), (Some(wanted), Some(did)) if !self.same(wanted, did))
    }

    fn value<'p>(&self, pairs: &'p [HeaderPair], name: &Text) -> Option<&'p Text> {
        let lower = |name| self.bytes(name).map(|name| name.to_ascii_lowercase());
        let name = lower(name);
        pairs
            .iter()
            .find(|(one, _)| lower(one) == name)
            .map(|(_, value)| value)
    }

    /// Whether a header is not there with this value.
    fn lacks(&self, pairs: &[HeaderPair], (name, wanted): &HeaderPair) -> bool {
        self.value(pairs, name)
            .is_none_or(|value| !self.same(value, wanted))
    }

    fn request(&mut self, wanted: &ExpectedRequest, did: &ExpectedRequest) {
        let optional = |one: &Option<Text>, other: &Option<Text>| match (one, other) {
            (None, None) => false,
            (Some(one), Some(other)) => !self.same(one, other),
            _ => true,
        };
        let request_method = optional(&wanted.request_method, &did.request_method);
        let request_headers = optional(&wanted.request_headers, &did.request_headers);
        let suffix = self.differs(wanted.suffix.as_ref(), did.suffix.as_ref());
        let method = self.differs(wanted.method.as_ref(), did.method.as_ref());
        let body = self.differs(wanted.body.as_ref(), did.body.as_ref());
        let plain = |name: &String| Text::Plain(name.clone());
        let header = wanted.has.iter().any(|pair| self.lacks(&did.has, pair))
            || wanted
                .lacks
                .iter()
                .any(|name| self.value(&did.has, &plain(name)).is_some());
        self.tag("place", wanted.at != did.at);
        self.tag("suffix", suffix);
        self.tag("method", method);
        self.tag("origin", wanted.origin != did.origin);
        self.tag("request-method", request_method);
        self.tag("request-headers", request_headers);
        self.tag("body", body);
        self.tag("header", header);
    }

    fn outcome(&mut self, wanted: &Outcome, did: &Outcome) {
        match (wanted.error, did.error) {
            (Some(_), None) => self.tag("shared", true),
            (None, Some(_)) => self.tag("refused", true),
            (Some(wanted), Some(did)) => self.tag(
                "error",
                did != ErrorKind::Any && wanted != ErrorKind::Any && wanted != did,
            ),
            (None, None) => self.response(wanted, did),
        }
    }

    fn response(&mut self, wanted: &Outcome, did: &Outcome) {
        let hidden = wanted
            .headers
            .iter()
            .any(|pair| self.lacks(&did.headers, pair));
        let shown = wanted
            .hidden
            .iter()
            .any(|name| self.value(&did.headers, name).is_some());
        let url = self.differs(wanted.url.as_ref(), did.url.as_ref());
        let type_differs = wanted.response_type.is_some()
            && did.response_type.is_some()
            && wanted.response_type != did.response_type;
        let redirected = wanted.redirected.is_some()
            && did.redirected.is_some()
            && wanted.redirected != did.redirected;
        self.tag("type", type_differs);
        self.tag(
            "status",
            wanted.status.is_some() && wanted.status != did.status,
        );
        self.tag("url", url);
        self.tag("redirected", redirected);
        self.tag("header-hidden", hidden);
        self.tag("header-shown", shown);
    }
}
