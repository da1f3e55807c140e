//! Small builders for generated cases.

use cors_vectors::agent::{
    AgentCase, AgentFile, Answer, ErrorKind, Expectation, ExpectedRequest, Fetch, OnRequest,
    OriginHeader, Outcome, Place, RequestKind, ResponseType,
};
use cors_vectors::text::{Concat, Hex, Repeat, Text};

use super::tables::hex;

/// A family's file.
pub(super) fn file(area: &str, about: &str, generator: &str, cases: Vec<AgentCase>) -> AgentFile {
    AgentFile {
        schema: Some("../schema/agent.schema.json".to_owned()),
        area: area.to_owned(),
        about: about.to_owned(),
        generator: Some(generator.to_owned()),
        cases,
    }
}

/// A case without quarantine, aliases or origins of its own.
#[expect(
    clippy::too_many_arguments,
    reason = "one argument for each part of a case, in the order of the format"
)]
pub(super) fn case(
    id: String,
    title: String,
    spec: &[&str],
    rules: &[&str],
    fetches: Vec<Fetch>,
    server: Vec<Answer>,
    requests: Vec<ExpectedRequest>,
    outcomes: Vec<Outcome>,
) -> AgentCase {
    AgentCase {
        id,
        aliases: Vec::new(),
        title,
        why: None,
        spec: spec.iter().map(|&s| s.to_owned()).collect(),
        rules: rules.iter().map(|&s| s.to_owned()).collect(),
        tags: Vec::new(),
        origins: std::collections::BTreeMap::new(),
        fetches,
        server,
        expect: Expectation { requests, outcomes },
        quarantine: None,
    }
}

/// A text of printable ASCII that stands for itself: braces are doubled.
pub(super) fn plain(text: &str) -> Text {
    Text::Plain(text.replace('{', "{{").replace('}', "}}"))
}

/// A text with placeholders.
pub(super) fn template(text: &str) -> Text {
    Text::Plain(text.to_owned())
}

/// Any bytes: plain where they are printable ASCII, in hex otherwise, as short as that allows.
pub(super) fn bytes(bytes: &[u8]) -> Text {
    let printable = |b: &u8| (0x20..0x7F).contains(b);
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let same = printable(first);
        let end = rest
            .iter()
            .position(|b| printable(b) != same)
            .unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        parts.push(if same {
            plain(&String::from_utf8_lossy(run))
        } else {
            Text::Hex(Hex {
                hex: run.iter().map(|&b| hex(b)).collect(),
            })
        });
        rest = tail;
    }
    match parts.len() {
        0 => plain(""),
        1 => parts.remove(0),
        _ => Text::Concat(Concat { concat: parts }),
    }
}

/// A character, `count` times.
pub(super) fn repeat(character: &str, count: u32) -> Text {
    Text::Repeat(Repeat {
        repeat: (Box::new(plain(character)), count),
    })
}

/// Texts one after the other.
pub(super) fn concat(parts: Vec<Text>) -> Text {
    Text::Concat(Concat { concat: parts })
}

/// A header of printable name.
pub(super) fn header(name: &str, value: Text) -> (Text, Text) {
    (plain(name), value)
}

/// A plain `fetch()` of the case's URL at `cross`.
pub(super) fn fetch() -> Fetch {
    Fetch {
        to: Place::Cross,
        suffix: None,
        url: None,
        api: cors_vectors::agent::Api::Fetch,
        page: cors_vectors::agent::PageKind::Ordinary,
        method: None,
        headers: Vec::new(),
        credentials: cors_vectors::server::Credentials::SameOrigin,
        mode: cors_vectors::agent::Mode::Cors,
        redirect: cors_vectors::agent::Redirect::Follow,
        cache: cors_vectors::agent::Cache::Default,
        referrer_policy: None,
        keepalive: false,
        body: None,
        duplex_half: false,
        upload_listener: None,
        after_seconds: 0,
    }
}

/// An answer to requests of one kind.
pub(super) fn answer(on: OnRequest, status: u16, headers: Vec<(Text, Text)>) -> Answer {
    Answer {
        on,
        at: None,
        suffix: None,
        fetch: None,
        nth: None,
        status,
        headers,
        body: None,
        interim: Vec::new(),
        trailers: Vec::new(),
        drop: false,
    }
}

/// `Access-Control-Allow-Origin` with the request's own origin.
pub(super) fn allow_origin() -> (Text, Text) {
    header("Access-Control-Allow-Origin", template("{origin}"))
}

/// A preflight answer that allows these methods and header names.
pub(super) fn allow_preflight(methods: Option<Text>, headers: Option<Text>) -> Answer {
    let mut lines = vec![allow_origin()];
    lines.extend(methods.map(|m| header("Access-Control-Allow-Methods", m)));
    lines.extend(headers.map(|h| header("Access-Control-Allow-Headers", h)));
    answer(OnRequest::Preflight, 204, lines)
}

/// An actual answer that shares with the request's origin.
pub(super) fn allow_actual() -> Answer {
    answer(OnRequest::Actual, 200, vec![allow_origin()])
}

/// A preflight at `cross` from the page's origin.
pub(super) fn preflight(request_method: Text, request_headers: Option<Text>) -> ExpectedRequest {
    ExpectedRequest {
        kind: RequestKind::Preflight,
        at: Place::Cross,
        suffix: None,
        method: None,
        origin: OriginHeader::Page,
        request_method: Some(request_method),
        request_headers,
        has: Vec::new(),
        lacks: Vec::new(),
        body: None,
    }
}

/// An actual request at `cross` from the page's origin.
pub(super) fn actual(method: Text) -> ExpectedRequest {
    ExpectedRequest {
        kind: RequestKind::Actual,
        method: Some(method),
        request_method: None,
        ..preflight(plain("GET"), None)
    }
}

/// A `cors` response with a status.
pub(super) fn shared(status: u16) -> Outcome {
    Outcome {
        error: None,
        response_type: Some(ResponseType::Cors),
        status: Some(status),
        headers: Vec::new(),
        hidden: Vec::new(),
        url: None,
        redirected: None,
        timing_allowed: None,
    }
}

/// An error of some kind.
pub(super) fn error(kind: ErrorKind) -> Outcome {
    Outcome {
        error: Some(kind),
        response_type: None,
        status: None,
        ..shared(0)
    }
}
