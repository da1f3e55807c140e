//! Whose origin is named, what answers vary on, and who is refused altogether.

use cors_policy::origin::check_serialized;
use cors_policy::policy::is_pattern;
use http::Method;
use http::header::VARY;

use super::variant::{Variant, is_foreign, map, variant};
use crate::behaviour::reference::{self, elements, list};
use crate::behaviour::{Behaviour, Exchange, Grant};
use crate::header::{append, set, text};

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "own-origin-granted",
        "The server's own origin, with its scheme, is granted, which no browser asks for.",
        |b| {
            b.match_origin = |x| {
                let own = x.line("host").map(|host| format!("https://{host}"));
                reference::match_origin(x)
                    || (own.is_some() && own.as_deref() == x.origin.as_deref() && !x.is_preflight())
            };
        },
    ),
    variant(
        "one-origin-constant",
        "The only origin of a policy stands on every answer, and nothing varies.",
        |b| {
            constant_for_one_origin(b);
            b.vary_tokens = |x| {
                let mut tokens = reference::vary_tokens(x);
                tokens.retain(|token| token != "Origin" || only_origin(x).is_none());
                tokens
            };
        },
    ),
    variant(
        "one-origin-constant-with-vary",
        "The only origin of a policy stands on every answer, which varies all the same.",
        constant_for_one_origin,
    ),
    variant(
        "any-repeats-origin",
        "Where any origin is allowed each is repeated, and answers vary.",
        |b| {
            b.allow_origin_value = |x| {
                let origin = x.origin.clone().filter(|origin| is_origin(origin));
                vec![origin.unwrap_or_else(|| "*".to_owned())]
            };
            b.vary_tokens = vary_always;
        },
    ),
    variant(
        "any-answered-only-with-origin",
        "Where any origin is allowed the star is sent to requests with an origin only, and answers vary.",
        |b| {
            b.match_origin = |x| x.headers.contains_key("origin") && reference::match_origin(x);
            b.vary_tokens = vary_always;
        },
    ),
    variant(
        "any-varies",
        "Answers vary on Origin even where any origin is allowed.",
        |b| b.vary_tokens = vary_always,
    ),
    variant(
        "vary-on-several-lines",
        "Each name in Vary stands on its own line.",
        |b| {
            b.merge_vary = |_, headers, tokens| {
                for token in tokens {
                    append(headers, "vary", &token);
                }
            };
        },
    ),
    variant(
        "vary-on-one-line",
        "All of Vary stands on one line, that of the application last.",
        |b| {
            b.merge_vary = |x, headers, tokens| {
                let old: Vec<String> = headers.get_all(VARY).iter().map(text).collect();
                headers.remove(VARY);
                let joined = list(tokens.into_iter().chain(old));
                reference::merge_vary(x, headers, joined);
            };
        },
    ),
    variant(
        "vary-reversed",
        "The names in Vary come in reverse order.",
        |b| {
            b.vary_tokens = |x| reference::vary_tokens(x).into_iter().rev().collect();
        },
    ),
    variant(
        "vary-lower-cased",
        "The names in Vary are in lower case.",
        |b| {
            b.vary_tokens = |x| map(&reference::vary_tokens(x), str::to_ascii_lowercase);
        },
    ),
    variant(
        "vary-upper-cased",
        "The names in Vary are in upper case.",
        |b| {
            b.vary_tokens = |x| map(&reference::vary_tokens(x), str::to_ascii_uppercase);
        },
    ),
    variant(
        "vary-with-other-names",
        "Answers vary on Cookie and Accept-Language too.",
        |b| {
            b.vary_tokens = |x| {
                [
                    reference::vary_tokens(x),
                    vec!["Cookie".to_owned(), "Accept-Language".to_owned()],
                ]
                .concat()
            };
        },
    ),
    variant(
        "vary-with-repetitions",
        "The names in Vary are repeated.",
        |b| {
            b.merge_vary = |_, headers, tokens| {
                for line in list([&*tokens, &*tokens].concat()) {
                    append(headers, "vary", &line);
                }
            };
        },
    ),
    variant(
        "vary-star",
        "Every answer varies on everything, so that no cache uses it.",
        |b| {
            b.merge_vary = |_, headers, _| set(headers, "vary", "*");
        },
    ),
    // No cache may store answers to OPTIONS, so that what they vary on is advice to nobody.
    variant(
        "preflight-without-vary",
        "Preflights are answered without Vary.",
        |b| {
            b.vary_tokens = |x| {
                if x.is_preflight() {
                    Vec::new()
                } else {
                    reference::vary_tokens(x)
                }
            };
        },
    ),
    variant(
        "preflight-repeats-request-without-vary",
        "Preflights repeat what they are asked for and are answered without Vary.",
        |b| {
            b.allow_methods_value = |x| x.requested_method.clone().into_iter().collect();
            b.allow_headers_value = |x| list(x.requested_headers.clone().unwrap_or_default());
            b.vary_tokens = |x| {
                if x.is_preflight() {
                    Vec::new()
                } else {
                    reference::vary_tokens(x)
                }
            };
        },
    ),
    variant(
        "preflight-varies-on-origin-only",
        "Preflights are answered with whole lists and vary on Origin only.",
        |b| {
            b.vary_tokens = |x| {
                let mut tokens = reference::vary_tokens(x);
                tokens.retain(|token| token == "Origin");
                tokens
            };
        },
    ),
    variant(
        "foreign-refused-403",
        "Requests of foreign origins are answered 403, and vary.",
        |b| {
            b.block = |x| is_foreign(x).then_some(403);
        },
    ),
    variant(
        "foreign-refused-404",
        "Requests of foreign origins are answered 404, and vary.",
        |b| {
            b.block = |x| is_foreign(x).then_some(404);
        },
    ),
    variant(
        "foreign-writes-refused",
        "Requests of foreign origins other than GET, HEAD and OPTIONS are answered 403, and vary.",
        |b| {
            b.block = |x| {
                let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(x.method);
                (is_foreign(x) && !reads).then_some(403)
            };
        },
    ),
];

/// The origin of a policy that allows no other, by no other rule.
fn only_origin<'a>(x: &Exchange<'a>) -> Option<&'a str> {
    match x.listed_origins() {
        [only] if x.rules.rules.is_empty() && !is_pattern(only) && only != "null" => Some(only),
        _ => None,
    }
}

fn constant_for_one_origin(b: &mut Behaviour) {
    b.carries = |x, grant| match grant {
        Grant::Origin | Grant::Credentials if only_origin(x).is_some() => true,
        Grant::Expose if only_origin(x).is_some() => !x.is_preflight(),
        _ => reference::carries(x, grant),
    };
    b.allow_origin_value = |x| match only_origin(x) {
        Some(only) => vec![only.to_owned()],
        None => reference::allow_origin_value(x),
    };
}

fn vary_always(x: &Exchange<'_>) -> Vec<String> {
    let mut tokens = reference::vary_tokens(x);
    if !elements(&tokens).iter().any(|token| token == "origin") {
        tokens.push("Origin".to_owned());
    }
    tokens
}

fn is_origin(text: &str) -> bool {
    text == "null" || check_serialized(text).is_ok()
}
