//! Carries out the steps of a case over a target: what a page does through the model user agent,
//! raw requests as they are.

use std::cell::Cell;

use cors_model::fetch::{UserAgent, fetch};
use cors_model::header::HeaderValue;
use cors_model::network::{HttpRequest, Network, RequestKind, TransportError};
use cors_model::response::{FilteredResponse, Response};
use cors_model::url::Url as ModelUrl;
use cors_vectors::server::Verdict;

use crate::again::USER_AGENT;
use crate::event::{ExchangeEvent, Got, Kind, Mode, RefusalEvent, StepEvent, TraceEvent};
use crate::kit::Site;
use crate::model::{self, Noted};
use crate::plan::{Action, PlannedFetch, PlannedSend, Task};
use crate::redact::Redactor;
use crate::run::Options;
use crate::target::Transport;
use crate::wire;

/// What all cases of a run share.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) options: &'a Options,
    pub(crate) mode: Mode,
    pub(crate) timeouts_in_a_row: Cell<u32>,
}

/// What a step brought.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) exchanges: Vec<Exchange>,
    /// Of a fetch.
    pub(crate) decision: Option<Decision>,
    /// Where the fetch ended, when it did.
    refusal: Option<Box<RefusalEvent>>,
    origin: Option<Vec<u8>>,
    note: Option<String>,
    trace: Vec<TraceEvent>,
    /// Why it could not be carried out, when the target has no part in that.
    pub(crate) unable: Option<String>,
}

/// A request and what came of it.
#[derive(Debug)]
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
    /// The page may not read the answer; a sentence why.
    Refused(String),
    /// There was no complete answer; a sentence why.
    Nothing(String),
}

impl Done {
    /// What came of a fetch.
    pub(crate) fn got(&self) -> Got {
        match &self.decision {
            Some(Decision::Shared(_) | Decision::SharedByPreflight) => Got::Shared,
            Some(Decision::Refused(_)) => Got::Refused,
            Some(Decision::Nothing(_)) | None => Got::Nothing,
        }
    }

    /// Whether the actual request was withheld.
    pub(crate) fn withheld(&self) -> bool {
        matches!(self.decision, Some(Decision::SharedByPreflight))
    }

    /// Whether the target failed to answer.
    fn broke(&self) -> bool {
        self.exchanges
            .last()
            .is_some_and(|exchange| exchange.answer.is_err())
    }

    /// As an event.
    pub(crate) fn event(&self, wanted: Option<Verdict>, redactor: &Redactor) -> StepEvent {
        let exchange = |exchange: &Exchange| {
            let (response, transport) = match &exchange.answer {
                Ok(response) => (Some(redactor.response(response)), None),
                Err(transport) => (None, Some(redactor.text(&transport.to_string()))),
            };
            let request = redactor.request(&exchange.request);
            ExchangeEvent {
                kind: exchange.kind,
                request,
                response,
                transport,
            }
        };
        let said = |text: &String| redactor.text(text);
        StepEvent {
            wanted,
            got: self.decision.is_some().then(|| self.got()),
            origin: self
                .origin
                .as_ref()
                .map(|origin| crate::escape::escape_cut(origin)),
            refusal: self.refusal.as_ref().map(|refusal| RefusalEvent {
                said: said(&refusal.said),
                got: refusal.got.as_ref().map(said),
                ..*refusal.clone()
            }),
            note: self.note.clone(),
            trace: self
                .trace
                .iter()
                .map(|entry| TraceEvent {
                    at: entry.at.clone(),
                    said: said(&entry.said),
                })
                .collect(),
            exchanges: self.exchanges.iter().map(exchange).collect(),
        }
    }
}

impl Session<'_> {
    /// Makes an exchange and keeps count of those that ran out of time.
    pub(crate) async fn exchange(
        &self,
        site: &Site,
        request: wire::Request,
        raw: bool,
    ) -> (wire::Request, Result<wire::Response, Transport>) {
        let mut answer = if raw {
            site.target.exchange_raw(&request).await
        } else {
            site.target.exchange(&request).await
        };
        if let Ok(response) = &mut answer {
            // Nothing looks at it, and there may be many.
            response.body = Vec::new();
        }
        let in_a_row = match &answer {
            Err(transport) if transport.is_timeout() => self.timeouts_in_a_row.get() + 1,
            Ok(_) | Err(_) => 0,
        };
        self.timeouts_in_a_row.set(in_a_row);
        (request, answer)
    }

    /// The request with what the user wants added, and, when `named`, with a `User-Agent`.
    pub(crate) fn outgoing(&self, mut request: wire::Request, named: bool) -> wire::Request {
        request.headers.extend(self.options.headers.iter().cloned());
        if named && !request.has("User-Agent") {
            request
                .headers
                .push((b"User-Agent".to_vec(), USER_AGENT.as_bytes().to_vec()));
        }
        request
    }

    /// Whether requests with the method may leave.
    fn lets_out(&self, method: &[u8]) -> bool {
        self.mode == Mode::Kit
            || self.options.unsafe_methods
            || matches!(method, b"GET" | b"HEAD" | b"OPTIONS")
    }
}

/// Carries out the steps in order, each by a fresh user agent, until one gets no answer or cannot
/// be carried out.
pub(crate) async fn drive(task: &Task, session: &Session<'_>) -> Vec<Done> {
    let mut all = Vec::new();
    for step in &task.steps {
        let done = match &step.action {
            Action::Fetch(fetch) => carry_out_fetch(fetch, &task.site, session).await,
            Action::Send(send) => carry_out_send(send, &task.site, session).await,
        };
        let over = done.broke() || done.unable.is_some();
        all.push(done);
        if over {
            break;
        }
    }
    all
}

