//! A client for one URL: HTTP/1.1 with kept-alive connections or HTTP/2 on one connection,
//! with deadlines and limits.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use http::Uri;
use http::header::{HeaderValue, PROXY_AUTHORIZATION};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{sleep, timeout};
use url::Url;

use super::connection::{Connection, Failure};
use super::dial::{Dial, Dialled, Purpose, Tls};
use super::pace::Pace;
use super::room::{Idle, Room};
use super::route::{Route, plain};
use super::tls::{self, Trust};
use super::{connection, http2, raw};
use crate::message;
use crate::transport::{Deadlines, Limits, Transport};

/// How long the body of a target is read of which an earlier one did not end.
const OF_STREAMS: Duration = Duration::from_millis(20);

/// How a [`Client`] is reached.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// How long it may take.
    pub deadlines: Deadlines,
    /// How much it may send.
    pub limits: Limits,
    /// Whom its certificate must satisfy.
    pub trust: Trust,
    /// Whether addresses other than loopback addresses may be used.
    pub remote: bool,
    /// Where connections go.
    pub route: Route,
    /// Which version of HTTP is spoken.
    pub http: HttpVersion,
    /// How often requests may leave, for all targets with this together.
    pub pace: Option<Pace>,
}

/// Which version of HTTP is spoken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HttpVersion {
    /// With TLS the one that the server prefers of HTTP/2 and HTTP/1.1, without TLS HTTP/1.1.
    #[default]
    Negotiated,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, without asking whether the server knows it.
    Http2PriorKnowledge,
}

impl HttpVersion {
    const fn protocols(self) -> &'static [&'static [u8]] {
        match self {
            Self::Negotiated => &[b"h2", b"http/1.1"],
            Self::Http1 => &[b"http/1.1"],
            Self::Http2PriorKnowledge => &[b"h2"],
        }
    }
}

/// A URL that cannot be a target.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It is no URL.
    #[error("{0}: {1}")]
    NoUrl(String, url::ParseError),
    /// It is neither http nor https.
    #[error("{0}: the scheme of a target must be http or https")]
    Scheme(String),
    /// It holds a user name or a password.
    #[error(
        "the URL of the target holds a user name or password; give an Authorization header instead"
    )]
    Userinfo,
    /// Its host cannot be named in TLS.
    #[error("{0} cannot be the name of a TLS server")]
    TlsName(String),
    /// The trust cannot be used.
    #[error(transparent)]
    Trust(#[from] tls::TrustError),
}

/// What a [`Client`] did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Connections that were opened.
    pub connections: usize,
    /// Requests that were sent, retries included.
    pub requests: usize,
    /// Requests that were sent again since a kept-alive connection turned out to be closed.
    pub retries: usize,
}

/// A target behind a URL. Needs a tokio runtime.
#[derive(Debug)]
pub struct Client {
    url: Url,
    dial: Dial,
    http: HttpVersion,
    pace: Option<Pace>,
    deadlines: Deadlines,
    limits: Limits,
    /// HTTP/1.1 connections that wait for a request.
    idle: Idle,
    room: Rc<Room>,
    /// The HTTP/2 connection, on which all requests go side by side.
    shared: RefCell<Option<Rc<http2::Connection>>>,
    /// Held while a connection is opened that others may want to share.
    opening: tokio::sync::Mutex<()>,
    traffic: Cell<Traffic>,
    /// Whether a body was let go since it did not end.
    streams: Cell<bool>,
    /// Whether connections are used once, since the server sends what nobody asked for.
    speaks_unasked: Cell<bool>,
    /// Whether it was listened for that.
    listened: Cell<bool>,
}

/// How long the connections are listened to on which nothing is asked.
const UNASKED: Duration = Duration::from_millis(60);

/// A connection for one exchange.
enum Ready {
    Http1(Connection, Forwarded),
    Http2(Rc<http2::Connection>),
}

/// Whether a proxy forwards the requests, which then have to name their server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Forwarded(bool);

