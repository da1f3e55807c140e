//! What script can ask for: `XMLHttpRequest` with its methods in any order, and `fetch()` with any
//! members and any URL, among them `data:` URLs.
//!
//! Input: a byte that says which of these, a byte for each choice, and then a text.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cors_model::api::body::BodyInit;
use cors_model::api::fetch::{RequestInit, request as new_request};
use cors_model::api::xhr::Xhr;
use cors_model::api::{ApiError, ApiErrorName};
use cors_model::dialect::Dialect;
use cors_model::fetch::UserAgent;
use cors_model::header::HeaderValue;
use cors_model::network::RequestKind;
use cors_model::referrer::{Referrer, ReferrerPolicy};
use cors_model::request::{CacheMode, CredentialsMode, RedirectMode, RequestMode};
use cors_model::response::{FilteredResponse, is_range_status};
use cors_model::trace::{NoTrace, Steps};

use crate::input::{choice, flags};
use crate::support::{Script, answer, page, parse, run_traced, url};

const DIALECTS: &[Dialect] = &[
    Dialect::STANDARD,
    Dialect::CHROMIUM,
    Dialect::FIREFOX,
    Dialect::WEBKIT,
];
const METHODS: &[&[u8]] = &[
    b"GET", b"post", b"PUT", b"TRACE", b"a b", b"HEAD", b"OPTIONS", b"patch",
];
const URLS: &[&str] = &[
    "https://a.test/r",
    "https://b.test/r",
    "https://user:secret@b.test/r",
    "about:blank",
    "about:other",
    "blob:https://a.test/1",
    "ftp://b.test/r",
    "x:y",
];
const MODES: &[RequestMode] = &[
    RequestMode::Cors,
    RequestMode::NoCors,
    RequestMode::SameOrigin,
    RequestMode::Navigate,
];
const CACHES: &[CacheMode] = &[
    CacheMode::Default,
    CacheMode::NoStore,
    CacheMode::Reload,
    CacheMode::NoCache,
    CacheMode::ForceCache,
    CacheMode::OnlyIfCached,
];
const REFERRERS: &[Option<&str>] = &[
    None,
    Some(""),
    Some("about:client"),
    Some("https://a.test/other?q"),
    Some("https://b.test/other"),
    Some("ftp://a.test/"),
];
const CREDENTIALS: &[CredentialsMode] = &[
    CredentialsMode::SameOrigin,
    CredentialsMode::Include,
    CredentialsMode::Omit,
];
const REDIRECTS: &[RedirectMode] = &[
    RedirectMode::Follow,
    RedirectMode::Error,
    RedirectMode::Manual,
];
const POLICIES: &[ReferrerPolicy] = &[
    ReferrerPolicy::StrictOriginWhenCrossOrigin,
    ReferrerPolicy::NoReferrer,
    ReferrerPolicy::UnsafeUrl,
    ReferrerPolicy::SameOrigin,
];

/// Runs one input.
pub fn run(data: &[u8]) {
    let (&dialect, data) = choice(data, DIALECTS);
    match data.split_first() {
        Some((which, data)) if which % 3 == 0 => xhr(dialect, data),
        Some((which, data)) if which % 3 == 1 => fetch(dialect, data),
        Some((_, data)) => data_url(data),
        None => {}
    }
    for (field, without) in dialect.departures() {
        assert_ne!(without, dialect, "{field} is no departure");
    }
}

/// An exception, whatever is looked at meanwhile, says why, and a step that was taken says so.
fn thrown(error: &ApiError, steps: &Steps) {
    assert!(!error.to_string().is_empty() && !error.name.as_str().is_empty());
    let at = error.refusal.at;
    assert!(steps.0.iter().any(|entry| entry.at == at), "{error}");
}

/// A request object's methods in the order of the input, against what its state allows.
fn xhr(dialect: Dialect, data: &[u8]) {
    let mut xhr = Xhr::of(dialect, page());
    let (mut opened, mut sent) = (false, false);
    let mut bytes = data.iter().copied();
    for _ in 0..16 {
        let Some(byte) = bytes.next() else { break };
        let mut steps = Steps::default();
        let detail = usize::from(byte / 8);
        let wrong = |result: Result<(), ApiError>, steps: &Steps, wanted: bool| {
            let error = result.err();
            let is_state = |error: &ApiError| error.name == ApiErrorName::InvalidStateError;
            assert_eq!(error.as_ref().is_some_and(is_state), wanted, "{error:?}");
            if let Some(error) = error {
                thrown(&error, steps);
            }
        };
        match byte % 8 {
            0 | 1 => {
                let method = METHODS[detail % METHODS.len()];
                let user = [None, Some("ü@b"), Some("")][detail % 3];
                let password = [Some("p:q"), None][detail % 2];
                let to = url(URLS[detail % 2]);
                let result = xhr.open(method, to, user, password, &mut steps);
                if result.is_ok() {
                    (opened, sent) = (true, false);
                }
                wrong(result, &steps, false);
            }
            2 => {
                let result = xhr.set_request_header(b"X-A", b"1", &mut steps);
                wrong(result, &steps, !opened || sent);
            }
            3 => {
                let with = detail.is_multiple_of(2);
                wrong(xhr.set_with_credentials(with, &mut steps), &steps, sent);
            }
            4 => xhr.add_upload_listener(),
            5 => xhr.remove_upload_listener(),
            _ => {
                let body = (detail > 3).then(|| body(detail, "text").into());
                let result = xhr.send(body, &mut steps);
                let allowed = opened && !sent;
                sent |= allowed;
                wrong(result.map(drop), &steps, !allowed);
            }
        }
    }
}

