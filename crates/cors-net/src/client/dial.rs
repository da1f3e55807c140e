//! Streams to a target: where they go, through which proxy, and the TLS on top.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::connection::{self, Driver};
use super::io::Io;
use super::route::{Hop, Proxy, Route, Way, is_localhost, is_loopback};
use super::seen::{Noted, Seen};
use super::tls::words;
use crate::USER_AGENT;
use crate::exhaustion::{has_descriptors, what_ran_out};
use crate::transport::{Limits, Transport};

/// How connections are made.
#[derive(Debug)]
pub(super) struct Dial {
    /// The name or address that the URL names, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) route: Route,
    pub(super) remote: bool,
    /// Of what a proxy answers that is asked for a tunnel.
    pub(super) limits: Limits,
    pub(super) tls: Option<Tls>,
}

/// What is needed for TLS.
#[derive(Debug)]
pub(super) struct Tls {
    pub(super) name: ServerName<'static>,
    /// Offers the versions of HTTP that are wanted.
    pub(super) config: Arc<ClientConfig>,
    /// Offers HTTP/1.1.
    pub(super) http1: Arc<ClientConfig>,
}

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Exchanges, which a proxy may forward.
    Forwarded,
    /// Exchanges that a proxy must not look at.
    Tunnelled,
    /// The same, over HTTP/1.1 and nothing else.
    Raw,
}

/// A stream, and whether the server chose HTTP/2 during the handshake of TLS.
pub(super) struct Dialled {
    pub(super) stream: Box<dyn Io>,
    pub(super) chose_http2: bool,
}

impl Dial {
    fn way(&self, purpose: Purpose) -> Way {
        let tunnel = self.tls.is_some() || purpose != Purpose::Forwarded;
        self.route.to(&self.host, self.port, tunnel)
    }

    /// Whether streams for this end at a proxy that forwards requests.
    pub(super) fn is_forwarded(&self, purpose: Purpose) -> bool {
        self.route.proxy.is_some() && self.way(purpose).tunnel.is_none()
    }

    /// What a proxy is given to let us through.
    pub(super) fn proxy_authorization(&self) -> Option<String> {
        self.route.proxy.as_ref().and_then(Proxy::authorization)
    }

    /// Connects below TLS. The caller sets the deadline.
    pub(super) async fn bare_stream(&self, purpose: Purpose) -> Result<Box<dyn Io>, Transport> {
        let way = self.way(purpose);
        if !self.remote {
            self.route.check_loopback(&self.host, &way)?;
        }
        match &way.tunnel {
            None => Ok(Box::new(self.connect(&way.first).await?)),
            Some(end) => {
                let stream = self.connect(&way.first).await.map_err(of_proxy)?;
                self.tunnel(stream, end).await
            }
        }
    }

    /// Connects.
    pub(super) async fn stream(
        &self,
        purpose: Purpose,
        deadline: Duration,
    ) -> Result<Dialled, Transport> {
        let stream = timeout(deadline, self.bare_stream(purpose)).await;
        let stream = stream.map_err(|_| Transport::ConnectTimeout(deadline))??;
        let secured = timeout(deadline, self.secured(stream, purpose)).await;
        secured.map_err(|_| Transport::TlsTimeout(deadline))?
    }

