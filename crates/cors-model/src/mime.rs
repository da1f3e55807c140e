//! MIME types, as MIME Sniffing parses and serializes them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::header::{collect_http_quoted_string, is_token};

/// A MIME type: <https://mimesniff.spec.whatwg.org/#mime-type>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MimeType {
    /// Type and subtype with a slash between them, in lower case.
    essence: String,
    /// Names in lower case, each once, with their values.
    parameters: Vec<(String, String)>,
}

/// The text is not a MIME type.
///
/// What [parsing a MIME type](https://mimesniff.spec.whatwg.org/#parse-a-mime-type) fails with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAMimeType;

fn is_http_whitespace(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' ')
}

fn is_quoted_string_token(text: &str) -> bool {
    text.chars()
        .all(|c| matches!(c, '\t' | ' '..='~' | '\u{80}'..='\u{ff}'))
}

/// To parse a MIME type: <https://mimesniff.spec.whatwg.org/#parse-a-mime-type>
///
/// Lenient about parameters: those that make no sense are left out.
pub fn parse_mime_type(input: &str) -> Result<MimeType, NotAMimeType> {
    let input = input.trim_matches(is_http_whitespace);
    let (kind, rest) = input.split_once('/').ok_or(NotAMimeType)?;
    let (subtype, mut rest) = rest
        .split_once(';')
        .map_or((rest, None), |(subtype, parameters)| {
            (subtype, Some(parameters))
        });
    let subtype = subtype.trim_end_matches(is_http_whitespace);
    if !is_token(kind.as_bytes()) || !is_token(subtype.as_bytes()) {
        return Err(NotAMimeType);
    }
    let mut essence = String::with_capacity(input.len());
    essence.push_str(kind);
    essence.push('/');
    essence.push_str(subtype);
    essence.make_ascii_lowercase();
    let mut mime_type = MimeType {
        essence,
        parameters: Vec::new(),
    };
    while let Some(text) = rest {
        rest = mime_type.read_parameter(text.trim_start_matches(is_http_whitespace));
    }
    Ok(mime_type)
}

impl MimeType {
    /// Reads one parameter, and returns what follows its semicolon.
    fn read_parameter<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let end = text.find([';', '='])?;
        let (name, rest) = text.split_at(end);
        let Some(mut rest) = rest.strip_prefix('=') else {
            return rest.strip_prefix(';');
        };
        let (value, rest) = if rest.starts_with('"') {
            let value = collect_http_quoted_string(&mut rest, true);
            (value, rest.split_once(';').map(|(_, after)| after))
        } else {
            let (value, rest) = rest
                .split_once(';')
                .map_or((rest, None), |(value, after)| (value, Some(after)));
            let value = value.trim_end_matches(is_http_whitespace);
            if value.is_empty() {
                return rest;
            }
            (String::from(value), rest)
        };
        let name = name.to_ascii_lowercase();
        if is_token(name.as_bytes())
            && is_quoted_string_token(&value)
            && self.parameter(&name).is_none()
        {
            self.parameters.push((name, value));
        }
        rest
    }

    /// Type and subtype with a slash between them, in lower case.
    pub fn essence(&self) -> &str {
        &self.essence
    }

    /// The value of a parameter, whose name is given in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Gives a parameter that is there another value.
    pub(crate) fn change_parameter(&mut self, name: &str, value: &str) {
        for (known, current) in &mut self.parameters {
            if known == name {
                *current = String::from(value);
            }
        }
    }

    /// To serialize a MIME type: <https://mimesniff.spec.whatwg.org/#serialize-a-mime-type>
    pub fn serialize(&self) -> String {
        let mut serialization = self.essence.clone();
        for (name, value) in &self.parameters {
            serialization.push(';');
            serialization.push_str(name);
            serialization.push('=');
            if is_token(value.as_bytes()) {
                serialization.push_str(value);
            } else {
                serialization.push('"');
                for c in value.chars() {
                    if matches!(c, '"' | '\\') {
                        serialization.push('\\');
                    }
                    serialization.push(c);
                }
                serialization.push('"');
            }
        }
        serialization
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serialized(input: &str) -> Option<String> {
        parse_mime_type(input)
            .ok()
            .map(|mime_type| mime_type.serialize())
    }

    #[test]
    fn types_need_two_tokens() {
        for bad in [
            "",
            "text",
            "text/",
            "/plain",
            "text /plain",
            "text/ plain",
            "text/plain,",
            "text/plain x",
            "text/plain/x",
            "té/x",
            "text/é",
            ";x",
        ] {
            assert_eq!(parse_mime_type(bad), Err(NotAMimeType), "{bad}");
        }
        assert_eq!(
            serialized(" \r\n\ttext/PLAIN\n ").as_deref(),
            Some("text/plain")
        );
        assert_eq!(serialized("text/plain \t;").as_deref(), Some("text/plain"));
    }

    #[test]
    fn parameters_that_make_no_sense_are_left_out() {
        for (input, expected) in [
            ("a/b;c=d", "a/b;c=d"),
            ("a/b; C=D ;e=f", "a/b;c=D;e=f"),
            ("a/b;c", "a/b"),
            ("a/b;c;d=e", "a/b;d=e"),
            ("a/b;;;d=e", "a/b;d=e"),
            ("a/b;=x;d=e", "a/b;d=e"),
            ("a/b;c=;d=e", "a/b;d=e"),
            ("a/b;c= ;d=e", "a/b;d=e"),
            ("a/b;c=1;c=2", "a/b;c=1"),
            ("a/b;c d=1;e=2", "a/b;e=2"),
            ("a/b;c=\u{100};e=2", "a/b;e=2"),
            ("a/b;c=\u{1};e=2", "a/b;e=2"),
            ("a/b;c=x,y/z", "a/b;c=\"x,y/z\""),
            ("a/b;c=\u{e9}", "a/b;c=\"\u{e9}\""),
            ("a/b;c=\u{80}\u{ff}", "a/b;c=\"\u{80}\u{ff}\""),
        ] {
            assert_eq!(serialized(input).as_deref(), Some(expected), "{input}");
        }
    }

    #[test]
    fn quoted_values_are_unquoted() {
        for (input, expected) in [
            ("a/b;c=\"d\"", "a/b;c=d"),
            ("a/b;c=\"d;e\"x;f=g", "a/b;c=\"d;e\";f=g"),
            ("a/b;c=\"\"", "a/b;c=\"\""),
            ("a/b;c=\"d\\\"e\\\\\"", "a/b;c=\"d\\\"e\\\\\""),
            ("a/b;c=\"d", "a/b;c=d"),
            ("a/b;c=\"d\";", "a/b;c=d"),
        ] {
            assert_eq!(serialized(input).as_deref(), Some(expected), "{input}");
        }
    }

    #[test]
    fn parameters_can_be_read_and_changed() {
        let mut mime_type = parse_mime_type("Text/Plain;CHARSET=Latin1;x=y").unwrap();
        assert_eq!(mime_type.essence(), "text/plain");
        assert_eq!(mime_type.parameter("charset"), Some("Latin1"));
        assert_eq!(mime_type.parameter("boundary"), None);
        mime_type.change_parameter("charset", "UTF-8");
        assert_eq!(mime_type.serialize(), "text/plain;charset=UTF-8;x=y");
    }
}
