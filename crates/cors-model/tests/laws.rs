//! What holds of the model for all inputs, its agreement with a second and simpler one, and what
//! its traces look like.

#![expect(clippy::indexing_slicing, reason = "a test that panics has failed")]
#![expect(clippy::expect_used, reason = "a test that panics has failed")]

mod agreement;
mod check;
mod naive;
mod safelists;
mod sequences;
mod support;
mod traces;
mod words;
