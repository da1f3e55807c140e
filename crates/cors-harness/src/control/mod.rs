//! The control exchange: what the target answers to everybody, before it is judged and while it is.
//!
//! A login, a wrong path, a limit of requests, a guard of the server's name or a port that speaks
//! TLS is no finding about CORS. It is named once, with what to do about it, and where it leaves
//! nothing to judge the run ends with that.
//!
//! A target in this process has none of these in front of it: it is asked plainly and no more.

mod page;
mod rules;
mod signs;

use cors_model::host::Host;
use cors_model::url::Url;
use cors_vectors::fill::Fill;

use crate::done::{Decision, Done};
use crate::escape::escape_cut;
use crate::event::{Mode, NoteAbout, NoteEvent};
use crate::exit::Exit;
use crate::kit::Site;
use crate::limit::is_limit;
use crate::session::Session;
use crate::target::Transport;
use crate::wire::{Line, Response};

pub(crate) use self::page::plain_request_as;
pub(crate) use self::rules::by_origin;
pub use crate::halt::Halt;

use self::page::{as_page, login_before_options, plain_request};
use self::signs::{cached, slash};

/// The origin of a page for targets of which no allowed origin is known.
pub(crate) const STRANGER: &str = "https://foreign.example";
/// A name that is not this machine's, for servers that guard theirs.
const OTHER_HOST: &[u8] = b"api.example.com";
/// What a browser calls itself, for servers that let nothing else in.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Why nothing is judged though it could be.
const NOT_JUDGED: &str = "nothing is judged, since success is required";

/// What the control exchange showed of a target that can be judged.
#[derive(Debug)]
pub(crate) struct Control {
    /// The answer to a plain request, or what happened instead.
    pub(crate) plain: Result<Response, Transport>,
    /// What a reader of the cases has to know.
    pub(crate) notes: Vec<NoteEvent>,
}

/// Asks as everybody and, over the network, as a page of an allowed origin. The session learns what
/// the cases depend on.
pub(crate) async fn control(site: &Site, session: &Session<'_>) -> Result<Control, Halt> {
    let fill = Fill::of(&site.policy);
    let allowed = fill.get("allowed").map(String::from_utf8_lossy);
    let allowed = allowed.unwrap_or_else(|| STRANGER.into());
    control_as(site, session, &[&allowed]).await
}

/// The same as pages of these origins, of which one may be allowed.
pub(crate) async fn control_as(
    site: &Site,
    session: &Session<'_>,
    origins: &[&str],
) -> Result<Control, Halt> {
    let look = Look {
        site,
        session,
        origins,
    };
    let plain = match plain_request(site, session, &[]).await {
        Ok(plain) => plain,
        Err(transport) => return look.unanswered(transport).await,
    };
    if !site.target.is_over_network() {
        return Ok(Control {
            plain: Ok(plain),
            notes: Vec::new(),
        });
    }
    if session.mode != Mode::Kit {
        site.target.listen().await;
    }
    look.answered(plain).await
}

/// Sees that the target still answers everybody as it did.
pub(crate) async fn still_answers(site: &Site, session: &Session<'_>) -> Result<(), Halt> {
    let in_a_row = session.timeouts_in_a_row.get();
    let answer = plain_request(site, session, &[]).await;
    let answer = answer.map_err(|transport| gone(&transport))?;
    // That everybody is answered ends no row of cases that are not.
    session.timeouts_in_a_row.set(in_a_row);
    if !site.target.is_over_network() {
        return Ok(());
    }
    if is_limit(&answer) {
        return Err(limited(&answer, session));
    }
    let status = answer.status;
    if session.error_to_all.get().is_none() && matches!(status, 401 | 403) {
        return Err(Halt::unreachable(format!(
            "the resource answered a plain {} at first and answers {status} now: something may \
             have blocked the suite; --rate slows it down",
            session.options.method
        )));
    }
    Ok(())
}

fn gone(transport: &Transport) -> Halt {
    if matches!(transport, Transport::Exhausted { .. }) {
        return Halt::exhausted(transport);
    }
    Halt::unreachable(format!(
        "the target answered at first and no longer does: {transport}"
    ))
}

