//! Where a response redirects to.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::header::{extract_header_list_values, isomorphic_decode, names};
use crate::network::Network;
use crate::response::{Response, is_redirect_status};
use crate::trace::{Shown, Trace, anchor, step};
use crate::url::Url;

/// `Location` is there several times, or is not a URL.
///
/// What reading the [location URL](https://fetch.spec.whatwg.org/#concept-response-location-url) fails with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocationFailure;

impl Response {
    /// The location URL of a response to a request for `request_url`, which is the response's URL;
    /// `None` when the response redirects nowhere:
    /// <https://fetch.spec.whatwg.org/#concept-response-location-url>
    pub fn location_url(
        &self,
        request_url: &Url,
        network: &impl Network,
        trace: &mut impl Trace,
    ) -> Result<Option<Url>, LocationFailure> {
        anchor!("concept-response-location-url");
        if !is_redirect_status(self.status) {
            step!(trace, "1": "The status {} is no redirect.", self.status);
            return Ok(None);
        }
        let location = extract_header_list_values(&names::LOCATION, &self.header_list, trace);
        step!(trace, "2": "The redirect has a target to read.");
        let mut location_url = None;
        if let Some(location) = location
            .map_err(|_| LocationFailure)?
            .unwrap_or_default()
            .pop()
        {
            let parsed = network.parse_url(&isomorphic_decode(location), request_url);
            step!(trace, "3":
                "{} is {}.",
                Shown(location),
                parsed.as_ref().map_or(Cow::Borrowed("not a URL"), |url| url .serialize(false).into()));
            let parsed = parsed.ok_or(LocationFailure)?;
            location_url = Some(if parsed.fragment().is_some() {
                parsed
            } else {
                step!(trace, "4": "It has no fragment, so that of the request stays.");
                parsed.with(|parts| parts.fragment = request_url.fragment().map(String::from))
            });
        }
        step!(trace, "5":
            "The redirect leads {}.",
            if location_url.is_some() { "to that URL" } else { "nowhere, without `Location`" });
        Ok(location_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{Script, headers, url};
    use crate::trace::NoTrace;
    use alloc::vec::Vec;

    fn location(status: u16, values: &[&str]) -> Result<Option<String>, LocationFailure> {
        let pairs: Vec<_> = values.iter().map(|value| ("Location", *value)).collect();
        let response = Response::new(status, headers(&pairs), None);
        let base = url("https://b.test/r/s?q#f");
        let found = response.location_url(&base, &Script::new([]), &mut NoTrace);
        found.map(|found| found.map(|url| url.serialize(false)))
    }

    #[test]
    fn locations_are_resolved_and_keep_fragments() {
        let some = |text: &str| Ok(Some(text.into()));
        assert_eq!(location(302, &["/x"]), some("https://b.test/x#f"));
        assert_eq!(location(307, &["/x#g"]), some("https://b.test/x#g"));
        assert_eq!(
            location(301, &["https://c.test/"]),
            some("https://c.test/#f")
        );
        assert_eq!(location(303, &["x"]), some("https://b.test/r/x#f"));
        assert_eq!(location(308, &[""]), some("https://b.test/r/s?q#f"));
        assert_eq!(location(302, &[]), Ok(None));
        assert_eq!(location(200, &["/x"]), Ok(None));
        assert_eq!(location(302, &["/x", "/x"]), Err(LocationFailure));
        assert_eq!(location(302, &["http://["]), Err(LocationFailure));
    }
}
