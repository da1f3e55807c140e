//! A fetch of a page as the server gets it.

use cors_vectors::names::{is_cors_safelisted_method, normalize_method};
use cors_vectors::server::PageFetch;
use cors_vectors::text::Text;

use crate::steps::bytes;

/// A fetch with its texts as bytes.
pub(crate) struct Asked {
    pub(crate) origin: String,
    /// As a browser sends it.
    pub(crate) method: String,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) is_preflighted: bool,
}

impl Asked {
    pub(crate) fn of(fetch: &PageFetch) -> Option<Self> {
        let text = |text: &Text| String::from_utf8(bytes(text)?).ok();
        let method = normalize_method(&text(&fetch.method)?);
        let headers: Vec<(Vec<u8>, Vec<u8>)> = fetch
            .headers
            .iter()
            .map(|(name, value)| Some((bytes(name)?, bytes(value)?)))
            .collect::<Option<_>>()?;
        // Generated values need leave wherever a name's value decides; see `pages`.
        let is_preflighted = fetch.upload_listener
            || !is_cors_safelisted_method(method.as_bytes())
            || !headers.is_empty();
        Some(Self {
            origin: text(&fetch.origin)?,
            method,
            headers,
            is_preflighted,
        })
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(header, _)| header.eq_ignore_ascii_case(name.as_bytes()))
    }
}
