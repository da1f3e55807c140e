//! Reading case files, policies and rules: the shape first, then what the types cannot say.
//!
//! Every function names the file it is given in its errors and reads nothing but its arguments.

mod agent;
mod citation;
mod common;
mod json;
mod policies;
mod server;

use std::collections::BTreeSet;

use crate::agent::AgentFile;
use crate::error::{Errors, Problem};
use crate::flags::FlagFile;
use crate::rules::{RuleFile, Side};
use crate::server::ServerFile;

use common::{is_slug, sentence};
pub(crate) use json::Source;
pub use policies::read_policies;
// Until all use cors-policy.
pub use cors_policy::read::{check_policy, read_policy_toml};

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

/// Reads the flags.
///
/// # Errors
///
/// Everything that is wrong, unless the shape is: then the first.
pub fn read_flags(name: &str, text: &str) -> Result<FlagFile, Errors> {
    let source = Source::new(name, text);
    let file: FlagFile = source.shape()?;
    let mut errors = Vec::new();
    let (mut ids, mut classes) = (BTreeSet::new(), BTreeSet::new());
    for flag in &file.flags {
        let mut push = |field: &str, problem| {
            errors.push(source.error(Some(&flag.id), field.to_owned(), problem));
        };
        if !is_slug(&flag.id) {
            push(
                "id",
                Problem::Broken("expected lower-case letters and digits, joined by single hyphens"),
            );
        }
        for (field, name, seen) in [
            ("id", &flag.id, &mut ids),
            ("class", &flag.class, &mut classes),
        ] {
            if !seen.insert(name.as_str()) {
                let by = "another flag of this file".to_owned();
                let name = name.clone();
                push(field, Problem::Taken { name, by });
            }
        }
        let mut of_text = |field: String, problem| push(&field, problem);
        sentence(&flag.description, "description", &mut of_text);
        sentence(&flag.effect, "effect", &mut of_text);
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
