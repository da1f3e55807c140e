//! What the APIs make of what script gives them.

use alloc::vec::Vec;

use super::{Dialect, XhrCharset};
use crate::api::body::BodyInit;
use crate::api::fetch::RequestInit;
use crate::api::xhr::in_utf8;
use crate::api::{self, ApiError, Client};
use crate::header::names::CONTENT_TYPE;
use crate::header::{HeaderList, HeaderName, HeaderValue, isomorphic_decode};
use crate::method::is_forbidden_method;
use crate::mime::parse_mime_type;
use crate::request::{Request, RequestMode};
use crate::safelist::{METHOD_OVERRIDES, is_no_cors_safelisted_request_header_name};
use crate::trace::Trace;
use crate::url::Url;

impl Dialect {
    /// What `fetch()` with these arguments makes of them: [`api::fetch::request`], and where the
    /// dialect departs from it.
    ///
    /// [The `Request` constructor](https://fetch.spec.whatwg.org/#dom-request).
    ///
    /// # Errors
    ///
    /// Those of [`api::fetch::request`].
    pub fn request(
        &self,
        client: &Client,
        url: Url,
        mut init: RequestInit,
        trace: &mut impl Trace,
    ) -> Result<Request, ApiError> {
        let no_cors = init.mode == Some(RequestMode::NoCors);
        if self.departs()
            && let Some(pairs) = &mut init.headers
        {
            let mut taken = HeaderList::new();
            pairs.retain(|(name, value)| self.takes(name, value, no_cors, &mut taken));
        }
        let blob_type = match &init.body {
            Some(BodyInit::Blob { r#type, .. }) if self.no_cors_keeps_blob_type => {
                HeaderValue::try_from(r#type.as_bytes()).ok()
            }
            _ => None,
        };
        let mut request = api::fetch::request(client, url, init, trace)?;
        if let Some(value) = blob_type
            && !value.as_bytes().is_empty()
            && !request.header_list.contains(CONTENT_TYPE)
        {
            request.header_list.append(CONTENT_TYPE, value);
        }
        Ok(request)
    }

    /// Whether a header gets as far as to what the standard does with it.
    fn takes(&self, name: &[u8], value: &[u8], no_cors: bool, taken: &mut HeaderList) -> bool {
        let value = HeaderValue::normalize(value);
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
        else {
            // The standard has an exception for it.
            return true;
        };
        if self.forbids(&name, &value) {
            return false;
        }
        if no_cors && is_no_cors_safelisted_request_header_name(&name) {
            let before = taken.clone();
            taken.combine(name.clone(), &value);
            let joined = taken.get(&name).unwrap_or_default();
            if !self.safelists(&name, &joined) {
                *taken = before;
                return false;
            }
        }
        true
    }

    /// Whether a header that the standard leaves to script is dropped.
    pub(crate) fn forbids(&self, name: &HeaderName, value: &HeaderValue) -> bool {
        self.overrides_split_at_commas
            && METHOD_OVERRIDES
                .iter()
                .any(|known| known.as_bytes().eq_ignore_ascii_case(name.as_bytes()))
            && value
                .as_bytes()
                .split(|&byte| byte == b',')
                .any(|method| is_forbidden_method(method.trim_ascii()))
    }

    /// What the `Content-Type` that script has set for a text becomes; `None` when it stays.
    pub(crate) fn content_type_of_text(&self, author: &[u8]) -> Option<HeaderValue> {
        match self.xhr_charset {
            XhrCharset::Standard => in_utf8(author),
            XhrCharset::InPlace => {
                let parts: Vec<_> = author.split(|&byte| byte == b';').map(in_place).collect();
                let value = parts.join(&b';');
                (value != author).then(|| HeaderValue::from_algorithm(value))
            }
            XhrCharset::JudgedBefore => None,
            XhrCharset::EmptyKept => {
                let record = parse_mime_type(&isomorphic_decode(author)).ok()?;
                let empty = record.parameter("charset").is_some_and(str::is_empty);
                if empty { None } else { in_utf8(author) }
            }
        }
    }
}

/// A parameter of a media type, with UTF-8 for its charset if it has one.
fn in_place(parameter: &[u8]) -> Vec<u8> {
    let equals = parameter.iter().position(|&byte| byte == b'=');
    let (name, value) = parameter.split_at(equals.unwrap_or(parameter.len()));
    let charset = match value {
        [b'=', b'"', b'"'] | [b'='] => None,
        [b'=', b'"', ..] => Some(&b"=\"UTF-8\""[..]),
        _ => Some(&b"=UTF-8"[..]),
    };
    match charset {
        Some(charset) if name.trim_ascii().eq_ignore_ascii_case(b"charset") => {
            [name, charset].concat()
        }
        _ => parameter.to_vec(),
    }
}
