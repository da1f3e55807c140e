//! Redirects: where a request goes, with which method and which Origin, and whether the page gets
//! the answer, against a second and shorter account of it.
//!
//! Input: flags (credentials, where it goes first), the method, then three bytes for each answer:
//! status, Location, Access-Control-Allow-Origin.

use cors_model::request::{Body, CredentialsMode};

use crate::input::{choice, flags};
use crate::support::{Script, Seen, answer, parse, request, run as fetch, url};

const METHODS: &[&str] = &["GET", "POST", "HEAD"];
const STATUSES: &[u16] = &[301, 302, 303, 307, 308, 302, 307, 200, 304, 300];
const LOCATIONS: &[Option<&str>] = &[
    Some("https://a.test/1"),
    Some("https://b.test/2"),
    Some("https://c.test/3"),
    Some("/4"),
    Some("https://user@b.test/5"),
    Some("https://user@a.test/6"),
    Some("ftp://b.test/7"),
    Some("https://["),
    Some("https://b.test/8#f"),
    None,
];
const ORIGINS: &[&str] = &["https://a.test", "*", "null", "https://b.test"];

/// An answer as the input says it.
#[derive(Debug, Clone, Copy)]
struct Hop {
    status: u16,
    location: Option<&'static str>,
    allowed: &'static str,
}

/// What reaches the network: method, URL, and Origin where CORS has a say.
type Line = (String, String, Option<&'static str>);

/// The origin of a URL of this target.
fn origin_of(url: &str) -> &str {
    let authority = url
        .get(8..)
        .map_or(0, |rest| rest.find('/').unwrap_or(rest.len()));
    let origin = url.get(..8 + authority).unwrap_or(url);
    // A user name is no part of it.
    match origin {
        "https://user@a.test" => "https://a.test",
        "https://user@b.test" => "https://b.test",
        other => other,
    }
}

/// What must happen.
fn expected(method: &str, first: &str, include: bool, hops: &[Hop]) -> (Vec<Line>, bool) {
    let page = "https://a.test";
    let (mut lines, mut urls) = (Vec::new(), vec![first.to_owned()]);
    let (mut method, mut cors) = (method.to_owned(), false);
    for (number, hop) in hops.iter().enumerate() {
        let current = urls.last().cloned().unwrap_or_default();
        cors |= origin_of(&current) != page;
        let tainted = urls
            .windows(2)
            .any(|pair| origin_of(&pair[0]) != origin_of(&pair[1]) && origin_of(&pair[0]) != page);
        let origin = if tainted { "null" } else { page };
        let shown = current.split('#').next().unwrap_or_default().to_owned();
        lines.push((method.clone(), shown, cors.then_some(origin)));
        let shares = hop.allowed == origin || (hop.allowed == "*" && !include);
        if cors && !shares {
            return (lines, false);
        }
        let is_redirect = matches!(hop.status, 301 | 302 | 303 | 307 | 308);
        let Some(location) = hop.location.filter(|_| is_redirect) else {
            return (lines, true);
        };
        let next = match location {
            "/4" => format!("{}/4", origin_of(&current)),
            other => other.to_owned(),
        };
        let has_user = next.contains('@');
        let leads_nowhere = !next.starts_with("https://") || next == "https://[";
        if leads_nowhere || number == 20 || (has_user && (cors || origin_of(&next) != page)) {
            return (lines, false);
        }
        if (matches!(hop.status, 301 | 302) && method == "POST")
            || (hop.status == 303 && !matches!(method.as_str(), "GET" | "HEAD"))
        {
            "GET".clone_into(&mut method);
        }
        urls.push(next);
    }
    // No answer is left.
    (lines, false)
}

fn seen(line: &Seen, cors: bool) -> Line {
    let known = [Some("https://a.test".to_owned()), Some("null".to_owned())];
    let place = known
        .iter()
        .position(|origin| *origin == line.header("origin"));
    let origin = match place {
        Some(0) => Some("https://a.test"),
        Some(_) => Some("null"),
        None => None,
    };
    (
        line.method.clone(),
        line.url.clone(),
        origin.filter(|_| cors),
    )
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let ([include, elsewhere, ..], data) = flags(data);
    let (&method, data) = choice(data, METHODS);
    let hops: Vec<Hop> = data
        .chunks_exact(3)
        .take(24)
        .map(|bytes| Hop {
            status: *choice(bytes, STATUSES).0,
            location: *choice(&bytes[1..], LOCATIONS).0,
            allowed: choice(&bytes[2..], ORIGINS).0,
        })
        .collect();
    let first = if elsewhere {
        "https://b.test/0"
    } else {
        "https://a.test/0"
    };
    let mut asking = request(method, first);
    asking.credentials_mode = if include {
        CredentialsMode::Include
    } else {
        CredentialsMode::Omit
    };
    if method == "POST" {
        asking.body = Some(Body {
            bytes: b"x".to_vec(),
            source_is_null: false,
        });
    }
    let mut network = Script::new(hops.iter().map(|hop| {
        let mut pairs = vec![
            ("Access-Control-Allow-Origin", hop.allowed),
            ("Access-Control-Allow-Credentials", "true"),
        ];
        pairs.extend(hop.location.map(|location| ("Location", location)));
        answer(hop.status, &pairs)
    }));
    let result = fetch(&mut network, asking);
    let (mut lines, shared) = expected(method, first, include, &hops);
    // The one request that finds no answer any more is seen as well.
    if !shared && network.seen.len() == lines.len() + 1 && lines.len() == hops.len() {
        lines.extend(network.seen.last().map(|line| seen(line, true)));
    }
    let ours: Vec<Line> = network
        .seen
        .iter()
        .zip(&lines)
        .map(|(line, (_, _, origin))| seen(line, origin.is_some()))
        .collect();
    let without_user = |line: &Line| {
        let url = parse(&line.1, None).unwrap_or_else(|| url("https://a.test/"));
        let url = url.with(|parts| parts.username.clear());
        (line.0.clone(), url.serialize(true), line.2)
    };
    let ours: Vec<Line> = ours.iter().map(without_user).collect();
    let theirs: Vec<Line> = lines.iter().map(without_user).collect();
    assert_eq!(network.seen.len(), lines.len(), "{hops:?}: {result:?}");
    assert_eq!(ours, theirs, "{hops:?}");
    assert_eq!(result.is_ok(), shared, "{hops:?}: {result:?}");
}
