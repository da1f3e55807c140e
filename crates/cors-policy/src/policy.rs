//! Policies: what a server is meant to allow.

use std::borrow::Cow;
use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::any_or::{Any, AnyOr};
use crate::endpoint::Endpoint;
use crate::examples::Examples;
pub use crate::listed::ListedOrigins;
use crate::names::{is_cors_safelisted_method, is_safelisted_request_header_name, lists};
pub use crate::pattern::is_pattern;
use crate::stated::{self, MaxAge, Stated};

/// What a server is meant to allow: a user's TOML file, or a named policy of the library.
///
/// The lists are those of the first rule. Where [`rules`](Self::rules) has more, the first that
/// allows the origin says what else is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stated", into = "Stated")]
pub struct Policy {
    /// The origins whose pages may read responses: any, or serialized origins, patterns, and
    /// `null` for opaque origins. The allowed ones of [`examples`](Self::examples) are among them.
    pub allow_origins: AnyOr<ListedOrigins>,
    /// Origins that a regular expression or code decides on.
    pub examples: Vec<Examples>,
    /// Whether requests may carry credentials.
    pub allow_credentials: bool,
    /// Whether that is meant although any origin is allowed.
    pub credentials_for_any_origin: bool,
    /// The methods allowed beyond the safelisted GET, HEAD and POST; naming those is harmless.
    pub allow_methods: AnyOr<Vec<String>>,
    /// The request headers allowed beyond the safelisted ones; a star at the end is for any rest.
    pub allow_headers: AnyOr<Vec<String>>,
    /// The response headers that pages may read beyond the safelisted ones; a star at the end is
    /// for any rest.
    pub expose_headers: AnyOr<Vec<String>>,
    /// Seconds that a preflight may be cached; `None` when not stated.
    pub max_age: Option<u32>,
    /// Other paths of the target, by what they do. `resource` is the target itself.
    pub endpoints: BTreeMap<Endpoint, String>,
    /// The rules after the first. They have neither endpoints nor rules nor resources.
    pub rules: Vec<Self>,
    /// Policies of single paths; none of them has resources.
    pub resources: Vec<Resource>,
}

/// A rule of a policy, or of the policy of a resource: what can be asked about by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View<'p> {
    /// The resource; `None` for the target itself.
    pub resource: Option<&'p Resource>,
    /// All that is allowed there.
    pub scope: &'p Policy,
    /// The rule.
    pub rule: &'p Policy,
}

impl<'p> View<'p> {
    /// The first rule of the target, whatever its resources allow.
    pub fn first(policy: &'p Policy) -> Self {
        Self {
            resource: None,
            scope: policy,
            rule: policy,
        }
    }
}

/// The policy of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The path; a star at the end is for any rest.
    pub path: String,
    /// A path of these that exists, where it is stated.
    pub example: Option<String>,
    /// What is allowed there.
    pub policy: Policy,
}

impl Resource {
    /// The same below another path, which does not end with a slash.
    #[must_use]
    pub fn below(&self, base: &str) -> Self {
        let mut policy = self.policy.clone();
        for path in policy.endpoints.values_mut() {
            path.insert_str(0, base);
        }
        Self {
            path: format!("{base}{}", self.path),
            example: self.example.as_ref().map(|path| format!("{base}{path}")),
            policy,
        }
    }

    /// Whether a path is this resource's.
    pub fn covers(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => self.path == path,
        }
    }

    /// A path of this resource that can be asked for: the stated one, else that which has
    /// `resource` in place of the star.
    pub fn request_path(&self) -> Cow<'_, str> {
        match (&self.example, self.path.strip_suffix('*')) {
            (Some(example), _) => example.into(),
            (None, Some(start)) => format!("{start}resource").into(),
            (None, None) => self.path.as_str().into(),
        }
    }
}

/// Nothing is allowed to anybody.
impl Default for Policy {
    fn default() -> Self {
        Self {
            allow_origins: AnyOr::Listed(ListedOrigins::default()),
            examples: Vec::new(),
            allow_credentials: false,
            credentials_for_any_origin: false,
            allow_methods: stated::nothing(),
            allow_headers: stated::nothing(),
            expose_headers: stated::nothing(),
            max_age: None,
            endpoints: BTreeMap::new(),
            rules: Vec::new(),
            resources: Vec::new(),
        }
    }
}

impl TryFrom<Stated> for Policy {
    type Error = String;

