//! What a check states about an answer, with its texts filled in, and whether it holds.

use cors_vectors::check::{Grammar, WireIs};

use crate::cause::About;
use crate::escape::escape_cut;
use crate::header_value::{contains, elements, matches, same_element, same_value, wildcard_covers};
use crate::raw;
use crate::wire::Response;

/// A statement about an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Something about a header.
    Header {
        /// The header's name.
        name: String,
        /// What holds of it.
        is: HeaderIs,
    },
    /// The status lies in one of these ranges, each with its ends.
    Status(Vec<(u16, u16)>),
    /// Something about the bytes.
    Wire(WireIs),
    /// The body is that of the answers to the same request without an `Origin`.
    BodyKept,
}

/// What holds of a header; see [`cors_vectors::check::HeaderIs`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is documented where it is written down, in cors-vectors"
)]
pub enum HeaderIs {
    Absent(bool),
    Equals(Vec<u8>),
    OneOf(Vec<Vec<u8>>),
    AbsentOrOneOf(Vec<Vec<u8>>),
    Not(Vec<u8>),
    HasToken(Vec<u8>),
    HasTokenIfDue(Vec<u8>),
    Kept,
    LacksToken(Vec<u8>),
    LacksBytes(Vec<u8>),
    MaxLines(u32),
    Grammar(Grammar),
}

impl Statement {
    /// Whether it holds only where answers depend on the origin.
    pub(crate) fn is_due_by_origin(&self) -> bool {
        matches!(
            self,
            Self::Header {
                is: HeaderIs::HasTokenIfDue(_),
                ..
            }
        )
    }

    /// The header that is to be in an answer since it is in others to the same request.
    pub(crate) fn kept(&self) -> Option<&str> {
        match self {
            Self::Header {
                name,
                is: HeaderIs::Kept,
            } => Some(name),
            Self::Header { .. } | Self::Status(_) | Self::Wire(_) | Self::BodyKept => None,
        }
    }

    /// Whether it holds of `answer`.
    ///
    /// `with_credentials` says whether the request carried credentials, or announced them: then
    /// `*` is an ordinary name in the lists of methods and headers.
    pub fn holds(&self, answer: &Response, with_credentials: bool) -> bool {
        match self {
            Self::Status(ranges) => {
                let within = |(first, last): &(u16, u16)| (*first..=*last).contains(&answer.status);
                ranges.iter().any(within)
            }
            Self::Wire(is) => answer
                .raw
                .as_ref()
                .is_some_and(|raw| raw::holds(raw, *is).0),
            // What others hold is looked at where they are known.
            Self::BodyKept => true,
            Self::Header { name, is } => {
                let values: Vec<&[u8]> = answer.values(name).collect();
                is.holds(name, &values, with_credentials)
            }
        }
    }

    /// What of an answer it is about.
    pub fn about(&self) -> About {
        match self {
            Self::Header { name, .. } => About::Header(name.clone()),
            Self::Status(_) => About::Status,
            Self::Wire(_) | Self::BodyKept => About::Bytes,
        }
    }

    /// What came in `answer`, and what was wanted, as a sentence.
    pub fn said(&self, answer: &Response) -> String {
        match self {
            Self::Status(ranges) => {
                format!("status {}, expected {}", answer.status, said_ranges(ranges))
            }
            Self::Wire(is) => match &answer.raw {
                Some(raw) => raw::holds(raw, *is).1,
                None => "the bytes of the answer were not seen".to_owned(),
            },
            Self::BodyKept => {
                let shown = escape_cut(&answer.body);
                format!("the body is `{shown}`, expected that of the response without an Origin")
            }
            Self::Header { name, is } => {
                let values: Vec<&[u8]> = answer.values(name).collect();
                format!("{name} is {}, expected {}", said_lines(&values), is.said())
            }
        }
    }
}

