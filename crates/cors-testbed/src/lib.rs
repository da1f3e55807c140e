//! The reference server and the faulty servers of cors-conformance, in process and on a socket.
//!
//! A [`Server`] has one policy and answers as its [`Behaviour`] decides: the careful reference
//! server, or one in which a single decision is replaced. A [`Kit`] has all named policies. Both are
//! `tower::Service`s; [`serve()`] puts them on a socket. [`non_server`] has what is no server at all.

pub mod application;
pub mod behaviour;
pub mod exchange;
pub mod faults;
pub mod kit;
mod memory;
pub mod non_server;
mod policy;
mod serve;
mod server;
mod stand;
pub mod variants;
pub mod wire;

pub use behaviour::Behaviour;
pub use kit::Kit;
pub use memory::Memory;
pub use serve::{Running, Serve, serve, serve_at, serve_tls, tls_config};
pub use server::{Answer, Body, HungUp, Server};
pub use stand::{Stand, Transcript};
