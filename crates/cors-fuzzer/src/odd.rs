//! What is unusual about the requests of a finding once it is short.
//!
//! A server that fails on one kind of odd request fails in several ways at once: a grant is missing,
//! so is another, and the page cannot read the answer. What is left after everything was made as usual
//! as it can be tells that it is one mistake.

use cors_text::blanks::trimmed;
use std::collections::BTreeSet;

use cors_vectors::server::{Endpoint, RawSend, Step};

use crate::expect::bytes;

/// What is unusual; nothing of requests that any page makes, which are told apart by what fails.
pub(crate) fn oddities(steps: &[Step]) -> BTreeSet<String> {
    let mut odd = BTreeSet::new();
    for step in steps {
        let endpoint = match (&step.fetch, &step.send) {
            (Some(fetch), _) => fetch.endpoint,
            (None, Some(send)) => {
                of_send(send, &mut odd);
                send.endpoint
            }
            (None, None) => continue,
        };
        if endpoint != Endpoint::Resource {
            odd.insert(format!("endpoint {endpoint:?}"));
        }
    }
    odd
}

fn of_send(send: &RawSend, odd: &mut BTreeSet<String>) {
    let mut seen = BTreeSet::new();
    for (name, value) in &send.headers {
        let (Some(name), Some(value)) = (bytes(name), bytes(value)) else {
            continue;
        };
        let name = String::from_utf8_lossy(&name).to_ascii_lowercase();
        let mut note = |what: &str| {
            odd.insert(format!("{name} {what}"));
        };
        if trimmed(&value) != value {
            note("with blanks around it");
        }
        if name == "origin" && value.iter().any(u8::is_ascii_uppercase) {
            note("in capitals");
        }
        let mut elements = value.split(|byte| *byte == b',');
        if name == "access-control-request-headers"
            && elements.any(|element| trimmed(element).is_empty())
        {
            note("with nothing in it");
        }
        if !seen.insert(name.clone()) {
            note("twice");
        }
    }
}

#[cfg(test)]
mod tests {
    use cors_vectors::text::Text;

    use super::*;

    fn send(endpoint: Endpoint, headers: &[(&str, &str)]) -> Step {
        let literal = |text: &str| Text::literal(text.as_bytes());
        let pair = |(name, value): &(&str, &str)| (literal(name), literal(value));
        let send = RawSend {
            method: "GET".into(),
            endpoint,
            suffix: None,
            headers: headers.iter().map(pair).collect(),
            body: None,
            raw: false,
        };
        crate::bare(None, Some(send))
    }

    fn odd(endpoint: Endpoint, headers: &[(&str, &str)]) -> Vec<String> {
        oddities(&[send(endpoint, headers)]).into_iter().collect()
    }

    #[test]
    fn what_any_client_sends_is_not_odd() {
        let plain = [
            ("Origin", "https://app.example"),
            ("Access-Control-Request-Headers", "x-a, x-b"),
        ];
        assert!(odd(Endpoint::Resource, &plain).is_empty());
        assert!(odd(Endpoint::Resource, &[]).is_empty());
    }

    #[test]
    fn what_is_odd_is_named() {
        let said = odd(
            Endpoint::OwnHeaders,
            &[
                ("origin", "\thttps://App.example"),
                ("ORIGIN", "null"),
                ("Access-Control-Request-Headers", "x,,"),
            ],
        );
        let expected = [
            "access-control-request-headers with nothing in it",
            "endpoint OwnHeaders",
            "origin in capitals",
            "origin twice",
            "origin with blanks around it",
        ];
        assert_eq!(said, expected);
    }
}
