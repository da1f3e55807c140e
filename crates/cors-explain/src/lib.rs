//! What a browser decides about HTTP exchanges that somebody wrote down, and why.
//!
//! Text goes in: HTTP as it stands on the wire, what `curl -v` shows, a HAR file of a browser's
//! developer tools. Out comes an [`Explanation`]: the decision, the step of the Fetch standard that
//! took it, the header and the bytes that decided, changes of the answers that were tried and make a
//! browser share, what engines write to their consoles, and, where an [engine](Known) is asked about,
//! what it does otherwise. It can be written as JSON, and [`render`] makes text of it.
//!
//! Nothing here reads files, prints or opens sockets, so that it also runs in a web page.
//!
//! ```
//! use cors_explain::{Stated, Verdict, of_text, render};
//!
//! let pasted = b"\
//! > GET /x HTTP/1.1
//! > Host: api.example
//! > Origin: https://app.example
//! >
//! < HTTP/1.1 200 OK
//! < Access-Control-Allow-Origin: https://app.example/
//! <
//! ";
//! let explanation = of_text("the paste", pasted, &Stated::default())?;
//! assert_eq!(explanation.verdict, Verdict::Refused);
//! let set = &explanation.changes[0].answers[0].set[0];
//! assert_eq!(set.name, "Access-Control-Allow-Origin");
//! assert_eq!(set.value, "https://app.example");
//! assert!(explanation.said.contains("with a slash at the end"));
//! assert!(render::text(&explanation, false).contains("< Access-Control-Allow-Origin: https://app.example/"));
//! # Ok::<(), cors_explain::Unclear>(())
//! ```
//!
//! How it goes: [`http_text`] and [`har`] read; `gather` finds out which request and which answers
//! belong together; `derive` and `conclude` find out what the page did and how it ends; `replay` runs the model; `change` tries
//! remedies; `compose` puts the explanation together.

mod advice;
mod browser_error;
pub mod change;
mod complete;
mod compose;
mod conclude;
pub mod console;
mod derive;
mod encoding;
pub mod engine;
mod exchanges;
mod gather;
pub mod har;
mod har_groups;
pub mod http_text;
pub mod message;
mod outline;
mod paste;
pub mod render;
mod replay;
pub mod steps;
#[cfg(test)]
mod torture;
pub mod view;
mod whole;

pub use self::derive::{Stated, Unclear};
pub use self::engine::Known;
pub use self::gather::Material;
pub use self::view::{Explanation, Verdict};
pub use self::whole::{explain, of_har, of_text};

/// The examples of the package's page, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
