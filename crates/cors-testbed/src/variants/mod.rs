//! Servers that differ from the reference server and are just as right: none may ever fail.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a variant says what it decides otherwise; everything else is the reference server's"
)]

mod harmless;
mod lists;
mod message;
mod origin;
mod preflight;

use crate::behaviour::Behaviour;

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

/// All variants.
pub fn variants() -> Vec<Variant> {
    [
        preflight::VARIANTS,
        lists::VARIANTS,
        origin::VARIANTS,
        message::VARIANTS,
        harmless::VARIANTS,
    ]
    .concat()
}

/// The variant of this name.
pub fn find(name: &str) -> Option<Variant> {
    variants().into_iter().find(|variant| variant.name == name)
}

const fn variant(name: &'static str, about: &'static str, how: fn(&mut Behaviour)) -> Variant {
    Variant { name, about, how }
}

/// Each line after a change.
fn map(lines: &[String], change: fn(&str) -> String) -> Vec<String> {
    lines.iter().map(|line| change(line)).collect()
}
