//! See [`cors_fuzz::safelist`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::safelist::run);
