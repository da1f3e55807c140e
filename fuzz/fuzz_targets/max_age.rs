//! See [`cors_fuzz::max_age`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::max_age::run);
