//! The words that engines write to their consoles, pasted: which refusal they name. It
//! is put into an exchange in which nothing else is wrong.

use cors_model::request::CredentialsMode;

const ORIGIN: &str = "Access-Control-Allow-Origin";
const CREDENTIALS: &str = "Access-Control-Allow-Credentials";
/// What stands for an error status that the words do not name.
pub(crate) const ERROR: u16 = 403;
/// What stands for the status of a redirect.
pub(crate) const REDIRECT: u16 = 302;

/// What the words on a console say of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsoleExchange {
    /// An exchange that is refused so, as HTTP text.
    pub(crate) exchange: String,
    /// Whether the page asks with credentials.
    pub(crate) credentials: CredentialsMode,
    /// The status that the words name.
    pub(crate) status: Option<u16>,
    /// What had to be assumed, as sentences.
    pub(crate) assumed: Vec<String>,
}

/// A reason that engines name.
enum Why {
    Missing,
    Value(String),
    Wildcard,
    NotWithCredentials(String),
    Header(String),
    Method(Option<String>),
    Status,
    Redirect,
}

/// Words of which no header of a response is the reason, and what is.
const OTHERS: [(&str, &str); 6] = [
    ("address space", LOCAL_NETWORK),
    (
        "Cross origin requests are only supported for protocol schemes",
        FILE,
    ),
    ("CORS request not http", FILE),
    (
        "CORS request did not succeed",
        "the words on the console say that there was no response at all: no connection, a \
         certificate that the browser does not trust, or an extension that stopped it. No header of \
         a response changes that; open the URL in a tab of its own to see what is wrong",
    ),
    (
        "due to access control checks",
        "the words on the console name no reason: WebKit writes it in the line before; paste both",
    ),
    (
        "has been blocked by CORS policy",
        "the words on the console name a reason that is not known here; give the exchange as `curl \
         -v` shows it, or a HAR file",
    ),
];
const LOCAL_NETWORK: &str = "the words on the console are not about CORS headers: a page of the \
                             internet asks an address of the local network, for which Chromium wants \
                             a secure page and the user's permission (Local Network Access). No \
                             header of a response changes that";
const FILE: &str = "the words on the console say that something was opened as a file and not over \
                    HTTP, for which there is no CORS: serve the page and what it asks for over HTTP, \
                    such as with `python3 -m http.server`";

/// Why words on a console cannot be put into an exchange, if a text is such.
pub(crate) fn other_console_words(text: &str) -> Option<&'static str> {
    let is_such = text.contains("has been blocked by CORS policy")
        || text.contains("Cross-Origin Request Blocked")
        || text.contains("due to access control checks");
    let mut others = OTHERS.iter().filter(|_| is_such);
    others
        .find(|(words, _)| text.contains(words))
        .map(|(_, why)| *why)
}

/// Reads the words, if a text is such; `origin` is the page's, where somebody states it.
pub(crate) fn read_console_words(text: &str, origin: Option<&str>) -> Option<ConsoleExchange> {
    // Firefox has typographic quotes.
    let text = text.replace(['\u{2018}', '\u{2019}'], "'");
    let is_such = [
        "has been blocked by CORS policy",
        "Cross-Origin Request Blocked",
        "due to access control checks",
        "not allowed by Access-Control-Allow-",
        "Credentials flag is true, but",
        "Cannot use wildcard in Access-Control-Allow-Origin",
        "Preflight response is not successful",
    ];
    if !is_such.iter().any(|words| text.contains(words)) {
        return None;
    }
    let why = why(&text)?;
    let mut assumed = Vec::new();
    let url = url(&text).unwrap_or_else(|| {
        assumed.push("the words name no URL; https://api.example/ stands for it".to_owned());
        "https://api.example/".to_owned()
    });
    let named = between(&text, "from origin '", "'")
        .or_else(|| between(&text, "Origin ", " is not allowed"))
        .filter(|origin| !origin.contains(' '));
    let origin = origin.map(str::to_owned).or(named).unwrap_or_else(|| {
        assumed.push(
            "the words do not name the page; https://app.example stands for its origin (state it \
             with --origin)"
                .to_owned(),
        );
        "https://app.example".to_owned()
    });
    let method = method(&text, &url);
    let status = between(&format!("{text} "), "Status code: ", " ");
    let status = status.and_then(|status| {
        status
            .trim_matches(['.', '\n', '\r'])
            .get(..3)?
            .parse()
            .ok()
    });
    let is_preflight = match &why {
        Why::Header(_) | Why::Method(_) | Why::Status | Why::Redirect => true,
        Why::Missing | Why::Value(_) | Why::Wildcard | Why::NotWithCredentials(_) => {
            text.contains("Response to preflight request")
        }
    };
    if method.is_none() && !matches!(why, Why::Method(Some(_))) {
        assumed.push("the words do not name the method of the request".to_owned());
    }
    let credentials = match &why {
        Why::Wildcard | Why::NotWithCredentials(_) => CredentialsMode::Include,
        Why::Missing
        | Why::Value(_)
        | Why::Header(_)
        | Why::Method(_)
        | Why::Status
        | Why::Redirect => CredentialsMode::SameOrigin,
    };
    let method = match (&why, method) {
        (Why::Method(Some(refused)), _) => refused.clone(),
        (_, Some(method)) => method,
        // One that has to be listed.
        (Why::Method(None), None) => "PUT".to_owned(),
        (_, None) => "GET".to_owned(),
    };
    let answer = answer(&why, (&origin, &method), status, is_preflight);
    let exchange = if is_preflight {
        let names = if let Why::Header(name) = &why {
            let name = name.to_ascii_lowercase();
            format!("Access-Control-Request-Headers: {name}\n")
        } else {
            String::new()
        };
        format!(
            "OPTIONS {url} HTTP/1.1\nOrigin: {origin}\nAccess-Control-Request-Method: {method}\n{names}\n{answer}"
        )
    } else {
        let method = if ["GET", "HEAD", "POST"].contains(&method.as_str()) {
            method
        } else {
            "GET".to_owned()
        };
        format!("{method} {url} HTTP/1.1\nOrigin: {origin}\n\n{answer}")
    };
    Some(ConsoleExchange {
        exchange,
        credentials,
        status,
        assumed,
    })
}

