//! See [`cors_fuzz::differential::warp`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::differential::warp::run);
