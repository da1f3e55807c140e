//! See [`cors_fuzz::mime`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::mime::run);
