//! The same verdicts, whatever the bytes travel over.

use std::fmt::Write as _;
use std::future::pending;
use std::sync::Arc;

use cors_harness::event::Event;
use cors_harness::kit::{Kit, Subject};
use cors_harness::options::Options;
use cors_harness::plan::Plan;
use cors_harness::run::run;
use cors_harness::target::route::Route;
use cors_harness::target::tls::Trust;
use cors_harness::target::url::{HttpVersion, Traffic, UrlOptions};
use cors_harness::target::{Transport, UrlTarget};
use cors_harness::wire;
use cors_testbed::{Behaviour, Running, Server, faults, serve, serve_tls, tls_config};
use cors_vectors::library;
use cors_vectors::server::ServerCase;
use rustls::ServerConfig;
use serde_json::Value;

use crate::common::listed;
use crate::proxy::Proxy;
use crate::socket::loopback;

/// A certificate for 127.0.0.1 and localhost, as PEM, and a server's configuration with it.
fn secured(protocols: &[&[u8]]) -> (Vec<u8>, Arc<ServerConfig>) {
    let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = made.signing_key.serialize_der();
    let config = tls_config(made.cert.der().to_vec(), key, protocols).unwrap();
    (made.cert.pem().into_bytes(), config)
}

/// All named policies, on a socket.
async fn kit(behaviour: &Behaviour, tls: Option<Arc<ServerConfig>>) -> (Running, Value) {
    let policies = library().unwrap().policies().iter();
    let policies = policies.map(|(name, named)| (name.as_str(), &named.policy));
    let kit = cors_testbed::Kit::new(policies, behaviour);
    let manifest = serde_json::to_value(kit.manifest()).unwrap();
    let running = match tls {
        None => serve(loopback().await, kit).unwrap(),
        Some(tls) => serve_tls(loopback().await, kit, tls).unwrap(),
    };
    (running, manifest)
}

/// What a run tells, but for what is of the transport: where the server is, how the message is
/// framed, when it was made.
async fn told(
    area: &str,
    behaviour: &Behaviour,
    options: &UrlOptions,
    tls: Option<Arc<ServerConfig>>,
) -> String {
    let library = library().unwrap();
    let (running, manifest) = kit(behaviour, tls).await;
    let at = format!("{}/kit.json", running.url()).parse().unwrap();
    let manifest = serde_json::from_value(manifest).unwrap();
    let kit = Kit::from_manifest(&at, &manifest, library.policies(), options).unwrap();
    let cases: Vec<ServerCase> = library.server_cases().cloned().collect();
    let plan = Plan::new(&cases, |case| case.id.starts_with(area), Subject::Kit(kit)).unwrap();
    let options = Options {
        in_flight: 1,
        trace: true,
        ..Options::default()
    };
    let mut told = String::new();
    let mut sink = |event: &Event| {
        let mut value = serde_json::to_value(event).unwrap();
        without_transport(&mut value);
        let text = value.to_string().replace(&running.url(), "BASE");
        let host = running.address().to_string();
        writeln!(told, "{}", text.replace(&host, "HOST")).unwrap();
    };
    let end = run(&plan, &options, pending(), &mut sink).await;
    assert!(end.complete, "{end:?}");
    running.stop().await;
    told
}

