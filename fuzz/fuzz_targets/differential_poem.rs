//! See [`cors_fuzz::differential::poem`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::differential::poem::run);
