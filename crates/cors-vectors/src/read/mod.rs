//! Reading case files, policies and rules: the shape first, then what the types cannot say.
//!
//! Every function names the file it is given in its errors and reads nothing but its arguments.

mod agent;
mod citation;
mod json;
mod policy;
mod server;

use std::collections::{BTreeMap, BTreeSet};

use crate::agent::AgentFile;
use crate::error::{Error, Errors, Problem};
use crate::names::is_token;
use crate::policy::{NamedPolicy, Policy, PolicyFile};
use crate::rules::{RuleFile, Side};
use crate::server::ServerFile;
use crate::text::{HeaderPair, Text};

pub(crate) use json::Source;

/// Reads a file of agent cases. The name is that of the file, with or without folders.
///
/// What refers to other files (rules, ids taken elsewhere) is checked when a
/// [`Library`](crate::library::Library) is put together.
///
/// # Errors
///
/// Everything that is wrong, unless the shape is: then the first.
pub fn read_agent_file(name: &str, text: &str) -> Result<AgentFile, Errors> {
    let source = Source::new(name, text);
    let file: AgentFile = source.shape()?;
    Errors::none_or(agent::check(&source, &file), file)
}

/// Reads a file of server cases. The name is that of the file, with or without folders.
///
/// What refers to other files (policies, pairs, rules, ids taken elsewhere) is checked when a
/// [`Library`](crate::library::Library) is put together.
///
/// # Errors
///
/// Everything that is wrong, unless the shape is: then the first.
pub fn read_server_file(name: &str, text: &str) -> Result<ServerFile, Errors> {
    let source = Source::new(name, text);
    let file: ServerFile = source.shape()?;
    Errors::none_or(server::check(&source, &file), file)
}

/// Reads the named policies.
///
/// # Errors
///
/// Everything that is wrong, unless the shape is: then the first.
pub fn read_policies(name: &str, text: &str) -> Result<PolicyFile, Errors> {
    let source = Source::new(name, text);
    let file: PolicyFile = source.shape()?;
    let errors = check_policies(&source, &file.policies);
    Errors::none_or(errors, file)
}

/// Everything that is wrong with named policies.
fn check_policies(source: &Source<'_>, policies: &BTreeMap<String, NamedPolicy>) -> Vec<Error> {
    let mut errors = Vec::new();
    for (policy_name, named) in policies {
        if !is_slug(policy_name) {
            errors.push(source.error(
                Some(policy_name),
                "policies".to_owned(),
                Problem::Broken("a policy's name is of lower-case letters, digits and hyphens"),
            ));
        }
        for (field, problem) in policy::check(&named.policy) {
            let field = format!("policy.{field}");
            errors.push(source.error(Some(policy_name), field, problem));
        }
    }
    errors
}

/// Reads a user's policy, a TOML file.
///
/// # Errors
///
/// Everything that is wrong, unless the shape is: then the first.
pub fn read_policy_toml(name: &str, text: &str) -> Result<Policy, Errors> {
    let deserializer = toml::Deserializer::parse(text).map_err(|error| {
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        let problem = format!("not TOML: {}", error.message());
        Error::Syntax {
            file: name.to_owned(),
            line,
            column,
            problem,
        }
    })?;
    let read: Result<Policy, _> = serde_path_to_error::deserialize(deserializer);
    let policy = read.map_err(|error| {
        let field = json::field_of(error.path().iter());
        let inner = error.into_inner();
        let (line, column) = position(text, inner.span().map_or(0, |span| span.start));
        let problem = inner.message().to_owned();
        Error::Shape {
            file: name.to_owned(),
            line,
            column,
            case: None,
            field,
            problem,
        }
    })?;
    let spans = toml::de::DeTable::parse(text).ok();
    let errors = policy::check(&policy)
        .into_iter()
        .map(|(field, problem)| {
            let at = spans
                .as_ref()
                .and_then(|table| policy::span_of(table.get_ref(), &field));
            let (line, _) = position(text, at.unwrap_or(0));
            Error::Value {
                file: name.to_owned(),
                line,
                case: None,
                field,
                problem: Box::new(problem),
            }
        })
        .collect();
    Errors::none_or(errors, policy)
}

/// Checks a policy that was read by other means, such as one inferred from answers.
///
/// # Errors
///
/// Everything that is wrong; the name stands where a file's would.
pub fn check_policy(name: &str, policy: &Policy) -> Result<(), Errors> {
    let errors = policy::check(policy)
        .into_iter()
        .map(|(field, problem)| Error::Value {
            file: name.to_owned(),
            line: 1,
            case: None,
            field,
            problem: Box::new(problem),
        })
        .collect();
    Errors::none_or(errors, ())
}