fn without_transport(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // The counts follow from the cases.
            members.retain(|name, _| !["millis", "again", "counts"].contains(&name.as_str()));
            members.values_mut().for_each(without_transport);
        }
        Value::Array(items) => {
            items.retain(|item| {
                let name = item.get(0).and_then(Value::as_str).unwrap_or_default();
                // A call less shifts the count of all that follow.
                let framing = [
                    "connection",
                    "content-length",
                    "date",
                    "transfer-encoding",
                    "x-calls",
                ];
                !framing.contains(&name.to_ascii_lowercase().as_str())
            });
            items.iter_mut().for_each(without_transport);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Ids of the cases that could not be carried out over HTTP/2; that everything else is the same is
/// asserted.
fn beyond_http_2(name: &str, plain: &str, other: &str) -> Vec<String> {
    assert_eq!(plain.lines().count(), other.lines().count(), "{name}");
    let mut ids = Vec::new();
    for (one, other) in plain.lines().zip(other.lines()) {
        if one == other {
            continue;
        }
        let event: Value = serde_json::from_str(other).unwrap();
        let reason = event["reason"].as_str().unwrap_or_default();
        let id = event["id"].as_str().unwrap_or_default();
        // Over TLS alone is there a plain address beside it.
        if id.ends_with("/own-host-insecure") {
            continue;
        }
        // What is about the bytes of HTTP/1.1 is so by its name.
        let bytes = id.starts_with("wire/") && reason.starts_with("only HTTP/2 is spoken");
        let skipped = bytes || reason.ends_with("is not allowed in HTTP/2");
        assert!(
            skipped && event["outcome"] == "skip",
            "{name}:\n{one}\n{other}"
        );
        if !bytes {
            ids.push(id.to_owned());
        }
    }
    ids
}

#[tokio::test]
async fn the_verdicts_are_the_same_over_every_transport() {
    let (authority, both) = secured(&[b"h2", b"http/1.1"]);
    let (old_authority, old) = secured(&[]);
    let proxy = Proxy::start(None).await;
    let through = Route {
        proxy: Some(format!("http://{}", proxy.address).parse().unwrap()),
        ..Route::default()
    };
    let with = |http, trust| UrlOptions {
        http,
        trust,
        ..UrlOptions::default()
    };
    let trusted = || Trust::Authorities(authority.clone());
    let transports = [
        (
            "HTTP/2 with prior knowledge",
            with(HttpVersion::Http2PriorKnowledge, Trust::Web),
            None,
        ),
        (
            "HTTP/2 chosen in TLS",
            with(HttpVersion::Negotiated, trusted()),
            Some(Arc::clone(&both)),
        ),
        (
            "HTTP/1.1 in TLS",
            with(HttpVersion::Http1, trusted()),
            Some(Arc::clone(&both)),
        ),
        (
            "HTTP/1.1 in TLS that knows nothing else",
            with(HttpVersion::Negotiated, Trust::Authorities(old_authority)),
            Some(old),
        ),
        (
            "a forwarding proxy",
            UrlOptions {
                route: through.clone(),
                ..UrlOptions::default()
            },
            None,
        ),
        (
            "a tunnel",
            UrlOptions {
                route: through,
                ..with(HttpVersion::Negotiated, trusted())
            },
            Some(both),
        ),
    ];
    let faulty = faults::find("origin-suffix-match").unwrap().behaviour();
    // All cases, and some that fail.
    for (area, behaviour) in [("", Behaviour::REFERENCE), ("origin/", faulty)] {
        let plain = told(area, &behaviour, &UrlOptions::default(), None).await;
        let passed = plain.matches(r#""outcome":"pass""#).count();
        assert!(passed > 20, "{plain}");
        let failed = plain.contains(r#""outcome":"fail","level":"must","policy""#);
        assert_eq!(failed, area == "origin/", "{plain}");
        for (name, options, tls) in &transports {
            let other = told(area, &behaviour, options, tls.clone()).await;
            let beyond: &[&str] = if name.starts_with("HTTP/1.1") || name.contains("forwarding") {
                &[]
            } else {
                &["origin/blanks-around"]
            };
            assert_eq!(beyond_http_2(name, &plain, &other), beyond, "{name}");
        }
    }
}

fn get(target: &UrlTarget) -> wire::Request {
    wire::Request {
        method: b"GET".to_vec(),
        base: target.url().origin().ascii_serialization(),
        path: b"/resource".to_vec(),
        headers: Vec::new(),
        body: None,
    }
}

async fn reference(tls: Option<Arc<ServerConfig>>) -> Running {
    let server = Server::reference(&listed()).unwrap();
    match tls {
        None => serve(loopback().await, server).unwrap(),
        Some(tls) => serve_tls(loopback().await, server, tls).unwrap(),
    }
}

fn target(url: &str, options: &UrlOptions) -> UrlTarget {
    UrlTarget::new(&format!("{url}/resource").parse().unwrap(), options).unwrap()
}

#[tokio::test]
async fn all_exchanges_share_one_http_2_connection() {
    let running = reference(None).await;
    let options = UrlOptions {
        http: HttpVersion::Http2PriorKnowledge,
        ..UrlOptions::default()
    };
    let target = target(&running.url(), &options);
    let request = get(&target);
    let answers = (0..20).map(|_| target.exchange(&request));
    for answer in futures_util::future::join_all(answers).await {
        assert_eq!(answer.unwrap().status, 200);
    }
    let expected = Traffic {
        connections: 1,
        requests: 20,
        retries: 0,
    };
    assert_eq!(target.traffic(), expected);
    running.stop().await;
    // Nothing listens any more, and that is said of the fresh connection.
    let gone = target.exchange(&request).await;
    assert!(
        matches!(gone, Err(Transport::Unreachable { .. })),
        "{gone:?}"
    );
}

#[tokio::test]
async fn a_name_is_led_to_where_the_user_says() {
    let running = reference(None).await;
    let port = running.address().port();
    let route = |resolve: &[String], connect_to: &[String]| UrlOptions {
        route: Route {
            resolve: resolve.iter().map(|rule| rule.parse().unwrap()).collect(),
            connect_to: connect_to
                .iter()
                .map(|rule| rule.parse().unwrap())
                .collect(),
            proxy: None,
        },
        ..UrlOptions::default()
    };
    let url = format!("http://no-such-name.invalid:{port}");
    let resolve = route(&[format!("no-such-name.invalid:{port}:127.0.0.1")], &[]);
    let connect = route(&[], &[format!("no-such-name.invalid::127.0.0.1:{port}")]);
    let both = route(
        &[format!("other.invalid:{port}:127.0.0.1")],
        &[format!("::other.invalid:{port}")],
    );
    for options in [resolve, connect, both] {
        let target = target(&url, &options);
        assert_eq!(target.exchange(&get(&target)).await.unwrap().status, 200);
    }
    // A name that is led to another machine is not connected to.
    let away = target(&url, &route(&[format!("*:{port}:192.0.2.1")], &[]));
    let refused = away.exchange(&get(&away)).await;
    assert_eq!(refused, Err(Transport::NotLoopback("192.0.2.1".to_owned())));
}

#[tokio::test]
async fn a_proxy_gets_its_own_credentials_and_is_not_asked_beyond_this_machine() {
    let running = reference(None).await;
    let proxy = Proxy::start(Some("Basic dTpzZWNyZXQ=")).await;
    let through = |credentials: &str, http| {
        let proxy = format!("http://{credentials}{}", proxy.address);
        UrlOptions {
            route: Route {
                proxy: Some(proxy.parse().unwrap()),
                ..Route::default()
            },
            http,
            ..UrlOptions::default()
        }
    };
    let url = running.url();
    let forwarded = target(&url, &through("u:secret@", HttpVersion::Http1));
    assert_eq!(
        forwarded.exchange(&get(&forwarded)).await.unwrap().status,
        200
    );
    assert_eq!(proxy.asked(), [format!("GET {url}/resource")]);

    // What the user adds for the target stays within the tunnel.
    let tunnelled = target(
        &url,
        &through("u:secret@", HttpVersion::Http2PriorKnowledge),
    );
    let mut with_secret = get(&tunnelled);
    with_secret
        .headers
        .push((b"Authorization".to_vec(), b"Bearer x".to_vec()));
    assert_eq!(tunnelled.exchange(&with_secret).await.unwrap().status, 200);
    let last = proxy.asked.lock().unwrap().pop().unwrap();
    assert_eq!(
        (last.method().as_str(), last.uri().to_string()),
        ("CONNECT", running.address().to_string())
    );
    assert!(!last.headers().contains_key("authorization"), "{last:?}");

    for http in [HttpVersion::Http1, HttpVersion::Http2PriorKnowledge] {
        let stranger = target(&url, &through("", http));
        let refused = stranger.exchange(&get(&stranger)).await.unwrap_err();
        assert!(
            matches!(&refused, Transport::Proxy(said) if said.contains("407")),
            "{refused}"
        );
    }
    let before = proxy.asked().len();
    let elsewhere = target(
        "http://a.example",
        &through("u:secret@", HttpVersion::Http1),
    );
    let refused = elsewhere.exchange(&get(&elsewhere)).await.unwrap_err();
    assert!(
        matches!(&refused, Transport::NotLoopback(said) if said.contains("a.example")),
        "{refused}"
    );
    assert_eq!(proxy.asked().len(), before);
    running.stop().await;
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_said_to_be_so() {
    let running = reference(None).await;
    let free = loopback().await;
    let address = free.local_addr().unwrap();
    drop(free);
    let options = UrlOptions {
        route: Route {
            proxy: Some(address.to_string().parse().unwrap()),
            ..Route::default()
        },
        http: HttpVersion::Http2PriorKnowledge,
        ..UrlOptions::default()
    };
    let target = target(&running.url(), &options);
    let refused = target.exchange(&get(&target)).await.unwrap_err();
    assert!(
        matches!(&refused, Transport::Proxy(said) if said.contains("cannot connect")),
        "{refused}"
    );
    running.stop().await;
}
