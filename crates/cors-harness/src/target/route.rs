//! Where connections go: what replaces a name's addresses or the whole destination, and a proxy.
//! Names, forms and meanings are curl's.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::Transport;

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

/// `HOST:PORT:ADDR[,ADDR]...`: the addresses of a host at a port, as with curl's `--resolve`. The
/// host `*` stands for every host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    host: String,
    port: u16,
    addresses: Vec<IpAddr>,
}

/// In the form it is read from.
impl fmt::Display for Resolve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", bracketed(&self.host), self.port)?;
        for (place, address) in self.addresses.iter().enumerate() {
            let before = if place == 0 { ':' } else { ',' };
            write!(f, "{before}{address}")?;
        }
        Ok(())
    }
}

/// In the form it is read from.
impl fmt::Display for ConnectTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (host, port)) in [&self.from, &self.to].into_iter().enumerate() {
            let before = if place == 0 { "" } else { ":" };
            let host = host.as_deref().map(bracketed).unwrap_or_default();
            let port = port.map(|port| port.to_string()).unwrap_or_default();
            write!(f, "{before}{host}:{port}")?;
        }
        Ok(())
    }
}

/// A host as it stands before a port.
fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// `HOST1:PORT1:HOST2:PORT2`: instead of the first go to the second, as with curl's `--connect-to`.
/// An empty first half stands for all, an empty second half for what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    from: (Option<String>, Option<u16>),
    to: (Option<String>, Option<u16>),
}

/// `[http://][USER:PASSWORD@]HOST[:PORT]`: an HTTP proxy, as with curl's `-x`; port 1080 when none
/// is named. Its credentials are shown in no output.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its URL without the credentials.
    url: Url,
    /// User name and password.
    credentials: Option<(String, String)>,
}

/// A route that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}{found}")]
pub struct RouteError {
    expected: &'static str,
    found: String,
}

fn unreadable(expected: &'static str, found: impl fmt::Display) -> RouteError {
    RouteError {
        expected,
        found: format!(": {found}"),
    }
}

/// Splits off what precedes the next colon; an address in brackets counts as one piece.
fn piece<'a>(text: &mut &'a str) -> Option<&'a str> {
    let end = if text.starts_with('[') {
        text.find(']')? + 1
    } else {
        text.find(':').unwrap_or(text.len())
    };
    let (piece, rest) = (text.get(..end)?, text.get(end..)?);
    *text = match rest.strip_prefix(':') {
        Some(rest) => rest,
        None if rest.is_empty() => rest,
        None => return None,
    };
    Some(piece)
}

/// A host as it is looked up and compared: in lower case, without brackets.
fn host(piece: &str) -> Result<String, String> {
    if let Some(inner) = piece.strip_prefix('[') {
        let inner = inner.strip_suffix(']').unwrap_or(inner);
        let address = Ipv6Addr::from_str(inner);
        let address = address.map_err(|_| format!("{piece} is no IPv6 address"))?;
        return Ok(address.to_string());
    }
    Host::parse(piece)
        .map(|host| plain(&host))
        .map_err(|error| format!("{piece:?} is no host: {error}"))
}

