//! Parts of secrets: a server that shortens, splits or pads what it was given gives most of it away.

use std::collections::BTreeSet;

/// How many characters of a secret in a row are taken for a part of it, and not for a coincidence.
const PART: usize = 8;

/// The parts of secrets, in lower case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts(BTreeSet<[u8; PART]>);

impl Parts {
    /// Adds those of a text in the form of events.
    pub(crate) fn add(&mut self, form: &str) {
        let form = form.to_ascii_lowercase();
        // Eight characters of escapes are two bytes.
        let windows = form.as_bytes().windows(PART);
        let windows = windows.filter(|part| !part.contains(&b'\\'));
        self.0
            .extend(windows.filter_map(|part| <[u8; PART]>::try_from(part).ok()));
    }

    /// A text in which each run of such parts is replaced.
    pub(crate) fn replaced(&self, text: String, by: &str) -> String {
        if self.0.is_empty() {
            return text;
        }
        let sought_in = text.to_ascii_lowercase();
        let mut left = String::new();
        let (mut kept, mut hidden) = (0, 0);
        for (start, window) in sought_in.as_bytes().windows(PART).enumerate() {
            if !self.0.contains::<[u8]>(window) {
                continue;
            }
            if start >= hidden {
                // The end of what is hidden and the start of this are both ASCII characters.
                left.push_str(text.get(kept..start).unwrap_or_default());
                left.push_str(by);
            }
            hidden = start.saturating_add(PART);
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
        parts.add("s3cr3t-Token");
        let replaced = |text: &str| parts.replaced(text.to_owned(), "*");
        assert_eq!(replaced("S3CR3T-TOKE, …3cr3t-token…"), "*, …*…");
        assert_eq!(replaced("s3cr3t-s3cr3t-token"), "s3cr3t-*");
        assert_eq!(replaced("s3cr3t-"), "s3cr3t-");
        let none = Parts::default();
        assert_eq!(none.replaced("text".to_owned(), "*"), "text");
    }
}
