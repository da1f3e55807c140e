//! See [`cors_fuzz::junit`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::junit::run);