fn limited(answer: &Response, session: &Session<'_>) -> Halt {
    let wait = answer.values("Retry-After").next();
    let wait = wait.map_or_else(String::new, |wait| {
        format!(" with Retry-After: {}", escape_cut(wait))
    });
    Halt::unreachable(format!(
        "the target limits requests: it answers {}{wait} after {} requests, and what it answers \
         from then on says nothing of CORS; wait, and slow down with --rate, such as --rate 5",
        answer.status,
        session.requests.get(),
    ))
}

/// Why there was no response, in the words of a person who can change it.
fn why_unanswered(transport: &Transport, trusts_any: bool) -> Option<Halt> {
    let text = match transport {
        Transport::Exhausted { .. } => return Some(Halt::exhausted(transport)),
        Transport::Tls(said) if said.contains("certificate") && !trusts_any => format!(
            "the target is unreachable: {transport} (--cacert FILE names certificates to trust, \
             -k trusts any)"
        ),
        Transport::Unresolvable { .. }
        | Transport::Unreachable { .. }
        | Transport::ConnectTimeout(_)
        | Transport::Tls(_)
        | Transport::TlsTimeout(_)
        | Transport::Proxy(_) => format!("the target is unreachable: {transport}"),
        Transport::HeadTimeout(_) => format!(
            "the target is not understood: {transport}; --request-timeout gives it more time"
        ),
        Transport::HeadTooLarge { .. } | Transport::TooManyInterim | Transport::NotHttp(_) => {
            format!("the target is not understood: {transport}")
        }
        Transport::NotLoopback(_) | Transport::Unsendable(_) => {
            return Some(Halt {
                exit: Exit::Usage,
                text: transport.to_string(),
            });
        }
        Transport::Closed(_)
        | Transport::HeadIncomplete(_)
        | Transport::BodyIncomplete(_)
        | Transport::OffTarget(_)
        | Transport::Withheld(_) => return None,
    };
    Some(Halt::unreachable(text))
}

/// A first message of TLS, to which a server of TLS answers with a message of TLS: version 1.2, one
/// cipher, no extensions (RFC 5246, 7.4.1.2).
fn client_hello() -> Vec<u8> {
    let lengths_and_version = [0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3];
    let session_cipher_compression = [0, 0, 2, 0, 0x2f, 1, 0];
    [
        &lengths_and_version[..],
        &[7; 32],
        &session_cipher_compression,
    ]
    .concat()
}

/// What is looked at.
struct Look<'a> {
    site: &'a Site,
    session: &'a Session<'a>,
    origins: &'a [&'a str],
}

