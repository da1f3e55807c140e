//! See [`cors_fuzz::html`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::html::run);
