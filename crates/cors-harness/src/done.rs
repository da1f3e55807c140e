//! What a step brought.

use cors_model::error::Refusal;
use cors_model::response::FilteredResponse;

use crate::event::{Got, Kind};
use crate::target::Transport;
use crate::wire;

/// What a step brought.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) exchanges: Vec<Exchange>,
    /// Of a fetch.
    pub(crate) decision: Option<Decision>,
    /// Where the fetch ended, when it did.
    pub(crate) refusal: Option<Box<Refusal>>,
    pub(crate) note: Option<String>,
    /// Why it could not be carried out, when the target has no part in that.
    pub(crate) unable: Option<String>,
}

/// A request and what came of it.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) kind: Kind,
    pub(crate) request: wire::Request,
    pub(crate) answer: Result<wire::Response, Transport>,
}

/// What the user agent decided.
#[derive(Debug)]
pub(crate) enum Decision {
    /// The page may read this.
    Shared(Box<FilteredResponse>),
    /// The preflight allowed a request that was then withheld.
    SharedByPreflight,
    /// The page may not read the answer; the refusal says why.
    Refused,
    /// There was no complete answer; a sentence why.
    Nothing(String),
}

impl Done {
    /// What exchanges alone bring: no decision.
    pub(crate) const fn of(exchanges: Vec<Exchange>) -> Self {
        Self {
            exchanges,
            decision: None,
            refusal: None,
            note: None,
            unable: None,
        }
    }

    /// Nothing, since it could not be carried out.
    pub(crate) fn unable(said: String) -> Self {
        Self {
            unable: Some(said),
            ..Self::of(Vec::new())
        }
    }

    /// What came of a fetch.
    pub(crate) const fn got(&self) -> Got {
        match &self.decision {
            Some(Decision::Shared(_) | Decision::SharedByPreflight) => Got::Shared,
            Some(Decision::Refused) => Got::Refused,
            Some(Decision::Nothing(_)) | None => Got::Nothing,
        }
    }

    /// Why nothing was shared, as a sentence.
    pub(crate) fn why_not(&self) -> String {
        match (&self.decision, &self.refusal) {
            (Some(Decision::Nothing(said)), _) => said.clone(),
            (Some(Decision::Refused), Some(refusal)) => refusal.to_string(),
            _ => String::new(),
        }
    }

    /// Whether the actual request was withheld.
    pub(crate) const fn withheld(&self) -> bool {
        matches!(self.decision, Some(Decision::SharedByPreflight))
    }

    /// Whether the actual request went out after a preflight.
    pub(crate) fn sent_after_preflight(&self) -> bool {
        let mut kinds = self.exchanges.iter().map(|exchange| exchange.kind);
        kinds.any(|kind| kind == Kind::Preflight) && kinds.any(|kind| kind == Kind::Actual)
    }

    /// Whether the target did not answer in time.
    pub(crate) fn is_late(&self) -> bool {
        let last = self.exchanges.last();
        last.and_then(|exchange| exchange.answer.as_ref().err())
            .is_some_and(Transport::is_timeout)
    }

    /// Whether the target failed to answer.
    pub(crate) fn broke(&self) -> bool {
        self.exchanges
            .last()
            .is_some_and(|exchange| exchange.answer.is_err())
    }
}
