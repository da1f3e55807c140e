//! The live fuzzer: looks for what a server does with CORS that no listed case asks for.
//!
//! It knows the policy that the server is meant to have and the ways in which servers go wrong with
//! CORS, and makes short sequences of requests: fetches by pages, and requests as other clients send
//! them ([`generate()`]). What must hold of each is computed from the policy alone. Such a sequence is
//! an ordinary [`ServerCase`](cors_vectors::server::ServerCase), which `cors_harness` carries out
//! and judges. A failure is made as short as it can be while the same thing fails, and what fails for one cause is one [`Finding`];
//! [`promoted`] writes findings as a file of cases.
//!
//! Choices come from bytes ([`Source`]), so that libFuzzer and proptest can make them too:
//! [`sequence()`] carries out what one input makes.
//!
//! It depends on `cors-harness` and opens no sockets: the target is any of the harness's.
//!
//! ```
//! use std::rc::Rc;
//!
//! use cors_fuzzer::{AsItIs, Fuzzing, fuzz};
//! use cors_harness::event::Event;
//! use cors_harness::exit::Exit;
//! use cors_harness::kit::Subject;
//! use cors_harness::options::Options;
//! use cors_harness::target::ServiceTarget;
//! use cors_vectors::policy::Policy;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy: Policy = serde_json::from_str(
//!     r#"{ "allow_origins": ["https://app.example"], "allow_methods": [],
//!          "allow_headers": [], "expose_headers": [] }"#,
//! )?;
//! // A server without any CORS: pages of the allowed origin cannot read it.
//! let service = tower::service_fn(async |_request| {
//!     Ok::<_, std::convert::Infallible>(http::Response::new("hello".to_owned()))
//! });
//! let target = ServiceTarget::new("http://target.test/resource".parse()?, service);
//! let subject = Subject::with_policy(Rc::new(target), policy);
//!
//! let fuzzing = Fuzzing {
//!     seed: 1,
//!     runs: Some(100),
//!     requests: None,
//!     duration: None,
//!     keep_going: false,
//!     area: "found".to_owned(),
//!     known: None,
//! };
//! let options = Options::default();
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! let fuzzed = runtime.block_on(fuzz(
//!     &subject,
//!     &fuzzing,
//!     &options,
//!     &AsItIs, // The service has no state.
//!     std::future::pending(),
//!     &mut |event: &Event| println!("{event:?}"), // A finding is a case of the stream.
//! ));
//! assert_eq!(fuzzed.end.exit, Exit::Failed);
//! # Ok(())
//! # }
//! ```

#[cfg(unix)]
mod command;
mod driver;
mod expect;
mod failure;
mod finding;
mod fresh;
mod generate;
mod hunt;
#[cfg(test)]
mod laws;
mod matter;
mod oddity;
mod place;
mod policies;
mod promote;
mod rules;
mod sequence;
mod shorten;
mod shrink;
mod source;
mod steps;
mod terms;

#[cfg(unix)]
pub use self::command::fuzz_command;
pub use self::failure::Failure;
pub use self::finding::{Finding, Fuzzed, Fuzzing};
pub use self::fresh::{AsItIs, Fresh, Supply};
pub use self::generate::{generate, generated};
pub use self::hunt::{fuzz, not_begun};
pub use self::matter::{Kind, Matter};
pub use self::oddity::Oddity;
pub use self::policies::{made_up, policy};
pub use self::promote::promoted;
pub use self::sequence::{Sequence, sequence};
pub use self::source::Source;
pub use self::terms::Terms;
