//! Whether a case means something under a policy, and its values there.

use cors_policy::names::normalize_method;
use cors_policy::origin::check_serialized;
use cors_policy::policy::{Policy, View};

use super::each::Each;
use super::headers::is_harmless;
use super::known::Known;
use super::skip::Skip;
use super::values::Fill;
use crate::check::{Check, HeaderIs, HeaderStatement, Statement};
use crate::server::{
    Credentials, Endpoint, PageFetch, RawSend, Requirement, ServerCase, Step, Verdict,
};
use crate::text::{Text, TextError};

/// The values for a case under a policy, in the first place where it means something. `kit` says
/// whether the target is a kit server, which has all endpoints that its policy declares.
///
/// # Errors
///
/// Says why the case must be skipped: a fact that it requires does not hold, the policy cannot
/// fill its placeholders or declares no such endpoint, or the policy wants another verdict for
/// what the case would send. Of a case about several origins to be refused, steps about those that
/// the policy allows are left out, as long as others remain.
pub fn fill(case: &ServerCase, policy: &Policy, kit: bool) -> Result<Fill, Skip> {
    Filler::new(policy).fill(case, kit)
}

/// The same for each rule of each resource under which the case means something; never empty. A case
/// about what looks like an allowed origin has values for each kind of origin that the rule allows:
/// by name, by address, with a port, of an application. A case about each entry of a list has values
/// for each entry.
///
/// # Errors
///
/// As [`fill`], for the first rule.
pub fn fills<'p>(
    case: &ServerCase,
    policy: &'p Policy,
    kit: bool,
) -> Result<Vec<(View<'p>, Fill)>, Skip> {
    Filler::new(policy).fills_at(case, kit, SOMEWHERE)
}

/// The origin of a target of which nothing is known.
const SOMEWHERE: &str = "https://own.example";

/// The values of many cases under one policy. What all of them share is found once, since a policy
/// may list hundreds of thousands of origins.
#[derive(Debug)]
pub struct Filler<'p> {
    policy: &'p Policy,
    views: Vec<Known<'p>>,
}

impl<'p> Filler<'p> {
    /// For the cases that are put to a policy.
    pub fn new(policy: &'p Policy) -> Self {
        let views = policy.views().into_iter().map(Known::of);
        Self {
            policy,
            views: views.collect(),
        }
    }

    /// The policy.
    pub const fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// As the function [`fill`].
    ///
    /// # Errors
    ///
    /// As [`fill`].
    pub fn fill(&self, case: &ServerCase, kit: bool) -> Result<Fill, Skip> {
        // There is one, else there was an error.
        self.fills_at(case, kit, SOMEWHERE)
            .map(|mut found| found.swap_remove(0).1)
    }

    /// As [`fills`], for a target whose own origin is `own`.
    ///
    /// # Errors
    ///
    /// As [`fill`], for the first rule.
    pub fn fills_at(
        &self,
        case: &ServerCase,
        kit: bool,
        own: &str,
    ) -> Result<Vec<(View<'p>, Fill)>, Skip> {
        let mut found = Vec::new();
        let mut why = None;
        for known in &self.views {
            let view = known.view();
            if let Err(skip) = requires(case, known, kit) {
                why.get_or_insert(skip);
                continue;
            }
            for mut fill in variations(case, known) {
                fill.set_own(own);
                match fits(case, view, &mut fill) {
                    Ok(()) => found.push((view, fill)),
                    Err(skip) => {
                        why.get_or_insert(skip);
                    }
                }
            }
        }
        match why {
            Some(skip) if found.is_empty() => Err(skip),
            Some(_) | None => Ok(found),
        }
    }
}

/// The values with which a case is tried under one rule; never empty.
fn variations(case: &ServerCase, known: &Known<'_>) -> Vec<Fill> {
    let texts = case.steps.iter().flat_map(Step::texts);
    let names = texts.flat_map(|text| text.placeholders().unwrap_or_default());
    let names: Vec<_> = names.collect();
    if let Some(each) = names.iter().find_map(|name| Each::of(name)) {
        return known.of_entries(each);
    }
    // What looks like an allowed origin is made of the parts of one.
    let is_about_parts = names.iter().any(|name| name.starts_with("allowed."));
    let kinds = if is_about_parts { known.kinds() } else { 1 };
    (0..kinds.max(1)).map(|kind| known.of_kind(kind)).collect()
}

/// Whether what a case requires of the rule is so.
fn requires(case: &ServerCase, known: &Known<'_>, kit: bool) -> Result<(), Skip> {
    let facts = known.facts();
    let unmet = case.requires.iter().find(|requirement| {
        !(facts.contains(requirement) || (kit && **requirement == Requirement::Kit))
    });
    unmet.map_or(Ok(()), |requirement| Err(Skip::Requires(*requirement)))
}

