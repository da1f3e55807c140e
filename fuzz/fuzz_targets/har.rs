//! See [`cors_fuzz::har`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::har::run);
