//! What servers of HTTP/1.1 do.

use super::server::Do::{Close, Drip, Forever, Hang, Reset, Send, Wait};
use super::server::{Asked, Do, Kind, Over};

const fn kind(name: &'static str, ends: i32, script: fn(&Asked) -> Vec<Do>) -> Kind {
    Kind::new(Over::Http1, name, ends, script)
}

/// Bytes that nobody asked for come before the next request or after it.
const fn unasked(name: &'static str, script: fn(&Asked) -> Vec<Do>) -> Kind {
    kind(name, 1, script).or(0, "what nobody asked for may come too late to be seen")
}

/// Head lines behind a 200 that anybody may read, and what follows them.
fn ok(lines: &str, body: &str) -> Do {
    let head = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n";
    Send(format!("{head}{lines}\r\n{body}").into())
}

fn status(status: &str) -> Vec<Do> {
    vec![Send(
        format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n").into(),
    )]
}

fn first_line(line: &str) -> Vec<Do> {
    vec![Send(format!("{line}\r\nContent-Length: 0\r\n\r\n").into())]
}

fn line(bytes: &[u8]) -> Vec<Do> {
    let head = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n";
    vec![Send([head, bytes, b"Content-Length: 0\r\n\r\n"].concat())]
}

/// The right answer under the tests' policy, with more lines.
pub(super) fn good(asked: &Asked, more: &str) -> Vec<u8> {
    with_status(asked, "200 OK", more)
}

fn with_status(asked: &Asked, status: &str, more: &str) -> Vec<u8> {
    let origin = asked.line("origin").unwrap_or_default();
    let mut head = format!("HTTP/1.1 {status}\r\nVary: Origin\r\n{more}Content-Length: 2\r\n");
    if ["https://app.example", "https://admin.example:8443"].contains(&origin) {
        head.extend(["Access-Control-Allow-Origin: ", origin, "\r\n"]);
        head += "Access-Control-Allow-Credentials: true\r\n\
                 Access-Control-Expose-Headers: x-request-id\r\n";
        if asked.line("access-control-request-method").is_some() {
            head += "Access-Control-Allow-Methods: GET, PUT, DELETE\r\n\
                     Access-Control-Allow-Headers: content-type, x-token\r\n\
                     Access-Control-Max-Age: 600\r\n";
        }
    }
    let body = if asked.method() == "HEAD" { "" } else { "ok" };
    format!("{head}\r\n{body}").into()
}

fn long(asked: &Asked, name: &str, element: &str) -> Vec<Do> {
    let list = element.repeat(200_000 / element.len());
    vec![Send(good(asked, &format!("{name}: {list}\r\n")))]
}

fn redirect(asked: &Asked, to: &str) -> Vec<Do> {
    let location = format!("Location: {to}\r\n");
    vec![Send(with_status(asked, "302 Found", &location))]
}

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const EXTRA: &str = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: https://nobody.example\r\n\
                     Content-Length: 2\r\n\r\nok";

/// Slow answers, and none.
pub(super) const SLOW: &[Kind] = &[
    kind("no-answer", 3, |_| vec![Hang]),
    kind("half-a-head", 3, |_| {
        vec![Send(b"HTTP/1.1 200 OK\r\nVa".into()), Hang]
    }),
    kind("slow-head", 3, |asked| vec![Drip(good(asked, ""), 20)]),
    kind("slower-head", 3, |asked| vec![Drip(good(asked, ""), 100)]),
    kind("late-head", 3, |asked| {
        vec![Wait(5000), Send(good(asked, ""))]
    }),
    kind("answers-take-their-time", 0, |asked| {
        vec![Wait(50), Send(good(asked, ""))]
    }),
    kind("late-body", 1, |_| {
        vec![
            ok("Content-Length: 2\r\n", "o"),
            Wait(5000),
            Send(b"k".into()),
        ]
    }),
    kind("slow-body", 1, |_| {
        vec![ok("Content-Length: 99\r\n", ""), Drip(b"x".repeat(99), 50)]
    }),
    kind("slow-chunks", 1, |_| {
        vec![ok(CHUNKED, ""), Drip(b"1\r\nx\r\n".repeat(20), 30)]
    }),
    kind("slow-interim", 3, |_| {
        vec![Drip(b"HTTP/1.1 102 P\r\n\r\n".repeat(20), 10), Hang]
    }),
];

