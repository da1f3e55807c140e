//! See [`cors_fuzz::cors_check`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::cors_check::run);
