//! See [`cors_fuzz::script_apis`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::script_apis::run);
