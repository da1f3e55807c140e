//! See [`cors_fuzz::cache`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::cache::run);
