//! A second implementation of what is stateful or clever in the model, as simple as can be: a
//! cache that is nothing but its history, lists read byte by byte, safelists as tables.

pub(crate) mod history;
pub(crate) mod lists;
pub(crate) mod tables;
pub(crate) mod visit;
