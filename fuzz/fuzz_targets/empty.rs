//! See [`cors_fuzz::empty`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::empty::run);
