//! See [`cors_fuzz::explained`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::explained::run);
