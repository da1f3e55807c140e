//! The exchange itself: what the user agent adds, and what can go wrong.

use alloc::vec;

use super::{B, refused};
use crate::cache::Timestamp;
use crate::error::{NetworkError, Reason, Stage};
use crate::fetch::{UserAgent, block_on, fetch};
use crate::header::{HeaderList, HeaderValue, names};
use crate::network::{HttpRequest, HttpVersion, Network, TransportError};
use crate::request::{Body, CacheMode, CredentialsMode, Request, RequestMode};
use crate::response::Response;
use crate::support::{Script, Seen, answer, header, request, run, run_traced, url};
use crate::trace::{NoTrace, Steps};

const SHARED: &[(&str, &str)] = &[
    ("Access-Control-Allow-Origin", "https://a.test"),
    ("Access-Control-Allow-Credentials", "true"),
];

fn seen(request: Request) -> Seen {
    let mut network = Script::new([answer(200, SHARED)]);
    network.cookie = Some("c=1");
    network.authorization = Some("Basic x");
    run(&mut network, request).unwrap();
    network.seen.remove(0)
}

fn with(name: &str, value: &str, mut request: Request) -> Request {
    let header = header(name, value.as_bytes());
    request.header_list.append(header.name, header.value);
    request
}

#[test]
fn bodies_say_how_long_they_are() {
    let length = |method: &str, body: Option<&[u8]>| {
        let mut request = request(method, "https://a.test/x");
        request.body = body.map(|bytes| Body {
            bytes: bytes.to_vec(),
            source_is_null: false,
        });
        seen(request).header("content-length")
    };
    assert_eq!(length("GET", None), None);
    assert_eq!(length("DELETE", None), None);
    assert_eq!(length("POST", None).as_deref(), Some("0"));
    assert_eq!(length("PUT", None).as_deref(), Some("0"));
    assert_eq!(length("POST", Some(b"abc")).as_deref(), Some("3"));
    assert_eq!(length("PATCH", Some(b"")).as_deref(), Some("0"));
    let mut request = request("POST", "https://a.test/x");
    request.body = Some(Body {
        bytes: vec![1, 2],
        source_is_null: false,
    });
    assert_eq!(seen(request).body, Some(vec![1, 2]));
}

#[test]
fn credentials_go_where_the_mode_says() {
    for (mode, to, included) in [
        (CredentialsMode::Omit, "https://a.test/x", false),
        (CredentialsMode::SameOrigin, "https://a.test/x", true),
        (CredentialsMode::Include, "https://a.test/x", true),
        (CredentialsMode::Omit, B, false),
        (CredentialsMode::SameOrigin, B, false),
        (CredentialsMode::Include, B, true),
    ] {
        let mut request = request("GET", to);
        request.credentials_mode = mode;
        let seen = seen(request);
        assert_eq!(seen.credentials, included, "{mode} {to}");
        assert_eq!(
            seen.header("cookie").as_deref(),
            included.then_some("c=1"),
            "{mode} {to}"
        );
        let authorization = included.then_some("Basic x");
        assert_eq!(
            seen.header("authorization").as_deref(),
            authorization,
            "{mode} {to}"
        );
    }
}

#[test]
fn scripts_own_authorization_comes_first() {
    let own = with(
        "Authorization",
        "Bearer y",
        request("GET", "https://a.test/x"),
    );
    assert_eq!(
        seen(own).header("authorization").as_deref(),
        Some("Bearer y")
    );
    for (to, flag, sent) in [
        ("https://u:p@a.test/", true, None),
        ("https://u:p@a.test/", false, Some("Basic x")),
        ("https://a.test/", true, Some("Basic x")),
    ] {
        let mut request = request("GET", to);
        request.use_url_credentials = flag;
        assert_eq!(
            seen(request).header("authorization").as_deref(),
            sent,
            "{to} {flag}"
        );
    }
}

#[test]
fn cache_modes_add_headers() {
    let sent = |mode: CacheMode, extra: &[(&str, &str)]| {
        let mut request = request("GET", "https://a.test/x");
        request.cache_mode = mode;
        for (name, value) in extra {
            request = with(name, value, request);
        }
        let seen = seen(request);
        (seen.header("cache-control"), seen.header("pragma"))
    };
    let some = |text: &str| Some(text.into());
    assert_eq!(sent(CacheMode::Default, &[]), (None, None));
    assert_eq!(sent(CacheMode::ForceCache, &[]), (None, None));
    assert_eq!(sent(CacheMode::NoCache, &[]), (some("max-age=0"), None));
    assert_eq!(
        sent(CacheMode::NoStore, &[]),
        (some("no-cache"), some("no-cache"))
    );
    assert_eq!(
        sent(CacheMode::Reload, &[]),
        (some("no-cache"), some("no-cache"))
    );
    let own = [("Cache-Control", "x"), ("Pragma", "y")];
    assert_eq!(sent(CacheMode::NoCache, &own), (some("x"), some("y")));
    assert_eq!(sent(CacheMode::Reload, &own), (some("x"), some("y")));
    for name in [
        "If-Modified-Since",
        "If-None-Match",
        "If-Unmodified-Since",
        "If-Match",
        "If-Range",
    ] {
        let conditional = sent(CacheMode::Default, &[(name, "x")]);
        assert_eq!(conditional, (some("no-cache"), some("no-cache")), "{name}");
        assert_eq!(
            sent(CacheMode::ForceCache, &[(name, "x")]),
            (None, None),
            "{name}"
        );
    }
}

