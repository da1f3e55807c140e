//! Carries sequences out on what is fuzzed, and counts the requests.

use std::cell::Cell;

use cors_harness::control::Halt;
use cors_harness::event::{CaseEvent, NoteEvent};
use cors_harness::kit::{Site, Subject};
use cors_harness::options::Options;
use cors_harness::runner::{Done, Runner};
use cors_vectors::server::ServerCase;

/// Carries sequences out.
pub(crate) struct Driver<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) runner: Runner<'a>,
    area: &'a str,
    requests: Cell<usize>,
    /// Whether the suite itself failed.
    bug: Cell<bool>,
}

impl<'a> Driver<'a> {
    /// For what is fuzzed, after so many requests.
    pub(crate) fn new(
        subject: &'a Subject,
        options: &'a Options,
        area: &'a str,
        requests: usize,
    ) -> Self {
        Self {
            subject,
            runner: Runner::new(options, subject.mode()),
            area,
            requests: Cell::new(requests),
            bug: Cell::new(false),
        }
    }

    /// How many requests were sent.
    pub(crate) const fn requests(&self) -> usize {
        self.requests.get()
    }

    /// Makes the control exchange with a site.
    pub(crate) async fn control(&self, site: &Site) -> Result<(Vec<NoteEvent>, bool), Halt> {
        self.beside(self.runner.control(site)).await
    }

    /// Sees that a site still answers.
    pub(crate) async fn still_answers(&self, site: &Site) -> Result<(), Halt> {
        self.beside(self.runner.still_answers(site)).await
    }

    /// Counts the requests that are sent beside the sequences.
    async fn beside<T>(&self, work: impl Future<Output = T>) -> T {
        let before = self.runner.requests();
        let done = work.await;
        let sent = self.runner.requests().saturating_sub(before);
        self.requests.set(self.requests.get() + sent);
        done
    }

    /// Whether the suite itself failed.
    pub(crate) const fn is_bug(&self) -> bool {
        self.bug.get()
    }

    /// Carries a case out on a target that has this policy, and judges it.
    pub(crate) async fn carry_out(
        &self,
        subject: &Subject,
        policy: &str,
        made: ServerCase,
    ) -> (ServerCase, CaseEvent) {
        let id = if made.id.is_empty() {
            format!("{}/generated", self.area)
        } else {
            made.id
        };
        let case = ServerCase {
            id,
            policy: policy.to_owned(),
            ..made
        };
        let Done {
            case,
            event,
            is_bug,
        } = self.runner.run(case, subject).await;
        if is_bug {
            self.bug.set(true);
        }
        self.requests.set(self.requests.get() + event.exchanges);
        (case, event)
    }
}
