//! What browsers write where they show no answer, and what of it has nothing to do with CORS.

use cors_text::escape::escape_cut;

/// The words of Chromium that are known not to be about CORS, each with what they mean. A word that
/// ends in an underscore stands for all that begin so; the first that fits counts.
/// <https://source.chromium.org/chromium/chromium/src/+/main:net/base/net_error_list.h>
const APART: [(&str, &str); 20] = [
    (
        "BLOCKED_BY_CLIENT",
        "an extension, such as a blocker of advertisements, or the developer tools stopped it",
    ),
    (
        "BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS",
        "a page of the internet asks an address of the local network, for which Chromium wants a \
         secure page and the user's permission (Local Network Access)",
    ),
    (
        "BLOCKED_BY_PRIVATE_NETWORK_ACCESS_CHECKS",
        "a page of the internet asks an address of the local network, for which Chromium wanted a \
         secure page (Private Network Access)",
    ),
    (
        "BLOCKED_BY_ADMINISTRATOR",
        "a policy of anyone who manages the computer stopped it",
    ),
    (
        "BLOCKED_BY_CSP",
        "the page's own Content-Security-Policy does not allow this address",
    ),
    (
        "BLOCKED_BY_ORB",
        "a request without CORS (mode: \"no-cors\") met a response that such requests may not load \
         (Opaque Response Blocking)",
    ),
    (
        "BLOCKED_BY_RESPONSE",
        "the response or the page demands an isolation (Cross-Origin-Resource-Policy, \
         Cross-Origin-Embedder-Policy) that is not met",
    ),
    (
        "BLOCKED_BY_",
        "the browser blocks it for a reason of its own",
    ),
    (
        "ABORTED",
        "it was cancelled: by script, or because the page was left",
    ),
    ("INTERNET_DISCONNECTED", "there is no network"),
    (
        "NETWORK_",
        "the network changed, or access to it is not granted",
    ),
    ("NAME_", "the name of the host has no address"),
    (
        "CONNECTION_",
        "there is no connection to the server, or it broke",
    ),
    ("ADDRESS_", "the address cannot be reached"),
    ("TIMED_OUT", "the server did not answer in time"),
    (
        "EMPTY_RESPONSE",
        "the server ended the connection without an answer",
    ),
    ("CERT_", "the server's certificate is not accepted"),
    ("SSL_", "TLS failed"),
    ("PROXY_", "the proxy cannot be used"),
    ("HTTP2_", "the HTTP/2 connection broke"),
];

/// Why the browser shows no answer, as a sentence, when that is known not to be CORS.
pub(crate) fn apart_from_cors(error: &str) -> Option<String> {
    let word = error.strip_prefix("net::ERR_")?;
    let fits = |known: &&(&str, &str)| {
        let (known, _) = known;
        word == *known || (known.ends_with('_') && word.starts_with(known))
    };
    let (_, means) = APART.iter().find(fits)?;
    Some(format!(
        "This is not CORS: the browser says {}, that is, {means}. No header of a response changes \
         that.",
        escape_cut(error.as_bytes())
    ))
}

#[cfg(test)]
mod tests {
    use super::apart_from_cors;

    #[test]
    fn words_apart_from_cors_are_known() {
        let of = |error: &str| apart_from_cors(error).unwrap_or_default();
        assert!(of("net::ERR_BLOCKED_BY_CLIENT").contains("an extension"));
        let local = of("net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS");
        assert!(local.contains("Local Network Access"), "{local}");
        assert!(of("net::ERR_BLOCKED_BY_SOMETHING").contains("of its own"));
        assert!(of("net::ERR_CONNECTION_REFUSED").contains("no connection"));
        for error in [
            "net::ERR_FAILED",
            "net::ERR_BLOCKED",
            "",
            "net::ERR_ABORTED_X",
        ] {
            assert_eq!(of(error), "", "{error}");
        }
    }
}
