//! How to fuzz, and what comes of it.

use std::time::Duration;

use cors_harness::defect::{Defect, Stranger, Where, Wrong};
use cors_harness::event::{CaseEvent, EndEvent, Outcome};
use cors_vectors::known::file::KnownFile;
use cors_vectors::server::ServerCase;

use crate::matter::{Kind, Matter};

/// How to fuzz.
#[derive(Debug, Clone)]
pub struct Fuzzing {
    /// The same seed makes the same requests.
    pub seed: u64,
    /// Sequences to make at most; no bound of this kind when left out.
    pub runs: Option<u64>,
    /// Requests to send at most, to find something and not to make it short.
    pub requests: Option<usize>,
    /// How long to go on looking.
    pub duration: Option<Duration>,
    /// Whether to go on after the first finding that counts.
    pub keep_going: bool,
    /// The area of the findings' ids.
    pub area: String,
    /// The known failures, which do not end the search.
    pub known: Option<KnownFile>,
}

/// What did not hold, in its shortest form.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The case that shows it.
    pub case: ServerCase,
    /// How it went last.
    pub event: CaseEvent,
    /// What makes other failures the same.
    pub matter: Matter,
    /// How many sequences failed for the same cause.
    pub times: usize,
}

impl Finding {
    /// How many requests had been sent when it was seen first.
    pub fn after(&self) -> usize {
        self.event.found.as_ref().map_or(0, |found| found.after)
    }

    /// Whether it was seen again on a target to which nothing else was sent.
    pub fn is_confirmed(&self) -> bool {
        let found = self.event.found.as_ref();
        found.is_some_and(|found| found.confirmed)
    }

    /// Whether all that is known of it is that nothing came in time, or that nothing came at all where
    /// nothing had to be allowed.
    pub(crate) fn is_chance(&self) -> bool {
        self.matter.kind == Kind::Unanswered && self.event.outcome == Outcome::Error
    }

    /// What the server does wrong, the most fundamental of it.
    fn defect(&self) -> Option<&Defect> {
        self.event.cause.as_ref()?.defects.first()
    }

    /// The origin that is asked for where it shows.
    fn origin(&self) -> Option<&str> {
        let defect = self.defect()?;
        let exchange = self
            .event
            .steps
            .get(defect.step)?
            .exchanges
            .get(defect.exchange)?;
        let mut headers = exchange.request.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case("origin"));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether another one shows the same thing that the server does wrong, however different the
    /// requests: an origin that is shut out of preflights and of responses, preflights that are
    /// answered without lists, texts that are no origin.
    pub(crate) fn has_defect_of(&self, other: &Self) -> bool {
        let wrongs = self.defect().zip(other.defect());
        match wrongs.map(|(own, known)| (&own.wrong, &known.wrong)) {
            Some((Wrong::NotGranted(own), Wrong::NotGranted(known))) => {
                *own != Where::Error
                    && *known != Where::Error
                    && self.origin().is_some()
                    && self.origin() == other.origin()
            }
            Some((own, known)) => {
                let is_one = [Wrong::NoLists, Wrong::Granted(Stranger::Malformed)].contains(own);
                is_one && own == known
            }
            None => false,
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Fuzzed {
    /// What was found, in order; each cause once.
    pub findings: Vec<Finding>,
    /// The last line of the stream.
    pub end: EndEvent,
}