impl Client {
    /// A target whose resource is at `url`, an absolute URL. Nothing is sent yet.
    pub fn new(url: &str, options: &ClientOptions) -> Result<Self, ClientError> {
        let mut url = Url::parse(url).map_err(|error| ClientError::NoUrl(url.to_owned(), error))?;
        let (Some(host), Some(port), "http" | "https") =
            (url.host(), url.port_or_known_default(), url.scheme())
        else {
            return Err(ClientError::Scheme(url.into()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ClientError::Userinfo);
        }
        let name = plain(&host);
        let tls = if url.scheme() == "https" {
            let server = ServerName::try_from(name.clone())
                .map_err(|_| ClientError::TlsName(name.clone()))?;
            Some(Tls {
                name: server,
                config: tls::client_config(&options.trust, options.http.protocols())?,
                http1: tls::client_config(&options.trust, HttpVersion::Http1.protocols())?,
            })
        } else {
            None
        };
        let dial = Dial {
            host: name,
            port,
            route: options.route.clone(),
            remote: options.remote,
            limits: options.limits,
            tls,
        };
        url.set_fragment(None);
        let room = Room::of_thread();
        Ok(Self {
            url,
            dial,
            http: options.http,
            pace: options.pace.clone(),
            deadlines: options.deadlines,
            limits: options.limits,
            idle: room.idle(),
            room,
            shared: RefCell::default(),
            opening: tokio::sync::Mutex::default(),
            traffic: Cell::default(),
            streams: Cell::default(),
            speaks_unasked: Cell::default(),
            listened: Cell::default(),
        })
    }

    /// Its URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Why the bytes of an exchange cannot be looked at; `None` where [`Client::exchange_raw`] can.
    pub const fn hides_bytes(&self) -> Option<&'static str> {
        match self.http {
            HttpVersion::Negotiated | HttpVersion::Http1 => None,
            HttpVersion::Http2PriorKnowledge => {
                Some("only HTTP/2 is spoken, and this is about the bytes of HTTP/1.1")
            }
        }
    }

    /// What was done so far.
    pub fn traffic(&self) -> Traffic {
        self.traffic.get()
    }

    fn count(&self, change: impl FnOnce(&mut Traffic)) {
        let mut traffic = self.traffic.get();
        change(&mut traffic);
        self.traffic.set(traffic);
    }

    /// Waits until another request may leave.
    async fn turn(&self) {
        if let Some(pace) = &self.pace {
            pace.turn().await;
        }
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.borrow_mut();
        while let Some(connection) = idle.pop() {
            if connection.is_open() {
                return Some(connection);
            }
            if connection.spoke_unasked() {
                self.speaks_unasked.set(true);
                idle.clear();
            }
        }
        None
    }

    /// Sees, on the connections that wait for a request, whether the server sends there what nobody
    /// asked for. It would be taken for the response to the next request; so then no connection is
    /// used again. What it does once it is taken to do always: only the first call waits.
    pub async fn listen(&self) -> bool {
        if !self.listened.get() && !self.idle.borrow().is_empty() {
            self.listened.set(true);
            let idle = self.idle.take();
            let closed = async {
                while idle.iter().any(Connection::is_open) {
                    sleep(Duration::from_millis(1)).await;
                }
            };
            // Most stay open.
            let _ = timeout(UNASKED, closed).await;
            for connection in idle {
                self.keep(connection);
            }
        }
        self.speaks_unasked.get()
    }

    /// Keeps a connection for another request, unless the server speaks there unasked.
    fn keep(&self, connection: Connection) {
        if connection.spoke_unasked() {
            self.speaks_unasked.set(true);
        }
        if !self.speaks_unasked.get() {
            self.idle.borrow_mut().push(connection);
        }
    }

    fn take_shared(&self) -> Option<Rc<http2::Connection>> {
        let shared = self.shared.borrow();
        shared.as_ref().filter(|shared| shared.is_open()).cloned()
    }

