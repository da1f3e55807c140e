//! Which cases a page in a browser cannot be given, and why.

use cors_vectors::agent::{AgentCase, Body, Fetch};
use cors_vectors::server::Credentials;
use cors_vectors::text::Text;

use super::engine::Engine;

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

/// Whether a URL of the case names a host of the model's world.
fn names_a_host(case: &AgentCase) -> bool {
    let named = |text: &Text| matches!(text, Text::Plain(text) if text.contains(".test"));
    let fetched = case.fetches.iter().filter_map(|fetch| fetch.url.as_ref());
    let values = case
        .server
        .iter()
        .flat_map(|answer| &answer.headers)
        .filter(
            |(name, _)| matches!(name, Text::Plain(name) if name.eq_ignore_ascii_case("location")),
        )
        .map(|(_, value)| value);
    fetched.chain(values).any(named)
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
