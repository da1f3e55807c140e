//! Which failures have one cause, in which order causes are shown, and which case stands for each.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use cors_harness::attribute::{misses, sent_against_the_policy, shows};
use cors_harness::cause::{Cause, Impact};
use cors_harness::defect::{Defect, Stranger, Where, Wrong};
use cors_harness::event::{CaseEvent, ExchangeEvent, Kind};
use cors_vectors::server::Level;

use crate::block;

const ORIGIN: &str = "access-control-allow-origin";

/// Cases about the plainest requests, the plainest first. Where they fail, they show a cause better
/// than a case with a special question.
pub const PLAINEST: [&str; 9] = [
    "origin/allowed",
    "credentials/allowed",
    "origin/allowed-preflight",
    "methods/listed",
    "request-headers/listed",
    "credentials/allowed-preflight",
    "exposed-headers/listed",
    "max-age/stated",
    "vary/allowed",
];

/// Failures that have one cause: the first stands for the others.
#[derive(Debug)]
pub struct Group<'a> {
    /// What the server does wrong, where that is known.
    pub wrong: Option<Wrong>,
    /// The one that is explained: the plainest.
    pub first: &'a CaseEvent,
    /// The ones that are only named, the plainest first.
    pub others: Vec<&'a CaseEvent>,
}

impl Group<'_> {
    /// All of them, in order.
    pub fn cases(&self) -> impl Iterator<Item = &CaseEvent> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// How many there are, by level.
    pub fn size(&self) -> String {
        let count = self.others.len() + 1;
        let cases = if count == 1 { "case" } else { "cases" };
        let levels = [Level::Must, Level::Should, Level::Info].map(|level| {
            let of_level = self.cases().filter(|case| case.level == level);
            (of_level.count(), block::level(level))
        });
        let levels = levels.iter().filter(|(count, _)| *count > 0);
        let counted: Vec<String> = levels
            .map(|(count, level)| format!("{count} {level}"))
            .collect();
        if counted.len() > 1 {
            format!("{count} {cases}: {}", counted.join(", "))
        } else {
            format!("{count} {cases}, {}", block::level(self.level()))
        }
    }

    /// The highest level among them.
    pub fn level(&self) -> Level {
        let levels = self.cases().map(|case| case.level);
        levels.max().unwrap_or(Level::Info)
    }
}

/// Failures by their cause, plainest first; the causes by level, then by how fundamental they are.
pub fn groups(failures: &[CaseEvent]) -> Vec<Group<'_>> {
    let seen = Seen::of(failures);
    let mut sorted: Vec<(Option<Wrong>, &CaseEvent)> = failures
        .iter()
        .map(|case| (seen.wrong(case), case))
        .collect();
    sorted.sort_by_cached_key(|(wrong, case)| plainness(case, wrong.as_ref()));
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (wrong, case) in sorted {
        let same = |group: &&mut Group<'_>| match (&group.wrong, &wrong) {
            (Some(one), Some(other)) => one == other,
            (None, None) => is_same(group.first, case),
            _ => false,
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.others.push(case),
            None => groups.push(Group {
                wrong,
                first: case,
                others: Vec::new(),
            }),
        }
    }
    groups.sort_by_cached_key(|group| {
        let is_unknown = group.wrong.is_none();
        (
            Reverse(group.level()),
            is_unknown,
            group.wrong.clone(),
            impact(group.first),
        )
    });
    groups
}

/// What a failure does to people.
pub fn impact(case: &CaseEvent) -> Impact {
    let cause = case.cause.as_ref();
    cause.map_or(Impact::Unanswered, |cause| cause.impact)
}

/// Whether a case sends what no browser does.
fn is_raw(case: &CaseEvent) -> bool {
    let mut exchanges = case.steps.iter().flat_map(|step| &step.exchanges);
    exchanges.any(|exchange| exchange.kind == Kind::Raw)
}

fn defects(case: &CaseEvent) -> &[Defect] {
    let cause = case.cause.as_ref();
    cause.map_or(&[][..], |cause| cause.defects.as_slice())
}

