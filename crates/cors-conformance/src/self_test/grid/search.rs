//! Whether anything tells a faulty server from the reference server, whatever cases say of it:
//! every request of every case, with generated ones after them, is put to both.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use cors_fuzzer::{Terms, generated};
use cors_harness::options::Options;
use cors_harness::plan::Plan;
use cors_testbed::reply::Reply;
use cors_testbed::{Behaviour, HungUp, Server};
use cors_vectors::policy::Policy;
use cors_vectors::server::{Endpoint, RawSend, ServerCase};
use http::request::Parts;
use tokio::runtime::Runtime;

use super::seen::{self, Seen};
use super::shapes::Setting;
use crate::self_test::bench::{Place, carry_out, server, subject};
use crate::self_test::legitimate::Legitimate;
use crate::stop::Stop;

/// What generates the requests after those of the cases.
const SEED: u64 = 14;

/// The requests under one policy.
pub(super) struct Search<'a> {
    place: &'a Place<'a>,
    /// What is meant.
    policy: &'a Policy,
    /// The servers that are right.
    legitimate: &'a [Legitimate],
    /// By the position of the setting.
    asked: Vec<Vec<Asked>>,
}

/// A request with what the reference server answers.
struct Asked {
    request: Parts,
    answer: Result<Reply, HungUp>,
    seen: Seen,
    /// What can be seen of right servers, where the policy leaves open what they do.
    right: OnceCell<Vec<Seen>>,
}

impl<'a> Search<'a> {
    /// Collects the requests, `sequences` generated ones among them.
    pub(super) fn new(
        runtime: &Runtime,
        place: &'a Place<'a>,
        policy: &'a Policy,
        all: &[ServerCase],
        legitimate: &'a [Legitimate],
        sequences: u64,
    ) -> Result<Self, Stop> {
        let terms = Terms {
            policy,
            kit: false,
            unsafe_methods: true,
            bytes: false,
            own_origin: "https://target.test",
        };
        let mut cases = Vec::new();
        for case in all {
            cases.extend(bare_steps(case));
        }
        for number in 0..sequences {
            let mut case = generated(SEED, number, terms);
            strip(&mut case);
            case.id = format!("generated/{number}");
            cases.push(case);
        }
        let mut site = place.site.clone();
        site.policy = Rc::new(policy.clone());
        let plan = Plan::new(&cases, |_| true, subject(&site)).map_err(Stop::bug)?;
        let options = Options {
            unsafe_methods: true,
            in_flight: 1,
            ..Options::default()
        };
        place.put(&Behaviour::REFERENCE)?;
        place.slot.record();
        carry_out(runtime, &plan, &options)?;
        let recorded = place.slot.recorded();
        let requests: Vec<&Parts> = recorded.requests().collect();
        let asked = Setting::ALL.map(|setting| {
            let reference = server(place.policy, Behaviour::REFERENCE)?;
            let within = requests.iter().filter(|request| leaves(request, setting));
            let asked = within.map(|request| {
                let answer = reference.answer(request);
                Asked {
                    request: (*request).clone(),
                    seen: seen::of(policy, request, &answer),
                    answer,
                    right: OnceCell::new(),
                }
            });
            Ok(asked.collect())
        });
        let asked = asked.into_iter().collect::<Result<_, Stop>>()?;
        Ok(Self {
            place,
            policy,
            legitimate,
            asked,
        })
    }

    /// What shows that a server is not the reference server; `None` when nothing does.
    pub(super) fn difference(
        &self,
        behaviour: &Behaviour,
        setting: usize,
    ) -> Result<Option<String>, Stop> {
        let suspect = server(self.place.policy, behaviour.clone())?;
        let asked = self.asked.get(setting).into_iter().flatten();
        for Asked {
            request,
            answer,
            seen,
            right,
        } in asked
        {
            let other = suspect.answer(request);
            if same(answer, &other) {
                continue;
            }
            let shown = seen::of(self.policy, request, &other);
            let differs = match seen.difference(&shown) {
                Some(_) if self.is_right(request, right, &shown)? => None,
                Some(what) => Some(what.to_owned()),
                None => self.vary_due(behaviour, request, [answer, &other])?,
            };
            if let Some(what) = differs {
                let (method, path) = (&request.method, request.uri.path());
                let origin = request.headers.get_all("origin").iter();
                let origins: Vec<_> = origin
                    .map(|origin| String::from_utf8_lossy(origin.as_bytes()))
                    .collect();
                let origins = origins.join(" and ");
                return Ok(Some(format!("{what} of {method} {path} by {origins:?}")));
            }
        }
        Ok(None)
    }

