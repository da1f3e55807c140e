//! What is tested: one site with a policy, or a kit that takes on the named policies of the library.

#[cfg(feature = "net")]
mod manifest;

#[cfg(feature = "net")]
pub use self::manifest::Offer;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::rc::Rc;

use cors_model::url::Url;
#[cfg(feature = "net")]
use cors_net::client::{ClientError, ClientOptions};
use cors_vectors::policy::{NamedPolicy, Policy};
use cors_vectors::server::Endpoint;
use tower::Service;

use crate::escape::escape_cut;
use crate::event::Mode;
#[cfg(feature = "net")]
use crate::target::UrlTarget;
use crate::target::{ServiceTarget, Target, Transport};
use crate::wire::RequestBody;

pub use cors_policy::kit::{
    Manifest, ManifestEntry, ManifestSite, ManifestUnsupported, Unsupported, nonsense,
};

/// A target and the policy it is meant to have. The endpoints that the policy declares are the
/// paths that exist.
#[derive(Clone)]
pub struct Site {
    /// The target.
    pub target: Rc<dyn Target>,
    /// What it is meant to allow. It is shared, since it may be long.
    pub policy: Rc<Policy>,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("target", &self.target.url().to_string())
            .field("policy", &self.policy)
            .finish()
    }
}

/// What is tested.
#[derive(Debug)]
pub enum Subject {
    /// One site, whose policy a user stated or that was inferred.
    Site {
        /// [`Mode::Policy`] or [`Mode::Probe`].
        mode: Mode,
        /// The site.
        site: Site,
    },
    /// A target that takes on the named policies.
    Kit(Kit),
}

impl Subject {
    /// A site with the policy that its owner stated.
    pub fn with_policy(target: Rc<dyn Target>, policy: impl Into<Rc<Policy>>) -> Self {
        Self::Site {
            mode: Mode::Policy,
            site: Site {
                target,
                policy: policy.into(),
            },
        }
    }

    /// A site with the policy that was inferred from its answers.
    pub fn with_inferred_policy(target: Rc<dyn Target>, policy: impl Into<Rc<Policy>>) -> Self {
        Self::Site {
            mode: Mode::Probe,
            site: Site {
                target,
                policy: policy.into(),
            },
        }
    }

    /// What is known of the target.
    pub const fn mode(&self) -> Mode {
        match self {
            Self::Site { mode, .. } => *mode,
            Self::Kit(_) => Mode::Kit,
        }
    }
}

/// A target that takes on named policies: a site for each, or why there is none.
#[derive(Debug, Default)]
pub struct Kit {
    sites: BTreeMap<String, Result<Site, Unsupported>>,
}

/// A kit that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// Nonsense was accepted as a policy, so that the target does not read its policies.
    #[error(
        "a policy that makes no sense was accepted: the target has to answer what it cannot \
         express with \"unsupported\", else its results mean nothing"
    )]
    AcceptsNonsense,
    /// The manifest is of another version.
    #[error("kit.json: kit: expected version {version}, found {0}", version = Manifest::VERSION)]
    Version(u32),
    /// A base leads away from the manifest's server, is no URL, or is not named after its policy.
    #[error(
        "kit.json: policies.{policy}.base: expected a path on the same server that ends in \
         {policy}/, found \"{}\"",
        escape_cut(base.as_bytes())
    )]
    Base {
        /// The policy's name.
        policy: String,
        /// The base as it stands in the manifest.
        base: String,
    },
    /// What the server gives as its manifest is not a manifest.
    #[error("kit.json: {}", escape_cut(.0.as_bytes()))]
    Manifest(String),
    /// A policy that does not exist was answered otherwise than by 501.
    #[error(
        "{url} is a policy that does not exist: expected status 501, which says that it cannot \
         be expressed, got {status}; a target that answers for any policy does not read them, and \
         its results mean nothing"
    )]
    AnswersNonsense {
        /// The URL that was asked.
        url: Url,
        /// The status it was answered with.
        status: u16,
    },
    /// There was no answer to tell whether the server offers a kit.
    #[error(transparent)]
    Transport(#[from] Transport),
    /// The server cannot be a target.
    #[cfg(feature = "net")]
    #[error(transparent)]
    Target(#[from] ClientError),
}

/// An HTTP server in this process: every `tower::Service` that takes such requests and answers.
pub trait HttpService:
    Service<
        http::Request<RequestBody>,
        Response = http::Response<<Self as HttpService>::Body>,
        Error: Display,
    > + 'static
{
    /// What its answers hold.
    type Body: http_body::Body<Data: bytes::Buf, Error: Display> + 'static;
}

impl<S, B> HttpService for S
where
    S: Service<http::Request<RequestBody>, Response = http::Response<B>, Error: Display> + 'static,
    B: http_body::Body<Data: bytes::Buf, Error: Display> + 'static,
{
    type Body = B;
}

/// A CORS implementation in this process.
///
/// Anyone who names the type of the service in a public implementation has to expect the lint
/// `refining_impl_trait`.
///
/// ```
/// use std::convert::Infallible;
///
/// use cors_harness::kit::{HttpService, Implementation, Unsupported};
/// use cors_vectors::policy::Policy;
///
/// /// A server without any CORS.
/// struct Plain;
///
/// impl Implementation for Plain {
///     fn service(&self, _policy: &Policy) -> Result<impl HttpService, Unsupported> {
///         Ok(tower::service_fn(async |_request| {
///             Ok::<_, Infallible>(http::Response::new("hello".to_owned()))
///         }))
///     }
/// }
/// ```
pub trait Implementation {
    /// The endpoints beyond the resource that the services have, at their [paths](Endpoint::path).
    fn endpoints(&self) -> BTreeSet<Endpoint> {
        BTreeSet::new()
    }

    /// A server with this policy, or why it cannot be expressed. `/resource` answers 200 to every
    /// method that reaches the application, with a header `X-Calls` that counts its calls.
    fn service(&self, policy: &Policy) -> Result<impl HttpService, Unsupported>;
}

/// The path of an endpoint below a kit's base, without a leading slash.
pub const fn path(endpoint: Endpoint) -> &'static str {
    endpoint.path()
}

