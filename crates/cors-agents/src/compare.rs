//! Holds an observation against what a case expects.

use cors_vectors::agent::{
    AgentCase, ErrorKind, Expectation, ExpectedRequest, OriginHeader, Outcome, Place, RequestKind,
    ResponseType,
};
use cors_vectors::text::{Text, TextError};

use crate::observation::{Observation, ObservedOutcome, ObservedRequest};
use crate::world::World;

/// One thing that is not as expected.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Difference {
    /// What: `request 2: Origin`, `outcome 1: status` …
    pub what: String,
    /// What was expected.
    pub wanted: String,
    /// What was observed.
    pub got: String,
}

/// How an observation compares with a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// It is what the standard demands.
    Same,
    /// It is the other outcome that the case accepts, with the case's reason for accepting it.
    Quarantined(String),
    /// It is neither: how it differs from what the standard demands.
    Different(Vec<Difference>),
}

/// Holds an observation against what the case expects, and then against what it accepts beside that.
///
/// # Errors
///
/// A text of the case that cannot be expanded.
pub fn compare(
    case: &AgentCase,
    world: &World,
    observed: &Observation,
) -> Result<Comparison, TextError> {
    let differences = differences(&case.expect, world, observed)?;
    if differences.is_empty() {
        return Ok(Comparison::Same);
    }
    if let Some(quarantine) = &case.quarantine
        && self::differences(&quarantine.also, world, observed)?.is_empty()
    {
        return Ok(Comparison::Quarantined(quarantine.reason.clone()));
    }
    Ok(Comparison::Different(differences))
}

/// How an observation differs from an expectation.
///
/// # Errors
///
/// A text of the expectation that cannot be expanded.
pub fn differences(
    expect: &Expectation,
    world: &World,
    observed: &Observation,
) -> Result<Vec<Difference>, TextError> {
    let mut report = Report {
        world,
        differences: Vec::new(),
        place: String::new(),
    };
    if expect.requests.len() != observed.requests.len() {
        "requests".clone_into(&mut report.place);
        report.add(
            "",
            list(&expect.requests, expected_line),
            list(&observed.requests, observed_line),
        );
    }
    for (i, (wanted, got)) in expect.requests.iter().zip(&observed.requests).enumerate() {
        report.place = format!("request {}: ", i + 1);
        report.request(wanted, got)?;
    }
    if expect.outcomes.len() != observed.outcomes.len() {
        "outcomes".clone_into(&mut report.place);
        report.add(
            "",
            expect.outcomes.len().to_string(),
            observed.outcomes.len().to_string(),
        );
    }
    for (i, (wanted, got)) in expect.outcomes.iter().zip(&observed.outcomes).enumerate() {
        report.place = format!("outcome {}: ", i + 1);
        report.outcome(wanted, got)?;
    }
    Ok(report.differences)
}

fn list<T>(items: &[T], line: fn(&T) -> String) -> String {
    let lines: Vec<String> = items.iter().map(line).collect();
    if lines.is_empty() {
        "none".to_owned()
    } else {
        lines.join(", ")
    }
}

fn expected_line(request: &ExpectedRequest) -> String {
    format!("{} at {}", kind(request.kind), place(Some(request.at)))
}

fn observed_line(request: &ObservedRequest) -> String {
    format!("{} at {}", kind(request.kind), place(request.at))
}

fn kind(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Preflight => "preflight",
        RequestKind::Actual => "actual",
    }
}

fn place(place: Option<Place>) -> &'static str {
    match place {
        Some(Place::Page) => "page",
        Some(Place::Cross) => "cross",
        Some(Place::Third) => "third",
        None => "an unknown place",
    }
}

fn shown(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "absent".to_owned(),
        |bytes| format!("`{}`", bytes.escape_ascii()),
    )
}

struct Report<'w> {
    world: &'w World,
    differences: Vec<Difference>,
    place: String,
}

