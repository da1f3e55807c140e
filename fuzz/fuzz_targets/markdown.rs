//! See [`cors_fuzz::markdown`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::markdown::run);
