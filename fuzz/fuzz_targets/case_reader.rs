//! See [`cors_fuzz::case_reader`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::case_reader::run);
