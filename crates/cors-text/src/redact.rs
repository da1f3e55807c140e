//! Secrets kept out of text: what the user gave to be sent, and headers that carry secrets.

use crate::blanks::trimmed;
use crate::escape::{CUT, LONGEST_VALUE, escape};
use crate::forms::{basic_credentials, forms};
use crate::parts::Parts;

/// What stands for a secret.
pub const REDACTED: &str = "[redacted]";

/// Header lines that are shown at most; more are counted in a last one.
const MOST_LINES: usize = 128;
/// Characters of names and values after which no more lines are shown. A message that is longer
/// makes the report of hundreds of cases longer than anybody reads.
const MOST_CHARACTERS: usize = 16 * 1024;

/// Shorter values are not looked for in other text, where they would be found by chance.
const SHORTEST_SOUGHT: usize = 4;

/// Shorter beginnings of a secret in front of a cut are there by chance.
const SHORTEST_BEGUN: usize = 2;

/// Headers whose values are always secret, in requests and in responses.
const CARRIERS: [&str; 4] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
];

/// What is in the names of headers that carry secrets.
const WORDS: [&str; 8] = [
    "auth",
    "cookie",
    "credential",
    "key",
    "pass",
    "secret",
    "session",
    "token",
];

/// A header line: name and value.
pub type Line = (Vec<u8>, Vec<u8>);

/// Replaces secrets in everything that is shown.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    names: Vec<Vec<u8>>,
    /// In lower case, in the forms in which they would be found in a text.
    values: Vec<String>,
    /// Of those that are secrets and not merely the user's.
    parts: Parts,
    /// The lines that the user gave to be sent.
    given: Vec<Line>,
}

impl Redactor {
    /// Keeps the values of these header lines, and this cookie, secret.
    pub fn new(headers: &[Line], cookie: Option<&[u8]>) -> Self {
        let names = headers.iter().map(|(name, _)| name.clone()).collect();
        let mut values = Vec::new();
        let mut parts = Parts::default();
        let mut add = |value: &[u8], is_secret: bool| {
            if value.len() < SHORTEST_SOUGHT {
                return;
            }
            values.extend(forms(value));
            if is_secret {
                parts.add(value);
            }
        };
        for (name, value) in headers {
            let is_secret = carries_secret(name);
            // A server that echoes credentials often leaves the scheme out.
            match value.iter().position(|byte| *byte == b' ') {
                Some(space) => {
                    add(value, false);
                    add(value.get(space + 1..).unwrap_or_default(), is_secret);
                }
                None => add(value, is_secret),
            }
            for decoded in basic_credentials(value) {
                add(&decoded, true);
            }
        }
        for pair in cookie.unwrap_or_default().split(|byte| *byte == b';') {
            let value = pair
                .iter()
                .position(|byte| *byte == b'=')
                .map_or(pair, |equals| pair.get(equals + 1..).unwrap_or_default());
            add(trimmed(value), true);
        }
        let mut given = headers.to_vec();
        given.extend(cookie.map(|cookie| (b"Cookie".to_vec(), cookie.to_vec())));
        let mut redactor = Self {
            names,
            values,
            parts,
            given,
        };
        redactor.order();
        redactor
    }

    /// Keeps these texts secret as well.
    #[must_use]
    pub fn and(mut self, secrets: &[String]) -> Self {
        let sought = secrets.iter().filter(|text| text.len() >= SHORTEST_SOUGHT);
        for text in sought {
            self.values.extend(forms(text.as_bytes()));
            self.parts.add(text.as_bytes());
        }
        self.order();
        self
    }

    fn order(&mut self) {
        // HTTP parsers write names in lower case: a text is looked through without regard to case.
        for value in &mut self.values {
            value.make_ascii_lowercase();
        }
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
        let mut text = text.to_owned();
        let mut sought_in = text.to_ascii_lowercase();
        for secret in &self.values {
            if sought_in.contains(secret) {
                text = without(&text, &sought_in, secret);
                sought_in = text.to_ascii_lowercase();
            }
        }
        self.parts.replaced(self.without_beginnings(text), REDACTED)
    }

    /// A text without the beginning of a secret whose rest was cut off.
    fn without_beginnings(&self, mut text: String) -> String {
        let mut end = text.len();
        while let Some(cut) = text.get(..end).and_then(|before| before.rfind(CUT)) {
            end = cut;
            let before = text.get(..cut).unwrap_or_default().to_ascii_lowercase();
            let begun = self.values.iter().filter_map(|secret| {
                let most = secret.len().min(before.len());
                let mut lengths = (SHORTEST_BEGUN..most).rev();
                lengths.find(|length| {
                    let beginning = secret.get(..*length);
                    beginning.is_some_and(|beginning| before.ends_with(beginning))
                })
            });
            if let Some(length) = begun.max() {
                text.replace_range(cut.saturating_sub(length)..cut, REDACTED);
            }
        }
        text
    }

