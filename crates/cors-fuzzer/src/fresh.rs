//! Targets to which nothing was sent yet, so that a finding does not depend on what nobody sees.

use std::fmt;

use cors_harness::kit::Subject;
use futures_util::future::LocalBoxFuture;

/// Gives targets to which nothing was sent yet.
pub trait Supply {
    /// Gives one that has the policy of this name; of a site whose policy a user stated the name is
    /// empty. An error says why there is no target.
    fn fresh<'a>(&'a self, policy: &'a str) -> LocalBoxFuture<'a, Result<Fresh, String>>;

    /// Whether one costs so little that every shorter form of a finding gets its own.
    fn is_cheap(&self) -> bool;
}

/// A target to which nothing was sent yet.
pub enum Fresh {
    /// The target that is fuzzed was put back into the state in which it was started.
    Same,
    /// Another one.
    Other(Subject),
    /// Another one, which was started for this.
    Started {
        /// The target.
        subject: Subject,
        /// Completes when it is gone by itself.
        gone: LocalBoxFuture<'static, ()>,
        /// Ends it.
        end: LocalBoxFuture<'static, ()>,
    },
}

impl fmt::Debug for Fresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "Same",
            Self::Other(_) => "Other",
            Self::Started { .. } => "Started",
        })
    }
}

/// A target whose state nobody can put back, or that has none.
#[derive(Debug, Clone, Copy)]
pub struct AsItIs;

impl Supply for AsItIs {
    fn fresh<'a>(&'a self, _policy: &'a str) -> LocalBoxFuture<'a, Result<Fresh, String>> {
        Box::pin(std::future::ready(Ok(Fresh::Same)))
    }

    fn is_cheap(&self) -> bool {
        true
    }
}
