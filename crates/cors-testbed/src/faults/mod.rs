//! The faulty servers: each is the reference server with one thing done wrong.
//!
//! The classes are those into which the bugs of real servers fall. Their first letter tells the
//! family: `O` the decision about the origin, `V` caching, `E` the header lines that go out, `R`
//! answers that the CORS layer forgets, `P` preflights, `D` robustness.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a fault says what it decides otherwise; everything else is the reference server's"
)]

mod circumstances;
mod emission;
mod exceptions;
mod lists;
mod methods;
mod origin;
mod origin_open;
mod origin_state;
mod origin_syntax;
mod passed;
mod pattern;
mod preflight;
mod preflight_origin;
mod request_headers;
mod robustness;
mod uncovered;
mod vary;
mod wire;

use cors_policy::policy::AnyOr;

use crate::behaviour::{Behaviour, reference};
use crate::exchange::Exchange;

/// A faulty server.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Its name, after what it does.
    pub name: &'static str,
    /// Its class: a letter and a number.
    pub class: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What it decides otherwise than the reference server.
    pub how: fn(&mut Behaviour),
}

/// The families of faults, in order.
const FAMILIES: &str = "OVERPD";

impl Fault {
    /// The family of the class: A origin decision, B caching, C header emission, D error paths, E
    /// preflights, F robustness.
    pub fn family(&self) -> char {
        let letter = self.class.chars().next().unwrap_or_default();
        let place = FAMILIES
            .find(letter)
            .and_then(|place| u8::try_from(place).ok());
        char::from(b'A' + place.unwrap_or_default())
    }

    /// The server's decisions.
    pub fn behaviour(&self) -> Behaviour {
        Behaviour::but(self.how)
    }

    /// Family, then number of the class, then name.
    fn key(&self) -> (char, u32, &'static str) {
        let number = self.class.get(1..).and_then(|digits| digits.parse().ok());
        (self.family(), number.unwrap_or_default(), self.name)
    }
}

/// All faulty servers, sorted by class and name.
pub fn faults() -> Vec<Fault> {
    let mut faults = [
        origin::FAULTS,
        origin_open::FAULTS,
        origin_syntax::FAULTS,
        origin_state::FAULTS,
        exceptions::FAULTS,
        preflight_origin::FAULTS,
        circumstances::FAULTS,
        passed::FAULTS,
        pattern::FAULTS,
        vary::FAULTS,
        emission::FAULTS,
        lists::FAULTS,
        uncovered::FAULTS,
        preflight::FAULTS,
        methods::FAULTS,
        request_headers::FAULTS,
        robustness::FAULTS,
        wire::FAULTS,
    ]
    .concat();
    faults.sort_by_key(Fault::key);
    faults
}

/// The faulty server of this name.
pub fn find(name: &str) -> Option<Fault> {
    faults().into_iter().find(|fault| fault.name == name)
}

/// A row of the tables.
const fn fault(
    name: &'static str,
    class: &'static str,
    about: &'static str,
    how: fn(&mut Behaviour),
) -> Fault {
    Fault {
        name,
        class,
        about,
        how,
    }
}

/// The reference decision, and beside it each exact origin of the policy that `also` finds to match.
fn or_entry(x: &Exchange<'_>, also: impl Fn(&str, &str) -> bool) -> bool {
    let origin = x.origin.as_deref();
    reference::match_origin(x)
        || origin.is_some_and(|origin| x.policy.exact_origins().any(|entry| also(entry, origin)))
}

/// The reference decision, and beside it each origin of which `also` approves.
fn or_origin(x: &Exchange<'_>, also: impl Fn(&str) -> bool) -> bool {
    reference::match_origin(x) || x.origin.as_deref().is_some_and(also)
}

/// The reference decision, except for origins of which `unless` says so.
fn but_not(x: &Exchange<'_>, unless: impl Fn(&str) -> bool) -> bool {
    reference::match_origin(x) && !x.origin.as_deref().is_some_and(unless)
}

/// Scheme, host and port of an origin; the port is empty when it is not stated.
fn parts(origin: &str) -> (&str, &str, &str) {
    let (scheme, rest) = origin.split_once("://").unwrap_or(("", origin));
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (scheme, host, port),
        _ => (scheme, rest, ""),
    }
}

/// Whether two texts are equal where a dot of the first, beyond the first `literal` ones, stands
/// for any character.
fn equal_but_dots(pattern: &str, text: &str, literal: usize) -> bool {
    let mut dots = 0;
    pattern.chars().count() == text.chars().count()
        && pattern.chars().zip(text.chars()).all(|(p, t)| {
            dots += usize::from(p == '.');
            p == t || (p == '.' && dots > literal)
        })
}

/// Whether the policy lists nothing, as opposed to allowing anything.
fn is_empty_list(names: &AnyOr<Vec<String>>) -> bool {
    matches!(names, AnyOr::Listed(names) if names.is_empty())
}

/// One line, as an owned text.
fn line(text: impl Into<String>) -> Vec<String> {
    vec![text.into()]
}
