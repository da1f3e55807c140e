//! An observation as data: what a user agent did, in the words of an expectation, so that it can be
//! kept and held against other user agents in other worlds.

use std::collections::BTreeSet;

use cors_vectors::agent::{
    AgentCase, ErrorKind, Expectation, ExpectedRequest, OriginHeader, Outcome, Place, RequestKind,
};
use cors_vectors::text::Text;

use crate::observation::{Observation, ObservedOutcome, ObservedRequest};
use crate::world::World;

/// What was observed, as far as the case looks at it: every request with what CORS says of it, and
/// the headers, bodies and URLs that the case's own expectation names.
pub fn decision(case: &AgentCase, world: &World, observed: &Observation) -> Expectation {
    let expected = || case.expect.requests.iter();
    let names: BTreeSet<Vec<u8>> = expected()
        .flat_map(|request| {
            let has = request.has.iter().filter_map(|(name, _)| {
                let name = world.expand(name, None).ok()?;
                Some(name.to_ascii_lowercase())
            });
            has.chain(
                request
                    .lacks
                    .iter()
                    .map(|name| name.to_ascii_lowercase().into_bytes()),
            )
        })
        .collect();
    let looks_at = LooksAt {
        world,
        names: &names,
        bodies: expected().any(|request| request.body.is_some()),
    };
    let outcomes = observed.outcomes.iter().enumerate();
    Expectation {
        requests: observed
            .requests
            .iter()
            .map(|request| looks_at.request(request))
            .collect(),
        outcomes: outcomes
            .map(|(index, outcome)| looks_at.outcome(case.expect.outcomes.get(index), outcome))
            .collect(),
    }
}

struct LooksAt<'a> {
    world: &'a World,
    names: &'a BTreeSet<Vec<u8>>,
    bodies: bool,
}

impl LooksAt<'_> {
    /// Whether a header says what the engine is, not what it does.
    fn is_own_name(name: &str, value: &[u8]) -> bool {
        name == "user-agent" && value.starts_with(b"Mozilla/")
    }

    fn request(&self, request: &ObservedRequest) -> ExpectedRequest {
        let preflight = request.kind == RequestKind::Preflight;
        let header = |name: &str| request.header(name);
        let asked = |name: &str| {
            header(name)
                .map(|value| self.text(&value))
                .filter(|_| preflight)
        };
        let mut has = Vec::new();
        let mut lacks = Vec::new();
        for name in self.names {
            let shown = String::from_utf8_lossy(name).into_owned();
            match header(&shown) {
                Some(value) if Self::is_own_name(&shown, &value) => {}
                Some(value) => has.push((Text::literal(name), self.text(&value))),
                None => lacks.push(shown),
            }
        }
        let origin = match header("origin") {
            None => OriginHeader::None,
            Some(value) if value == b"null" => OriginHeader::Null,
            Some(value) => [
                (Place::Page, OriginHeader::Page),
                (Place::Cross, OriginHeader::Cross),
                (Place::Third, OriginHeader::Third),
            ]
            .into_iter()
            .find(|(place, _)| self.world.origin(*place).as_bytes() == value)
            .map_or_else(
                || {
                    has.push((Text::from("Origin"), self.text(&value)));
                    OriginHeader::None
                },
                |(_, origin)| origin,
            ),
        };
        ExpectedRequest {
            kind: request.kind,
            // What reaches no place of the case is not observed.
            at: request.at.unwrap_or(Place::Cross),
            suffix: Some(self.text(request.suffix.as_bytes())),
            method: (!preflight).then(|| self.text(&request.method)),
            origin,
            request_method: asked("access-control-request-method"),
            request_headers: asked("access-control-request-headers"),
            has,
            lacks,
            body: self.bodies.then(|| self.text(&request.body)),
        }
    }

    fn outcome(&self, expected: Option<&Outcome>, outcome: &ObservedOutcome) -> Outcome {
        let mut did = Outcome {
            error: None,
            response_type: None,
            status: None,
            headers: Vec::new(),
            hidden: Vec::new(),
            url: None,
            redirected: None,
            timing_allowed: None,
        };
        let response = match outcome {
            ObservedOutcome::Error(kind) => {
                did.error = Some(kind.unwrap_or(ErrorKind::Any));
                return did;
            }
            ObservedOutcome::Response(response) => response,
        };
        did.response_type = response.response_type;
        did.status = Some(response.status);
        let Some(expected) = expected else { return did };
        let named = expected.headers.iter().map(|(name, _)| name);
        let names: BTreeSet<Vec<u8>> = named
            .chain(&expected.hidden)
            .filter_map(|name| self.world.expand(name, None).ok())
            .map(|name| name.to_ascii_lowercase())
            .collect();
        for name in names {
            match response.headers.get(&name) {
                Some(value) => did.headers.push((Text::literal(&name), self.text(value))),
                None => did.hidden.push(Text::literal(&name)),
            }
        }
        if expected.url.is_some() {
            did.url = response.url.as_ref().map(|url| self.text(url.as_bytes()));
        }
        if expected.redirected.is_some() {
            did.redirected = response.redirected;
        }
        did
    }

    /// Bytes as a text, with placeholders for what differs between worlds.
    fn text(&self, bytes: &[u8]) -> Text {
        let Text::Plain(mut text) = Text::literal(bytes) else {
            return Text::literal(bytes);
        };
        for (place, name) in [
            (Place::Page, "page"),
            (Place::Cross, "cross"),
            (Place::Third, "third"),
        ] {
            for (part, placeholder) in [
                (self.world.origin(place), name.to_owned()),
                (self.world.authority(place), format!("{name}.host")),
            ] {
                if !part.is_empty() {
                    text = text.replace(part, &format!("{{{placeholder}}}"));
                }
            }
        }
        Text::Plain(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::differences;
    use crate::model::play;
    use cors_model::trace::NoTrace;

    /// What the model does in one world, kept and held against what it does in another.
    #[test]
    fn a_decision_fits_what_it_was_made_of_in_every_world() {
        let library = cors_vectors::library().expect("the embedded library is sound");
        for case in library.agent_cases().filter(|case| case.origins.is_empty()) {
            let here = World::of_model(case);
            let there = World::new(
                case,
                "https://a.test:8001",
                "https://b.test:8002",
                "https://c.test",
            );
            let seen = |world| play(case, world, &mut NoTrace).unwrap();
            let kept = decision(case, &there, &seen(&there));
            let json = serde_json::to_string(&kept).unwrap();
            let kept: Expectation = serde_json::from_str(&json).unwrap();
            let differences = differences(&kept, &here, &seen(&here)).unwrap();
            // Some cases name the hosts of the model's world.
            if !json.contains(".test") {
                assert_eq!(differences, [], "{}: {json}", case.id);
            }
        }
    }
}
