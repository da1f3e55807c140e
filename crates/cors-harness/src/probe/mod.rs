//! What a server seems to allow, learnt by asking it, where nobody stated its policy.
//!
//! [`infer`] asks a bounded number of questions one after the other: GET and OPTIONS alone, each as
//! a page would ask, with the model user agent as the judge of the answer. What it learns is a
//! [`Policy`], and per line of it the [`Evidence`]: what was asked, what came of it, and what
//! asking cannot tell. [`Inferred::toml`] writes both down, to be corrected and kept.
//!
//! Two things are never taken for a policy, whatever the answers: credentials for any origin, and
//! credentials for `null`. Either lets every page act as its visitors. The cases then fail where
//! the server grants it.

mod asker;
mod learn;
mod origins;
mod toml;

use std::collections::BTreeSet;
use std::rc::Rc;

use cors_vectors::policy::Policy;

use crate::event::Mode;
use crate::exit::Exit;
use crate::kit::Site;
use crate::plan::{Action, PlannedCase};
use crate::run::Options;
use crate::sanity::why_not_to_start;
use crate::session::Session;
use crate::target::Target;

use self::asker::Asker;

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

/// A server of which nothing can be learnt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{said}")]
pub struct ProbeError {
    /// The exit status that this means.
    pub exit: Exit,
    /// Why, as a sentence.
    pub said: String,
}

/// Asks a server what it allows. `origins` are serialized origins that it may well allow; they are
/// asked beside those that can be guessed. Headers and cookies of the options are sent along; methods
/// other than GET, HEAD and OPTIONS are not, whatever the options say.
///
/// Needs a tokio runtime with I/O and time.
pub async fn infer(
    target: Rc<dyn Target>,
    origins: &[String],
    options: &Options,
) -> Result<Inferred, ProbeError> {
    let options = Options {
        unsafe_methods: false,
        trace: false,
        ..options.clone()
    };
    let session = Session {
        tells_passes: true,
        options: &options,
        mode: Mode::Probe,
        timeouts_in_a_row: std::cell::Cell::new(0),
    };
    let site = Site {
        target,
        policy: asker::nothing_known(),
    };
    tokio::select! {
        biased;
        inferred = learn(Asker::new(site, session), origins) => inferred,
        () = tokio::time::sleep(options.deadline) => Err(ProbeError {
            exit: Exit::CutShort,
            said: format!(
                "the run was cut short: what the target allows was not learnt within {} s",
                options.deadline.as_secs()
            ),
        }),
    }
}

async fn learn(mut asker: Asker<'_>, origins: &[String]) -> Result<Inferred, ProbeError> {
    let plain = asker.plain_get().await.map_err(|transport| {
        let (exit, said) = why_not_to_start(&transport).unwrap_or_else(|| {
            let said = format!("the target does not answer a plain GET: {transport}");
            (Exit::Unreachable, said)
        });
        ProbeError { exit, said }
    })?;
    learn::Learn::new(asker, &plain).everything(origins).await
}

impl Inferred {
    /// The policy as a file for `--policy`, with the evidence as comments.
    pub fn toml(&self) -> String {
        toml::written(self)
    }

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
