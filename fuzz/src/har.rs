//! HAR files as `explain` reads them.
//!
//! Input: the text of one.

use cors_explain::har::read;

/// Runs one input.
pub fn run(data: &[u8]) {
    match read(data) {
        Ok(har) => {
            // However it is written, it is the same.
            let value: serde_json::Value =
                serde_json::from_slice(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data))
                    .expect("what was read is JSON");
            let written = value.to_string();
            assert_eq!(read(written.as_bytes()).as_ref(), Ok(&har));
            for entry in &har.entries {
                assert!(!entry.request.method.is_empty());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
