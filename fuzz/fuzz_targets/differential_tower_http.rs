//! See [`cors_fuzz::differential::tower_http`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::differential::tower_http::run);
