//! The origins that a policy lists, and how one is found among many.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::pattern::{fits_pattern, is_pattern};

/// The entries of `allow_origins` in their order: serialized origins, patterns
/// ([`crate::pattern`]) and `null`.
///
/// A policy may list hundreds of thousands, and every answer is compared with them: what each
/// entry is is found once, and an origin is looked up and not searched for.
///
/// ```
/// use cors_policy::ListedOrigins;
///
/// let listed = ListedOrigins::from(vec![
///     "https://app.example".to_owned(),
///     "https://*.trusted.example".to_owned(),
/// ]);
/// assert!(listed.fits(b"https://app.example"));
/// assert!(listed.fits(b"https://shop.trusted.example"));
/// // No browser sends an origin with a star.
/// assert!(!listed.fits(b"https://*.trusted.example"));
/// assert_eq!(listed.len(), 2);
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct ListedOrigins {
    entries: Vec<String>,
    /// The places of the patterns, in their order.
    patterns: Vec<usize>,
    /// The places of the others, sorted by what stands there.
    exact: Vec<usize>,
}

impl ListedOrigins {
    /// Whether an origin is listed, or fits a pattern that is. The comparison is of bytes, as a
    /// browser's is.
    pub fn fits(&self, serialized: &[u8]) -> bool {
        self.has(serialized)
            || self
                .patterns()
                .any(|pattern| fits_pattern(serialized, pattern))
    }

    /// Whether an origin is listed by itself.
    pub fn has(&self, serialized: &[u8]) -> bool {
        self.exact
            .binary_search_by(|place| self.bytes_at(*place).cmp(serialized))
            .is_ok()
    }

    /// The patterns, such as `https://*.trusted.example`.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        let places = self.patterns.iter();
        places.filter_map(|place| self.entries.get(*place).map(String::as_str))
    }

    /// The entries that are no patterns; `null` is one of them.
    pub fn exact(&self) -> impl Iterator<Item = &str> {
        let mut patterns = self.patterns.iter().peekable();
        let entries = self.entries.iter().enumerate();
        entries.filter_map(move |(place, entry)| {
            let is_exact = patterns.next_if_eq(&&place).is_none();
            is_exact.then_some(entry.as_str())
        })
    }

    fn bytes_at(&self, place: usize) -> &[u8] {
        self.entries
            .get(place)
            .map_or(&[], |entry| entry.as_bytes())
    }
}

impl From<Vec<String>> for ListedOrigins {
    fn from(entries: Vec<String>) -> Self {
        let places = 0..entries.len();
        let is_pattern = |place: &usize| entries.get(*place).is_some_and(|entry| is_pattern(entry));
        let (patterns, exact) = places.partition(is_pattern);
        let mut listed = Self {
            entries,
            patterns,
            exact,
        };
        let mut exact = std::mem::take(&mut listed.exact);
        exact.sort_by(|one, other| listed.bytes_at(*one).cmp(listed.bytes_at(*other)));
        Self { exact, ..listed }
    }
}

impl FromIterator<String> for ListedOrigins {
    fn from_iter<I: IntoIterator<Item = String>>(entries: I) -> Self {
        entries.into_iter().collect::<Vec<_>>().into()
    }
}

impl From<ListedOrigins> for Vec<String> {
    fn from(listed: ListedOrigins) -> Self {
        listed.entries
    }
}

impl Deref for ListedOrigins {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.entries
    }
}

/// What was found of the entries follows from them.
impl PartialEq for ListedOrigins {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for ListedOrigins {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_their_order_and_are_looked_up() {
        let entries = [
            "https://z.example",
            "https://*.b.example",
            "null",
            "http://10.0.0.0/8",
            "https://a.example",
            "https://z.example",
        ];
        let listed = ListedOrigins::from_iter(entries.map(str::to_owned));
        assert_eq!(*listed, entries);
        let exact: Vec<&str> = listed.exact().collect();
        assert_eq!(exact, [entries[0], "null", entries[4], entries[0]]);
        let patterns: Vec<&str> = listed.patterns().collect();
        assert_eq!(patterns, [entries[1], entries[3]]);
        for origin in ["https://z.example", "null", "https://a.example"] {
            assert!(listed.has(origin.as_bytes()), "{origin}");
        }
        for origin in ["https://x.b.example", "http://10.1.2.3"] {
            assert!(
                !listed.has(origin.as_bytes()) && listed.fits(origin.as_bytes()),
                "{origin}"
            );
        }
        for origin in [
            "https://*.b.example",
            "http://10.0.0.0/8",
            "",
            "https://b.example",
        ] {
            assert!(!listed.fits(origin.as_bytes()), "{origin}");
        }
    }
}
