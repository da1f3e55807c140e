//! A server of one policy: the CORS layer around the application.

use std::borrow::Cow;
use std::sync::Arc;

use cors_policy::kit::Unsupported;
use cors_policy::policy::Policy;
use http::request::Parts;

use crate::application;
use crate::behaviour::{Behaviour, Exchange, Grant, Interception};
use crate::memory::Memory;
use crate::policy::check;
use crate::reply::{HungUp, Reply, with_status};
use crate::service::Answers;
use crate::wire::Wire;

/// A server that has one policy. Clones share their state.
#[derive(Debug, Clone)]
pub struct Server {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    policy: Policy,
    behaviour: Behaviour,
    memory: Memory,
    base: String,
}

impl Server {
    /// A server that behaves as told and answers below the root. Fails on a policy that makes no
    /// sense.
    pub fn new(policy: &Policy, behaviour: Behaviour) -> Result<Self, Unsupported> {
        Self::below("", policy, behaviour)
    }

    /// The careful server.
    pub fn reference(policy: &Policy) -> Result<Self, Unsupported> {
        Self::new(policy, Behaviour::REFERENCE)
    }

    /// Like [`Server::new`], with all paths below `base` (such as `/p/open`, without a slash at its
    /// end).
    pub(crate) fn below(
        base: &str,
        policy: &Policy,
        behaviour: Behaviour,
    ) -> Result<Self, Unsupported> {
        check(policy)?;
        let policy = policy.clone();
        let shared = Shared {
            policy,
            behaviour,
            memory: Memory::default(),
            base: base.to_owned(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// The answer to a request, its body aside. Fails when the connection is to be ended instead.
    pub fn answer(&self, request: &Parts) -> Result<Reply, HungUp> {
        let Shared {
            policy,
            behaviour: b,
            memory,
            base,
        } = &*self.shared;
        let path = request.uri.path();
        let path = path.strip_prefix(base.as_str()).unwrap_or(path);
        let resolved = (b.resolve)(path);
        let place = Place::of(policy, base, &resolved);
        let in_force = if b.policy_of_written_path {
            Place::of(policy, base, path).policy
        } else {
            place.policy
        };
        let mut x = Exchange::new(in_force, policy, b, memory, request, &place.path);
        x.respells = (resolved != path).then_some(path);
        x.origin = (b.read_origin)(&x);
        x.kind = (b.classify)(&x);
        x.origin_allowed = (b.match_origin)(&x);
        if x.is_preflight() {
            x.requested_method = (b.read_method)(&x);
            x.requested_headers = (b.parse_request_headers)(&x);
            x.granted = x.origin_allowed && (b.match_method)(&x) && (b.match_headers)(&x);
        }
        match (b.intercept)(&x) {
            Some(Interception::HangUp) => return Err(HungUp),
            Some(Interception::Answer(status)) => return Ok(with_status(status)),
            None => {}
        }

        let mut reply = if x.is_preflight() && !(b.pass_preflight_on)(&x) {
            let status = if x.granted {
                b.preflight_status
            } else {
                b.refused_preflight_status
            };
            with_status(status(&x))
        } else if let Some(status) = (b.block)(&x) {
            with_status(status)
        } else if let Ok(reply) = application::answer(&x, &place.base) {
            reply
        } else {
            x.thrown = true;
            application::unhandled()
        };
        x.status = reply.status().as_u16();
        x.application_headers = reply
            .headers()
            .keys()
            .map(|name| name.as_str().to_owned())
            .collect();

        if (b.covers)(&x) {
            for grant in Grant::ALL {
                let lines = if (b.carries)(&x, grant) {
                    lines(&x, grant)
                } else {
                    Vec::new()
                };
                (b.merge_application_headers)(&x, reply.headers_mut(), grant, lines);
            }
            (b.merge_vary)(&x, reply.headers_mut(), (b.vary_tokens)(&x));
        }
        (b.finish)(&x, &mut reply);
        Ok(reply)
    }
}

/// What is in force at a path.
struct Place<'a> {
    policy: &'a Policy,
    /// The path below which the application lives there.
    base: Cow<'a, str>,
    /// The path below that.
    path: Cow<'a, str>,
}

impl<'a> Place<'a> {
    fn of(policy: &'a Policy, base: &'a str, path: &'a str) -> Self {
        let mut resources = policy.resources.iter();
        let Some(resource) = resources.find(|resource| resource.covers(path)) else {
            let (base, path) = (base.into(), path.into());
            return Self { policy, base, path };
        };
        let start = resource.path.strip_suffix("/*");
        let below = start.and_then(|start| path.strip_prefix(start));
        Self {
            policy: &resource.policy,
            base: format!("{base}{}", start.unwrap_or_default()).into(),
            path: below.unwrap_or("/resource").into(),
        }
    }
}

/// The lines of a grant that is carried.
fn lines(x: &Exchange<'_>, grant: Grant) -> Vec<String> {
    let value = match grant {
        Grant::Origin => x.behaviour.allow_origin_value,
        Grant::Credentials => x.behaviour.allow_credentials_value,
        Grant::Methods => x.behaviour.allow_methods_value,
        Grant::Headers => x.behaviour.allow_headers_value,
        Grant::MaxAge => x.behaviour.max_age_value,
        Grant::Expose => x.behaviour.expose_headers_value,
    };
    value(x)
}

impl Answers for Server {
    fn title_case(&self) -> bool {
        self.shared.behaviour.title_case_headers
    }

    fn wire(&self) -> Option<Wire> {
        self.shared.behaviour.wire
    }

    fn now(&self) -> impl Fn(&Parts) -> Result<Reply, HungUp> + Send + 'static {
        let server = self.clone();
        move |request| server.answer(request)
    }
}
