//! What server cases must be, beyond their shape and within their file.

use std::collections::BTreeSet;

use super::common::{
    Common, area_of, common, header_name, header_pairs, is_slug, no_repeats, optional_text,
    sentence, text,
};
use super::json::Source;
use super::policies::check_policies;
use crate::check::{Check, HeaderIs, HeaderStatement, On, Statement};
use crate::error::{Error, Problem};
use crate::fill::SERVER_PLACEHOLDERS;
use crate::server::{RawSend, ServerCase, ServerFile, Step, Verdict};
use crate::text::Text;

const SCHEMA: &str = "../schema/server.schema.json";

/// Everything that is wrong with a file of server cases.
pub(super) fn check(source: &Source<'_>, file: &ServerFile) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut push = |field: String, problem| errors.push(source.error(None, field, problem));
    let (expected, _) = area_of(source.name());
    if file.area != expected {
        let (expected, found) = (expected.to_owned(), file.area.clone());
        push("area".to_owned(), Problem::Area { expected, found });
    }
    if file
        .schema
        .as_deref()
        .is_some_and(|schema| schema != SCHEMA)
    {
        push(
            "$schema".to_owned(),
            Problem::Broken("expected `../schema/server.schema.json`"),
        );
    }
    sentence(&file.about, "about", &mut push);
    errors.extend(check_policies(source, &file.policies));
    let mut seen = BTreeSet::new();
    for case in &file.cases {
        let mut push = |field: String, problem| {
            errors.push(source.error(Some(&case.id), field, problem));
        };
        if !seen.insert(case.id.as_str()) {
            let by = "another case of this file".to_owned();
            push(
                "id".to_owned(),
                Problem::Taken {
                    name: case.id.clone(),
                    by,
                },
            );
        }
        check_case(&file.area, case, &mut push);
    }
    errors
}

fn check_case(area: &str, case: &ServerCase, push: &mut dyn FnMut(String, Problem)) {
    let shared = Common {
        id: &case.id,
        aliases: &case.aliases,
        title: &case.title,
        spec: &case.spec,
        rules: &case.rules,
        tags: &case.tags,
    };
    common(area, &shared, push);
    sentence(&case.why, "why", push);
    let mut seen = BTreeSet::new();
    for (index, requirement) in case.requires.iter().enumerate() {
        if !seen.insert(requirement) {
            let (name, by) = (
                requirement.name().to_owned(),
                "an earlier entry of `requires`".to_owned(),
            );
            push(format!("requires[{index}]"), Problem::Taken { name, by });
        }
    }
    let refuses = case
        .steps
        .iter()
        .any(|step| step.verdict == Some(Verdict::Refused));
    if refuses && case.paired_with.is_none() {
        push(
            "paired_with".to_owned(),
            Problem::Broken(
                "a case with a `refused` verdict names the case that shows the same under the same \
                 policy as `shared`; otherwise a server that does nothing would pass",
            ),
        );
    }
    no_repeats(&case.catches, "catches", push);
    if !case.catches.is_sorted() {
        push(
            "catches".to_owned(),
            Problem::Broken("expected the names in alphabetical order"),
        );
    }
    if case.steps.is_empty() {
        push(
            "steps".to_owned(),
            Problem::Broken("expected at least one step"),
        );
    }
    if case
        .steps
        .iter()
        .all(|step| step.verdict.is_none() && step.checks.is_empty())
    {
        push(
            "steps".to_owned(),
            Problem::Broken("the case states nothing: no verdict, no check"),
        );
    }
    let mut ids = BTreeSet::new();
    for (index, step) in case.steps.iter().enumerate() {
        check_step(&format!("steps[{index}]"), step, push);
        let raw = step.send.as_ref().is_some_and(|send| send.raw);
        for (number, check) in step.checks.iter().enumerate() {
            let at = format!("steps[{index}].checks[{number}]");
            if !ids.insert(check.id.as_str()) {
                let (name, by) = (check.id.clone(), "another check of this case".to_owned());
                push(format!("{at}.id"), Problem::Taken { name, by });
            }
            let when = check.when.as_ref();
            let wire = |statement: &Statement| matches!(statement, Statement::Wire(_));
            if !raw && (wire(&check.statement) || when.is_some_and(wire)) {
                push(
                    format!("{at}.wire"),
                    Problem::Broken("only a `send` with `\"raw\": true` sees the bytes"),
                );
            }
            check_check(&at, check, push);
        }
        if let Some(send) = &step.send
            && send.spelling.is_some()
            && !step.checks.is_empty()
            && !shows_spelling(case, send)
        {
            push(
                format!("steps[{index}].send.spelling"),
                Problem::Broken(
                    "expected two GETs of the path without `Origin` and one of this spelling, so \
                     that it shows whether the spelling is served as the path is",
                ),
            );
        }
    }
}

/// Whether a case has the requests by which it shows that a spelling is served as the path is.
fn shows_spelling(case: &ServerCase, of: &RawSend) -> bool {
    let is_origin =
        |name: &Text| matches!(name, Text::Plain(name) if name.eq_ignore_ascii_case("origin"));
    let sends = case.steps.iter().filter_map(|step| step.send.as_ref());
    let bare = sends.filter(|send| {
        send.method == Text::Plain("GET".to_owned())
            && (send.endpoint, &send.suffix) == (of.endpoint, &of.suffix)
            && !send.headers.iter().any(|(name, _)| is_origin(name))
    });
    let (mut plain, mut spelled) = (0, 0);
    for send in bare {
        plain += usize::from(send.spelling.is_none());
        spelled += usize::from(send.spelling == of.spelling);
    }
    plain > 1 && spelled > 0
}

