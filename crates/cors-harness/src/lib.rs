//! Runs server cases against a server under test and judges it.
//!
//! A run goes one way: [`plan`] fills cases in for what is tested ([`kit::Subject`]), each case is
//! carried out over a [`target::Target`] by the model user agent, the answers are judged, and
//! [`run::run`] tells a [`stream::Sink`] of it in [`event`]s. Reports are rendered from those alone.
//!
//! What a browser would decide is the verdict and comes first; checks on single headers come second,
//! each with its own level. Only a complete HTTP response can satisfy a case: a target that hangs up
//! or crashes collects no pass, and one that refuses everything leaves its refusals *blocked*.
//!
//! Where nobody stated a policy, [`probe`] learns one from the server before.
//!
//! Everything runs on one thread; nothing has to be `Send`.
//!
//! ```
//! use std::rc::Rc;
//!
//! use cors_harness::event::{Event, Outcome};
//! use cors_harness::kit::Subject;
//! use cors_harness::plan::Plan;
//! use cors_harness::options::Options;
//! use cors_harness::run::run;
//! use cors_harness::target::ServiceTarget;
//! use cors_vectors::policy::Policy;
//! use cors_vectors::server::ServerCase;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let case: ServerCase = serde_json::from_str(
//!     r#"{
//!         "id": "origin/allowed", "title": "A listed origin may read responses",
//!         "why": "The site would not work.", "spec": ["fetch#concept-cors-check/4"],
//!         "policy": "allow-list",
//!         "steps": [{ "fetch": { "origin": "{allowed}" }, "verdict": "shared" }]
//!     }"#,
//! )?;
//! let policy: Policy = serde_json::from_str(
//!     r#"{ "allow_origins": ["https://app.example"], "allow_methods": [],
//!          "allow_headers": [], "expose_headers": [] }"#,
//! )?;
//!
//! // A server without any CORS.
//! let service = tower::service_fn(async |_request| {
//!     Ok::<_, std::convert::Infallible>(http::Response::new("hello".to_owned()))
//! });
//! let target = ServiceTarget::new("http://target.test/resource".parse()?, service);
//! let plan = Plan::new(&[case], |_| true, Subject::with_policy(Rc::new(target), policy))?;
//!
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! let mut outcomes = Vec::new();
//! let mut sink = |event: &Event| {
//!     if let Event::Case(case) = event {
//!         outcomes.push(case.outcome);
//!     }
//! };
//! let end = runtime.block_on(run(&plan, &Options::default(), std::future::pending(), &mut sink));
//! assert_eq!(outcomes, [Outcome::Fail]);
//! assert_eq!(end.exit.code(), 1);
//! # Ok(())
//! # }
//! ```

mod alike;
mod case;
mod done;
mod drive;
mod engines;
mod fix;
mod halt;
mod header_value;
mod judge;
mod limit;
mod page;
mod raw;
mod script;
mod session;
mod step;
mod trace;
mod unserved;

pub mod again;
pub mod attribute;
pub mod cause;
pub mod clock;
#[cfg(all(unix, feature = "net"))]
pub mod command;
#[cfg(all(unix, feature = "net"))]
pub mod contract;
pub mod control;
pub mod defect;
pub mod defects;
pub mod event;
pub mod exit;
pub mod kit;
pub mod known;
pub mod model;
pub mod options;
pub mod plan;
pub mod probe;
pub mod redact;
pub mod run;
pub mod runner;
pub mod statement;
pub mod stream;
pub mod target;
pub mod wire;

pub use cors_text::escape;
