//! Secrets kept out of text: what the user gave to be sent, and headers that carry secrets.

use crate::blanks::trimmed;
use crate::escape::{LONGEST_VALUE, escape};

/// What stands for a secret.
pub const REDACTED: &str = "[redacted]";

/// Header lines that are shown at most; more are counted in a last one.
const MOST_LINES: usize = 128;

/// Shorter values are not looked for in other text, where they would be found by chance.
const SHORTEST_SOUGHT: usize = 4;

/// A header line: name and value.
pub type Line = (Vec<u8>, Vec<u8>);

/// Replaces secrets in everything that is shown.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    names: Vec<Vec<u8>>,
    /// Escaped as they would be found in a text.
    values: Vec<String>,
    /// Whether a cookie of the user's is among them.
    has_cookie: bool,
}

impl Redactor {
    /// Keeps the values of these header lines, and this cookie, secret.
    pub fn new(headers: &[Line], cookie: Option<&[u8]>) -> Self {
        let names = headers.iter().map(|(name, _)| name.clone()).collect();
        let mut values = Vec::new();
        let mut add = |value: &[u8]| {
            if value.len() >= SHORTEST_SOUGHT {
                values.extend(forms(value));
            }
        };
        for (_, value) in headers {
            add(value);
            // A server that echoes credentials often leaves the scheme out.
            if let Some(space) = value.iter().position(|byte| *byte == b' ') {
                add(value.get(space + 1..).unwrap_or_default());
            }
        }
        for pair in cookie.unwrap_or_default().split(|byte| *byte == b';') {
            let value = pair
                .iter()
                .position(|byte| *byte == b'=')
                .map_or(pair, |equals| pair.get(equals + 1..).unwrap_or_default());
            add(trimmed(value));
        }
        let has_cookie = cookie.is_some();
        let mut redactor = Self {
            names,
            values,
            has_cookie,
        };
        redactor.order();
        redactor
    }

    /// Keeps these texts secret as well.
    #[must_use]
    pub fn and(mut self, secrets: &[String]) -> Self {
        let sought = secrets.iter().filter(|text| text.len() >= SHORTEST_SOUGHT);
        self.values
            .extend(sought.flat_map(|text| forms(text.as_bytes())));
        self.order();
        self
    }

    fn order(&mut self) {
        // The longest first, so that no part of one remains when a shorter one is within it.
        self.values
            .sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.values.dedup();
    }

    /// Text in which bytes are already escaped, without the secrets, cut when it is long.
    pub fn text(&self, text: &str) -> String {
        cut(self.whole_text(text))
    }

    /// [`Redactor::text`] uncut.
    pub fn whole_text(&self, text: &str) -> String {
        self.values
            .iter()
            .fold(text.to_owned(), |text, secret| without(text, secret))
    }

    /// Whether the whole value of a request's line with this name is secret.
    pub fn hides(&self, name: &[u8]) -> bool {
        const CARRIERS: [&str; 4] = [
            "authorization",
            "cookie",
            "proxy-authorization",
            "set-cookie",
        ];
        CARRIERS
            .iter()
            .any(|carrier| name.eq_ignore_ascii_case(carrier.as_bytes()))
            || self
                .names
                .iter()
                .any(|hidden| hidden.eq_ignore_ascii_case(name))
    }

    /// Whether the value of a request's line with this name is the user's, who gave it to be sent. What
    /// a case invents is no secret.
    pub fn is_given(&self, name: &[u8]) -> bool {
        let mut names = self.names.iter();
        names.any(|given| given.eq_ignore_ascii_case(name))
            || (self.has_cookie && name.eq_ignore_ascii_case(b"cookie"))
    }

    /// The lines of a request that was made here, as they are shown: what a case invents is seen.
    pub fn request_lines(&self, lines: &[Line]) -> Vec<(String, String)> {
        self.lines_without(lines, |name| self.is_given(name))
    }

    /// Header lines as they are shown: escaped, without secrets, at most 128 of them.
    pub fn lines(&self, lines: &[Line]) -> Vec<(String, String)> {
        self.lines_without(lines, |name| self.hides(name))
    }

