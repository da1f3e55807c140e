//! The faulty servers: each is the reference server with one thing done wrong.
//!
//! The classes are those into which the bugs of real servers fall. Their first letter tells the
//! family: `O` the decision about the origin, `V` caching, `E` the header lines that go out, `R`
//! answers that the CORS layer forgets, `P` preflights, `D` robustness.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a fault says what it decides otherwise; everything else is the reference server's"
)]

mod application;
mod asked_names;
mod circumstances;
mod emission;
mod exceptions;
mod fault;
mod in_front;
mod lists;
mod methods;
mod middle;
mod origin;
mod origin_open;
mod origin_state;
mod origin_syntax;
mod passed;
mod paths;
mod pattern;
mod poisoned;
mod preflight;
mod preflight_origin;
mod request_headers;
mod robustness;
mod rules;
mod spellings;
mod uncovered;
mod vary;
mod wire;

pub use self::fault::Fault;

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
        paths::FAULTS,
        in_front::FAULTS,
        poisoned::FAULTS,
        application::FAULTS,
        pattern::FAULTS,
        vary::FAULTS,
        emission::FAULTS,
        lists::FAULTS,
        middle::FAULTS,
        uncovered::FAULTS,
        preflight::FAULTS,
        methods::FAULTS,
        request_headers::FAULTS,
        robustness::FAULTS,
        rules::FAULTS,
        spellings::FAULTS,
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
