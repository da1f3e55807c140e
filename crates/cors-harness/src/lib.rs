//! Runs server cases against a server under test and judges it.

mod drive;
mod judge;
mod model;

pub mod again;
pub mod clock;
pub mod escape;
pub mod event;
pub mod exit;
pub mod kit;
pub mod plan;
pub mod redact;
pub mod run;
pub mod statement;
pub mod target;
pub mod wire;