impl Report<'_> {
    fn add(&mut self, what: &str, wanted: String, got: String) {
        self.differences.push(Difference {
            what: format!("{}{what}", self.place),
            wanted,
            got,
        });
    }

    fn bytes(&mut self, what: &str, wanted: Option<&[u8]>, got: Option<&[u8]>) {
        if wanted != got {
            self.add(what, shown(wanted), shown(got));
        }
    }

    fn text(
        &mut self,
        what: &str,
        wanted: Option<&Text>,
        got: Option<&[u8]>,
    ) -> Result<(), TextError> {
        let wanted = wanted
            .map(|text| self.world.expand(text, None))
            .transpose()?;
        self.bytes(what, wanted.as_deref(), got);
        Ok(())
    }

    fn request(
        &mut self,
        wanted: &ExpectedRequest,
        got: &ObservedRequest,
    ) -> Result<(), TextError> {
        if wanted.kind != got.kind {
            self.add(
                "kind",
                kind(wanted.kind).to_owned(),
                kind(got.kind).to_owned(),
            );
        }
        if Some(wanted.at) != got.at {
            self.add(
                "place",
                place(Some(wanted.at)).to_owned(),
                place(got.at).to_owned(),
            );
        }
        if let Some(suffix) = &wanted.suffix {
            self.text("URL suffix", Some(suffix), Some(got.suffix.as_bytes()))?;
        }
        match (&wanted.method, wanted.kind) {
            (Some(method), _) => self.text("method", Some(method), Some(&got.method))?,
            (None, RequestKind::Preflight) => {
                self.bytes("method", Some(b"OPTIONS"), Some(&got.method));
            }
            (None, RequestKind::Actual) => {}
        }
        let origin = match wanted.origin {
            OriginHeader::Page => Some(self.world.origin(Place::Page)),
            OriginHeader::Cross => Some(self.world.origin(Place::Cross)),
            OriginHeader::Third => Some(self.world.origin(Place::Third)),
            OriginHeader::Null => Some("null"),
            OriginHeader::None => None,
        };
        self.bytes(
            "Origin",
            origin.map(str::as_bytes),
            got.header("origin").as_deref(),
        );
        if wanted.kind == RequestKind::Preflight {
            for (name, text) in [
                ("Access-Control-Request-Method", &wanted.request_method),
                ("Access-Control-Request-Headers", &wanted.request_headers),
            ] {
                self.text(name, text.as_ref(), got.header(name).as_deref())?;
            }
        }
        for (name, value) in &wanted.has {
            let name = String::from_utf8_lossy(&self.world.expand(name, None)?).into_owned();
            self.text(&name, Some(value), got.header(&name).as_deref())?;
        }
        for name in &wanted.lacks {
            self.bytes(name, None, got.header(name).as_deref());
        }
        if let Some(body) = &wanted.body {
            self.text("body", Some(body), Some(&got.body))?;
        }
        Ok(())
    }

    fn outcome(&mut self, wanted: &Outcome, got: &ObservedOutcome) -> Result<(), TextError> {
        match (wanted.error, got) {
            (Some(_), ObservedOutcome::Error(None))
            | (Some(ErrorKind::Any), ObservedOutcome::Error(_)) => {}
            (Some(wanted), ObservedOutcome::Error(Some(got))) => {
                if wanted != *got {
                    self.add("error", error(wanted).to_owned(), error(*got).to_owned());
                }
            }
            (Some(wanted), ObservedOutcome::Response(got)) => {
                self.add(
                    "result",
                    format!("error ({})", error(wanted)),
                    format!("response {}", got.status),
                );
            }
            (None, ObservedOutcome::Error(got)) => {
                let status = wanted
                    .status
                    .map_or_else(String::new, |status| format!(" {status}"));
                let got = got.map_or("error", error);
                self.add(
                    "result",
                    format!("response{status}"),
                    format!("error ({got})"),
                );
            }
            (None, ObservedOutcome::Response(got)) => {
                if let (Some(wanted), Some(got)) = (wanted.response_type, got.response_type)
                    && wanted != got
                {
                    self.add(
                        "type",
                        response_type(wanted).to_owned(),
                        response_type(got).to_owned(),
                    );
                }
                if let Some(status) = wanted.status
                    && status != got.status
                {
                    self.add("status", status.to_string(), got.status.to_string());
                }
                for (name, value) in &wanted.headers {
                    let name = self.world.expand(name, None)?.to_ascii_lowercase();
                    let shown = format!("readable header {}", name.escape_ascii());
                    self.text(
                        &shown,
                        Some(value),
                        got.headers.get(&name).map(Vec::as_slice),
                    )?;
                }
                for name in &wanted.hidden {
                    let name = self.world.expand(name, None)?.to_ascii_lowercase();
                    let shown = format!("hidden header {}", name.escape_ascii());
                    self.bytes(&shown, None, got.headers.get(&name).map(Vec::as_slice));
                }
                if let (Some(url), Some(got)) = (&wanted.url, &got.url) {
                    self.text("url", Some(url), Some(got.as_bytes()))?;
                }
                for (what, wanted, got) in [
                    ("redirected", wanted.redirected, got.redirected),
                    ("timing allowed", wanted.timing_allowed, got.timing_allowed),
                ] {
                    if let (Some(wanted), Some(got)) = (wanted, got)
                        && wanted != got
                    {
                        self.add(what, wanted.to_string(), got.to_string());
                    }
                }
            }
        }
        Ok(())
    }
}

