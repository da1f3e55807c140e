//! Bytes from the wire as text for people.
//!
//! Servers and pages choose their header values, terminals and parsers obey some of the bytes, and
//! some values are secrets. Whatever is printed or written down goes through here first.
//!
//! - [`escape`] makes printable ASCII of bytes, and words of a shell.
//! - [`command`] breaks long lines for a shell.
//! - [`redact`] takes secrets out of such text.
//! - [`terminal`] makes text from elsewhere safe for a terminal.
//! - [`blanks`] knows the white space of HTTP.
//! - [`difference`] finds the columns in which a value departs from what was expected.
//! - [`style`] has the few styles of terminal output.
//!
//! ```
//! use cors_text::escape::{escape, shell_word};
//! use cors_text::redact::Redactor;
//!
//! assert_eq!(escape(b"https://app.example\x0c"), r"https://app.example\x0c");
//! assert_eq!(shell_word(b"Origin: null"), "'Origin: null'");
//!
//! let secret = (b"X-Api-Key".to_vec(), b"s3cret".to_vec());
//! let redactor = Redactor::new(&[secret], None);
//! assert_eq!(redactor.text("the key s3cret is wrong"), "the key [redacted] is wrong");
//! ```

pub mod blanks;
pub mod command;
pub mod difference;
pub mod escape;
mod forms;
mod parts;
pub mod redact;
pub mod style;
pub mod terminal;