/// Answers without end, or much too large.
pub(super) const LARGE: &[Kind] = &[
    kind("endless-chunks", 1, |_| {
        vec![ok(CHUNKED, ""), Forever(b"3\r\nxxx\r\n".repeat(999))]
    }),
    kind("endless-chunk-extension", 3, |_| {
        vec![ok(CHUNKED, "1;"), Forever(b"a".repeat(9999))]
    }),
    kind("endless-trailers", 3, |_| {
        vec![ok(CHUNKED, "0\r\n"), Forever(b"X-T: a\r\n".repeat(999))]
    }),
    kind("endless-body", 1, |_| {
        vec![ok("", ""), Forever(b"x".repeat(9999))]
    }),
    kind("endless-100", 3, |_| {
        vec![Forever(b"HTTP/1.1 100 C\r\n\r\n".repeat(999))]
    }),
    kind("endless-103", 3, |_| {
        vec![Forever(b"HTTP/1.1 103 E\r\nLink: <x>\r\n\r\n".repeat(99))]
    }),
    kind("endless-head", 3, |_| {
        vec![
            Send(b"HTTP/1.1 200 OK\r\n".into()),
            Forever(b"A: b\r\n".repeat(999)),
        ]
    }),
    kind("endless-line", 3, |_| {
        vec![
            Send(b"HTTP/1.1 200 OK\r\nA: ".into()),
            Forever(b"a".repeat(9999)),
        ]
    }),
    kind("line-of-8-mb", 3, |_| {
        line(&[b"X-Big: ", "a".repeat(8_000_000).as_bytes(), b"\r\n"].concat())
    }),
    kind("vary-of-200-kb-to-all", 1, |_| {
        vec![ok(
            &format!(
                "Vary: {}\r\nContent-Length: 0\r\n",
                "Origin, ".repeat(25_000)
            ),
            "",
        )]
    }),
    kind("long-reason", 3, |_| {
        status(&format!("200 {}", "A".repeat(9_000_000)))
    }),
    kind("many-long-lines", 0, |asked| {
        let line = format!("Access-Control-Allow-Methods: {}\r\n", "A".repeat(400));
        vec![Send(good(asked, &line.repeat(490)))]
    }),
    kind("long-allow-headers", 0, |asked| {
        long(asked, "Access-Control-Allow-Headers", "x,")
    }),
    kind("long-allow-methods", 0, |asked| {
        long(asked, "Access-Control-Allow-Methods", "x,")
    }),
    kind("long-expose-headers", 0, |asked| {
        long(asked, "Access-Control-Expose-Headers", "x,")
    }),
    kind("long-vary", 0, |asked| long(asked, "Vary", "Origin, ")),
    kind("long-distinct-headers", 0, |asked| {
        let names: Vec<String> = (0..30_000).map(|number| format!("x{number}")).collect();
        let line = format!("Access-Control-Allow-Headers: {}\r\n", names.join(","));
        vec![Send(good(asked, &line))]
    }),
    kind("too-long-list", 3, |_| {
        line(&[b"Vary: ", b"x,".repeat(300_000).as_slice(), b"\r\n"].concat())
    }),
    kind("million-lines", 3, |_| line(&b"A:b\r\n".repeat(1_000_000))),
    kind("long-location", 1, |asked| {
        redirect(asked, &format!("/{}", "a".repeat(200_000)))
    }),
    kind("bomb", 1, |_| {
        // Zeros, as deflate repeats them: nobody unpacks them.
        let body = "\0".repeat(500_000);
        vec![ok(
            &format!(
                "Content-Encoding: gzip\r\nContent-Length: {}\r\n",
                body.len()
            ),
            &body,
        )]
    }),
];

/// Status lines that are none.
pub(super) const STATUS: &[Kind] = &[
    kind("status-000", 3, |_| status("000")),
    kind("status-099", 3, |_| status("099")),
    kind("status-600", 3, |_| status("600")),
    kind("status-999", 3, |_| status("999")),
    kind("status-1000", 3, |_| status("1000")),
    kind("status-negative", 3, |_| status("-20")),
    kind("status-letter", 3, |_| status("2O0")),
    kind("status-missing", 3, |_| status("")),
    kind("status-two-digits", 3, |_| status("20")),
    kind("only-100", 3, |_| status("100")),
    kind("switching", 1, |_| {
        first_line("HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: Upgrade")
    }),
    kind("http-0.9", 3, |_| {
        vec![Send(b"<html>hello</html>".into()), Close]
    }),
    kind("http-2-in-words", 3, |_| first_line("HTTP/2.0 200 OK")),
    kind("http-3-in-words", 3, |_| first_line("HTTP/3 200 OK")),
    kind("http-lower-case", 3, |_| first_line("http/1.1 200 OK")),
    kind("http-1.2", 3, |_| first_line("HTTP/1.2 200 OK")),
    kind("icy", 3, |_| first_line("ICY 200 OK")),
    kind("ssh", 3, |_| {
        vec![Send(b"SSH-2.0-OpenSSH_9\r\n".into()), Hang]
    }),
    kind("noise", 3, |_| {
        vec![Send((0..=255).cycle().take(4096).collect()), Close]
    }),
];

