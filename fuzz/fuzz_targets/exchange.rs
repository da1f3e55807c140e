//! See [`cors_fuzz::exchange`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::exchange::run);
