//! Origins: allowed ones, near misses of them, and what only looks like an origin.
//!
//! Servers compare origins with "ends with", "starts with", "contains", with patterns whose dots are
//! not escaped and whose ends are not anchored, after parsing them, without their case, scheme or
//! port. What each of these lets through is made here from the allowed origins alone.

use cors_vectors::origin::{Parts, check_serialized};
use cors_vectors::pattern::{OriginPattern, is_pattern};
use cors_vectors::policy::{Any, AnyOr, Policy};

use crate::source::Source;

/// Where attackers live, in names and values.
pub(crate) const EVIL: &str = "https://evil.example";

/// Labels that a subdomain may have in place of a pattern's star.
const LABELS: [&str; 8] = [
    "app",
    "my-app-2",
    "42",
    "xn--bcher-kva",
    "a.b-2.c",
    "www",
    "a-branch-with-a-long-name-0123456789abcdef-of-some-project",
    "my_app",
];

/// Ports that an origin may have where any is allowed.
const PORTS: [&str; 4] = ["3000", "8", "81", "65535"];

/// Origins that nearly nobody allows, though servers often do for developers or by accident.
const STRANGERS: [&str; 12] = [
    EVIL,
    "null",
    "http://localhost",
    "http://localhost:3000",
    "https://localhost",
    "http://127.0.0.1",
    "http://[::1]",
    "http://evil.example:8080",
    "https://example.com",
    "capacitor://localhost",
    "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
    "https://xn--evl-bma.example",
];

/// An origin that the policy allows; `None` when it allows none.
pub(crate) fn allowed(source: &mut Source<'_, '_>, policy: &Policy) -> Option<String> {
    match &policy.allow_origins {
        AnyOr::Any(Any::Any) => Some(if source.happens(1, 3) {
            source.text(&STRANGERS).to_owned()
        } else {
            format!("https://{}{}.example", source.letter(), source.letter())
        }),
        AnyOr::Listed(listed) => {
            let entry = source.one(listed)?;
            if !is_pattern(entry) {
                return Some(entry.clone());
            }
            let stands_in = if entry.ends_with(":*") {
                source.text(&PORTS)
            } else {
                source.text(&LABELS)
            };
            let made = entry
                .replacen('*', stands_in, 1)
                .replace("{label}", stands_in);
            if policy.allows_origin(made.as_bytes()) {
                return Some(made);
            }
            // One label, a part of one, any host, a range of addresses.
            source
                .one(&OriginPattern::read(entry).ok()?.fitting())
                .cloned()
        }
    }
}

/// An origin of a page that looks like an allowed one. The policy may allow it all the same: what it
/// says of it decides, not where it comes from.
pub(crate) fn near(source: &mut Source<'_, '_>, policy: &Policy) -> String {
    if source.happens(1, 6) {
        return source.text(&STRANGERS).to_owned();
    }
    // What is tried next when a change makes no origin of a page.
    for _ in 0..4 {
        let Some(base) = base(source, policy) else {
            break;
        };
        if let Some(origin) = missed(source, policy, &base)
            && check_serialized(&origin).is_ok()
        {
            return origin;
        }
    }
    EVIL.to_owned()
}

/// What is changed: an allowed origin, or a pattern's without what its star stands for.
fn base(source: &mut Source<'_, '_>, policy: &Policy) -> Option<String> {
    let patterns: Vec<&str> = policy.patterns().collect();
    if !patterns.is_empty() && source.happens(1, 2) {
        let pattern = source.one(&patterns)?;
        return Some(pattern.replacen("*.", "", 1));
    }
    allowed(source, policy)
}

