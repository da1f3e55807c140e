//! What the reference server decides.
//!
//! Refused requests still reach the application: only browsers enforce CORS. Refused preflights are
//! answered 403 without any grant, so that a developer sees which of both happened.

use cors_policy::names::is_token;
use cors_policy::origin::check_serialized;
use cors_policy::policy::AnyOr;
use http::Method;
use http::header::{HeaderMap, ORIGIN, VARY};

use super::decisions::{Behaviour, Exchange, Grant, Kind, listed};
use crate::header::{append, text};

impl Behaviour {
    /// The careful server.
    pub const REFERENCE: Self = Self {
        resolve: |path| path.into(),
        policy_of_written_path: false,
        read_origin,
        classify,
        match_origin,
        read_method,
        parse_request_headers,
        match_method,
        match_headers,
        intercept: |_| None,
        preflight_status: |_| 204,
        refused_preflight_status: |_| 403,
        pass_preflight_on: |_| false,
        block: |_| None,
        covers: |_| true,
        carries,
        allow_origin_value,
        allow_credentials_value,
        allow_methods_value,
        allow_headers_value,
        max_age_value,
        expose_headers_value,
        merge_application_headers,
        vary_tokens,
        merge_vary,
        finish: |_, _| (),
        title_case_headers: false,
        wire: None,
    };

    /// The reference server with some decisions replaced.
    pub fn but(replace: fn(&mut Self)) -> Self {
        let mut behaviour = Self::REFERENCE;
        replace(&mut behaviour);
        behaviour
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self::REFERENCE
    }
}

/// The value of the only `Origin` line; `None` when there are none or several.
pub fn read_origin(x: &Exchange<'_>) -> Option<String> {
    match x.lines("origin").as_slice() {
        [origin] => Some(origin.clone()),
        _ => None,
    }
}

/// A preflight is OPTIONS with `Origin` and `Access-Control-Request-Method`; without the latter it
/// belongs to the application.
pub fn classify(x: &Exchange<'_>) -> Kind {
    if !x.headers.contains_key(ORIGIN) {
        Kind::Ordinary
    } else if x.method == Method::OPTIONS && x.headers.contains_key("access-control-request-method")
    {
        Kind::Preflight
    } else {
        Kind::Actual
    }
}

/// The policy's own answer; without an origin only a policy that allows any says yes. Where any
/// origin is allowed and repeated, only what is one.
pub fn match_origin(x: &Exchange<'_>) -> bool {
    match &x.origin {
        Some(origin) => {
            let repeats_anything = allows_any(x) && x.depends_on_origin();
            x.policy.allows_origin(origin.as_bytes())
                && (!repeats_anything || origin == "null" || check_serialized(origin).is_ok())
        }
        None => !x.depends_on_origin(),
    }
}

/// Whether the policy allows any origin.
pub fn allows_any(x: &Exchange<'_>) -> bool {
    matches!(x.policy.allow_origins, AnyOr::Any(_))
}

/// The value of the only `Access-Control-Request-Method` line, when it is a token.
pub fn read_method(x: &Exchange<'_>) -> Option<String> {
    match x.lines("access-control-request-method").as_slice() {
        [method] if is_token(method.as_bytes()) => Some(method.clone()),
        _ => None,
    }
}

/// The elements of all `Access-Control-Request-Headers` lines in lower case, empty elements left
/// out; `None` when one is not a token.
pub fn parse_request_headers(x: &Exchange<'_>) -> Option<Vec<String>> {
    let names = elements(&x.lines("access-control-request-headers"));
    names
        .iter()
        .all(|name| is_token(name.as_bytes()))
        .then_some(names)
}

/// The policy's own answer.
pub fn match_method(x: &Exchange<'_>) -> bool {
    x.requested_method
        .as_ref()
        .is_some_and(|method| x.policy.allows_method(method.as_bytes()))
}

/// Whether [`match_header`] says yes to each name.
pub fn match_headers(x: &Exchange<'_>) -> bool {
    x.requested_headers
        .as_ref()
        .is_some_and(|names| names.iter().all(|name| match_header(x, name)))
}

/// The policy's own answer; names whose harmless values need no permission are always allowed,
/// except for `content-type`, whose other values make a difference to servers.
pub fn match_header(x: &Exchange<'_>, name: &str) -> bool {
    x.policy.allows_header(name.as_bytes()) || SAFELISTED.contains(&name)
}

/// Request headers that the reference server allows whatever their value.
pub const SAFELISTED: [&str; 3] = ["accept", "accept-language", "content-language"];

/// Preflights carry all grants or none; other answers say who may read them, and what.
pub fn carries(x: &Exchange<'_>, grant: Grant) -> bool {
    match grant {
        Grant::Origin | Grant::Credentials if x.is_preflight() => x.granted,
        Grant::Origin | Grant::Credentials => x.origin_allowed,
        Grant::Methods | Grant::Headers | Grant::MaxAge => x.is_preflight() && x.granted,
        Grant::Expose => !x.is_preflight() && x.origin_allowed,
    }
}

