//! Mistakes in the bytes of a message, which most HTTP clients hide.

use http::Method;

use super::fault::{Fault, fault};
use crate::header::text;
use crate::wire::{Message, Wire};

/// What stands where nothing may.
const SURPLUS: &[u8] = b"OK\n";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "preflight-204-then-bytes",
        "P11",
        "Answers preflights with 204, and bytes after it.",
        |b| {
            b.wire = Some(Wire {
                content: |message| match message.reply.status().as_u16() {
                    204 => SURPLUS.to_vec(),
                    _ => (Wire::REFERENCE.content)(message),
                },
                ..Wire::REFERENCE
            });
        },
    ),
    fault(
        "length-too-small",
        "D7",
        "States a length that is smaller than the body.",
        |b| {
            b.wire = Some(Wire {
                content: |message| with_surplus((Wire::REFERENCE.content)(message)),
                ..Wire::REFERENCE
            });
        },
    ),
    fault(
        "length-beside-chunks",
        "D7",
        "States a length beside Transfer-Encoding: chunked.",
        |b| {
            b.wire = Some(Wire {
                framing: |message| {
                    let length = (Wire::REFERENCE.framing)(message);
                    if length.is_empty() {
                        return length;
                    }
                    format!("{length}transfer-encoding: chunked\r\n")
                },
                content: |message| {
                    let content = (Wire::REFERENCE.content)(message);
                    let framed = !(Wire::REFERENCE.framing)(message).is_empty();
                    if !framed || message.method == Method::HEAD {
                        return content;
                    }
                    chunked(&content)
                },
                ..Wire::REFERENCE
            });
        },
    ),
    fault(
        "head-with-body",
        "D7",
        "Sends the body in answer to HEAD too.",
        |b| {
            b.wire = Some(Wire {
                content: |message| {
                    if message.method == Method::HEAD {
                        return with_surplus(message.reply.body().to_vec());
                    }
                    (Wire::REFERENCE.content)(message)
                },
                ..Wire::REFERENCE
            });
        },
    ),
    fault(
        "blank-before-colon",
        "D7",
        "Writes a blank before the colon of Access-Control-Allow-Origin.",
        |b| {
            b.wire = Some(Wire {
                line: |name, value| {
                    if name == "access-control-allow-origin" {
                        return format!("{name} : {value}\r\n");
                    }
                    (Wire::REFERENCE.line)(name, value)
                },
                ..Wire::REFERENCE
            });
        },
    ),
    fault(
        "lists-folded",
        "D7",
        "Continues a list on the next line after each comma.",
        |b| {
            b.wire = Some(Wire {
                line: |name, value| {
                    let value = value.replace(", ", ",\r\n ");
                    (Wire::REFERENCE.line)(name, &value)
                },
                ..Wire::REFERENCE
            });
        },
    ),
    fault(
        "interim-answer-with-length",
        "D7",
        "Sends an interim answer that states a length.",
        |b| {
            b.wire = Some(Wire {
                before: |_| "HTTP/1.1 103 Early Hints\r\ncontent-length: 0\r\n\r\n".to_owned(),
                ..Wire::REFERENCE
            });
        },
    ),
    fault(
        "grants-in-interim-answer-only",
        "D7",
        "Sends the grants in an interim answer and not in the last.",
        |b| {
            b.wire = Some(Wire {
                before: |message| format!("HTTP/1.1 103 Early Hints\r\n{}\r\n", grants(message)),
                line: without_grants,
                ..Wire::REFERENCE
            });
        },
    ),
    fault(
        "grants-in-trailers-only",
        "D7",
        "Sends the grants behind the content and not before it.",
        |b| {
            b.wire = Some(Wire {
                line: without_grants,
                framing: |message| match (Wire::REFERENCE.framing)(message) {
                    none if none.is_empty() || message.method == Method::HEAD => none,
                    _ => "transfer-encoding: chunked\r\n".to_owned(),
                },
                content: |message| {
                    let content = (Wire::REFERENCE.content)(message);
                    let framed = !(Wire::REFERENCE.framing)(message).is_empty();
                    if !framed || message.method == Method::HEAD {
                        return content;
                    }
                    let mut bytes = chunked(&content);
                    bytes.truncate(bytes.len() - 2);
                    [bytes, grants(message).into_bytes(), b"\r\n".to_vec()].concat()
                },
                ..Wire::REFERENCE
            });
        },
    ),
    fault(
        "header-names-by-spelling",
        "D7",
        "Knows header names in the spelling of browsers only.",
        |b| {
            b.wire = Some(Wire {
                knows: |name| name == "Host" || is_title_case(name),
                ..Wire::REFERENCE
            });
        },
    ),
];

fn without_grants(name: &str, value: &str) -> String {
    if name.starts_with("access-control-") {
        String::new()
    } else {
        (Wire::REFERENCE.line)(name, value)
    }
}

/// The lines of the grants.
fn grants(message: &Message<'_>) -> String {
    let lines = message.reply.headers().iter();
    let grants = lines.filter(|(name, _)| name.as_str().starts_with("access-control-"));
    grants
        .map(|(name, value)| (Wire::REFERENCE.line)(name.as_str(), &text(value)))
        .collect()
}

fn with_surplus(content: Vec<u8>) -> Vec<u8> {
    if content.is_empty() {
        content
    } else {
        [content.as_slice(), SURPLUS].concat()
    }
}

fn chunked(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if !content.is_empty() {
        bytes.extend(format!("{:x}\r\n", content.len()).into_bytes());
        bytes.extend([content, b"\r\n"].concat());
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

fn is_title_case(name: &str) -> bool {
    name.split('-').all(|word| {
        word.starts_with(|first: char| first.is_ascii_uppercase())
            && !word.chars().skip(1).any(|other| other.is_ascii_uppercase())
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::reply::Reply;

    #[test]
    fn chunks_end_with_an_empty_one() {
        assert_eq!(chunked(b"ok"), b"2\r\nok\r\n0\r\n\r\n");
        assert_eq!(chunked(b""), b"0\r\n\r\n");
    }

    #[test]
    fn a_length_beside_chunks_is_stated_where_there_is_content() {
        let fault = super::super::find("length-beside-chunks").unwrap();
        let wire = fault.behaviour().wire.unwrap();
        let reply = Reply::new(Bytes::from_static(b"ok"));
        let method = Method::GET;
        let message = Message {
            method: &method,
            reply: &reply,
        };
        assert_eq!(
            (wire.framing)(&message),
            "content-length: 2\r\ntransfer-encoding: chunked\r\n"
        );
        assert_eq!((wire.content)(&message), b"2\r\nok\r\n0\r\n\r\n");
    }

    #[test]
    fn names_are_spelled_as_by_browsers() {
        assert!(is_title_case("Access-Control-Request-Method"));
        assert!(!is_title_case("ORIGIN") && !is_title_case("origin"));
    }
}
