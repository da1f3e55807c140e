//! Which cases a page in a browser cannot be given, and why.

use std::collections::BTreeSet;

use cors_model::dialect::Engine;
use cors_vectors::agent::{
    AgentCase, Api, Body, Cache, ErrorKind, Fetch, Mode, OnRequest, PageKind, Redirect,
};
use cors_vectors::server::Credentials;
use cors_vectors::text::Text;

use super::emulator::Emulator;

/// The longest wait of a case that is run, in seconds.
const LONGEST_WAIT: u32 = 8;

/// Why a case is not run on this engine; `None` when it is.
pub fn reason(case: &AgentCase, engine: Engine) -> Option<String> {
    let tagged = |wanted: &str| case.tags.iter().any(|tag| tag == wanted);
    let said = if !case.origins.is_empty() || names_a_host(case) {
        "it needs just those origins, and the page's servers stand on free ports of this machine"
    } else if tagged("model-only") {
        "only the model can be put where it plays"
    } else if case
        .fetches
        .iter()
        .any(|fetch| matches!(fetch.body, Some(Body::Stream(_))))
    {
        "stream bodies need HTTP/2, which the scripted servers do not speak"
    } else if tagged("drop") || tagged("retry") || tagged("retried-by-browsers") {
        "engines repeat such a request by themselves, as HTTP lets them: what arrives says nothing"
    } else if asks_for_password(case) {
        "a browser asks its user for a password here, and goes no further until it has an answer"
    } else if let Some(longest) = case.fetches.iter().map(|fetch| fetch.after_seconds).max()
        && longest > LONGEST_WAIT
    {
        return Some(format!(
            "it waits {longest} seconds, and a run waits no longer than {LONGEST_WAIT}"
        ));
    } else if engine == Engine::Webkit && tagged("cookies") && sets_secure_cookie(case) {
        "WebKit keeps no Secure cookie of a server without TLS, and other cookies are not sent \
         across sites"
    } else {
        return None;
    };
    Some(said.to_owned())
}

/// Why a case is not run with a program that takes one fetch after the other.
pub fn for_client(case: &AgentCase) -> Option<String> {
    if case.fetches.iter().any(|fetch| fetch.after_seconds > 0) {
        return Some("it waits, and the program would do nothing meanwhile".to_owned());
    }
    // What keeps a case from Chromium keeps it from any client here.
    reason(case, Engine::Chromium)
}

/// Why a case is not run in an emulator; `None` when it is.
pub fn for_emulator(case: &AgentCase, emulator: Emulator) -> Option<String> {
    let said = if case
        .fetches
        .iter()
        .any(|fetch| fetch.page == PageKind::Opaque)
    {
        "there are no sandboxed frames, and so no page with an opaque origin"
    } else if emulator == Emulator::Jsdom && !case.fetches.iter().all(xhr_can_ask) {
        "there is no fetch(), and XMLHttpRequest cannot ask for this"
    } else if emulator == Emulator::Jsdom && throws_in_fetch(case) {
        "there is no fetch(), and what it would throw XMLHttpRequest throws otherwise or not at all"
    } else if emulator == Emulator::HappyDom && redirects_to_credentials(case) {
        "a redirect to a URL with a user name never ends here: what happy-dom throws reaches nobody"
    } else if emulator == Emulator::HappyDom && sets_cookie(case) {
        "happy-dom sends a cookie whatever its path, and so those of other cases along"
    } else if emulator == Emulator::HappyDom && is_not_modified(case) {
        "a response of status 304 never ends a fetch here"
    } else if emulator == Emulator::HappyDom && case.fetches.iter().any(gets_with_body) {
        "an XMLHttpRequest that is given a body for GET or HEAD never ends here"
    } else {
        // What keeps a case from Chromium keeps it from any client here.
        return reason(case, Engine::Chromium);
    };
    Some(said.to_owned())
}

/// Whether XMLHttpRequest can make the same request as `fetch()`.
fn xhr_can_ask(fetch: &Fetch) -> bool {
    let mut names = BTreeSet::new();
    // It combines the values of a name by itself, before anybody looks at them.
    let mut plain = fetch.headers.iter().filter_map(|(name, _)| {
        let Text::Plain(name) = name else { return None };
        Some(name.to_ascii_lowercase())
    });
    let combined = plain.any(|name| !names.insert(name));
    fetch.api == Api::Xhr
        || (fetch.mode == Mode::Cors
            && fetch.redirect == Redirect::Follow
            && fetch.cache == Cache::Default
            && fetch.credentials != Credentials::Omit
            && fetch.referrer_policy.is_none()
            && !fetch.keepalive
            && !fetch.duplex_half
            && !combined
            && !xhr_rewrites(fetch))
}

