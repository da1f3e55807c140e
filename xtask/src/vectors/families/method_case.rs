//! Every upper- and lower-case spelling of the methods that are normalized, of PATCH, which is not,
//! and of the forbidden ones.

use cors_vectors::agent::{AgentCase, AgentFile, Api, ErrorKind};

use super::build::{
    actual, allow_actual, allow_preflight, case, error, fetch, file, plain, preflight, shared,
};
use super::tables::spellings;

/// Names of one spelling: lower-case letters as `l`, upper-case ones as `u`, since ids know no case.
fn slug(word: &str) -> String {
    let shape: String = word
        .chars()
        .map(|c| if c.is_ascii_uppercase() { 'u' } else { 'l' })
        .collect();
    format!("{}-{shape}", word.to_ascii_lowercase())
}

fn allowed(spelling: &str, wire: &str, safelisted: bool, rules: &[&str]) -> AgentCase {
    let mut f = fetch();
    f.method = Some(plain(spelling));
    let mut requests = vec![actual(plain(wire))];
    if !safelisted {
        requests.insert(0, preflight(plain(wire), None));
    }
    case(
        format!("method-case/{}", slug(spelling)),
        format!("Script's `{spelling}` is `{wire}` on the wire"),
        &[
            "fetch#concept-method-normalize",
            "fetch#cors-safelisted-method",
            "fetch#dom-request/25.3",
        ],
        rules,
        vec![f],
        vec![allow_preflight(Some(plain(wire)), None), allow_actual()],
        requests,
        vec![shared(200)],
    )
}

fn forbidden(spelling: &str, api: Api) -> AgentCase {
    let mut f = fetch();
    f.method = Some(plain(spelling));
    f.api = api;
    let (suffix, kind, spec) = match api {
        Api::Fetch => ("fetch", ErrorKind::TypeError, "fetch#dom-request/25.2"),
        Api::Xhr => ("xhr", ErrorKind::SecurityError, "xhr#the-open()-method"),
    };
    case(
        format!("method-case/{}-{suffix}", slug(spelling)),
        format!("`{spelling}` is a forbidden method, however it is spelt"),
        &["fetch#forbidden-method", spec],
        &["CL-METHOD-03"],
        vec![f],
        Vec::new(),
        Vec::new(),
        vec![error(kind)],
    )
}

/// See the module.
pub(super) fn family() -> AgentFile {
    let mut cases = Vec::new();
    for (method, safelisted) in [
        ("GET", true),
        ("HEAD", true),
        ("POST", true),
        ("PUT", false),
        ("DELETE", false),
        ("OPTIONS", false),
    ] {
        cases.extend(
            spellings(method)
                .iter()
                .map(|s| allowed(s, method, safelisted, &["CL-METHOD-01", "CL-METHOD-02"])),
        );
    }
    cases.extend(
        spellings("PATCH")
            .iter()
            .map(|s| allowed(s, s, false, &["CL-METHOD-02"])),
    );
    for method in ["TRACE", "TRACK"] {
        for spelling in spellings(method) {
            cases.push(forbidden(&spelling, Api::Fetch));
            cases.push(forbidden(&spelling, Api::Xhr));
        }
    }
    for spelling in ["CONNECT", "connect", "Connect", "cONNECT", "CoNnEcT"] {
        cases.push(forbidden(spelling, Api::Fetch));
        cases.push(forbidden(spelling, Api::Xhr));
    }
    file(
        "method-case",
        "Six methods are normalized whatever their case, PATCH never is, and three are forbidden in any case.",
        "method-case",
        cases,
    )
}
