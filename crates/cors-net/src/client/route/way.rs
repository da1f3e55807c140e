//! The way of a connection to a host and port.

use std::fmt;
use std::net::IpAddr;

use super::notation::bracketed;
use super::proxy::Proxy;
use super::rule::{ConnectTo, Resolve};
use crate::transport::Transport;

/// The route to a target: by default straight to what its URL names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// Addresses of names that are not looked up; the first match counts.
    pub resolve: Vec<Resolve>,
    /// Other destinations; the first match counts.
    pub connect_to: Vec<ConnectTo>,
    /// A proxy to go through.
    pub proxy: Option<Proxy>,
}

/// Somewhere to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::client) struct Hop {
    /// A name or an address, without brackets.
    pub(in crate::client) host: String,
    pub(in crate::client) port: u16,
    /// Its addresses, when they are not to be looked up.
    pub(in crate::client) addresses: Option<Vec<IpAddr>>,
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", bracketed(&self.host), self.port)
    }
}

/// The route to one host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::client) struct Way {
    /// Where the connection goes first.
    pub(in crate::client) first: Hop,
    /// Where the proxy is told to go, when it is to make a tunnel.
    pub(in crate::client) tunnel: Option<Hop>,
}

impl Route {
    /// The route to a host; `tunnel` says that a proxy must not see more than bytes.
    pub(in crate::client) fn to(&self, host: &str, port: u16, tunnel: bool) -> Way {
        let matches = |rule: &&ConnectTo| {
            let (from_host, from_port) = &rule.from;
            from_host.as_deref().is_none_or(|from| from == host)
                && from_port.is_none_or(|from| from == port)
        };
        let other = self.connect_to.iter().find(matches);
        let last = other.map_or((host, port), |rule| {
            let (to_host, to_port) = &rule.to;
            (to_host.as_deref().unwrap_or(host), to_port.unwrap_or(port))
        });
        let Some(proxy) = &self.proxy else {
            let first = self.hop(last.0, last.1);
            return Way {
                first,
                tunnel: None,
            };
        };
        // The proxy looks names up itself.
        let last = Hop {
            host: last.0.to_owned(),
            port: last.1,
            addresses: None,
        };
        Way {
            first: self.hop(&proxy.host(), proxy.port()),
            tunnel: (tunnel || other.is_some()).then_some(last),
        }
    }

    fn hop(&self, host: &str, port: u16) -> Hop {
        let matches =
            |rule: &&Resolve| (rule.host == host || rule.host == "*") && rule.port == port;
        let addresses = self.resolve.iter().find(matches);
        Hop {
            host: host.to_owned(),
            port,
            addresses: addresses.map(|rule| rule.addresses.clone()),
        }
    }

    /// Whether a target at this host may be used while only loopback addresses are; what is
    /// connected to is looked at again when its address is known.
    ///
    /// An address in the URL is what the user names, wherever connections to it are led. A name
    /// stands for the addresses it has for us, so that it can be led here. What a proxy makes of a
    /// name cannot be seen from here: it must be `localhost`, or end in `.localhost`.
    pub(in crate::client) fn check_loopback(&self, host: &str, way: &Way) -> Result<(), Transport> {
        let refused = |host: &str| Err(Transport::NotLoopback(host.to_owned()));
        if host.parse().is_ok_and(|address| !is_loopback(address)) {
            return refused(host);
        }
        if self.proxy.is_none() {
            return Ok(());
        }
        let last = way.tunnel.as_ref().map_or(host, |hop| hop.host.as_str());
        match last.parse() {
            Ok(address) if is_loopback(address) => Ok(()),
            Err(_) if is_localhost(last) => Ok(()),
            Ok(_) => refused(last),
            Err(_) => refused(&format!("{last}, which a proxy looks up,")),
        }
    }
}

/// Whether a name is this very machine's, whatever the network says.
pub(in crate::client) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address is one of this machine's own.
pub(in crate::client) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(resolves: &[&str], connects: &[&str], through: Option<&str>) -> Route {
        Route {
            resolve: resolves.iter().map(|text| text.parse().unwrap()).collect(),
            connect_to: connects.iter().map(|text| text.parse().unwrap()).collect(),
            proxy: through.map(|text| text.parse().unwrap()),
        }
    }

    #[test]
    fn the_way_is_the_one_curl_takes() {
        let way = route(&["b:2:127.0.0.9"], &["a:1:b:2", "a::c:3"], None).to("a", 1, false);
        assert_eq!(way.first.to_string(), "b:2");
        assert_eq!(
            way.first.addresses.unwrap(),
            ["127.0.0.9".parse::<IpAddr>().unwrap()]
        );
        let other = route(&[], &["a:1:b:2", "a::c:"], None).to("a", 7, false);
        assert_eq!(
            (other.first.to_string(), other.tunnel),
            ("c:7".to_owned(), None)
        );
        // Through a proxy: forwarded, in a tunnel when asked for or led elsewhere.
        let through = route(&["p:80:127.0.0.8"], &["a:1::9"], Some("p:80"));
        let forwarded = through.to("z", 1, false);
        assert_eq!(
            (forwarded.first.to_string(), forwarded.tunnel),
            ("p:80".to_owned(), None)
        );
        assert!(forwarded.first.addresses.is_some());
        assert_eq!(through.to("z", 1, true).tunnel.unwrap().to_string(), "z:1");
        assert_eq!(through.to("a", 1, false).tunnel.unwrap().to_string(), "a:9");
    }

    #[test]
    fn what_the_url_names_and_what_a_proxy_is_told_must_be_this_machine() {
        let check = |route: &Route, host: &str| {
            let way = route.to(host, 80, true);
            route
                .check_loopback(host, &way)
                .map_err(|error| error.to_string())
        };
        let direct = route(&[], &["192.0.2.1::127.0.0.1:"], None);
        assert!(check(&direct, "127.0.0.1").is_ok());
        assert!(check(&direct, "::1").is_ok());
        // A name is looked at when its address is known.
        assert!(check(&direct, "a.example").is_ok());
        // An address of another machine is one, wherever it is led.
        assert!(
            check(&direct, "192.0.2.1")
                .unwrap_err()
                .contains("192.0.2.1")
        );
        assert!(check(&direct, "::ffff:192.0.2.1").is_err());
        let proxied = route(
            &[],
            &["a.example::127.0.0.1:", "b.example::c.example:"],
            Some("localhost"),
        );
        assert!(check(&proxied, "localhost").is_ok());
        assert!(check(&proxied, "a.localhost").is_ok());
        assert!(check(&proxied, "127.0.0.2").is_ok());
        assert!(check(&proxied, "a.example").is_ok());
        assert!(
            check(&proxied, "d.example")
                .unwrap_err()
                .contains("d.example, which a proxy")
        );
        assert!(
            check(&proxied, "b.example")
                .unwrap_err()
                .contains("c.example, which a proxy")
        );
    }
}
