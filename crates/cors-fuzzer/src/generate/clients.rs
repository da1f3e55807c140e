//! Requests as they are: what other clients, intermediaries and attackers send, and what browsers
//! send written in an unusual way.

use cors_vectors::policy::AnyOr;
use cors_vectors::server::{Endpoint, RawSend, Step};
use cors_vectors::text::{HeaderPair, Text};

use super::names::{listed_header, listed_method, unlisted_header, unlisted_method};
use super::origins;
use crate::source::Source;
use crate::steps::{bare, get, literal};
use crate::terms::Terms;

/// Lines that servers may take for something that they say nothing about.
const BESIDE: [(&str, &str); 14] = [
    ("Cookie", "session=1"),
    ("Authorization", "Bearer x"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-Site", "cross-site"),
    ("X-Forwarded-Host", "evil.example"),
    ("Forwarded", "host=evil.example"),
    ("Host", "evil.example"),
    ("X-Forwarded-Proto", "https"),
    ("Cache-Control", "no-cache"),
    ("User-Agent", "curl/8.0"),
    ("Accept", "text/html"),
    ("X-Http-Method-Override", "PUT"),
];

/// A request as it is.
pub(crate) fn send(source: &mut Source<'_, '_>, terms: Terms<'_>) -> Step {
    let mut send = get();
    match source.below(20) {
        0..=3 => plain(source, terms, &mut send),
        4..=10 => odd_origin(source, terms, &mut send),
        11..=14 => preflight(source, terms, &mut send),
        15..=17 => odd_preflight(source, terms, &mut send),
        _ => no_preflight(source, terms, &mut send),
    }
    if source.happens(1, 12) {
        let suffix = [
            "?",
            "?x=1&y=%20",
            "?origin=https://evil.example",
            "?callback=f",
        ];
        send.suffix = Some(source.text(&suffix).into());
    }
    if source.happens(1, 4) {
        beside(source, terms, &mut send);
    }
    if terms.bytes && source.happens(1, 4) {
        send.raw = true;
        if source.happens(1, 2) {
            let upper = source.happens(1, 2);
            for (name, _) in &mut send.headers {
                if let Text::Plain(name) = name {
                    *name = if upper {
                        name.to_ascii_uppercase()
                    } else {
                        name.to_ascii_lowercase()
                    };
                }
            }
        }
    }
    bare(None, Some(send))
}

fn line(name: &str, value: &[u8]) -> HeaderPair {
    (name.into(), Text::literal(value))
}

/// The origin of most requests: an allowed one, or one that nearly is.
fn some_origin(source: &mut Source<'_, '_>, terms: Terms<'_>) -> String {
    match origins::allowed(source, terms.policy) {
        Some(origin) if source.happens(2, 3) => origin,
        Some(_) | None => origins::near(source, terms.policy),
    }
}

/// GET or HEAD of any endpoint, with or without an origin.
fn plain(source: &mut Source<'_, '_>, terms: Terms<'_>, send: &mut RawSend) {
    if source.happens(1, 5) {
        send.method = "HEAD".into();
    } else if terms.unsafe_methods && source.happens(1, 12) {
        send.method = "POST".into();
        send.body = Some("x".into());
        send.headers.push(line("Content-Type", b"text/plain"));
    }
    let there: Vec<Endpoint> = Endpoint::ALL
        .into_iter()
        .filter(|endpoint| terms.policy.endpoint(*endpoint).is_some())
        .collect();
    if source.happens(1, 2)
        && send.body.is_none()
        && let Some(endpoint) = source.one(&there)
    {
        send.endpoint = *endpoint;
        if *endpoint == Endpoint::NotModified && source.happens(3, 4) {
            send.headers.push(line("If-None-Match", b"*"));
        }
    }
    match source.below(8) {
        0 | 1 => {}
        2 => {
            // Whose page it is stands elsewhere, which is not for CORS.
            if let Some(origin) = origins::allowed(source, terms.policy) {
                send.headers
                    .push(line("Referer", format!("{origin}/page").as_bytes()));
            }
            if source.happens(1, 2) {
                send.headers.push(line("Origin", origins::EVIL.as_bytes()));
            }
        }
        _ => {
            let origin = some_origin(source, terms);
            send.headers.push(line("Origin", origin.as_bytes()));
        }
    }
}

/// An origin that no page has, or several.
fn odd_origin(source: &mut Source<'_, '_>, terms: Terms<'_>, send: &mut RawSend) {
    match source.below(6) {
        0 => {
            let allowed = origins::allowed(source, terms.policy).unwrap_or_default();
            let mut lines = vec![allowed.as_str(), origins::EVIL];
            match source.below(4) {
                0 => lines.reverse(),
                1 => lines = vec!["null", "null", origins::EVIL],
                2 => lines = vec![&allowed, &allowed],
                _ => {}
            }
            let lines = lines.iter().map(|value| line("Origin", value.as_bytes()));
            send.headers.extend(lines);
        }
        1 => {
            let origin = some_origin(source, terms);
            let blanks = source.text(&[" ", "\t", "  ", " \t "]);
            let value = format!("{blanks}{origin}{blanks}");
            send.headers.push(line("Origin", value.as_bytes()));
        }
        _ => {
            let origin = origins::odd(source, terms.policy);
            send.headers.push(line("Origin", &origin));
        }
    }
    if source.happens(1, 3) {
        send.method = "OPTIONS".into();
        let method = listed_method(source, terms);
        send.headers
            .push(line("Access-Control-Request-Method", method.as_bytes()));
    }
}

/// A preflight as browsers send it but for how its list is written.
fn preflight(source: &mut Source<'_, '_>, terms: Terms<'_>, send: &mut RawSend) {
    send.method = "OPTIONS".into();
    let paths = [
        Endpoint::Unauthorized,
        Endpoint::Redirect,
        Endpoint::Options,
        Endpoint::Vary,
    ];
    if source.happens(1, 6)
        && let Some(endpoint) = source.one(&paths)
        && terms.policy.endpoint(*endpoint).is_some()
    {
        send.endpoint = *endpoint;
    }
    let origin = some_origin(source, terms);
    let method = if source.happens(1, 6) {
        unlisted_method(source, terms)
    } else {
        listed_method(source, terms)
    };
    send.headers.push(line("Origin", origin.as_bytes()));
    send.headers
        .push(line("Access-Control-Request-Method", method.as_bytes()));
    if source.happens(1, 5) {
        return;
    }
    let count = source.below(4);
    let mut names: Vec<String> = (0..count)
        .filter_map(|_| {
            let (name, _) = listed_header(source, terms)?;
            name.expand(&|_| None).ok()
        })
        .filter_map(|name| String::from_utf8(name).ok())
        .collect();
    if source.happens(5, 6) {
        for name in &mut names {
            name.make_ascii_lowercase();
        }
    }
    if source.happens(1, 6) {
        let (name, _) = unlisted_header(source, terms);
        let name = name.expand(&|_| None).ok();
        let name = name.and_then(|name| String::from_utf8(name).ok());
        let at = source.below(names.len() + 1);
        if let Some(name) = name {
            names.insert(at, name.to_ascii_lowercase());
        }
    }
    if !source.happens(1, 4) {
        names.sort();
        names.dedup();
    }
    if source.happens(1, 12) {
        // One name many times, which asks for no more.
        names = std::iter::repeat_n(names, 12).flatten().collect();
    }
    let comma = match source.below(10) {
        0..=4 => ",",
        5 | 6 => ", ",
        7 => " , ",
        8 => "\t,\t",
        _ => ",,",
    };
    let field = "Access-Control-Request-Headers";
    if source.happens(1, 4) {
        let lines = names.iter().map(|name| line(field, name.as_bytes()));
        send.headers.extend(lines);
        return;
    }
    let mut value = names.join(comma);
    if source.happens(1, 12) {
        value = format!(",{value},");
    }
    send.headers.push(line(field, value.as_bytes()));
    if source.happens(1, 16) {
        let asked = ["Private", "Local"];
        let name = format!("Access-Control-Request-{}-Network", source.text(&asked));
        send.headers.push((literal(&name), "true".into()));
    }
}

/// A preflight that asks for nonsense, or for what needs care.
fn odd_preflight(source: &mut Source<'_, '_>, terms: Terms<'_>, send: &mut RawSend) {
    send.method = "OPTIONS".into();
    let origin = some_origin(source, terms);
    send.headers.push(line("Origin", origin.as_bytes()));
    let listed = listed_method(source, terms);
    let unlisted = unlisted_method(source, terms);
    let method = "Access-Control-Request-Method";
    let headers = "Access-Control-Request-Headers";
    match source.below(5) {
        0 => {
            send.headers.push(line(method, listed.as_bytes()));
            send.headers.push(line(method, unlisted.as_bytes()));
        }
        1 => {
            let value = format!("{listed}, {unlisted}");
            send.headers.push(line(method, value.as_bytes()));
        }
        2 => {
            let long = "M".repeat(4000);
            let values = [
                "",
                "\"PUT\"",
                "PU T",
                "PUT;q=1",
                "PUT/",
                "(PUT)",
                "PUT\\",
                "<b>",
                "{PUT}",
                &long,
                "P\u{dc}T",
                "%50UT",
                "PUT%0d%0aX-Injected:1",
                "get",
            ];
            send.headers
                .push(line(method, source.text(&values).as_bytes()));
        }
        3 => {
            let known = match &terms.policy.allow_headers {
                AnyOr::Listed(listed) => source.one(listed).cloned().unwrap_or_default(),
                AnyOr::Any(_) => "x-any".to_owned(),
            };
            let (commas, names) = (",".repeat(4000), "x-not-listed,".repeat(100));
            let long = "x".repeat(4000);
            let values = [
                "x foo",
                "x:foo",
                "\"x-foo\"",
                "x-foo;q=1",
                "(x)",
                "x\\",
                "<script>",
                "{x}",
                "x/y",
                "x@y",
                "x-b\u{fc}",
                "%0d%0ax",
                "*",
                &commas,
                &names,
                &long,
                "origin,accept-encoding",
                "x-foo=1",
                "x[0]",
            ];
            let mut value = source.text(&values).to_owned();
            if source.happens(1, 3) {
                value = format!("{known},{value}");
            }
            send.headers.push(line(method, listed.as_bytes()));
            send.headers.push(line(headers, value.as_bytes()));
        }
        _ => {
            let (name, _) = unlisted_header(source, terms);
            send.headers.push(line(method, listed.as_bytes()));
            let known = listed_header(source, terms).map(|(name, _)| name);
            let names = known.into_iter().chain([name]);
            send.headers
                .extend(names.map(|name| (headers.into(), name)));
            if source.happens(1, 3) {
                let many = (0..40).map(|_| line(headers, b"x-not-listed"));
                send.headers.extend(many);
            }
        }
    }
}

/// Requests that have parts of a preflight and are not preflights.
fn no_preflight(source: &mut Source<'_, '_>, terms: Terms<'_>, send: &mut RawSend) {
    let origin = some_origin(source, terms);
    let method = listed_method(source, terms);
    let asks = line("Access-Control-Request-Method", method.as_bytes());
    let origin = line("Origin", origin.as_bytes());
    let names = line("Access-Control-Request-Headers", b"x-token");
    send.headers = match source.below(6) {
        0 => vec![origin, asks],
        1 => vec![origin, asks, names],
        2 => vec![asks],
        3 => vec![origin],
        4 => vec![origin, names],
        _ => Vec::new(),
    };
    if send.headers.len() < 2 || source.happens(1, 3) {
        send.method = "OPTIONS".into();
    }
    // Two of them together would be one.
    if send.method == Text::from("OPTIONS") && send.headers.len() > 1 {
        send.headers.remove(1);
    }
    if terms.policy.endpoint(Endpoint::Options).is_some() && source.happens(1, 2) {
        send.endpoint = Endpoint::Options;
    }
}

fn beside(source: &mut Source<'_, '_>, terms: Terms<'_>, send: &mut RawSend) {
    if let Some((name, value)) = source.one(&BESIDE) {
        // A server may well know its own name only.
        if *name != "Host" || terms.kit {
            send.headers.push(line(name, value.as_bytes()));
        }
        // A server that believes the line takes this page for its own.
        if value.contains("evil.example") && source.happens(2, 3) {
            let is_origin = |name: &Text| *name == Text::from("Origin");
            send.headers.retain(|(name, _)| !is_origin(name));
            send.headers.push(line("Origin", origins::EVIL.as_bytes()));
        }
    }
}