    /// Takes a connection that was used before, and else opens one; says which.
    async fn ready(&self, fresh: bool) -> Result<(Ready, bool), Transport> {
        if !fresh && let Some(ready) = self.take_kept() {
            return Ok((ready, true));
        }
        let may_share = match self.http {
            HttpVersion::Http1 => false,
            HttpVersion::Http2PriorKnowledge => true,
            HttpVersion::Negotiated => self.dial.tls.is_some(),
        };
        if !may_share {
            return self.open(fresh).await;
        }
        let _turn = self.opening.lock().await;
        // Another exchange may have opened it meanwhile.
        if let Some(shared) = self.take_shared() {
            return Ok((Ready::Http2(shared), !fresh));
        }
        self.open(fresh).await
    }

    fn take_kept(&self) -> Option<Ready> {
        if let Some(shared) = self.take_shared() {
            return Some(Ready::Http2(shared));
        }
        let forwarded = self.forwarded();
        self.take_idle()
            .map(|connection| Ready::Http1(connection, forwarded))
    }

    /// Whether a proxy would forward exchanges.
    fn forwarded(&self) -> Forwarded {
        let purpose = self.purpose();
        Forwarded(self.dial.is_forwarded(purpose))
    }

    /// What exchanges need of a connection.
    const fn purpose(&self) -> Purpose {
        match self.http {
            HttpVersion::Negotiated | HttpVersion::Http1 => Purpose::Forwarded,
            // The proxy need not know HTTP/2.
            HttpVersion::Http2PriorKnowledge => Purpose::Tunnelled,
        }
    }

    /// Opens a connection, or takes one that was used before where there is no room for another one
    /// and that will do; says which.
    async fn open(&self, fresh: bool) -> Result<(Ready, bool), Transport> {
        let kept = || {
            let kept = if fresh { None } else { self.take_kept() };
            kept.map(|ready| (ready, true))
        };
        let dial = async || self.dial().await.map(|ready| (ready, false));
        Box::pin(self.room.make(kept, dial)).await
    }

    async fn dial(&self) -> Result<Ready, Transport> {
        let deadline = self.deadlines.connect;
        let Dialled {
            stream,
            chose_http2,
        } = self.dial.stream(self.purpose(), deadline).await?;
        self.count(|traffic| traffic.connections += 1);
        if chose_http2 || self.http == HttpVersion::Http2PriorKnowledge {
            let connection = timeout(deadline, http2::Connection::open(stream, self.limits))
                .await
                .map_err(|_| Transport::ConnectTimeout(deadline))??;
            *self.shared.borrow_mut() = Some(Rc::clone(&connection));
            return Ok(Ready::Http2(connection));
        }
        let connection = Connection::open(stream, self.limits).await?;
        Ok(Ready::Http1(connection, self.forwarded()))
    }

    /// Makes the exchange on one connection.
    async fn exchange_on(
        &self,
        ready: Ready,
        request: &message::Request,
        http: connection::Request,
    ) -> Result<message::Response, Failure> {
        let (deadlines, limits) = (self.deadlines(), self.limits);
        match ready {
            Ready::Http1(connection, forwarded) => {
                let http = self.http1_request(request, http, forwarded)?;
                let (response, connection, let_go) =
                    connection.exchange(http, deadlines, limits).await?;
                self.streams.set(self.streams.get() | let_go);
                if let Some(connection) = connection {
                    self.keep(connection);
                }
                if forwarded.0 && response.status == 407 {
                    let said = "it answers 407: it wants (other) credentials".to_owned();
                    return Err(Transport::Proxy(said).into());
                }
                Ok(response)
            }
            Ready::Http2(connection) => {
                let answer = connection
                    .exchange(http2::request(request)?, deadlines, limits)
                    .await;
                if let Err(failure) = &answer
                    && (failure.transport.is_timeout() || failure.closed_unanswered)
                {
                    // One that hangs must not do so for the requests to come.
                    let mut shared = self.shared.borrow_mut();
                    shared.take_if(|shared| Rc::ptr_eq(shared, &connection));
                }
                let (response, let_go) = answer?;
                self.streams.set(self.streams.get() | let_go);
                Ok(response)
            }
        }
    }