    fn try_from(mut stated: Stated) -> Result<Self, String> {
        if let Some(name) = stated.missing().next() {
            return Err(format!("missing field `{name}`"));
        }
        if !stated.allows() && !stated.rules.is_empty() {
            let first = stated.rules.remove(0);
            let (endpoints, rules) = (stated.endpoints, stated.rules);
            stated = Stated {
                endpoints,
                rules,
                resources: stated.resources,
                ..first
            };
        }
        let max_age = stated.seconds();
        let (allow_origins, examples) = stated.allow_origins.map_or_else(
            || (Self::default().allow_origins, Vec::new()),
            stated::split,
        );
        let rules = stated.rules.into_iter().map(Self::try_from);
        let resources = stated.resources.into_iter().map(|mut resource| {
            Ok(Resource {
                path: resource.path.take().ok_or("missing field `path`")?,
                example: resource.example.take(),
                policy: resource.try_into()?,
            })
        });
        Ok(Self {
            allow_origins,
            examples,
            allow_credentials: stated.allow_credentials,
            credentials_for_any_origin: stated.credentials_for_any_origin,
            allow_methods: stated.allow_methods.unwrap_or_else(stated::nothing),
            allow_headers: stated.allow_headers.unwrap_or_else(stated::nothing),
            expose_headers: stated.expose_headers.unwrap_or_else(stated::nothing),
            max_age,
            endpoints: stated.endpoints,
            rules: rules.collect::<Result<_, String>>()?,
            resources: resources.collect::<Result<_, String>>()?,
        })
    }
}

impl From<Policy> for Stated {
    fn from(policy: Policy) -> Self {
        let resources = policy.resources.into_iter().map(|resource| Self {
            path: Some(resource.path),
            example: resource.example,
            ..resource.policy.into()
        });
        Self {
            allow_origins: Some(stated::join(policy.allow_origins, policy.examples)),
            allow_credentials: policy.allow_credentials,
            credentials_for_any_origin: policy.credentials_for_any_origin,
            allow_methods: Some(policy.allow_methods),
            allow_headers: Some(policy.allow_headers),
            expose_headers: Some(policy.expose_headers),
            max_age: policy.max_age.map(MaxAge::Seconds),
            endpoints: policy.endpoints,
            rules: policy.rules.into_iter().map(Self::from).collect(),
            resources: resources.collect(),
            path: None,
            example: None,
        }
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Policy {
    fn schema_name() -> Cow<'static, str> {
        "Policy".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Stated::json_schema(generator)
    }
}

impl Policy {
    /// Whether pages of the origin with this serialization may read responses. The comparison is
    /// of bytes, as a browser's is; `null` only fits `"null"` and `"any"`.
    pub fn allows_origin(&self, serialized: &[u8]) -> bool {
        self.decide_origin(serialized) == Some(true)
    }

    /// The same; `None` where only code knows, of which the policy has examples.
    pub fn decide_origin(&self, serialized: &[u8]) -> Option<bool> {
        self.each_rule()
            .map(|rule| rule.own_decision(serialized))
            .find(|decision| *decision != Some(false))
            .unwrap_or(Some(false))
    }

    /// The rule that is in force for an origin: the first that allows it, without rules of its own;
    /// where none does, the first of all.
    pub fn rule_for(&self, serialized: &[u8]) -> &Self {
        if self.rules.is_empty() {
            return self;
        }
        self.each_rule()
            .find(|rule| rule.own_decision(serialized) != Some(false))
            .unwrap_or(self)
    }

    /// The rules in their order; the first is the policy itself.
    pub fn each_rule(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.rules)
    }

    /// The policy in force at a path: that of the first resource that covers it, else this one.
    pub fn at(&self, path: &str) -> &Self {
        let mut resources = self.resources.iter();
        let found = resources.find(|resource| resource.covers(path));
        found.map_or(self, |resource| &resource.policy)
    }

    /// Whether only its resources allow anything.
    pub fn is_only_resources(&self) -> bool {
        !self.resources.is_empty()
            && self.rules.is_empty()
            && self.listed().is_some_and(|listed| listed.is_empty())
    }

