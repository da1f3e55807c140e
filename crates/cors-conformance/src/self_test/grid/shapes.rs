//! The policies of the grid, and how each of them is put to the test.

use std::collections::BTreeMap;
use std::fmt;

use cors_harness::kit::path;
use cors_vectors::policy::{AnyOr, Policy};
use cors_vectors::read::read_policies;
use cors_vectors::server::{Endpoint, Requirement};
use serde::Serialize;

use crate::stop::Stop;

/// The policies as users have them, each with a number of its own in front of its name. In the form
/// of `vectors/policies.json`, without endpoints.
const POLICIES: &str = include_str!("policies.json");

/// A policy as users have them.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) name: String,
    /// Without endpoints.
    pub(super) policy: Policy,
}

/// What kind of origins a policy allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Origins {
    /// One exact origin and nothing else.
    One,
    /// Any origin.
    Any,
    /// Those that fit a pattern, with others or not.
    Pattern,
    /// Something else.
    Other,
}

impl Origins {
    /// All kinds.
    pub(super) const ALL: [Self; 4] = [Self::One, Self::Any, Self::Pattern, Self::Other];

    /// What a policy allows.
    pub(super) fn of(policy: &Policy) -> Self {
        let facts = Requirement::of(policy);
        let kinds = [
            (Requirement::OriginsOne, Self::One),
            (Requirement::OriginsAny, Self::Any),
            (Requirement::OriginsPattern, Self::Pattern),
        ];
        let several = policy.views().len() > 1;
        let kind = kinds.iter().find(|(fact, _)| facts.contains(fact));
        kind.filter(|_| !several)
            .map_or(Self::Other, |(_, kind)| *kind)
    }
}

impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "one exact origin",
            Self::Any => "any origin",
            Self::Pattern => "a pattern",
            Self::Other => "other policies",
        })
    }
}

/// What a user declares and lets out beside the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Setting {
    /// Whether the policy declares the endpoints, all of which the server has.
    pub(super) endpoints: bool,
    /// Whether `--unsafe-methods` is given.
    pub(super) unsafe_methods: bool,
}

impl Setting {
    /// All settings, that with the most cases first.
    pub(super) const ALL: [Self; 4] = [
        Self::of(true, true),
        Self::of(true, false),
        Self::of(false, true),
        Self::of(false, false),
    ];

    const fn of(endpoints: bool, unsafe_methods: bool) -> Self {
        Self {
            endpoints,
            unsafe_methods,
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.endpoints, self.unsafe_methods) {
            (true, true) => "endpoints and unsafe methods",
            (true, false) => "endpoints",
            (false, true) => "unsafe methods",
            (false, false) => "plain",
        })
    }
}

/// All shapes, in their order.
pub(super) fn shapes() -> Result<Vec<Shape>, Stop> {
    let file = read_policies("grid/policies.json", POLICIES).map_err(Stop::bug)?;
    let shapes = file.policies.into_iter().map(|(name, named)| Shape {
        name,
        policy: named.policy,
    });
    Ok(shapes.collect())
}

impl Shape {
    /// How much there is to ask about: origins, examples of origins, names.
    pub(super) fn weight(&self) -> usize {
        let of = |list: &AnyOr<Vec<String>>| match list {
            AnyOr::Any(_) => 0,
            AnyOr::Listed(entries) => entries.len(),
        };
        let views = self.policy.views();
        let of_rule = |rule: &Policy| {
            let examples = rule.examples.iter();
            let examples = examples.map(|one| one.allowed.len().saturating_add(one.refused.len()));
            let names = of(&rule.allow_methods).saturating_add(of(&rule.allow_headers));
            let listed = match &rule.allow_origins {
                AnyOr::Any(_) => 0,
                AnyOr::Listed(origins) => origins.len(),
            };
            let origins = examples.fold(listed, usize::saturating_add);
            names.saturating_add(origins.saturating_mul(4))
        };
        views.iter().map(|view| of_rule(view.rule)).sum()
    }

    /// The policy as the user of a setting states it.
    pub(super) fn stated(&self, setting: Setting) -> Policy {
        let mut policy = self.policy.clone();
        if setting.endpoints {
            policy.endpoints = endpoints("");
            for resource in &mut policy.resources {
                let start = resource.path.trim_end_matches("/*");
                resource.policy.endpoints = endpoints(start);
            }
        }
        policy
    }
}

/// All endpoints below a path.
fn endpoints(start: &str) -> BTreeMap<Endpoint, String> {
    let others = Endpoint::ALL.into_iter().skip(1);
    others
        .map(|endpoint| (endpoint, format!("{start}/{}", path(endpoint))))
        .collect()
}
