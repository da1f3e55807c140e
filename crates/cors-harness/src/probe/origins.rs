//! Origins that are worth asking about.

use cors_model::url::Url;
use cors_vectors::origin::{Parts, check_serialized};

/// Origins that no server lists: a server that allows two of them allows any. They are
/// those that stand for a foreign origin in cases.
pub(super) const STRANGERS: [&str; 4] = [
    "https://foreign.example",
    "https://foreign.test",
    "https://nobody.example",
    "http://foreign.invalid:4711",
];

/// The origin that cases ask for where a policy lists none.
const EXAMPLE: &str = "https://app.example";

/// Where people develop.
const DEVELOPMENT: [&str; 6] = [
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:4200",
    "http://localhost:5173",
    "http://localhost:8080",
    "http://127.0.0.1:3000",
];

/// Ports that a second server of a site is often on.
const PORTS: [&str; 4] = [":3000", ":8080", ":8443", ":8444"];

/// The first label of hosts that are asked about to learn whether a pattern is allowed.
pub(super) const LABEL: &str = "cors-probe";

/// Origins that a server at this URL may allow: those of the same site, and those where people
/// develop. Pages of its own origin need no leave, so that asking them tells nothing.
pub(super) fn guesses(target: &Url) -> Vec<String> {
    let own = target.origin().serialize();
    let mut guesses = Vec::new();
    if let Some(parts) = Parts::of(&own) {
        guesses.extend(other_scheme(&parts));
        let sites = [Some(parts.host), parent(parts.host)];
        for site in sites.into_iter().flatten() {
            if is_domain(site) {
                let hosts = [
                    site.to_owned(),
                    format!("www.{site}"),
                    format!("app.{site}"),
                ];
                guesses.extend(hosts.map(|host| format!("https://{host}")));
            }
        }
    }
    guesses.extend(DEVELOPMENT.map(str::to_owned));
    guesses.push(EXAMPLE.to_owned());
    usable(guesses)
}

/// Origins that a server which allows this one may well mean to allow too: another scheme or port
/// of the host, a subdomain, the domain above. That they are allowed may also be a mistake, which
/// only the server's owner can tell.
pub(super) fn neighbours(origin: &str) -> Vec<String> {
    let Some(parts) = Parts::of(origin) else {
        return Vec::new();
    };
    let (scheme, host) = (parts.scheme, parts.host);
    let mut neighbours: Vec<String> = other_scheme(&parts).into_iter().collect();
    neighbours.push(format!("{scheme}://{host}"));
    neighbours.extend(PORTS.map(|port| format!("{scheme}://{host}{port}")));
    if is_domain(host) {
        neighbours.push(format!("{scheme}://www.{}", parts.authority()));
        if let Some(parent) = parent(host) {
            neighbours.push(format!("{scheme}://{parent}"));
        }
    }
    let mut neighbours = usable(neighbours);
    neighbours.retain(|neighbour| neighbour != origin);
    neighbours
}

/// Any port of the developer's machine, where an allowed origin is there, and two ports that nobody
/// lists.
pub(super) fn any_port(origin: &str) -> Option<(String, [String; 2])> {
    let parts = Parts::of(origin).filter(|parts| parts.host == "localhost")?;
    let at = |port: &str| format!("{}://{}:{port}", parts.scheme, parts.host);
    Some((at("*"), ["51789", "2"].map(at)))
}

/// The patterns that may stand behind an allowed origin, the wider one first.
pub(super) fn patterns(origin: &str) -> Vec<String> {
    let Some(parts) = Parts::of(origin).filter(|parts| is_domain(parts.host)) else {
        return Vec::new();
    };
    let port = parts.authority().split_off(parts.host.len());
    let bases = [parent(parts.host), Some(parts.host)].into_iter().flatten();
    bases
        .map(|base| format!("{}://*.{base}{port}", parts.scheme))
        .collect()
}

/// An origin with one label, and one with two, in place of the star.
pub(super) fn fitting(pattern: &str) -> [String; 2] {
    [LABEL.to_owned(), format!("a.{LABEL}")].map(|labels| pattern.replacen('*', &labels, 1))
}

fn other_scheme(parts: &Parts<'_>) -> Option<String> {
    let scheme = match parts.scheme {
        "https" => "http",
        "http" => "https",
        _ => return None,
    };
    Some(format!("{scheme}://{}", parts.authority()))
}

/// The domain above, unless that is a single label.
fn parent(host: &str) -> Option<&str> {
    let (_, parent) = host.split_once('.')?;
    (is_domain(host) && parent.contains('.')).then_some(parent)
}

/// Whether a host is a name of several labels, so that it has a parent and subdomains.
fn is_domain(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or(host);
    host.contains('.') && !host.starts_with('[') && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Those that a page can have, each once.
pub(super) fn usable(origins: Vec<String>) -> Vec<String> {
    let mut usable: Vec<String> = Vec::new();
    for origin in origins {
        if check_serialized(&origin).is_ok() && !usable.contains(&origin) {
            usable.push(origin);
        }
    }
    usable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_are_the_own_site_and_development() {
        let of = |url: &str| guesses(&Url::parse(url).unwrap());
        let site = of("https://api.shop.example/v1");
        assert_eq!(
            site[..8],
            [
                "http://api.shop.example",
                "https://api.shop.example",
                "https://www.api.shop.example",
                "https://app.api.shop.example",
                "https://shop.example",
                "https://www.shop.example",
                "https://app.shop.example",
                "http://localhost",
            ]
        );
        let local = of("http://127.0.0.1:8080/resource");
        assert_eq!(local[..2], ["https://127.0.0.1:8080", "http://localhost"]);
    }

    #[test]
    fn neighbours_are_what_may_be_meant_and_no_look_alikes() {
        assert_eq!(
            neighbours("https://app.shop.example"),
            [
                "http://app.shop.example",
                "https://app.shop.example:3000",
                "https://app.shop.example:8080",
                "https://app.shop.example:8443",
                "https://app.shop.example:8444",
                "https://www.app.shop.example",
                "https://shop.example",
            ]
        );
        assert!(
            neighbours("https://[2001:db8::1]:8443").contains(&"https://[2001:db8::1]".to_owned())
        );
        assert!(neighbours("null").is_empty());
    }

    #[test]
    fn any_port_is_one_of_the_developers_machine() {
        let (pattern, ports) = any_port("http://localhost:3000").unwrap();
        assert_eq!(pattern, "http://localhost:*");
        assert_eq!(ports, ["http://localhost:51789", "http://localhost:2"]);
        assert!(any_port("https://app.shop.example").is_none());
    }

    #[test]
    fn patterns_keep_scheme_and_port() {
        assert_eq!(
            patterns("https://app.shop.example:8443"),
            [
                "https://*.shop.example:8443",
                "https://*.app.shop.example:8443"
            ]
        );
        assert_eq!(patterns("https://shop.example"), ["https://*.shop.example"]);
        assert!(patterns("http://127.0.0.1:3000").is_empty());
        assert_eq!(
            fitting("https://*.shop.example"),
            [
                "https://cors-probe.shop.example",
                "https://a.cors-probe.shop.example"
            ]
        );
    }
}
