//! See [`cors_fuzz::agent_cases`].
#![cfg_attr(fuzzing, no_main)]

cors_fuzz::target!(cors_fuzz::agent_cases::run);
