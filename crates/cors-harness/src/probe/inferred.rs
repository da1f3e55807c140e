//! What was learnt of a server, and on what it rests.

use std::collections::BTreeSet;

use cors_vectors::policy::Policy;

use crate::plan::{Action, PlannedCase};

/// Requests that are made at most to learn a policy.
pub const MOST_REQUESTS: usize = 400;

/// What was learnt of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inferred {
    /// What it seems to allow.
    pub policy: Policy,
    /// How that is known.
    pub evidence: Evidence,
    /// Origins and header names that the policy allows in general and the server refused, so that
    /// nobody can say what is meant.
    pub unsettled: BTreeSet<String>,
}

/// What each part of an inferred policy rests on, as sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The URL that was asked.
    pub url: String,
    /// Requests that were made.
    pub requests: usize,
    /// On the whole.
    pub about: Vec<String>,
    /// On `allow_origins`.
    pub origins: Vec<String>,
    /// On `allow_credentials`.
    pub credentials: Vec<String>,
    /// On `allow_methods`.
    pub methods: Vec<String>,
    /// On `allow_headers`.
    pub headers: Vec<String>,
    /// On `expose_headers`.
    pub expose: Vec<String>,
    /// On `max_age`.
    pub max_age: Vec<String>,
}

impl Inferred {
    /// Why a case says nothing under this policy: it depends on something that is not settled.
    pub fn unsettled(&self, planned: &PlannedCase) -> Option<String> {
        let task = planned.task.as_ref().ok()?;
        let unsettled = |text: &[u8]| {
            let text = String::from_utf8_lossy(text);
            let found = self.unsettled.iter();
            found
                .map(String::as_str)
                .find(|known| known.eq_ignore_ascii_case(&text))
        };
        let text = task.steps.iter().find_map(|step| match &step.action {
            Action::Fetch(fetch) => unsettled(&fetch.origin)
                .or_else(|| fetch.headers.iter().find_map(|(name, _)| unsettled(name))),
            Action::Send(_) => None,
        })?;
        Some(format!(
            "the answers do not settle whether {text} is meant to be allowed"
        ))
    }
}
