//! See [`cors_fuzz::policy_reader`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::policy_reader::run);
