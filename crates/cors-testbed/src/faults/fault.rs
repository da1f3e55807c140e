//! A faulty server, and what several of them decide with.

use cors_policy::policy::AnyOr;

use crate::behaviour::{Behaviour, Exchange, reference};

/// A faulty server.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Its name, after what it does.
    pub name: &'static str,
    /// Its class: a letter and a number.
    pub class: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What it decides otherwise than the reference server.
    pub how: fn(&mut Behaviour),
}

/// The families of faults, in order.
const FAMILIES: &str = "OVERPD";

impl Fault {
    /// The family of the class: A origin decision, B caching, C header emission, D error paths, E
    /// preflights, F robustness.
    pub fn family(&self) -> char {
        let letter = self.class.chars().next().unwrap_or_default();
        let place = FAMILIES
            .find(letter)
            .and_then(|place| u8::try_from(place).ok());
        char::from(b'A' + place.unwrap_or_default())
    }

    /// The server's decisions.
    pub fn behaviour(&self) -> Behaviour {
        Behaviour::but(self.how)
    }

    /// Family, then number of the class, then name.
    pub(super) fn key(&self) -> (char, u32, &'static str) {
        let number = self.class.get(1..).and_then(|digits| digits.parse().ok());
        (self.family(), number.unwrap_or_default(), self.name)
    }
}

/// A row of the tables.
pub(super) const fn fault(
    name: &'static str,
    class: &'static str,
    about: &'static str,
    how: fn(&mut Behaviour),
) -> Fault {
    Fault {
        name,
        class,
        about,
        how,
    }
}

/// A table of faulty servers: name, class, sentence, and the decisions that are taken otherwise.
macro_rules! table {
    ($($name:literal $class:ident $about:literal { $($decision:ident: $how:expr),+ $(,)? })+) => {
        pub(super) const FAULTS: &[Fault] = &[$(fault($name, stringify!($class), $about, |b| {
            $(b.$decision = $how;)+
        })),+];
    };
}
pub(super) use table;

/// The reference decision, and beside it every origin when `open` says so.
pub(super) fn open_if(x: &Exchange<'_>, open: bool) -> bool {
    or_origin(x, |_| open)
}

/// The reference decision, and beside it each exact origin of the policy that `also` finds to match.
pub(super) fn or_entry(x: &Exchange<'_>, also: impl Fn(&str, &str) -> bool) -> bool {
    let origin = x.origin.as_deref();
    reference::match_origin(x)
        || origin.is_some_and(|origin| x.policy.exact_origins().any(|entry| also(entry, origin)))
}

/// The reference decision, and beside it each origin of which `also` approves.
pub(super) fn or_origin(x: &Exchange<'_>, also: impl Fn(&str) -> bool) -> bool {
    reference::match_origin(x) || x.origin.as_deref().is_some_and(also)
}

/// The reference decision, except for origins of which `unless` says so.
pub(super) fn but_not(x: &Exchange<'_>, unless: impl Fn(&str) -> bool) -> bool {
    reference::match_origin(x) && !x.origin.as_deref().is_some_and(unless)
}

/// Scheme, host and port of an origin; the port is empty when it is not stated.
pub(super) fn parts(origin: &str) -> (&str, &str, &str) {
    let (scheme, rest) = origin.split_once("://").unwrap_or(("", origin));
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (scheme, host, port),
        _ => (scheme, rest, ""),
    }
}

/// Whether an origin has an allowed host, and behind it a mark that hosts can hold, other than dot and
/// hyphen.
pub(super) fn goes_on_oddly(entry: &str, origin: &str) -> bool {
    let ((scheme, host, _), (s, h, _)) = (parts(entry), parts(origin));
    let rest = h.strip_prefix(host).unwrap_or_default();
    scheme == s && rest.starts_with(['_', '!', '~', '=', '\'', '&', '+', ';'])
}

/// Whether an origin is an allowed one without the first letters of its host.
pub(super) fn lacks_first_letters(entry: &str, origin: &str) -> bool {
    let ((scheme, host, port), (s, h, p)) = (parts(entry), parts(origin));
    let lost = host.strip_suffix(h).filter(|_| !h.is_empty());
    scheme == s
        && port == p
        && lost.is_some_and(|lost| !lost.is_empty() && !lost.contains('.'))
        && !h.starts_with('.')
}

/// Whether an origin is an allowed one with the first label of another in front, without a dot.
pub(super) fn begins_with_label(x: &Exchange<'_>, entry: &str, origin: &str) -> bool {
    let (scheme, host, _) = parts(entry);
    let others = x.policy.exact_origins();
    let mut labels = others.filter_map(|other| parts(other).1.split('.').next());
    labels.any(|label| origin == format!("{scheme}://{label}{host}"))
}

/// Whether two texts are equal where a dot of the first, beyond the first `literal` ones, stands
/// for any character.
pub(super) fn equal_but_dots(pattern: &str, text: &str, literal: usize) -> bool {
    let mut dots = 0;
    pattern.chars().count() == text.chars().count()
        && pattern.chars().zip(text.chars()).all(|(p, t)| {
            dots += usize::from(p == '.');
            p == t || (p == '.' && dots > literal)
        })
}

/// Whether the policy lists nothing, as opposed to allowing anything.
pub(super) fn is_empty_list(names: &AnyOr<Vec<String>>) -> bool {
    matches!(names, AnyOr::Listed(names) if names.is_empty())
}

/// One line, as an owned text.
pub(super) fn line(text: impl Into<String>) -> Vec<String> {
    vec![text.into()]
}