impl Look<'_> {
    fn url(&self) -> &Url {
        self.site.target.url()
    }

    /// The method by which the resource is asked.
    fn method(&self) -> &str {
        &self.session.options.method
    }

    /// What a page of the first origin gets that may read the answer, else as one of the last.
    async fn page(&self) -> Option<Done> {
        let mut last = None;
        for origin in self.origins {
            let done = as_page(self.site, self.session, origin).await;
            let is_shared = is_shared(&done);
            last = Some(done);
            if is_shared {
                break;
            }
        }
        last
    }

    /// There was no answer to a plain request.
    async fn unanswered(&self, transport: Transport) -> Result<Control, Halt> {
        let target = &self.site.target;
        if matches!(transport, Transport::Tls(_) | Transport::TlsTimeout(_))
            && target
                .first_bytes(b"GET / HTTP/1.0\r\n\r\n")
                .await
                .starts_with(b"HTTP/")
        {
            return Err(Halt::unreachable(format!(
                "the target is not understood: {} speaks HTTP without TLS: is it http?",
                at(self.url())
            )));
        }
        if self.speaks_tls().await {
            return Err(self.is_https());
        }
        let trusts_any = self.session.options.curl.iter().any(|word| word == "-k");
        if let Some(halt) = why_unanswered(&transport, trusts_any) {
            return Err(halt);
        }
        if self.session.options.require_success {
            return Err(Halt::unreachable(format!(
                "a plain {} of the resource is not answered: {transport}; {NOT_JUDGED}",
                self.method()
            )));
        }
        // It may be how the target fails; the cases will tell, where there is an answer to judge.
        let tells = if target.is_over_network() {
            let page = self.page().await;
            page.is_some_and(|done| done.exchanges.iter().any(|one| one.answer.is_ok()))
        } else {
            true
        };
        if !tells {
            return Err(Halt::unreachable(format!(
                "the target gives no answer to anybody, which says nothing of CORS: {transport}"
            )));
        }
        Ok(Control {
            plain: Err(transport),
            notes: Vec::new(),
        })
    }

    /// Whether a server that is spoken to without TLS speaks TLS.
    async fn speaks_tls(&self) -> bool {
        self.url().scheme() == "http"
            && matches!(
                self.site
                    .target
                    .first_bytes(&client_hello())
                    .await
                    .as_slice(),
                [0x15 | 0x16, 3, ..]
            )
    }

    fn is_https(&self) -> Halt {
        Halt::unreachable(format!(
            "the target is not understood: {} speaks TLS: is it https?",
            at(self.url())
        ))
    }

    /// There was an answer to a plain request.
    async fn answered(&self, mut plain: Response) -> Result<Control, Halt> {
        if is_limit(&plain) {
            return Err(limited(&plain, self.session));
        }
        let status = plain.status;
        let mut notes = Vec::new();
        let mut page = self.page().await;
        let refuses_page = status_of(page.as_ref()).is_some_and(|status| status >= 400);
        if (status >= 400 || refuses_page)
            && !page.as_ref().is_some_and(is_shared)
            && let Some(note) = self.with_other_host(status >= 400).await
        {
            notes.push(note);
            page = self.page().await;
            if status >= 400 {
                plain = plain_request(self.site, self.session, &[])
                    .await
                    .map_err(|transport| gone(&transport))?;
            }
        }
        let (status, method) = (plain.status, self.method());
        if let (300..=399, Some(location)) = (status, plain.values("Location").next()) {
            let to = escape_cut(location);
            if self.session.options.require_success {
                return Err(Halt::unreachable(format!(
                    "the resource answers {status} to a plain {method} and redirects to {to}; \
                     {NOT_JUDGED}"
                )));
            }
            notes.push(NoteEvent {
                about: NoteAbout::Status,
                text: format!(
                    "the resource answers {status} to a plain {method} and redirects to {to}: test \
                     the URL that it leads to, and have pages ask for that one, since a browser \
                     follows no redirect of a preflight"
                ),
            });
        }
        if status >= 400 {
            let is_shared = page.as_ref().is_some_and(is_shared);
            if !is_shared && let Some(halt) = self.is_locked_out(&plain).await {
                return Err(halt);
            }
            let origin = self.origins.first().copied().unwrap_or(STRANGER);
            let said = format!(
                "the resource answers {status} to a plain {method}: {}{}",
                advice(&plain, method),
                login_before_options(self.site, self.session, status, origin).await
            );
            if self.session.options.require_success {
                return Err(Halt::unreachable(format!("{said}; {NOT_JUDGED}")));
            }
            if !is_shared {
                return Err(Halt::unreachable(format!(
                    "{said}; nothing can be judged, since it shows no CORS headers to a page of \
                     {origin} either"
                )));
            }
            self.session.error_to_all.set(Some(status));
            notes.push(NoteEvent {
                about: NoteAbout::Status,
                text: format!("{said}; it is judged all the same, as its CORS headers are there"),
            });
        }
        self.about_pages(&plain, page.as_ref(), &mut notes).await;
        Ok(Control {
            plain: Ok(plain),
            notes,
        })
    }

    /// Whether pages, or everybody, get in under another name than that of this machine; then that
    /// name is used from here on.
    async fn with_other_host(&self, everybody: bool) -> Option<NoteEvent> {
        let named = |(name, _): &Line| name.eq_ignore_ascii_case(b"Host");
        if !is_this_machine(self.url()) || self.session.options.headers.iter().any(named) {
            return None;
        }
        *self.session.host.borrow_mut() = Some(OTHER_HOST.to_vec());
        let status = if everybody {
            let answer = plain_request(self.site, self.session, &[]).await;
            answer.ok().map(|answer| answer.status)
        } else {
            status_of(self.page().await.as_ref())
        };
        if status.is_none_or(|status| status >= 400) {
            *self.session.host.borrow_mut() = None;
            return None;
        }
        let whom = if everybody { "everybody" } else { "pages" };
        Some(NoteEvent {
            about: NoteAbout::HostGuard,
            text: format!(
                "the server refuses {whom} while its Host is that of this machine, which guards \
                 against DNS rebinding; everything was asked with Host: {}, as with -H 'Host: …'",
                String::from_utf8_lossy(OTHER_HOST)
            ),
        })
    }

    /// Whether something refuses the suite itself, or what it speaks.
    async fn is_locked_out(&self, plain: &Response) -> Option<Halt> {
        let named = |(name, _): &Line| name.eq_ignore_ascii_case(b"User-Agent");
        if !self.session.options.headers.iter().any(named) {
            let line = (b"User-Agent".to_vec(), BROWSER.as_bytes().to_vec());
            let answer = plain_request(self.site, self.session, &[line]).await;
            if answer.is_ok_and(|answer| answer.status < 400) {
                return Some(Halt::unreachable(format!(
                    "the resource answers {} to every User-Agent that is no browser's, so that \
                     nothing can be judged: give one with -H 'User-Agent: Mozilla/5.0'",
                    plain.status
                )));
            }
        }
        // Some servers say on a port of TLS that it is one.
        (plain.status == 400 && self.speaks_tls().await).then(|| self.is_https())
    }

    /// What pages meet.
    async fn about_pages(&self, plain: &Response, page: Option<&Done>, notes: &mut Vec<NoteEvent>) {
        let answer = page.and_then(answer);
        notes.extend(slash(answer.unwrap_or(plain)));
        if let Some(signs) = answer.and_then(cached)
            && !page.is_some_and(is_shared)
        {
            notes.push(NoteEvent {
                about: NoteAbout::Cache,
                text: format!(
                    "a cache in front of the server answers a page with what another request got \
                     ({signs}), and the page may not read it: other failures may come from that \
                     too. Each response has to have Vary: Origin, and the cache has to heed it"
                ),
            });
        }
        let own = self.url().origin().serialize().into_owned();
        let line = (b"Origin".to_vec(), own.clone().into_bytes());
        if plain.status < 400
            && let Ok(answer) = plain_request(self.site, self.session, &[line]).await
            && answer.status == 403
        {
            notes.push(NoteEvent {
                about: NoteAbout::OwnPages,
                text: format!(
                    "a {} with Origin: {own}, the server's own, is answered 403: browsers send \
                     Origin with each POST of the server's own pages too, so that its forms fail. \
                     Requests of origins that are not listed are to be answered without CORS \
                     headers, not refused",
                    self.method()
                ),
            });
        }
    }
}