fn body(kind: usize, text: &str) -> BodyInit {
    let pairs = || vec![("a b\n\"".to_owned(), format!("ü\r{text}"))];
    match kind % 6 {
        0 => BodyInit::Text(text.to_owned()),
        1 => BodyInit::blob(text.into(), ["Text/Plain", "not\u{e9}"][kind / 6 % 2]),
        2 => BodyInit::BufferSource(text.into()),
        3 => BodyInit::UrlSearchParams(pairs()),
        4 => BodyInit::Stream(text.into()),
        _ => BodyInit::FormData {
            entries: pairs(),
            boundary: "b".to_owned(),
        },
    }
}

/// `fetch()` with what the input chooses: the same with and without a look at the steps.
fn fetch(dialect: Dialect, data: &[u8]) {
    let ([keepalive, duplex_half, has_body, language, ..], data) = flags(data);
    let (method, data) = choice(data, METHODS);
    let (to, data) = choice(data, URLS);
    let (&mode, data) = choice(data, MODES);
    let (&cache, data) = choice(data, CACHES);
    let (referrer, data) = choice(data, REFERRERS);
    let (&credentials, data) = choice(data, CREDENTIALS);
    let (&redirect, data) = choice(data, REDIRECTS);
    let (&policy, data) = choice(data, POLICIES);
    let (kind, rest) = data
        .split_first()
        .map_or((0, data), |(kind, rest)| (usize::from(*kind), rest));
    let text = String::from_utf8_lossy(rest);
    let init = || RequestInit {
        method: Some(method.to_vec()),
        headers: Some(vec![(b"X-A".to_vec(), b"1".to_vec())]),
        body: has_body.then(|| body(kind, &text)),
        referrer: referrer.map(|referrer| match referrer {
            "" => Referrer::NoReferrer,
            "about:client" => Referrer::Client,
            other => Referrer::Url(url(other)),
        }),
        referrer_policy: Some(policy),
        mode: Some(mode),
        credentials: Some(credentials),
        cache: Some(cache),
        redirect: Some(redirect),
        keepalive: Some(keepalive),
        duplex_half,
    };
    let mut steps = Steps::default();
    let made = new_request(&page(), url(to), init(), &mut steps);
    assert_eq!(made, new_request(&page(), url(to), init(), &mut NoTrace));
    let asking = match made {
        Ok(asking) => asking,
        Err(error) => return thrown(&error, &steps),
    };
    let ask = |fetch: &mut dyn FnMut(&mut UserAgent, &mut Script) -> bool| {
        let mut agent = UserAgent::new(dialect);
        agent.accept_language = language.then(|| HeaderValue::from_static("eo"));
        let mut network = Script::new([answer(
            200,
            &[
                ("Access-Control-Allow-Origin", "https://a.test"),
                ("Access-Control-Allow-Credentials", "true"),
            ],
        )]);
        network.authorization = Some("Basic eA==");
        let shared = fetch(&mut agent, &mut network);
        (shared, network.seen)
    };
    let plain = ask(&mut |agent, network| {
        run_traced(agent, network, asking.clone(), 0, &mut NoTrace).is_ok()
    });
    let traced = ask(&mut |agent, network| {
        let result = run_traced(agent, network, asking.clone(), 0, &mut steps);
        if let Err(error) = &result {
            let at = error.refusal.at;
            assert!(steps.0.iter().any(|entry| entry.at == at), "{error}");
        }
        result.is_ok()
    });
    assert_eq!(plain, traced);
    // A preflight goes out as it is, past where the user's languages are told.
    let (_, seen) = plain;
    for line in seen {
        if line.kind == RequestKind::Preflight {
            continue;
        }
        let told = line.header("accept-language");
        assert_eq!(told.is_some(), language, "{}", line.line());
    }
}

/// A `data:` URL holds what was put into it, and no more than its text can say otherwise.
fn data_url(data: &[u8]) {
    let encoded = STANDARD.encode(data);
    let percent = data.iter().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02x}").expect("strings take what is written");
        text
    });
    let loose = encoded.trim_end_matches('=');
    for text in [
        format!("data:text/x;base64,{encoded}"),
        format!("data:text/x; BASE64,{loose}"),
        format!("data:text/x,{percent}"),
    ] {
        let response = get(&text).expect("it is a data: URL");
        assert_eq!(response.body(), Some(data), "{text}");
        assert_eq!(response.header("content-type"), Some(b"text/x".to_vec()));
        assert_eq!(response.status(), 200);
        assert!(!is_range_status(response.status()));
        assert!(!format!("{:?}", response.internal()).is_empty());
    }
    // Anything may stand there; what is not base64 says nothing.
    let text: String = data
        .iter()
        .filter(|byte| byte.is_ascii_graphic() && **byte != b'#')
        .map(|byte| char::from(*byte))
        .collect();
    for front in ["data:;charset=x,", "data:;base64,", "data:"] {
        if let Some(response) = get(&format!("{front}{text}")) {
            assert!(response.header("content-type").is_some());
        }
    }
}

fn get(to: &str) -> Option<FilteredResponse> {
    let asking = new_request(
        &page(),
        parse(to, None)?,
        RequestInit::default(),
        &mut NoTrace,
    );
    let mut network = Script::new([]);
    let agent = &mut UserAgent::default();
    let response = run_traced(agent, &mut network, asking.ok()?, 0, &mut NoTrace);
    assert!(network.seen.is_empty(), "nobody is asked");
    response.ok()
}