fn error(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::TypeError => "TypeError",
        ErrorKind::SyntaxError => "SyntaxError",
        ErrorKind::SecurityError => "SecurityError",
        ErrorKind::Blocked => "blocked before any request",
        ErrorKind::Preflight => "the preflight failed",
        ErrorKind::CorsCheck => "the CORS check failed",
        ErrorKind::Redirect => "the redirect may not be followed",
        ErrorKind::Transport => "the transport failed",
        ErrorKind::Other => "another network error",
        ErrorKind::Any => "some error",
    }
}

fn response_type(kind: ResponseType) -> &'static str {
    match kind {
        ResponseType::Basic => "basic",
        ResponseType::Cors => "cors",
        ResponseType::Opaque => "opaque",
        ResponseType::OpaqueRedirect => "opaqueredirect",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::observation::ObservedResponse;
    use crate::tests::case;

    fn observed() -> Observation {
        Observation {
            requests: vec![ObservedRequest {
                kind: RequestKind::Actual,
                at: Some(Place::Cross),
                suffix: String::new(),
                method: b"GET".to_vec(),
                headers: vec![(b"origin".to_vec(), b"https://page.test".to_vec())],
                body: Vec::new(),
            }],
            outcomes: vec![ObservedOutcome::Response(ObservedResponse {
                response_type: Some(ResponseType::Cors),
                status: 200,
                headers: BTreeMap::from([(b"x-a".to_vec(), b"1".to_vec())]),
                url: Some("https://cross.test/c/a/b".to_owned()),
                redirected: Some(false),
                timing_allowed: None,
            })],
        }
    }

    /// The differences that show after a change of the expectation, given as a JSON object that is
    /// merged into the first expected request or outcome.
    fn after(part: &str, change: &str) -> Vec<String> {
        let mut json = serde_json::to_value(case("a/b")).unwrap();
        let change: serde_json::Value = serde_json::from_str(change).unwrap();
        let target = json["expect"][part][0].as_object_mut().unwrap();
        for (key, value) in change.as_object().unwrap() {
            if value.is_null() {
                target.remove(key);
            } else {
                target.insert(key.clone(), value.clone());
            }
        }
        let case: AgentCase = serde_json::from_value(json).unwrap();
        match compare(&case, &World::of_model(&case), &observed()).unwrap() {
            Comparison::Same => Vec::new(),
            Comparison::Quarantined(reason) => vec![reason],
            Comparison::Different(list) => list
                .into_iter()
                .map(|d| format!("{} | {} | {}", d.what, d.wanted, d.got))
                .collect(),
        }
    }

    #[test]
    fn what_is_as_expected_is_the_same() {
        assert!(after("requests", "{}").is_empty());
        assert!(
            after(
                "requests",
                r#"{"lacks": ["cookie"], "has": [["Origin", "{page}"]], "suffix": ""}"#
            )
            .is_empty()
        );
        let outcome = r#"{"headers": [["X-A", "1"]], "hidden": ["x-b"], "url": "{cross.url}", "redirected": false}"#;
        assert!(after("outcomes", outcome).is_empty());
    }

    #[test]
    fn each_part_of_a_request_can_differ() {
        for (change, difference) in [
            (r#"{"at": "third"}"#, "request 1: place | third | cross"),
            (r#"{"suffix": "/2"}"#, "request 1: URL suffix | `/2` | ``"),
            (
                r#"{"method": "HEAD"}"#,
                "request 1: method | `HEAD` | `GET`",
            ),
            (
                r#"{"origin": "none"}"#,
                "request 1: Origin | absent | `https://page.test`",
            ),
            (
                r#"{"origin": "null"}"#,
                "request 1: Origin | `null` | `https://page.test`",
            ),
            (
                r#"{"has": [["Accept", "x"]]}"#,
                "request 1: Accept | `x` | absent",
            ),
            (
                r#"{"lacks": ["origin"]}"#,
                "request 1: origin | absent | `https://page.test`",
            ),
            (r#"{"body": "x"}"#, "request 1: body | `x` | ``"),
        ] {
            assert_eq!(after("requests", change), [difference]);
        }
        let preflight = after(
            "requests",
            r#"{"kind": "preflight", "method": null, "request_method": "PUT"}"#,
        );
        assert_eq!(
            preflight,
            [
                "request 1: kind | preflight | actual",
                "request 1: method | `OPTIONS` | `GET`",
                "request 1: Access-Control-Request-Method | `PUT` | absent",
            ]
        );
    }

    #[test]
    fn each_part_of_an_outcome_can_differ() {
        for (change, difference) in [
            (r#"{"type": "basic"}"#, "outcome 1: type | basic | cors"),
            (r#"{"status": 404}"#, "outcome 1: status | 404 | 200"),
            (
                r#"{"headers": [["X-A", "2"]]}"#,
                "outcome 1: readable header x-a | `2` | `1`",
            ),
            (
                r#"{"hidden": ["X-A"]}"#,
                "outcome 1: hidden header x-a | absent | `1`",
            ),
            (
                r#"{"url": ""}"#,
                "outcome 1: url | `` | `https://cross.test/c/a/b`",
            ),
            (
                r#"{"redirected": true}"#,
                "outcome 1: redirected | true | false",
            ),
            (
                r#"{"type": null, "status": null, "error": "preflight"}"#,
                "outcome 1: result | error (the preflight failed) | response 200",
            ),
        ] {
            assert_eq!(after("outcomes", change), [difference]);
        }
    }

    #[test]
    fn a_missing_request_is_named_by_what_was_there() {
        let mut observed = observed();
        observed.requests.clear();
        let case = case("a/b");
        let Comparison::Different(list) =
            compare(&case, &World::of_model(&case), &observed).unwrap()
        else {
            panic!("a missing request is a difference");
        };
        assert_eq!(list.len(), 1);
        assert_eq!(
            (list[0].wanted.as_str(), list[0].got.as_str()),
            ("actual at cross", "none")
        );
    }

    #[test]
    fn errors_are_told_apart_only_where_the_agent_can() {
        let mut case = case("a/b");
        case.expect.outcomes = vec![serde_json::from_str(r#"{"error": "cors-check"}"#).unwrap()];
        let world = World::of_model(&case);
        let verdict = |outcome| {
            let observed = Observation {
                outcomes: vec![outcome],
                ..observed()
            };
            compare(&case, &world, &observed).unwrap()
        };
        assert_eq!(verdict(ObservedOutcome::Error(None)), Comparison::Same);
        assert_eq!(
            verdict(ObservedOutcome::Error(Some(ErrorKind::CorsCheck))),
            Comparison::Same
        );
        assert_ne!(
            verdict(ObservedOutcome::Error(Some(ErrorKind::Redirect))),
            Comparison::Same
        );
    }

    #[test]
    fn the_quarantined_outcome_is_accepted_with_its_reason() {
        let mut case = case("a/b");
        let also = case.expect.clone();
        case.expect.outcomes = vec![serde_json::from_str(r#"{"error": "preflight"}"#).unwrap()];
        case.quarantine = Some(cors_vectors::agent::Quarantine {
            reason: "engines disagree".to_owned(),
            also,
        });
        let comparison = compare(&case, &World::of_model(&case), &observed()).unwrap();
        assert_eq!(
            comparison,
            Comparison::Quarantined("engines disagree".to_owned())
        );
    }
}