impl HeaderIs {
    fn holds(&self, name: &str, values: &[&[u8]], with_credentials: bool) -> bool {
        let is_one_of = |texts: &[Vec<u8>]| match values {
            [value] => texts.iter().any(|text| same_value(name, text, value)),
            _ => false,
        };
        match self {
            Self::Absent(absent) => values.is_empty() == *absent,
            Self::Kept => !values.is_empty(),
            Self::Equals(text) => is_one_of(std::slice::from_ref(text)),
            Self::OneOf(texts) => is_one_of(texts),
            Self::AbsentOrOneOf(texts) => values.is_empty() || is_one_of(texts),
            Self::Not(text) => values.iter().all(|value| value != text),
            Self::HasToken(token) | Self::HasTokenIfDue(token) => {
                let wildcard = wildcard_covers(name, token, with_credentials);
                elements(values).any(|element| {
                    same_element(name, element, token) || (wildcard && element == b"*")
                })
            }
            Self::LacksToken(token) => {
                !elements(values).any(|element| same_element(name, element, token))
            }
            Self::LacksBytes(bytes) => values.iter().all(|value| !contains(value, bytes)),
            Self::MaxLines(most) => values.len() <= usize::try_from(*most).unwrap_or(usize::MAX),
            Self::Grammar(grammar) => values.iter().all(|value| matches(*grammar, value)),
        }
    }

    fn said(&self) -> String {
        let quoted = |text: &Vec<u8>| format!("`{}`", escape_cut(text));
        let either = |texts: &[Vec<u8>]| texts.iter().map(quoted).collect::<Vec<_>>().join(" or ");
        match self {
            Self::Absent(true) => "no such line".into(),
            Self::Absent(false) => "at least one line".into(),
            Self::Kept => "a line, as in another response to the same request".into(),
            Self::Equals(text) => format!("exactly one line {}", quoted(text)),
            Self::OneOf(texts) => format!("exactly one line {}", either(texts)),
            Self::AbsentOrOneOf(texts) => format!("no line, or exactly one {}", either(texts)),
            Self::Not(text) => format!("no line {}", quoted(text)),
            Self::HasToken(token) | Self::HasTokenIfDue(token) => {
                format!("a list with the element {}", quoted(token))
            }
            Self::LacksToken(token) => format!("a list without the element {}", quoted(token)),
            Self::LacksBytes(bytes) => format!("no line that contains {}", quoted(bytes)),
            Self::MaxLines(1) => "at most 1 line".to_owned(),
            Self::MaxLines(most) => format!("at most {most} lines"),
            Self::Grammar(grammar) => said_grammar(*grammar).into(),
        }
    }
}

fn said_grammar(grammar: Grammar) -> &'static str {
    match grammar {
        Grammar::OriginOrNullOrWildcard => "`*`, `null`, or one serialized origin",
        Grammar::True => "exactly `true`",
        Grammar::DeltaSeconds => "digits only",
        Grammar::TokenList => "a comma-separated list of tokens",
    }
}

fn said_lines(values: &[&[u8]]) -> String {
    match values {
        [] => "absent".into(),
        [value] => format!("`{}`", escape_cut(value)),
        [first, ..] => {
            let same = if values.iter().all(|value| value == first) {
                "equal"
            } else {
                "different"
            };
            let shown: Vec<_> = values
                .iter()
                .take(4)
                .map(|value| format!("`{}`", escape_cut(value)))
                .collect();
            let more = if values.len() > 4 { ", …" } else { "" };
            format!("{} {same} lines: {}{more}", values.len(), shown.join(", "))
        }
    }
}

