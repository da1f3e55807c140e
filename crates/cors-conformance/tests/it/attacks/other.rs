//! What stands where TLS was expected, what proxies do, and lists of policies.

use super::http1::good;
use super::server::Do::{Close, Drip, Forever, Hang, Send, Wait};
use super::server::{Asked, Do, Kind, Over};

const fn tls(name: &'static str, ends: i32, script: fn(&Asked) -> Vec<Do>) -> Kind {
    Kind::new(Over::Tls, name, ends, script)
}

const fn proxy(name: &'static str, ends: i32, script: fn(&Asked) -> Vec<Do>) -> Kind {
    Kind::new(Over::Proxy, name, ends, script)
}

const fn tunnel(name: &'static str, script: fn(&Asked) -> Vec<Do>) -> Kind {
    Kind::new(Over::Tunnel, name, 3, script)
}

const fn kit(name: &'static str, ends: i32, script: fn(&Asked) -> Vec<Do>) -> Kind {
    Kind::new(Over::Kit, name, ends, script)
}

/// The beginning of a ServerHello of 122 bytes.
const HELLO: &[u8] = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03";

/// Handshakes that come to nothing.
pub(super) const TLS: &[Kind] = &[
    tls("tls-silent", 3, |_| vec![Hang]),
    tls("tls-half", 3, |_| vec![Send(HELLO.into()), Hang]),
    tls("tls-half-and-close", 3, |_| vec![Send(HELLO.into()), Close]),
    tls("tls-plain-http", 3, |_| {
        vec![Send(b"HTTP/1.1 400 Bad\x1b[2J\r\n\r\n".into()), Close]
    }),
    tls("tls-garbage", 3, |_| {
        vec![Send((0..=255).cycle().take(100_000).collect()), Close]
    }),
    tls("tls-alert", 3, |_| {
        vec![Send(b"\x15\x03\x03\x00\x02\x02\x28".into()), Hang]
    }),
    tls("tls-warnings", 3, |_| {
        vec![Forever(b"\x15\x03\x03\x00\x02\x01\x5a".repeat(999))]
    }),
    tls("tls-empty-records", 3, |_| {
        vec![Forever(b"\x16\x03\x03\x00\x00".repeat(999))]
    }),
    tls("tls-cipher-changes", 3, |_| {
        vec![Forever(b"\x14\x03\x03\x00\x01\x01".repeat(999))]
    }),
    tls("tls-slow", 3, |_| vec![Drip(HELLO.into(), 50), Hang]),
];

/// The password, as the server gets it, in plain text.
const SECRET: &str = "usr:s3cr3t pw-0123";

fn said(text: &str) -> Vec<Do> {
    vec![Send(text.into()), Wait(600), Close]
}

