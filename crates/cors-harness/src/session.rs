//! What all cases of a run share: how exchanges are made.

use std::cell::Cell;

use crate::again::USER_AGENT;
use crate::event::Mode;
use crate::kit::Site;
use crate::options::Options;
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
