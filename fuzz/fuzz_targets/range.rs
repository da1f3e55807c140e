//! See [`cors_fuzz::range`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::range::run);
