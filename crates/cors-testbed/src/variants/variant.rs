//! A legitimate way to differ, and what several of them decide with.

use crate::behaviour::{Behaviour, Exchange, Kind};

/// A legitimate way to differ from the reference server.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What it decides otherwise than the reference server.
    pub how: fn(&mut Behaviour),
}

impl Variant {
    /// The server's decisions.
    pub fn behaviour(&self) -> Behaviour {
        Behaviour::but(self.how)
    }
}

pub(super) const fn variant(
    name: &'static str,
    about: &'static str,
    how: fn(&mut Behaviour),
) -> Variant {
    Variant { name, about, how }
}

/// A table of variants: name, sentence, and the decisions that are taken otherwise.
macro_rules! table {
    ($($name:literal $about:literal { $($decision:ident: $how:expr),+ $(,)? })+) => {
        pub(super) const VARIANTS: &[Variant] = &[$(variant($name, $about, |b| {
            $(b.$decision = $how;)+
        })),+];
    };
}
pub(super) use table;

/// Each line after a change.
pub(super) fn map(lines: &[String], change: fn(&str) -> String) -> Vec<String> {
    lines.iter().map(|line| change(line)).collect()
}

/// Whether another origin than the server's own asks, which is not allowed.
pub(super) fn is_foreign(x: &Exchange<'_>) -> bool {
    let host = x.origin_text().split_once("://").map(|(_, host)| host);
    let is_own = host.is_some() && host == x.line("host").as_deref();
    x.kind == Kind::Actual && !x.origin_allowed && !is_own
}