    /// All rules, those of the target first unless only its resources allow anything. Never empty.
    pub fn views(&self) -> Vec<View<'_>> {
        let own = (!self.is_only_resources()).then_some((None, self));
        let resources = self.resources.iter();
        let resources = resources.map(|resource| (Some(resource), &resource.policy));
        own.into_iter()
            .chain(resources)
            .flat_map(|(resource, scope)| {
                scope.each_rule().map(move |rule| View {
                    resource,
                    scope,
                    rule,
                })
            })
            .collect()
    }

    /// What this rule alone says of an origin.
    fn own_decision(&self, serialized: &[u8]) -> Option<bool> {
        let listed = self.listed();
        // Without a list, any origin is allowed.
        if listed.is_none_or(|listed| listed.fits(serialized)) {
            return Some(true);
        }
        let decisions = self.examples.iter().map(|one| one.decide(serialized));
        decisions
            .max_by_key(|decision| match decision {
                Some(true) => 2,
                None => 1,
                Some(false) => 0,
            })
            .unwrap_or(Some(false))
    }

    /// Whether requests with the method may be made: the safelisted ones always, others when they
    /// are listed, byte for byte.
    pub fn allows_method(&self, method: &[u8]) -> bool {
        is_cors_safelisted_method(method)
            || match &self.allow_methods {
                AnyOr::Any(Any::Any) => true,
                AnyOr::Listed(listed) => listed.iter().any(|entry| entry.as_bytes() == method),
            }
    }

    /// Whether requests with a header of this name and a value that is not safelisted may be made.
    pub fn allows_header(&self, name: &[u8]) -> bool {
        lists_name(&self.allow_headers, name)
    }

    /// Whether pages may read response headers of this name; the safelisted ones are not looked at.
    pub fn exposes_header(&self, name: &[u8]) -> bool {
        lists_name(&self.expose_headers, name)
    }

    /// The path of an endpoint below the target; `None` for [`Endpoint::Resource`], which is the
    /// target itself, and for what the policy does not declare.
    pub fn endpoint(&self, endpoint: Endpoint) -> Option<&str> {
        self.endpoints.get(&endpoint).map(String::as_str)
    }

    /// The listed origins that are neither patterns nor `null`.
    pub fn exact_origins(&self) -> impl Iterator<Item = &str> {
        let exact = self.listed().into_iter().flat_map(ListedOrigins::exact);
        exact.filter(|entry| *entry != "null")
    }

    /// The listed patterns, such as `https://*.trusted.example`.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.listed().into_iter().flat_map(ListedOrigins::patterns)
    }

    /// The listed origins; `None` when any is allowed.
    fn listed(&self) -> Option<&ListedOrigins> {
        match &self.allow_origins {
            AnyOr::Any(Any::Any) => None,
            AnyOr::Listed(listed) => Some(listed),
        }
    }

    /// What the policy wants a browser to decide about a request, or `None` where that depends on
    /// more than the policy (a header that is safelisted for some values only, unless it is a
    /// `Content-Type` that no form can have).
    pub fn wants_shared(
        &self,
        origin: &[u8],
        method: &[u8],
        headers: &[(Vec<u8>, Vec<u8>)],
        credentials: bool,
    ) -> Option<bool> {
        if !self.decide_origin(origin)? {
            return Some(false);
        }
        let rule = self.rule_for(origin);
        if !rule.allows_method(method) || (credentials && !rule.allow_credentials) {
            return Some(false);
        }
        let mut refused = headers
            .iter()
            .filter(|(name, _)| !rule.allows_header(name))
            .peekable();
        if refused.peek().is_none() {
            return Some(true);
        }
        refused
            .any(|(name, value)| needs_leave(name, value))
            .then_some(false)
    }
}

/// Whether a header needs leave for sure. Beyond the type of `Content-Type`, values are not looked
/// at: what of them is harmless is for browsers to know.
fn needs_leave(name: &[u8], value: &[u8]) -> bool {
    if !name.eq_ignore_ascii_case(b"content-type") {
        return !is_safelisted_request_header_name(name);
    }
    let value = String::from_utf8_lossy(value);
    let essence = value.split(';').next().unwrap_or_default();
    let essence = essence.trim_matches([' ', '\t']);
    ![
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
    ]
    .iter()
    .any(|harmless| essence.eq_ignore_ascii_case(harmless))
}

fn lists_name(names: &AnyOr<Vec<String>>, name: &[u8]) -> bool {
    match names {
        AnyOr::Any(Any::Any) => true,
        AnyOr::Listed(listed) => listed.iter().any(|entry| lists(entry, name)),
    }
}
