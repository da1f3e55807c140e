//! The cross-origin resource policy check, for responses that are not judged by CORS.

use crate::header::names::CORP;
use crate::origin::Origin;
use crate::response::Response;
use crate::trace::{ShownOr, Trace, anchor, step};
use crate::url::Url;

/// What a check comes to.
///
/// The check is the [cross-origin resource policy check](https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The standard's *allowed*.
    Allowed,
    /// The standard's *blocked*.
    Blocked,
}

/// To perform a cross-origin resource policy check, on a response from a URL:
/// <https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check>
pub fn cross_origin_resource_policy_check(
    origin: &Origin,
    response: &Response,
    response_url: &Url,
    trace: &mut impl Trace,
) -> Verdict {
    anchor!("cross-origin-resource-policy-check");
    step!("1–2":
        "OUT OF SCOPE: navigations and embedder policies; both are as if there were none.");
    let verdict =
        cross_origin_resource_policy_internal_check(origin, response, response_url, trace);
    if verdict == Verdict::Blocked {
        step!(trace, "3": "The response is not for {}: blocked.", origin.serialize());
        return Verdict::Blocked;
    }
    step!("4": "OUT OF SCOPE: reports for embedder policies.");
    step!(trace, "5": "The response is for {} too: allowed.", origin.serialize());
    step!("6–7": "OUT OF SCOPE: pages that block what does not say it is for them.");
    Verdict::Allowed
}

/// To perform a cross-origin resource policy internal check, for a page without a policy of its
/// own: <https://fetch.spec.whatwg.org/#cross-origin-resource-policy-internal-check>
fn cross_origin_resource_policy_internal_check(
    origin: &Origin,
    response: &Response,
    response_url: &Url,
    trace: &mut impl Trace,
) -> Verdict {
    anchor!("cross-origin-resource-policy-internal-check");
    step!("1": "OUT OF SCOPE: navigations.");
    let policy = response.header_list.get(CORP);
    step!(trace, "2": "Cross-Origin-Resource-Policy is {}.", ShownOr(policy.as_deref()));
    let words = [&b"same-origin"[..], b"same-site", b"cross-origin"];
    let policy = policy.filter(|policy| words.contains(&&**policy));
    step!(trace, "3": "The policy is {}.", ShownOr(policy.as_deref()));
    step!("4[unsafe-none]": "Without a policy of the page, nothing stays nothing.");
    step!("4[credentialless]–[require-corp]": "OUT OF SCOPE: pages with embedder policies.");
    let url_origin = response_url.origin();
    let secure = |scheme: Option<&str>| scheme == Some("https");
    let allowed = match policy.as_deref() {
        None | Some(b"cross-origin") => {
            step!(trace, "5[cross-origin]": "Nothing keeps the response from other origins.");
            true
        }
        Some(b"same-origin") => {
            let allowed = origin.is_same_origin(url_origin);
            step!(trace, "5[same-origin]":
                "The page and the response are {} origin.",
                if allowed { "the same" } else { "not the same" });
            allowed
        }
        Some(_) => {
            let allowed = origin.is_schemelessly_same_site(url_origin)
                && (secure(origin.scheme()) || !secure(url_origin.scheme()));
            step!(trace, "5[same-site]":
                "The page and the response are {} site.",
                if allowed { "the same" } else { "not the same" });
            allowed
        }
    };
    if allowed {
        Verdict::Allowed
    } else {
        Verdict::Blocked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{headers, url};
    use crate::trace::{NoTrace, Steps};
    use alloc::vec::Vec;

    fn check(page: &str, from: &str, values: &[&str]) -> Verdict {
        let pairs: Vec<_> = values
            .iter()
            .map(|v| ("Cross-Origin-Resource-Policy", *v))
            .collect();
        let response = Response::new(200, headers(&pairs), None);
        let from = url(from);
        cross_origin_resource_policy_check(url(page).origin(), &response, &from, &mut NoTrace)
    }

    #[test]
    fn policies_exclude_origins_or_sites() {
        use Verdict::{Allowed, Blocked};
        for (page, from, value, verdict) in [
            ("https://a.test", "https://a.test", "same-origin", Allowed),
            ("https://a.test", "https://x.a.test", "same-origin", Blocked),
            ("https://a.test", "https://b.test", "same-origin", Blocked),
            ("https://a.test", "https://x.a.test", "same-site", Allowed),
            ("https://a.test", "https://b.test", "same-site", Blocked),
            ("http://a.test", "https://x.a.test", "same-site", Blocked),
            ("https://a.test", "http://x.a.test", "same-site", Allowed),
            ("http://a.test", "http://x.a.test", "same-site", Allowed),
            ("https://a.test", "https://b.test", "cross-origin", Allowed),
            ("https://a.test", "https://b.test", "Same-Origin", Allowed),
            ("https://a.test", "https://b.test", "", Allowed),
        ] {
            assert_eq!(
                check(page, from, &[value]),
                verdict,
                "{page} {from} {value}"
            );
        }
        assert_eq!(check("https://a.test", "https://b.test", &[]), Allowed);
        let two = ["same-origin", "same-origin"];
        assert_eq!(check("https://a.test", "https://b.test", &two), Allowed);
    }

    #[test]
    fn the_trace_says_why() {
        let mut steps = Steps::default();
        let response = Response::new(
            200,
            headers(&[("cross-origin-resource-policy", "same-site")]),
            None,
        );
        let page = url("https://a.test");
        let verdict = cross_origin_resource_policy_check(
            page.origin(),
            &response,
            &url("https://b.test"),
            &mut steps,
        );
        assert_eq!(verdict, Verdict::Blocked);
        let said: Vec<_> = steps
            .0
            .iter()
            .map(|entry| (entry.at.step, &*entry.said))
            .collect();
        assert_eq!(
            said,
            [
                ("2", "Cross-Origin-Resource-Policy is `same-site`."),
                ("3", "The policy is `same-site`."),
                (
                    "5[same-site]",
                    "The page and the response are not the same site."
                ),
                ("3", "The response is not for https://a.test: blocked."),
            ]
        );
    }
}