/// `*` where answers do not depend on the origin, otherwise the origin itself.
pub fn allow_origin_value(x: &Exchange<'_>) -> Vec<String> {
    if x.depends_on_origin() {
        x.origin.clone().into_iter().collect()
    } else {
        vec!["*".to_owned()]
    }
}

/// `true` where the policy allows credentials, otherwise no line.
pub fn allow_credentials_value(x: &Exchange<'_>) -> Vec<String> {
    if x.policy.allow_credentials {
        vec!["true".to_owned()]
    } else {
        Vec::new()
    }
}

/// The whole list, or for any method `*`, which with credentials means nothing: then the method
/// asked for.
pub fn allow_methods_value(x: &Exchange<'_>) -> Vec<String> {
    match listed(&x.policy.allow_methods) {
        Some(methods) => list(methods),
        None if x.policy.allow_credentials => x.requested_method.clone().into_iter().collect(),
        None => vec!["*".to_owned()],
    }
}

/// The whole list and the safelisted names asked for, or for any header `*`, which never covers
/// `Authorization` and with credentials means nothing: then the names asked for.
pub fn allow_headers_value(x: &Exchange<'_>) -> Vec<String> {
    let requested = x.requested_headers.clone().unwrap_or_default();
    match listed(&x.policy.allow_headers) {
        Some(names) => {
            let (whole, starts) = by_prefix(names);
            let more = requested.into_iter().filter(|name| {
                SAFELISTED.contains(&&**name) || starts.iter().any(|start| lists(start, name))
            });
            list(whole.into_iter().cloned().chain(more))
        }
        None if x.policy.allow_credentials => list(requested),
        None => vec!["*, authorization".to_owned()],
    }
}

/// The seconds of the policy, no line where it states none.
pub fn max_age_value(x: &Exchange<'_>) -> Vec<String> {
    x.policy
        .max_age
        .map(|seconds| seconds.to_string())
        .into_iter()
        .collect()
}

/// The whole list, or for any header `*`, which with credentials means nothing: then the names that
/// the application set.
pub fn expose_headers_value(x: &Exchange<'_>) -> Vec<String> {
    match listed(&x.policy.expose_headers) {
        Some(names) => {
            let (whole, starts) = by_prefix(names);
            let more = x.application_headers.iter();
            let more = more.filter(|name| starts.iter().any(|start| lists(start, name)));
            list(whole.into_iter().chain(more))
        }
        None if x.policy.allow_credentials => list(&x.application_headers),
        None => vec!["*".to_owned()],
    }
}

/// The entries that are names, and those that are prefixes: no header says a prefix, so that the
/// names have to be listed which begin with it.
fn by_prefix(names: &[String]) -> (Vec<&String>, Vec<&String>) {
    names.iter().partition(|name| !name.ends_with('*'))
}

fn lists(entry: &str, name: &str) -> bool {
    cors_policy::names::lists(entry, name.as_bytes())
}

/// Replaces what the application set, so that there never are two lines, nor a grant that the
/// policy does not make.
pub fn merge_application_headers(
    _: &Exchange<'_>,
    headers: &mut HeaderMap,
    grant: Grant,
    lines: Vec<String>,
) {
    headers.remove(grant.header());
    for line in lines {
        append(headers, grant.header(), &line);
    }
}

/// `Origin` on every answer of a policy that depends on it, no matter who asked. What OPTIONS gets
/// depends on what tells a preflight and on what it asks for.
pub fn vary_tokens(x: &Exchange<'_>) -> Vec<String> {
    let mut tokens = Vec::new();
    if x.depends_on_origin() {
        tokens.push("Origin".to_owned());
    }
    if x.method == Method::OPTIONS {
        tokens.push("Access-Control-Request-Method".to_owned());
        tokens.push("Access-Control-Request-Headers".to_owned());
    }
    tokens
}

/// Adds a line with the names that are not there yet; `*` covers them all.
pub fn merge_vary(_: &Exchange<'_>, headers: &mut HeaderMap, tokens: Vec<String>) {
    let present: Vec<String> = headers.get_all(VARY).iter().map(text).collect();
    let present = elements(&present);
    if present.iter().any(|token| token == "*") {
        return;
    }
    let missing = tokens
        .into_iter()
        .filter(|token| !present.contains(&token.to_ascii_lowercase()));
    for line in list(missing) {
        append(headers, "vary", &line);
    }
}

/// One line with the elements separated by commas; no line when there is no element, since an empty
/// list header is malformed.
pub fn list<T: AsRef<str>>(elements: impl IntoIterator<Item = T>) -> Vec<String> {
    let line = join(elements);
    if line.is_empty() {
        Vec::new()
    } else {
        vec![line]
    }
}

/// The elements separated by commas.
pub fn join<T: AsRef<str>>(elements: impl IntoIterator<Item = T>) -> String {
    let mut line = String::new();
    for element in elements {
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(element.as_ref());
    }
    line
}

/// The elements of a comma-separated list over several lines, trimmed of spaces and tabs, in lower
/// case, empty ones left out.
pub fn elements(lines: &[String]) -> Vec<String> {
    lines
        .iter()
        .flat_map(|line| line.split(','))
        .map(|element| element.trim_matches([' ', '\t']).to_ascii_lowercase())
        .filter(|element| !element.is_empty())
        .collect()
}
