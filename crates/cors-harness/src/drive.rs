//! Carries out the steps of a case over a target: what a page does through the model user agent,
//! raw requests as they are.

use std::cell::Cell;

use crate::again::USER_AGENT;
use crate::done::{Done, Exchange};
use crate::event::{Kind, Mode};
use crate::kit::Site;
use crate::model;
use crate::page::carry_out_fetch;
use crate::plan::{Action, PlannedSend, Task};
use crate::run::Options;
use crate::target::Transport;
use crate::wire;

/// What all cases of a run share.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) options: &'a Options,
    pub(crate) mode: Mode,
    /// Whether cases that pass are told with all that was seen of them.
    pub(crate) tells_passes: bool,
    pub(crate) timeouts_in_a_row: Cell<u32>,
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
    pub(crate) fn lets_out(&self, method: &[u8]) -> bool {
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

async fn carry_out_send(send: &PlannedSend, site: &Site, session: &Session<'_>) -> Done {
    if !session.lets_out(&send.method) {
        return Done::unable(Transport::Withheld(crate::escape::escape(&send.method)).to_string());
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
    Done {
        unable,
        ..Done::of(exchanges)
    }
}
