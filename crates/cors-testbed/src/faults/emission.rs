//! `Access-Control-Allow-Origin` and `Access-Control-Allow-Credentials` that go out as they should
//! not.

use super::fault::{Fault, fault, line, parts};
use crate::behaviour::{Exchange, Grant, reference};
use crate::header::append;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "allow-origin-twice",
        "E1",
        "Access-Control-Allow-Origin stands on two lines.",
        |b| {
            b.allow_origin_value = |x| doubled_if(true, reference::allow_origin_value(x));
        },
    ),
    fault(
        "allow-origin-twice-on-preflight",
        "E1",
        "Access-Control-Allow-Origin stands on two lines of preflight answers.",
        |b| {
            b.allow_origin_value =
                |x| doubled_if(x.is_preflight(), reference::allow_origin_value(x));
        },
    ),
    fault(
        "allow-origin-and-wildcard",
        "E1",
        "The origin stands on one line and a star on another.",
        |b| {
            b.allow_origin_value = |x| [reference::allow_origin_value(x), line("*")].concat();
        },
    ),
    fault(
        "allow-origin-appended",
        "E1",
        "Access-Control-Allow-Origin is added to the application's own.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                if grant != Grant::Origin {
                    return reference::merge_application_headers(x, headers, grant, lines);
                }
                for line in lines {
                    append(headers, grant.header(), &line);
                }
            };
        },
    ),
    fault(
        "allow-credentials-twice",
        "E1",
        "Access-Control-Allow-Credentials stands on two lines.",
        |b| {
            b.allow_credentials_value = |x| doubled_if(true, reference::allow_credentials_value(x));
        },
    ),
    fault(
        "max-age-twice",
        "E1",
        "Access-Control-Max-Age stands on two lines.",
        |b| {
            b.max_age_value = |x| doubled_if(true, reference::max_age_value(x));
        },
    ),
    fault(
        "allow-origin-twice-on-errors",
        "E1",
        "Access-Control-Allow-Origin stands on two lines of answers of 400 and above.",
        |b| {
            b.allow_origin_value =
                |x| doubled_if(x.status >= 400, reference::allow_origin_value(x));
        },
    ),
    fault(
        "allow-origin-lists-all",
        "E2",
        "All listed origins are sent, with commas between them.",
        |b| {
            b.allow_origin_value = |x| {
                reference::list(x.listed_origins())
                    .into_iter()
                    .next()
                    .map_or_else(|| reference::allow_origin_value(x), line)
            };
        },
    ),
    fault(
        "allow-origin-lists-all-with-spaces",
        "E2",
        "All listed origins are sent, with spaces between them.",
        |b| {
            b.allow_origin_value = |x| match x.listed_origins() {
                [] => reference::allow_origin_value(x),
                origins => line(origins.join(" ")),
            };
        },
    ),
    fault(
        "allow-origin-repeated-with-comma",
        "E2",
        "The origin is sent twice on one line.",
        |b| {
            b.allow_origin_value =
                |x| line(doubled_if(true, reference::allow_origin_value(x)).join(", "));
        },
    ),
    fault(
        "allow-origin-lines-on-preflight",
        "E2",
        "Preflights are answered with one line for each listed origin.",
        |b| {
            b.allow_origin_value = |x| match x.listed_origins() {
                [_, ..] if x.is_preflight() => x.listed_origins().to_vec(),
                _ => reference::allow_origin_value(x),
            };
        },
    ),
    fault(
        "allow-origin-null-on-refusal",
        "E3",
        "A refused origin is answered with null, which opaque origins match.",
        |b| {
            b.carries = carries_origin_to_all;
            b.allow_origin_value = |x| on_refusal(x, "null");
        },
    ),
    fault(
        "allow-origin-false-on-refusal",
        "E3",
        "A refused origin is answered with the word false.",
        |b| {
            b.carries = carries_origin_to_all;
            b.allow_origin_value = |x| on_refusal(x, "false");
        },
    ),
    fault(
        "allow-origin-empty-on-refusal",
        "E3",
        "A refused origin is answered with an empty value.",
        |b| {
            b.carries = carries_origin_to_all;
            b.allow_origin_value = |x| on_refusal(x, "");
        },
    ),
    fault(
        "allow-origin-undefined-on-refusal",
        "E3",
        "A refused origin is answered with the word undefined.",
        |b| {
            b.carries = carries_origin_to_all;
            b.allow_origin_value = |x| on_refusal(x, "undefined");
        },
    ),
    fault(
        "allow-origin-null-without-origin",
        "E3",
        "A request without an origin is answered with null.",
        |b| {
            b.carries = |x, grant| {
                (grant == Grant::Origin && x.origin.is_none()) || reference::carries(x, grant)
            };
            b.allow_origin_value = |x| {
                if x.origin.is_none() {
                    line("null")
                } else {
                    reference::allow_origin_value(x)
                }
            };
        },
    ),
    fault(
        "allow-origin-with-slash",
        "E3",
        "A slash follows the allowed origin.",
        |b| {
            b.allow_origin_value = |x| changed(x, |origin| format!("{origin}/"));
        },
    ),
    fault(
        "allow-origin-quoted",
        "E3",
        "The allowed origin stands in quotation marks.",
        |b| {
            b.allow_origin_value = |x| changed(x, |origin| format!("\"{origin}\""));
        },
    ),
    fault(
        "allow-origin-without-scheme",
        "E3",
        "The scheme of the allowed origin is left out.",
        |b| {
            b.allow_origin_value = |x| {
                changed(x, |origin| {
                    origin.rsplit("//").next().unwrap_or_default().to_owned()
                })
            };
        },
    ),
    fault(
        "allow-origin-without-port",
        "E3",
        "The port of the allowed origin is left out.",
        |b| {
            b.allow_origin_value = |x| {
                changed(x, |origin| match parts(origin) {
                    (scheme, host, port) if !port.is_empty() => format!("{scheme}://{host}"),
                    _ => origin.to_owned(),
                })
            };
        },
    ),
    fault(
        "allow-origin-with-default-port",
        "E3",
        "The default port is added to the allowed origin.",
        |b| {
            b.allow_origin_value = |x| {
                changed(x, |origin| match parts(origin) {
                    ("https", _, "") => format!("{origin}:443"),
                    ("http", _, "") => format!("{origin}:80"),
                    _ => origin.to_owned(),
                })
            };
        },
    ),
    fault(
        "allow-origin-upper-cased",
        "E3",
        "The allowed origin is repeated in upper case.",
        |b| {
            b.allow_origin_value = |x| changed(x, str::to_ascii_uppercase);
        },
    ),
    fault(
        "allow-origin-true",
        "E3",
        "Instead of the allowed origin the word true is sent.",
        |b| {
            b.allow_origin_value = |x| changed(x, |_| "true".to_owned());
        },
    ),
    fault(
        "allow-origin-as-https",
        "E3",
        "The allowed origin is repeated with the scheme https.",
        |b| {
            b.allow_origin_value = |x| changed(x, |origin| origin.replace("http://", "https://"));
        },
    ),
    fault(
        "allow-credentials-on-refusal",
        "E4",
        "Credentials are allowed to refused origins.",
        |b| {
            b.carries = |x, grant| {
                (grant == Grant::Credentials && x.origin.is_some()) || reference::carries(x, grant)
            };
        },
    ),
    fault(
        "allow-credentials-false",
        "E4",
        "Where credentials are not allowed the word false is sent.",
        |b| {
            b.allow_credentials_value = |x| line(x.policy.allow_credentials.to_string());
        },
    ),
    fault(
        "allow-credentials-capitalised",
        "E4",
        "Credentials are allowed with the word True.",
        |b| {
            b.allow_credentials_value = |x| reworded(x, "True");
        },
    ),
    fault(
        "allow-credentials-upper-cased",
        "E4",
        "Credentials are allowed with the word TRUE.",
        |b| {
            b.allow_credentials_value = |x| reworded(x, "TRUE");
        },
    ),
    fault(
        "allow-credentials-one",
        "E4",
        "Credentials are allowed with the number 1.",
        |b| {
            b.allow_credentials_value = |x| reworded(x, "1");
        },
    ),
    fault(
        "allow-credentials-repeated",
        "E4",
        "Credentials are allowed with the word true twice on a line.",
        |b| {
            b.allow_credentials_value = |x| reworded(x, "true, true");
        },
    ),
    fault(
        "allow-credentials-missing",
        "E4",
        "Credentials are never allowed.",
        |b| {
            b.allow_credentials_value = |_| Vec::new();
        },
    ),
    fault(
        "allow-credentials-missing-on-preflight",
        "E4",
        "Preflights are answered without permission for credentials.",
        |b| {
            b.allow_credentials_value = |x| {
                if x.is_preflight() {
                    Vec::new()
                } else {
                    reference::allow_credentials_value(x)
                }
            };
        },
    ),
    fault(
        "allow-credentials-only-on-preflight",
        "E4",
        "Only preflights are answered with permission for credentials.",
        |b| {
            b.allow_credentials_value = |x| {
                if x.is_preflight() {
                    reference::allow_credentials_value(x)
                } else {
                    Vec::new()
                }
            };
        },
    ),
    fault(
        "allow-credentials-only-with-cookie",
        "E4",
        "Credentials are allowed only to requests that have a cookie.",
        |b| {
            b.allow_credentials_value = |x| {
                if x.headers.contains_key("cookie") {
                    reference::allow_credentials_value(x)
                } else {
                    Vec::new()
                }
            };
        },
    ),
    fault(
        "allow-credentials-missing-on-errors",
        "E4",
        "Answers of 400 and above do not allow credentials.",
        |b| {
            b.allow_credentials_value = |x| {
                if x.status >= 400 {
                    Vec::new()
                } else {
                    reference::allow_credentials_value(x)
                }
            };
        },
    ),
    fault(
        "allow-credentials-against-policy",
        "E4",
        "Credentials are allowed to listed origins although the policy does not.",
        |b| {
            b.allow_credentials_value = |x| {
                if x.depends_on_origin() {
                    line("true")
                } else {
                    Vec::new()
                }
            };
        },
    ),
    fault(
        "allow-origin-misspelt",
        "E10",
        "Access-Control-Allow-Origin is written Access-Control-Allow-Origins.",
        |b| {
            b.finish = |_, reply| rename(reply, Grant::Origin, "access-control-allow-origins");
        },
    ),
    fault(
        "allow-credentials-misspelt",
        "E10",
        "Access-Control-Allow-Credentials is written Access-Control-Allow-Credential.",
        |b| {
            b.finish =
                |_, reply| rename(reply, Grant::Credentials, "access-control-allow-credential");
        },
    ),
    fault(
        "allow-methods-misspelt",
        "E10",
        "Access-Control-Allow-Methods is written Access-Control-Allow-Method.",
        |b| {
            b.finish = |_, reply| rename(reply, Grant::Methods, "access-control-allow-method");
        },
    ),
    fault(
        "allow-headers-misspelt",
        "E10",
        "Access-Control-Allow-Headers is written Access-Control-Allowed-Headers.",
        |b| {
            b.finish = |_, reply| rename(reply, Grant::Headers, "access-control-allowed-headers");
        },
    ),
    fault(
        "expose-headers-misspelt",
        "E10",
        "Access-Control-Expose-Headers is written Access-Control-Exposed-Headers.",
        |b| {
            b.finish = |_, reply| rename(reply, Grant::Expose, "access-control-exposed-headers");
        },
    ),
    fault(
        "max-age-misspelt",
        "E10",
        "Access-Control-Max-Age is written Access-Control-Maxage.",
        |b| {
            b.finish = |_, reply| rename(reply, Grant::MaxAge, "access-control-maxage");
        },
    ),
    fault(
        "allow-methods-as-allow",
        "E10",
        "The methods are sent as Allow instead of Access-Control-Allow-Methods.",
        |b| {
            b.finish = |_, reply| rename(reply, Grant::Methods, "allow");
        },
    ),
];