#[test]
fn only_the_cache_may_answer_and_is_empty() {
    let mut cached = request("GET", "https://a.test/x");
    cached.cache_mode = CacheMode::OnlyIfCached;
    cached.mode = RequestMode::SameOrigin;
    let mut network = Script::new([answer(200, &[])]);
    let result = run(&mut network, cached.clone());
    assert_eq!(
        refused(result),
        "response concept-http-network-or-cache-fetch/11.1"
    );
    assert!(network.seen.is_empty());
    // A request that belongs to no partition has no cache.
    cached.client = None;
    assert_eq!(run(&mut network, cached).unwrap().status(), 200);
}

#[test]
fn parts_are_not_encoded() {
    let range = with("Range", "bytes=0-1", request("GET", "https://a.test/x"));
    assert_eq!(
        seen(range).header("accept-encoding").as_deref(),
        Some("identity")
    );
    assert_eq!(
        seen(request("GET", "https://a.test/x")).header("accept-encoding"),
        None
    );
}

#[test]
fn responses_remember_that_a_part_was_asked_for() {
    let opaque = |status: u16, range: bool| {
        let mut request = request("GET", B);
        request.mode = RequestMode::NoCors;
        if range {
            request
                .header_list
                .append(names::RANGE, HeaderValue::from_static("bytes=0-"));
        }
        run(&mut Script::new([answer(status, &[])]), request)
    };
    assert!(opaque(206, true).unwrap().internal().range_requested);
    assert!(!opaque(206, false).unwrap().internal().range_requested);
    assert_eq!(opaque(416, true).unwrap().internal().status, 416);
}

#[test]
fn requests_that_outlive_their_page_are_small() {
    let send = |length: usize, inflight: u64, keepalive: bool| {
        let mut request = request("POST", "https://a.test/x");
        request.keepalive = keepalive;
        request.client.as_mut().unwrap().inflight_keepalive_bytes = inflight;
        request.body = Some(Body {
            bytes: vec![0; length],
            source_is_null: false,
        });
        run(&mut Script::new([answer(200, &[])]), request)
    };
    assert!(send(65536, 0, true).is_ok());
    assert!(send(65537, 0, false).is_ok());
    assert!(send(65535, 1, true).is_ok());
    let error = send(65535, 2, true).unwrap_err();
    assert_eq!(
        error.refusal.reason,
        Reason::KeepaliveLimit { bytes: 65537 }
    );
    assert_eq!(error.refusal.at.step, "8.10.5");
    let mut nobody = request("POST", "https://a.test/x");
    nobody.client = None;
    nobody.keepalive = true;
    nobody.body = Some(Body {
        bytes: vec![0; 65536],
        source_is_null: false,
    });
    assert!(run(&mut Script::new([answer(200, &[])]), nobody).is_ok());
}

#[test]
fn streams_need_http_2() {
    let mut stream = request("POST", "https://a.test/x");
    stream.body = Some(Body {
        bytes: vec![1],
        source_is_null: true,
    });
    let mut network = Script::new([answer(200, &[]), answer(200, &[])]);
    let error = run(&mut network, stream.clone()).unwrap_err();
    assert_eq!(error.refusal.reason, Reason::StreamOverHttp1);
    assert_eq!(
        (error.refusal.stage, error.refusal.at.step),
        (Stage::Transport, "8.3")
    );
    assert!(network.seen.is_empty());
    network.version = HttpVersion::Http2OrLater;
    assert!(run(&mut network, stream).is_ok());
    assert_eq!(network.seen[0].header("content-length"), None);
}

#[test]
fn broken_exchanges_are_network_errors() {
    let error = run(&mut Script::new([Err("reset")]), request("GET", B)).unwrap_err();
    let reason = Reason::Transport(TransportError {
        said: "reset".into(),
    });
    assert_eq!(error.refusal.reason, reason);
    assert_eq!(
        (error.refusal.stage, error.refusal.at.step),
        (Stage::Transport, "8.1")
    );
}

