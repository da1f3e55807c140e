//! The kit of a server that lists the named policies it takes on in a `kit.json`.

use std::collections::BTreeMap;

use cors_model::url::Url;
use cors_net::client::{Client, ClientOptions};
use cors_policy::kit::{Manifest, ManifestEntry, ManifestSite, Unsupported};
use cors_vectors::policy::NamedPolicy;
use cors_vectors::server::Endpoint;

use super::{Kit, KitError};
use crate::again::USER_AGENT;
use crate::escape::escape;
use crate::model;
use crate::wire::{Line, Response};

/// Where a server lists the policies it takes on, below its origin.
const PATH: &str = "/kit.json";
/// The name of a policy that does not exist.
const NONSENSE: &str = "no-such-policy";

/// What a server has at `/kit.json`.
#[derive(Debug)]
pub enum Offer {
    /// A manifest of named policies.
    Kit(Kit),
    /// No manifest.
    Nothing,
    /// What looks like JSON and cannot be read; the text says why.
    Unreadable(String),
}

impl Kit {
    /// The kit that the server of a URL offers, once it answered 501 for a policy that there is
    /// none of. The header lines are added to each request.
    pub async fn offered(
        url: &Url,
        policies: &BTreeMap<String, NamedPolicy>,
        options: &ClientOptions,
        headers: &[Line],
    ) -> Result<Offer, KitError> {
        let at = url.with(|parts| {
            parts.path = PATH.into();
            parts.query = None;
        });
        let answer = get(&at, options, headers).await?;
        if answer.status != 200 {
            return Ok(Offer::Nothing);
        }
        let value = match serde_json::from_slice(&answer.body) {
            Ok(value) => value,
            Err(why) if looks_like_json(&answer) => {
                let why = escape(why.to_string().as_bytes());
                return Ok(Offer::Unreadable(format!("{at} is no JSON: {why}")));
            }
            Err(_) => return Ok(Offer::Nothing),
        };
        let Some(manifest) = read_manifest(value)? else {
            return Ok(Offer::Nothing);
        };
        let kit = Self::from_manifest(&at, &manifest, policies, options)?;
        let resources = kit.sites().filter_map(|(_, site)| site.as_ref().ok());
        let places: BTreeMap<String, Url> = resources
            .filter_map(|site| site.target.url().join(&format!("../{NONSENSE}/")).ok())
            .filter_map(|base| base.join(Endpoint::Resource.path()).ok())
            .map(|place| (place.to_string(), place))
            .collect();
        for url in places.into_values() {
            let status = get(&url, options, headers).await?.status;
            if status != 501 {
                return Err(KitError::AnswersNonsense { url, status });
            }
        }
        Ok(Offer::Kit(kit))
    }

    /// The sites of a server that serves a manifest at `url`.
    pub fn from_manifest(
        url: &Url,
        manifest: &Manifest,
        policies: &BTreeMap<String, NamedPolicy>,
        options: &ClientOptions,
    ) -> Result<Self, KitError> {
        if manifest.kit != Manifest::VERSION {
            return Err(KitError::Version(manifest.kit));
        }
        let mut kit = Self::new();
        for (name, NamedPolicy { about: _, policy }) in policies {
            match manifest.policies.get(name) {
                None => kit.insert(name, Err(Unsupported::because("kit.json does not list it"))),
                Some(ManifestEntry::Not(entry)) => {
                    kit.insert(name, Err(Unsupported::because(&entry.unsupported)));
                }
                Some(ManifestEntry::Here(ManifestSite { base, endpoints })) => {
                    let at = base_url(url, name, base)?;
                    kit.insert_url(name, policy, endpoints, &at, options)?;
                }
            }
        }
        Ok(kit)
    }
}

/// The base of a policy, with a slash at its end.
fn base_url(manifest: &Url, name: &str, base: &str) -> Result<Url, KitError> {
    let wrong = || KitError::Base {
        policy: name.to_owned(),
        base: base.to_owned(),
    };
    let mut at = manifest.join(base).map_err(|_| wrong())?;
    if !at.path().ends_with('/') {
        at = at.with(|parts| parts.path = format!("{}/", parts.path).into());
    }
    let leads_away = !at.origin().is_same_origin(manifest.origin()) || at.includes_credentials();
    if leads_away || !at.path().ends_with(&format!("/{name}/")) {
        return Err(wrong());
    }
    Ok(at)
}

/// A GET as of no page.
async fn get(url: &Url, options: &ClientOptions, headers: &[Line]) -> Result<Response, KitError> {
    let mut options = options.clone();
    // Here the body is what is wanted.
    options.deadlines.body = options.deadlines.head;
    let line = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    let mut request = model::request_for(b"GET", url, vec![line("Accept", "*/*")]);
    request.headers.extend_from_slice(headers);
    if !request.has("User-Agent") {
        request.headers.push(line("User-Agent", USER_AGENT));
    }
    let target = Client::new(&url.serialize(true), &options)?;
    Ok(target.exchange(&request).await?)
}

/// Whether somebody meant to answer with JSON, and not with the start page that some applications
/// give for any path.
fn looks_like_json(answer: &Response) -> bool {
    let mut types = answer.values("Content-Type");
    let named = types.any(|value| {
        value
            .to_ascii_lowercase()
            .windows(4)
            .any(|at| at == b"json")
    });
    named || answer.body.trim_ascii_start().starts_with(b"{")
}

/// Reads JSON that a server gave at `/kit.json`; `None` when it is something else.
fn read_manifest(value: serde_json::Value) -> Result<Option<Manifest>, KitError> {
    if value.get("kit").is_none() {
        return Ok(None);
    }
    let said = |error: serde_path_to_error::Error<serde_json::Error>| {
        KitError::Manifest(error.to_string())
    };
    serde_path_to_error::deserialize(value)
        .map(Some)
        .map_err(said)
}
