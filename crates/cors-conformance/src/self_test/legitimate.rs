//! Servers that are right: no case may fail on them.

use cors_testbed::Behaviour;
use cors_testbed::variants::variants;

/// A server that is right.
pub(super) struct Legitimate {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) behaviour: Behaviour,
}

/// The reference server and all variants of it.
pub(super) fn legitimate() -> Vec<Legitimate> {
    let reference = Legitimate {
        name: "reference",
        about: "The careful server.",
        behaviour: Behaviour::REFERENCE,
    };
    let variants = variants().into_iter().map(|variant| Legitimate {
        name: variant.name,
        about: variant.about,
        behaviour: variant.behaviour(),
    });
    std::iter::once(reference).chain(variants).collect()
}
