//! What becomes of a response, and what of it is kept.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::request::number;
use super::{Dialect, Locations, MaxAge};
use crate::header::names::{ACAO, ACEH, ACMA, LOCATION};
use crate::header::{ExtractFailure, Header, HeaderList, HeaderName, HeaderValue, delta_seconds};
use crate::response::Response;

impl Dialect {
    /// What becomes of a response before anything of it is looked at.
    pub(crate) fn received(&self, response: &mut Response) {
        if self.drops_empty_values {
            let says = |header: &&Header| !header.value.as_bytes().is_empty();
            let told = response.header_list.iter().filter(says);
            let mut told: BTreeSet<HeaderName> = told.map(|header| header.name.clone()).collect();
            let mut kept = HeaderList::new();
            kept.extend(response.header_list.iter().filter_map(|header| {
                let name = &header.name;
                // Of these, emptiness is remembered.
                let tracked = *name == ACAO || *name == LOCATION;
                // Of the others, one empty line is kept where all are empty.
                let keeps = tracked || says(&header) || told.insert(name.clone());
                keeps.then(|| header.clone())
            }));
            response.header_list = kept;
        }
        match self.locations {
            Locations::Standard => {}
            Locations::EqualAreOne => {
                let mut locations = BTreeSet::new();
                let mut kept = HeaderList::new();
                let first = |header: &&Header| {
                    header.name != LOCATION || locations.insert(header.value.clone())
                };
                kept.extend(response.header_list.iter().filter(first).cloned());
                response.header_list = kept;
            }
            Locations::Joined => {
                let joined = response.header_list.get(LOCATION).map(Cow::into_owned);
                if let Some(joined) = joined {
                    let joined = HeaderValue::from_algorithm(joined);
                    response.header_list.set(LOCATION, joined);
                }
            }
        }
    }

    /// The max-age that a response states; `None` when it is to be read as the standard has it.
    pub(crate) fn max_age_of(&self, response: &Response, default: u32) -> Option<u32> {
        let value = response.header_list.get(ACMA);
        let value = value.as_deref().unwrap_or_default();
        match self.max_age {
            MaxAge::Standard => None,
            MaxAge::Strict => Some(if value.is_empty() {
                default
            } else if value.iter().all(u8::is_ascii_digit) {
                delta_seconds(value)
            } else {
                0
            }),
            MaxAge::Signed { trims } => {
                let mut value = value;
                if trims {
                    let blank = |byte: &u8| matches!(byte, b'\x0B' | b'\x0C');
                    while let Some((first, rest)) = value.split_first()
                        && blank(first)
                    {
                        value = rest;
                    }
                    while let Some((last, rest)) = value.split_last()
                        && blank(last)
                    {
                        value = rest;
                    }
                }
                let (negative, digits) = match value.split_first() {
                    Some((b'-', rest)) => (true, rest),
                    Some((b'+', rest)) => (false, rest),
                    _ => (false, value),
                };
                Some(match number(digits) {
                    None => default,
                    Some(_) if negative => 0,
                    Some(seconds) => u32::try_from(seconds).unwrap_or(u32::MAX),
                })
            }
        }
    }

    /// The names that a response exposes, where a list that begins with `*` and cannot be read may
    /// still expose all to a request without credentials.
    pub(crate) fn exposed<'a>(
        &self,
        header_names: Result<Option<Vec<&'a [u8]>>, ExtractFailure>,
        response: &Response,
        includes_credentials: bool,
    ) -> Result<Option<Vec<&'a [u8]>>, ExtractFailure> {
        let value = response.header_list.get(ACEH);
        let begins_with_wildcard = |value: &[u8]| {
            let first = value.split(|&byte| byte == b',').next();
            first.is_some_and(|element| HeaderValue::normalize(element) == b"*")
        };
        if self.exposes_broken_lists
            && !includes_credentials
            && header_names.is_err()
            && value.as_deref().is_some_and(begins_with_wildcard)
        {
            Ok(Some(Vec::from([&b"*"[..]])))
        } else {
            header_names
        }
    }
}
