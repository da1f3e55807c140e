//! Each non-server does what it says.

use std::collections::BTreeSet;

use cors_testbed::non_server::{HUGE_HEAD, How, NON_SERVERS, NonServer, Wire, find, serve_wire};
use cors_testbed::{Behaviour, HungUp, Server, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::common::{A, EVIL, ask, lines, listed};
use crate::socket::{exchange, loopback, stop};

const REQUEST: &str = "GET /resource HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n\r\n";

fn in_process(name: &str) -> Server {
    let Some(NonServer {
        how: How::Decisions(replace),
        ..
    }) = find(name)
    else {
        panic!("{name} does not run in process");
    };
    Server::new(&listed(), Behaviour::but(*replace)).unwrap()
}

#[test]
fn names_are_unique() {
    let names: BTreeSet<&str> = NON_SERVERS.iter().map(|n| n.name).collect();
    assert_eq!(names.len(), NON_SERVERS.len());
    assert_eq!(NON_SERVERS.len(), 29);
}

#[test]
fn those_that_answer_answer_as_they_say() {
    let preflight = [
        ("Origin", EVIL),
        ("Access-Control-Request-Method", "WEIRD"),
        ("Access-Control-Request-Headers", "x-evil"),
    ];
    let plain = ask(&in_process("no-cors"), "OPTIONS", "/options", &preflight).unwrap();
    assert_eq!(lines(&plain, "x-options-handler"), ["application"]);
    assert_eq!(lines(&plain, "vary"), [""; 0]);
    let error = ask(
        &in_process("500-to-all"),
        "OPTIONS",
        "/resource",
        &preflight,
    )
    .unwrap();
    assert_eq!(error.status(), 500);
    let empty = ask(
        &in_process("empty-200"),
        "GET",
        "/resource",
        &[("Origin", A)],
    )
    .unwrap();
    assert_eq!(
        (
            empty.status().as_u16(),
            empty.headers().len(),
            empty.body().len()
        ),
        (200, 0, 0)
    );
    let mirror = ask(
        &in_process("mirror-everything"),
        "OPTIONS",
        "/resource",
        &preflight,
    )
    .unwrap();
    assert_eq!(lines(&mirror, "access-control-allow-origin"), [EVIL]);
    assert_eq!(lines(&mirror, "access-control-allow-credentials"), ["true"]);
    assert_eq!(lines(&mirror, "access-control-allow-methods"), ["WEIRD"]);
    assert_eq!(lines(&mirror, "access-control-allow-headers"), ["x-evil"]);
    assert_eq!(
        ask(&in_process("hang-up"), "GET", "/resource", &[]).unwrap_err(),
        HungUp
    );
}

#[tokio::test]
async fn hang_up_closes_without_an_answer() {
    let running = serve(loopback().await, in_process("hang-up")).unwrap();
    let mut stream = TcpStream::connect(running.address()).await.unwrap();
    assert_eq!(exchange(&mut stream, REQUEST, "never").await, "");
    stop(running).await;
}

async fn first_bytes(wire: Wire, enough: usize) -> std::io::Result<Vec<u8>> {
    let running = serve_wire(loopback().await, wire)?;
    let mut stream = TcpStream::connect(running.address()).await?;
    stream.write_all(REQUEST.as_bytes()).await?;
    let mut got = Vec::new();
    let read = (&mut stream)
        .take(enough as u64)
        .read_to_end(&mut got)
        .await;
    stop(running).await;
    read.map(|_| got)
}

#[tokio::test]
async fn those_on_the_wire_do_as_they_say() {
    let reset = first_bytes(Wire::Reset, 1).await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    let garbage = first_bytes(Wire::Garbage, 1000).await.unwrap();
    assert!(!garbage.is_empty() && !garbage.starts_with(b"HTTP/"));
    assert_eq!(first_bytes(Wire::SlowHead, 2).await.unwrap(), b"HT");
    let endless = first_bytes(Wire::EndlessBody, 1 << 20).await.unwrap();
    assert_eq!(endless.len(), 1 << 20);
    let huge = first_bytes(Wire::HugeHead, HUGE_HEAD - (1 << 12))
        .await
        .unwrap();
    assert_eq!(huge.len(), HUGE_HEAD - (1 << 12));
    assert!(!huge.windows(4).any(|bytes| bytes == b"\r\n\r\n"));
}
