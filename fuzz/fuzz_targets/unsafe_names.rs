//! See [`cors_fuzz::unsafe_names`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::unsafe_names::run);
