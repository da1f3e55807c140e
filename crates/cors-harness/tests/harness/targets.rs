//! Targets: what is an answer, what is not, and that none of it goes beyond its bounds.

use std::time::Duration;

use crate::support::{Server, get, options, read_request, response};
use cors_harness::target::route::Route;
use cors_harness::target::url::{Traffic, UrlOptions, UrlTargetError};
use cors_harness::target::{Deadlines, Limits, ServiceTarget, Target, Transport, UrlTarget};
use cors_harness::wire::RequestBody;
use cors_model::url::Url;
use tokio::io::AsyncWriteExt as _;

type Answer = Result<cors_harness::wire::Response, Transport>;

async fn ask(server: &Server) -> Answer {
    server.target().exchange(&get(server)).await
}

/// What a server brings that reads a request, sends these bytes, and hangs up.
async fn answer_to(bytes: &'static [u8]) -> Answer {
    let server = Server::start(move |mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(bytes).await;
    })
    .await;
    ask(&server).await
}

#[tokio::test]
async fn a_complete_answer_is_given_as_it_came() {
    let answer = answer_to(
        b"HTTP/1.1 404 No\r\nVary: a\r\nX-A: \xff\r\nvary: b\r\nContent-Length: 2\r\n\r\nok",
    )
    .await
    .unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (404, &b"ok"[..]));
    assert_eq!(answer.values("VARY").collect::<Vec<_>>(), [b"a", b"b"]);
    assert_eq!(answer.values("x-a").collect::<Vec<_>>(), [b"\xff"]);
}

#[tokio::test]
async fn names_below_localhost_are_this_machine_whatever_resolves_them() {
    let server = Server::answering(|_| response(200, &[])).await;
    for name in ["localhost", "any.name.LocalHost", "dot.localhost."] {
        let url = Url::parse(&format!("http://{name}:{}/", server.address.port())).unwrap();
        let target = UrlTarget::new(&url, &options()).unwrap();
        let answer = target.exchange(&get(&server)).await;
        assert_eq!(answer.unwrap().status, 200, "{name}");
    }
}

