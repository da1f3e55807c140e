//! What a page of an allowed origin may send, read, and for how long a browser may remember it.

use std::collections::BTreeSet;

use cors_text::blanks::{trimmed, trimmed_text};
use cors_vectors::names::{
    is_cors_safelisted_method, is_forbidden_method, is_forbidden_request_header_name,
    is_forbidden_response_header_name, is_safelisted_request_header_name,
    is_safelisted_response_header_name, is_token, normalize_method,
};
use cors_vectors::policy::{Any, AnyOr};

use super::Learn;
use crate::probe::asker::{Page, Reply, Wish};
use crate::wire::Response;

/// Methods that servers often allow, without those that need no leave.
const METHODS: [&str; 3] = ["PUT", "DELETE", "PATCH"];
/// Methods that hardly any server lists: a server that allows them all allows any.
const STRANGE_METHODS: [&str; 2] = ["PROPFIND", "X-UNLISTED"];
/// Request headers that servers often allow.
const HEADERS: [&str; 14] = [
    "content-type",
    "authorization",
    "x-requested-with",
    "x-csrf-token",
    "x-xsrf-token",
    "x-api-key",
    "x-auth-token",
    "x-request-id",
    "token",
    "if-match",
    "if-none-match",
    "idempotency-key",
    "traceparent",
    "range",
];
/// Request headers that no server lists: a server that allows them all allows any.
const STRANGE_HEADERS: [&str; 3] = ["x-unlisted", "x-not-listed", "x-cors-unlisted"];
/// Names from an answer that are asked about at most.
const MOST_NAMED: usize = 32;
/// Exposed names that a policy takes over at most.
const MOST_EXPOSED: usize = 100;

impl Learn<'_> {
    /// Which methods beyond the safelisted ones a preflight grants.
    pub(super) async fn methods(&mut self, page: &Page) {
        let mut found = Found::default();
        let mut waiting: Vec<String> = [METHODS.as_slice(), &STRANGE_METHODS]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut next = 0;
        while let Some(method) = waiting.get(next).cloned() {
            next += 1;
            let reply = self.asker.ask(page, &Wish::Method(&method)).await;
            let names = names_in(reply.as_ref(), "Access-Control-Allow-Methods", page);
            for name in &names {
                if is_method(name) && waiting.len() < MOST_NAMED && !waiting.contains(name) {
                    waiting.push(name.clone());
                }
            }
            self.note_granted(reply.as_ref(), || format!("a {method}"));
            found.note(method, reply.as_ref(), names);
        }
        found.drop_unless(is_method);
        let any = found.allows_all(&[METHODS.as_slice(), &STRANGE_METHODS].concat());
        self.evidence.methods = found.said("Sent: a preflight for each of these methods.", any);
        self.policy.allow_methods = found.any_or_listed(any);
    }

    /// Which request headers beyond the safelisted ones a preflight grants.
    pub(super) async fn headers(&mut self, page: &Page) {
        let mut found = Found::default();
        let mut waiting: Vec<String> = [HEADERS.as_slice(), &STRANGE_HEADERS]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut next = 0;
        while let Some(header) = waiting.get(next).cloned() {
            next += 1;
            let reply = self.asker.ask(page, &Wish::Header(&header)).await;
            let names = names_in(reply.as_ref(), "Access-Control-Allow-Headers", page);
            let names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
            for name in &names {
                if is_header(name) && waiting.len() < MOST_NAMED && !waiting.contains(name) {
                    waiting.push(name.clone());
                }
            }
            let method = self.asker.method().to_owned();
            self.note_granted(reply.as_ref(), || format!("a {method} with {header}"));
            found.note(header, reply.as_ref(), names);
        }
        found.drop_unless(is_header);
        let any = found.allows_all(&STRANGE_HEADERS);
        if any {
            let refused = found.refused.iter().cloned();
            self.unsettled.extend(refused);
        }
        let sent = format!(
            "Sent: a preflight of a {} with each of these request headers.",
            self.asker.method()
        );
        self.evidence.headers = found.said(&sent, any);
        self.policy.allow_headers = found.any_or_listed(any);
    }

    /// Keeps the answer to the first preflight that is granted.
    fn note_granted(&mut self, reply: Option<&Reply>, sent: impl FnOnce() -> String) {
        if let Some(reply) = reply
            && self.granted.is_none()
            && reply.allowed
            && let Some(preflight) = &reply.preflight
        {
            self.granted = Some((sent(), preflight.clone()));
        }
    }

    /// Which response headers the answer to a plain request exposes.
    pub(super) async fn expose(&mut self, page: &Page) {
        let Some(actual) = self.answer(page).await else {
            return;
        };
        let names = tokens(&actual, "Access-Control-Expose-Headers");
        let any = names.iter().any(|name| name == "*");
        let mut known = BTreeSet::new();
        let mut listed: Vec<String> = Vec::new();
        for name in names {
            let name = name.to_ascii_lowercase();
            let needed = !is_safelisted_response_header_name(name.as_bytes())
                && !is_forbidden_response_header_name(name.as_bytes());
            if needed && is_name(&name) && known.insert(name.clone()) {
                listed.push(name);
            }
        }
        let count = listed.len();
        listed.truncate(MOST_EXPOSED);
        let said = &mut self.evidence.expose;
        said.push(format!(
            "Sent: a {} as a page of {}, whose answer names these.",
            self.asker.method(),
            page.origin
        ));
        said.push("Other resources may expose other headers.".to_owned());
        if count > listed.len() {
            let taken = listed.len();
            said.push(format!(
                "{count} are named; the first {taken} are taken over."
            ));
        }
        self.policy.expose_headers = if any {
            AnyOr::Any(Any::Any)
        } else {
            AnyOr::Listed(listed)
        };
    }

    async fn answer(&mut self, page: &Page) -> Option<Response> {
        self.asker.ask(page, &Wish::Plain).await?.actual
    }

    /// How long a preflight may be remembered.
    pub(super) async fn max_age(&mut self, page: &Page) {
        let reply = self.asker.ask(page, &Wish::Upload).await;
        // What a refusal states of it is no browser's business.
        let granted = reply.filter(|reply| reply.allowed);
        let (sent, preflight) = match (granted.and_then(|reply| reply.preflight), &self.granted) {
            (Some(preflight), _) => ("a POST".to_owned(), preflight),
            (None, Some((sent, preflight))) => (sent.clone(), preflight.clone()),
            (None, None) => {
                let text = "No preflight was granted whose answer could state it.".to_owned();
                self.evidence.max_age.push(text);
                return;
            }
        };
        let values: Vec<_> = preflight
            .values("Access-Control-Max-Age")
            .map(String::from_utf8_lossy)
            .collect();
        let said = &mut self.evidence.max_age;
        said.push(format!(
            "Sent: a preflight of {sent} as a page of {}.",
            page.origin
        ));
        match values.as_slice() {
            [] => said.push("Its answer states no Access-Control-Max-Age.".to_owned()),
            [value] => match trimmed_text(value).parse::<u32>() {
                Ok(seconds) => self.policy.max_age = Some(seconds),
                Err(_) => said.push(
                    "Its Access-Control-Max-Age is no number of seconds that can be kept."
                        .to_owned(),
                ),
            },
            [..] => {
                said.push("Its answer states Access-Control-Max-Age more than once.".to_owned());
            }
        }
    }
}