/// Whether two failures of which no defect is known are the same thing.
fn is_same(one: &CaseEvent, other: &CaseEvent) -> bool {
    let causes: (Option<&Cause>, Option<&Cause>) = (one.cause.as_ref(), other.cause.as_ref());
    match causes {
        (Some(cause), Some(others)) => one.level == other.level && cause.is_same(others),
        _ => false,
    }
}

/// What the failures of a run show together.
#[derive(Debug, Default)]
struct Seen {
    /// What is wrong, as it stands in the cases.
    wrongs: BTreeSet<Wrong>,
    /// The allowed origins to whose ordinary requests `Access-Control-Allow-Origin` is missing.
    shut_out: BTreeSet<String>,
    /// What `Access-Control-Allow-Origin` is where it is neither the page's origin nor has to be.
    invented: BTreeSet<String>,
}

impl Seen {
    fn of(failures: &[CaseEvent]) -> Self {
        let mut seen = Self::default();
        for case in failures {
            let is_ordinary = case.level == Level::Must && !is_raw(case);
            for defect in defects(case) {
                if is_ordinary
                    && defect.wrong == Wrong::NotGranted(Where::Response)
                    && let Some(origin) = origin(case, defect)
                {
                    seen.shut_out.insert(origin.to_owned());
                }
                if defect.wrong == header(ORIGIN) {
                    let values = response_values(case, defect, ORIGIN);
                    seen.invented.extend(values.map(str::to_owned));
                }
                seen.wrongs.insert(defect.wrong.clone());
            }
        }
        seen
    }

    /// The most fundamental thing that a case shows.
    fn wrong(&self, case: &CaseEvent) -> Option<Wrong> {
        let wrongs = defects(case).iter();
        wrongs.map(|defect| self.cause(case, defect)).min()
    }

    fn is_shut_out(&self, case: &CaseEvent, defect: &Defect) -> bool {
        origin(case, defect).is_some_and(|origin| self.shut_out.contains(origin))
    }

    fn has_granted(&self, stranger: Stranger) -> bool {
        self.wrongs.contains(&Wrong::Granted(stranger))
    }

    /// What is wrong with a header of which a check alone says that something is.
    fn cause_of_header(&self, name: &str) -> Wrong {
        let lacks = Wrong::Lacks {
            header: name.to_owned(),
        };
        let exceeds = Wrong::Exceeds {
            header: name.to_owned(),
        };
        let of_origin = (name == ORIGIN).then_some(Wrong::WrongOrigin);
        let mut causes = of_origin.into_iter().chain([lacks, exceeds]);
        let known = causes.find(|cause| self.wrongs.contains(cause));
        known.unwrap_or_else(|| header(name))
    }

    /// What a defect comes from, which may be more than it shows itself.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what is not named here comes from itself"
    )]
    fn cause(&self, case: &CaseEvent, defect: &Defect) -> Wrong {
        match &defect.wrong {
            // A server that allows any origin allows the look-alikes too.
            Wrong::Granted(_) if self.has_granted(Stranger::Any) => Wrong::Granted(Stranger::Any),
            Wrong::Granted(Stranger::Malformed | Stranger::Port)
                if self.has_granted(Stranger::Host) =>
            {
                Wrong::Granted(Stranger::Host)
            }
            Wrong::Granted(Stranger::Malformed)
                if response_values(case, defect, ORIGIN)
                    .any(|value| self.invented.contains(value)) =>
            {
                self.cause_of_header(ORIGIN)
            }
            Wrong::Granted(Stranger::Malformed) if self.wrongs.contains(&Wrong::Wildcard) => {
                Wrong::Wildcard
            }
            Wrong::Granted(Stranger::Malformed) => {
                let is_null =
                    origin(case, defect).is_some_and(|text| text.eq_ignore_ascii_case("null"));
                let others = [Stranger::Port, Stranger::Scheme, Stranger::Local];
                let null = [Stranger::Null].into_iter().filter(|_| is_null);
                let mut others = null.chain(others);
                let other = others.find(|other| self.has_granted(*other));
                Wrong::Granted(other.unwrap_or(Stranger::Malformed))
            }
            // Who is shut out is shut out everywhere.
            Wrong::NotGranted(_) | Wrong::WrongOrigin if self.is_shut_out(case, defect) => {
                Wrong::NotGranted(Where::Response)
            }
            Wrong::Preflight { .. }
                if self.is_shut_out(case, defect) && !has_allow_origin(case, defect) =>
            {
                Wrong::NotGranted(Where::Response)
            }
            Wrong::Preflight { status } => Wrong::Preflight {
                status: status / 100 * 100,
            },
            Wrong::Lacks { header } if self.wrongs.contains(&Wrong::NoLists) => {
                let is_missing = response_values(case, defect, header).next().is_none();
                if is_missing && header.starts_with("access-control-allow-") {
                    Wrong::NoLists
                } else {
                    defect.wrong.clone()
                }
            }
            Wrong::Header { header } => self.cause_of_header(header),
            wrong => wrong.clone(),
        }
    }
}