fn unable(said: String) -> Done {
    Done {
        exchanges: Vec::new(),
        decision: None,
        refusal: None,
        origin: None,
        note: None,
        trace: Vec::new(),
        unable: Some(said),
    }
}

async fn carry_out_send(send: &PlannedSend, site: &Site, session: &Session<'_>) -> Done {
    if !session.lets_out(&send.method) {
        return unable(Transport::Withheld(crate::escape::escape(&send.method)).to_string());
    }
    let mut path = model::path_and_query(&send.url);
    path.extend_from_slice(&send.suffix);
    let request = wire::Request {
        method: send.method.clone(),
        base: send.url.origin().ascii_serialization(),
        path,
        headers: send.headers.clone(),
        body: send.body.clone(),
    };
    let (request, answer) = session
        .exchange(site, session.outgoing(request, false), send.raw)
        .await;
    let unable = match &answer {
        Err(transport) if transport.is_ours() => Some(transport.to_string()),
        Ok(_) | Err(_) => None,
    };
    let exchanges = vec![Exchange {
        kind: Kind::Raw,
        request,
        answer,
    }];
    let (decision, refusal, origin, note, trace) = (None, None, None, None, Vec::new());
    Done {
        exchanges,
        decision,
        refusal,
        origin,
        note,
        trace,
        unable,
    }
}

pub(crate) async fn carry_out_fetch(
    planned: &PlannedFetch,
    site: &Site,
    session: &Session<'_>,
) -> Done {
    let mut steps = Noted::when(session.options.trace);
    let probes = [planned.reads.as_slice(), &planned.cannot_read].concat();
    let mut over = Over {
        session,
        site,
        probes,
        exchanges: Vec::new(),
        kept: None,
    };
    let request = match model::request(planned, &mut steps) {
        Ok(request) => request,
        Err(said) => return unable(format!("a page cannot make this request: {said}")),
    };
    let mut agent = UserAgent::default();
    let result = fetch(&mut agent, &mut over, &mut steps, request, model::START).await;
    let result = result.map_err(|error| error.refusal);
    let Over {
        exchanges, kept, ..
    } = over;
    let mut done = Done {
        exchanges,
        decision: None,
        refusal: result
            .as_ref()
            .err()
            .map(|refusal| Box::new(model::refusal_event(refusal))),
        origin: Some(planned.origin.clone()),
        note: None,
        trace: model::trace_events(steps),
        unable: None,
    };
    let answered = done
        .exchanges
        .last()
        .is_some_and(|exchange| exchange.answer.is_ok());
    match (result, kept) {
        (Ok(response), _) => done.decision = Some(Decision::Shared(Box::new(response))),
        (Err(_), Some(transport @ Transport::Withheld(_))) if answered => {
            done.note = Some(format!(
                "{transport}; the preflight allows it, which is the verdict"
            ));
            (done.decision, done.refusal) = (Some(Decision::SharedByPreflight), None);
        }
        (Err(_), Some(transport)) => done.unable = Some(transport.to_string()),
        (Err(refusal), None) if answered => {
            done.decision = Some(Decision::Refused(refusal.to_string()));
        }
        (Err(refusal), None) => match done.exchanges.last().map(|exchange| &exchange.answer) {
            Some(Err(transport)) => {
                if transport.is_ours() {
                    done.unable = Some(transport.to_string());
                }
                done.decision = Some(Decision::Nothing(transport.to_string()));
            }
            Some(Ok(_)) | None => {
                done.unable = Some(format!("a browser asks the server nothing: {refusal}"));
            }
        },
    }
    done
}

/// The network of the model user agent: the target, and nothing beyond it.
struct Over<'a> {
    session: &'a Session<'a>,
    site: &'a Site,
    /// Header names that the page tries to read.
    probes: Vec<Vec<u8>>,
    exchanges: Vec<Exchange>,
    /// Why a request was not sent.
    kept: Option<Transport>,
}

impl Over<'_> {
    fn is_target(&self, url: &ModelUrl) -> bool {
        url.origin().serialize() == self.site.target.url().origin().ascii_serialization()
    }

    fn keep(&mut self, transport: Transport) -> TransportError {
        let said = transport.to_string();
        self.kept = Some(transport);
        TransportError { said }
    }
}

impl Network for Over<'_> {
    async fn http_network_fetch(
        &mut self,
        request: HttpRequest<'_>,
    ) -> Result<Response, TransportError> {
        if !self.is_target(request.url) {
            let to = request.url.serialize(true);
            return Err(self.keep(Transport::OffTarget(to)));
        }
        let method = request.method.as_bytes();
        if !self.session.lets_out(method) {
            return Err(self.keep(Transport::Withheld(crate::escape::escape(method))));
        }
        let kind = match request.kind {
            RequestKind::Preflight => Kind::Preflight,
            RequestKind::Actual => Kind::Actual,
        };
        let outgoing = self.session.outgoing(model::wire_request(&request), true);
        let (request, answer) = self.session.exchange(self.site, outgoing, false).await;
        let response = match &answer {
            Ok(answer) => model::response(answer, &self.probes),
            Err(transport) => Err(TransportError {
                said: transport.to_string(),
            }),
        };
        self.exchanges.push(Exchange {
            kind,
            request,
            answer,
        });
        response
    }

    fn parse_url(&self, input: &str, base: &ModelUrl) -> Option<ModelUrl> {
        let base = url::Url::parse(&base.serialize(false)).ok()?;
        Some(model::url(&base.join(input).ok()?))
    }

    fn cookie(&mut self, url: &ModelUrl) -> Option<HeaderValue> {
        let cookie = self.session.options.cookie.as_ref()?;
        self.is_target(url)
            .then(|| HeaderValue::try_from(cookie.as_slice()).ok())
            .flatten()
    }
}
