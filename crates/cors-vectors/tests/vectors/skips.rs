//! When a case is filled, and why it is skipped.

use cors_vectors::fill::{Skip, fill};

use crate::fill::{case, policy};

#[test]
fn cases_are_skipped_with_a_reason() {
    let plain = policy("allow_origins = [\"https://a.example\", \"https://*.b.example\"]");
    let look_alike = r#"{"fetch":{"origin":"https://www.b.example"},"verdict":"refused"}"#;
    let skip = |step: &str, requires: &str, kit| {
        fill(&case(step, requires), &plain, kit)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        skip(look_alike, "", false),
        "the case wants a request of `https://www.b.example` refused, and the policy allows it"
    );
    assert_eq!(
        skip(
            r#"{"fetch":{"origin":"https://c.example"},"verdict":"shared"}"#,
            "",
            false
        ),
        "the case is about the origin `https://c.example`, which the policy does not allow"
    );
    assert_eq!(
        skip(
            r#"{"fetch":{"origin":"{allowed}","method":"{method}"},"verdict":"shared"}"#,
            "",
            false
        ),
        "the policy lists no method that needs a preflight, such as PUT"
    );
    assert_eq!(
        skip(
            r#"{"fetch":{"origin":"{allowed}","endpoint":"vary"},"verdict":"shared"}"#,
            "",
            false
        ),
        "the policy names no path that sets Vary itself (`vary` under [endpoints])"
    );
    assert_eq!(
        skip(look_alike, "\"max-age\"", true),
        "only when the policy states a max-age"
    );
    assert_eq!(
        skip(look_alike, "\"kit\"", false),
        "only for a server that takes on the policies of the suite (a kit server)"
    );
    assert_eq!(
        skip(
            r#"{"fetch":{"origin":"{allowed}","headers":[["Accept","\\"]]},"verdict":"shared"}"#,
            "",
            false
        ),
        "the policy does not say whether it allows what the case sends"
    );
    assert_eq!(
        skip(
            r#"{"fetch":{"origin":"http://evil127.0.0.1"},"verdict":"refused"}"#,
            "",
            false
        ),
        "no page can have the origin `http://evil127.0.0.1`: `http://evil127.0.0.1` is no origin: invalid IPv4 address"
    );
    assert_eq!(
        fill(&case(look_alike, "\"kit\""), &plain, true),
        Err(Skip::Allowed {
            origin: "https://www.b.example".to_owned()
        })
    );
}

#[test]
fn of_several_refusals_those_of_allowed_origins_are_left_out() {
    let policy = policy("allow_origins = [\"https://*.b.example\"]");
    let refused =
        |origin: &str| format!(r#"{{"fetch":{{"origin":"{origin}"}},"verdict":"refused"}}"#);
    let raw = r#"{"send":{"headers":[["Origin","https://z.b.example"]]},"checks":[{"id":"a","level":"must","header":"Access-Control-Allow-Origin","not":"https://z.b.example"}]}"#;
    let steps = [
        refused("https://a.b.example"),
        raw.to_owned(),
        refused("http://a.b.example"),
        r#"{"fetch":{"origin":"{allowed}"},"verdict":"shared"}"#.to_owned(),
    ];
    let filled = fill(&case(&steps.join(","), ""), &policy, false).unwrap();
    let kept: Vec<bool> = (0..4).map(|step| filled.has_step(step)).collect();
    assert_eq!(kept, [false, false, true, true]);
    // Nothing is left to be refused.
    let [first, _, _, last] = steps;
    let skip = fill(&case(&format!("{first},{last}"), ""), &policy, false).unwrap_err();
    assert!(matches!(skip, Skip::Allowed { .. }), "{skip}");
}

#[test]
fn what_fits_is_filled() {
    let plain = policy("allow_origins = [\"https://a.example\"]\nallow_methods = [\"PUT\"]");
    let step = r#"{"fetch":{"origin":"{allowed.scheme}://evil{allowed.host}","method":"put"},"verdict":"refused"}"#;
    let filled = fill(&case(step, "\"origins.list\""), &plain, false).unwrap();
    assert_eq!(
        filled.expand(&"{allowed}+{foreign}".into()).unwrap(),
        b"https://a.example+https://foreign.example"
    );
    // A page's `put` is a PUT, which the policy allows.
    let step = r#"{"fetch":{"origin":"{allowed}","method":"put"},"verdict":"shared"}"#;
    assert!(fill(&case(step, ""), &plain, false).is_ok());
}
