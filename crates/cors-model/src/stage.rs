//! The parts of a fetch.

use core::fmt;

/// The part of a fetch that something happens in.
///
/// Of [fetching](https://fetch.spec.whatwg.org/#concept-fetch), in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// `fetch()` or `XMLHttpRequest` makes a request.
    Api,
    /// The user agent decides on the request, before any exchange.
    Fetch,
    /// The preflight is made and its response judged.
    Preflight,
    /// The actual exchange is made and its response judged.
    Response,
    /// A redirect is followed.
    Redirect,
    /// The actual exchange itself, below HTTP.
    Transport,
}

impl Stage {
    /// The stage's name, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Fetch => "fetch",
            Self::Preflight => "preflight",
            Self::Response => "response",
            Self::Redirect => "redirect",
            Self::Transport => "transport",
        }
    }

    /// What went wrong when this stage refuses, as the start of a sentence.
    pub(crate) const fn refuses(self) -> &'static str {
        match self {
            Self::Api => "The script's call is refused",
            Self::Fetch => "The request is not sent",
            Self::Preflight => "The preflight fails, so the request itself is not sent",
            Self::Response => "The page may not see the response",
            Self::Redirect => "The redirect is not followed",
            Self::Transport => "The exchange fails",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