    /// Adds TLS, where it is spoken.
    async fn secured(&self, stream: Box<dyn Io>, purpose: Purpose) -> Result<Dialled, Transport> {
        let Some(tls) = &self.tls else {
            return Ok(Dialled {
                stream,
                chose_http2: false,
            });
        };
        let config = if purpose == Purpose::Raw {
            &tls.http1
        } else {
            &tls.config
        };
        let connector = tokio_rustls::TlsConnector::from(Arc::clone(config));
        let stream = connector
            .connect(tls.name.clone(), stream)
            .await
            .map_err(|error| Transport::Tls(words(&error)))?;
        let chose_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Dialled {
            stream: Box::new(stream),
            chose_http2,
        })
    }

    async fn connect(&self, hop: &Hop) -> Result<TcpStream, Transport> {
        let mut last = None;
        for address in addresses(hop).await? {
            if !self.remote && !is_loopback(address.ip()) {
                return Err(Transport::NotLoopback(address.ip().to_string()));
            }
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // Only speed depends on it.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => {
                    if let Some(exhausted) = exhausted(&error, address) {
                        return Err(exhausted);
                    }
                    last = Some((address, error));
                }
            }
        }
        let (address, said) = last.map_or_else(
            || (hop.to_string(), "the name has no address".into()),
            |(address, error)| (address.to_string(), error.to_string()),
        );
        Err(Transport::Unreachable { address, said })
    }

    /// Asks the proxy at the other end for a tunnel.
    async fn tunnel(&self, stream: TcpStream, end: &Hop) -> Result<Box<dyn Io>, Transport> {
        let seen = Seen::default();
        let failed = |error: hyper::Error| {
            let flood = seen.flood(self.limits);
            let said = flood.map_or_else(|| error.to_string(), |flood| flood.to_string());
            Transport::Proxy(format!("it makes no tunnel: {said}"))
        };
        let stream = Noted {
            stream,
            seen: seen.clone(),
        };
        let (mut sender, connection) = connection::builder(self.limits)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(failed)?;
        // It is over when there is a tunnel.
        let _driver = Driver::spawn(async move {
            // An error also reaches the request.
            let _ = connection.with_upgrades().await;
        });
        let end = end.to_string();
        let mut request = http::Request::connect(&end)
            .header("Host", &end)
            .header("User-Agent", USER_AGENT);
        if let Some(line) = self.proxy_authorization() {
            request = request.header("Proxy-Authorization", line);
        }
        let request = request.body(Empty::<Bytes>::new());
        let mut request = request.map_err(|error| Transport::Unsendable(error.to_string()))?;
        seen.begin(self.limits.head);
        connection::count_interim(&mut request, &seen);
        let answer = sender.send_request(request).await.map_err(failed)?;
        if !answer.status().is_success() {
            let said = format!(
                "it answers {} when asked for a tunnel to {end}",
                answer.status()
            );
            return Err(Transport::Proxy(said));
        }
        seen.head_is_there();
        let tunnel = hyper::upgrade::on(answer).await.map_err(failed)?;
        Ok(Box::new(TokioIo::new(tunnel)))
    }
}

/// A failure to reach the proxy.
fn of_proxy(transport: Transport) -> Transport {
    if matches!(
        transport,
        Transport::Unreachable { .. } | Transport::Unresolvable { .. }
    ) {
        return Transport::Proxy(transport.to_string());
    }
    transport
}

/// That an error is ours and not the server's. Where there is no IPv6 its addresses are not to be had
/// either, which is no lack of ports.
fn exhausted(error: &io::Error, address: SocketAddr) -> Option<Transport> {
    let what = what_ran_out(error)?;
    let is_lack = what != "ports" || address.is_ipv4();
    is_lack.then(|| Transport::Exhausted {
        what,
        said: error.to_string(),
    })
}

/// What the system's resolver says of a name. It may take minutes, and cannot be asked to stop: it is
/// asked on a thread that ends with the program, while a task of the runtime would be waited for.
async fn lookup(host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    let (done, found) = oneshot::channel();
    thread::Builder::new().spawn(move || {
        let found = (host, port).to_socket_addrs();
        // Nobody waits any more: then it does not matter.
        let _ = done.send(found.map(Iterator::collect));
    })?;
    found.await.map_err(io::Error::other)?
}

async fn addresses(hop: &Hop) -> Result<Vec<SocketAddr>, Transport> {
    if let Some(given) = &hop.addresses {
        return Ok(given
            .iter()
            .map(|ip| SocketAddr::new(*ip, hop.port))
            .collect());
    }
    // This very machine, whatever the network says (RFC 6761, 6.3), and whatever it does not.
    if is_localhost(&hop.host) {
        let here = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        return Ok(here.map(|ip| SocketAddr::new(ip, hop.port)).to_vec());
    }
    let unresolvable = |said: String| Transport::Unresolvable {
        host: hop.host.clone(),
        said,
    };
    let found = lookup(hop.host.clone(), hop.port).await.map_err(|error| {
        let what = what_ran_out(&error);
        let what = what.or_else(|| (!has_descriptors()).then_some("file descriptors"));
        match what {
            None => unresolvable(error.to_string()),
            Some(what) => Transport::Exhausted {
                what,
                said: error.to_string(),
            },
        }
    })?;
    if found.is_empty() {
        return Err(unresolvable("the name has no address".into()));
    }
    Ok(found)
}
