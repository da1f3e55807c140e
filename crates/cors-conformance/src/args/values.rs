//! The values of options, and how they are read. Errors say what was expected; clap names the option.

use std::num::{NonZeroU32, ParseIntError};
use std::path::PathBuf;
use std::time::Duration;

use anstream::ColorChoice;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::ValueEnum;
use cors_model::url::Url;
use cors_report::registry::{FORMATS, Kind};

/// The lowest level whose failure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Grammar, the text of an RFC, or a policy that is not realised in a browser
    Must,
    /// The standard's own advice as well
    Should,
}

/// How the resource is asked: what a page sends without a preflight, and gets a body for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Method {
    /// As every resource of the web is asked
    Get,
    /// As a form or a call is sent, without a body
    Post,
}

impl Method {
    /// As it is sent.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// When to use colour.
///
/// `auto` heeds `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE` of the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set; everywhere, if CLICOLOR_FORCE is
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Lets everything that is printed from now on heed it.
    pub(crate) fn apply(self) {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
}

/// A report to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// In which format.
    pub kind: Kind,
    /// Where to; `None` is standard output.
    pub path: Option<PathBuf>,
}

pub(crate) fn parse_url(text: &str) -> Result<Url, String> {
    if !text.contains("://") {
        return Err(without_scheme(text));
    }
    // The names of targets may be international.
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "the scheme is {}, expected http or https",
            url.scheme()
        ));
    }
    if url.fragment().is_some() {
        return Err("a fragment never reaches a server".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials belong into -H 'Authorization: …'".to_owned());
    }
    Ok(Url::from_serialized(url.as_str()))
}

/// What is wrong with a URL that does not begin with a scheme.
fn without_scheme(text: &str) -> String {
    let meant = format!("http://{text}");
    // What has an `@` may hold a password.
    let likely = text == "localhost" || text.contains([':', '.']) && !text.contains('@');
    let hint = match url::Url::parse(&meant) {
        Ok(url) if likely => format!("; did you mean {url}?"),
        Ok(_) | Err(_) => String::new(),
    };
    format!("expected a URL that begins with http:// or https://{hint}")
}

pub(crate) fn parse_header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once(':')
        .ok_or("expected `Name: value`, found no colon")?;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(format!("{name:?} is not a header name"));
    }
    if name.eq_ignore_ascii_case("origin") || name.get(..15).is_some_and(is_preflight_field) {
        return Err(format!(
            "{name} is what the cases vary; it cannot be set for all of them"
        ));
    }
    let value = value.trim_matches([' ', '\t']);
    if let Some(bad) = value
        .chars()
        .find(|character| character.is_control() && *character != '\t')
    {
        return Err(format!(
            "the value holds {bad:?}, which no header value can"
        ));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// The header that a name and a password make, as curl makes it.
pub(crate) fn parse_user(text: &str) -> Result<(String, String), String> {
    if !text.contains(':') {
        return Err("expected `name:password`, found no colon".to_owned());
    }
    let value = format!("Basic {}", BASE64_STANDARD.encode(text));
    Ok(("Authorization".to_owned(), value))
}

pub(crate) fn parse_cookie(text: &str) -> Result<String, String> {
    // Without an equals sign curl takes it for the name of a file.
    if !text.contains('=') {
        return Err("expected `name=value`, found no equals sign; files are not read".to_owned());
    }
    match text.bytes().find(|byte| !matches!(byte, b' '..=b'~')) {
        Some(byte) => Err(format!(
            "it holds the byte 0x{byte:02x}, which no cookie can"
        )),
        None => Ok(text.trim().to_owned()),
    }
}

/// Whether the first bytes of a name are those of `Access-Control-…`.
fn is_preflight_field(start: &str) -> bool {
    start.eq_ignore_ascii_case("access-control-")
}

pub(crate) fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "expected a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("expected more than 0 seconds".to_owned()),
    }
}

pub(crate) fn parse_count(text: &str) -> Result<NonZeroU32, String> {
    let expected = |_: ParseIntError| "expected a whole number, 1 or more".to_owned();
    text.parse().map_err(expected)
}

pub(crate) fn parse_report(text: &str) -> Result<Report, String> {
    let (kind, path) = text
        .split_once('=')
        .ok_or("expected KIND=PATH, such as ndjson=run.ndjson")?;
    let kind = Kind::named(kind).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|kind| kind.name).collect();
        format!(
            "{kind:?} is not a kind of report; there are {}",
            names.join(", ")
        )
    })?;
    match path {
        "" => Err("the path is empty".to_owned()),
        "-" => Ok(Report { kind, path: None }),
        _ => Ok(Report {
            kind,
            path: Some(path.into()),
        }),
    }
}

/// What the help says of `--report`.
pub(crate) fn report_help() -> String {
    let kinds = FORMATS.iter();
    let kinds: Vec<String> = kinds
        .map(|kind| format!("`{}=PATH`, {}", kind.name, kind.what))
        .collect();
    format!(
        "Write a report: {}; `-` is standard output (people's text then goes to standard error)",
        kinds.join("; or ")
    )
}
