//! The model user agent, with answers that were written down in place of a network.

use cors_model::cache::Timestamp;
use cors_model::error::{Refusal, Stage};
use cors_model::fetch::{UserAgent, block_on, fetch};
use cors_model::header::{Header, HeaderName, HeaderValue};
use cors_model::network::{HttpRequest, Network, RequestKind, TransportError};
use cors_model::origin::{OpaqueOrigin, Origin};
use cors_model::request::{Body, Client, CredentialsMode, Request, RequestMode};
use cors_model::response::{FilteredResponse, Response};
use cors_model::trace::{Steps, Trace};
use cors_model::url::Url;

use crate::derive::Act;
use crate::message::{Field, ResponseMessage};

/// An answer and what it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The preflight, or any other request.
    pub(crate) kind: RequestKind,
    /// What was answered.
    pub(crate) response: Response,
    /// Where it was written down; `None` when it is made up.
    pub(crate) place: Option<String>,
}

impl Answer {
    /// An answer that was written down.
    pub(crate) fn new(kind: RequestKind, message: &ResponseMessage) -> Self {
        let header = |Field { name, value }: &Field| {
            Some(Header {
                name: HeaderName::try_from(name.as_slice()).ok()?,
                value: HeaderValue::try_from(value.as_slice()).ok()?,
            })
        };
        let header_list = message.fields.iter().filter_map(header).collect();
        Self {
            kind,
            response: Response::new(message.status, header_list, None),
            place: Some(message.place.clone()),
        }
    }
}

/// A request that the model sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) kind: RequestKind,
    pub(crate) method: Vec<u8>,
    pub(crate) url: String,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// Index of the answer; `None` when there is none.
    pub(crate) answer: Option<usize>,
}

/// How a fetch ended.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// The page sees the response.
    Shared(FilteredResponse),
    /// It does not.
    Refused(Box<Refusal>),
    /// The last request that was sent has no answer here.
    Unanswered,
}

/// What a browser does.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) end: End,
    /// The requests, in order.
    pub(crate) sent: Vec<Sent>,
}

impl Run {
    /// Index of the answer that a stage judges: the last to the preflight, or to the request.
    pub(crate) fn judged(&self, stage: Stage) -> Option<usize> {
        let kind = match stage {
            Stage::Preflight => RequestKind::Preflight,
            Stage::Api | Stage::Fetch | Stage::Response | Stage::Redirect | Stage::Transport => {
                RequestKind::Actual
            }
        };
        let of_kind = |sent: &&Sent| sent.kind == kind && sent.answer.is_some();
        self.sent.iter().rfind(of_kind)?.answer
    }

    /// Whether nothing that was answered is refused.
    pub(crate) const fn is_good(&self) -> bool {
        match self.end {
            End::Shared(_) | End::Unanswered => true,
            End::Refused(_) => false,
        }
    }
}

/// Bytes of header values beyond which a user agent remembers no preflights.
const LONG_HEADS: usize = 16 * 1024;

/// Runs the model for what a page did, with these answers.
pub(crate) fn replay(
    act: &Act,
    credentials: CredentialsMode,
    answers: &[Answer],
    trace: &mut impl Trace,
) -> Run {
    let mut network = Replay {
        act,
        answers,
        sent: Vec::new(),
    };
    let request = request(act, credentials);
    let mut agent = UserAgent::new(act.dialect);
    // Nothing comes after this fetch, so that an entry for each name of a long list serves nobody.
    let length = |answer: &Answer| -> usize {
        let lines = answer.response.header_list.iter();
        lines.map(|line| line.value.as_bytes().len()).sum()
    };
    agent.provides_preflight_cache = answers.iter().map(length).sum::<usize>() <= LONG_HEADS;
    let end = block_on(fetch(
        &mut agent,
        &mut network,
        trace,
        request,
        Timestamp(0),
    ));
    let unanswered = network
        .sent
        .last()
        .is_some_and(|sent| sent.answer.is_none());
    let end = match end {
        Ok(response) => End::Shared(response),
        Err(_) if unanswered => End::Unanswered,
        Err(error) => End::Refused(error.refusal),
    };
    Run {
        end,
        sent: network.sent,
    }
}

/// The same with the steps that were taken.
pub(crate) fn replay_traced(act: &Act, answers: &[Answer]) -> (Run, Steps) {
    let mut steps = Steps::default();
    let run = replay(act, act.credentials, answers, &mut steps);
    (run, steps)
}

fn request(act: &Act, credentials: CredentialsMode) -> Request {
    let origin = match Origin::parse_serialized(act.origin.as_bytes()) {
        Some(origin @ Origin::Tuple(_)) => origin,
        Some(Origin::Opaque(_)) | None => Origin::Opaque(OpaqueOrigin::new(1)),
    };
    let page = Url::parse(&act.origin).ok();
    let mut request = Request::new(origin.clone(), act.url.clone());
    request.client = page.map(|page| Client {
        origin,
        ..Client::new(page)
    });
    request.method = act.method.clone();
    request.header_list = act.header_list.clone();
    request.mode = RequestMode::Cors;
    request.unsafe_request = true;
    request.use_cors_preflight = act.forced_preflight;
    request.credentials_mode = credentials;
    request.body = act.has_body.then(Body::default);
    request
}

struct Replay<'a> {
    act: &'a Act,
    answers: &'a [Answer],
    sent: Vec<Sent>,
}

impl Network for Replay<'_> {
    async fn http_network_fetch(
        &mut self,
        request: HttpRequest<'_>,
    ) -> Result<Response, TransportError> {
        let used = |index: usize| self.sent.iter().any(|sent| sent.answer == Some(index));
        let next = self
            .answers
            .iter()
            .enumerate()
            .find(|(index, answer)| answer.kind == request.kind && !used(*index));
        let line = |header: &Header| {
            (
                header.name.as_bytes().to_vec(),
                header.value.as_bytes().to_vec(),
            )
        };
        self.sent.push(Sent {
            kind: request.kind,
            method: request.method.as_bytes().to_vec(),
            url: request.url.serialize(true),
            headers: request.header_list.iter().map(line).collect(),
            answer: next.map(|(index, _)| index),
        });
        let answer = next.map(|(_, answer)| answer.response.clone());
        answer.ok_or_else(|| TransportError {
            said: "its answer is not given".to_owned(),
        })
    }

    fn cookie(&mut self, url: &Url) -> Option<HeaderValue> {
        // Those of another host are not known.
        let is_own = url.origin().is_same_origin(self.act.url.origin());
        is_own.then(|| self.act.cookie.clone()).flatten()
    }
}
