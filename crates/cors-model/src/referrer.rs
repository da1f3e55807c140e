//! Referrers and their policies, from Referrer Policy.

use alloc::string::String;

use crate::header::{HeaderList, isomorphic_decode, names};
use crate::request::{Request, strings};
use crate::url::Url;

strings! {
    /// A referrer policy: <https://w3c.github.io/webappsec-referrer-policy/#referrer-policy>
    ReferrerPolicy {
        EmptyString = "",
        NoReferrer = "no-referrer",
        NoReferrerWhenDowngrade = "no-referrer-when-downgrade",
        SameOrigin = "same-origin",
        Origin = "origin",
        StrictOrigin = "strict-origin",
        OriginWhenCrossOrigin = "origin-when-cross-origin",
        StrictOriginWhenCrossOrigin = "strict-origin-when-cross-origin",
        UnsafeUrl = "unsafe-url",
    }
}

/// A request's referrer: <https://fetch.spec.whatwg.org/#concept-request-referrer>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Referrer {
    /// None.
    NoReferrer,
    /// The URL of the page.
    Client,
    /// A URL.
    Url(Url),
}

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
    let url = strip(source, false)?;
    let target = request.current_url();
    let policy = request.referrer_policy;
    if policy.is_strict()
        && url.is_potentially_trustworthy()
        && !target.is_potentially_trustworthy()
    {
        return None;
    }
    let (to_same_origin, to_others) = policy.amounts();
    let amount = if url.origin().is_same_origin(target.origin()) {
        to_same_origin
    } else {
        to_others
    };
    match amount {
        Amount::Nothing => None,
        Amount::Whole if url.serialize(false).len() <= LONGEST => Some(url),
        Amount::Whole | Amount::Origin => strip(source, true),
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

/// To strip a URL for use as a referrer:
/// <https://w3c.github.io/webappsec-referrer-policy/#strip-url>
fn strip(url: &Url, origin_only: bool) -> Option<Url> {
    if url.is_local() {
        return None;
    }
    Some(url.with(|parts| {
        parts.username = String::new();
        parts.password = String::new();
        parts.fragment = None;
        if origin_only {
            parts.path = String::from("/");
            parts.query = None;
        }
    }))
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
