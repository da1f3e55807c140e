//! Paths of a target, by what the application does there.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A path of the target, by what the application does there.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// 200 to every method.
    #[default]
    Resource,
    /// 404.
    Missing,
    /// 500 by the application.
    Error,
    /// An unhandled failure of the application.
    Throws,
    /// 302 to the resource.
    Redirect,
    /// 304 to a conditional GET.
    NotModified,
    /// The application sets its own `Vary: Accept-Encoding`.
    Vary,
    /// The application sets its own `Access-Control-Allow-Origin`.
    OwnHeaders,
    /// The application answers OPTIONS itself, with a marker header `X-Options-Handler`.
    Options,
    /// 401.
    Unauthorized,
}

impl Endpoint {
    /// Its path below a kit's base, without a leading slash.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Missing => "missing",
            Self::Error => "error",
            Self::Throws => "throws",
            Self::Redirect => "redirect",
            Self::NotModified => "not-modified",
            Self::Vary => "vary",
            Self::OwnHeaders => "own-headers",
            Self::Options => "options",
            Self::Unauthorized => "unauthorized",
        }
    }

    /// All endpoints, in the order of their declaration.
    pub const ALL: [Self; 10] = [
        Self::Resource,
        Self::Missing,
        Self::Error,
        Self::Throws,
        Self::Redirect,
        Self::NotModified,
        Self::Vary,
        Self::OwnHeaders,
        Self::Options,
        Self::Unauthorized,
    ];

    /// What the path does, after "a path that".
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Resource => "answers 200",
            Self::Missing => "answers 404",
            Self::Error => "answers 500",
            Self::Throws => "fails without handling it",
            Self::Redirect => "answers 302",
            Self::NotModified => "answers 304",
            Self::Vary => "sets Vary itself",
            Self::OwnHeaders => "sets Access-Control-Allow-Origin itself",
            Self::Options => "answers OPTIONS itself",
            Self::Unauthorized => "answers 401",
        }
    }

    /// The name in files, such as `not_modified`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Missing => "missing",
            Self::Error => "error",
            Self::Throws => "throws",
            Self::Redirect => "redirect",
            Self::NotModified => "not_modified",
            Self::Vary => "vary",
            Self::OwnHeaders => "own_headers",
            Self::Options => "options",
            Self::Unauthorized => "unauthorized",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_in_files() {
        for endpoint in Endpoint::ALL {
            assert_eq!(serde_json::to_value(endpoint).unwrap(), endpoint.name());
        }
    }
}
