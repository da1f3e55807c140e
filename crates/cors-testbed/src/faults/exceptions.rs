//! Origins that belong to no policy and that servers allow nevertheless: for development, for
//! previews, for apps and extensions.

use cors_policy::policy::AnyOr;

use super::fault::{Fault, fault, or_origin, parts};
use crate::behaviour::Exchange;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "localhost-prefix-allowed",
        "O23",
        "An origin that begins with http://localhost is allowed.",
        |b| b.match_origin = |x| begins(x, &["http://localhost"]),
    ),
    fault(
        "localhost-names-allowed",
        "O23",
        "Every name below localhost is allowed.",
        |b| b.match_origin = |x| ends(x, &[".localhost"]),
    ),
    fault(
        "loopback-prefix-allowed",
        "O23",
        "An origin that begins with http://127. is allowed.",
        |b| b.match_origin = |x| begins(x, &["http://127."]),
    ),
    fault(
        "loopback-of-ipv6-allowed",
        "O23",
        "The loopback address of IPv6 is allowed.",
        |b| b.match_origin = |x| host(x, |host| host == "[::1]"),
    ),
    fault(
        "unspecified-address-allowed",
        "O23",
        "The address 0.0.0.0 is allowed.",
        |b| b.match_origin = |x| host(x, |host| host == "0.0.0.0"),
    ),
    fault(
        "private-addresses-allowed",
        "O23",
        "Addresses of private networks are allowed.",
        |b| b.match_origin = |x| host(x, is_private),
    ),
    fault(
        "private-prefixes-allowed",
        "O23",
        "Hosts that begin like addresses of private networks are allowed.",
        |b| {
            b.match_origin = |x| {
                host(x, |host| {
                    host.starts_with("10.") || host.starts_with("192.168.")
                })
            };
        },
    ),
    fault(
        "link-local-addresses-allowed",
        "O23",
        "Link-local addresses are allowed.",
        |b| {
            b.match_origin = |x| {
                host(x, |host| {
                    host.starts_with("169.254.") || host.starts_with("[fe80:")
                })
            };
        },
    ),
    fault(
        "unique-local-addresses-allowed",
        "O23",
        "Unique local addresses of IPv6 are allowed.",
        |b| {
            b.match_origin = |x| host(x, |host| host.starts_with("[fc") || host.starts_with("[fd"));
        },
    ),
    fault(
        "addresses-allowed",
        "O23",
        "Every host that is an IPv4 address is allowed.",
        |b| {
            b.match_origin = |x| host(x, |host| host.parse::<std::net::Ipv4Addr>().is_ok());
        },
    ),
    fault(
        "single-labels-allowed",
        "O23",
        "Every host without a dot is allowed, as on an intranet.",
        |b| {
            b.match_origin = |x| {
                host(x, |host| {
                    !host.is_empty() && !host.contains(['.', ':', '['])
                })
            };
        },
    ),
    fault(
        "local-names-allowed",
        "O23",
        "Hosts that end in .local, .lan or .internal are allowed.",
        |b| b.match_origin = |x| ends(x, &[".local", ".lan", ".internal"]),
    ),
    fault(
        "docker-host-allowed",
        "O23",
        "The host of containers is allowed.",
        |b| b.match_origin = |x| host(x, |host| host == "host.docker.internal"),
    ),
    fault(
        "test-names-allowed",
        "O23",
        "Hosts that end in .test are allowed.",
        |b| b.match_origin = |x| ends(x, &[".test"]),
    ),
    fault(
        "firefox-extensions-allowed",
        "O23",
        "Every extension of Firefox is allowed.",
        |b| b.match_origin = |x| begins(x, &["moz-extension://"]),
    ),
    fault(
        "safari-extensions-allowed",
        "O23",
        "Every extension of Safari is allowed.",
        |b| b.match_origin = |x| begins(x, &["safari-web-extension://"]),
    ),
    fault(
        "app-schemes-allowed",
        "O23",
        "Origins of Ionic and Capacitor apps are allowed.",
        |b| b.match_origin = |x| begins(x, &["capacitor://", "ionic://"]),
    ),
    fault(
        "desktop-apps-allowed",
        "O23",
        "Origins of Tauri and Electron apps are allowed.",
        |b| b.match_origin = |x| begins(x, &["tauri://", "app://", "https://tauri.localhost"]),
    ),
    fault(
        "editor-views-allowed",
        "O23",
        "Web views of an editor are allowed.",
        |b| b.match_origin = |x| begins(x, &["vscode-webview://"]),
    ),
    fault(
        "other-schemes-allowed",
        "O23",
        "Every origin whose scheme is neither http nor https is allowed.",
        |b| {
            b.match_origin = |x| {
                or_origin(x, |origin| {
                    origin.contains("://") && !origin.starts_with("http")
                })
            };
        },
    ),
    fault(
        "file-origin-allowed",
        "O23",
        "The origin file://, which old web views send, is allowed.",
        |b| b.match_origin = |x| begins(x, &["file://"]),
    ),
    fault(
        "preview-hosts-allowed",
        "O23",
        "Every site at providers of previews is allowed.",
        |b| b.match_origin = |x| ends(x, &[".vercel.app", ".netlify.app", ".pages.dev"]),
    ),
    fault(
        "user-pages-allowed",
        "O23",
        "Every site at hosts of users' pages is allowed.",
        |b| b.match_origin = |x| ends(x, &[".github.io", ".gitlab.io", ".web.app"]),
    ),
    fault(
        "platform-hosts-allowed",
        "O23",
        "Every site at application platforms is allowed.",
        |b| {
            b.match_origin = |x| {
                ends(
                    x,
                    &[".herokuapp.com", ".onrender.com", ".azurewebsites.net"],
                )
            };
        },
    ),
    fault(
        "bucket-hosts-allowed",
        "O23",
        "Every bucket and every distribution of a cloud is allowed.",
        |b| b.match_origin = |x| ends(x, &[".amazonaws.com", ".cloudfront.net"]),
    ),
    fault(
        "tunnel-hosts-allowed",
        "O23",
        "Every tunnel to a developer's machine is allowed.",
        |b| b.match_origin = |x| ends(x, &[".ngrok.io", ".ngrok-free.app", ".trycloudflare.com"]),
    ),
    fault(
        "playgrounds-allowed",
        "O23",
        "Places where anyone's code runs are allowed.",
        |b| {
            b.match_origin = |x| {
                ends(
                    x,
                    &[".csb.app", ".stackblitz.io", "codepen.io", "jsfiddle.net"],
                )
            };
        },
    ),
    fault(
        "api-tools-allowed",
        "O23",
        "Public tools for trying APIs out are allowed.",
        |b| {
            b.match_origin = |x| ends(x, &["swagger.io", "hoppscotch.io", "apollographql.com"]);
        },
    ),
    fault(
        "names-at-addresses-allowed",
        "O23",
        "Names that stand for an address, as below nip.io, are allowed.",
        |b| b.match_origin = |x| ends(x, &[".nip.io", ".sslip.io", ".localtest.me"]),
    ),
    fault(
        "example-domain-allowed",
        "O23",
        "The domain of the documentation's example is still allowed.",
        |b| b.match_origin = |x| ends(x, &["example.com"]),
    ),
];

fn begins(x: &Exchange<'_>, starts: &[&str]) -> bool {
    exception(x, |origin| {
        starts.iter().any(|start| origin.starts_with(start))
    })
}

fn ends(x: &Exchange<'_>, ends: &[&str]) -> bool {
    host(x, |host| ends.iter().any(|end| host.ends_with(end)))
}

fn host(x: &Exchange<'_>, also: impl Fn(&str) -> bool) -> bool {
    exception(x, |origin| also(parts(origin).1))
}

/// The reference decision, and beside it each origin of which `also` approves; where any origin is
/// allowed nothing needs an exception.
fn exception(x: &Exchange<'_>, also: impl Fn(&str) -> bool) -> bool {
    let any = matches!(x.policy.allow_origins, AnyOr::Any(_));
    or_origin(x, |origin| !any && also(origin))
}

fn is_private(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>()
        .is_ok_and(|address| address.is_private())
}
