//! An input put to a library, and what is new in what comes of it.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use arbitrary::Unstructured;
use cors_fuzzer::{Sequence, Source, policy, sequence};
use cors_harness::event::Outcome;
use cors_harness::kit::{Kit, Site, Subject, path};
use cors_harness::options::Options;
use cors_harness::target::ServiceTarget;
use cors_vectors::policy::Policy;
use cors_vectors::server::Endpoint;

use super::application::Application;
use super::guard::Guard;
use super::known::Seen;
use super::library::Library;

/// What came of an input.
#[derive(Debug)]
pub struct Compared {
    /// The policy.
    pub policy: Policy,
    /// The requests and what came of them.
    pub sequence: Sequence,
    /// Names of the known differences that it shows.
    pub known: BTreeSet<&'static str>,
    /// The failures that nothing known explains, by their place.
    pub news: Vec<usize>,
}

thread_local! {
    static RUNTIME: OnceCell<tokio::runtime::Runtime> = const { OnceCell::new() };
}

/// Puts an input to a library.
pub fn compare<L: Library>(data: &[u8]) -> Compared {
    let mut bytes = Unstructured::new(data);
    let mut source = Source::new(&mut bytes);
    let mut policy = policy(&mut source);
    L::bend(&mut policy);
    let paths = Endpoint::ALL.into_iter();
    // What becomes of a handler that panics is the framework's affair.
    let paths = paths.filter(|endpoint| ![Endpoint::Resource, Endpoint::Throws].contains(endpoint));
    policy.endpoints = paths
        .map(|endpoint| (endpoint, format!("/{}", path(endpoint))))
        .collect();
    let url = "http://target.test/resource";
    let application = Application::new(&policy);
    let target = RUNTIME.with(|runtime| {
        // Some make a service within a runtime only.
        let _entered = runtime.get_or_init(new_runtime).enter();
        ServiceTarget::new(
            url.parse().expect("a constant"),
            Guard(L::service(&policy, application)),
        )
    });
    let mut kit = Kit::new();
    let site = Site {
        target: Rc::new(target),
        policy: Rc::new(policy.clone()),
    };
    kit.insert("made-up", Ok(site));
    let options = Options::default();
    let (subject, options) = (Subject::Kit(kit), &options);
    let sequence = RUNTIME.with(|runtime| {
        let runtime = runtime.get_or_init(new_runtime);
        runtime.block_on(sequence(&mut source, &subject, options))
    });
    let sequence = sequence.expect("there is a site");
    let mut known = BTreeSet::new();
    let mut news = Vec::new();
    for (place, failure) in sequence.failures.iter().enumerate() {
        let seen = Seen::new(&policy, &sequence, failure);
        match L::KNOWN.iter().find(|known| known.explains(&seen)) {
            Some(one) => {
                known.insert(one.name);
            }
            None => news.push(place),
        }
    }
    Compared {
        policy,
        sequence,
        known,
        news,
    }
}

fn new_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime of one thread")
}

/// Runs one input: only what is known to differ may.
pub(super) fn run<L: Library>(data: &[u8]) {
    let Compared {
        policy,
        sequence,
        known: _,
        news,
    } = compare::<L>(data);
    let broke = sequence.event.outcome == Outcome::Error && sequence.failures.is_empty();
    if let [first, ..] = news.as_slice() {
        let new = &sequence.failures[*first];
        panic!("{}: {}\n{sequence}{policy:#?}", L::TARGET, new.matter);
    }
    assert!(!broke, "{sequence}");
}