fn header(name: &str) -> Wrong {
    Wrong::Header {
        header: name.to_owned(),
    }
}

/// The exchange in which a defect shows.
pub(crate) fn exchange<'a>(case: &'a CaseEvent, defect: &Defect) -> Option<&'a ExchangeEvent> {
    case.steps.get(defect.step)?.exchanges.get(defect.exchange)
}

/// The origin whose page asks where a defect shows.
pub(crate) fn origin<'a>(case: &'a CaseEvent, defect: &Defect) -> Option<&'a str> {
    let headers = &exchange(case, defect)?.request.headers;
    let mut headers = headers.iter();
    let found = headers.find(|(name, _)| name.eq_ignore_ascii_case("origin"));
    found.map(|(_, value)| value.trim_matches(' '))
}

/// The values of a header of the response in which a defect shows.
pub(crate) fn response_values<'a>(
    case: &'a CaseEvent,
    defect: &Defect,
    name: &str,
) -> impl Iterator<Item = &'a str> {
    let exchange = exchange(case, defect);
    let response = exchange.and_then(|exchange| exchange.response.as_ref());
    let lines = response.into_iter().flat_map(|response| &response.headers);
    lines
        .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

fn has_allow_origin(case: &CaseEvent, defect: &Defect) -> bool {
    let mut values = response_values(case, defect, ORIGIN);
    values.next().is_some()
}

/// Orders the failures of one cause: an ordinary request of an ordinary page before preflights, those
/// before requests that no browser makes, an ok response before an error page, one step before many.
fn plainness(case: &CaseEvent, wrong: Option<&Wrong>) -> impl Ord + use<> {
    let steps = || case.steps.iter().enumerate();
    let has_shown = steps().any(|(index, step)| shows(case, index, step));
    let shown: Vec<_> = steps()
        .filter(|(index, step)| !has_shown || shows(case, *index, step))
        .map(|(_, step)| step)
        .collect();
    let exchanges = || shown.iter().flat_map(|step| &step.exchanges);
    let is_raw = exchanges().any(|exchange| exchange.kind == Kind::Raw);
    let is_error = exchanges().any(|exchange| {
        let response = exchange.response.as_ref();
        exchange.kind != Kind::Preflight && response.is_some_and(|response| response.status >= 400)
    });
    let has_preflight = exchanges().any(|exchange| exchange.kind == Kind::Preflight);
    let other_methods = exchanges().filter(|exchange| {
        let method = exchange.request.method.as_str();
        !["GET", "OPTIONS"].contains(&method)
    });
    let headers = exchanges().map(|exchange| exchange.request.headers.len());
    let length = exchanges().map(|exchange| exchange.request.url.len());
    let own = defects(case).first().map(|defect| &defect.wrong);
    let is_decided = shown
        .iter()
        .any(|step| misses(step) || sent_against_the_policy(step));
    let is_sent = shown.iter().any(|step| sent_against_the_policy(step));
    (
        Reverse(case.level),
        wrong != own,
        (is_raw, !is_decided, is_error, is_sent, has_preflight),
        PLAINEST
            .iter()
            .position(|id| *id == case.id)
            .unwrap_or(PLAINEST.len()),
        shown.len(),
        other_methods.count(),
        (length.max(), headers.max()),
        case.exchanges,
        case.id.clone(),
    )
}
