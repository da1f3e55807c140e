//! From cases to what is carried out: texts filled in, reasons to skip, partners first.

use std::collections::BTreeMap;

use cors_model::request::Client;
use cors_model::url::Url;
use cors_policy::policy::{Policy, View};
use cors_vectors::check::{self, On};
use cors_vectors::fill::{Fill, Filler, Skip};
use cors_vectors::names::is_cors_safelisted_method;
use cors_vectors::server::{
    Credentials, Endpoint, Level, PageFetch, RawSend, ServerCase, Step, Verdict,
};
use cors_vectors::text::{HeaderPair, Text, TextError};

use crate::event::Mode;
use crate::kit::{Site, Subject};
use crate::model;
use crate::statement::{HeaderIs, Statement};
use crate::wire::Line;

/// The cases of a run in the order in which they are started: each after the one it is paired with.
#[derive(Debug)]
pub struct Plan {
    /// The cases.
    pub cases: Vec<PlannedCase>,
    /// What they run against.
    pub subject: Subject,
}

/// A case of a run.
#[derive(Debug)]
pub struct PlannedCase {
    /// The case.
    pub case: ServerCase,
    /// Whether it was selected; else it only runs since a selected one is paired with it.
    pub selected: bool,
    /// Position in the plan of the case it is paired with; smaller than its own.
    pub partner: Option<usize>,
    /// What is carried out, or why nothing is.
    pub task: Result<Task, String>,
}

/// What a case carries out.
#[derive(Debug)]
pub struct Task {
    /// Against which site.
    pub site: Site,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
}

/// A step with its texts filled in.
#[derive(Debug)]
pub struct PlannedStep {
    /// What is done.
    pub action: Action,
    /// What a browser must decide.
    pub verdict: Option<Verdict>,
    /// What must hold beyond that.
    pub checks: Vec<PlannedCheck>,
}

/// What a step does.
#[derive(Debug)]
pub enum Action {
    /// What a page does.
    Fetch(PlannedFetch),
    /// A request as it is.
    Send(PlannedSend),
}

/// A fetch by a page. Texts are bytes; see [`PageFetch`].
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "each is documented where it is written down, in cors-vectors"
)]
pub struct PlannedFetch {
    pub origin: Vec<u8>,
    /// The page; `None` when none can have the origin.
    pub page: Option<Client>,
    pub method: Vec<u8>,
    pub url: Url,
    pub credentials: Credentials,
    pub headers: Vec<Line>,
    pub body: Option<Vec<u8>>,
    pub upload_listener: bool,
    pub reads: Vec<Vec<u8>>,
    pub cannot_read: Vec<Vec<u8>>,
}

/// A request as it is. Texts are bytes; see [`RawSend`].
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "each is documented where it is written down, in cors-vectors"
)]
pub struct PlannedSend {
    pub method: Vec<u8>,
    pub url: Url,
    /// Path and query as they go out.
    pub path: Vec<u8>,
    /// Path and query as the policy spells them, where `path` does otherwise.
    pub respells: Option<Vec<u8>>,
    pub headers: Vec<Line>,
    pub body: Option<Vec<u8>>,
    pub raw: bool,
}

/// A check with its texts filled in.
#[derive(Debug)]
pub struct PlannedCheck {
    /// Its name within the case.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Why, when the case does not say it.
    pub why: Option<String>,
    /// The answer it looks at.
    pub on: On,
    /// What must hold of that answer for the check to apply.
    pub when: Option<Statement>,
    /// What it states.
    pub statement: Statement,
}

/// Cases that cannot be planned: mistakes in case files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A case is paired with one that does not exist.
    #[error("{case}: paired_with names {partner}, and there is no such case")]
    UnknownPartner {
        /// The case's id.
        case: String,
        /// The name it gives.
        partner: String,
    },
    /// Cases are paired in a circle.
    #[error("{case}: paired_with leads back to the case itself")]
    Circle {
        /// The case's id.
        case: String,
    },
}

