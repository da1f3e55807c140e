//! The cases that the CORS check decides, without the rest of a browser.

use cors_vectors::agent::{AgentCase, Answer, ErrorKind, Fetch, Mode, Place, RequestKind};

/// The flag of such a case.
pub(super) const FLAG: &str = "plain";

/// What the flag means.
pub(super) const DESCRIPTION: &str = "One fetch of `cross` in mode cors, without upload listener, which nothing redirects: the first answer that fits each of \
     the expected requests decides, by the CORS check and, for a preflight, by its status and its \
     lists of methods and headers. The outcome is a response, or the error `preflight` or \
     `cors-check`.";

/// Whether a case is one.
pub(super) fn is_plain(case: &AgentCase) -> bool {
    let ([fetch], [outcome]) = (case.fetches.as_slice(), case.expect.outcomes.as_slice()) else {
        return false;
    };
    let kinds: Vec<RequestKind> = case
        .expect
        .requests
        .iter()
        .map(|request| request.kind)
        .collect();
    let kinds_fit = matches!(
        kinds.as_slice(),
        [RequestKind::Preflight | RequestKind::Actual]
            | [RequestKind::Preflight, RequestKind::Actual]
    );
    let decided = matches!(
        outcome.error,
        None | Some(ErrorKind::Preflight | ErrorKind::CorsCheck)
    );
    is_plain_fetch(fetch)
        && kinds_fit
        && decided
        && case.server.iter().all(is_plain_answer)
        && case.origins.is_empty()
        && case.quarantine.is_none()
}

fn is_plain_fetch(fetch: &Fetch) -> bool {
    fetch.mode == Mode::Cors
        && fetch.to == Place::Cross
        && fetch.url.is_none()
        && fetch.suffix.is_none()
        && fetch.upload_listener.is_none()
}

fn is_plain_answer(answer: &Answer) -> bool {
    !(300..400).contains(&answer.status)
        && !answer.drop
        && answer.at.is_none()
        && answer.suffix.is_none()
        && answer.fetch.is_none()
        && answer.nth.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_browser_is_not_plain() {
        let library = cors_vectors::library().unwrap();
        let plain = |id: &str| is_plain(library.agent_case(id).unwrap());
        assert!(plain("accept-bytes/01"));
        assert!(!plain("preflight-cache/cache-mode-reload"));
        assert!(!plain("redirects/two-locations-same"));
        let count = library.agent_cases().filter(|case| is_plain(case)).count();
        assert!(count > 4_000, "{count}");
    }
}