    fn lines_without(
        &self,
        lines: &[Line],
        is_hidden: impl Fn(&[u8]) -> bool,
    ) -> Vec<(String, String)> {
        let line = |(name, value): &Line| {
            let value = if is_hidden(name) {
                REDACTED.into()
            } else {
                self.text(&escape(value))
            };
            (self.text(&escape(name)), value)
        };
        let mut shown: Vec<_> = lines.iter().take(MOST_LINES).map(line).collect();
        if let more @ 1.. = lines.len().saturating_sub(MOST_LINES) {
            shown.push(("…".into(), format!("{more} more lines")));
        }
        shown
    }
}

/// The ways in which a value stands in a text: events escape it, and the model, where it tells what
/// it compared, escapes quotation marks as well.
fn forms(value: &[u8]) -> [String; 2] {
    [escape(value), value.escape_ascii().to_string()]
}

/// A text without a secret, in whatever case it stands there: HTTP parsers write names in lower case.
fn without(text: String, secret: &str) -> String {
    let (within, sought) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let mut left = String::new();
    let mut end = 0;
    for (start, found) in within.match_indices(&sought) {
        left.push_str(text.get(end..start).unwrap_or_default());
        left.push_str(REDACTED);
        end = start + found.len();
    }
    if end == 0 {
        return text;
    }
    left.push_str(text.get(end..).unwrap_or_default());
    left
}

fn cut(mut text: String) -> String {
    let whole = text.len();
    if whole > LONGEST_VALUE {
        let end = (0..=LONGEST_VALUE)
            .rev()
            .find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
        text = format!("{text}… ({whole} characters in all)");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, value: &str) -> Line {
        (name.as_bytes().to_vec(), value.as_bytes().to_vec())
    }

    #[test]
    fn secrets_are_hidden_by_name_and_by_value() {
        let redactor = Redactor::new(
            &[line("X-Api-Key", "s3cret\u{e9}")],
            Some(b"session=abcdef; b=longer abcdef"),
        );
        let shown = redactor.lines(&[
            line("x-api-key", "s3cret\u{e9}"),
            line("authorization", "Bearer t"),
            line("Cookie", "session=abcdef"),
            line("X-Other", "fine"),
        ]);
        let values: Vec<_> = shown.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, [REDACTED, REDACTED, REDACTED, "fine"]);
        let shown = redactor.lines(&[
            line("X-Echo", "key s3cret\u{e9}, session ABCDEF"),
            line("Set-Cookie", "a=b"),
            line("X-abcdef-Echo", ""),
        ]);
        assert_eq!(shown[0].1, "key [redacted], session [redacted]");
        assert_eq!(shown[1].1, REDACTED);
        assert_eq!(shown[2].0, "X-[redacted]-Echo");
        assert_eq!(redactor.text("/?token=abcdef"), "/?token=[redacted]");
    }

    #[test]
    fn a_token_is_found_without_its_scheme() {
        let redactor = Redactor::new(&[line("Authorization", "Bearer abcd1234")], None);
        assert_eq!(
            redactor.text("token abcd1234 is bad"),
            "token [redacted] is bad"
        );
        let redactor = Redactor::new(&[line("X-Key", "it's \"secret\"")], None);
        for told in [r#"it's "secret""#, r#"it\'s \"secret\""#] {
            assert_eq!(redactor.text(told), REDACTED);
        }
    }

    #[test]
    fn other_secrets_are_hidden_too() {
        let redactor = Redactor::new(&[line("X-A", "secret")], None);
        let redactor = redactor.and(&["user:secret".to_owned(), "abc".to_owned()]);
        assert_eq!(
            redactor.text("user:secret, secret, abc"),
            "[redacted], [redacted], abc"
        );
    }

    #[test]
    fn short_values_are_not_sought_in_other_text() {
        let redactor = Redactor::new(&[line("X-On", "1")], Some(b"a=b"));
        assert_eq!(redactor.text("1 b"), "1 b");
        assert!(redactor.hides(b"x-on"));
    }

    #[test]
    fn floods_of_headers_are_cut() {
        let redactor = Redactor::default();
        let many = vec![line("a", &"x".repeat(10_000)); MOST_LINES + 7];
        let shown = redactor.lines(&many);
        assert_eq!(shown.len(), MOST_LINES + 1);
        assert_eq!(shown[MOST_LINES].1, "7 more lines");
        assert!(shown[0].1.ends_with("x… (10000 characters in all)"));
    }
}