fn said_ranges(ranges: &[(u16, u16)]) -> String {
    let said = |(first, last): &(u16, u16)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        }
    };
    ranges.iter().map(said).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(lines: &[(&str, &str)]) -> Response {
        let bytes = |text: &str| text.as_bytes().to_vec();
        let headers = lines
            .iter()
            .map(|(name, value)| (bytes(name), bytes(value)))
            .collect();
        Response {
            status: 204,
            headers,
            body: Vec::new(),
            raw: None,
        }
    }

    fn holds(name: &str, is: HeaderIs, lines: &[(&str, &str)]) -> bool {
        Statement::Header {
            name: name.into(),
            is,
        }
        .holds(&answer(lines), false)
    }

    fn text(text: &str) -> Vec<u8> {
        text.as_bytes().to_vec()
    }

    #[test]
    fn status_ranges_include_their_ends() {
        let within =
            |ranges: &[(u16, u16)]| Statement::Status(ranges.to_vec()).holds(&answer(&[]), false);
        assert!(within(&[(204, 204)]));
        assert!(within(&[(404, 404), (200, 204)]));
        let outside = Statement::Status(vec![(200, 203), (404, 404)]);
        assert!(!outside.holds(&answer(&[]), false));
        assert_eq!(
            outside.said(&answer(&[])),
            "status 204, expected 200 to 203 or 404"
        );
    }

    #[test]
    fn absence_and_presence() {
        assert!(holds("A", HeaderIs::Absent(true), &[("b", "")]));
        assert!(!holds("A", HeaderIs::Absent(true), &[("a", "")]));
        assert!(holds("A", HeaderIs::Absent(false), &[("a", "")]));
        assert!(!holds("A", HeaderIs::Absent(false), &[]));
    }

    #[test]
    fn values_are_compared_byte_for_byte_in_exactly_one_line() {
        assert!(holds("A", HeaderIs::Equals(text("x")), &[("a", "x")]));
        assert!(!holds("A", HeaderIs::Equals(text("x")), &[("a", "X")]));
        assert!(!holds(
            "A",
            HeaderIs::Equals(text("x")),
            &[("a", "x"), ("A", "x")]
        ));
        assert!(!holds("A", HeaderIs::Equals(text("x")), &[]));
        let one_of = || HeaderIs::OneOf(vec![text("x"), text("y")]);
        assert!(holds("A", one_of(), &[("a", "y")]));
        assert!(!holds("A", one_of(), &[("a", "z")]));
        assert!(!holds("A", one_of(), &[]));
        let absent_or = || HeaderIs::AbsentOrOneOf(vec![text("x")]);
        assert!(holds("A", absent_or(), &[]));
        assert!(holds("A", absent_or(), &[("a", "x")]));
        assert!(!holds("A", absent_or(), &[("a", "z")]));
        assert!(!holds("A", absent_or(), &[("a", "x"), ("a", "x")]));
        assert!(holds("A", HeaderIs::Not(text("x")), &[("a", "y")]));
        assert!(!holds(
            "A",
            HeaderIs::Not(text("x")),
            &[("a", "y"), ("a", "x")]
        ));
    }

    #[test]
    fn a_max_age_may_begin_with_zeros_or_be_cut_to_a_limit_of_browsers() {
        let max_age = |wanted: &str, stated: &str| {
            let name = "Access-Control-Max-Age";
            holds(name, HeaderIs::Equals(text(wanted)), &[(name, stated)])
        };
        for (wanted, stated) in [
            ("600", "00600"),
            ("1200", "600"),
            ("86400", "7200"),
            ("604800", "86400"),
            ("99999999999999999999999", "600"),
        ] {
            assert!(max_age(wanted, stated), "{wanted} stated as {stated}");
        }
        for (wanted, stated) in [
            ("599", "600"),
            ("600", "7200"),
            ("1200", "601"),
            ("600", "600s"),
            ("600", "+600"),
            ("600", ""),
            ("0", ""),
        ] {
            assert!(!max_age(wanted, stated), "{wanted} stated as {stated}");
        }
    }

    #[test]
    fn list_elements_are_found_over_all_lines_whatever_their_case() {
        let has = |token: &str| HeaderIs::HasToken(text(token));
        let lacks = |token: &str| HeaderIs::LacksToken(text(token));
        let vary = [("vary", "Accept ,\torigin"), ("Vary", "x")];
        assert!(holds("Vary", has("Origin"), &vary));
        assert!(!holds("Vary", lacks("Origin"), &vary));
        assert!(!holds("Vary", has("Orig"), &vary));
        assert!(holds("Vary", lacks("Orig"), &vary));
        assert!(!holds("Vary", has("Origin"), &[]));
        assert!(holds("Vary", lacks("Origin"), &[]));
        assert!(holds("Vary", has("Origin"), &[("vary", "*")]));
        assert!(holds("Vary", lacks("Origin"), &[("vary", "*")]));
        let methods = "Access-Control-Allow-Methods";
        assert!(holds(methods, has("PATCH"), &[(methods, "PUT,PATCH")]));
        assert!(!holds(methods, has("PATCH"), &[(methods, "patch")]));
    }

    #[test]
    fn the_wildcard_stands_for_an_element_only_where_it_does() {
        let headers = "Access-Control-Allow-Headers";
        let star = [(headers, "*")];
        let has = |token: &str, lines: &[(&str, &str)], credentials: bool| {
            let is = HeaderIs::HasToken(text(token));
            Statement::Header {
                name: headers.into(),
                is,
            }
            .holds(&answer(lines), credentials)
        };
        assert!(has("x-token", &star, false));
        assert!(!has("x-token", &star, true));
        assert!(!has("Authorization", &star, false));
        assert!(holds(headers, HeaderIs::LacksToken(text("x-token")), &star));
        assert!(!holds(
            "Other",
            HeaderIs::HasToken(text("x")),
            &[("other", "*")]
        ));
    }

    #[test]
    fn bytes_and_line_counts() {
        assert!(holds(
            "A",
            HeaderIs::LacksBytes(text("evil")),
            &[("a", "good")]
        ));
        assert!(!holds(
            "A",
            HeaderIs::LacksBytes(text("evil")),
            &[("a", "x"), ("a", "an evil one")]
        ));
        assert!(holds("A", HeaderIs::MaxLines(1), &[("a", "x")]));
        assert!(!holds(
            "A",
            HeaderIs::MaxLines(1),
            &[("a", "x"), ("a", "x")]
        ));
    }

    #[test]
    fn grammars() {
        let fits = |grammar, value| holds("A", HeaderIs::Grammar(grammar), &[("a", value)]);
        for (grammar, good, bad) in [
            (
                Grammar::OriginOrNullOrWildcard,
                &["*", "null", "https://a.example", "http://[::1]:8080"][..],
                &[
                    "",
                    "https://a.example/",
                    "HTTPS://a.example",
                    "https://a.example:443",
                    "a, b",
                ][..],
            ),
            (
                Grammar::True,
                &["true"],
                &["", "True", "true, true", "false"],
            ),
            (
                Grammar::DeltaSeconds,
                &["0", "007", "600"],
                &["", "-1", "1.5", "600s"],
            ),
            (
                Grammar::TokenList,
                &["", "a", "a, b ,c", "*"],
                &["a,,b", "a b", "a,", "(x)"],
            ),
        ] {
            for value in good {
                assert!(fits(grammar, value), "{grammar:?} {value}");
            }
            for value in bad {
                assert!(!fits(grammar, value), "{grammar:?} {value}");
            }
            assert!(
                holds("A", HeaderIs::Grammar(grammar), &[]),
                "{grammar:?} of nothing"
            );
        }
    }

    #[test]
    fn sentences_show_what_came_escaped() {
        let is = HeaderIs::Equals(text("x"));
        let statement = Statement::Header {
            name: "A".into(),
            is,
        };
        assert_eq!(
            statement.said(&answer(&[("a", "\u{1b}[31m")])),
            r"A is `\x1b[31m`, expected exactly one line `x`"
        );
        assert_eq!(
            statement.said(&answer(&[("a", "x"), ("a", "x")])),
            "A is 2 equal lines: `x`, `x`, expected exactly one line `x`"
        );
    }
}
