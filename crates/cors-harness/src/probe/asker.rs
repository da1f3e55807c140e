//! Questions to a server, as a page would ask them.

use cors_model::url::Url;
use cors_vectors::policy::Policy;
use cors_vectors::server::Credentials;

use super::inferred::MOST_REQUESTS;
use crate::control::{Halt, STRANGER, control_as, still_answers};
use crate::done::{Decision, Done};
use crate::event::Kind;
use crate::exit::Exit;
use crate::kit::Site;
use crate::model;
use crate::page::carry_out_fetch;
use crate::plan::PlannedFetch;
use crate::session::Session;
use crate::wire::{Line, Response};

/// Origins of the user that the control exchange asks as.
const MOST_CONTROLS: usize = 4;

/// A policy that nobody looks at: questions are not cases.
pub(super) fn nothing_known() -> Policy {
    Policy::default()
}

/// A page that asks.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) origin: String,
    pub(super) credentials: bool,
}

/// What a page wants to do.
#[derive(Debug)]
pub(super) enum Wish<'a> {
    /// A request that needs no leave.
    Plain,
    /// A POST that only needs a preflight, since somebody listens to its upload.
    Upload,
    /// A request with this method.
    Method(&'a str),
    /// The same with this header.
    Header(&'a str),
}

/// What came of a question.
#[derive(Debug)]
pub(super) struct Reply {
    /// Whether a browser lets the page do it.
    pub(super) allowed: bool,
    /// The answer to the preflight.
    pub(super) preflight: Option<Response>,
    /// The answer to the request itself, where one was made.
    pub(super) actual: Option<Response>,
}

/// Asks one question after the other.
#[derive(Debug)]
pub(super) struct Asker<'a> {
    site: Site,
    session: Session<'a>,
    requests: usize,
}

impl<'a> Asker<'a> {
    pub(super) fn new(site: Site, session: Session<'a>) -> Self {
        let requests = 0;
        Self {
            site,
            session,
            requests,
        }
    }

    /// The URL that is asked.
    pub(super) fn url(&self) -> &Url {
        self.site.target.url()
    }

    /// Requests that were made so far.
    pub(super) fn requests(&self) -> usize {
        self.requests
    }

    /// Why the answers say nothing, by how the exchanges so far ended.
    pub(super) fn gives_up(&self) -> Option<Halt> {
        self.session.gives_up()
    }

    /// Makes the control exchange, as pages of these origins among others, and returns the answer to
    /// a plain request.
    ///
    /// # Errors
    ///
    /// Why nothing can be learnt.
    pub(super) async fn control(&mut self, origins: &[String]) -> Result<Response, Halt> {
        let mut asked: Vec<&str> = origins
            .iter()
            .map(String::as_str)
            .take(MOST_CONTROLS)
            .collect();
        asked.push(STRANGER);
        let control = control_as(&self.site, &self.session, &asked).await?;
        self.requests = self.session.requests.get();
        self.session.begin();
        control.plain.map_err(|transport| Halt {
            exit: Exit::Unreachable,
            text: format!(
                "the target does not answer a plain {}: {transport}",
                self.method()
            ),
        })
    }

    /// Why the answers say nothing any more.
    ///
    /// # Errors
    ///
    /// That there are too many requests, or nobody is served any more.
    pub(super) async fn still_answers(&self) -> Result<(), Halt> {
        if self.session.is_doubtful.take() {
            still_answers(&self.site, &self.session).await?;
        }
        Ok(())
    }

    /// Asks as a page; `None` when enough was asked, or there was no answer.
    pub(super) async fn ask(&mut self, page: &Page, wish: &Wish<'_>) -> Option<Reply> {
        if self.requests >= MOST_REQUESTS || self.gives_up().is_some() {
            return None;
        }
        let fetch = self.fetch(page, wish);
        let done = carry_out_fetch(&fetch, &self.site, &self.session).await;
        self.requests += done.exchanges.len();
        reply(done)
    }

    /// The method by which the resource is asked.
    pub(super) fn method(&self) -> &str {
        &self.session.options.method
    }

    fn fetch(&self, page: &Page, wish: &Wish<'_>) -> PlannedFetch {
        let (method, headers): (&str, Vec<Line>) = match wish {
            Wish::Plain => (self.method(), Vec::new()),
            Wish::Upload => ("POST", Vec::new()),
            Wish::Method(method) => (method, Vec::new()),
            Wish::Header(name) => (self.method(), vec![(name.as_bytes().to_vec(), value(name))]),
        };
        let credentials = if page.credentials {
            Credentials::Include
        } else {
            Credentials::Omit
        };
        PlannedFetch {
            origin: page.origin.as_bytes().to_vec(),
            page: model::page(page.origin.as_bytes()),
            method: method.as_bytes().to_vec(),
            url: self.url().clone(),
            credentials,
            headers,
            body: None,
            upload_listener: matches!(wish, Wish::Upload),
            reads: Vec::new(),
            cannot_read: Vec::new(),
        }
    }
}

/// A value for a header with which it needs leave.
fn value(name: &str) -> Vec<u8> {
    if name.eq_ignore_ascii_case("content-type") {
        b"application/json".to_vec()
    } else {
        b"1".to_vec()
    }
}

fn reply(done: Done) -> Option<Reply> {
    let allowed = match &done.decision {
        Some(Decision::Shared(_) | Decision::SharedByPreflight) => true,
        Some(Decision::Refused) => false,
        Some(Decision::Nothing(_)) | None => return None,
    };
    let (mut preflight, mut actual) = (None, None);
    for exchange in done.exchanges {
        let place = match exchange.kind {
            Kind::Preflight => &mut preflight,
            Kind::Actual | Kind::Raw => &mut actual,
        };
        *place = exchange.answer.ok();
    }
    Some(Reply {
        allowed,
        preflight,
        actual,
    })
}
