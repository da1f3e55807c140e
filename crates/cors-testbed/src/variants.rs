//! Servers that differ from the reference server and are just as right: none may ever fail.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a variant says what it decides otherwise; everything else is the reference server's"
)]

use bytes::Bytes;
use cors_vectors::policy::AnyOr;
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderValue, VARY};
use http::{HeaderMap, Method, Version};

use crate::behaviour::reference::{self, elements, list};
use crate::behaviour::{Behaviour, Chunked, Grant};
use crate::exchange::{Exchange, Kind, append, set, text};

/// A legitimate way to differ from the reference server.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What it decides otherwise than the reference server.
    pub how: fn(&mut Behaviour),
}

impl Variant {
    /// The server's decisions.
    pub fn behaviour(&self) -> Behaviour {
        Behaviour::but(self.how)
    }
}

/// All variants.
pub fn variants() -> &'static [Variant] {
    VARIANTS
}

/// The variant of this name.
pub fn find(name: &str) -> Option<&'static Variant> {
    VARIANTS.iter().find(|variant| variant.name == name)
}

const fn variant(name: &'static str, about: &'static str, how: fn(&mut Behaviour)) -> Variant {
    Variant { name, about, how }
}

const VARIANTS: &[Variant] = &[
    // The status and body of preflights.
    variant("preflight-200", "Preflights are granted with 200.", |b| {
        b.preflight_status = |_| 200
    }),
    variant("preflight-202", "Preflights are granted with 202.", |b| {
        b.preflight_status = |_| 202
    }),
    variant("preflight-299", "Preflights are granted with 299.", |b| {
        b.preflight_status = |_| 299
    }),
    variant(
        "preflight-200-with-length",
        "Preflights are granted with 200 and Content-Length: 0.",
        |b| {
            b.preflight_status = |_| 200;
            b.finish = |x, reply| {
                if x.is_preflight() {
                    reply
                        .headers_mut()
                        .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
                }
            };
        },
    ),
    variant(
        "preflight-200-with-body",
        "Preflights are granted with 200 and a body.",
        |b| {
            b.preflight_status = |_| 200;
            b.finish = |x, reply| {
                if x.is_preflight() {
                    *reply.body_mut() = Bytes::from_static(b"OK");
                }
            };
        },
    ),
    variant(
        "refused-preflight-200",
        "Preflights are refused with 200.",
        |b| b.refused_preflight_status = |_| 200,
    ),
    variant(
        "refused-preflight-204",
        "Preflights are refused with 204.",
        |b| b.refused_preflight_status = |_| 204,
    ),
    variant(
        "refused-preflight-400",
        "Preflights are refused with 400.",
        |b| b.refused_preflight_status = |_| 400,
    ),
    variant(
        "refused-preflight-401",
        "Preflights are refused with 401.",
        |b| b.refused_preflight_status = |_| 401,
    ),
    variant(
        "refused-preflight-404",
        "Preflights are refused with 404.",
        |b| b.refused_preflight_status = |_| 404,
    ),
    variant(
        "refused-preflight-405",
        "Preflights are refused with 405.",
        |b| b.refused_preflight_status = |_| 405,
    ),
    variant(
        "refused-preflight-explained",
        "Refused preflights say why.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight() && !x.granted {
                    *reply.body_mut() =
                        Bytes::from_static(b"origin, method or headers not allowed\n");
                    set(reply.headers_mut(), "content-type", "text/plain");
                }
            };
        },
    ),
    variant(
        "refused-preflight-names-lists",
        "Preflights of refused origins are answered 204 with the lists and without the origin.",
        |b| {
            b.refused_preflight_status = |_| 204;
            b.carries = |x, grant| match grant {
                Grant::Methods | Grant::Headers if x.requested_method.is_some() => x.is_preflight(),
                _ => reference::carries(x, grant),
            };
            b.allow_methods_value = listed_methods;
            b.allow_headers_value = listed_headers;
        },
    ),
    variant(
        "refused-preflight-names-origin",
        "Preflights refused for their method or headers still say that the origin is allowed.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Origin | Grant::Credentials => x.origin_allowed && may_name_origin(x),
                _ => reference::carries(x, grant),
            };
        },
    ),
    variant(
        "preflight-left-to-browser",
        "Preflights of allowed origins are answered with all lists, whatever they ask for.",
        |b| {
            b.refused_preflight_status = |_| 204;
            b.carries = |x, grant| {
                (x.is_preflight()
                    && x.origin_allowed
                    && grant != Grant::Expose
                    && may_name_origin(x))
                    || reference::carries(x, grant)
            };
            b.allow_methods_value = listed_methods;
            b.allow_headers_value = listed_headers;
        },
    ),
    variant(
        "allow-beside-allow-methods",
        "Preflights are answered with Allow as well.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight() {
                    set(reply.headers_mut(), "allow", "GET, HEAD, POST, OPTIONS");
                }
            };
        },
    ),
    // The lists of methods and headers.
    variant(
        "allow-methods-repeats-request",
        "Only the requested method is named.",
        |b| {
            b.allow_methods_value = |x| x.requested_method.clone().into_iter().collect();
        },
    ),
    variant(
        "allow-headers-repeats-request",
        "Only the requested headers are named.",
        |b| {
            b.allow_headers_value = |x| list(x.requested_headers.clone().unwrap_or_default());
        },
    ),
    variant(
        "allow-lists-repeat-request",
        "Only the requested method and headers are named.",
        |b| {
            b.allow_methods_value = |x| x.requested_method.clone().into_iter().collect();
            b.allow_headers_value = |x| list(x.requested_headers.clone().unwrap_or_default());
        },
    ),
    variant(
        "allow-headers-as-requested",
        "The lines of requested headers are sent back as they came.",
        |b| {
            b.allow_headers_value = |x| {
                x.lines("access-control-request-headers")
                    .into_iter()
                    .filter(|line| {
                        !line.is_empty() && line.split(',').all(|name| !name.trim().is_empty())
                    })
                    .chain(list(x.requested_headers.clone().unwrap_or_default()))
                    .collect()
            };
        },
    ),
    variant(
        "allow-methods-omits-safelisted",
        "GET, HEAD and POST are left out of the methods.",
        |b| {
            b.allow_methods_value = |x| {
                let methods = reference::allow_methods_value(x).concat();
                list(
                    methods
                        .split(", ")
                        .filter(|method| !SAFELISTED_METHODS.contains(method)),
                )
            };
        },
    ),
    variant(
        "allow-methods-omitted-when-safelisted",
        "No methods are named when a safelisted one is asked for.",
        |b| {
            b.allow_methods_value = |x| match x.requested_method.as_deref() {
                Some(method) if SAFELISTED_METHODS.contains(&method) => Vec::new(),
                _ => reference::allow_methods_value(x),
            };
        },
    ),
    variant(
        "allow-headers-omitted-when-none-requested",
        "No headers are named when none is asked for.",
        |b| {
            b.allow_headers_value = |x| match x.requested_headers.as_deref() {
                Some([]) => Vec::new(),
                _ => reference::allow_headers_value(x),
            };
        },
    ),
    variant(
        "allow-methods-adds-safelisted",
        "GET, HEAD and POST are named too.",
        |b| {
            b.allow_methods_value =
                |x| [list(SAFELISTED_METHODS), reference::allow_methods_value(x)].concat();
        },
    ),
    variant(
        "allow-headers-adds-safelisted",
        "Headers that need no permission are named too.",
        |b| {
            b.allow_headers_value = |x| {
                [
                    list(reference::SAFELISTED),
                    reference::allow_headers_value(x),
                ]
                .concat()
            };
        },
    ),
    variant(
        "allow-methods-under-any-named",
        "Where any method is allowed, the requested one is named.",
        |b| {
            b.allow_methods_value = |x| match x.policy.allow_methods {
                AnyOr::Any(_) => x.requested_method.clone().into_iter().collect(),
                AnyOr::Listed(_) => reference::allow_methods_value(x),
            };
        },
    ),
    variant(
        "allow-headers-under-any-named",
        "Where any header is allowed, the requested ones are named.",
        |b| {
            b.allow_headers_value = |x| match x.policy.allow_headers {
                AnyOr::Any(_) => list(x.requested_headers.clone().unwrap_or_default()),
                AnyOr::Listed(_) => reference::allow_headers_value(x),
            };
        },
    ),
    variant(
        "expose-headers-under-any-named",
        "Where any header is exposed, each is named.",
        |b| {
            b.expose_headers_value = |x| match x.policy.expose_headers {
                AnyOr::Any(_) => list(&x.application_headers),
                AnyOr::Listed(_) => reference::expose_headers_value(x),
            };
        },
    ),
    variant(
        "lists-on-several-lines",
        "Each element of a list stands on its own line.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    line.split(", ").map(str::to_owned).collect()
                });
            };
        },
    ),
    variant("lists-reversed", "Lists are sent in reverse order.", |b| {
        b.merge_application_headers = |x, headers, grant, lines| {
            merge_lists(x, headers, grant, &lines, |line| {
                list(line.split(", ").collect::<Vec<_>>().into_iter().rev())
            });
        };
    }),
    variant(
        "lists-with-repetitions",
        "Elements of lists are repeated.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    vec![format!("{line}, {line}")]
                });
            };
        },
    ),
    variant(
        "lists-without-spaces",
        "Elements of lists are separated by commas only.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    vec![line.replace(", ", ",")]
                });
            };
        },
    ),
    variant(
        "lists-with-extra-spaces",
        "Elements of lists are separated by spaces around commas.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    vec![line.replace(", ", "  ,   ")]
                });
            };
        },
    ),
    variant(
        "lists-with-tabs",
        "Elements of lists are separated by commas and tabs.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    vec![line.replace(", ", "\t,\t")]
                });
            };
        },
    ),
    variant(
        "header-names-lower-cased",
        "Header names in lists are in lower case.",
        |b| {
            b.allow_headers_value =
                |x| map(&reference::allow_headers_value(x), str::to_ascii_lowercase);
            b.expose_headers_value =
                |x| map(&reference::expose_headers_value(x), str::to_ascii_lowercase);
        },
    ),
    variant(
        "header-names-upper-cased",
        "Header names in lists are in upper case.",
        |b| {
            b.allow_headers_value =
                |x| map(&reference::allow_headers_value(x), str::to_ascii_uppercase);
            b.expose_headers_value =
                |x| map(&reference::expose_headers_value(x), str::to_ascii_uppercase);
        },
    ),
    variant(
        "method-case-lenient",
        "A method in the wrong case is granted with the listed spelling, which helps no browser.",
        |b| {
            b.match_method = |x| {
                let fits = |method: &str| {
                    x.listed_methods()
                        .iter()
                        .any(|listed| listed.eq_ignore_ascii_case(method))
                };
                reference::match_method(x) || x.requested_method.as_deref().is_some_and(fits)
            };
        },
    ),
    // What is exposed and how long permissions last.
    variant(
        "expose-headers-on-preflight",
        "Exposed headers are named in answers to preflights too.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Expose if x.is_preflight() => x.granted,
                _ => reference::carries(x, grant),
            };
        },
    ),
    variant(
        "expose-headers-adds-safelisted",
        "Headers that every page may read are named as exposed too.",
        |b| {
            b.expose_headers_value = |x| {
                [
                    reference::expose_headers_value(x),
                    list(["Cache-Control", "Content-Type"]),
                ]
                .concat()
            };
        },
    ),
    variant(
        "expose-headers-adds-absent",
        "Headers that are not there are named as exposed too.",
        |b| {
            b.expose_headers_value =
                |x| [reference::expose_headers_value(x), list(["X-Never-Sent"])].concat();
        },
    ),
    variant(
        "max-age-capped",
        "A max-age above a day is sent as a day.",
        |b| {
            b.max_age_value = |x| {
                x.policy
                    .max_age
                    .map(|seconds| seconds.min(86400).to_string())
                    .into_iter()
                    .collect()
            };
        },
    ),
    // Whose origin is named.
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
            b.allow_origin_value = |x| vec![x.origin.clone().unwrap_or_else(|| "*".to_owned())];
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
    // Vary.
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
    // What the server refuses by itself.
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
    // The message around it.
    variant(
        "title-case-header-names",
        "Header names go out in title case.",
        |b| b.title_case_headers = true,
    ),
    variant(
        "chunked",
        "Bodies are sent in chunks, without their length.",
        |b| {
            b.finish = |_, reply| {
                reply.extensions_mut().insert(Chunked);
            };
        },
    ),
    variant(
        "chunked-preflight",
        "Preflights are granted with 200 and an empty chunked body.",
        |b| {
            b.preflight_status = |_| 200;
            b.finish = |x, reply| {
                if x.is_preflight() {
                    reply.extensions_mut().insert(Chunked);
                }
            };
        },
    ),
    variant(
        "connection-close",
        "Each answer ends its connection.",
        |b| {
            b.finish = |_, reply| {
                reply
                    .headers_mut()
                    .insert(CONNECTION, HeaderValue::from_static("close"));
            };
        },
    ),
    variant("http-1-0", "Answers are of HTTP/1.0.", |b| {
        b.finish = |_, reply| *reply.version_mut() = Version::HTTP_10;
    }),
    variant("not-stored", "No answer may be stored.", |b| {
        b.finish = |_, reply| set(reply.headers_mut(), "cache-control", "no-store");
    }),
    variant(
        "stored-for-an-hour",
        "Answers may be stored for an hour.",
        |b| {
            b.finish = |_, reply| set(reply.headers_mut(), "cache-control", "public, max-age=3600");
        },
    ),
    variant("sets-a-cookie", "Each answer sets a cookie.", |b| {
        b.finish = |_, reply| {
            set(
                reply.headers_mut(),
                "set-cookie",
                "session=1; SameSite=None; Secure",
            )
        };
    }),
    variant(
        "other-security-headers",
        "Each answer has headers that restrict other things.",
        |b| {
            b.finish = |_, reply| {
                let headers = reply.headers_mut();
                set(headers, "x-content-type-options", "nosniff");
                set(headers, "content-security-policy", "default-src 'none'");
                set(headers, "cross-origin-opener-policy", "same-origin");
                set(headers, "timing-allow-origin", "*");
            };
        },
    ),
    variant(
        "names-its-software",
        "Each answer names the software and has a request number.",
        |b| {
            b.finish = |x, reply| {
                set(reply.headers_mut(), "server", "testbed");
                set(
                    reply.headers_mut(),
                    "x-number",
                    &x.memory.visits("number").to_string(),
                );
            };
        },
    ),
];

