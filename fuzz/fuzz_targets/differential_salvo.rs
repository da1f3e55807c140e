//! See [`cors_fuzz::differential::salvo`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::differential::salvo::run);
