//! See [`cors_fuzz::terminal`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::terminal::run);
