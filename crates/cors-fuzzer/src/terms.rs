//! What a generator has to know of the target.

use cors_vectors::policy::Policy;

/// What a generator has to know of the target.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What it is meant to allow, and which endpoints it has.
    pub policy: &'a Policy,
    /// Whether it behaves as kit servers do.
    pub kit: bool,
    /// Whether methods may reach it that change something.
    pub unsafe_methods: bool,
    /// Whether the bytes of answers can be looked at.
    pub bytes: bool,
    /// The target's own origin, whose pages need no CORS.
    pub own_origin: &'a str,
}
