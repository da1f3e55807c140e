//! All named policies on one socket: `/kit.json` lists them, `/p/<name>` is the base path of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use cors_policy::kit::{Manifest, ManifestEntry, ManifestSite, ManifestUnsupported, Unsupported};
use cors_policy::policy::Policy;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;

use crate::application::endpoints;
use crate::behaviour::Behaviour;
use crate::reply::{HungUp, Reply, with_status};
use crate::server::Server;
use crate::service::Answers;
use crate::wire::Wire;

/// Where a kit server lists its policies.
pub const KIT_PATH: &str = "/kit.json";

/// A server of several named policies. Clones share their state.
#[derive(Debug, Clone)]
pub struct Kit {
    servers: Arc<BTreeMap<String, Result<Server, Unsupported>>>,
    title_case_headers: bool,
    wire: Option<Wire>,
}

impl Kit {
    /// A server that behaves as told under each policy.
    pub fn new<'p>(
        policies: impl IntoIterator<Item = (&'p str, &'p Policy)>,
        behaviour: &Behaviour,
    ) -> Self {
        let servers = policies
            .into_iter()
            .map(|(name, policy)| {
                let server = Server::below(&format!("/p/{name}"), policy, behaviour.clone());
                (name.to_owned(), server)
            })
            .collect();
        Self {
            servers: Arc::new(servers),
            title_case_headers: behaviour.title_case_headers,
            wire: behaviour.wire,
        }
    }

    /// What stands in `/kit.json`.
    pub fn manifest(&self) -> Manifest {
        let policies = self.servers.iter().map(|(name, server)| {
            let entry = match server {
                Ok(_) => ManifestEntry::Here(ManifestSite {
                    base: format!("p/{name}/"),
                    endpoints: endpoints(),
                }),
                Err(Unsupported { reason }) => ManifestEntry::Not(ManifestUnsupported {
                    unsupported: reason.clone(),
                }),
            };
            (name.clone(), entry)
        });
        Manifest {
            kit: Manifest::VERSION,
            policies: policies.collect(),
        }
    }

    fn answer(&self, request: &Parts) -> Result<Reply, HungUp> {
        let path = request.uri.path();
        if path == KIT_PATH {
            return Ok(self.kit_json());
        }
        let Some(rest) = path.strip_prefix("/p/") else {
            return Ok(plain(StatusCode::NOT_FOUND, "see /kit.json\n".to_owned()));
        };
        let name = rest.split('/').next().unwrap_or(rest);
        match self.servers.get(name) {
            Some(Ok(server)) => server.answer(request),
            Some(Err(reason)) => Ok(plain(
                StatusCode::NOT_IMPLEMENTED,
                format!("cannot be expressed: {}\n", reason.reason),
            )),
            None => {
                let reason = "cannot be expressed: no policy has this name; see /kit.json\n";
                Ok(plain(StatusCode::NOT_IMPLEMENTED, reason.to_owned()))
            }
        }
    }

    fn kit_json(&self) -> Reply {
        let Ok(json) = serde_json::to_vec_pretty(&self.manifest()) else {
            return with_status(500);
        };
        let mut reply = Reply::new(Bytes::from(json));
        reply
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        reply
    }
}

fn plain(status: StatusCode, text: String) -> Reply {
    let mut reply = Reply::new(Bytes::from(text));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    reply
}

impl Answers for Kit {
    fn title_case(&self) -> bool {
        self.title_case_headers
    }

    fn wire(&self) -> Option<Wire> {
        self.wire
    }

    fn now(&self) -> impl Fn(&Parts) -> Result<Reply, HungUp> + Send + 'static {
        let kit = self.clone();
        move |request| kit.answer(request)
    }
}
