//! See [`cors_fuzz::header_lists`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::header_lists::run);
