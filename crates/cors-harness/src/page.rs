//! What a page does: a fetch by the model user agent, whose network is the target.

use std::slice;

use cors_model::dialect::Dialect;
use cors_model::error::NetworkError;
use cors_model::fetch::{UserAgent, fetch};
use cors_model::header::HeaderValue;
use cors_model::network::{HttpRequest, Network, RequestKind, TransportError};
use cors_model::request::Request;
use cors_model::response::{FilteredResponse, Response};
use cors_model::trace::{NoTrace, Trace};
use cors_model::url::Url;
use futures_util::FutureExt as _;

use crate::done::{Decision, Done, Exchange};
use crate::event::{Kind, TraceEvent};
use crate::kit::Site;
use crate::model;
use crate::plan::PlannedFetch;
use crate::redact::Redactor;
use crate::script;
use crate::session::Session;
use crate::target::Transport;
use crate::trace::Taken;

/// Carries out a fetch by a fresh user agent.
pub(crate) async fn carry_out_fetch(
    planned: &PlannedFetch,
    site: &Site,
    session: &Session<'_>,
) -> Done {
    carry_out_as(Dialect::STANDARD, planned, site, session).await
}

/// The same by one with a dialect.
pub(crate) async fn carry_out_as(
    dialect: Dialect,
    planned: &PlannedFetch,
    site: &Site,
    session: &Session<'_>,
) -> Done {
    let request = match script::request(planned, &mut NoTrace) {
        Ok(request) => request,
        Err(said) => return Done::unable(format!("a page cannot make this request: {said}")),
    };
    let mut over = Over::new(planned, site, session, None);
    over.dialect = dialect;
    let result = over.fetch(request, &mut NoTrace).await;
    let Over {
        exchanges, kept, ..
    } = over;
    decided(exchanges, kept, result)
}

fn decided(
    exchanges: Vec<Exchange>,
    kept: Option<Transport>,
    result: Result<FilteredResponse, NetworkError>,
) -> Done {
    let mut done = Done::of(exchanges);
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
            done.decision = Some(Decision::SharedByPreflight);
        }
        (Err(NetworkError { refusal }), kept) => {
            match (kept, done.exchanges.last().map(|exchange| &exchange.answer)) {
                (Some(transport), _) => done.unable = Some(transport.to_string()),
                (None, Some(Ok(_))) => done.decision = Some(Decision::Refused),
                (None, Some(Err(transport))) => {
                    if transport.is_ours() {
                        done.unable = Some(transport.to_string());
                    }
                    done.decision = Some(Decision::Nothing(transport.to_string()));
                }
                (None, None) => {
                    done.unable = Some(format!("a browser asks the server nothing: {refusal}"));
                }
            }
            done.refusal = Some(refusal);
        }
    }
    done
}

/// The steps of the standard that a fetch took. The model decides about the same answers again, and
/// takes note this time: that costs more than all the rest, and what comes of most fetches is never
/// looked at.
pub(crate) fn retrace(
    planned: &PlannedFetch,
    site: &Site,
    session: &Session<'_>,
    exchanges: &[Exchange],
    redactor: &Redactor,
) -> Vec<TraceEvent> {
    let mut steps = Taken::default();
    if let Ok(request) = script::request(planned, &mut steps) {
        let mut over = Over::new(planned, site, session, Some(exchanges.iter()));
        // What was recorded is there at once. The decision is known.
        let _ = over.fetch(request, &mut steps).now_or_never();
    }
    steps.events(redactor)
}

/// What a user agent decides about answers that were recorded; `None` where it goes on to a request
/// that is not among them. The target is not asked.
pub(crate) fn decided_again(
    planned: &PlannedFetch,
    site: &Site,
    session: &Session<'_>,
    recorded: &[Exchange],
) -> Option<Done> {
    let request = script::request(planned, &mut NoTrace).ok()?;
    let mut over = Over::new(planned, site, session, Some(recorded.iter()));
    let result = over.fetch(request, &mut NoTrace).now_or_never()?;
    let Over {
        exchanges, kept, ..
    } = over;
    (!over.beyond).then(|| decided(exchanges, kept, result))
}

/// The network of the model user agent: the target, and nothing beyond it.
struct Over<'a> {
    session: &'a Session<'a>,
    site: &'a Site,
    planned: &'a PlannedFetch,
    /// What the target answered before, when it is not to be asked again.
    recorded: Option<slice::Iter<'a, Exchange>>,
    /// How the user agent departs from the standard.
    dialect: Dialect,
    exchanges: Vec<Exchange>,
    /// Why a request was not sent.
    kept: Option<Transport>,
    /// Whether more was wanted than was recorded.
    beyond: bool,
}

impl<'a> Over<'a> {
    const fn new(
        planned: &'a PlannedFetch,
        site: &'a Site,
        session: &'a Session<'a>,
        recorded: Option<slice::Iter<'a, Exchange>>,
    ) -> Self {
        Self {
            session,
            site,
            planned,
            recorded,
            dialect: Dialect::STANDARD,
            exchanges: Vec::new(),
            kept: None,
            beyond: false,
        }
    }

    async fn fetch(
        &mut self,
        request: Request,
        trace: &mut impl Trace,
    ) -> Result<FilteredResponse, NetworkError> {
        let mut agent = UserAgent::new(self.dialect);
        fetch(&mut agent, self, trace, request, model::START).await
    }

    fn is_target(&self, url: &Url) -> bool {
        model::is_at_origin(url, self.site.target.url())
    }

    fn keep(&mut self, transport: Transport) -> TransportError {
        let said = transport.to_string();
        self.kept = Some(transport);
        TransportError { said }
    }

    /// An answer as the model sees it.
    fn response(&self, answer: &Exchange) -> Result<Response, TransportError> {
        match &answer.answer {
            Ok(answer) => {
                let PlannedFetch {
                    reads, cannot_read, ..
                } = self.planned;
                model::response(answer, reads.iter().chain(cannot_read))
            }
            Err(transport) => Err(TransportError {
                said: transport.to_string(),
            }),
        }
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
        if let Some(recorded) = &mut self.recorded {
            let Some(exchange) = recorded.next() else {
                self.beyond = true;
                return Err(TransportError {
                    said: "the request was not made before".to_owned(),
                });
            };
            self.exchanges.push(exchange.clone());
            return self.response(exchange);
        }
        let kind = match request.kind {
            RequestKind::Preflight => Kind::Preflight,
            RequestKind::Actual => Kind::Actual,
        };
        let outgoing = self.session.sent_by_browser(model::wire_request(&request));
        let (request, answer) = self.session.exchange(self.site, outgoing, false).await;
        let exchange = Exchange {
            kind,
            request,
            answer,
        };
        let response = self.response(&exchange);
        self.exchanges.push(exchange);
        response
    }

    fn cookie(&mut self, url: &Url) -> Option<HeaderValue> {
        let cookie = self.session.options.cookie.as_ref()?;
        self.is_target(url)
            .then(|| HeaderValue::try_from(cookie.as_slice()).ok())
            .flatten()
    }
}
