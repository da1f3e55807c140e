//! See [`cors_fuzz::preflight`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::preflight::run);
