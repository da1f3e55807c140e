//! Headers: names, values, lists of them, and how values are read.
//!
//! A header list is ordered and repeats names. Names keep their letter case and compare without
//! regard to it. Values are bytes, since the standard speaks of bytes that most HTTP libraries
//! cannot hold.

mod extract;
mod list;
pub mod names;
mod range;
mod split;
mod types;

pub use extract::{Abnf, ExtractFailure, extract_header_list_values, extract_header_values};
pub(crate) use extract::{Listed, delta_seconds};
pub use list::{HeaderList, convert_header_names_to_sorted_lowercase_set};
pub use range::{NotASingleRange, SingleRange, parse_single_range_header_value};
pub(crate) use split::isomorphic_decode;
pub use split::{collect_http_quoted_string, get_decode_and_split};
pub use types::{Header, HeaderName, HeaderValue, InvalidHeaderName, InvalidHeaderValue};
pub(crate) use types::{is_http_tab_or_space_byte, is_token};

#[cfg(test)]
mod tests;
