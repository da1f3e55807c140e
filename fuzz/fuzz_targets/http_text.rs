//! See [`cors_fuzz::http_text`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::http_text::run);