fn missed(source: &mut Source<'_, '_>, policy: &Policy, base: &str) -> Option<String> {
    let Parts { scheme, host, port } = Parts::of(base)?;
    let join = |scheme: &str, host: &str, port: Option<&str>| match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    };
    let with_host = |host: String| Some(join(scheme, &host, port));
    let (first, rest) = host.split_once('.').unwrap_or((host, ""));
    match source.below(28) {
        0 => with_host(format!("evil{host}")),
        1 => with_host(format!("evil-{host}")),
        2 => with_host(format!("{}.{host}", source.text(&["www", "evil", "a.b"]))),
        3 => with_host(format!("{host}.evil.example")),
        4 => with_host(format!("{host}evil")),
        5 => with_host(format!("evil-{host}.evil.example")),
        6 => with_host(host.strip_suffix(host.chars().next_back()?)?.to_owned()),
        7 => with_host(host.strip_prefix(host.chars().next()?)?.to_owned()),
        8 => with_host(rest.to_owned()),
        9 => with_host(first.to_owned()),
        10 | 11 => {
            let dots: Vec<usize> = host.match_indices('.').map(|(at, _)| at).collect();
            let at = *source.one(&dots)?;
            let (before, after) = host.split_at(at);
            let stand_in = source.text(&["x", "-", "0", ""]);
            with_host(format!("{before}{stand_in}{}", after.strip_prefix('.')?))
        }
        12 | 13 => {
            let other = if scheme == "http" { "https" } else { "http" };
            // The default port of the other scheme is not written either.
            Some(join(other, host, port))
        }
        14 => {
            let scheme = match source.below(3) {
                0 => format!("{scheme}x"),
                1 => format!("x{scheme}"),
                _ => source.text(&["app", "ftp", "wss"]).to_owned(),
            };
            Some(join(&scheme, host, port))
        }
        15 => Some(join(
            scheme,
            host,
            Some(source.text(&["8444", "1", "8080"])),
        )),
        16 | 26 | 27 => {
            let port = port.unwrap_or("443");
            let other = match source.below(3) {
                0 => format!("1{port}"),
                // No port has more than five digits, or a greater number.
                1 if port.parse::<u16>().is_ok_and(|port| port > 6553) => {
                    format!("{port}0").get(1..)?.to_owned()
                }
                1 => format!("{port}1"),
                _ => port.get(..port.len().saturating_sub(1))?.to_owned(),
            };
            Some(join(scheme, host, Some(&other)))
        }
        17 => Some(join(scheme, host, None)),
        18 => with_host(format!("{host}.")),
        19 | 20 => {
            // A letter is another one, missing, or there twice.
            let at = source.below(host.len());
            let (before, after) = host.split_at_checked(at)?;
            let mut rest = after.chars();
            let letter = rest.next()?;
            with_host(match source.below(3) {
                0 => format!("{before}{}{}", source.letter(), rest.as_str()),
                1 => format!("{before}{}", rest.as_str()),
                _ => format!("{before}{letter}{letter}{}", rest.as_str()),
            })
        }
        21 => {
            let other = allowed(source, policy)?;
            let other = Parts::of(&other)?;
            with_host(match source.below(3) {
                0 => format!("{}.{host}", other.host),
                1 => format!("{}{host}", other.host),
                _ => format!("{}{host}", other.host.split('.').next()?),
            })
        }
        22 => {
            // Parts that are allowed one by one.
            let other = allowed(source, policy)?;
            let other = Parts::of(&other)?;
            Some(match source.below(3) {
                0 => join(other.scheme, host, port),
                1 => join(scheme, host, other.port),
                _ => join(scheme, other.host, port),
            })
        }
        23 => with_host(format!("{first}.evil.{rest}")),
        24 => {
            let (before, last) = host.rsplit_once('.')?;
            with_host(match source.below(3) {
                0 => format!("{before}.com"),
                1 => format!("{before}.{last}.com"),
                _ => format!("{before}.{last}s"),
            })
        }
        _ => {
            // Of an address another one; of a name one that is far longer.
            let digit = host.rfind(|c: char| c.is_ascii_digit())?;
            let (before, after) = host.split_at(digit);
            with_host(match source.below(2) {
                0 => format!("{before}7{}", after.get(1..)?),
                _ => format!("{before}{after}0"),
            })
        }
    }
}

