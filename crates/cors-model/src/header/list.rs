//! Header lists.

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::slice;

use super::{Header, HeaderName, HeaderValue, get_decode_and_split};
use crate::trace::{Trace, anchor, step};

/// Headers beyond which names are looked up in an index.
const LONG_LIST: usize = 64;

/// A header list, ordered and with names that may repeat:
/// <https://fetch.spec.whatwg.org/#concept-header-list>
///
/// Its methods leave no trace: the algorithms that use them say what they found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderList(Vec<Header>);

impl HeaderList {
    /// A list without headers.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many headers there are, repeated names counted each time.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no headers.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The headers in order.
    pub fn iter(&self) -> slice::Iter<'_, Header> {
        self.0.iter()
    }

    /// The values of the headers with this name, in order.
    pub fn values<'a, 'b>(
        &'a self,
        name: &'b [u8],
    ) -> impl Iterator<Item = &'a HeaderValue> + use<'a, 'b> {
        let named = move |header: &&Header| header.name.as_bytes().eq_ignore_ascii_case(name);
        self.iter().filter(named).map(|header| &header.value)
    }

    fn first_mut(&mut self, name: &HeaderName) -> Option<&mut Header> {
        self.0.iter_mut().find(|header| header.name == *name)
    }

    /// Whether the list contains a name, in any letter case:
    /// <https://fetch.spec.whatwg.org/#header-list-contains>
    pub fn contains(&self, name: impl AsRef<[u8]>) -> bool {
        self.values(name.as_ref()).next().is_some()
    }

    /// To get the combined value of a name, `None` when it is missing:
    /// <https://fetch.spec.whatwg.org/#concept-header-list-get>
    ///
    /// Borrows when there is one such header.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<Cow<'_, [u8]>> {
        let mut values = self.values(name.as_ref()).map(HeaderValue::as_bytes);
        step!("1": "Missing is not the same as empty.");
        let mut combined = Cow::Borrowed(values.next()?);
        step!("2": "Repeated headers are one value with a comma and a space between the parts.");
        for value in values {
            let combined = combined.to_mut();
            combined.extend_from_slice(b", ");
            combined.extend_from_slice(value);
        }
        Some(combined)
    }

    /// To get, decode, and split the value of a name:
    /// <https://fetch.spec.whatwg.org/#concept-header-list-get-decode-split>
    pub fn get_decode_and_split(&self, name: impl AsRef<[u8]>) -> Option<Vec<String>> {
        step!("1": "The combined value.");
        let value = self.get(name);
        step!("2": "A missing header has no parts, not even an empty one.");
        let value = value?;
        step!("3": "The value itself is split.");
        Some(get_decode_and_split(&value))
    }

    /// To append a header:
    /// <https://fetch.spec.whatwg.org/#concept-header-list-append>
    pub fn append(&mut self, name: HeaderName, value: HeaderValue) {
        step!("1": "A name that is there already keeps its letter case.");
        let name = self
            .first_mut(&name)
            .map_or(name, |header| header.name.clone());
        step!("2": "The new header is the last one.");
        self.0.push(Header { name, value });
    }

    /// To delete all headers with a name:
    /// <https://fetch.spec.whatwg.org/#concept-header-list-delete>
    pub fn delete(&mut self, name: &HeaderName) {
        self.0.retain(|header| header.name != *name);
    }

    /// To set the only header with a name:
    /// <https://fetch.spec.whatwg.org/#concept-header-list-set>
    pub fn set(&mut self, name: HeaderName, value: HeaderValue) {
        step!("1": "The first one takes the value, the others go.");
        if let Some(header) = self.first_mut(&name) {
            header.value = value;
            let mut first = true;
            self.0
                .retain(|header| header.name != name || core::mem::take(&mut first));
        } else {
            step!("2": "There is none: it is appended.");
            self.0.push(Header { name, value });
        }
    }

    /// To combine a value with what is there:
    /// <https://fetch.spec.whatwg.org/#concept-header-list-combine>
    pub fn combine(&mut self, name: HeaderName, value: &HeaderValue) {
        step!("1": "The first one gets the value behind a comma and a space.");
        if let Some(header) = self.first_mut(&name) {
            header.value = header.value.followed_by(value);
        } else {
            step!("2": "There is none: it is appended.");
            self.0.push(Header {
                name,
                value: value.clone(),
            });
        }
    }

    /// The list to which each header in turn is combined, as by [`HeaderList::combine`].
    #[must_use]
    pub(crate) fn combined(&self) -> Self {
        let mut places: BTreeMap<&HeaderName, usize> = BTreeMap::new();
        let mut combined: Vec<(&HeaderName, Vec<&[u8]>)> = Vec::new();
        for Header { name, value } in self {
            let place = *places.entry(name).or_insert(combined.len());
            match combined.get_mut(place) {
                Some((_, values)) => values.push(value.as_bytes()),
                None => combined.push((name, Vec::from([value.as_bytes()]))),
            }
        }
        let header = |(name, values): (&HeaderName, Vec<&[u8]>)| {
            let value = HeaderValue::from_algorithm(values.join(&b", "[..]));
            (name.clone(), value)
        };
        combined.into_iter().map(header).collect()
    }

    /// The names, each once and in lower case, in ascending order.
    pub fn names(&self) -> Vec<HeaderName> {
        let names: BTreeSet<_> = self
            .iter()
            .map(|header| header.name.clone().into_lowercase())
            .collect();
        names.into_iter().collect()
    }

    /// The same headers, with room for those that the user agent adds.
    pub(crate) fn clone_with_room(&self) -> Self {
        let mut headers = Vec::with_capacity(self.0.len() + 8);
        headers.extend_from_slice(&self.0);
        Self(headers)
    }

    /// Only the headers that fit.
    #[must_use]
    pub(crate) fn only(&self, fits: impl Fn(&HeaderName) -> bool) -> Self {
        self.iter()
            .filter(|header| fits(&header.name))
            .cloned()
            .collect()
    }
}

