//! Answers that a cache would give to the wrong origin.

use http::header::VARY;

use super::fault::{Fault, fault, line};
use crate::behaviour::{Exchange, reference};
use crate::header::{append, set, text};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "vary-first-line-kept",
        "V4",
        "Of several lines that the application says in Vary the first is kept.",
        |b| {
            b.merge_vary = |x, headers, tokens| {
                let first = headers.get(VARY).cloned();
                headers.remove(VARY);
                headers.extend(first.map(|first| (VARY, first)));
                reference::merge_vary(x, headers, tokens);
            };
        },
    ),
    fault(
        "vary-of-errors-lost",
        "V4",
        "What the application says in Vary of an error is lost.",
        |b| {
            b.merge_vary = |x, headers, tokens| {
                if x.status >= 400 {
                    headers.remove(VARY);
                }
                reference::merge_vary(x, headers, tokens);
            };
        },
    ),
    fault("vary-missing", "V1", "No answer varies on Origin.", |b| {
        b.vary_tokens = without_origin;
    }),
    fault(
        "vary-missing-on-allowed",
        "V1",
        "Answers to allowed origins do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.origin_allowed && !x.is_preflight());
        },
    ),
    fault(
        "vary-missing-on-success",
        "V1",
        "Answers of 200 do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.status == 200);
        },
    ),
    fault(
        "vary-missing-for-one-origin",
        "V1",
        "A policy of one origin repeats it on a match only, and does not vary.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.listed_origins().len() == 1);
        },
    ),
    fault(
        "vary-missing-for-patterns",
        "V1",
        "Origins that fit a pattern are answered without Vary.",
        |b| {
            b.vary_tokens = |x| {
                let exact = x
                    .policy
                    .exact_origins()
                    .any(|entry| entry == x.origin_text());
                without_origin_if(x, x.origin_allowed && !exact && x.origin_text() != "null")
            };
        },
    ),
    fault(
        "vary-missing-on-head",
        "V1",
        "Answers to HEAD do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.method == http::Method::HEAD);
        },
    ),
    fault(
        "vary-missing-for-null",
        "V1",
        "Answers to the origin null do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.origin_text() == "null");
        },
    ),
    fault(
        "vary-missing-without-credentials",
        "V1",
        "Policies without credentials do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, !x.policy.allow_credentials);
        },
    ),
    fault(
        "any-reflected-without-vary",
        "V1",
        "Where any origin is allowed each is repeated, without Vary.",
        |b| {
            b.allow_origin_value = |x| line(x.origin.as_deref().unwrap_or("*"));
        },
    ),
    fault(
        "any-answered-only-with-origin",
        "V2",
        "The star is left out, without Vary, when the request has no origin.",
        |b| {
            b.match_origin = |x| x.origin.is_some() && reference::match_origin(x);
        },
    ),
    fault(
        "vary-missing-on-refused",
        "V2",
        "Answers to refused origins do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.origin.is_some() && !x.origin_allowed);
        },
    ),
    fault(
        "vary-missing-without-origin",
        "V2",
        "Answers to requests without an origin do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.origin.is_none());
        },
    ),
    fault(
        "vary-only-on-allowed",
        "V2",
        "Only answers to allowed origins vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, !x.origin_allowed);
        },
    ),
    fault(
        "vary-only-on-cors-requests",
        "V2",
        "The CORS layer leaves answers to requests without an origin alone.",
        |b| {
            b.covers = |x| x.origin.is_some() || !x.depends_on_origin();
        },
    ),
    fault(
        "vary-missing-on-several-origins",
        "V2",
        "The answer to a request with several Origin lines does not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.lines("origin").len() > 1);
        },
    ),
    fault(
        "vary-replaced",
        "V4",
        "The Vary of the application is replaced.",
        |b| {
            b.merge_vary = |x, headers, tokens| {
                headers.remove(VARY);
                reference::merge_vary(x, headers, tokens);
            };
        },
    ),
    fault(
        "vary-yields-to-application",
        "V4",
        "Nothing is added when the application has set Vary.",
        |b| {
            b.merge_vary = |x, headers, tokens| {
                if !headers.contains_key(VARY) {
                    reference::merge_vary(x, headers, tokens);
                }
            };
        },
    ),
    fault(
        "vary-replaced-for-allowed",
        "V4",
        "The Vary of the application is replaced where the origin is allowed.",
        |b| {
            b.merge_vary = |x, headers, tokens| {
                if x.origin_allowed {
                    headers.remove(VARY);
                }
                reference::merge_vary(x, headers, tokens);
            };
        },
    ),
    fault(
        "vary-joined-without-comma",
        "V4",
        "The Vary of the application and Origin are joined with a space.",
        |b| {
            b.merge_vary = |x, headers, tokens| {
                let old = headers.get(VARY).map(text);
                match old {
                    Some(old) if x.depends_on_origin() => {
                        set(headers, "vary", &format!("{old} Origin"));
                    }
                    _ => reference::merge_vary(x, headers, tokens),
                }
            };
        },
    ),
    fault(
        "application-headers-dropped",
        "V4",
        "Headers that the application set are lost where CORS headers are added.",
        |b| {
            b.finish = |x, reply| {
                if x.origin.is_some() && x.origin_allowed && !x.is_preflight() {
                    for name in &x.application_headers {
                        if !["content-type", "location", "etag", "vary"].contains(&name.as_str())
                            && !name.starts_with("access-control-")
                        {
                            reply.headers_mut().remove(name);
                        }
                    }
                }
            };
        },
    ),
    fault(
        "vary-names-response-header",
        "V5",
        "Answers vary on Access-Control-Allow-Origin, which no request has.",
        |b| {
            b.vary_tokens = |x| replace_origin(x, "Access-Control-Allow-Origin");
        },
    ),
    fault(
        "vary-misspelt",
        "V5",
        "Answers vary on Origins, which no request has.",
        |b| {
            b.vary_tokens = |x| replace_origin(x, "Origins");
        },
    ),
    fault(
        "vary-on-referer",
        "V5",
        "Answers vary on Referer instead of Origin.",
        |b| {
            b.vary_tokens = |x| replace_origin(x, "Referer");
        },
    ),
    fault(
        "vary-on-host",
        "V5",
        "Answers vary on Host instead of Origin.",
        |b| {
            b.vary_tokens = |x| replace_origin(x, "Host");
        },
    ),
    fault(
        "vary-missing-on-404",
        "V6",
        "Answers of 404 do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.status == 404);
        },
    ),
    fault(
        "vary-missing-on-500",
        "V6",
        "Answers of 500 do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.status == 500 && !x.thrown);
        },
    ),
    fault(
        "vary-missing-on-failure",
        "V6",
        "Answers after an unhandled failure do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.thrown);
        },
    ),
    fault(
        "vary-missing-on-401",
        "V6",
        "Answers of 401 do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.status == 401);
        },
    ),
    fault(
        "vary-missing-on-redirect",
        "V6",
        "Redirects do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.status == 302);
        },
    ),
    fault(
        "vary-missing-on-304",
        "V6",
        "Answers of 304 do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| without_origin_if(x, x.status == 304);
        },
    ),
    fault(
        "vary-accumulates",
        "D5",
        "Each answer has the Vary of all earlier ones too.",
        |b| {
            b.merge_vary = |x, headers, tokens| {
                reference::merge_vary(x, headers, tokens);
                for _ in 0..x.memory.visits("vary") {
                    append(headers, "vary", "Origin");
                }
            };
        },
    ),
];

fn without(x: &Exchange<'_>, name: &str) -> Vec<String> {
    let mut tokens = reference::vary_tokens(x);
    tokens.retain(|token| token != name);
    tokens
}

fn without_origin(x: &Exchange<'_>) -> Vec<String> {
    without(x, "Origin")
}

fn without_origin_if(x: &Exchange<'_>, condition: bool) -> Vec<String> {
    if condition {
        without_origin(x)
    } else {
        reference::vary_tokens(x)
    }
}

fn replace_origin(x: &Exchange<'_>, name: &str) -> Vec<String> {
    let mut tokens = reference::vary_tokens(x);
    for token in tokens.iter_mut().filter(|token| *token == "Origin") {
        name.clone_into(token);
    }
    tokens
}