/// Whether XMLHttpRequest would look at the charset that is stated for a string, and may change it.
fn xhr_rewrites(fetch: &Fetch) -> bool {
    let states_charset = |(name, value): &(Text, Text)| match (name, value) {
        (Text::Plain(name), Text::Plain(value)) => {
            name.eq_ignore_ascii_case("content-type")
                && value.to_ascii_lowercase().contains("charset")
        }
        _ => false,
    };
    matches!(fetch.body, Some(Body::Text(_))) && fetch.headers.iter().any(states_charset)
}

/// Whether `fetch()` has to throw somewhere in the case.
fn throws_in_fetch(case: &AgentCase) -> bool {
    let mut ends = case.fetches.iter().zip(&case.expect.outcomes);
    ends.any(|(fetch, outcome)| {
        fetch.api == Api::Fetch && outcome.error == Some(ErrorKind::TypeError)
    })
}

/// Whether a URL of the case names a host of the model's world.
fn names_a_host(case: &AgentCase) -> bool {
    let named = |text: &Text| matches!(text, Text::Plain(text) if text.contains(".test"));
    let fetched = case.fetches.iter().filter_map(|fetch| fetch.url.as_ref());
    fetched.chain(locations(case)).any(named)
}

/// The values of the Location headers of a case.
fn locations(case: &AgentCase) -> impl Iterator<Item = &Text> {
    case.server
        .iter()
        .flat_map(|answer| &answer.headers)
        .filter(
            |(name, _)| matches!(name, Text::Plain(name) if name.eq_ignore_ascii_case("location")),
        )
        .map(|(_, value)| value)
}

fn sets_cookie(case: &AgentCase) -> bool {
    let sets =
        |name: &Text| matches!(name, Text::Plain(name) if name.eq_ignore_ascii_case("set-cookie"));
    let mut headers = case.server.iter().flat_map(|answer| &answer.headers);
    headers.any(|(name, _)| sets(name))
}

fn is_not_modified(case: &AgentCase) -> bool {
    let mut answers = case.server.iter();
    answers.any(|answer| answer.status == 304 && answer.on != OnRequest::Preflight)
}

/// Whether XMLHttpRequest gets a body that it has to drop.
fn gets_with_body(fetch: &Fetch) -> bool {
    let drops = |method: &Text| matches!(method, Text::Plain(method) if method.eq_ignore_ascii_case("get") || method.eq_ignore_ascii_case("head"));
    fetch.api == Api::Xhr && fetch.body.is_some() && fetch.method.as_ref().is_none_or(drops)
}

fn redirects_to_credentials(case: &AgentCase) -> bool {
    locations(case).any(|text| matches!(text, Text::Plain(text) if text.contains('@')))
}

fn asks_for_password(case: &AgentCase) -> bool {
    let challenges = |name: &Text| matches!(name, Text::Plain(name) if name.eq_ignore_ascii_case("www-authenticate"));
    let credentials = |fetch: &Fetch| fetch.credentials == Credentials::Include;
    case.fetches.iter().any(credentials)
        && case.server.iter().any(|answer| {
            answer.status == 401 && answer.headers.iter().any(|(name, _)| challenges(name))
        })
}

fn sets_secure_cookie(case: &AgentCase) -> bool {
    case.server
        .iter()
        .flat_map(|answer| &answer.headers)
        .any(|(_, value)| matches!(value, Text::Plain(value) if value.contains("; Secure")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emulators_get_most_cases_and_jsdom_none_that_only_fetch_can_do() {
        let library = cors_vectors::library().expect("the embedded library is sound");
        for emulator in Emulator::ALL {
            let (skipped, given): (Vec<_>, Vec<_>) = library
                .agent_cases()
                .map(|case| (case, for_emulator(case, emulator)))
                .partition(|(_, reason)| reason.is_some());
            assert!(skipped.len() * 4 < given.len(), "{}", skipped.len());
            let fetches = || given.iter().flat_map(|(case, _)| &case.fetches);
            assert!(fetches().all(|fetch| fetch.page == PageKind::Ordinary));
            let cannot = fetches().any(|fetch| fetch.mode != Mode::Cors);
            assert_eq!(cannot, emulator == Emulator::HappyDom);
        }
    }

    #[test]
    fn every_skip_has_a_reason_and_most_cases_none() {
        let library = cors_vectors::library().expect("the embedded library is sound");
        for engine in Engine::ALL {
            let all = library.agent_cases().count();
            let reasons: Vec<String> = library
                .agent_cases()
                .filter_map(|case| reason(case, engine))
                .collect();
            assert!(reasons.len() * 20 < all, "{}", reasons.len());
            assert!(reasons.iter().all(|reason| reason.len() > 20));
        }
    }
}