#[tokio::test]
async fn what_is_no_complete_answer_is_told_apart() {
    assert!(matches!(answer_to(b"").await, Err(Transport::Closed(_))));
    assert!(matches!(
        answer_to(b"HTTP/1.1 200 OK\r\nA: b\r\n").await,
        Err(Transport::HeadIncomplete(_))
    ));
    let cut = answer_to(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").await;
    assert!(matches!(cut, Err(Transport::BodyIncomplete(_))), "{cut:?}");
    for garbage in [
        &b"220 mail.example ESMTP\r\n"[..],
        b"\x16\x03\x01\x00\x00",
        b"HTTP/1.1 two\r\n\r\n",
    ] {
        let Err(Transport::NotHttp(said)) = answer_to(garbage).await else {
            panic!("{garbage:?} was understood");
        };
        assert!(said.contains("it begins with"), "{said}");
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let url = Url::parse(&format!("http://{address}/")).unwrap();
    let target = UrlTarget::new(&url, &options()).unwrap();
    let server = Server::answering(|_| response(200, &[])).await;
    let answer = target.exchange(&get(&server)).await;
    assert!(
        matches!(&answer, Err(Transport::Unreachable { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_head_that_trickles_runs_out_of_time() {
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: ".iter().cycle() {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let answer = ask(&server).await;
    assert_eq!(
        answer,
        Err(Transport::HeadTimeout(options().deadlines.head))
    );
    assert!(answer.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_body_need_not_end() {
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
            .await;
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!(ask(&server).await.unwrap().status, 200);
    // Nor where its bytes are looked at, which then are all that came.
    let answer = server.target().exchange_raw(&get(&server)).await.unwrap();
    let raw = answer.raw.unwrap();
    assert_eq!((raw.rest.as_slice(), raw.let_go), (&b"ab"[..], true));
}

#[tokio::test]
async fn an_endless_body_is_cut_and_its_connection_closed() {
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
    })
    .await;
    let limits = Limits {
        body: 100_000,
        ..Limits::default()
    };
    let deadlines = Deadlines::default();
    let options = UrlOptions {
        limits,
        deadlines,
        ..UrlOptions::default()
    };
    let target = UrlTarget::new(&server.url(), &options).unwrap();
    for connections in 1..=2 {
        assert_eq!(
            target.exchange(&get(&server)).await.unwrap().body.len(),
            100_000
        );
        assert_eq!(target.traffic().connections, connections);
    }
}

#[tokio::test]
async fn floods_of_headers_are_refused() {
    for line in [
        "X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
        "a",
        "A:\r\n",
    ] {
        let server = Server::start(move |mut stream| async move {
            read_request(&mut stream).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").await;
            let chunk = line.repeat(1000);
            for _ in 0..(10_000_000 / chunk.len()) {
                if stream.write_all(chunk.as_bytes()).await.is_err() {
                    return;
                }
            }
        })
        .await;
        let target = UrlTarget::new(&server.url(), &UrlOptions::default()).unwrap();
        let answer = target.exchange(&get(&server)).await;
        assert!(
            matches!(&answer, Err(Transport::HeadTooLarge { .. })),
            "{line:?}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn connections_are_kept_alive() {
    let server = Server::answering(|_| response(200, &[])).await;
    let target = server.target();
    for _ in 0..10 {
        target.exchange(&get(&server)).await.unwrap();
    }
    assert_eq!(
        target.traffic(),
        Traffic {
            connections: 1,
            requests: 10,
            retries: 0
        }
    );
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_tried_once_more_and_a_fresh_one_not() {
    // Each connection answers one request, and hangs up when the next one comes.
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(response(200, &[]).as_bytes()).await;
        read_request(&mut stream).await;
    })
    .await;
    let target = server.target();
    for _ in 0..3 {
        target.exchange(&get(&server)).await.unwrap();
    }
    assert_eq!(
        target.traffic(),
        Traffic {
            connections: 3,
            requests: 5,
            retries: 2
        }
    );

    let hangs_up = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
    })
    .await;
    let target = hangs_up.target();
    assert!(matches!(
        target.exchange(&get(&hangs_up)).await,
        Err(Transport::Closed(_))
    ));
    assert_eq!(
        target.traffic(),
        Traffic {
            connections: 1,
            requests: 1,
            retries: 0
        }
    );
}

#[tokio::test]
async fn only_loopback_addresses_are_used_unless_remote_ones_are_allowed() {
    // An address for documentation; nothing is sent to it.
    let url = Url::parse("http://192.0.2.1/").unwrap();
    let target = UrlTarget::new(&url, &options()).unwrap();
    let server = Server::answering(|_| response(200, &[])).await;
    let refused = target.exchange(&get(&server)).await;
    assert_eq!(refused, Err(Transport::NotLoopback("192.0.2.1".into())));

    let options = UrlOptions {
        route: Route {
            connect_to: vec![format!("::{}", server.address).parse().unwrap()],
            ..Route::default()
        },
        ..options()
    };
    let url = Url::parse("http://no-such-name.invalid/").unwrap();
    let redirected = UrlTarget::new(&url, &options).unwrap();
    assert_eq!(
        redirected.exchange(&get(&server)).await.unwrap().status,
        200
    );
}

#[test]
fn urls_that_cannot_be_targets_are_refused() {
    let new = |url: &str| UrlTarget::new(&Url::parse(url).unwrap(), &UrlOptions::default());
    assert!(matches!(
        new("ftp://127.0.0.1/"),
        Err(UrlTargetError::Scheme(_))
    ));
    assert!(matches!(new("data:,x"), Err(UrlTargetError::Scheme(_))));
    assert!(matches!(
        new("http://u:p@127.0.0.1/"),
        Err(UrlTargetError::Userinfo)
    ));
    assert_eq!(
        new("http://127.0.0.1/a#b").unwrap().url().to_string(),
        "http://127.0.0.1/a"
    );
}

fn service<F, R>(answer: F) -> impl Target
where
    F: Fn(http::Request<RequestBody>) -> R + 'static,
    R: Future<Output = Result<http::Response<String>, std::io::Error>> + 'static,
{
    let deadlines = Deadlines {
        head: Duration::from_secs(1),
        ..Deadlines::default()
    };
    ServiceTarget::new(
        Url::parse("http://target.test/resource").unwrap(),
        tower::service_fn(answer),
    )
    .with_bounds(deadlines, Limits::default())
}

fn to_service() -> cors_harness::wire::Request {
    cors_harness::wire::Request {
        method: b"POST".to_vec(),
        base: "http://target.test".into(),
        path: b"/resource?q".to_vec(),
        headers: Vec::new(),
        body: Some(b"abc".to_vec()),
    }
}

#[tokio::test]
async fn a_service_sees_what_a_server_would() {
    let target = service(async |request| {
        let host = request.headers()["host"].to_str().unwrap().to_owned();
        let length = request.headers()["content-length"]
            .to_str()
            .unwrap()
            .to_owned();
        Ok(http::Response::new(format!(
            "{} {host} {length}",
            request.uri()
        )))
    });
    let answer = target.exchange(&to_service()).await.unwrap();
    assert_eq!(answer.body, b"/resource?q target.test 3");
    assert!(!target.has_address());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_fails_gives_no_answer() {
    let fails = service(async |_| Err(std::io::Error::other("boom\x1b[2J")));
    let failed = fails.exchange(&to_service()).await.unwrap_err();
    assert!(
        matches!(&failed, Transport::Closed(said) if said.ends_with(r"boom\x1b[2J")),
        "{failed}"
    );

    let panics = service(async |request| {
        assert!(
            request.headers().contains_key("x-never"),
            "an intended panic"
        );
        Ok(http::Response::new(String::new()))
    });
    assert!(matches!(
        panics.exchange(&to_service()).await,
        Err(Transport::Closed(_))
    ));

    let hangs = service(async |_| std::future::pending().await);
    assert!(matches!(
        hangs.exchange(&to_service()).await,
        Err(Transport::HeadTimeout(_))
    ));

    let floods = service(async |_| {
        let mut response = http::Response::new(String::new());
        response
            .headers_mut()
            .insert("x-flood", "a".repeat(300_000).parse().unwrap());
        Ok(response)
    });
    assert!(matches!(
        floods.exchange(&to_service()).await,
        Err(Transport::HeadTooLarge { .. })
    ));
}
