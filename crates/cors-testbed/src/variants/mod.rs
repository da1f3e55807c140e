//! Servers that differ from the reference server and are just as right: none may ever fail.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a variant says what it decides otherwise; everything else is the reference server's"
)]

mod caching;
mod grants;
mod harmless;
mod lists;
mod message;
mod origin;
mod preflight;
mod turned_away;
mod variant;

pub use self::variant::Variant;

/// All variants.
pub fn variants() -> Vec<Variant> {
    [
        preflight::VARIANTS,
        lists::VARIANTS,
        origin::VARIANTS,
        message::VARIANTS,
        harmless::VARIANTS,
        turned_away::VARIANTS,
        caching::VARIANTS,
        grants::VARIANTS,
    ]
    .concat()
}

/// The variant of this name.
pub fn find(name: &str) -> Option<Variant> {
    variants().into_iter().find(|variant| variant.name == name)
}
