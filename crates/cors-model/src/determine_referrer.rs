//! What a server learns of the page's URL, by Referrer Policy.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::header::{HeaderList, isomorphic_decode, names};
use crate::referrer::{Referrer, ReferrerPolicy};
use crate::request::Request;
use crate::url::{Url, UrlParts};

/// The longest referrer that is sent whole, in bytes.
const LONGEST: usize = 4096;

/// To determine a request's referrer:
/// <https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer>
pub(crate) fn determine_request_referrer(request: &Request) -> Referrer {
    determined(request).map_or(Referrer::NoReferrer, Referrer::Url)
}

fn determined(request: &Request) -> Option<Url> {
    let source = match &request.referrer {
        Referrer::NoReferrer => return None,
        Referrer::Client => request
            .client
            .as_ref()
            .filter(|client| client.origin.scheme().is_some())
            .map(|client| &client.base_url)?,
        Referrer::Url(url) => url,
    };
    if source.is_local() {
        return None;
    }
    let target = request.current_url();
    let policy = request.referrer_policy;
    if policy.is_strict()
        && source.is_potentially_trustworthy()
        && !target.is_potentially_trustworthy()
    {
        return None;
    }
    let (to_same_origin, to_others) = policy.amounts();
    let same_origin = source.origin().is_same_origin(target.origin());
    match if same_origin {
        to_same_origin
    } else {
        to_others
    } {
        Amount::Nothing => None,
        Amount::Origin => Some(strip(source, true)),
        Amount::Whole => {
            let url = strip(source, false);
            let long = url.serialize(false).len() > LONGEST;
            Some(if long { strip(source, true) } else { url })
        }
    }
}

/// How much of a URL is told.
#[derive(Debug, Clone, Copy)]
enum Amount {
    Nothing,
    Origin,
    Whole,
}

impl ReferrerPolicy {
    /// Whether nothing is told over an insecure connection that came over a secure one.
    const fn is_strict(self) -> bool {
        matches!(
            self,
            Self::EmptyString
                | Self::NoReferrerWhenDowngrade
                | Self::StrictOrigin
                | Self::StrictOriginWhenCrossOrigin
        )
    }

    /// How much is told the same origin, and others.
    const fn amounts(self) -> (Amount, Amount) {
        match self {
            Self::NoReferrer => (Amount::Nothing, Amount::Nothing),
            Self::SameOrigin => (Amount::Whole, Amount::Nothing),
            Self::Origin | Self::StrictOrigin => (Amount::Origin, Amount::Origin),
            Self::EmptyString | Self::OriginWhenCrossOrigin | Self::StrictOriginWhenCrossOrigin => {
                (Amount::Whole, Amount::Origin)
            }
            Self::UnsafeUrl | Self::NoReferrerWhenDowngrade => (Amount::Whole, Amount::Whole),
        }
    }
}

/// To strip a URL that is not local for use as a referrer:
/// <https://w3c.github.io/webappsec-referrer-policy/#strip-url>
fn strip(url: &Url, origin_only: bool) -> Url {
    let parts = url.parts();
    let is_origin = parts.path == "/" && parts.query.is_none();
    // The preflight gets what the request has, which is stripped.
    if !url.includes_credentials() && parts.fragment.is_none() && (is_origin || !origin_only) {
        return url.clone();
    }
    let (path, query) = if origin_only {
        (Cow::Borrowed("/"), None)
    } else {
        (parts.path.clone(), parts.query.clone())
    };
    Url::new(UrlParts {
        scheme: parts.scheme.clone(),
        username: String::new(),
        password: String::new(),
        host: parts.host.clone(),
        port: parts.port,
        path,
        query,
        fragment: None,
        registrable_domain: parts.registrable_domain.clone(),
    })
}

