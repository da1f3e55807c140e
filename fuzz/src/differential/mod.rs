//! Other people's CORS under a random policy: requests made from the policy, judged against it.
//!
//! Input: choices, of which first the policy is made and then a sequence of requests with what must
//! hold of each, as for the live fuzzer. The library is configured as its documentation says, and in
//! front of the testbed's application. What is known to differ is listed with its reason, so that a
//! target reports news only.
//!
//! No bytes pass: each library is asked at its last step before an HTTP server.

mod application;
mod guard;
mod known;

pub mod actix_cors;
pub mod poem;
pub mod salvo;
pub mod tower_http;
pub mod warp;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use arbitrary::Unstructured;
use cors_fuzzer::{Sequence, Source, policy, sequence};
use cors_harness::event::Outcome;
use cors_harness::kit::{HttpService, Kit, Site, Subject, path};
use cors_harness::run::Options;
use cors_harness::target::ServiceTarget;
use cors_vectors::policy::{AnyOr, Policy};
use cors_vectors::server::Endpoint;

pub use self::application::Application;
use self::guard::Guard;
pub use self::known::{Known, Seen};

/// What is asked for.
pub(crate) type Request = http::Request<cors_harness::wire::RequestBody>;

/// A library under its configuration for a policy, in front of the application.
pub trait Library {
    /// Its target's name.
    const TARGET: &'static str;

    /// What it is known to do otherwise.
    const KNOWN: &'static [Known];

    /// Makes the policy one that the library can express, so that no input is lost.
    fn bend(policy: &mut Policy);

    /// A server with this policy.
    fn service(policy: &Policy, application: Application) -> impl HttpService;
}

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

/// A library among the others.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The name of its target.
    pub target: &'static str,
    /// Puts an input to it.
    pub compare: fn(&[u8]) -> Compared,
    /// What it is known to do otherwise.
    pub known: &'static [Known],
}

const fn entry<L: Library>() -> Entry {
    Entry {
        target: L::TARGET,
        compare: compare::<L>,
        known: L::KNOWN,
    }
}

/// Every library.
pub const LIBRARIES: &[Entry] = &[
    entry::<actix_cors::ActixCors>(),
    entry::<poem::Poem>(),
    entry::<salvo::Salvo>(),
    entry::<tower_http::TowerHttp>(),
    entry::<warp::Warp>(),
];

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
        policy: policy.clone(),
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
fn run<L: Library>(data: &[u8]) {
    let Compared {
        policy,
        sequence,
        known: _,
        news,
    } = compare::<L>(data);
    let broke = sequence.event.outcome == Outcome::Error && sequence.failures.is_empty();
    if let [first, ..] = news.as_slice() {
        let new = &sequence.failures[*first];
        panic!("{}: {}\n{sequence}{policy:#?}", L::TARGET, new.cause);
    }
    assert!(!broke, "{sequence}");
}

/// A list in the place of "any", for libraries that cannot say it.
fn listed(names: &mut AnyOr<Vec<String>>, instead: &[&str]) {
    if let AnyOr::Any(_) = names {
        *names = AnyOr::Listed(instead.iter().copied().map(str::to_owned).collect());
    }
}

#[cfg(test)]
mod tests;
