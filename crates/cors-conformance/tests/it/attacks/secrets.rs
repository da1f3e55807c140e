//! Servers that give back the secrets of a request.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::server::Do::Send;
use super::server::{Asked, Do, Kind, Over};

/// A token, with what escapes differ in.
pub(super) const TOKEN: &str = "s3cr3t-Tok\"en'x";
/// The value of `X-Api-Key`, with what URLs encode.
pub(super) const KEY: &str = "kEy%41+/=zz9";
/// The value of a cookie.
pub(super) const COOKIE: &str = "c00kieS3cret";
/// User and password, for the scheme Basic.
pub(super) const LOGIN: &str = "usr:s3cr3t-pw";

/// The lines that requests hold.
pub(super) fn lines() -> Vec<(Vec<u8>, Vec<u8>)> {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(LOGIN));
    let lines = [
        ("Authorization", format!("Bearer {TOKEN}")),
        ("X-Api-Key", KEY.to_owned()),
        ("X-Login", basic),
    ];
    let lines = lines.into_iter();
    lines
        .map(|(name, value)| (name.as_bytes().to_vec(), value.into_bytes()))
        .collect()
}

/// The value of the `Cookie` line.
pub(super) fn cookie() -> Vec<u8> {
    format!("sid={COOKIE}; theme=dArk99").into_bytes()
}

/// The secrets of a request, empty where it has none.
struct Given<'a> {
    line: &'a str,
    token: &'a str,
    cookie: &'a str,
    key: &'a str,
    login: String,
}

impl<'a> Given<'a> {
    fn of(asked: &'a Asked) -> Self {
        let line = |name| asked.line(name).unwrap_or_default();
        let basic = line("x-login").trim_start_matches("Basic ");
        let login = BASE64_STANDARD.decode(basic).unwrap();
        Self {
            line: line("authorization"),
            token: line("authorization").trim_start_matches("Bearer "),
            cookie: line("cookie"),
            key: line("x-api-key"),
            login: String::from_utf8(login).unwrap(),
        }
    }

    /// Header lines that hold them in one form or another.
    fn lines(&self) -> String {
        let Self {
            line,
            token,
            cookie,
            key,
            ..
        } = self;
        let each =
            |form: fn(&u8) -> String| token.bytes().map(|byte| form(&byte)).collect::<String>();
        let (hex, percent) = (
            each(|byte| format!("{byte:02x}")),
            each(|byte| format!("%{byte:02X}")),
        );
        let (first, last) = token.split_at(token.len() / 4);
        let name: String = token.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut lines = String::new();
        for (name, value) in [
            ("X-Auth", (*line).to_owned()),
            ("X-Tok", (*token).to_owned()),
            ("X-Cookie", (*cookie).to_owned()),
            ("X-Key", (*key).to_owned()),
            ("Set-Cookie", format!("auth={token}; HttpOnly")),
            ("Access-Control-Allow-Headers", format!("{token}, x-token")),
            (
                "Access-Control-Allow-Origin",
                format!("https://{token}.example"),
            ),
            ("Access-Control-Expose-Headers", format!("{token},{key}")),
            ("X-B64", BASE64_STANDARD.encode(token)),
            ("X-B64a", BASE64_STANDARD.encode(line)),
            ("X-Pct", percent),
            ("X-Upper", token.to_uppercase()),
            ("X-Hex", hex),
            ("X-Split1", first.to_owned()),
            ("X-Split2", last.to_owned()),
            ("X-Json", serde_json::to_string(token).unwrap()),
            ("X-Shorter", token.chars().skip(1).collect()),
            ("Warning", format!("299 - \"{token}\"")),
            (&*format!("X-{name}"), "name".to_owned()),
            ("Location", format!("/login?token={token}&c={cookie}")),
            ("X-Long", format!("{}{token}", "a".repeat(4090))),
        ] {
            write!(lines, "{name}: {value}\r\n").unwrap();
        }
        lines
    }
}

const fn kind(name: &'static str, ends: i32, script: fn(&Asked) -> Vec<Do>) -> Kind {
    Kind::new(Over::Secrets, name, ends, script)
}

/// An answer that repeats them, with this status line.
fn repeated(asked: &Asked, status: &str) -> Vec<Do> {
    let given = Given::of(asked);
    let body = format!("{{\"token\":\"{}\"}}\n{}", given.line, given.cookie);
    let length = body.len();
    let body = if asked.method() == "HEAD" { "" } else { &body };
    let lines = given.lines();
    let head = format!("HTTP/1.1 {status} {}\r\n{lines}", given.token);
    vec![Send(
        format!("{head}Content-Length: {length}\r\n\r\n{body}").into(),
    )]
}

/// Each kind.
pub(super) const SECRETS: &[Kind] = &[
    kind("secrets-repeated", 1, |asked| repeated(asked, "200 OK")),
    kind("secrets-in-a-redirect", 1, |asked| {
        let is_other = asked.method() != "OPTIONS";
        repeated(asked, if is_other { "302 Found" } else { "200 OK" })
    }),
    kind("secrets-in-a-status", 3, |asked| {
        let Given { line, token, .. } = Given::of(asked);
        vec![Send(
            format!("HTTP/1.1 2000 {token} {line}\r\n{line}\r\n\r\n").into(),
        )]
    }),
    kind("secrets-for-an-answer", 3, |asked| {
        let given = Given::of(asked);
        vec![Send(
            format!("{} {}\r\n\r\n", given.line, given.cookie).into(),
        )]
    }),
    kind("secrets-for-a-length", 3, |asked| {
        let token = Given::of(asked).token;
        vec![Send(
            format!("HTTP/1.1 200 OK\r\nContent-Length: {token}\r\n\r\n").into(),
        )]
    }),
    // Whoever cuts long values first shows the beginning of the key.
    kind("secrets-that-are-cut", 1, |asked| {
        let key = Given::of(asked).key;
        let before = "a".repeat(4097 - key.len());
        vec![Send(
            format!("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {before}{key}\r\nContent-Length: 0\r\n\r\n").into(),
        )]
    }),
    kind("secrets-decoded", 1, |asked| {
        let login = Given::of(asked).login;
        let origin = login.replace(':', ".");
        vec![Send(
            format!("HTTP/1.1 200 OK\r\nX-Error: login of {login}\r\nAccess-Control-Allow-Origin: https://{origin}\r\nContent-Length: 0\r\n\r\n").into(),
        )]
    }),
];