fn check_step(at: &str, step: &Step, push: &mut dyn FnMut(String, Problem)) {
    let known: Vec<&str> = SERVER_PLACEHOLDERS.iter().map(|(name, _)| *name).collect();
    match (&step.fetch, &step.send) {
        (Some(_), Some(_)) | (None, None) => push(
            at.to_owned(),
            Problem::Broken("expected exactly one of `fetch` (what a page does) and `send`"),
        ),
        (Some(fetch), None) => {
            if step.verdict.is_none() {
                push(
                    format!("{at}.verdict"),
                    Problem::Broken("a `fetch` has a verdict: `shared` or `refused`"),
                );
            }
            let reads = !fetch.reads.is_empty() || !fetch.cannot_read.is_empty();
            if reads && step.verdict != Some(Verdict::Shared) {
                push(
                    format!("{at}.fetch"),
                    Problem::Broken("`reads` and `cannot_read` need the verdict `shared`"),
                );
            }
            text(&fetch.origin, format!("{at}.fetch.origin"), &known, push);
            text(&fetch.method, format!("{at}.fetch.method"), &known, push);
            header_pairs(&fetch.headers, &format!("{at}.fetch.headers"), &known, push);
            optional_text(
                fetch.body.as_ref(),
                format!("{at}.fetch.body"),
                &known,
                push,
            );
            for (field, names) in [("reads", &fetch.reads), ("cannot_read", &fetch.cannot_read)] {
                for (index, name) in names.iter().enumerate() {
                    text(name, format!("{at}.fetch.{field}[{index}]"), &known, push);
                }
            }
        }
        (None, Some(send)) => {
            if step.verdict.is_some() {
                push(
                    format!("{at}.verdict"),
                    Problem::Broken("a `send` has no verdict: no browser judges it"),
                );
            }
            text(&send.method, format!("{at}.send.method"), &known, push);
            optional_text(
                send.suffix.as_ref(),
                format!("{at}.send.suffix"),
                &known,
                push,
            );
            header_pairs(&send.headers, &format!("{at}.send.headers"), &known, push);
            optional_text(send.body.as_ref(), format!("{at}.send.body"), &known, push);
            for (index, check) in step.checks.iter().enumerate() {
                if check.on != On::Last {
                    push(
                        format!("{at}.checks[{index}].on"),
                        Problem::Broken("a `send` has one answer: leave `on` out"),
                    );
                }
            }
        }
    }
}

fn check_check(at: &str, check: &Check, push: &mut dyn FnMut(String, Problem)) {
    let known: Vec<&str> = SERVER_PLACEHOLDERS.iter().map(|(name, _)| *name).collect();
    if !is_slug(&check.id) {
        push(
            format!("{at}.id"),
            Problem::Broken("a check's id is of lower-case letters, digits and hyphens"),
        );
    }
    for value in check.texts() {
        text(value, at.to_owned(), &known, push);
    }
    if let Some(when) = &check.when {
        check_statement(&format!("{at}.when"), when, push);
    }
    check_statement(at, &check.statement, push);
}

fn check_statement(at: &str, statement: &Statement, push: &mut dyn FnMut(String, Problem)) {
    match statement {
        Statement::Header(HeaderStatement { header, is }) => {
            header_name(header, format!("{at}.header"), push);
            match is {
                HeaderIs::OneOf(values) | HeaderIs::AbsentOrOneOf(values) if values.is_empty() => {
                    push(
                        at.to_owned(),
                        Problem::Broken("expected at least one value"),
                    );
                }
                HeaderIs::MaxLines(0) => {
                    push(
                        format!("{at}.max_lines"),
                        Problem::Broken("no line is `\"absent\": true`"),
                    );
                }
                HeaderIs::Kept(false) => {
                    push(
                        format!("{at}.kept"),
                        Problem::Broken("expected `true`: what is lost is nothing to demand"),
                    );
                }
                HeaderIs::Absent(_)
                | HeaderIs::Kept(true)
                | HeaderIs::Equals(_)
                | HeaderIs::OneOf(_)
                | HeaderIs::AbsentOrOneOf(_)
                | HeaderIs::Not(_)
                | HeaderIs::HasToken(_)
                | HeaderIs::HasTokenIfDue(_)
                | HeaderIs::LacksToken(_)
                | HeaderIs::LacksBytes(_)
                | HeaderIs::MaxLines(_)
                | HeaderIs::Grammar(_) => {}
            }
        }
        Statement::Wire(_) | Statement::Body(_) => {}
        Statement::Status(status) => {
            let well_formed = status
                .status
                .iter()
                .all(|(first, last)| (100..=999).contains(first) && first <= last && *last <= 999);
            if status.status.is_empty() || !well_formed {
                push(
                    format!("{at}.status"),
                    Problem::Broken("expected ranges `[first, last]` of statuses from 100 to 999"),
                );
            }
        }
    }
}