fn carries_origin_to_all(x: &Exchange<'_>, grant: Grant) -> bool {
    (grant == Grant::Origin && x.origin.is_some()) || reference::carries(x, grant)
}

fn on_refusal(x: &Exchange<'_>, junk: &str) -> Vec<String> {
    if x.origin_allowed {
        reference::allow_origin_value(x)
    } else {
        line(junk)
    }
}

fn doubled_if(condition: bool, lines: Vec<String>) -> Vec<String> {
    if condition {
        [lines.clone(), lines].concat()
    } else {
        lines
    }
}

/// The value for an allowed origin, put through `change` where it is not the star.
fn changed(x: &Exchange<'_>, change: impl Fn(&str) -> String) -> Vec<String> {
    let lines = reference::allow_origin_value(x);
    lines
        .iter()
        .map(|line| {
            if line == "*" {
                line.clone()
            } else {
                change(line)
            }
        })
        .collect()
}

fn reworded(x: &Exchange<'_>, word: &str) -> Vec<String> {
    reference::allow_credentials_value(x)
        .into_iter()
        .map(|_| word.to_owned())
        .collect()
}

fn rename(reply: &mut crate::reply::Reply, grant: Grant, name: &str) {
    let headers = reply.headers_mut();
    let lines: Vec<String> = headers
        .get_all(grant.header())
        .iter()
        .map(crate::header::text)
        .collect();
    headers.remove(grant.header());
    for line in lines {
        append(headers, name, &line);
    }
}
