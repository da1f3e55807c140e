//! What a case carries out: its steps with their texts filled in, or why nothing is.

use std::collections::BTreeMap;

use cors_model::url::Url;
use cors_policy::policy::{Policy, View};
use cors_vectors::check;
use cors_vectors::fill::{Fill, Filler, Skip};
use cors_vectors::server::{Endpoint, PageFetch, RawSend, ServerCase, Step};
use cors_vectors::text::{HeaderPair, Text, TextError};

use super::planned::{Action, PlannedCheck, PlannedFetch, PlannedSend, PlannedStep, Task};
use crate::event::Mode;
use crate::kit::{Site, Subject};
use crate::model;
use crate::statement::{HeaderIs, Statement};
use crate::wire::Line;

/// The sites of a subject, and what all cases share under the policy of each.
pub(crate) struct Fillers<'s> {
    subject: &'s Subject,
    /// By the name of the policy, which is empty where there is one site.
    known: BTreeMap<String, Filler<'s>>,
}

impl<'s> Fillers<'s> {
    pub(crate) const fn of(subject: &'s Subject) -> Self {
        Self {
            subject,
            known: BTreeMap::new(),
        }
    }

    /// Where a case is run; an error says why nowhere.
    fn at(&mut self, case: &ServerCase) -> Result<(&'s Site, &Filler<'s>), String> {
        let (name, site) = match self.subject {
            Subject::Site { site, .. } => (String::new(), site),
            Subject::Kit(kit) => match kit.site(&case.policy) {
                Some(Ok(site)) => (case.policy.clone(), site),
                Some(Err(unsupported)) => {
                    return Err(format!("the policy {}: {unsupported}", case.policy));
                }
                None => return Err(format!("the kit has no policy {}", case.policy)),
            },
        };
        let filler = self.known.entry(name);
        let filler = filler.or_insert_with(|| Filler::new(&site.policy));
        Ok((site, filler))
    }
}

/// What a case carries out; an error says why nothing is.
pub(crate) fn task(case: &ServerCase, fillers: &mut Fillers<'_>) -> Result<Task, String> {
    let kit = fillers.subject.mode() == Mode::Kit;
    let (site, filler) = fillers.at(case)?;
    // Where a policy has several rules or resources, what means something of each is done for each.
    let mut steps = Vec::new();
    let own = site.target.url().origin().serialize();
    let filled = filler.fills_at(case, kit, &own);
    let filled = filled.map_err(|skip| skip.to_string())?;
    for (view, values) in filled {
        let place = Place { site, view };
        let asked = case.steps.iter().enumerate();
        for (_, step) in asked.filter(|(position, _)| values.has_step(*position)) {
            steps.extend(planned_step(step, &values, place)?);
        }
        let states_nothing = |step: &PlannedStep| step.verdict.is_none() && step.checks.is_empty();
        if steps.iter().all(states_nothing) {
            return Err("the path of the target has no other spelling".into());
        }
    }
    Ok(Task {
        site: site.clone(),
        steps,
    })
}

/// Where the steps of a case go.
#[derive(Clone, Copy)]
struct Place<'a> {
    site: &'a Site,
    view: View<'a>,
}

/// A step with its texts filled in; `None` where the path has no such spelling.
fn planned_step(
    step: &Step,
    values: &Fill,
    place: Place<'_>,
) -> Result<Option<PlannedStep>, String> {
    let action = match (&step.fetch, &step.send) {
        (Some(fetch), None) => Action::Fetch(planned_fetch(fetch, values, place)?),
        (None, Some(send)) => match planned_send(send, values, place)? {
            Some(send) => Action::Send(send),
            None => return Ok(None),
        },
        (Some(_), Some(_)) | (None, None) => {
            return Err("a step must have either `fetch` or `send`".into());
        }
    };
    let checks = step.checks.iter().map(|check| planned_check(check, values));
    let checks = checks.collect::<Result<_, _>>()?;
    Ok(Some(PlannedStep {
        action,
        verdict: step.verdict,
        checks,
    }))
}

fn bytes(text: &Text, values: &Fill) -> Result<Vec<u8>, String> {
    values
        .expand(text)
        .map_err(|error: TextError| error.to_string())
}

fn all_bytes(texts: &[Text], values: &Fill) -> Result<Vec<Vec<u8>>, String> {
    texts.iter().map(|text| bytes(text, values)).collect()
}

fn lines(headers: &[HeaderPair], values: &Fill) -> Result<Vec<Line>, String> {
    headers
        .iter()
        .map(|(name, value)| Ok((bytes(name, values)?, bytes(value, values)?)))
        .collect()
}

fn planned_fetch(
    fetch: &PageFetch,
    values: &Fill,
    place: Place<'_>,
) -> Result<PlannedFetch, String> {
    let origin = bytes(&fetch.origin, values)?;
    Ok(PlannedFetch {
        page: model::page(&origin),
        origin,
        method: bytes(&fetch.method, values)?,
        url: endpoint_url(fetch.endpoint, place)?,
        credentials: fetch.credentials,
        headers: lines(&fetch.headers, values)?,
        body: fetch
            .body
            .as_ref()
            .map(|body| bytes(body, values))
            .transpose()?,
        upload_listener: fetch.upload_listener,
        reads: all_bytes(&fetch.reads, values)?,
        cannot_read: all_bytes(&fetch.cannot_read, values)?,
    })
}