impl Plan {
    /// Plans the selected ones of all cases against a subject. Cases that they are paired with run
    /// too, uncounted.
    pub fn new(
        all: &[ServerCase],
        is_selected: impl Fn(&ServerCase) -> bool,
        subject: Subject,
    ) -> Result<Self, PlanError> {
        let mut by_id = BTreeMap::new();
        for (position, case) in all.iter().enumerate() {
            for id in std::iter::once(&case.id).chain(&case.aliases) {
                by_id.entry(id.as_str()).or_insert(position);
            }
        }
        let mut planner = Planner {
            all,
            by_id,
            places: BTreeMap::new(),
            cases: Vec::new(),
            fillers: Fillers::of(&subject),
        };
        for (position, case) in all.iter().enumerate() {
            if is_selected(case) {
                let place = planner.place(position, all.len())?;
                if let Some(planned) = planner.cases.get_mut(place) {
                    planned.selected = true;
                }
            }
        }
        let cases = planner.cases;
        Ok(Self { cases, subject })
    }

    /// Skips the cases for which there is a reason that their own texts do not show.
    pub fn leave_out(&mut self, reason: impl Fn(&PlannedCase) -> Option<String>) {
        for planned in &mut self.cases {
            if let Some(reason) = reason(planned) {
                planned.task = Err(reason);
            }
        }
    }

    /// About how many requests carrying it out takes, once.
    pub fn requests(&self) -> usize {
        let tasks = self.cases.iter().filter_map(|case| case.task.as_ref().ok());
        let of_step = |step: &PlannedStep| match &step.action {
            Action::Fetch(fetch) => {
                let is_simple = is_cors_safelisted_method(&fetch.method)
                    && fetch.headers.is_empty()
                    && !fetch.upload_listener;
                if is_simple { 1 } else { 2 }
            }
            Action::Send(_) => 1,
        };
        tasks.flat_map(|task| &task.steps).map(of_step).sum()
    }

    /// Number of selected cases.
    pub fn selected(&self) -> usize {
        self.cases.iter().filter(|planned| planned.selected).count()
    }

    /// The sites that are used, each once, in plan order; that of a single-site subject always.
    pub fn sites(&self) -> Vec<&Site> {
        let mut sites: Vec<&Site> = Vec::new();
        if let Subject::Site { site, .. } = &self.subject {
            sites.push(site);
        }
        for planned in &self.cases {
            if let Ok(task) = &planned.task
                && !sites
                    .iter()
                    .any(|site| std::rc::Rc::ptr_eq(&site.target, &task.site.target))
            {
                sites.push(&task.site);
            }
        }
        sites
    }
}

struct Planner<'a> {
    all: &'a [ServerCase],
    by_id: BTreeMap<&'a str, usize>,
    /// Position in `all` to position in the plan.
    places: BTreeMap<usize, usize>,
    cases: Vec<PlannedCase>,
    fillers: Fillers<'a>,
}

impl Planner<'_> {
    /// Plans a case after its partner, which is at most `depth` steps of pairing away.
    fn place(&mut self, position: usize, depth: usize) -> Result<usize, PlanError> {
        if let Some(place) = self.places.get(&position) {
            return Ok(*place);
        }
        // Positions come from `all` itself.
        let Some(case) = self.all.get(position) else {
            return Ok(0);
        };
        let partner = match &case.paired_with {
            None => None,
            Some(id) => {
                let Some(&partner) = self.by_id.get(id.as_str()) else {
                    let (case, partner) = (case.id.clone(), id.clone());
                    return Err(PlanError::UnknownPartner { case, partner });
                };
                let Some(depth) = depth.checked_sub(1) else {
                    return Err(PlanError::Circle {
                        case: case.id.clone(),
                    });
                };
                Some(self.place(partner, depth)?)
            }
        };
        let place = self.cases.len();
        let task = task(case, &mut self.fillers);
        self.cases.push(PlannedCase {
            case: case.clone(),
            selected: false,
            partner,
            task,
        });
        self.places.insert(position, place);
        Ok(place)
    }
}

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
