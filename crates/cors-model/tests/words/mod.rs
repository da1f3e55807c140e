//! What refusals say: people read them, so their words are held, too.

use cors_model::error::{Compared, NetworkError, Part, Reason, Refusal, Remedy, Stage, Wanted};
use cors_model::header::{HeaderName, HeaderValue};
use cors_model::network::TransportError;
use cors_model::trace::{Cite, Entry, Steps};
use cors_model::url::{Url, UrlParts};

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn a_network_error_says_why() {
    let refusal = Refusal {
        at: Cite::new("concept-cors-check", "4"),
        stage: Stage::Response,
        reason: Reason::AllowOriginMismatch,
        compared: Some(Compared {
            what: Part::Header(HeaderName::from_static("Access-Control-Allow-Origin")),
            got: Some(b"https://b.test".to_vec()),
            wanted: Wanted::OneOf(bytes(&["https://a.test", "*"])),
        }),
        remedies: Vec::new(),
    };
    let said = refusal.to_string();
    assert_eq!(
        said,
        "The page may not see the response: the server allows another origin than the request's \
         (Access-Control-Allow-Origin: `https://b.test`, expected `https://a.test` or `*`)."
    );
    assert_eq!(NetworkError::from(refusal).to_string(), said);
}

#[test]
fn what_was_wanted_is_said_in_each_form() {
    for (wanted, said) in [
        (Wanted::OneOf(bytes(&["true"])), "`true`"),
        (Wanted::OneOf(bytes(&["a", "b", "c"])), "`a` or `b` or `c`"),
        (
            Wanted::ListWith(bytes(&["PUT", "*"])),
            "a list with `PUT` or `*`",
        ),
        (Wanted::Described("a list of names"), "a list of names"),
        (Wanted::Between(200, 299), "200 to 299"),
    ] {
        assert_eq!(wanted.to_string(), said);
    }
    let missing = Compared {
        what: Part::Status,
        got: None,
        wanted: Wanted::Between(200, 299),
    };
    assert_eq!(missing.to_string(), "status: missing, expected 200 to 299");
}

#[test]
fn each_remedy_says_what_to_change() {
    let on = Stage::Preflight;
    let name = HeaderName::from_static("Access-Control-Allow-Headers");
    let value = HeaderValue::from_static("x-token");
    for (remedy, said) in [
        (
            Remedy::SetHeader {
                on,
                name: name.clone(),
                value: value.clone(),
            },
            "send `Access-Control-Allow-Headers` with the value `x-token`",
        ),
        (
            Remedy::AddToList {
                on,
                name: name.clone(),
                value,
            },
            "list `x-token` in `Access-Control-Allow-Headers`",
        ),
        (
            Remedy::RemoveHeader { on, name },
            "do not send `Access-Control-Allow-Headers`",
        ),
        (
            Remedy::SetStatus { on, status: 204 },
            "answer with the status 204",
        ),
    ] {
        assert_eq!(remedy.to_string(), said);
    }
}

#[test]
fn a_transport_failure_says_what_happened() {
    let error = TransportError {
        said: "the connection was reset".to_owned(),
    };
    assert_eq!(error.to_string(), "the connection was reset");
}

#[test]
fn a_citation_leads_to_its_definition() {
    for (cite, url) in [
        (
            Cite::new("concept-cors-check", "4"),
            "https://fetch.spec.whatwg.org/#concept-cors-check",
        ),
        (
            Cite::new("xhr#dom-xmlhttprequest-send", "1"),
            "https://xhr.spec.whatwg.org/#dom-xmlhttprequest-send",
        ),
        (
            Cite::new("mimesniff#parse-a-mime-type", ""),
            "https://mimesniff.spec.whatwg.org/#parse-a-mime-type",
        ),
    ] {
        assert_eq!(cite.url(), url);
    }
}

/// Only what is behind the `blob:` is a URL itself; a `data:` URL may look like it.
#[test]
fn only_blob_urls_have_the_origin_of_the_url_inside() {
    let origin = |scheme: &str| {
        let url = Url::new(UrlParts {
            scheme: scheme.to_owned().into(),
            path: "https://a.test/x".into(),
            ..UrlParts::default()
        });
        url.origin().serialize().into_owned()
    };
    assert_eq!(origin("blob"), "https://a.test");
    assert_eq!(origin("data"), "null");
}

#[test]
fn decisions_are_rendered_without_their_preparations() {
    let entry = |anchor, said: &'static str| Entry {
        at: Cite::new(anchor, "1"),
        said: said.into(),
        stage: Stage::Response,
    };
    let steps = Steps(vec![
        entry("append-a-request-origin-header", "prepared"),
        entry("concept-cors-check", "decided"),
    ]);
    let decided = "1. [response] fetch#concept-cors-check/1: decided\n";
    assert_eq!(steps.render_decisions(), decided);
    assert_eq!(
        steps.render(),
        "1. [response] fetch#append-a-request-origin-header/1: prepared\n\
         2. [response] fetch#concept-cors-check/1: decided\n"
    );
}