/// A host without brackets.
pub(super) fn plain<S: AsRef<str>>(host: &Host<S>) -> String {
    match host {
        Host::Domain(domain) => domain.as_ref().to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

fn port(piece: &str) -> Result<u16, String> {
    piece
        .parse()
        .ok()
        .filter(|port| *port != 0)
        .ok_or_else(|| format!("{piece:?} is no port"))
}

fn optional<T>(
    piece: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    (!piece.is_empty()).then(|| read(piece)).transpose()
}

impl FromStr for Resolve {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        const EXPECTED: &str = "HOST:PORT:ADDRESS[,ADDRESS]...";
        let mut rest = text;
        let mut read = || -> Result<Self, String> {
            let named = piece(&mut rest).filter(|piece| !piece.is_empty());
            let named = named.ok_or("the host is missing")?;
            let host = if named == "*" {
                named.to_owned()
            } else {
                host(named)?
            };
            let port = port(piece(&mut rest).unwrap_or_default())?;
            let address = |text: &str| {
                let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
                let address = inner.unwrap_or(text).parse();
                address.map_err(|_| format!("{text:?} is no address"))
            };
            let addresses = rest.split(',').map(address).collect::<Result<_, _>>()?;
            Ok(Self {
                host,
                port,
                addresses,
            })
        };
        read().map_err(|said| unreadable(EXPECTED, said))
    }
}

impl FromStr for ConnectTo {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        const EXPECTED: &str = "HOST1:PORT1:HOST2:PORT2";
        let mut rest = text;
        let mut pieces = Vec::new();
        for _ in 0..4 {
            match piece(&mut rest) {
                Some(piece) => pieces.push(piece),
                None => return Err(unreadable(EXPECTED, format_args!("{text:?}"))),
            }
        }
        let &[host1, port1, host2, port2] = pieces.as_slice() else {
            return Err(unreadable(EXPECTED, format_args!("{text:?}")));
        };
        if !rest.is_empty() || text.matches(':').count() < 3 {
            return Err(unreadable(EXPECTED, format_args!("{text:?}")));
        }
        let read = || {
            Ok::<_, String>(Self {
                from: (optional(host1, host)?, optional(port1, port)?),
                to: (optional(host2, host)?, optional(port2, port)?),
            })
        };
        read().map_err(|said| unreadable(EXPECTED, said))
    }
}

impl Proxy {
    /// The port when the URL names none.
    const PORT: u16 = 1080;

    fn host(&self) -> String {
        self.url.host().as_ref().map(plain).unwrap_or_default()
    }

    fn port(&self) -> u16 {
        // The parser drops port 80, which is the scheme's own.
        self.url.port_or_known_default().unwrap_or(Self::PORT)
    }

    /// What stands in `Proxy-Authorization`.
    pub(super) fn authorization(&self) -> Option<String> {
        let (user, password) = self.credentials.as_ref()?;
        let pair = format!("{user}:{password}");
        Some(format!("Basic {}", BASE64_STANDARD.encode(pair)))
    }

    /// Whether it wants credentials.
    pub fn has_credentials(&self) -> bool {
        self.credentials.is_some()
    }

    /// Texts that must not be shown.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = Vec::new();
        if let (Some((user, password)), Some(line)) = (&self.credentials, self.authorization()) {
            secrets.extend(line.strip_prefix("Basic ").map(str::to_owned));
            secrets.push(format!("{user}:{password}"));
            secrets.push(password.clone());
        }
        secrets
    }
}

/// Without the credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        write!(f, "http://{host}:{}", self.port())
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &self.to_string())
            .field("has_credentials", &self.has_credentials())
            .finish()
    }
}

impl FromStr for Proxy {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        const EXPECTED: &str = "an HTTP proxy as [http://][USER:PASSWORD@]HOST[:PORT]";
        // The text may hold a password, so that no error repeats it.
        let wrong = |said: &str| unreadable(EXPECTED, said);
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => {
                let said = format!("the scheme {} is not supported", scheme.escape_debug());
                return Err(wrong(&said));
            }
            None => text,
        };
        let mut url = Url::parse(&format!("http://{rest}"))
            .map_err(|error| wrong(&format!("it cannot be read ({error})")))?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("something follows the port"));
        }
        let authority = rest.trim_end_matches('/');
        let after = authority.rsplit_once('@').map_or(authority, |(_, at)| at);
        let names_port = after
            .rsplit_once(']')
            .map_or(after, |(_, end)| end)
            .contains(':');
        if !names_port && url.set_port(Some(Self::PORT)).is_err() {
            return Err(wrong("the host is missing"));
        }
        let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let credentials = (!url.username().is_empty() || url.password().is_some()).then(|| {
            let password = url.password().unwrap_or_default();
            (decoded(url.username()), decoded(password))
        });
        // Neither can fail: the URL has a host.
        let _ = (url.set_username(""), url.set_password(None));
        Ok(Self { url, credentials })
    }
}

/// Somewhere to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hop {
    /// A name or an address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// Its addresses, when they are not to be looked up.
    pub(super) addresses: Option<Vec<IpAddr>>,
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", bracketed(&self.host), self.port)
    }
}

/// The route to one host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    /// Where the connection goes first.
    pub(super) first: Hop,
    /// Where the proxy is told to go, when it is to make a tunnel.
    pub(super) tunnel: Option<Hop>,
}

