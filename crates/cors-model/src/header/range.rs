//! The value of `Range`.

use super::is_http_tab_or_space_byte;
use crate::trace::{Shown, Trace, cite, step};

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
    let shown = Shown(value);
    // 1. The value; its bytes are its code points.
    step!(
        trace,
        cite!("simple-range-header-value", "1"),
        "The value is {shown}."
    );
    // 2. The unit, in lower case.
    let Some(mut rest) = value.strip_prefix(b"bytes") else {
        step!(
            trace,
            cite!("simple-range-header-value", "2"),
            "{shown} does not start with `bytes`."
        );
        return Err(NotASingleRange);
    };
    let skip = |rest: &mut &[u8]| {
        collect(rest, |byte| {
            allow_whitespace && is_http_tab_or_space_byte(byte)
        });
    };
    // 3. What follows the unit.
    step!(
        trace,
        cite!("simple-range-header-value", "3"),
        "{} follows the unit.",
        Shown(rest)
    );
    // 4. Tabs and spaces, where they are allowed.
    skip(&mut rest);
    step!(
        trace,
        cite!("simple-range-header-value", "4"),
        "Next is {}.",
        Shown(rest)
    );
    // 5. An equals sign.
    let Some(mut rest) = rest.strip_prefix(b"=") else {
        step!(
            trace,
            cite!("simple-range-header-value", "5"),
            "{shown} lacks `=` behind the unit."
        );
        return Err(NotASingleRange);
    };
    // 6. What follows it.
    step!(
        trace,
        cite!("simple-range-header-value", "6"),
        "{} follows the sign.",
        Shown(rest)
    );
    // 7. Tabs and spaces, where they are allowed.
    skip(&mut rest);
    step!(
        trace,
        cite!("simple-range-header-value", "7"),
        "Next is {}.",
        Shown(rest)
    );
    // 8. The digits of the first position.
    let range_start = collect(&mut rest, |byte| byte.is_ascii_digit());
    step!(
        trace,
        cite!("simple-range-header-value", "8"),
        "The start is {}.",
        Shown(range_start)
    );
    // 9. The number that they are.
    let range_start_value = decimal(range_start);
    step!(
        trace,
        cite!("simple-range-header-value", "9"),
        "There is {} start.",
        if range_start_value.is_some() {
            "a"
        } else {
            "no"
        }
    );
    // 10. Tabs and spaces, where they are allowed.
    skip(&mut rest);
    step!(
        trace,
        cite!("simple-range-header-value", "10"),
        "Next is {}.",
        Shown(rest)
    );
    // 11. A hyphen.
    let Some(mut rest) = rest.strip_prefix(b"-") else {
        step!(
            trace,
            cite!("simple-range-header-value", "11"),
            "{shown} lacks `-` behind the start."
        );
        return Err(NotASingleRange);
    };
    // 12. What follows it.
    step!(
        trace,
        cite!("simple-range-header-value", "12"),
        "{} follows the hyphen.",
        Shown(rest)
    );
    // 13. Tabs and spaces, where they are allowed.
    skip(&mut rest);
    step!(
        trace,
        cite!("simple-range-header-value", "13"),
        "Next is {}.",
        Shown(rest)
    );
    // 14. The digits of the last position.
    let range_end = collect(&mut rest, |byte| byte.is_ascii_digit());
    step!(
        trace,
        cite!("simple-range-header-value", "14"),
        "The end is {}.",
        Shown(range_end)
    );
    // 15. The number that they are.
    let range_end_value = decimal(range_end);
    step!(
        trace,
        cite!("simple-range-header-value", "15"),
        "There is {} end.",
        if range_end_value.is_some() {
            "an"
        } else {
            "no"
        }
    );
    // 16. Nothing may follow.
    if !rest.is_empty() {
        step!(
            trace,
            cite!("simple-range-header-value", "16"),
            "{} is left over.",
            Shown(rest)
        );
        return Err(NotASingleRange);
    }
    // 17. One of the two has to be there.
    if range_end_value.is_none() && range_start_value.is_none() {
        step!(
            trace,
            cite!("simple-range-header-value", "17"),
            "{shown} has neither start nor end."
        );
        return Err(NotASingleRange);
    }
    // 18. The start is not behind the end. Of two numbers the one with more digits is greater.
    if let (Some(start), Some(end)) = (range_start_value, range_end_value)
        && (start.len(), start) > (end.len(), end)
    {
        step!(
            trace,
            cite!("simple-range-header-value", "18"),
            "{shown} ends before it starts."
        );
        return Err(NotASingleRange);
    }
    // 19. Both, as far as they are there.
    step!(
        trace,
        cite!("simple-range-header-value", "19"),
        "{shown} is one range."
    );
    Ok(SingleRange {
        start: range_start_value,
        end: range_end_value,
    })
}