/// What stands in an `Origin` line and is no serialized origin, or not as browsers write it.
pub(crate) fn odd(source: &mut Source<'_, '_>, policy: &Policy) -> Vec<u8> {
    let whole = allowed(source, policy).unwrap_or_else(|| "https://app.example".to_owned());
    let pattern = policy.patterns().next().map(str::to_owned);
    let parts = Parts::of(&whole);
    let (scheme, host) = parts
        .as_ref()
        .map_or(("https", "app.example"), |parts| (parts.scheme, parts.host));
    let authority = parts
        .as_ref()
        .map_or_else(|| host.to_owned(), Parts::authority);
    if let Some(pattern) = pattern
        && source.happens(1, 2)
        && let Some((before, after)) = pattern.split_once('*')
    {
        let middle = source.text(&[
            "APP",
            "aPp",
            "u@x",
            "u:p@x",
            "evil.example/",
            "evil.example#",
            "evil.example?",
            "evil.example x",
            "evil.example\\",
            "evil.example%23",
            "",
            ".",
            "a..b",
            "evil.example`",
            "x!",
            "*",
            "evil.example:80/x",
        ]);
        return format!("{before}{middle}{after}").into_bytes();
    }
    // What servers fail on most comes up most.
    let place = match source.below(4) {
        0 => source.one(&[0, 0, 1, 2, 6, 8, 9, 14, 21, 22]).copied(),
        1 => source.one(&[3, 5, 6, 26, 27, 28, 28, 28, 28, 29]).copied(),
        _ => Some(source.below(40)),
    };
    let text = match place.unwrap_or_default() {
        0 => format!("{whole}/"),
        1 => format!("{whole}/x?y#z"),
        2 => match scheme {
            "http" => format!("{scheme}://{host}:80"),
            _ => format!("{scheme}://{host}:443"),
        },
        3 | 4 => whole.to_ascii_uppercase(),
        5 => format!("{}://{authority}", scheme.to_ascii_uppercase()),
        6 | 7 => {
            let at = source.below(whole.len());
            let mut bytes = whole.into_bytes();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = byte.to_ascii_uppercase();
            }
            return bytes;
        }
        8 => format!("{scheme}://{host}@evil.example"),
        9 => format!("{scheme}://evil@{authority}"),
        10 => format!("{EVIL}/{whole}"),
        11 => format!("{EVIL}?{whole}"),
        12 => format!("{EVIL}#.{host}"),
        13 => format!("{EVIL}\\.{host}"),
        14 => format!("{whole}%00.evil.example"),
        15 => format!("{whole}%0d%0aX-Injected:%201"),
        16 => return [whole.as_bytes(), b"\xa0"].concat(),
        17 => return [whole.as_bytes(), b"\t.evil.example"].concat(),
        18 => return [b"https://", b"\xff".as_slice(), b".example"].concat(),
        19 => "https://b\u{fc}cher.example".to_owned(),
        20 => return vec![0xe2, 0x8c, 0xab],
        21 => format!("{whole} {EVIL}"),
        22 => format!("{whole}, {EVIL}"),
        23 => format!("{EVIL},{whole}"),
        24 => authority,
        25 => format!("//{authority}"),
        26 => source
            .text(&[
                "*",
                "",
                "undefined",
                "false",
                "true",
                "none",
                "0",
                "default",
                "/",
            ])
            .to_owned(),
        27 => source
            .text(&["NULL", "Null", "\"null\"", "null/", "null, null"])
            .to_owned(),
        28 => source
            .text(&[
                "https://[",
                "https://[::1",
                "https://",
                "https:",
                "://",
                "http://:80",
                "https://a:b:c",
                "https://%",
                "https://a:99999999",
                "https://a:-1",
            ])
            .to_owned(),
        29 => source
            .text(&["file://", "data:", "javascript:alert(1)", "about:blank"])
            .to_owned(),
        30 => format!("{whole}<script>alert(1)</script>"),
        31 => format!("{whole}`.evil.example"),
        32 => format!("{whole}_.evil.example"),
        33 => format!(
            "{whole}{}.evil.example",
            source.text(&["!", "$", "&", "{", "}", "~", "(", ";", "="])
        ),
        34 => format!("https://{}.example", "a".repeat(4000)),
        35 => format!("{scheme}://{}{host}!.evil.example", "a.".repeat(120)),
        36 => format!("\"{whole}\""),
        37 => format!("{scheme}:{authority}"),
        38 => format!("{scheme}:///{authority}"),
        _ => format!("{whole}:"),
    };
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use arbitrary::Unstructured;

    use super::*;

    #[test]
    fn pages_have_near_misses_and_patterns_have_subdomains() {
        let policy: Policy = serde_json::from_str(
            r#"{ "allow_origins": ["https://*.trusted.example", "https://app.example:8443"],
                 "allow_methods": [], "allow_headers": [], "expose_headers": [] }"#,
        )
        .unwrap();
        let (mut refused, mut odd_ones) = (0, 0);
        for seed in 0..400_u64 {
            let bytes: Vec<u8> = fastrand::Rng::with_seed(seed)
                .u64(..)
                .to_le_bytes()
                .repeat(8);
            let mut bytes = Unstructured::new(&bytes);
            let mut source = Source::new(&mut bytes);
            let allowed = allowed(&mut source, &policy).unwrap();
            assert!(policy.allows_origin(allowed.as_bytes()), "{allowed}");
            let near = near(&mut source, &policy);
            assert!(near == "null" || check_serialized(&near).is_ok(), "{near}");
            refused += usize::from(!policy.allows_origin(near.as_bytes()));
            odd_ones += usize::from(!policy.allows_origin(&odd(&mut source, &policy)));
        }
        assert!(refused > 300, "{refused}");
        assert!(odd_ones > 300, "{odd_ones}");
    }
}
