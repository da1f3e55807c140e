//! The live fuzzer: looks for what a server does with CORS that no listed case asks for.
//!
//! It knows the policy that the server is meant to have and the ways in which servers go wrong with
//! CORS, and makes short sequences of requests: fetches by pages, and requests as other clients send
//! them ([`generate`]). What must hold of each is computed from the policy alone. Such a sequence is
//! an ordinary [`ServerCase`], which `cors_harness` carries out and judges. A failure is made as
//! short as it can be while the same thing fails, and what fails for one cause is one [`Finding`];
//! [`promoted`] writes findings as a file of cases.
//!
//! Choices come from bytes ([`Source`]), so that libFuzzer and proptest can make them too:
//! [`sequence()`] carries out what one input makes.
//!
//! It depends on `cors-harness` and opens no sockets: the target is any of the harness's.
//!
//! ```
//! use std::rc::Rc;
//!
//! use cors_fuzzer::{Fuzzing, fuzz};
//! use cors_harness::exit::Exit;
//! use cors_harness::kit::Subject;
//! use cors_harness::run::Options;
//! use cors_harness::target::ServiceTarget;
//! use cors_vectors::policy::Policy;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy: Policy = serde_json::from_str(
//!     r#"{ "allow_origins": ["https://app.example"], "allow_methods": [],
//!          "allow_headers": [], "expose_headers": [] }"#,
//! )?;
//! // A server without any CORS: pages of the allowed origin cannot read it.
//! let service = tower::service_fn(async |_request| {
//!     Ok::<_, std::convert::Infallible>(http::Response::new("hello".to_owned()))
//! });
//! let target = ServiceTarget::new("http://target.test/resource".parse()?, service);
//! let subject = Subject::with_policy(Rc::new(target), policy);
//!
//! let fuzzing = Fuzzing {
//!     seed: 1,
//!     runs: Some(100),
//!     requests: None,
//!     duration: None,
//!     keep_going: false,
//!     area: "found".to_owned(),
//! };
//! let options = Options::default();
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! let fuzzed = runtime.block_on(fuzz(
//!     &subject,
//!     &fuzzing,
//!     &options,
//!     &|| (), // The service has no state to reset.
//!     std::future::pending(),
//!     &mut |finding| println!("{}", finding.case.title),
//! ));
//! assert_eq!(fuzzed.exit, Exit::Failed);
//! # Ok(())
//! # }
//! ```

mod cause;
mod checks;
#[cfg(unix)]
mod command;
mod expect;
mod hunt;
#[cfg(test)]
mod laws;
mod odd;
mod origins;
mod pages;
mod policies;
mod promote;
mod raws;
mod rules;
mod sends;
mod sequence;
mod shorten;
mod shrink;
mod source;

use std::time::Duration;

use cors_vectors::basis::Basis;
use cors_vectors::fill::Fill;
use cors_vectors::policy::{AnyOr, Policy};
use cors_vectors::server::{Level, PageFetch, RawSend, ServerCase, Step, Verdict};

use cors_harness::event::{CaseEvent, Mode};
use cors_harness::exit::{Exit, Exits};
use cors_harness::kit::{Site, Subject};
use cors_harness::run::Options;

pub use self::cause::{Cause, Failure};
#[cfg(unix)]
pub use self::command::fuzz_command;
pub use self::hunt::fuzz;
pub(crate) use self::hunt::go_on;
pub use self::policies::{made_up, policy};
pub use self::promote::promoted;
pub use self::sequence::{Sequence, sequence};
pub use self::source::Source;

/// The citation that every generated case has until it fails.
const ANY_SPEC: &str = "fetch#http-cors-protocol";

/// How to fuzz.
#[derive(Debug, Clone)]
pub struct Fuzzing {
    /// The same seed makes the same requests.
    pub seed: u64,
    /// Sequences to make at most; no bound of this kind when left out.
    pub runs: Option<u64>,
    /// Requests to send at most, to find something and not to make it short.
    pub requests: Option<usize>,
    /// How long to go on looking.
    pub duration: Option<Duration>,
    /// Whether to go on after the first finding that counts.
    pub keep_going: bool,
    /// The area of the findings' ids.
    pub area: String,
}

/// What did not hold, in its shortest form.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The case that shows it.
    pub case: ServerCase,
    /// How it went last.
    pub event: CaseEvent,
    /// How many requests had been sent when it was seen first.
    pub after: usize,
    /// How many sequences failed for the same cause.
    pub times: usize,
    /// The rules that the same kind of odd request breaks as well, none of them more binding.
    pub also: Vec<String>,
    /// Whether it was seen again when only this was sent; else it depends on what was not found out.
    pub replays: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Fuzzed {
    /// What was found, in order; each cause once.
    pub findings: Vec<Finding>,
    /// The causes of the findings, in the same order.
    causes: Vec<Cause>,
    /// Sequences that held.
    pub passed: u64,
    /// Sequences that failed, for whatever cause.
    pub failed: u64,
    /// Sequences that could not be carried out.
    pub skipped: u64,
    /// Requests that were sent, those to make findings short included.
    pub requests: usize,
    /// How it ended.
    pub exit: Exit,
    /// Why it could not start or did not finish.
    pub reason: Option<String>,
}

impl Fuzzed {
    /// Before anything was done.
    pub(crate) const fn nothing() -> Self {
        Self {
            findings: Vec::new(),
            causes: Vec::new(),
            passed: 0,
            failed: 0,
            skipped: 0,
            requests: 0,
            exit: Exit::NothingRan,
            reason: None,
        }
    }

    /// Adds why it could not start or go on.
    #[cfg(unix)]
    pub(crate) fn stopped(self, exit: Exit, reason: String) -> Self {
        let mut exits = Exits::default();
        if self.passed + self.failed > 0 {
            exits.add(self.exit);
        }
        exits.add(exit);
        Self {
            exit: exits.settle(),
            reason: Some(reason),
            ..self
        }
    }
}

/// What a generator has to know of the target.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What it is meant to allow, and which endpoints it has.
    pub policy: &'a Policy,
    /// Whether it behaves as kit servers do.
    pub kit: bool,
    /// Whether methods may reach it that change something.
    pub unsafe_methods: bool,
    /// Whether the bytes of answers can be looked at.
    pub bytes: bool,
    /// The target's own origin, whose pages need no CORS.
    pub own_origin: &'a str,
}

/// A sequence of requests with what must hold of each.
///
/// The id, policy and texts of the case are left for the caller to fill in.
pub fn generate(source: &mut Source<'_, '_>, terms: Terms<'_>) -> ServerCase {
    let mut steps = Vec::new();
    match source.below(8) {
        0..=5 => steps.push(step(source, terms)),
        6 => {
            let again = step(source, terms);
            let times = 2 + source.below(3);
            steps.extend(std::iter::repeat_n(again, times));
        }
        _ => {
            for _ in 0..2 + source.below(3) {
                steps.push(step(source, terms));
            }
        }
    }
    case(&steps, terms).unwrap_or_else(|| blank(vec![plain()], Level::Must))
}

/// The sequence with this number of those that a seed makes.
pub fn generated(seed: u64, number: u64, terms: Terms<'_>) -> ServerCase {
    let bytes = source::drawn(seed, number);
    let mut bytes = arbitrary::Unstructured::new(&bytes);
    generate(&mut Source::new(&mut bytes), terms)
}

/// One step of which something can be said.
fn step(source: &mut Source<'_, '_>, terms: Terms<'_>) -> Step {
    let nobody = matches!(&terms.policy.allow_origins, AnyOr::Listed(listed) if listed.is_empty());
    // What is tried next when nothing can be said of what was made.
    for _ in 0..8 {
        let step = if !nobody && source.happens(1, 2) {
            pages::fetch(source, terms)
        } else {
            raws::send(source, terms)
        };
        if expect::state(&step, 0, terms).is_some() {
            return step;
        }
    }
    plain()
}

/// A request that every server answers.
fn plain() -> Step {
    let send = RawSend {
        method: "GET".into(),
        endpoint: cors_vectors::server::Endpoint::Resource,
        suffix: None,
        headers: Vec::new(),
        body: None,
        raw: false,
    };
    bare(None, Some(send))
}

/// A step of which nothing is stated yet.
const fn bare(fetch: Option<PageFetch>, send: Option<RawSend>) -> Step {
    Step {
        fetch,
        send,
        verdict: None,
        checks: Vec::new(),
    }
}

/// The steps with what must hold of each; `None` where nothing can be said of one.
fn case(steps: &[Step], terms: Terms<'_>) -> Option<ServerCase> {
    let mut level = Level::Must;
    let mut stated = Vec::new();
    let fill = Fill::of(terms.policy);
    for (number, step) in steps.iter().enumerate() {
        let (mut step, of_step) = expect::state(step, number, terms)?;
        // Generated texts have no placeholders, so that none lacks a value.
        let bases = step
            .checks
            .iter()
            .map(|check| Basis::of(&step, check, &fill));
        let bases = bases.collect::<Result<Vec<_>, _>>().ok()?;
        for (check, basis) in step.checks.iter_mut().zip(bases) {
            check.level = check.level.min(basis.level());
        }
        level = level.min(of_step);
        stated.push(step);
    }
    if stated.iter().all(|step| step.verdict.is_none()) {
        let of_checks = stated.iter().flat_map(|step| &step.checks);
        level = level.min(of_checks.map(|check| check.level).max().unwrap_or(level));
    }
    Some(blank(stated, level))
}

fn blank(steps: Vec<Step>, level: Level) -> ServerCase {
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
fn refuses(case: &ServerCase) -> bool {
    case.steps
        .iter()
        .any(|step| step.verdict == Some(Verdict::Refused))
}

/// The sites that can be fuzzed, with the names of their policies, in order.
fn sites(subject: &Subject) -> Vec<(&str, &Site)> {
    match subject {
        Subject::Site { site, .. } => vec![("", site)],
        Subject::Kit(kit) => kit
            .sites()
            .filter_map(|(name, site)| Some((name, site.as_ref().ok()?)))
            .collect(),
    }
}

/// What a generator has to know of a site.
fn terms<'a>(site: &'a Site, own_origin: &'a str, mode: Mode, options: &Options) -> Terms<'a> {
    let kit = mode == Mode::Kit;
    Terms {
        policy: &site.policy,
        kit,
        unsafe_methods: kit || options.unsafe_methods,
        bytes: site.target.hides_bytes().is_none(),
        own_origin,
    }
}