impl Kit {
    /// A kit without policies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what there is of a policy.
    pub fn insert(&mut self, name: impl Into<String>, site: Result<Site, Unsupported>) {
        self.sites.insert(name.into(), site);
    }

    /// Adds a server behind a URL that takes on one policy; `base` is what its paths are resolved
    /// against, so it ends with a slash.
    #[cfg(feature = "net")]
    pub fn insert_url(
        &mut self,
        name: impl Into<String>,
        policy: &Policy,
        endpoints: &BTreeSet<Endpoint>,
        base: &Url,
        options: &ClientOptions,
    ) -> Result<(), KitError> {
        let resource = below(base, Endpoint::Resource);
        let policy = Rc::new(with_endpoints(policy, endpoints, base));
        let target = Rc::new(UrlTarget::new(&resource, options)?);
        self.insert(name, Ok(Site { target, policy }));
        Ok(())
    }

    /// What there is of a policy; `None` when the kit does not know it.
    pub fn site(&self, name: &str) -> Option<&Result<Site, Unsupported>> {
        self.sites.get(name)
    }

    /// The policies and what there is of each.
    pub fn sites(&self) -> impl Iterator<Item = (&str, &Result<Site, Unsupported>)> {
        self.sites.iter().map(|(name, site)| (name.as_str(), site))
    }

    /// A service of the implementation for each named policy, once nonsense was refused.
    pub fn in_process(
        implementation: &impl Implementation,
        policies: &BTreeMap<String, NamedPolicy>,
    ) -> Result<Self, KitError> {
        if implementation.service(&nonsense()).is_ok() {
            return Err(KitError::AcceptsNonsense);
        }
        let mut kit = Self::new();
        for (name, NamedPolicy { about: _, policy }) in policies {
            let site = implementation.service(policy).map(|service| {
                let base = in_process_base();
                let policy = with_endpoints(policy, &implementation.endpoints(), &base);
                let policy = Rc::new(policy);
                let resource = below(&base, Endpoint::Resource);
                let target: Rc<dyn Target> = Rc::new(ServiceTarget::new(resource, service));
                Site { target, policy }
            });
            kit.insert(name, site);
        }
        Ok(kit)
    }
}

/// Where in-process services think they are.
fn in_process_base() -> Url {
    Url::from_serialized("http://target.test/")
}

pub(crate) fn below(base: &Url, endpoint: Endpoint) -> Url {
    base.with(|parts| parts.path = format!("{}{}", base.path(), endpoint.path()).into())
}

pub(crate) fn with_endpoints(
    policy: &Policy,
    endpoints: &BTreeSet<Endpoint>,
    base: &Url,
) -> Policy {
    let endpoints = endpoints
        .iter()
        .filter(|endpoint| **endpoint != Endpoint::Resource)
        .map(|endpoint| (*endpoint, below(base, *endpoint).path().to_owned()))
        .collect();
    let start = base.path().trim_end_matches('/');
    let resources = policy
        .resources
        .iter()
        .map(|resource| resource.below(start));
    Policy {
        endpoints,
        resources: resources.collect(),
        ..policy.clone()
    }
}
