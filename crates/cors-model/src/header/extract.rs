//! Header values read by the grammar of their name.

use alloc::vec::Vec;
use core::fmt;

use super::names::{ACAH, ACAM, ACEH, ACMA, ACRH, ACRM, LOCATION};
use super::{Header, HeaderList, HeaderName, is_http_tab_or_space_byte, is_token};
use crate::trace::{Shown, Trace, anchor, step};

/// The grammar of a header's value, as far as extracting needs to know.
///
/// What [extracting header values](https://fetch.spec.whatwg.org/#extract-header-values) parses with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abnf {
    /// `#token`, methods or header names; several lines are one list.
    Tokens,
    /// `1#token`, which is not without elements.
    SomeTokens,
    /// `token`, on one line.
    Token,
    /// `delta-seconds`, on one line: one or more digits.
    DeltaSeconds,
    /// `URI-reference`, on one line; whether it is one is for the URL parser to say.
    UriReference,
    /// No grammar is known here: each line is one value.
    Unknown,
}

impl Abnf {
    /// The grammar of the values of a name.
    pub fn of(name: &HeaderName) -> Self {
        if [ACAM, ACAH, ACEH].contains(name) {
            Self::Tokens
        } else if *name == ACRH {
            Self::SomeTokens
        } else if *name == ACRM {
            Self::Token
        } else if *name == ACMA {
            Self::DeltaSeconds
        } else if *name == LOCATION {
            Self::UriReference
        } else {
            Self::Unknown
        }
    }

    /// Whether it allows a single header only.
    pub const fn allows_a_single_header(self) -> bool {
        matches!(self, Self::Token | Self::DeltaSeconds | Self::UriReference)
    }

    /// What it expects, for a person.
    pub const fn expects(self) -> &'static str {
        match self {
            Self::Tokens => "tokens, separated by commas",
            Self::SomeTokens => "one or more tokens, separated by commas",
            Self::Token => "one token",
            Self::DeltaSeconds => "a number of seconds, in digits",
            Self::UriReference => "one URL",
            Self::Unknown => "anything",
        }
    }

    /// The values in a header's value, `None` when it does not match.
    fn parse(self, value: &[u8]) -> Option<Vec<&[u8]>> {
        match self {
            Self::Tokens => tokens(value),
            Self::SomeTokens => tokens(value).filter(|tokens| !tokens.is_empty()),
            Self::Token => is_token(value).then(|| Vec::from([value])),
            Self::DeltaSeconds => {
                let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
                digits.then(|| Vec::from([value]))
            }
            Self::UriReference | Self::Unknown => Some(Vec::from([value])),
        }
    }
}

/// A list of tokens in the grammar for recipients (RFC 9110, section 5.6.1.2): empty elements
/// count for nothing, and only tabs and spaces may stand around the commas.
fn tokens(value: &[u8]) -> Option<Vec<&[u8]>> {
    let mut tokens = Vec::new();
    for element in value.split(|&byte| byte == b',') {
        let element = trim_http_tabs_and_spaces(element);
        if is_token(element) {
            tokens.push(element);
        } else if !element.is_empty() {
            return None;
        }
    }
    Some(tokens)
}

fn trim_http_tabs_and_spaces(bytes: &[u8]) -> &[u8] {
    let blank = |byte: &u8| is_http_tab_or_space_byte(*byte);
    let start = bytes.iter().take_while(|byte| blank(byte)).count();
    let rest = bytes.get(start..).unwrap_or_default();
    let end = rest.iter().rev().take_while(|byte| blank(byte)).count();
    rest.get(..rest.len() - end).unwrap_or_default()
}

/// A value that does not match the grammar of its name, or a header that is there too often: the
/// standard's *failure*, which is neither null nor an empty list.
///
/// See [extracting header list values](https://fetch.spec.whatwg.org/#extract-header-list-values).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtractFailure {
    /// The grammar allows one header and there are more.
    SeveralHeaders,
    /// A value does not match the grammar.
    Grammar,
}

impl fmt::Display for ExtractFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SeveralHeaders => "the header may be there once and is there several times",
            Self::Grammar => "the value does not have the form that the header requires",
        })
    }
}

impl core::error::Error for ExtractFailure {}

/// To [extract the values of a header](https://fetch.spec.whatwg.org/#extract-header-values) by the
/// grammar of its name.
pub fn extract_header_values<'a>(
    header: &'a Header,
    trace: &mut impl Trace,
) -> Result<Vec<&'a [u8]>, ExtractFailure> {
    extract_by(Abnf::of(&header.name), header, trace)
}

/// To extract the values of one header, whole or not at all, by a grammar:
/// <https://fetch.spec.whatwg.org/#extract-header-values>
fn extract_by<'a>(
    abnf: Abnf,
    header: &'a Header,
    trace: &mut impl Trace,
) -> Result<Vec<&'a [u8]>, ExtractFailure> {
    anchor!("extract-header-values");
    let Some(values) = abnf.parse(header.value.as_bytes()) else {
        step!(trace, "1": "{} is not {}.", header.value, abnf.expects());
        return Err(ExtractFailure::Grammar);
    };
    step!(trace, "2": "Values in {}: {}.", header.value, values.len());
    Ok(values)
}

/// To extract the values of all headers with a name, `None` when there is none:
/// <https://fetch.spec.whatwg.org/#extract-header-list-values>
pub fn extract_header_list_values<'a>(
    name: &HeaderName,
    list: &'a HeaderList,
    trace: &mut impl Trace,
) -> Result<Option<Vec<&'a [u8]>>, ExtractFailure> {
    anchor!("extract-header-list-values");
    let mut headers = list.iter().filter(|header| header.name == *name);
    let Some(first) = headers.next() else {
        step!(trace, "1": "There is no {name}.");
        return Ok(None);
    };
    let abnf = Abnf::of(name);
    let second = headers.next();
    if abnf.allows_a_single_header() && second.is_some() {
        step!(trace, "2":
            "{name} may be there once and is there {} times.",
            list.values(name.as_bytes()).count());
        return Err(ExtractFailure::SeveralHeaders);
    }
    let mut values = Vec::new();
    step!(trace, "3": "{name} is there.");
    for header in [first].into_iter().chain(second).chain(headers) {
        let extract = extract_by(abnf, header, trace);
        step!(trace, "4.1": "{name} holds {}.", header.value);
        let extract = extract.inspect_err(|failure| {
            step!(trace, "4.2": "{name} is a failure: {failure}.");
        })?;
        if values.is_empty() {
            values = extract;
        } else {
            values.extend(extract);
        }
        step!(trace, "4.3": "Values so far: {}.", values.len());
    }
    step!(trace, "5": "{name} has the values [{}].", Listed(&values));
    Ok(Some(values))
}

/// Values that are shown of a list.
const MOST_SHOWN: usize = 100;

/// Values for a person to read; of a long list the first.
pub(crate) struct Listed<'a>(pub(crate) &'a [&'a [u8]]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, value) in self.0.iter().take(MOST_SHOWN).enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{}", Shown(value))?;
        }
        if self.0.len() > MOST_SHOWN {
            write!(f, " … ({} in all)", self.0.len())?;
        }
        Ok(())
    }
}

/// The number in a `delta-seconds`. Numbers beyond 32 bits are the greatest one, never less.
pub(crate) fn delta_seconds(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |seconds: u32, digit| {
        seconds
            .saturating_mul(10)
            .saturating_add(u32::from(digit.saturating_sub(b'0')))
    })
}
