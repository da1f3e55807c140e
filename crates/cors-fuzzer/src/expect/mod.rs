//! What must hold of a generated exchange: computed from the policy by the rules of the standard,
//! with the levels that the server cases of the library give to the same requirements.
//!
//! It knows the policy and the request, no server. Where a server has a choice nothing is stated.

mod answer;
mod checks;
mod client;
mod lists;
mod misses;
mod page;
mod request;

use cors_vectors::basis::Basis;
use cors_vectors::fill::Fill;
use cors_vectors::server::{Endpoint, Level, ServerCase, Step};

use self::checks::Checks;
use crate::steps::blank;
use crate::terms::Terms;

pub(crate) use self::checks::requirement;
pub(crate) use self::lists::is_written_as_by_browsers;
pub(crate) use self::misses::is_unlisted;
pub(crate) use self::request::Asked;

/// The steps with what must hold of each; `None` where nothing can be said of one.
pub(crate) fn case(steps: &[Step], terms: Terms<'_>) -> Option<ServerCase> {
    let mut level = Level::Must;
    let mut stated = Vec::new();
    let fill = Fill::of(terms.policy);
    for (number, step) in steps.iter().enumerate() {
        let (mut step, of_step) = state(step, number, terms)?;
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

/// A step with its verdict and checks, and how binding the verdict is; `None` where nothing can be
/// said of it. `number` makes the ids of its checks its own.
pub(crate) fn state(step: &Step, number: usize, terms: Terms<'_>) -> Option<(Step, Level)> {
    let mut list = Checks::new(number);
    let mut step = step.clone();
    step.checks = Vec::new();
    let level = match (&mut step.fetch, &step.send) {
        (Some(fetch), None) => {
            let (verdict, level) = page::verdict(fetch, terms)?;
            step.verdict = Some(verdict);
            page::of_fetch(fetch, (verdict, level), terms, &mut list)?;
            level
        }
        (None, Some(send)) => {
            client::of_send(send, terms, &mut list)?;
            Level::Must
        }
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let fetch = step.fetch.as_ref().map(|fetch| fetch.endpoint);
    let endpoint = fetch.or_else(|| step.send.as_ref().map(|send| send.endpoint));
    if endpoint == Some(Endpoint::OwnHeaders) {
        // The application allows credentials there, whatever the policy says.
        list.retain(|id| !id.starts_with("never-true") && !id.starts_with("no-false"));
    }
    step.checks = list.checks;
    Some((step, level))
}
