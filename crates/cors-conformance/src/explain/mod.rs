//! `explain`: what a browser decides about exchanges that somebody wrote down, step by step, and
//! which change of the answers would make it share; the files, and the printing, of [`cors_explain`].

mod case;
mod exchanges;
mod print;

pub(crate) use self::exchanges::run;
