//! The reference server and the faulty servers of cors-conformance, in process and on a socket.
//!
//! A [`Server`] has one policy and answers as its [`Behaviour`] decides: the careful reference
//! server, or one in which a single decision is replaced. A [`Kit`] has all named policies, and a
//! [`Slot`] holds one server after another. A [`Service`] makes a `tower::Service` of each;
//! [`serve()`] puts them on a socket. [`non_server`] has what is no server at all.

pub mod application;
pub mod behaviour;
pub mod faults;
mod header;
pub mod kit;
mod memory;
pub mod non_server;
mod policy;
pub mod reply;
mod routes;
mod serve;
mod server;
mod service;
mod slot;
pub mod variants;
pub mod wire;

pub use behaviour::Behaviour;
pub use kit::Kit;
pub use memory::Memory;
pub use reply::{Body, HungUp};
pub use serve::{Running, serve, serve_at, serve_tls, tls_config};
pub use server::Server;
pub use service::{Answer, Answers, Service};
pub use slot::{Slot, Transcript};
