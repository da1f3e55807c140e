//! Known failures: what is expected to fail, why that is accepted, and whether it still does.
//!
//! One file format for all uses: a user's baseline, what a browser does otherwise than the
//! standard, what the suite finds in real servers. A [`file::KnownFile`] is read strictly;
//! [`file::KnownFile::check`] holds it against a run; `edit`, a feature, changes a file that people keep,
//! and leaves their comments where they are.
//!
//! ```
//! use std::collections::{BTreeMap, BTreeSet};
//!
//! use cors_vectors::known::file::{Fate, KnownFile, Reasons};
//!
//! let text = r#"
//! [[known]]
//! cases  = ["origin/suffix-lookalike"]
//! fails  = "wanted refused, got shared"
//! reason = "Issue 12: the comparison is of the end only."
//! "#;
//! let named = |text: &str| Ok(BTreeSet::from([text.to_owned()]));
//! let file = KnownFile::read("known.toml", text, Reasons::Needed, &named).unwrap();
//!
//! let ran = BTreeMap::from([("origin/suffix-lookalike".to_owned(), Fate::Passed)]);
//! let wrong = file.check(&ran, true);
//! assert_eq!(wrong, ["known.toml:3: origin/suffix-lookalike passes: take it out"]);
//! ```

pub mod agents;
#[cfg(feature = "edit")]
pub mod edit;
pub mod entry;
pub mod file;
#[cfg(test)]
mod tests;
