//! Steps and cases before anything is stated of them.

use cors_vectors::server::{Endpoint, Level, PageFetch, RawSend, ServerCase, Step, Verdict};
use cors_vectors::text::Text;

/// The citation that every generated case has until it fails.
const ANY_SPEC: &str = "fetch#http-cors-protocol";

/// A request that every server answers.
pub(crate) fn plain() -> Step {
    bare(None, Some(get()))
}

/// GET of the resource by a client that is no browser, without any header.
pub(crate) fn get() -> RawSend {
    RawSend {
        method: "GET".into(),
        endpoint: Endpoint::Resource,
        spelling: None,
        suffix: None,
        headers: Vec::new(),
        body: None,
        raw: false,
    }
}

/// A step of which nothing is stated yet.
pub(crate) const fn bare(fetch: Option<PageFetch>, send: Option<RawSend>) -> Step {
    Step {
        fetch,
        send,
        verdict: None,
        checks: Vec::new(),
    }
}

/// A case of these steps, to be named by the caller.
pub(crate) fn blank(steps: Vec<Step>, level: Level) -> ServerCase {
    ServerCase {
        id: String::new(),
        aliases: Vec::new(),
        title: "What the policy says holds for generated requests".to_owned(),
        why: "What nobody thought of is what attackers look for.".to_owned(),
        spec: vec![ANY_SPEC.to_owned()],
        rules: Vec::new(),
        tags: Vec::new(),
        level,
        basis: None,
        requires: Vec::new(),
        policy: String::new(),
        paired_with: None,
        steps,
        catches: Vec::new(),
    }
}

/// Whether a browser is to refuse something in the case.
pub(crate) fn refuses(case: &ServerCase) -> bool {
    case.steps
        .iter()
        .any(|step| step.verdict == Some(Verdict::Refused))
}

/// The bytes of a text without placeholders.
pub(crate) fn bytes(text: &Text) -> Option<Vec<u8>> {
    text.expand(&|_| None).ok()
}

/// A text that is these bytes.
pub(crate) fn literal(text: &str) -> Text {
    Text::literal(text.as_bytes())
}
