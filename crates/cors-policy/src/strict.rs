//! Reading files strictly: what serde lets pass and a format must not.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_path_to_error::Segment;

/// A map in which no key comes twice; the plain one would keep the last.
///
/// # Errors
///
/// Where a key comes a second time, and those of keys and values.
pub fn unique<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    struct Unique<K, V>(PhantomData<(K, V)>);

    impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Unique<K, V> {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut out = BTreeMap::new();
            while let Some(key) = map.next_key()? {
                if out.contains_key(&key) {
                    return Err(A::Error::custom("this name stands here twice"));
                }
                let value = map.next_value()?;
                out.insert(key, value);
            }
            Ok(out)
        }
    }

    deserializer.deserialize_map(Unique(PhantomData))
}

/// Everything that is wrong with what was read; never empty. Printed one a line.
#[derive(Debug)]
pub struct Errors<E>(Vec<E>);

impl<E> Errors<E> {
    /// The single errors.
    pub fn as_slice(&self) -> &[E] {
        &self.0
    }

    /// `Ok` of the value when there are no errors.
    ///
    /// # Errors
    ///
    /// The given ones, when there are any.
    pub fn none_or<T>(errors: Vec<E>, value: T) -> Result<T, Self> {
        if errors.is_empty() {
            Ok(value)
        } else {
            Err(Self(errors))
        }
    }

    /// The single errors.
    pub fn into_vec(self) -> Vec<E> {
        self.0
    }
}

impl<E> From<E> for Errors<E> {
    fn from(error: E) -> Self {
        Self(vec![error])
    }
}

impl<E: fmt::Display> fmt::Display for Errors<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_first(f, &self.0)
    }
}

impl<E: std::error::Error> std::error::Error for Errors<E> {}

/// Most errors of an input that are written; the others are counted.
const MOST_WRITTEN: usize = 50;

/// Writes errors one a line: the first ones, and how many more there are.
///
/// # Errors
///
/// Those of the formatter.
pub fn write_first<E: fmt::Display>(f: &mut fmt::Formatter<'_>, errors: &[E]) -> fmt::Result {
    for (index, error) in errors.iter().take(MOST_WRITTEN).enumerate() {
        if index > 0 {
            f.write_str("\n")?;
        }
        write!(f, "{error}")?;
    }
    match errors.len().saturating_sub(MOST_WRITTEN) {
        0 => Ok(()),
        more => write!(f, "\nand {more} more"),
    }
}

/// Where the lines of a text begin, so that a place is found in a step for each of many.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    /// Offsets of the first bytes of the lines, in order.
    begins: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Of a text.
    pub fn of(text: &'a str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let begins = std::iter::once(0).chain(breaks).collect();
        Self { text, begins }
    }

    /// The line, from 1, of a byte offset.
    pub fn line(&self, at: usize) -> usize {
        self.begins.partition_point(|begin| *begin <= at)
    }

    /// Line and column, both from 1, of a byte offset.
    pub fn position(&self, at: usize) -> (usize, usize) {
        let line = self.line(at);
        let begin = self.begins.get(line.saturating_sub(1)).copied();
        let before = self.text.get(begin.unwrap_or(0)..at);
        (line, before.map_or(0, |before| before.chars().count()) + 1)
    }
}

/// A path as `steps[0].fetch.origin`; `.` for the root.
pub fn field_of<'a>(path: impl Iterator<Item = &'a Segment>) -> String {
    let mut field = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => field.extend(["[", &index.to_string(), "]"]),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                if !field.is_empty() {
                    field.push('.');
                }
                field.push_str(name);
            }
            // What serde could not name; the message says more.
            Segment::Unknown => {}
        }
    }
    if field.is_empty() {
        ".".to_owned()
    } else {
        field
    }
}