/// What came of asking for one name after the other.
#[derive(Debug, Default)]
struct Found {
    allowed: Vec<String>,
    refused: Vec<String>,
    /// Names that answers list.
    named: BTreeSet<String>,
    /// Whether an answer lists `*`.
    star: bool,
}

impl Found {
    fn note(&mut self, name: String, reply: Option<&Reply>, names: Vec<String>) {
        match reply {
            Some(reply) if reply.allowed => self.allowed.push(name),
            Some(_) => self.refused.push(name),
            None => {}
        }
        self.star |= names.iter().any(|name| name == "*");
        self.named.extend(names);
    }

    fn drop_unless(&mut self, fits: impl Fn(&str) -> bool) {
        self.named.retain(|name| fits(name));
    }

    /// Whether a star is listed that lets something through, or every one of these is allowed.
    fn allows_all(&self, names: &[&str]) -> bool {
        let is_allowed = |name: &&str| self.allowed.iter().any(|allowed| allowed == name);
        (self.star && !self.allowed.is_empty()) || names.iter().all(is_allowed)
    }

    /// Names that are listed although a browser that asks for them is refused.
    fn contradicted(&self) -> impl Iterator<Item = &String> {
        let refused = self.refused.iter();
        refused.filter(|name| self.named.contains(*name))
    }

    fn any_or_listed(&self, any: bool) -> AnyOr<Vec<String>> {
        if any {
            return AnyOr::Any(Any::Any);
        }
        // What a server lists it means to allow.
        let mut listed: Vec<String> = self.allowed.clone();
        listed.extend(self.contradicted().cloned());
        AnyOr::Listed(listed)
    }

    fn said(&self, sent: &str, any: bool) -> Vec<String> {
        let mut said = vec![sent.to_owned()];
        for (word, names) in [("allowed", &self.allowed), ("refused", &self.refused)] {
            if !names.is_empty() {
                said.push(format!("{word}: {}", names.join(", ")));
            }
        }
        let contradicted: Vec<&str> = self.contradicted().map(String::as_str).collect();
        if !contradicted.is_empty() {
            said.push(format!(
                "Listed by the server, though a browser that asks is refused: {}",
                contradicted.join(", ")
            ));
        }
        if self.star && self.allowed.is_empty() {
            said.push(
                "A star is listed, and yet no preflight came through: what is meant cannot be \
                 known."
                    .to_owned(),
            );
        } else if !any {
            said.push("Which others are allowed cannot be known.".to_owned());
        }
        said
    }
}

/// The names that a preflight's answer lists for the page; none when it does not let the page in.
fn names_in(reply: Option<&Reply>, header: &str, page: &Page) -> Vec<String> {
    let Some(preflight) = reply.and_then(|reply| reply.preflight.as_ref()) else {
        return Vec::new();
    };
    let lets_in = |value: &[u8]| value == b"*" || value == page.origin.as_bytes();
    if !preflight.values(super::ALLOW_ORIGIN).any(lets_in) {
        return Vec::new();
    }
    tokens(preflight, header)
}

/// The elements of a list over all lines that are tokens.
fn tokens(answer: &Response, header: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for value in answer.values(header) {
        for element in value.split(|byte| *byte == b',') {
            let element = trimmed(element);
            if is_token(element)
                && let Ok(name) = std::str::from_utf8(element)
            {
                tokens.push(name.to_owned());
            }
        }
    }
    tokens
}

/// Whether a policy can list it by name.
fn is_name(name: &str) -> bool {
    name != "*" && name != "any"
}

fn is_method(name: &str) -> bool {
    is_name(name)
        && !is_cors_safelisted_method(name.as_bytes())
        && !is_forbidden_method(name.as_bytes())
        && normalize_method(name) == name
}

fn is_header(name: &str) -> bool {
    let bytes = name.as_bytes();
    is_name(name)
        && (name == "content-type" || name == "range" || !is_safelisted_request_header_name(bytes))
        && !is_forbidden_request_header_name(bytes)
}
