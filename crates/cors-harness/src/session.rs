//! What all cases of a run share: how exchanges are made.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::again::USER_AGENT;
use crate::event::Mode;
use crate::halt::Halt;
use crate::kit::Site;
use crate::limit::is_limit;
use crate::options::Options;
use crate::target::Transport;
use crate::wire;

/// Exchanges in a row that may run out of time before the target is given up.
const MOST_TIMEOUTS: u32 = 3;

/// As many bytes of a body are kept to be compared.
const BODY_KEPT: usize = 1024;

/// What all cases of a run share.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) options: &'a Options,
    pub(crate) mode: Mode,
    /// Whether cases that pass are told with all that was seen of them.
    pub(crate) tells_passes: bool,
    pub(crate) timeouts_in_a_row: Cell<u32>,
    /// Responses since the first case began.
    pub(crate) answers: Rc<Cell<usize>>,
    /// What this machine has no more of, so that the target could not be asked.
    exhausted: RefCell<Option<Transport>>,
    /// Requests that were sent.
    pub(crate) requests: Cell<usize>,
    /// Whether there was no answer, or one to too many requests, since that was looked into.
    pub(crate) is_doubtful: Cell<bool>,
    /// The `Host` that stands in for the target's own, which it refuses pages at.
    pub(crate) host: RefCell<Option<Vec<u8>>>,
    /// The status of a plain GET, where it is an error's: it is answered to everybody.
    pub(crate) error_to_all: Cell<Option<u16>>,
}

impl<'a> Session<'a> {
    /// Before the first exchange.
    pub(crate) fn new(options: &'a Options, mode: Mode, tells_passes: bool) -> Self {
        Self {
            options,
            mode,
            tells_passes,
            timeouts_in_a_row: Cell::new(0),
            answers: Rc::default(),
            exhausted: RefCell::new(None),
            requests: Cell::new(0),
            is_doubtful: Cell::new(false),
            host: RefCell::new(None),
            error_to_all: Cell::new(None),
        }
    }
}

/// Whether a server takes the request for a preflight.
/// <https://fetch.spec.whatwg.org/#cors-preflight-request>
fn is_preflight(request: &wire::Request) -> bool {
    request.method == b"OPTIONS" && request.has("Access-Control-Request-Method")
}

impl Session<'_> {
    /// Forgets, before the first case, how the control exchange went.
    pub(crate) fn begin(&self) {
        self.is_doubtful.set(false);
        self.timeouts_in_a_row.set(0);
        self.answers.set(0);
    }

    /// Why nothing more can be judged, by how the exchanges so far ended.
    pub(crate) fn gives_up(&self) -> Option<Halt> {
        if let Some(exhausted) = &*self.exhausted.borrow() {
            return Some(Halt::exhausted(exhausted));
        }
        (self.timeouts_in_a_row.get() >= MOST_TIMEOUTS).then(|| {
            Halt::unreachable(format!(
                "the target does not respond: {MOST_TIMEOUTS} exchanges in a row ran out of time"
            ))
        })
    }

    /// Makes an exchange and keeps count of those that ran out of time.
    pub(crate) async fn exchange(
        &self,
        site: &Site,
        request: wire::Request,
        raw: bool,
    ) -> (wire::Request, Result<wire::Response, Transport>) {
        self.requests.set(self.requests.get() + 1);
        let mut answer = if raw {
            site.target.exchange_raw(&request).await
        } else {
            site.target.exchange(&request).await
        };
        if let Ok(response) = &mut answer {
            // Nothing looks at more of it, and there may be many.
            response.body.truncate(BODY_KEPT);
            response.body.shrink_to_fit();
            self.answers.set(self.answers.get() + 1);
        }
        if let Err(exhausted @ Transport::Exhausted { .. }) = &answer {
            *self.exhausted.borrow_mut() = Some(exhausted.clone());
        }
        let is_doubtful = match &answer {
            Ok(response) => is_limit(response),
            Err(transport) => !transport.is_ours(),
        };
        self.is_doubtful.set(self.is_doubtful.get() || is_doubtful);
        let in_a_row = match &answer {
            Err(transport) if transport.is_timeout() => self.timeouts_in_a_row.get() + 1,
            Ok(_) | Err(_) => 0,
        };
        self.timeouts_in_a_row.set(in_a_row);
        (request, answer)
    }

    /// A browser's request with what the user wants added, and with a `User-Agent`.
    pub(crate) fn sent_by_browser(&self, request: wire::Request) -> wire::Request {
        let mut request = self.with_headers(request);
        if !request.has("User-Agent") {
            request
                .headers
                .push((b"User-Agent".to_vec(), USER_AGENT.as_bytes().to_vec()));
        }
        request
    }

    /// The request of another client with what the user wants added: the cookie too, which the
    /// requests of pages have from the model.
    pub(crate) fn sent_by_client(&self, request: wire::Request) -> wire::Request {
        let mut request = self.with_headers(request);
        if let Some(cookie) = &self.options.cookie
            && !request.has("Cookie")
            && !is_preflight(&request)
        {
            request.headers.push((b"Cookie".to_vec(), cookie.clone()));
        }
        request
    }

    /// Adds the user's header lines where a browser sends them: what the request has already is its
    /// own, and a preflight has no headers of a page.
    fn with_headers(&self, mut request: wire::Request) -> wire::Request {
        let everywhere = self.options.headers_everywhere || !is_preflight(&request);
        let wanted = |(name, _): &&wire::Line| {
            let name = String::from_utf8_lossy(name);
            let of_browser = ["Host", "User-Agent"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known));
            (everywhere || of_browser) && !request.has(&name)
        };
        let added: Vec<_> = self
            .options
            .headers
            .iter()
            .filter(wanted)
            .cloned()
            .collect();
        request.headers.extend(added);
        if let Some(host) = &*self.host.borrow()
            && !request.has("Host")
        {
            request.headers.push((b"Host".to_vec(), host.clone()));
        }
        request
    }

    /// Whether requests with the method may leave.
    pub(crate) fn lets_out(&self, method: &[u8]) -> bool {
        self.mode == Mode::Kit
            || self.options.unsafe_methods
            || method == self.options.method.as_bytes()
            || matches!(method, b"GET" | b"HEAD" | b"OPTIONS")
    }
}
