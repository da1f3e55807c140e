//! One case at a time, for callers that choose the next case by the result of the last.

use cors_vectors::server::ServerCase;

use crate::case::{blank, run_case};
use crate::control::{Control, Halt, control, still_answers};
use crate::event::{CaseEvent, Mode, NoteEvent};
use crate::kit::{Site, Subject};
use crate::options::Options;
use crate::plan::{Fillers, PlannedCase, task};
use crate::redact::Redactor;
use crate::session::Session;

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
        Self {
            session: Session::new(options, mode, false),
            redactor: options.redactor(),
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

    /// Makes the control exchange with a site: what a reader of the findings has to know, and whether
    /// the server answered at all.
    ///
    /// # Errors
    ///
    /// Why nothing can be judged.
    pub async fn control(&self, site: &Site) -> Result<(Vec<NoteEvent>, bool), Halt> {
        let Control { plain, notes } = control(site, &self.session).await?;
        self.session.begin();
        let notes = notes.into_iter().map(|note| NoteEvent {
            text: self.redactor.text(&note.text),
            ..note
        });
        Ok((notes.collect(), plain.is_ok()))
    }

    /// Sees that the site still answers everybody as it did.
    ///
    /// # Errors
    ///
    /// Why nothing more can be judged.
    pub async fn still_answers(&self, site: &Site) -> Result<(), Halt> {
        still_answers(site, &self.session).await
    }

    /// How many requests were sent.
    pub const fn requests(&self) -> usize {
        self.session.requests.get()
    }

    /// Whether there was no answer, or one to too many requests, since this was asked last.
    pub fn is_doubtful(&self) -> bool {
        self.session.is_doubtful.take()
    }

    /// Why nothing more can be judged, by how the exchanges so far ended: too many in a row ran out
    /// of time, or this machine has no room for more.
    pub fn gives_up(&self) -> Option<Halt> {
        self.session.gives_up()
    }

    /// Carries a case out and judges it.
    pub async fn run(&self, case: ServerCase, subject: &Subject) -> Done {
        let planned = PlannedCase {
            task: task(&case, &mut Fillers::of(subject)),
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