/// Heads that are not well-formed.
pub(super) const HEADS: &[Kind] = &[
    kind("folded-line", 3, |_| line(b"X-A: a\r\n b\r\n")),
    kind("line-feeds-alone", 1, |_| {
        vec![Send(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n".into())]
    }),
    kind("carriage-returns-alone", 3, |_| {
        vec![Send(b"HTTP/1.1 200 OK\rA: b\r\r".into()), Close]
    }),
    kind("nul-in-value", 3, |_| line(b"X-A: a\0b\r\n")),
    kind("nul-in-name", 3, |_| line(b"X\0A: ab\r\n")),
    kind("escape-in-value", 3, |_| line(b"X-A: a\x1b[2Jb\r\n")),
    kind("c1-in-value", 1, |_| {
        line(b"X-A: a\xc2\x9b2J \x9b2J \xe2\x80\xae evil\r\n")
    }),
    kind("space-before-colon", 3, |_| line(b"X-A : ab\r\n")),
    kind("line-without-colon", 3, |_| line(b"X-A\r\n")),
    kind("line-without-name", 3, |_| line(b": a\r\n")),
];

/// Framing that contradicts itself.
pub(super) const FRAMING: &[Kind] = &[
    kind("length-negative", 3, |_| {
        vec![ok("Content-Length: -1\r\n", "")]
    }),
    kind("length-plus", 3, |_| {
        vec![ok("Content-Length: +2\r\n", "ok")]
    }),
    kind("length-twice-alike", 1, |_| {
        vec![ok("Content-Length: 2\r\nContent-Length: 2\r\n", "ok")]
    }),
    kind("length-twice", 3, |_| {
        vec![ok("Content-Length: 2\r\nContent-Length: 3\r\n", "ok")]
    }),
    kind("length-list", 1, |_| {
        vec![ok("Content-Length: 2, 2\r\n", "ok")]
    }),
    kind("length-beyond-64-bits", 3, |_| {
        vec![ok("Content-Length: 99999999999999999999999\r\n", "ok")]
    }),
    kind("length-of-64-bits", 3, |_| {
        vec![ok("Content-Length: 18446744073709551615\r\n", "ok")]
    }),
    kind("length-and-chunks", 1, |_| {
        vec![ok(
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n",
        )]
    }),
    kind("coding-gzip", 1, |_| {
        vec![ok("Transfer-Encoding: gzip\r\n", "xx")]
    }),
    kind("coding-gzip-chunked", 1, |_| {
        vec![ok("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")]
    }),
    kind("coding-chunked-twice", 1, |_| {
        vec![ok("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")]
    }),
    kind("coding-xchunked", 1, |_| {
        vec![ok("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")]
    }),
    kind("coding-behind-tab", 1, |_| {
        vec![ok("Transfer-Encoding:\tchunked\r\n", "0\r\n\r\n")]
    }),
    kind("coding-in-1.0", 3, |_| {
        vec![Send(
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".into(),
        )]
    }),
    kind("chunk-beyond-64-bits", 3, |_| {
        vec![ok(CHUNKED, "FFFFFFFFFFFFFFFFF\r\n")]
    }),
    kind("chunk-of-64-bits", 1, |_| {
        vec![ok(CHUNKED, "FFFFFFFFFFFFFFFF\r\nxx")]
    }),
    kind("chunk-no-number", 3, |_| vec![ok(CHUNKED, "zz\r\n")]),
    kind("chunk-negative", 3, |_| {
        vec![ok(CHUNKED, "-1\r\nx\r\n0\r\n\r\n")]
    }),
    kind("body-of-204", 1, |_| {
        vec![Send(
            b"HTTP/1.1 204 N\r\nContent-Length: 5\r\n\r\nhello".into(),
        )]
    }),
    kind("body-of-304", 1, |_| {
        vec![Send(
            b"HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\nhello".into(),
        )]
    }),
    kind("body-of-205", 1, |_| {
        vec![Send(b"HTTP/1.1 205 R\r\n\r\nhello".into())]
    }),
    unasked("body-of-head", |asked| {
        vec![Send(good(asked, "")), ok("Content-Length: 0\r\n", "")]
    }),
    unasked("more-than-length", |asked| {
        vec![Send(good(asked, "")), Send(b"hello".into())]
    }),
    unasked("two-answers", |asked| {
        vec![Send([good(asked, ""), EXTRA.into()].concat())]
    }),
    unasked("two-answers-late", |asked| {
        vec![Send(good(asked, "")), Wait(20), Send(EXTRA.into())]
    }),
];

/// Connections that end.
pub(super) const CONNECTIONS: &[Kind] = &[
    kind("close-in-body", 3, |_| {
        vec![ok("Content-Length: 100\r\n", "abc"), Close]
    }),
    kind("close-in-head", 3, |_| {
        vec![Send(b"HTTP/1.1 200 OK\r\nContent-Le".into()), Close]
    }),
    kind("close-at-once", 3, |_| vec![Close]),
    kind("reset", 3, |_| vec![Reset]),
    kind("reset-in-body", 3, |_| {
        vec![ok("Content-Length: 100\r\n", "abc"), Wait(5), Reset]
    }),
    kind("close-after-each", 0, |asked| {
        vec![Send(good(asked, "")), Close]
    }),
];

/// Ways to another machine, and around.
pub(super) const REDIRECTS: &[Kind] = &[
    kind("to-other-host", 1, |asked| {
        redirect(asked, "http://192.0.2.1/")
    }),
    kind("to-metadata", 1, |asked| {
        redirect(asked, "http://169.254.169.254/latest/meta-data/")
    }),
    kind("to-other-port", 1, |asked| {
        redirect(asked, "http://127.0.0.1:9/")
    }),
    kind("to-localhost", 1, |asked| {
        redirect(
            asked,
            &asked.host().replace("127.0.0.1", "http://localhost"),
        )
    }),
    kind("to-file", 1, |asked| redirect(asked, "file:///etc/passwd")),
    kind("to-data", 1, |asked| redirect(asked, "data:text/plain,hi")),
    kind("to-javascript", 1, |asked| {
        redirect(asked, "javascript:alert(1)")
    }),
    kind("to-itself", 1, |asked| redirect(asked, asked.path())),
    kind("to-ever-more", 1, |asked| {
        redirect(asked, &format!("{}n", asked.path()))
    }),
    kind("to-userinfo", 1, |asked| {
        redirect(asked, &format!("http://user:pw@{}/", asked.host()))
    }),
    kind("to-userinfo-trick", 1, |asked| {
        redirect(asked, &format!("http://{}@192.0.2.1/", asked.host()))
    }),
    kind("to-backslashes", 1, |asked| {
        redirect(asked, "http:\\\\192.0.2.1\\")
    }),
    kind("to-no-scheme", 1, |asked| redirect(asked, "//192.0.2.1/")),
    kind("to-decimal", 1, |asked| {
        redirect(asked, "http://3221225985/")
    }),
    kind("to-mapped", 1, |asked| {
        redirect(asked, "http://[::ffff:192.0.2.1]/")
    }),
    kind("to-line-break", 3, |asked| redirect(asked, "/a\r\x0bX: y")),
    kind("to-encoded-line-break", 1, |asked| {
        redirect(asked, "/a%0d%0aX-Injected:%20y")
    }),
    kind("to-https", 1, |asked| {
        redirect(asked, &format!("https://{}/", asked.host()))
    }),
    kind("to-letters", 1, |asked| redirect(asked, "/ü\u{202e}")),
    kind("alternative-service", 0, |asked| {
        vec![Send(good(
            asked,
            "Alt-Svc: h2=\"192.0.2.1:443\"\r\nRefresh: 0; url=http://192.0.2.1/\r\n",
        ))]
    }),
];

/// Text that is meant for what reads the reports.
pub(super) const TEXT: &[Kind] = &[
    kind("text-in-reason", 0, |asked| {
        vec![Send(with_status(
            asked,
            "200 ::error::x <script>alert(1)</script>",
            "",
        ))]
    }),
    kind("text-in-origin", 1, |_| {
        line(b"Access-Control-Allow-Origin: https://<script>alert(1)</script>\"'&]]>\xe2\x80\xae\xc2\x9b2J\xff\r\n")
    }),
    kind("text-in-methods", 1, |_| {
        line(b"Access-Control-Allow-Methods: ::error::<img src=x onerror=alert(1)>\r\n")
    }),
    kind("text-in-names", 3, |_| {
        line(b"::error::x: y\r\nX`$(touch!x)': y\r\n")
    }),
    kind("text-in-body", 3, |_| {
        vec![Send(
            b"HTTP/1.1 500 X\r\nContent-Length: 21\r\n\r\n\n::error::x\n\x1b[2J<b>\n".into(),
        )]
    }),
];
