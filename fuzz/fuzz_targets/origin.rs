//! See [`cors_fuzz::origin`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::origin::run);