    /// Whether a right server shows the same, where the policy leaves open what it does.
    fn is_right(
        &self,
        request: &Parts,
        right: &OnceCell<Vec<Seen>>,
        shown: &Seen,
    ) -> Result<bool, Stop> {
        if !seen::is_open(self.policy, request) {
            return Ok(false);
        }
        if right.get().is_none() {
            let seen = self.legitimate.iter().map(|one| {
                let server = server(self.place.policy, one.behaviour.clone())?;
                Ok(seen::of(self.policy, request, &server.answer(request)))
            });
            // Nobody else sets it: the search has one thread.
            let _ = right.set(seen.collect::<Result<_, Stop>>()?);
        }
        let mut seen = right.get().into_iter().flatten();
        Ok(seen.any(|seen| seen.difference(shown).is_none()))
    }

    /// Whether an answer lacks a `Vary` that is due, which that of the reference server has or does
    /// not need.
    fn vary_due(
        &self,
        behaviour: &Behaviour,
        request: &Parts,
        answers: [&Result<Reply, HungUp>; 2],
    ) -> Result<Option<String>, Stop> {
        let [right, answer] = answers;
        let due = self.lacks_vary(behaviour, request, answer)?
            && !self.lacks_vary(&Behaviour::REFERENCE, request, right)?;
        Ok(due.then(|| "the Vary that is due".to_owned()))
    }

    /// Whether an answer does not vary on the origin, though others get another
    /// `Access-Control-Allow-Origin` for the same request.
    fn lacks_vary(
        &self,
        behaviour: &Behaviour,
        request: &Parts,
        answer: &Result<Reply, HungUp>,
    ) -> Result<bool, Stop> {
        let Ok(answer) = answer else { return Ok(false) };
        // No cache keeps the answers to other methods; RFC 9110, 9.3.7, forbids it of OPTIONS.
        let kept = ["GET", "HEAD"].contains(&request.method.as_str());
        if !kept || seen::varies(answer, "origin") {
            return Ok(false);
        }
        let mut values = BTreeSet::new();
        let known = [None, Some("https://foreign.example")].into_iter();
        for origin in known.chain(self.place.hint.iter().map(|hint| Some(hint.as_str()))) {
            let mut request = request.clone();
            request.headers.remove("origin");
            if let Some(origin) = origin.and_then(|origin| origin.parse().ok()) {
                request.headers.insert("origin", origin);
            }
            let other: Server = server(self.place.policy, behaviour.clone())?;
            values.insert(other.answer(&request).map_or_else(
                |_| Vec::new(),
                |answer| seen::lines(&answer, "access-control-allow-origin"),
            ));
        }
        Ok(values.len() > 1)
    }
}

fn same(one: &Result<Reply, HungUp>, other: &Result<Reply, HungUp>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            one.status() == other.status()
                && one.headers() == other.headers()
                && one.body() == other.body()
        }
        (Err(_), Err(_)) => true,
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    }
}

/// Whether a request leaves in a setting.
fn leaves(request: &Parts, setting: Setting) -> bool {
    let safe = ["GET", "HEAD", "OPTIONS"].contains(&request.method.as_str());
    let resource = request.uri.path().ends_with("/resource");
    (setting.unsafe_methods || safe) && (setting.endpoints || resource)
}

/// Each step of a case as a case that demands nothing.
fn bare_steps(case: &ServerCase) -> impl Iterator<Item = ServerCase> {
    case.steps.iter().enumerate().map(|(number, step)| {
        let mut bare = case.clone();
        bare.steps = vec![step.clone()];
        strip(&mut bare);
        bare.id = format!("{}/{number}", case.id);
        bare
    })
}

fn strip(case: &mut ServerCase) {
    case.requires.clear();
    case.aliases.clear();
    case.paired_with = None;
    for step in &mut case.steps {
        step.verdict = None;
        step.checks.clear();
        if let Some(RawSend { raw, .. }) = &mut step.send {
            *raw = false;
        }
        if let Some(fetch) = &mut step.fetch
            && fetch.endpoint == Endpoint::Redirect
        {
            fetch.reads.clear();
        }
    }
}
