//! Parts of secrets: a server that shortens, splits or pads what it was given gives most of it away.

use std::collections::{BTreeMap, BTreeSet};

use crate::forms::{encoded, written};

/// How many bytes of a secret in a row are taken for a part of it, and not for a coincidence.
const PART: usize = 8;

/// The parts of secrets in every form, in lower case, by their length.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts(BTreeMap<usize, BTreeSet<Vec<u8>>>);

impl Parts {
    /// Adds those of a secret.
    pub(crate) fn add(&mut self, secret: &[u8]) {
        // As it is written, a byte may take four characters; of a code they stand close enough.
        for form in secret.windows(PART).flat_map(written) {
            self.insert(form.as_bytes());
        }
        for form in encoded(secret) {
            for part in form.as_bytes().windows(PART) {
                self.insert(part);
            }
        }
    }

    fn insert(&mut self, part: &[u8]) {
        let parts = self.0.entry(part.len()).or_default();
        parts.insert(part.to_ascii_lowercase());
    }

    /// A text in which each run of such parts is replaced.
    pub(crate) fn replaced(&self, text: String, by: &str) -> String {
        if self.0.is_empty() {
            return text;
        }
        let sought_in = text.to_ascii_lowercase();
        let longest_at = |start: usize| {
            let is_part = |(length, parts): &(&usize, &BTreeSet<Vec<u8>>)| {
                let end = start.saturating_add(**length);
                let window = sought_in.as_bytes().get(start..end);
                window.is_some_and(|window| parts.contains(window))
            };
            self.0.iter().rev().find(is_part).map(|(length, _)| *length)
        };
        let mut left = String::new();
        let (mut kept, mut hidden) = (0, 0);
        for start in 0..sought_in.len() {
            let Some(length) = longest_at(start) else {
                continue;
            };
            if start >= hidden {
                // The end of what is hidden and the start of this are both ASCII characters.
                left.push_str(text.get(kept..start).unwrap_or_default());
                left.push_str(by);
            }
            hidden = hidden.max(start.saturating_add(length));
            kept = hidden;
        }
        if kept == 0 {
            return text;
        }
        left.push_str(text.get(kept..).unwrap_or_default());
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_parts_are_replaced() {
        let mut parts = Parts::default();
        parts.add(b"s3cr3t-Token");
        let replaced = |text: &str| parts.replaced(text.to_owned(), "*");
        assert_eq!(replaced("S3CR3T-TOKE, …3cr3t-token…"), "*, …*…");
        assert_eq!(replaced("s3cr3t-s3cr3t-token"), "s3cr3t-*");
        assert_eq!(replaced("s3cr3t-"), "s3cr3t-");
        let mut parts = Parts::default();
        parts.add("s\u{e9}cr3t-t\u{f8}k\"n".as_bytes());
        let replaced = |text: &str| parts.replaced(text.to_owned(), "*");
        assert_eq!(replaced(r"\xc3\xa9cr3t-t! \xa9cr3t-t\xc3"), "*! *");
        assert_eq!(replaced(r#"t-t\xc3\xb8k\"n"#), "*");
        assert_eq!(replaced(r#"-t\xc3\xb8k\"n"#), r#"-t\xc3\xb8k\"n"#);
        let none = Parts::default();
        assert_eq!(none.replaced("text".to_owned(), "*"), "text");
    }
}
