//! See [`cors_fuzz::origin_urls`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::origin_urls::run);
