//! One case at a time, for callers that choose the next case by the result of the last.

use std::cell::Cell;

use cors_vectors::server::ServerCase;

use crate::case::{blank, run_case};
use crate::event::{CaseEvent, Mode};
use crate::kit::{Site, Subject};
use crate::options::Options;
use crate::plan::{PlannedCase, task};
use crate::redact::Redactor;
use crate::run::MOST_TIMEOUTS;
use crate::sanity::sanity;
use crate::session::Session;
use crate::target::Transport;

/// Carries out single cases and judges them as a run does.
#[derive(Debug)]
pub struct Runner<'a> {
    session: Session<'a>,
    redactor: Redactor,
}

/// A case that was carried out.
#[derive(Debug)]
pub struct Done {
    /// The case.
    pub case: ServerCase,
    /// What came of it.
    pub event: CaseEvent,
    /// Whether the suite itself failed.
    pub is_bug: bool,
}

impl<'a> Runner<'a> {
    /// Of which this much is known of the target.
    pub fn new(options: &'a Options, mode: Mode) -> Self {
        let redactor =
            Redactor::new(&options.headers, options.cookie.as_deref()).and(&options.secrets);
        Self {
            session: Session {
                options,
                mode,
                tells_passes: false,
                timeouts_in_a_row: Cell::new(0),
            },
            redactor,
        }
    }

    /// How exchanges are made.
    pub const fn options(&self) -> &'a Options {
        self.session.options
    }

    /// What is known of the target.
    pub const fn mode(&self) -> Mode {
        self.session.mode
    }

    /// A text without the secrets of the options.
    pub fn redacted(&self, text: &str) -> String {
        self.redactor.text(text)
    }

    /// Makes a plain GET of the site's resource, to see whether a server answers.
    pub async fn check(&self, site: &Site) -> Result<(), Transport> {
        sanity(site, &self.session).await
    }

    /// Why the target is given up, once too many exchanges in a row ran out of time.
    pub fn gives_up(&self) -> Option<String> {
        (self.session.timeouts_in_a_row.get() >= MOST_TIMEOUTS).then(|| {
            format!(
                "the target does not respond: {MOST_TIMEOUTS} exchanges in a row ran out of time"
            )
        })
    }

    /// Carries a case out and judges it.
    pub async fn run(&self, case: ServerCase, subject: &Subject) -> Done {
        let planned = PlannedCase {
            task: task(&case, subject),
            case,
            selected: true,
            partner: None,
        };
        let mut event = blank(&planned, self.session.mode);
        let mut is_bug = false;
        if let Err(reason) = &planned.task {
            event.reason = Some(self.redactor.text(reason));
        } else {
            let options = self.session.options;
            let (through, failed) =
                run_case(&planned, &self.session, &self.redactor, options).await;
            is_bug = failed;
            event = through.event.unwrap_or(event);
        }
        Done {
            case: planned.case,
            event: *event,
            is_bug,
        }
    }
}
