//! See [`cors_fuzz::differential::actix_cors`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::differential::actix_cors::run);
