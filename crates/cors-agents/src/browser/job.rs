//! What the page gets to do: a case's fetches, with all placeholders filled, as JSON.
//!
//! Bytes travel as strings whose characters U+0000 to U+00FF are the bytes, which is what script's
//! `ByteString` is.

use cors_vectors::agent::{
    AgentCase, Api, Body, Cache, Fetch, Mode, PageKind, Redirect, UploadListener,
};
use cors_vectors::server::Credentials;
use cors_vectors::text::{Text, TextError};
use serde::Serialize;

use crate::world::World;

/// All that the page is to do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Jobs {
    /// Fetches that nobody looks at, one after the other.
    pub warm_up: Vec<FetchJob>,
    /// Then the cases, one round after the other.
    pub rounds: Vec<Round>,
}

/// Cases that run at the same time.
#[derive(Debug, Serialize)]
pub struct Round {
    /// How many at a time.
    pub workers: usize,
    /// The cases.
    pub jobs: Vec<Job>,
}

/// A case.
#[derive(Debug, Serialize)]
pub struct Job {
    /// Its number in the run.
    pub number: usize,
    /// Its fetches, one after the other.
    pub fetches: Vec<FetchJob>,
}

impl Job {
    /// For how long it waits in all, in milliseconds.
    pub fn waits(&self) -> u32 {
        let waits = self.fetches.iter().map(|fetch| fetch.wait_milliseconds);
        waits.fold(0, u32::saturating_add)
    }
}

/// One fetch, as [`Fetch`] states it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FetchJob {
    page: PageKind,
    api: Api,
    url: String,
    method: Option<String>,
    headers: Vec<(String, String)>,
    credentials: Credentials,
    mode: Mode,
    redirect: Redirect,
    cache: Cache,
    referrer_policy: Option<String>,
    keepalive: bool,
    body: Option<BodyJob>,
    duplex_half: bool,
    upload_listener: Option<UploadListener>,
    wait_milliseconds: u32,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum BodyJob {
    Text { text: String },
    Blob { text: String, r#type: String },
    FormData { entries: Vec<(String, String)> },
    UrlSearchParams { entries: Vec<(String, String)> },
    ArrayBuffer { text: String },
    Stream { text: String },
    XmlDocument { text: String },
    HtmlDocument { text: String },
}

/// Bytes as a string of as many characters.
pub(super) fn byte_string(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// A case's fetches.
///
/// # Errors
///
/// A text of the case that cannot be expanded.
pub fn fetches(case: &AgentCase, world: &World) -> Result<Vec<FetchJob>, TextError> {
    case.fetches
        .iter()
        .map(|fetch| fetch_job(fetch, world))
        .collect()
}

fn fetch_job(fetch: &Fetch, world: &World) -> Result<FetchJob, TextError> {
    let bytes = |text: &Text| Ok::<_, TextError>(byte_string(&world.expand(text, None)?));
    Ok(FetchJob {
        page: fetch.page,
        api: fetch.api,
        url: world.requested(fetch)?,
        method: fetch.method.as_ref().map(bytes).transpose()?,
        headers: fetch
            .headers
            .iter()
            .map(|(name, value)| Ok((bytes(name)?, bytes(value)?)))
            .collect::<Result<_, TextError>>()?,
        credentials: fetch.credentials,
        mode: fetch.mode,
        redirect: fetch.redirect,
        cache: fetch.cache,
        referrer_policy: fetch.referrer_policy.clone(),
        keepalive: fetch.keepalive,
        body: fetch
            .body
            .as_ref()
            .map(|body| {
                Ok::<_, TextError>(match body.clone() {
                    Body::Text(text) => BodyJob::Text { text },
                    Body::Blob { text, r#type } => BodyJob::Blob { text, r#type },
                    Body::FormData(entries) => BodyJob::FormData { entries },
                    Body::UrlSearchParams(entries) => BodyJob::UrlSearchParams { entries },
                    Body::ArrayBuffer(text) => BodyJob::ArrayBuffer {
                        text: bytes(&text)?,
                    },
                    Body::Stream(text) => BodyJob::Stream { text },
                    Body::XmlDocument(text) => BodyJob::XmlDocument { text },
                    Body::HtmlDocument(text) => BodyJob::HtmlDocument { text },
                })
            })
            .transpose()?,
        duplex_half: fetch.duplex_half,
        upload_listener: fetch.upload_listener,
        wait_milliseconds: fetch.after_seconds.saturating_mul(1000),
    })
}

/// Preflighted fetches of one URL by each of these kinds of page, so that the preflight cache is in
/// use before the first case: Firefox answers nothing from it for the first two hits of each page.
pub fn warm_up(cross: &str, pages: &[PageKind]) -> Vec<FetchJob> {
    let one = |page| FetchJob {
        page,
        api: Api::Fetch,
        url: match page {
            PageKind::Ordinary => format!("{cross}/control/warm-up/ordinary"),
            PageKind::Opaque => format!("{cross}/control/warm-up/opaque"),
        },
        method: Some("PUT".to_owned()),
        headers: Vec::new(),
        credentials: Credentials::SameOrigin,
        mode: Mode::Cors,
        redirect: Redirect::Follow,
        cache: Cache::Default,
        referrer_policy: None,
        keepalive: false,
        body: None,
        duplex_half: false,
        upload_listener: None,
        wait_milliseconds: 0,
    };
    pages
        .iter()
        .flat_map(|page| std::iter::repeat_n(one(*page), 6))
        .collect()
}