fn planned_send(
    send: &RawSend,
    values: &Fill,
    place: Place<'_>,
) -> Result<Option<PlannedSend>, String> {
    if send.raw
        && let Some(why) = place.site.target.hides_bytes()
    {
        return Err(why.to_owned());
    }
    let url = endpoint_url(send.endpoint, place)?;
    let suffix = send
        .suffix
        .as_ref()
        .map_or(Ok(Vec::new()), |suffix| bytes(suffix, values))?;
    let plain = [model::path_and_query(&url), suffix].concat();
    let (path, respells) = match send.spelling {
        None => (plain, None),
        Some(spelling) => {
            let Some(spelled) = spelling.of(url.path(), other_folder(url.path(), place)) else {
                return Ok(None);
            };
            let behind = plain.get(url.path().len()..).unwrap_or_default();
            ([spelled.as_bytes(), behind].concat(), Some(plain))
        }
    };
    Ok(Some(PlannedSend {
        method: bytes(&send.method, values)?,
        url,
        path,
        respells,
        headers: lines(&send.headers, values)?,
        body: send
            .body
            .as_ref()
            .map(|body| bytes(body, values))
            .transpose()?,
        raw: send.raw,
    }))
}

/// The folder that another resource of the policy is about, where a path is not in it.
fn other_folder<'a>(path: &str, place: Place<'a>) -> Option<&'a str> {
    let resources = place.site.policy.resources.iter();
    let mut folders = resources.filter_map(|resource| resource.path.strip_suffix('*'));
    folders.find(|folder| folder.ends_with('/') && !path.starts_with(folder))
}

fn planned_check(check: &check::Check, values: &Fill) -> Result<PlannedCheck, String> {
    let statement = planned_statement(&check.statement, values)?;
    let when = check.when.as_ref();
    let when = when
        .map(|when| planned_statement(when, values))
        .transpose()?;
    let (id, level, why, on) = (check.id.clone(), check.level, check.why.clone(), check.on);
    Ok(PlannedCheck {
        id,
        level,
        why,
        on,
        when,
        statement,
    })
}

fn planned_statement(statement: &check::Statement, values: &Fill) -> Result<Statement, String> {
    let (header, is) = match statement {
        check::Statement::Status(status) => return Ok(Statement::Status(status.status.clone())),
        check::Statement::Wire(statement) => return Ok(Statement::Wire(statement.wire)),
        check::Statement::Body(check::BodyStatement {
            body: check::BodyIs::Kept,
        }) => return Ok(Statement::BodyKept),
        check::Statement::Header(check::HeaderStatement { header, is }) => (header, is),
    };
    let is = match is {
        check::HeaderIs::Absent(absent) => HeaderIs::Absent(*absent),
        check::HeaderIs::Equals(text) => HeaderIs::Equals(bytes(text, values)?),
        check::HeaderIs::OneOf(texts) => HeaderIs::OneOf(all_bytes(texts, values)?),
        check::HeaderIs::AbsentOrOneOf(texts) => HeaderIs::AbsentOrOneOf(all_bytes(texts, values)?),
        check::HeaderIs::Not(text) => HeaderIs::Not(bytes(text, values)?),
        check::HeaderIs::HasToken(text) => HeaderIs::HasToken(bytes(text, values)?),
        check::HeaderIs::Kept(_) => HeaderIs::Kept,
        check::HeaderIs::HasTokenIfDue(text) => HeaderIs::HasTokenIfDue(bytes(text, values)?),
        check::HeaderIs::LacksToken(text) => HeaderIs::LacksToken(bytes(text, values)?),
        check::HeaderIs::LacksBytes(text) => HeaderIs::LacksBytes(bytes(text, values)?),
        check::HeaderIs::MaxLines(most) => HeaderIs::MaxLines(*most),
        check::HeaderIs::Grammar(grammar) => HeaderIs::Grammar(*grammar),
    };
    Ok(Statement::Header {
        name: header.clone(),
        is,
    })
}

fn endpoint_url(endpoint: Endpoint, place: Place<'_>) -> Result<Url, String> {
    let resource = place.site.target.url();
    let path = match (endpoint, place.view.resource) {
        (Endpoint::Resource, None) => return Ok(resource.clone()),
        (Endpoint::Resource, Some(of)) => of.request_path(),
        (endpoint, _) => declared(endpoint, place.view.scope)?.into(),
    };
    let wrong = || format!("{path:?} in the policy is no path on the target");
    let url = resource.join(&path).map_err(|_| wrong())?;
    if url.origin().is_same_origin(resource.origin()) {
        Ok(url)
    } else {
        Err(wrong())
    }
}

fn declared(endpoint: Endpoint, policy: &Policy) -> Result<&str, String> {
    policy
        .endpoint(endpoint)
        .ok_or_else(|| Skip::Endpoint(endpoint).to_string())
}
