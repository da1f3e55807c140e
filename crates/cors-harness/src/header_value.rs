//! What a header's value means: when two are the same, what a list holds, and which grammar fits.

use cors_model::dialect::Engine;
use cors_model::fetch::UserAgent;
use cors_text::blanks::trimmed;
use cors_vectors::check::Grammar;
use cors_vectors::names::is_token;
use cors_vectors::origin::check_serialized;

fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// Whether `*` in the list stands for the element.
pub(crate) fn wildcard_covers(name: &str, token: &[u8], with_credentials: bool) -> bool {
    if is(name, "Vary") {
        return true;
    }
    if with_credentials {
        return false;
    }
    // A CORS non-wildcard request-header name must be listed itself.
    (is(name, "Access-Control-Allow-Headers") && !token.eq_ignore_ascii_case(b"authorization"))
        || is(name, "Access-Control-Allow-Methods")
        || is(name, "Access-Control-Expose-Headers")
}

/// Whether the value means this text: for a max-age, as browsers read it.
pub(crate) fn same_value(name: &str, text: &[u8], value: &[u8]) -> bool {
    text == value || (is(name, "Access-Control-Max-Age") && same_max_age(text, value))
}

/// Whether a stated max-age has the effect of the wanted one: a number may begin with zeros, and a
/// server may cut it to what some browser cuts it to.
fn same_max_age(wanted: &[u8], stated: &[u8]) -> bool {
    let limit = |engine: Engine| u64::from(UserAgent::new(engine.dialect()).max_age_limit);
    match (seconds(wanted), seconds(stated)) {
        (Some(wanted), Some(stated)) => {
            stated == wanted
                || Engine::ALL
                    .map(limit)
                    .map(|limit| limit.min(wanted))
                    .contains(&stated)
        }
        _ => false,
    }
}

/// A number of seconds, in digits only; the greatest there is where it is beyond that.
fn seconds(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| {
        digits.iter().fold(0_u64, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        })
    })
}

/// Whether an element of the header's list is this one.
pub(crate) fn same_element(name: &str, element: &[u8], token: &[u8]) -> bool {
    if is(name, "Access-Control-Allow-Methods") {
        element == token
    } else {
        element.eq_ignore_ascii_case(token)
    }
}

/// The elements of a comma-separated list over several lines, without the whitespace around them.
pub(crate) fn elements<'a>(values: &'a [&'a [u8]]) -> impl Iterator<Item = &'a [u8]> {
    values
        .iter()
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(trimmed)
        .filter(|element| !element.is_empty())
}

/// Whether the bytes hold this part.
pub(crate) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

/// Whether a value has the form that a grammar asks for.
pub(crate) fn matches(grammar: Grammar, value: &[u8]) -> bool {
    match grammar {
        Grammar::OriginOrNullOrWildcard => {
            matches!(value, b"*" | b"null")
                || std::str::from_utf8(value).is_ok_and(|origin| check_serialized(origin).is_ok())
        }
        Grammar::True => value == b"true",
        Grammar::DeltaSeconds => !value.is_empty() && value.iter().all(u8::is_ascii_digit),
        Grammar::TokenList => {
            trimmed(value).is_empty()
                || value
                    .split(|byte| *byte == b',')
                    .all(|element| is_token(trimmed(element)))
        }
    }
}