/// Reads the rules.
///
/// # Errors
///
/// Everything that is wrong, unless the shape is: then the first.
pub fn read_rules(name: &str, text: &str) -> Result<RuleFile, Errors> {
    let source = Source::new(name, text);
    let file: RuleFile = source.shape()?;
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for rule in &file.rules {
        let mut push = |field: String, problem| {
            errors.push(source.error(Some(&rule.id), field, problem));
        };
        let prefix = match rule.side {
            Side::Client => "CL-",
            Side::Server => "SV-",
        };
        if !rule.id.strip_prefix(prefix).is_some_and(is_rule_slug) {
            push(
                "id".to_owned(),
                Problem::Broken(
                    "a rule's id is `CL-` (client) or `SV-` (server), a group in capitals and a \
                     number of two digits, such as `CL-CHECK-04`",
                ),
            );
        }
        if !seen.insert(rule.id.as_str()) {
            let (name, by) = (rule.id.clone(), "another rule of this file".to_owned());
            push("id".to_owned(), Problem::Taken { name, by });
        }
        for (index, spec) in rule.spec.iter().enumerate() {
            if let Err(problem) = citation::check(spec) {
                push(format!("spec[{index}]"), problem);
            }
        }
        sentence(&rule.statement, "statement", &mut push);
        if let Some(reason) = &rule.out_of_scope {
            sentence(reason, "out_of_scope", &mut push);
        }
    }
    Errors::none_or(errors, file)
}

fn is_rule_slug(slug: &str) -> bool {
    slug.split_once('-').is_some_and(|(group, number)| {
        !group.is_empty()
            && group.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 2
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Line and column, both from 1, of a byte offset.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    (line, column)
}

fn is_slug(slug: &str) -> bool {
    !slug.is_empty()
        && !slug.starts_with('-')
        && !slug.ends_with('-')
        && !slug.contains("--")
        && slug
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The part of a file's name that its area must repeat, and whether the name says that the file is
/// generated.
fn area_of(name: &str) -> (&str, bool) {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = base.strip_suffix(".json").unwrap_or(base);
    match stem.strip_suffix(".generated") {
        Some(stem) => (stem, true),
        None => (stem, false),
    }
}

fn sentence(text: &str, field: &str, push: &mut dyn FnMut(String, Problem)) {
    if text.trim().is_empty() {
        push(
            field.to_owned(),
            Problem::Broken("expected a sentence, found nothing"),
        );
    }
}

/// What agent and server cases have in common.
struct Common<'a> {
    id: &'a str,
    aliases: &'a [String],
    title: &'a str,
    spec: &'a [String],
    rules: &'a [String],
    tags: &'a [String],
}

fn common(area: &str, case: &Common<'_>, push: &mut dyn FnMut(String, Problem)) {
    let bad_id = |found: &str| {
        let slug = found
            .strip_prefix(area)
            .and_then(|rest| rest.strip_prefix('/'));
        (!slug.is_some_and(is_slug)).then(|| Problem::Id {
            found: found.to_owned(),
            area: area.to_owned(),
        })
    };
    if let Some(problem) = bad_id(case.id) {
        push("id".to_owned(), problem);
    }
    for (index, alias) in case.aliases.iter().enumerate() {
        // An alias may have been in another file.
        let known_shape = alias
            .split_once('/')
            .is_some_and(|(area, slug)| is_slug(area) && is_slug(slug));
        if !known_shape {
            push(
                format!("aliases[{index}]"),
                Problem::Id {
                    found: alias.clone(),
                    area: "area".to_owned(),
                },
            );
        }
    }
    sentence(case.title, "title", push);
    if case.spec.is_empty() {
        push(
            "spec".to_owned(),
            Problem::Broken("expected at least one citation"),
        );
    }
    for (index, spec) in case.spec.iter().enumerate() {
        if let Err(problem) = citation::check(spec) {
            push(format!("spec[{index}]"), problem);
        }
    }
    no_repeats(case.rules, "rules", push);
    no_repeats(case.tags, "tags", push);
    for (index, tag) in case.tags.iter().enumerate() {
        if !is_slug(tag) {
            push(
                format!("tags[{index}]"),
                Problem::Broken("a tag is of lower-case letters, digits and hyphens"),
            );
        }
    }
}

fn no_repeats(names: &[String], field: &str, push: &mut dyn FnMut(String, Problem)) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        if !seen.insert(name) {
            let by = format!("an earlier entry of `{field}`");
            push(
                format!("{field}[{index}]"),
                Problem::Taken {
                    name: name.clone(),
                    by,
                },
            );
        }
    }
}

/// Checks the placeholders of a text against those known there.
fn text(text: &Text, field: String, known: &[&'static str], push: &mut dyn FnMut(String, Problem)) {
    // A length that only shows when expanded is found with stand-ins of one byte.
    let stand_in = |name: &str| known.contains(&name).then(|| vec![b'x']);
    match text.expand(&stand_in) {
        Ok(_) => {}
        Err(crate::text::TextError::Unfilled { name }) => {
            push(
                field,
                Problem::Placeholder {
                    name,
                    known: known.to_vec(),
                },
            );
        }
        Err(error) => push(field, error.into()),
    }
}

fn optional_text(
    value: Option<&Text>,
    field: String,
    known: &[&'static str],
    push: &mut dyn FnMut(String, Problem),
) {
    if let Some(value) = value {
        text(value, field, known, push);
    }
}

fn header_pairs(
    pairs: &[HeaderPair],
    field: &str,
    known: &[&'static str],
    push: &mut dyn FnMut(String, Problem),
) {
    for (index, (name, value)) in pairs.iter().enumerate() {
        text(name, format!("{field}[{index}][0]"), known, push);
        text(value, format!("{field}[{index}][1]"), known, push);
    }
}

fn header_name(name: &str, field: String, push: &mut dyn FnMut(String, Problem)) {
    if !is_token(name.as_bytes()) {
        push(
            field,
            Problem::Token {
                found: name.to_owned(),
                what: "header name",
            },
        );
    }
}