    /// Whether the whole value of a request's line with this name is secret.
    pub fn hides(&self, name: &[u8]) -> bool {
        CARRIERS
            .iter()
            .any(|carrier| name.eq_ignore_ascii_case(carrier.as_bytes()))
            || self
                .names
                .iter()
                .any(|hidden| hidden.eq_ignore_ascii_case(name))
    }

    /// Whether a request's line is one that the user gave to be sent. What a case invents is no secret,
    /// also where it has a name that the user gave.
    pub fn is_given(&self, name: &[u8], value: &[u8]) -> bool {
        let mut given = self.given.iter();
        given.any(|(known, secret)| known.eq_ignore_ascii_case(name) && trimmed(secret) == value)
    }

    /// The lines of a request that was made here, as they are shown: what a case invents is seen.
    pub fn request_lines(&self, lines: &[Line]) -> Vec<(String, String)> {
        self.lines_without(lines, |name, value| self.is_given(name, value))
    }

    /// Header lines as they are shown: escaped, without secrets, at most 128 of them.
    pub fn lines(&self, lines: &[Line]) -> Vec<(String, String)> {
        self.lines_without(lines, |name, _| self.hides(name))
    }

    fn lines_without(
        &self,
        lines: &[Line],
        is_hidden: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Vec<(String, String)> {
        let line = |(name, value): &Line| {
            let value = if is_hidden(name, value) {
                REDACTED.into()
            } else {
                self.text(&escape(value))
            };
            (self.text(&escape(name)), value)
        };
        let mut characters = 0_usize;
        let mut shown: Vec<(String, String)> = Vec::new();
        for shown_line in lines.iter().take(MOST_LINES).map(line) {
            if characters > MOST_CHARACTERS {
                break;
            }
            characters = characters.saturating_add(shown_line.0.len() + shown_line.1.len());
            shown.push(shown_line);
        }
        if let more @ 1.. = lines.len().saturating_sub(shown.len()) {
            shown.push(("…".into(), format!("{more} more lines")));
        }
        shown
    }
}

/// Whether a header is for secrets, by its name. Of the values of others the user's are hidden as
/// wholes, and their parts are seen: a part of a URL or of a media type is in many texts.
fn carries_secret(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let has = |word: &str| name.windows(word.len()).any(|part| part == word.as_bytes());
    WORDS.iter().any(|word| has(word))
}

/// A text without a secret, which is sought in the text in lower case.
fn without(text: &str, sought_in: &str, secret: &str) -> String {
    let mut left = String::new();
    let mut end = 0;
    for (start, found) in sought_in.match_indices(secret) {
        left.push_str(text.get(end..start).unwrap_or_default());
        left.push_str(REDACTED);
        end = start + found.len();
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
        text = format!("{text}{CUT}{whole} characters in all)");
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
    fn a_secret_that_was_cut_is_hidden() {
        let redactor = Redactor::new(&[line("X-Api-Key", "kEy%41+/=zz9")], None);
        for left in 1..12 {
            let before = 4096 - left;
            let value = format!("{}kEy%41+/=zz9", "a".repeat(before));
            let cut = crate::escape::escape_cut(value.as_bytes());
            assert!(cut.contains(&"kEy%41+/=zz9"[..left]), "{left}: {cut}");
            let shown = redactor.text(&cut);
            let begun = format!("a{}…", &"kEy%41+/=zz9"[..left]);
            assert_eq!(shown.contains(&begun), left == 1, "{left}: {shown}");
        }
        assert_eq!(redactor.text("no… (key)"), "no… (key)");
    }

    #[test]
    fn parts_of_secrets_are_hidden_and_those_of_other_values_are_seen() {
        let redactor = Redactor::new(
            &[
                line("Authorization", "Bearer s3cr3t-Token"),
                line("Accept", "application/json"),
            ],
            None,
        );
        let shown = redactor.text("s3cr3t-Toke, t-TOKEN…, Bearer s, application/xml");
        assert_eq!(shown, "[redacted], t-TOKEN…, Bearer s, application/xml");
    }

    #[test]
    fn a_head_that_is_long_is_counted() {
        let lines = vec![line("X-Long", &"a".repeat(4000)); 10];
        let shown = Redactor::default().lines(&lines);
        assert_eq!(shown.len(), 6);
        assert_eq!(shown[5], ("…".to_owned(), "5 more lines".to_owned()));
    }

    #[test]
    fn decoded_basic_credentials_are_hidden() {
        let basic = line("Authorization", "Basic dXNyOnMzY3IzdC1wdw==");
        let redactor = Redactor::new(&[basic], None);
        assert_eq!(
            redactor.text("login of usr:s3cr3t-pw by https://usr.s3cr3t-pw"),
            "login of [redacted] by https://usr.[redacted]"
        );
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
        let many = vec![line("a", "x"); MOST_LINES + 7];
        let shown = redactor.lines(&many);
        assert_eq!(shown.len(), MOST_LINES + 1);
        assert_eq!(shown[MOST_LINES].1, "7 more lines");
        let shown = redactor.lines(&[line("a", &"x".repeat(10_000))]);
        assert!(shown[0].1.ends_with("x… (10000 characters in all)"));
    }
}