/// Whether a case means something with these values, of which it leaves out steps that do not.
fn fits(case: &ServerCase, view: View<'_>, fill: &mut Fill) -> Result<(), Skip> {
    let policy = view.scope;
    let (mut left_out, mut refuses) = (None, false);
    for (number, step) in case.steps.iter().enumerate() {
        match refuses_in(fill, policy, step) {
            Ok(refusal) => refuses |= refusal,
            // Of several origins, those are asked of which the policy says that it refuses them.
            Err(skip @ (Skip::Allowed { .. } | Skip::Undetermined))
                if step.verdict != Some(Verdict::Shared) =>
            {
                fill.leave_out(number);
                left_out.get_or_insert(skip);
            }
            Err(skip) => return Err(skip),
        }
    }
    match left_out {
        Some(skip) if !refuses => Err(skip),
        Some(_) | None => Ok(()),
    }
}

/// Whether a step is about something that is refused, when it means something under the policy.
fn refuses_in(fill: &Fill, policy: &Policy, step: &Step) -> Result<bool, Skip> {
    let endpoint = match (&step.fetch, &step.send) {
        (Some(fetch), _) => fetch.endpoint,
        (None, Some(send)) => send.endpoint,
        (None, None) => Endpoint::Resource,
    };
    if endpoint != Endpoint::Resource && policy.endpoint(endpoint).is_none() {
        return Err(Skip::Endpoint(endpoint));
    }
    for text in step.texts() {
        expand(fill, text)?;
    }
    if let (Some(fetch), Some(verdict)) = (&step.fetch, step.verdict) {
        agree(fill, policy, fetch, verdict)?;
        return Ok(verdict == Verdict::Refused);
    }
    let send = step.send.as_ref();
    send.map_or(Ok(false), |send| {
        refuses_what_is_refused(fill, policy, send, &step.checks)
    })
}

fn expand(fill: &Fill, text: &Text) -> Result<Vec<u8>, Skip> {
    fill.expand(text).map_err(|error| match error {
        TextError::Unfilled { name } => Skip::Placeholder { name },
        error @ (TextError::NotPrintable { .. }
        | TextError::Unclosed
        | TextError::Stray
        | TextError::BadName { .. }
        | TextError::BadHex { .. }
        | TextError::TooLong) => Skip::Text(error),
    })
}

/// Whether the answer to a request must not repeat an origin, which the policy then does not allow.
fn refuses_what_is_refused(
    fill: &Fill,
    policy: &Policy,
    send: &RawSend,
    checks: &[Check],
) -> Result<bool, Skip> {
    let mut refuses = false;
    for (name, value) in &send.headers {
        let value = expand(fill, value)?;
        if !expand(fill, name)?.eq_ignore_ascii_case(b"origin") {
            continue;
        }
        for check in checks {
            if let Statement::Header(HeaderStatement { header, is }) = &check.statement
                && header.eq_ignore_ascii_case("access-control-allow-origin")
                && forbids(fill, is, &value)?
            {
                let origin = String::from_utf8_lossy(&value).into_owned();
                refuses = true;
                match policy.decide_origin(&value) {
                    Some(false) => {}
                    // What is no origin is granted to nobody, whatever a policy says of any.
                    Some(true) | None if check_serialized(&origin).is_err() => {}
                    Some(true) => return Err(Skip::Allowed { origin }),
                    None => return Err(Skip::Undetermined),
                }
            }
        }
    }
    Ok(refuses)
}

/// Whether a statement forbids that a value is repeated.
fn forbids(fill: &Fill, is: &HeaderIs, value: &[u8]) -> Result<bool, Skip> {
    if let HeaderIs::Not(not) = is {
        return Ok(expand(fill, not)? == value);
    }
    let HeaderIs::LacksBytes(lacks) = is else {
        return Ok(false);
    };
    let lacks = expand(fill, lacks)?;
    Ok(value.windows(lacks.len().max(1)).any(|part| part == lacks))
}

/// Whether a page can do this, and whether the policy wants the verdict that the case states.
fn agree(fill: &Fill, policy: &Policy, fetch: &PageFetch, verdict: Verdict) -> Result<(), Skip> {
    let serialized = expand(fill, &fetch.origin)?;
    let origin = String::from_utf8_lossy(&serialized).into_owned();
    if origin != "null"
        && let Err(problem) = check_serialized(&origin)
    {
        return Err(Skip::NoSuchPage {
            origin,
            reason: problem.to_string(),
        });
    }
    let method = expand(fill, &fetch.method)?;
    let method = normalize_method(&String::from_utf8_lossy(&method)).into_bytes();
    let headers = fetch
        .headers
        .iter()
        .map(|(name, value)| Ok((expand(fill, name)?, expand(fill, value)?)))
        .collect::<Result<Vec<_>, Skip>>()?
        .into_iter()
        .filter(|(name, value)| !is_harmless(name, value))
        .collect::<Vec<_>>();
    let credentials = fetch.credentials == Credentials::Include;
    match (
        policy.wants_shared(&serialized, &method, &headers, credentials),
        verdict,
    ) {
        (Some(true), Verdict::Refused) => Err(Skip::Allowed { origin }),
        (Some(false), Verdict::Shared) => Err(match policy.decide_origin(&serialized) {
            Some(true) => Skip::Refused { origin },
            Some(false) | None => Skip::OtherOrigin { origin },
        }),
        (Some(true), Verdict::Shared) | (Some(false), Verdict::Refused) => Ok(()),
        (None, _) => Err(Skip::Undetermined),
    }
}
