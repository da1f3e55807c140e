//! The case library of cors-conformance: types, strict reading, selection, embedded data.
//!
//! - [`library::library`] is everything that is embedded; [`library::Library`] also takes files
//!   from outside.
//! - [`read`] reads single files and says what is wrong with them.
//! - [`fill`] fills the placeholders of a server case from a policy and says when a case means
//!   nothing under it.
//! - [`select`] chooses cases.
//! - [`known`] is what is expected to fail.
//!
//! The crate knows no implementation: expectations are stated by anyone who writes a case.

pub mod agent;
pub mod basis;
pub mod check;
pub mod data;
pub mod error;
pub mod fill;
pub mod flags;
pub mod format;
pub mod input;
pub mod known;
pub mod level;
pub mod library;
pub mod observed;
pub mod policies;
pub mod policy {
    //! The policies of [`cors_policy`], until all use that crate.
    pub use crate::policies::{NamedPolicy, PolicyFile};
    pub use cors_policy::policy::{Any, AnyOr, ListedOrigins, Policy, View, is_pattern};
}
pub mod read;
pub mod rules;
#[cfg(feature = "schema")]
pub mod schema;
pub mod select;
pub mod server;
pub mod summary;
pub mod tags;
pub mod text;

pub use cors_policy::{examples, forms, names, origin, pattern};
pub use error::{Error, Errors, Problem};
pub use library::{Library, library, server_library};

/// The examples of the package's page, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