#[test]
fn misdirected_requests_are_made_again_once() {
    let mut network = Script::new([answer(421, &[]), answer(200, &[])]);
    let response = run(&mut network, request("GET", "https://a.test/x")).unwrap();
    assert_eq!(response.status(), 200);
    let connections: vec::Vec<_> = network
        .seen
        .iter()
        .map(|seen| seen.new_connection)
        .collect();
    assert_eq!(connections, [false, true]);
    let mut network = Script::new([answer(421, &[]), answer(421, &[]), answer(200, &[])]);
    let response = run(&mut network, request("GET", "https://a.test/x")).unwrap();
    assert_eq!((response.status(), network.seen.len()), (421, 2));
    let mut stream = request("POST", "https://a.test/x");
    stream.body = Some(Body {
        bytes: vec![1],
        source_is_null: true,
    });
    let mut network = Script::new([answer(421, &[]), answer(200, &[])]);
    network.version = HttpVersion::Http2OrLater;
    assert_eq!(run(&mut network, stream).unwrap().status(), 421);
}

#[test]
fn proxies_have_no_one_to_ask() {
    let result = run(
        &mut Script::new([answer(407, &[])]),
        request("GET", "https://a.test/x"),
    );
    assert_eq!(
        refused(result),
        "response concept-http-network-or-cache-fetch/16.1"
    );
    let unauthorized = run(&mut Script::new([answer(401, SHARED)]), request("GET", B)).unwrap();
    assert_eq!(unauthorized.status(), 401);
}

#[test]
fn bodies_are_dropped_where_there_are_none() {
    let body = |method: &str, status: u16| {
        let response = run(
            &mut Script::new([answer(status, SHARED)]),
            request(method, B),
        )
        .unwrap();
        response.body().map(<[u8]>::to_vec)
    };
    assert_eq!(body("GET", 200).as_deref(), Some(&b"x"[..]));
    assert_eq!(body("HEAD", 200), None);
    assert_eq!(body("GET", 204), None);
    assert_eq!(body("GET", 404).as_deref(), Some(&b"x"[..]));
    let mut connect = request("CONNECT", "https://a.test/x");
    connect.unsafe_request = false;
    assert_eq!(
        run(&mut Script::new([answer(200, &[])]), connect)
            .unwrap()
            .body(),
        None
    );
}

#[test]
fn responses_know_where_they_came_from() {
    let mut network = Script::new([answer(200, &[("Timing-Allow-Origin", "*"), SHARED[0]])]);
    let response = run(&mut network, request("GET", "https://b.test/x#f")).unwrap();
    let internal = response.internal();
    assert_eq!(internal.url_list, [url("https://b.test/x#f")]);
    assert!(internal.timing_allow_passed && !internal.request_includes_credentials);
    assert_eq!(network.seen[0].url, "https://b.test/x");
    let response = run(&mut Script::new([answer(200, SHARED)]), request("GET", B)).unwrap();
    assert!(!response.internal().timing_allow_passed);
    let response = run(
        &mut Script::new([answer(200, &[])]),
        request("GET", "https://a.test/"),
    )
    .unwrap();
    let internal = response.internal();
    assert!(internal.timing_allow_passed && internal.request_includes_credentials);
}

#[test]
fn traces_tell_the_stages() {
    let mut steps = Steps::default();
    let mut network = Script::new([answer(204, SHARED), answer(200, SHARED)]);
    let put = request("get", B);
    let _ = run_traced(&mut UserAgent::default(), &mut network, put, 0, &mut steps);
    let stages: vec::Vec<_> = steps.0.iter().map(|entry| entry.stage).collect();
    let mut distinct = stages.clone();
    distinct.dedup();
    assert_eq!(distinct, [Stage::Fetch, Stage::Preflight, Stage::Fetch]);
}

/// A network that knows nothing of cookies, passwords and versions.
struct Bare(Option<HeaderList>);

impl Network for Bare {
    async fn http_network_fetch(
        &mut self,
        request: HttpRequest<'_>,
    ) -> Result<Response, TransportError> {
        self.0 = Some(request.header_list.clone());
        answer(200, &[]).map_err(|said| TransportError { said: said.into() })
    }
}

#[test]
fn networks_know_nothing_unless_they_say_so() {
    let mut network = Bare(None);
    let mut send = |request: Request| {
        let mut agent = UserAgent::default();
        block_on(fetch(
            &mut agent,
            &mut network,
            &mut NoTrace,
            request,
            Timestamp(0),
        ))?;
        Ok::<_, NetworkError>(network.0.take().expect("a request was made"))
    };
    let list = send(request("GET", "https://a.test/x")).unwrap();
    assert!(!list.contains(names::COOKIE) && !list.contains(names::AUTHORIZATION));
    let mut stream = request("POST", "https://a.test/x");
    stream.body = Some(Body {
        bytes: vec![1],
        source_is_null: true,
    });
    assert_eq!(
        send(stream).unwrap_err().refusal.reason,
        Reason::StreamOverHttp1
    );
}
