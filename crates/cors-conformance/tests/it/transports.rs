//! How a server is reached, from the command line: TLS, versions of HTTP, names that are led
//! elsewhere, a proxy; and that what is secret stays so.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use crate::program::{Ran, SAMPLE, joined, run, sample, text};
use crate::servers::{Listening, behaving, reflecting, secure, with_certificate};
use cors_testbed::Behaviour;

/// The tests' own cases against a server at another URL than its own.
fn at(url: &str, server: &Listening, more: &[&str]) -> Ran {
    let policy = text(&server.policy);
    let mut arguments = vec![
        url,
        "--policy",
        policy,
        "--vectors",
        SAMPLE,
        "-t",
        "sample/*",
    ];
    arguments.extend(more);
    run(&arguments)
}

#[test]
fn a_server_with_tls_is_reached_as_curl_would() {
    let (server, authority) = secure();
    let authority = text(&authority);
    let port = server
        .url
        .rsplit(':')
        .next()
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let url = format!("https://target.test:{port}/resource");
    let resolve = format!("target.test:{port}:127.0.0.1");
    let connect_to = format!("target.test::127.0.0.1:{port}");
    for more in [
        &["--cacert", authority, "--resolve", &resolve][..],
        &[
            "--cacert",
            authority,
            "--connect-to",
            &connect_to,
            "--http1.1",
        ],
        &["-k", "--resolve", &resolve, "--http2-prior-knowledge"],
    ] {
        let ran = at(&url, &server, more);
        assert_eq!(ran.code, Some(0), "{more:?}: {} {}", ran.stdout, ran.stderr);
    }
    let stranger = at(&url, &server, &["--resolve", &resolve]);
    assert_eq!(stranger.code, Some(3), "{}", stranger.stderr);
    assert!(
        stranger.stdout.contains("certificate"),
        "{}",
        stranger.stdout
    );
}

#[test]
fn http_2_without_tls_has_to_be_known() {
    let server = behaving(Behaviour::REFERENCE);
    let known = sample(&server, &["--http2-prior-knowledge"]);
    assert_eq!(known.code, Some(0), "{}", known.stdout);
    let asked = sample(&server, &["--http2"]);
    assert_eq!(asked.code, Some(2));
    assert!(
        asked.stderr.contains("--http2-prior-knowledge"),
        "{}",
        asked.stderr
    );
}

#[test]
fn the_way_to_see_it_again_leads_there_too() {
    let server = reflecting();
    let port = server
        .url
        .rsplit(':')
        .next()
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let url = format!("http://no-such-name.invalid:{port}/resource");
    let rule = format!("no-such-name.invalid:{port}:127.0.0.1");
    let ran = at(
        &url,
        &server,
        &["--resolve", &rule, "-b", "session=hunter22"],
    );
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let stdout = joined(&ran.stdout);
    let mut lines = stdout.lines();
    let curl = lines.find(|line| line.contains("curl -i")).unwrap();
    assert!(curl.contains(&format!("--resolve {rule}")), "{curl}");
    let mut lines = stdout.lines();
    let again = lines.find(|line| line.contains("reproduce ")).unwrap();
    assert!(again.contains(&format!("--resolve {rule}")), "{again}");
    assert!(again.contains("-b ...=..."), "{again}");
    assert!(!format!("{ran:?}").contains("hunter22"), "{}", ran.stdout);
}

#[test]
fn other_machines_need_leave_however_they_are_named() {
    let server = behaving(Behaviour::REFERENCE);
    let port = server
        .url
        .rsplit(':')
        .next()
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let led_away = format!("*:{port}:192.0.2.1");
    let led_here = format!("::127.0.0.1:{port}");
    for (url, more) in [
        // The address is another machine's, wherever it is led.
        (
            "http://192.0.2.1/resource".to_owned(),
            &["--connect-to", &led_here][..],
        ),
        // The name is led to another machine.
        (
            format!("http://localhost:{port}/resource"),
            &["--resolve", &led_away],
        ),
        // Where the proxy finds the name is unknown.
        (
            "http://a.example/resource".to_owned(),
            &["-x", &format!("127.0.0.1:{port}")],
        ),
        // The proxy itself is another machine.
        (server.url.clone(), &["-x", "192.0.2.1:80"]),
    ] {
        let ran = at(&url, &server, more);
        assert_eq!(
            ran.code,
            Some(2),
            "{url} {more:?}: {} {}",
            ran.stdout,
            ran.stderr
        );
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains("remote"), "{said}");
    }
}

/// A proxy that lets nobody through, and the heads of what it was asked.
fn refusing_proxy() -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).unwrap() == 0 {
                break;
            }
            head.extend(byte);
        }
        stream
            .write_all(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        String::from_utf8(head).unwrap()
    });
    (address, asked)
}

#[test]
fn a_proxy_learns_no_secret_of_the_target_and_its_own_is_not_shown() {
    let (server, _) = secure();
    let (address, asked) = refusing_proxy();
    let proxy = format!("http://me:hunter22@{address}");
    let ran = at(
        &server.url,
        &server,
        &[
            "-k",
            "-x",
            &proxy,
            "-H",
            "Authorization: Bearer swordfish",
            "-b",
            "a=rosebud",
            "-vv",
        ],
    );
    assert_eq!(ran.code, Some(3), "{} {}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("407"), "{}", ran.stdout);
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("CONNECT 127.0.0.1:"), "{asked}");
    assert!(
        asked.contains("Proxy-Authorization: Basic bWU6aHVudGVyMjI="),
        "{asked}"
    );
    let everything = format!("{}{}", ran.stdout, ran.stderr);
    for secret in ["swordfish", "rosebud", "hunter22", "bWU6aHVudGVyMjI="] {
        assert!(!everything.contains(secret), "{secret}: {everything}");
        assert!(
            secret.len() == 16 || !asked.contains(secret),
            "{secret}: {asked}"
        );
    }
}

#[test]
fn an_authority_that_is_its_own_certificate_is_trusted_for_its_name_only() {
    for (name, code) in [("localhost", 0), ("other.example", 3)] {
        let (server, authority) = with_certificate(true, name);
        let url = server.url.replace("http://127.0.0.1", "https://localhost");
        let url = url.replace("https://127.0.0.1", "https://localhost");
        let ran = at(&url, &server, &["--cacert", text(&authority)]);
        assert_eq!(ran.code, Some(code), "{} {}", ran.stdout, ran.stderr);
        if code == 3 {
            assert!(ran.stdout.contains("not valid for name"), "{}", ran.stdout);
            assert!(ran.stdout.contains("-k trusts any"), "{}", ran.stdout);
        }
    }
}
