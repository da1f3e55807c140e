//! The grammar of citations: `fetch#cors-check/4`, `fetch#anchor/6-8`, `rfc9110#section-8.6`.

use crate::error::Problem;

/// The documents that can be cited, next to `rfc` and a number.
const SOURCES: &[&str] = &[
    "beacon",
    "csp",
    "fetch",
    "html",
    "infra",
    "lna",
    "mimesniff",
    "pna",
    "url",
    "w3c-cors",
    "xhr",
];

/// Checks a citation: source, `#`, anchor, and after a `/` the step or range of steps.
pub(super) fn check(found: &str) -> Result<(), Problem> {
    let problem = |reason| Problem::Citation {
        found: found.to_owned(),
        reason,
    };
    let (source, rest) = found
        .split_once('#')
        .ok_or_else(|| problem("expected `source#anchor` or `source#anchor/step`"))?;
    let is_rfc = source.strip_prefix("rfc").is_some_and(is_number);
    if !is_rfc && !SOURCES.contains(&source) {
        return Err(problem(
            "the source is one of beacon, csp, fetch, html, infra, lna, mimesniff, pna, url, \
             w3c-cors, xhr, or rfc and a number",
        ));
    }
    let (anchor, steps) = match rest.split_once('/') {
        Some((anchor, steps)) => (anchor, Some(steps)),
        None => (rest, None),
    };
    let is_anchor_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.%()".contains(&byte);
    if anchor.is_empty() || !anchor.bytes().all(is_anchor_byte) {
        return Err(problem("the anchor is of letters, digits and -_.%()"));
    }
    let well_formed = steps.is_none_or(|steps| match range(steps) {
        Some((first, last)) => is_path(first) && is_path(last),
        None => is_path(steps),
    });
    if !well_formed {
        return Err(problem(
            "a step is numbers joined by `.`, a switch arm in brackets (`2[content-type].1`), \
             a range `6-8`",
        ));
    }
    Ok(())
}

/// The two ends of a range. A hyphen inside a switch arm's name makes none.
fn range(steps: &str) -> Option<(&str, &str)> {
    let mut in_arm = false;
    let hyphen = steps.find(|c| {
        in_arm = c == '[' || (in_arm && c != ']');
        c == '-' && !in_arm
    })?;
    Some((steps.get(..hyphen)?, steps.get(hyphen + 1..)?))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_path(path: &str) -> bool {
    path.split('.').all(|step| match step.split_once('[') {
        Some((number, arm)) => {
            is_number(number)
                && arm.strip_suffix(']').is_some_and(|arm| {
                    !arm.is_empty()
                        && arm
                            .bytes()
                            .all(|b| b.is_ascii_graphic() && !b"[]".contains(&b))
                })
        }
        None => is_number(step),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_follow_a_grammar() {
        for citation in [
            "fetch#concept-cors-check",
            "fetch#concept-cors-check/4",
            "fetch#cors-preflight-fetch-0/7.5",
            "fetch#concept-cors-check/6-8",
            "fetch#cors-safelisted-request-header/2[content-type].1",
            "fetch#cors-safelisted-request-header/2[content-type].1-4",
            "fetch#cors-safelisted-request-header/2[content-type]",
            "fetch#cors-safelisted-request-header/2[range].1-2[range].2",
            "rfc9110#section-8.6",
        ] {
            assert_eq!(check(citation), Ok(()), "{citation}");
        }
        for citation in [
            "fetch",
            "Fetch#a",
            "rfc#a",
            "fetch#",
            "fetch#a b",
            "fetch#a/",
            "fetch#a/x",
            "fetch#a/1.",
            "fetch#a/1-",
            "fetch#a/1[",
            "fetch#a/1[]",
            "fetch#a/1[x]y",
        ] {
            assert!(check(citation).is_err(), "{citation}");
        }
    }
}
