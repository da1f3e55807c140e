//! See [`cors_fuzz::ndjson`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::ndjson::run);