/// As [`HeaderList::append`] does for each header, in time that grows with the headers and not with
/// their square.
impl Extend<Header> for HeaderList {
    fn extend<I: IntoIterator<Item = Header>>(&mut self, headers: I) {
        let mut known = BTreeSet::new();
        for Header { name, value } in headers {
            if self.0.len() < LONG_LIST {
                self.append(name, value);
                continue;
            }
            if known.is_empty() {
                known.extend(self.iter().map(|header| header.name.clone()));
            }
            let first = known.get(&name).cloned();
            let name = first.unwrap_or_else(|| {
                known.insert(name.clone());
                name
            });
            self.0.push(Header { name, value });
        }
    }
}

/// The headers as they are, without the renaming that [`HeaderList::append`] does.
impl FromIterator<Header> for HeaderList {
    fn from_iter<I: IntoIterator<Item = Header>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}

/// The headers as they are, without the renaming that [`HeaderList::append`] does.
impl FromIterator<(HeaderName, HeaderValue)> for HeaderList {
    fn from_iter<I: IntoIterator<Item = (HeaderName, HeaderValue)>>(headers: I) -> Self {
        headers
            .into_iter()
            .map(|(name, value)| Header { name, value })
            .collect()
    }
}

impl<'a> IntoIterator for &'a HeaderList {
    type Item = &'a Header;
    type IntoIter = slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// To convert header names to a sorted-lowercase set:
/// <https://fetch.spec.whatwg.org/#convert-header-names-to-a-sorted-lowercase-set>
pub fn convert_header_names_to_sorted_lowercase_set(
    header_names: Vec<HeaderName>,
    trace: &mut impl Trace,
) -> Vec<HeaderName> {
    anchor!("convert-header-names-to-a-sorted-lowercase-set");
    step!(trace, "1": "The set is empty.");
    let lowercase = |name: HeaderName| {
        step!(trace, "2": "{name} goes into the set in lower case.");
        name.into_lowercase()
    };
    let mut header_names_set: Vec<_> = header_names.into_iter().map(lowercase).collect();
    header_names_set.sort_unstable();
    header_names_set.dedup();
    step!(trace, "3": "The set is sorted by bytes. Names in it: {}.", header_names_set.len());
    header_names_set
}
