//! A target behind a URL: HTTP/1.1 with kept-alive connections, deadlines and limits.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use rustls::pki_types::ServerName;
use url::Url;

use super::connection::{Connection, Dial};
use super::tls::{self, Trust};
use super::{Deadlines, Limits, Target, Transport};
use crate::wire;

/// How a [`UrlTarget`] is reached.
#[derive(Debug, Clone, Default)]
pub struct UrlOptions {
    /// How long it may take.
    pub deadlines: Deadlines,
    /// How much it may send.
    pub limits: Limits,
    /// Whom its certificate must satisfy.
    pub trust: Trust,
    /// Whether addresses other than loopback addresses may be used.
    pub remote: bool,
    /// Where to connect to instead of what the name resolves to, as with curl's `--resolve`.
    pub connect_to: Option<SocketAddr>,
}

/// A URL that cannot be a target.
#[derive(Debug, thiserror::Error)]
pub enum UrlTargetError {
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

/// What a [`UrlTarget`] did so far.
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
pub struct UrlTarget {
    url: Url,
    dial: Dial,
    deadlines: Deadlines,
    limits: Limits,
    idle: RefCell<Vec<Connection>>,
    traffic: Cell<Traffic>,
}

impl UrlTarget {
    /// A target whose resource is at `url`. Nothing is sent yet.
    pub fn new(mut url: Url, options: &UrlOptions) -> Result<Self, UrlTargetError> {
        let (Some(host), Some(port), "http" | "https") =
            (url.host(), url.port_or_known_default(), url.scheme())
        else {
            return Err(UrlTargetError::Scheme(url.into()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlTargetError::Userinfo);
        }
        let address = format!("{host}:{port}");
        let name = match host {
            url::Host::Domain(domain) => domain.to_owned(),
            url::Host::Ipv4(ip) => ip.to_string(),
            url::Host::Ipv6(ip) => ip.to_string(),
        };
        let tls = if url.scheme() == "https" {
            let server = ServerName::try_from(name.clone())
                .map_err(|_| UrlTargetError::TlsName(name.clone()))?;
            Some((tls::client_config(&options.trust)?, server))
        } else {
            None
        };
        let UrlOptions {
            deadlines,
            limits,
            trust: _,
            remote,
            connect_to,
        } = *options;
        let dial = Dial {
            address,
            host: name,
            port,
            connect_to,
            remote,
            tls,
        };
        url.set_fragment(None);
        let (idle, traffic) = (RefCell::default(), Cell::default());
        Ok(Self {
            url,
            dial,
            deadlines,
            limits,
            idle,
            traffic,
        })
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

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.borrow_mut();
        while let Some(connection) = idle.pop() {
            if connection.is_open() {
                return Some(connection);
            }
        }
        None
    }

    async fn open(&self) -> Result<Connection, Transport> {
        let connection = Connection::open(&self.dial, self.deadlines, self.limits).await?;
        self.count(|traffic| traffic.connections += 1);
        Ok(connection)
    }

    async fn try_exchange(&self, request: &wire::Request) -> Result<wire::Response, Transport> {
        let http = request.to_http()?;
        let kept = self.take_idle();
        let was_kept = kept.is_some();
        let connection = match kept {
            Some(connection) => connection,
            None => self.open().await?,
        };
        self.count(|traffic| traffic.requests += 1);
        let mut answer = connection.exchange(http, self.deadlines, self.limits).await;
        if let Err(failure) = &answer
            && was_kept
            && failure.closed_unanswered
        {
            // The server may close an idle connection at any time; only a fresh one says more.
            self.count(|traffic| {
                traffic.requests += 1;
                traffic.retries += 1;
            });
            let connection = self.open().await?;
            answer = connection
                .exchange(request.to_http()?, self.deadlines, self.limits)
                .await;
        }
        let (response, connection) = answer.map_err(|failure| failure.transport)?;
        self.idle.borrow_mut().extend(connection);
        Ok(response)
    }
}

impl Target for UrlTarget {
    fn url(&self) -> &Url {
        &self.url
    }

    fn exchange<'a>(
        &'a self,
        request: &'a wire::Request,
    ) -> LocalBoxFuture<'a, Result<wire::Response, Transport>> {
        self.try_exchange(request).boxed_local()
    }
}
