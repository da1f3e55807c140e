//! The value of `Range`.

use super::is_http_tab_or_space_byte;
use crate::trace::{Shown, Trace, anchor, step};

/// The value is not one `bytes` range.
///
/// What [parsing a single range header value](https://fetch.spec.whatwg.org/#simple-range-header-value) fails with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotASingleRange;

/// One range: the digits of its positions, without leading zeros.
///
/// Numbers may have any size. Zero is without digits, and a position that is not there is `None`.
///
/// What [parsing a single range header value](https://fetch.spec.whatwg.org/#simple-range-header-value) gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SingleRange<'a> {
    /// The first position; without it the range is counted from the end.
    pub start: Option<&'a [u8]>,
    /// The last position, or how long the range is.
    pub end: Option<&'a [u8]>,
}

/// Takes bytes while they fit.
fn collect<'a>(rest: &mut &'a [u8], fits: impl Fn(u8) -> bool) -> &'a [u8] {
    let length = rest.iter().take_while(|&&byte| fits(byte)).count();
    let (collected, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    *rest = after;
    collected
}

/// A number in digits, without leading zeros; of any size, so kept as digits.
fn decimal(digits: &[u8]) -> Option<&[u8]> {
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    if digits.is_empty() {
        None
    } else {
        digits.get(zeros..)
    }
}

/// To parse a single range header value:
/// <https://fetch.spec.whatwg.org/#simple-range-header-value>
pub fn parse_single_range_header_value<'a>(
    value: &'a [u8],
    allow_whitespace: bool,
    trace: &mut impl Trace,
) -> Result<SingleRange<'a>, NotASingleRange> {
    anchor!("simple-range-header-value");
    let shown = Shown(value);
    step!(trace, "1": "The value is {shown}.");
    let Some(mut rest) = value.strip_prefix(b"bytes") else {
        step!(trace, "2": "{shown} does not start with `bytes`.");
        return Err(NotASingleRange);
    };
    let skip = |rest: &mut &[u8]| {
        collect(rest, |byte| {
            allow_whitespace && is_http_tab_or_space_byte(byte)
        });
    };
    step!(trace, "3": "{} follows the unit.", Shown(rest));
    skip(&mut rest);
    step!(trace, "4": "Next is {}.", Shown(rest));
    let Some(mut rest) = rest.strip_prefix(b"=") else {
        step!(trace, "5": "{shown} lacks `=` behind the unit.");
        return Err(NotASingleRange);
    };
    step!(trace, "6": "{} follows the sign.", Shown(rest));
    skip(&mut rest);
    step!(trace, "7": "Next is {}.", Shown(rest));
    let range_start = collect(&mut rest, |byte| byte.is_ascii_digit());
    step!(trace, "8": "The start is {}.", Shown(range_start));
    let range_start_value = decimal(range_start);
    step!(trace, "9": "There is {} start.", if range_start_value.is_some() { "a" } else { "no" });
    skip(&mut rest);
    step!(trace, "10": "Next is {}.", Shown(rest));
    let Some(mut rest) = rest.strip_prefix(b"-") else {
        step!(trace, "11": "{shown} lacks `-` behind the start.");
        return Err(NotASingleRange);
    };
    step!(trace, "12": "{} follows the hyphen.", Shown(rest));
    skip(&mut rest);
    step!(trace, "13": "Next is {}.", Shown(rest));
    let range_end = collect(&mut rest, |byte| byte.is_ascii_digit());
    step!(trace, "14": "The end is {}.", Shown(range_end));
    let range_end_value = decimal(range_end);
    step!(trace, "15": "There is {} end.", if range_end_value.is_some() { "an" } else { "no" });
    if !rest.is_empty() {
        step!(trace, "16": "{} is left over.", Shown(rest));
        return Err(NotASingleRange);
    }
    if range_end_value.is_none() && range_start_value.is_none() {
        step!(trace, "17": "{shown} has neither start nor end.");
        return Err(NotASingleRange);
    }
    if let (Some(start), Some(end)) = (range_start_value, range_end_value)
        && (start.len(), start) > (end.len(), end)
    {
        step!(trace, "18": "{shown} ends before it starts.");
        return Err(NotASingleRange);
    }
    step!(trace, "19": "{shown} is one range.");
    Ok(SingleRange {
        start: range_start_value,
        end: range_end_value,
    })
}
