//! Sequences of requests to servers that are right: what must hold of each, computed from the policy
//! alone, holds of the reference server and of every legitimate variant.
//!
//! Input: a byte that chooses the server, then choices, of which first the policy is made and then
//! the sequence, as for the live fuzzer.

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::Unstructured;
use cors_fuzzer::{Source, policy, sequence};
use cors_harness::event::Outcome;
use cors_harness::kit::{HttpService, Implementation, Kit, Subject, Unsupported};
use cors_harness::options::Options;
use cors_testbed::application::ENDPOINTS;
use cors_testbed::variants::variants;
use cors_testbed::{Behaviour, Server, Service};
use cors_vectors::policy::{NamedPolicy, Policy};
use cors_vectors::server::Endpoint;

use crate::runtime::block_on;

/// The testbed's server with these decisions.
struct InProcess<'a>(&'a Behaviour);

impl Implementation for InProcess<'_> {
    fn endpoints(&self) -> BTreeSet<Endpoint> {
        ENDPOINTS.into_iter().collect()
    }

    fn service(&self, policy: &Policy) -> Result<impl HttpService, Unsupported> {
        Server::new(policy, self.0.clone()).map(Service)
    }
}

/// The server that a byte chooses, and its name.
fn server(which: u8) -> (&'static str, Behaviour) {
    let variants = variants();
    let place = usize::from(which) % (variants.len() + 1);
    match place.checked_sub(1).and_then(|place| variants.get(place)) {
        Some(variant) => (variant.name, variant.behaviour()),
        None => ("reference", Behaviour::REFERENCE),
    }
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let (&which, data) = data.split_first().unwrap_or((&0, data));
    let (name, behaviour) = server(which);
    judge(data, name, &behaviour);
}

/// Panics where the server does not do what its policy wants.
fn judge(data: &[u8], name: &str, behaviour: &Behaviour) {
    let mut bytes = Unstructured::new(data);
    let mut source = Source::new(&mut bytes);
    let policy = policy(&mut source);
    let named = NamedPolicy {
        about: "Made of the input.".to_owned(),
        policy,
    };
    let named = BTreeMap::from([("made-up".to_owned(), named)]);
    let kit = Kit::in_process(&InProcess(behaviour), &named).expect("the testbed refuses nonsense");
    let subject = Subject::Kit(kit);
    let options = Options::default();
    let sequence = block_on(sequence(&mut source, &subject, &options));
    let sequence = sequence.expect("the testbed can express every policy that is made");
    let holds = sequence.failures.is_empty() && sequence.event.outcome != Outcome::Error;
    assert!(holds, "{name}: {sequence}{named:#?}");
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use cors_testbed::faults::faults;

    use super::*;
    use crate::seeds;

    /// What is right about servers must not be all that is asked: most faults show in as many
    /// sequences as there are seeds.
    #[test]
    fn faulty_servers_are_told_from_right_ones() {
        let seeds = seeds::of("sequences").unwrap();
        for name in ["origin-reflected", "origin-suffix-match", "vary-missing"] {
            let fault = faults().into_iter().find(|fault| fault.name == name);
            let behaviour = fault.expect(name).behaviour();
            let fails = |seed: &Vec<u8>| catch_unwind(|| judge(seed, name, &behaviour)).is_err();
            assert!(seeds.iter().any(fails), "{name}");
        }
    }
}