/// To set a request's referrer policy on redirect:
/// <https://w3c.github.io/webappsec-referrer-policy/#set-requests-referrer-policy-on-redirect>
pub(crate) fn set_request_referrer_policy_on_redirect(request: &mut Request, headers: &HeaderList) {
    let Some(value) = headers.get(names::REFERRER_POLICY) else {
        return;
    };
    // The last policy that is known wins.
    let known = isomorphic_decode(&value)
        .split(',')
        .filter_map(|token| {
            ReferrerPolicy::from_string(&token.trim_matches(['\t', ' ']).to_ascii_lowercase())
        })
        .rfind(|policy| *policy != ReferrerPolicy::EmptyString);
    if let Some(policy) = known {
        request.referrer_policy = policy;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::{OpaqueOrigin, Origin};
    use crate::support::{headers, page, request as prepared, url};

    fn referrer(policy: ReferrerPolicy, from: &str, to: &str) -> Option<String> {
        let mut request = prepared("GET", to);
        request.referrer_policy = policy;
        request.referrer = Referrer::Url(url(from));
        match determine_request_referrer(&request) {
            Referrer::Url(url) => Some(url.serialize(false)),
            Referrer::NoReferrer => None,
            Referrer::Client => panic!("a referrer is determined"),
        }
    }

    const FROM: &str = "https://u:p@a.test/x?q#f";
    const WHOLE: Option<&str> = Some("https://a.test/x?q");
    const ORIGIN: Option<&str> = Some("https://a.test/");

    #[test]
    fn policies_say_how_much_is_told() {
        use ReferrerPolicy as P;
        for (policy, same, other, insecure) in [
            (P::NoReferrer, None, None, None),
            (P::NoReferrerWhenDowngrade, WHOLE, WHOLE, None),
            (P::SameOrigin, WHOLE, None, None),
            (P::Origin, ORIGIN, ORIGIN, ORIGIN),
            (P::StrictOrigin, ORIGIN, ORIGIN, None),
            (P::OriginWhenCrossOrigin, WHOLE, ORIGIN, ORIGIN),
            (P::StrictOriginWhenCrossOrigin, WHOLE, ORIGIN, None),
            (P::EmptyString, WHOLE, ORIGIN, None),
            (P::UnsafeUrl, WHOLE, WHOLE, WHOLE),
        ] {
            let to = |target: &str| referrer(policy, FROM, target);
            assert_eq!(to("https://a.test/y").as_deref(), same, "{policy}");
            assert_eq!(to("https://b.test/").as_deref(), other, "{policy}");
            assert_eq!(to("http://b.test/").as_deref(), insecure, "{policy}");
        }
        let local = referrer(P::StrictOrigin, FROM, "http://localhost:81/");
        assert_eq!(local.as_deref(), ORIGIN);
        let insecure = referrer(P::StrictOrigin, "http://a.test/x", "http://b.test/");
        assert_eq!(insecure.as_deref(), Some("http://a.test/"));
    }

    #[test]
    fn each_secret_part_is_stripped() {
        for from in [
            "https://u:p@a.test/",
            "https://u@a.test/",
            "https://a.test/#f",
        ] {
            for policy in [ReferrerPolicy::UnsafeUrl, ReferrerPolicy::Origin] {
                let told = referrer(policy, from, "https://b.test/");
                assert_eq!(told.as_deref(), ORIGIN, "{from}");
            }
        }
        let told = referrer(
            ReferrerPolicy::Origin,
            "https://a.test/?q",
            "https://b.test/",
        );
        assert_eq!(told.as_deref(), ORIGIN);
    }

    #[test]
    fn long_and_local_urls_are_not_told_whole() {
        let long = |length: usize| {
            let start = "https://a.test/";
            alloc::format!("{start}{}", "x".repeat(length - start.len()))
        };
        let told = |from: &str| referrer(ReferrerPolicy::UnsafeUrl, from, "https://b.test/");
        assert_eq!(told(&long(4096)), Some(long(4096)));
        assert_eq!(told(&long(4097)).as_deref(), ORIGIN);
        assert_eq!(told("data:,x"), None);
    }

    #[test]
    fn the_page_is_the_referrer_unless_it_is_opaque() {
        let mut request = prepared("GET", "https://a.test/y");
        assert_eq!(
            determine_request_referrer(&request),
            Referrer::Url(page().base_url)
        );
        request.client.as_mut().unwrap().origin = Origin::Opaque(OpaqueOrigin::new(1));
        assert_eq!(determine_request_referrer(&request), Referrer::NoReferrer);
        request.client = None;
        assert_eq!(determine_request_referrer(&request), Referrer::NoReferrer);
        let mut request = prepared("GET", "https://a.test/y");
        request.referrer = Referrer::NoReferrer;
        assert_eq!(determine_request_referrer(&request), Referrer::NoReferrer);
    }

    #[test]
    fn the_last_policy_that_is_known_is_taken_from_a_redirect() {
        let policy = |value: &str| {
            let mut request = prepared("GET", "https://b.test/");
            request.referrer_policy = ReferrerPolicy::UnsafeUrl;
            let headers = headers(&[("Referrer-Policy", value)]);
            set_request_referrer_policy_on_redirect(&mut request, &headers);
            request.referrer_policy
        };
        assert_eq!(policy("no-referrer, Origin ,x"), ReferrerPolicy::Origin);
        assert_eq!(policy("same-origin,"), ReferrerPolicy::SameOrigin);
        assert_eq!(policy("x"), ReferrerPolicy::UnsafeUrl);
        let mut request = prepared("GET", "https://b.test/");
        set_request_referrer_policy_on_redirect(&mut request, &HeaderList::new());
        assert_eq!(request.referrer_policy, ReferrerPolicy::EmptyString);
    }
}