fn answer(
    why: &Why,
    (origin, method): (&str, &str),
    status: Option<u16>,
    is_preflight: bool,
) -> String {
    let usual = match (why, is_preflight) {
        (Why::Status, _) => ERROR,
        (Why::Redirect, _) => REDIRECT,
        (_, true) => 204,
        (_, false) => 200,
    };
    let with = |lines: &[(&str, &str)]| {
        let lines = lines
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"));
        format!(
            "HTTP/1.1 {} X\n{}\n",
            status.unwrap_or(usual),
            lines.collect::<String>()
        )
    };
    match why {
        Why::Missing => with(&[]),
        Why::Value(value) => with(&[(ORIGIN, value)]),
        Why::Wildcard => with(&[(ORIGIN, "*"), (CREDENTIALS, "true")]),
        Why::NotWithCredentials(value) if value.is_empty() => with(&[(ORIGIN, origin)]),
        Why::NotWithCredentials(value) => with(&[(ORIGIN, origin), (CREDENTIALS, value)]),
        Why::Header(_) => with(&[(ORIGIN, origin), ("Access-Control-Allow-Methods", method)]),
        Why::Method(_) | Why::Status => with(&[(ORIGIN, origin)]),
        Why::Redirect => with(&[(ORIGIN, origin), ("Location", "/elsewhere")]),
    }
}

fn why(text: &str) -> Option<Why> {
    let has = |words: &str| text.contains(words);
    let name = between(text, "Request header field ", " is not allowed")
        .or_else(|| between(text, "header '", "' is not allowed according to"));
    if let Some(name) = name {
        return Some(Why::Header(name));
    }
    if has("Did not find method in CORS header") {
        return Some(Why::Method(None));
    }
    if let Some(method) = between(text, "Method ", " is not allowed by") {
        return Some(Why::Method(Some(method)));
    }
    if has("Redirect is not allowed for a preflight")
        || has("CORS request external redirect not allowed")
    {
        return Some(Why::Redirect);
    }
    if has("does not have HTTP ok status")
        || has("Preflight response is not successful")
        || has("preflight response did not succeed")
    {
        return Some(Why::Status);
    }
    if has("must not be the wildcard")
        || has("Cannot use wildcard in")
        || has("Credential is not supported if")
    {
        return Some(Why::Wildcard);
    }
    if has("but Access-Control-Allow-Credentials is not \"true\"")
        || has("expected 'true' in CORS header")
    {
        return Some(Why::NotWithCredentials(String::new()));
    }
    if has("'Access-Control-Allow-Credentials' header in the response is") {
        let value = between(text, "header in the response is '", "'");
        return Some(Why::NotWithCredentials(value.unwrap_or_default()));
    }
    let value = between(text, "header has a value '", "'")
        .or_else(|| between(text, "contains the invalid value '", "'"))
        .or_else(|| between(text, "contains multiple values '", "'"))
        .or_else(|| between(text, "does not match '", "'"));
    if let Some(value) = value {
        return Some(Why::Value(value));
    }
    let missing = has("No 'Access-Control-Allow-Origin' header is present")
        || has("'Access-Control-Allow-Origin' missing")
        || has("is not allowed by Access-Control-Allow-Origin");
    missing.then_some(Why::Missing)
}

fn url(text: &str) -> Option<String> {
    let found = between(text, "' (redirected from '", "'")
        .or_else(|| between(text, " at '", "'"))
        .or_else(|| between(text, "remote resource at ", " (Reason"))
        .or_else(|| between(text, "cannot load ", " due to access"))?;
    let found = found.trim_matches(['.', ' ', '\'']);
    found.contains("://").then(|| found.to_owned())
}

/// The method, as engines name it beside a failed request: `POST https://api.example/ net::ERR_FAILED`.
fn method(text: &str, url: &str) -> Option<String> {
    let before = text
        .split(url)
        .filter_map(|before| before.trim_end().rsplit([' ', '\n']).next());
    let mut words = before
        .filter(|word| ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(word));
    words.next().map(str::to_owned)
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    let (found, _) = rest.split_once(after)?;
    (!found.contains('\n')).then(|| found.to_owned())
}