impl Route {
    /// The route to a host; `tunnel` says that a proxy must not see more than bytes.
    pub(super) fn to(&self, host: &str, port: u16, tunnel: bool) -> Way {
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
    pub(super) fn check_loopback(&self, host: &str, way: &Way) -> Result<(), Transport> {
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
            Err(_) if last == "localhost" || last.ends_with(".localhost") => Ok(()),
            Ok(_) => refused(last),
            Err(_) => refused(&format!("{last}, which a proxy looks up,")),
        }
    }
}

/// Whether an address is one of this machine's own.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<Resolve, String> {
        text.parse().map_err(|error: RouteError| error.to_string())
    }

    fn connect_to(text: &str) -> Result<ConnectTo, String> {
        text.parse().map_err(|error: RouteError| error.to_string())
    }

    fn proxy(text: &str) -> Result<Proxy, String> {
        text.parse().map_err(|error: RouteError| error.to_string())
    }

    #[test]
    fn resolve_is_read_as_curl_reads_it() {
        let plain = resolve("A.example:80:127.0.0.1,[::1]").unwrap();
        assert_eq!((plain.host.as_str(), plain.port), ("a.example", 80));
        assert_eq!(
            plain.addresses,
            [
                "127.0.0.1".parse::<IpAddr>().unwrap(),
                "::1".parse().unwrap()
            ]
        );
        assert_eq!(resolve("[::1]:443:127.0.0.2").unwrap().host, "::1");
        assert_eq!(resolve("*:80:::1").unwrap().host, "*");
        for (bad, said) in [
            ("", "host is missing"),
            ("a", "\"\" is no port"),
            ("a:b:127.0.0.1", "\"b\" is no port"),
            ("a:80", "\"\" is no address"),
            ("a:80:b", "\"b\" is no address"),
            ("a:80:127.0.0.1,", "\"\" is no address"),
            ("+a b:80:127.0.0.1", "is no host"),
            ("[::1:80:127.0.0.1", "host is missing"),
        ] {
            let error = resolve(bad).unwrap_err();
            assert!(
                error.contains("HOST:PORT:ADDRESS") && error.contains(said),
                "{bad}: {error}"
            );
        }
    }

    #[test]
    fn connect_to_is_read_as_curl_reads_it() {
        let rule = connect_to("a.example:443:[::1]:8443").unwrap();
        assert_eq!(rule.from, (Some("a.example".to_owned()), Some(443)));
        assert_eq!(rule.to, (Some("::1".to_owned()), Some(8443)));
        let all = connect_to("::127.0.0.1:").unwrap();
        assert_eq!(
            (all.from, all.to),
            ((None, None), (Some("127.0.0.1".to_owned()), None))
        );
        for bad in [
            "",
            "a:1",
            "a:1:b",
            "a:1:b:2:3",
            "a:x:b:1",
            "a:1:b:0",
            "a b:1:c:2",
        ] {
            let error = connect_to(bad).unwrap_err();
            assert!(error.contains("HOST1:PORT1:HOST2:PORT2"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_proxy_is_read_and_its_credentials_are_kept_to_itself() {
        let bare = proxy("localhost").unwrap();
        assert_eq!(bare.to_string(), "http://localhost:1080");
        assert!(!bare.has_credentials() && bare.secrets().is_empty());
        assert_eq!(
            proxy("http://[::1]:80/").unwrap().to_string(),
            "http://[::1]:80"
        );
        let with = proxy("http://user:hun%20ter2@127.0.0.1:3128").unwrap();
        assert_eq!(with.authorization().unwrap(), "Basic dXNlcjpodW4gdGVyMg==");
        let shown = format!("{with} {with:?}");
        assert!(
            !shown.contains("ter2") && shown.contains("127.0.0.1:3128"),
            "{shown}"
        );
        assert_eq!(with.secrets()[1], "user:hun ter2");
        for bad in [
            "https://u:secret@h",
            "socks5://h",
            "http://",
            "h:1/path",
            "u:secret@h:x",
            "h?q",
        ] {
            let error = proxy(bad).unwrap_err();
            assert!(
                error.contains("HOST[:PORT]") && !error.contains("secret"),
                "{bad}: {error}"
            );
        }
    }

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
