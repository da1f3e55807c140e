//! Laws of the CORS check.

use cors_model::cors_check::cors_check;
use cors_model::error::{CorsCheckFailure, Stage};
use cors_model::request::{CredentialsMode, Request};
use cors_model::response::Response;
use cors_model::trace::{NoTrace, Staged, Steps};
use proptest::prelude::*;

use crate::support::{headers, request, url};

fn check(request: &Request, response: &Response) -> Result<(), CorsCheckFailure> {
    cors_check(
        request,
        response,
        &mut Staged::new(Stage::Response, &mut NoTrace),
    )
}

/// Origins that are right or nearly so.
fn origins() -> impl Strategy<Value = Vec<&'static str>> {
    let one = prop::sample::select(vec![
        "https://a.test",
        "https://a.test",
        "*",
        "*",
        "null",
        "",
        "https://a.test/",
        "http://a.test",
        "https://A.test",
        "https://a.test:443",
        "https://b.test",
        "https://a.test, *",
        "**",
        "Null",
    ]);
    prop::collection::vec(one, 0..3)
}

fn credentials() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(
        prop::sample::select(vec!["true", "true", "True", "", "false"]),
        0..3,
    )
}

fn response(origins: &[&str], credentials: &[&str]) -> Response {
    let origins = origins
        .iter()
        .map(|value| ("Access-Control-Allow-Origin", *value));
    let credentials = credentials
        .iter()
        .map(|value| ("Access-Control-Allow-Credentials", *value));
    let pairs: Vec<_> = origins.chain(credentials).collect();
    Response::new(200, headers(&pairs), None)
}

fn asking(mode: CredentialsMode, tainted: bool) -> Request {
    let mut request = request("GET", "https://b.test/");
    request.credentials_mode = mode;
    if tainted {
        request.append_url(url("https://c.test/"));
    }
    request
}

const MODES: [CredentialsMode; 3] = [
    CredentialsMode::Omit,
    CredentialsMode::SameOrigin,
    CredentialsMode::Include,
];

proptest! {
    #[test]
    fn credentials_ask_for_more(origins in origins(), credentials in credentials(), tainted: bool) {
        let response = response(&origins, &credentials);
        let [omit, same_origin, include] =
            MODES.map(|mode| check(&asking(mode, tainted), &response).is_ok());
        prop_assert_eq!(omit, same_origin);
        prop_assert!(!include || omit);
    }

    #[test]
    fn success_means_that_the_origin_is_named_or_any(
        origins in origins(), credentials in credentials(), tainted: bool,
        mode in prop::sample::select(MODES.to_vec()),
    ) {
        let own = if tainted { "null" } else { "https://a.test" };
        let include = mode == CredentialsMode::Include;
        let named = origins == [own];
        let expected = if include { named && credentials == ["true"] } else { named || origins == ["*"] };
        let response = response(&origins, &credentials);
        prop_assert_eq!(check(&asking(mode, tainted), &response).is_ok(), expected);
    }

    #[test]
    fn remedies_lead_to_success(
        origins in origins(), credentials in credentials(), tainted: bool,
        mode in prop::sample::select(MODES.to_vec()), choice in any::<prop::sample::Index>(),
    ) {
        let request = asking(mode, tainted);
        let mut response = response(&origins, &credentials);
        for _ in 0..2 {
            let Err(failure) = check(&request, &response) else { break };
            let remedies = &failure.refusal.remedies;
            remedies[choice.index(remedies.len())].apply(&mut response);
        }
        prop_assert_eq!(check(&request, &response), Ok(()));
    }

    #[test]
    fn traces_end_with_the_step_that_decides(origins in origins(), credentials in credentials()) {
        let response = response(&origins, &credentials);
        let mut steps = Steps::default();
        let request = asking(CredentialsMode::Include, false);
        let result = cors_check(&request, &response, &mut Staged::new(Stage::Preflight, &mut steps));
        let last = steps.0.last().expect("a check takes steps");
        prop_assert_eq!(last.stage, Stage::Preflight);
        match result {
            Ok(()) => prop_assert_eq!(last.at.step, "7"),
            Err(failure) => prop_assert_eq!(last.at, failure.refusal.at),
        }
    }
}