    /// How long an exchange may take. A target whose bodies do not end is not waited for each time.
    fn deadlines(&self) -> Deadlines {
        let mut deadlines = self.deadlines;
        if self.streams.get() {
            deadlines.body = deadlines.body.min(OF_STREAMS);
        }
        deadlines
    }

    fn http1_request(
        &self,
        request: &message::Request,
        mut http: connection::Request,
        forwarded: Forwarded,
    ) -> Result<connection::Request, Transport> {
        if !forwarded.0 {
            return Ok(http);
        }
        let whole = [request.base.as_bytes(), &request.path].concat();
        *http.uri_mut() = Uri::try_from(whole)
            .map_err(|error| Transport::Unsendable(format!("{}: {error}", request.url())))?;
        let line = self.dial.proxy_authorization();
        if let Some(line) = line.and_then(|line| HeaderValue::try_from(line).ok()) {
            http.headers_mut().insert(PROXY_AUTHORIZATION, line);
        }
        Ok(http)
    }

    /// Sends bytes as they are, below HTTP and TLS, and returns the first that come back: nothing
    /// where the server says nothing in time or cannot be reached.
    pub async fn first_bytes(&self, sent: &[u8]) -> Vec<u8> {
        let mut came = Vec::new();
        let exchange = async {
            let mut stream = self.dial.bare_stream(Purpose::Raw).await.ok()?;
            stream.write_all(sent).await.ok()?;
            stream.flush().await.ok()?;
            stream.read_buf(&mut came).await.ok()
        };
        // What came until then is what is looked at.
        let _ = timeout(self.deadlines.connect, exchange).await;
        came
    }

    /// Makes one exchange below any HTTP library, over HTTP/1.1 on a connection of its own. The
    /// response holds the bytes it came in.
    pub async fn exchange_raw(
        &self,
        request: &message::Request,
    ) -> Result<message::Response, Transport> {
        self.turn().await;
        let deadline = self.deadlines.connect;
        let dial = async || self.dial.stream(Purpose::Raw, deadline).await;
        let dialled = Box::pin(self.room.make(|| None, dial)).await?;
        let _busy = self.room.enter();
        self.count(|traffic| {
            traffic.connections += 1;
            traffic.requests += 1;
        });
        let answer = raw::exchange(dialled.stream, request, self.deadlines(), self.limits).await;
        let raw = answer.as_ref().ok().and_then(|answer| answer.raw.as_ref());
        if raw.is_some_and(|raw| raw.let_go) {
            self.streams.set(true);
        }
        answer
    }

    /// Makes one exchange. No redirect is followed and nothing is cached.
    ///
    /// Only a complete response, or one whose body was cut at [`Limits::body`], is an answer;
    /// everything else is a [`Transport`].
    pub async fn exchange(
        &self,
        request: &message::Request,
    ) -> Result<message::Response, Transport> {
        // What cannot be sent opens no connection.
        let http = request.to_http()?;
        self.turn().await;
        let (ready, was_kept) = self.ready(false).await?;
        let _busy = self.room.enter();
        self.count(|traffic| traffic.requests += 1);
        let answer = self.exchange_on(ready, request, http).await;
        match answer {
            Err(failure) if was_kept && failure.closed_unanswered => {
                // The server may close an idle connection at any time; only a fresh one says more.
                self.count(|traffic| {
                    traffic.requests += 1;
                    traffic.retries += 1;
                });
                self.turn().await;
                let (ready, _) = self.ready(true).await?;
                let answer = self.exchange_on(ready, request, request.to_http()?).await;
                answer.map_err(|failure| failure.transport)
            }
            other => other.map_err(|failure| failure.transport),
        }
    }
}