/// Proxies. The password must not show: see the test.
pub(super) const PROXY: &[Kind] = &[
    proxy("proxy-silent", 3, |_| vec![Hang]),
    proxy("proxy-garbage", 3, |_| {
        said(&format!("GARBAGE {SECRET}\r\n\r\n"))
    }),
    proxy("proxy-denies", 3, |asked| {
        let line = asked.line("proxy-authorization").unwrap_or_default();
        said(&format!(
            "HTTP/1.1 407 {SECRET}\r\nX-C: {SECRET} {line}\r\nProxy-Authenticate: Basic \
             realm=\"{SECRET}\"\r\nContent-Length: 0\r\n\r\n"
        ))
    }),
    proxy("proxy-redirects", 4, |_| {
        said(&format!(
            "HTTP/1.1 302 F\r\nLocation: http://192.0.2.1/{SECRET}\r\nContent-Length: 0\r\n\r\n"
        ))
    }),
    proxy("proxy-repeats", 4, |asked| {
        let line = asked.line("proxy-authorization").unwrap_or_default();
        said(&format!(
            "HTTP/1.1 200 OK\r\nX-C: {SECRET} {line}\r\nContent-Length: 0\r\n\r\n"
        ))
    }),
    proxy("proxy-interim", 3, |_| {
        vec![Forever(b"HTTP/1.1 100 C\r\n\r\n".repeat(999))]
    }),
    proxy("proxy-endless-line", 3, |_| {
        vec![
            Send(b"HTTP/1.1 200 OK\r\nX: ".into()),
            Forever(b"a".repeat(9999)),
        ]
    }),
    proxy("proxy-switches", 4, |_| {
        said("HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    }),
    proxy("proxy-escape", 3, |_| {
        said("HTTP/1.1 299 \x1b[2J::error::x\r\n\r\n")
    }),
    tunnel("tunnel-silent", |_| {
        vec![Send(b"HTTP/1.1 200 OK\r\n\r\n".into()), Hang]
    }),
    tunnel("tunnel-interim", |_| {
        vec![Forever(b"HTTP/1.1 100 C\r\n\r\n".repeat(999))]
    }),
    tunnel("tunnel-endless-line", |_| {
        vec![
            Send(b"HTTP/1.1 200 OK\r\nX: ".into()),
            Forever(b"a".repeat(9999)),
        ]
    }),
    tunnel("tunnel-garbage", |_| {
        let noise: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        vec![Send([b"HTTP/1.1 200 OK\r\n\r\n", &*noise].concat()), Hang]
    }),
    tunnel("tunnel-with-length", |_| {
        said("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    }),
    tunnel("tunnel-with-grant", |_| {
        said("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nAccess-Control-Allow-Origin: *\r\n\r\nok")
    }),
];

/// A list of policies, and right answers to all else.
fn list(asked: &Asked, json: &str) -> Vec<Do> {
    if asked.path() != "/kit.json" {
        return vec![Send(good(asked, ""))];
    }
    let (type_, length) = ("Content-Type: application/json", json.len());
    let head = format!("HTTP/1.1 200 OK\r\n{type_}\r\nContent-Length: {length}\r\n\r\n");
    vec![Send([head.as_bytes(), json.as_bytes()].concat())]
}

/// A list with the policy allow-list-credentials at this base.
fn based(asked: &Asked, base: &str) -> Vec<Do> {
    let base = base.replace("HOST", asked.host());
    let base = serde_json::to_string(&base).unwrap();
    list(
        asked,
        &format!("{{\"kit\":1,\"policies\":{{\"allow-list-credentials\":{{\"base\":{base}}}}}}}"),
    )
}

/// Lists of policies.
pub(super) const KITS: &[Kind] = &[
    kit("kit-endless", 0, |asked| match asked.path() {
        "/kit.json" => vec![
            Send(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"kit\":1,\"a\":\""
                    .into(),
            ),
            Forever(b"x".repeat(9999)),
        ],
        _ => vec![Send(good(asked, ""))],
    }),
    kit("kit-of-all", 1, |asked| {
        let policies = cors_vectors::library().unwrap().policies();
        let is_known = |name: &str| policies.contains_key(name);
        if asked.path() != "/kit.json" && !asked.path().split('/').any(is_known) {
            let unknown = "HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n";
            return vec![Send(unknown.into())];
        }
        let bases: Vec<String> = policies
            .keys()
            .map(|name| format!("\"{name}\":{{\"base\":\"/x/{name}/\"}}"))
            .collect();
        let policies = bases.join(",");
        list(asked, &format!("{{\"kit\":1,\"policies\":{{{policies}}}}}"))
    }),
    kit("kit-slow", 3, |asked| match asked.path() {
        "/kit.json" => based(asked, "/allow-list-credentials/"),
        _ => vec![Wait(5000), Send(good(asked, ""))],
    }),
    kit("kit-utf-16", 0, |asked| {
        list(asked, "\u{fffd}{\0\"\0k\0i\0t\0\"\0:\x001\0}\0")
    }),
    kit("kit-base-with-query", 3, |asked| {
        based(asked, "/allow-list-credentials/?a#b")
    }),
    kit("kit-deep-arrays", 0, |asked| {
        list(asked, &format!("{{\"kit\":{}", "[".repeat(500_000)))
    }),
    kit("kit-deep-objects", 0, |asked| {
        list(asked, &"{\"kit\":".repeat(100_000))
    }),
    kit("kit-base-without-scheme", 3, |asked| {
        based(asked, "//192.0.2.1/allow-list-credentials/")
    }),
    kit("kit-base-elsewhere", 3, |asked| {
        based(asked, "http://192.0.2.1/allow-list-credentials/")
    }),
    kit("kit-base-above", 3, |asked| {
        based(asked, "../../allow-list-credentials")
    }),
    kit("kit-base-with-user", 3, |asked| {
        based(asked, "http://u:p@HOST/allow-list-credentials/")
    }),
    kit("kit-base-file", 3, |asked| {
        based(asked, "file:///allow-list-credentials/")
    }),
    kit("kit-base-backslashes", 3, |asked| {
        based(asked, "\\\\192.0.2.1\\allow-list-credentials\\")
    }),
    kit("kit-base-other-port", 3, |asked| {
        based(asked, "http://127.0.0.1:9/allow-list-credentials/")
    }),
    kit("kit-base-https", 3, |asked| {
        based(asked, "https://HOST/allow-list-credentials/")
    }),
    kit("kit-base-line-break", 3, |asked| {
        based(asked, "\n::error::x\x1b[2J")
    }),
    kit("kit-reasons", 4, |asked| {
        let evil =
            "\\u001b]52;c;x\\u0007\\n::error::x\\n##vso[task.complete]\\n<script>\\u202e\\u009b31m";
        list(
            asked,
            &format!(
                "{{\"kit\":1,\"policies\":{{\"allow-list-credentials\":{{\"unsupported\":\"{evil}\"}}}}}}"
            ),
        )
    }),
    kit("kit-key-twice", 3, |asked| {
        list(asked, "{\"kit\":1,\"kit\":2,\"policies\":{}}")
    }),
    kit("kit-version", 3, |asked| {
        list(asked, "{\"kit\":99999999999999999999,\"policies\":{}}")
    }),
    kit("kit-empty", 4, |asked| {
        list(asked, "{\"kit\":1,\"policies\":{}}")
    }),
    kit("kit-half-a-letter", 0, |asked| {
        list(
            asked,
            "{\"kit\":1,\"policies\":{\"allow-list-credentials\":{\"unsupported\":\"\\ud800\"}}}",
        )
    }),
    kit("kit-name-line-break", 3, |asked| {
        list(
            asked,
            "{\"kit\":1,\"policies\":{\"x\\n::error::x\":{\"base\":\"a\",\"z\":1}}}",
        )
    }),
    kit("kit-key-line-break", 3, |asked| {
        list(asked, "{\"kit\":1,\"\\n::error::x\":1,\"policies\":{}}")
    }),
    kit("kit-endpoint-line-break", 3, |asked| {
        list(
            asked,
            "{\"kit\":1,\"policies\":{\"allow-list-credentials\":{\"base\":\"/allow-list-credentials/\",\"endpoints\":[\"\\n::error::x\"]}}}",
        )
    }),
];
