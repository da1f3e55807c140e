//! The CORS check, against its text in four lines.
//!
//! Input: flags (credentials, a redirect from elsewhere), then the headers of a response, one a
//! line.

use cors_model::cors_check::cors_check;
use cors_model::error::Stage;
use cors_model::header::{HeaderList, names};
use cors_model::request::{CredentialsMode, Request};
use cors_model::response::Response;
use cors_model::trace::{NoTrace, Staged, Steps};

use crate::input::{flags, headers, is_drawn};
use crate::support::{request, url};

fn combined(list: &HeaderList, name: &[u8]) -> Option<Vec<u8>> {
    let values: Vec<_> = list
        .iter()
        .filter(|header| header.name.as_bytes().eq_ignore_ascii_case(name))
        .map(|header| header.value.as_bytes())
        .collect();
    (!values.is_empty()).then(|| values.join(&b", "[..]))
}

fn passes(request: &Request, response: &Response) -> bool {
    cors_check(
        request,
        response,
        &mut Staged::new(Stage::Response, &mut NoTrace),
    )
    .is_ok()
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let ([include, tainted, ..], data) = flags(data);
    let list = headers(data);
    let mut asking = request("GET", "https://b.test/");
    if include {
        asking.credentials_mode = CredentialsMode::Include;
    }
    if tainted {
        asking.append_url(url("https://c.test/"));
    }
    let response = Response::new(200, list.clone(), None);
    let ours = passes(&asking, &response);

    let origin: &[u8] = if tainted { b"null" } else { b"https://a.test" };
    let allowed = combined(&list, names::ACAO.as_bytes());
    let credentials = combined(&list, names::ACAC.as_bytes());
    let theirs = match allowed.as_deref() {
        Some(b"*") if !include => true,
        Some(value) => value == origin && (!include || credentials.as_deref() == Some(b"true")),
        None => false,
    };
    assert_eq!(ours, theirs);
    if !is_drawn(data, 0, 8) {
        return;
    }
    let mut steps = Steps::default();
    let traced = cors_check(
        &asking,
        &response,
        &mut Staged::new(Stage::Response, &mut steps),
    );
    assert_eq!(traced.is_ok(), ours);
    assert!(!steps.0.is_empty(), "a decision without a step");
    if ours && include {
        asking.credentials_mode = CredentialsMode::SameOrigin;
        assert!(
            passes(&asking, &response),
            "fewer credentials need no more permission"
        );
    }
    if let Err(failure) = traced {
        let text = format!("{failure:?}");
        assert!(!text.is_empty());
    }
}
