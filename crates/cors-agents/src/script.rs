//! The scripted servers of a case: which answer a request gets.

use std::collections::BTreeMap;

use cors_vectors::agent::{AgentCase, Answer, OnRequest, Place, RequestKind};
use cors_vectors::text::TextError;

use crate::world::World;

/// What a script needs to know of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Preflight or actual; see [`kind_of`].
    pub kind: RequestKind,
    /// The place whose server received it.
    pub at: Place,
    /// How its URL continues the case's own, without a fragment.
    pub suffix: &'a str,
    /// During which fetch of the case, counted from 1.
    pub fetch: u32,
}

/// A request is a preflight when its method is OPTIONS and it names the method to come.
pub fn kind_of(method: &[u8], has_request_method: bool) -> RequestKind {
    if method == b"OPTIONS" && has_request_method {
        RequestKind::Preflight
    } else {
        RequestKind::Actual
    }
}

/// The answers of one case, with the counts that `nth` looks at.
#[derive(Debug)]
pub struct Script<'c> {
    answers: &'c [Answer],
    counts: BTreeMap<(u32, bool, Place, String), u32>,
}

impl<'c> Script<'c> {
    /// The script of a case, before its first request.
    pub fn new(case: &'c AgentCase) -> Self {
        Self {
            answers: &case.server,
            counts: BTreeMap::new(),
        }
    }

    /// The answer to the next request: the first that fits. `None` stands for the default, 200 with
    /// no headers.
    ///
    /// # Errors
    ///
    /// A suffix in the script that cannot be expanded.
    pub fn answer(
        &mut self,
        world: &World,
        asked: &Asked<'_>,
    ) -> Result<Option<&'c Answer>, TextError> {
        let preflight = asked.kind == RequestKind::Preflight;
        let key = (asked.fetch, preflight, asked.at, asked.suffix.to_owned());
        let count = self.counts.entry(key).or_insert(0);
        *count += 1;
        let nth = *count;
        for answer in self.answers {
            let kind = match answer.on {
                OnRequest::Any => true,
                OnRequest::Preflight => preflight,
                OnRequest::Actual => !preflight,
            };
            let suffix = match &answer.suffix {
                None => true,
                Some(text) => world.expand(text, None)? == asked.suffix.as_bytes(),
            };
            if kind
                && suffix
                && answer.at.is_none_or(|at| at == asked.at)
                && answer.fetch.is_none_or(|fetch| fetch == asked.fetch)
                && answer.nth.is_none_or(|n| n == nth)
            {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::case_with_server;

    fn statuses(server: &str, asked: &[Asked<'_>]) -> Vec<u16> {
        let case = case_with_server("a/b", server);
        let world = World::of_model(&case);
        let mut script = Script::new(&case);
        asked
            .iter()
            .map(|asked| {
                script
                    .answer(&world, asked)
                    .unwrap()
                    .map_or(0, |answer| answer.status)
            })
            .collect()
    }

    fn asked(kind: RequestKind, at: Place, suffix: &str, fetch: u32) -> Asked<'_> {
        Asked {
            kind,
            at,
            suffix,
            fetch,
        }
    }

    #[test]
    fn the_first_answer_that_fits_wins() {
        use Place::{Cross, Third};
        use RequestKind::{Actual, Preflight};
        let server = r#"[
            { "on": "preflight", "status": 201 },
            { "at": "third", "status": 202 },
            { "suffix": "/2", "status": 203 },
            { "fetch": 2, "status": 204 },
            { "nth": 2, "status": 205 },
            { "on": "actual", "nth": 1, "status": 206 }
        ]"#;
        let got = statuses(
            server,
            &[
                asked(Preflight, Third, "", 1),
                asked(Actual, Third, "", 1),
                asked(Actual, Cross, "/2", 1),
                asked(Actual, Cross, "", 2),
                asked(Actual, Cross, "", 1),
                asked(Actual, Cross, "", 1),
                asked(Actual, Cross, "", 1),
            ],
        );
        assert_eq!(got, [201, 202, 203, 204, 206, 205, 0]);
    }

    #[test]
    fn counts_are_per_fetch_kind_place_and_url() {
        use Place::Cross;
        use RequestKind::{Actual, Preflight};
        let got = statuses(
            r#"[{ "nth": 1, "status": 201 }, { "status": 202 }]"#,
            &[
                asked(Preflight, Cross, "", 1),
                asked(Actual, Cross, "", 1),
                asked(Actual, Cross, "?", 1),
                asked(Actual, Cross, "", 2),
                asked(Actual, Cross, "", 2),
            ],
        );
        assert_eq!(got, [201, 201, 201, 201, 202]);
    }

    #[test]
    fn options_is_a_preflight_only_when_it_names_a_method() {
        assert_eq!(kind_of(b"OPTIONS", true), RequestKind::Preflight);
        assert_eq!(kind_of(b"OPTIONS", false), RequestKind::Actual);
        assert_eq!(kind_of(b"GET", true), RequestKind::Actual);
    }
}
