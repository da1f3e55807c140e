//! See [`cors_fuzz::redirects`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::redirects::run);