/// Whether a page may read what came.
const fn is_shared(done: &Done) -> bool {
    matches!(done.decision, Some(Decision::Shared(_)))
}

/// The last answer.
fn answer(done: &Done) -> Option<&Response> {
    done.exchanges.last()?.answer.as_ref().ok()
}

fn status_of(done: Option<&Done>) -> Option<u16> {
    done.and_then(answer).map(|answer| answer.status)
}

/// Where a URL leads, for people.
fn at(url: &Url) -> String {
    let origin = url.origin().serialize();
    let at = origin.split_once("://").map_or(&*origin, |(_, at)| at);
    at.to_owned()
}

fn is_this_machine(url: &Url) -> bool {
    url.host().is_some_and(Host::is_loopback)
}

/// What to do about a resource that answers an error to everybody.
fn advice(answer: &Response, method: &str) -> String {
    let allow = answer.values("Allow").next();
    match answer.status {
        401 | 407 => "give a login with -u, -H or -b".to_owned(),
        403 => "give a login with -u, -H or -b, if it needs one, or allow the suite in".to_owned(),
        404 | 410 => "is the path right?".to_owned(),
        405 | 501 => {
            let allow = allow.map_or_else(String::new, |allow| {
                format!(" (Allow: {})", escape_cut(allow))
            });
            let other = if method == "GET" { "POST" } else { "GET" };
            format!(
                "it is for other methods{allow}; ask it by --method {other}, or name a resource that \
                 answers {method}"
            )
        }
        421 => "it does not serve this host; name one that it does with -H 'Host: …'".to_owned(),
        500.. => "it fails for everybody, which its log may explain".to_owned(),
        _ => "name a resource that answers 200".to_owned(),
    }
}