const SAFELISTED_METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

fn map(lines: &[String], change: fn(&str) -> String) -> Vec<String> {
    lines.iter().map(|line| change(line)).collect()
}

/// Writes the lines of a grant, those of lists after a change.
fn merge_lists(
    x: &Exchange<'_>,
    headers: &mut HeaderMap,
    grant: Grant,
    lines: &[String],
    change: fn(&str) -> Vec<String>,
) {
    let lines = match grant {
        Grant::Methods | Grant::Headers | Grant::Expose => {
            lines.iter().flat_map(|line| change(line)).collect()
        }
        Grant::Origin | Grant::Credentials | Grant::MaxAge => lines.to_vec(),
    };
    reference::merge_application_headers(x, headers, grant, lines);
}

/// The lists of the policy, whatever is asked for; with any the reference server's answer, which
/// needs a method or header that can be repeated.
fn listed_methods(x: &Exchange<'_>) -> Vec<String> {
    reference::allow_methods_value(x)
}

fn listed_headers(x: &Exchange<'_>) -> Vec<String> {
    if x.requested_headers.is_some() {
        reference::allow_headers_value(x)
    } else {
        Vec::new()
    }
}

/// Whether naming the origin on a refused preflight leaves the refusal to be seen by browsers: the
/// lists must not cover what is asked for, so what is refused must be readable.
fn may_name_origin(x: &Exchange<'_>) -> bool {
    !x.is_preflight() || (x.requested_method.is_some() && x.requested_headers.is_some())
}

fn only_origin<'a>(x: &Exchange<'a>) -> Option<&'a str> {
    match x.listed_origins() {
        [only] if !only.contains('*') && only != "null" => Some(only),
        _ => None,
    }
}

fn constant_for_one_origin(b: &mut Behaviour) {
    b.carries = |x, grant| match grant {
        Grant::Origin | Grant::Credentials | Grant::Expose if only_origin(x).is_some() => {
            !x.is_preflight() || x.granted || grant != Grant::Expose
        }
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

fn is_foreign(x: &Exchange<'_>) -> bool {
    x.kind == Kind::Actual && !x.origin_allowed
}
