//! See [`cors_fuzz::sequences`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::sequences::run);
