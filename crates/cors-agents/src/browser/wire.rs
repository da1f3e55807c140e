//! Responses byte for byte as a case scripts them.
//!
//! A library would repair what the cases want broken: the order and case of names, repeated lines,
//! spaces, bytes outside ASCII, statuses that nobody has registered.

use cors_net::message::Line;
use cors_net::write::{self, line};
use cors_vectors::agent::Answer;
use cors_vectors::text::TextError;

use crate::world::World;

/// What goes back over a connection.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether the connection ends after them.
    pub close: bool,
}

/// The bytes of a scripted answer to a request with this `Origin` header. `None` stands for the
/// default answer: 200 and no headers.
///
/// # Errors
///
/// A text of the answer that cannot be expanded.
pub fn scripted(
    world: &World,
    answer: Option<&Answer>,
    method: &[u8],
    origin: &[u8],
) -> Result<Reply, TextError> {
    let Some(answer) = answer else {
        return Ok(Reply {
            bytes: head(200, &[(b"Content-Length".to_vec(), b"0".to_vec())]),
            close: false,
        });
    };
    if answer.drop {
        return Ok(Reply {
            close: true,
            ..Reply::default()
        });
    }
    let lines = |pairs: &[cors_vectors::text::HeaderPair]| {
        pairs
            .iter()
            .map(|(name, value)| {
                let expand = |text| world.expand(text, Some(origin));
                Ok((expand(name)?, expand(value)?))
            })
            .collect::<Result<Vec<Line>, TextError>>()
    };
    let mut bytes = Vec::new();
    for interim in &answer.interim {
        bytes.extend(head(interim.status, &lines(&interim.headers)?));
    }
    let mut headers = lines(&answer.headers)?;
    let body = match &answer.body {
        Some(text) => world.expand(text, Some(origin))?,
        None => Vec::new(),
    };
    let trailers = lines(&answer.trailers)?;
    let states = |wanted: &[u8]| {
        headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let chunked = states(b"transfer-encoding") || !trailers.is_empty();
    // What the case says of the framing need not be true: nothing may follow it.
    let close = states(b"transfer-encoding") || states(b"content-length");
    let bodiless = matches!(answer.status, 204 | 304);
    if !trailers.is_empty() && !states(b"transfer-encoding") {
        headers.push((b"Transfer-Encoding".to_vec(), b"chunked".to_vec()));
    } else if !close && !bodiless {
        let length = body.len().to_string().into_bytes();
        headers.push((b"Content-Length".to_vec(), length));
    }
    if close {
        headers.push((b"Connection".to_vec(), b"close".to_vec()));
    }
    bytes.extend(head(answer.status, &headers));
    if !bodiless && method != b"HEAD" {
        if chunked {
            if !body.is_empty() {
                bytes.extend(format!("{:x}\r\n", body.len()).into_bytes());
                bytes.extend(&body);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n");
            for (name, value) in &trailers {
                line(&mut bytes, name, value);
            }
            bytes.extend(b"\r\n");
        } else {
            bytes.extend(&body);
        }
    }
    Ok(Reply { bytes, close })
}

/// An answer of our own, which no cache keeps.
pub fn own(status: u16, content_type: &str, more: &[(&str, &str)], body: &[u8]) -> Reply {
    let length = body.len().to_string();
    let mut lines: Vec<Line> = [
        ("Content-Type", content_type),
        ("Cache-Control", "no-store"),
        ("Content-Length", &length),
    ]
    .iter()
    .chain(more)
    .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
    .collect();
    if status == 204 {
        lines.retain(|(name, _)| name == b"Cache-Control" || name.starts_with(b"Access"));
    }
    let mut bytes = head(status, &lines);
    bytes.extend(body);
    Reply {
        bytes,
        close: false,
    }
}

fn head(status: u16, lines: &[Line]) -> Vec<u8> {
    write::head(format!("HTTP/1.1 {status} Scripted").as_bytes(), lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::case_with_server;

    fn bytes_of(server: &str, method: &[u8]) -> (String, bool) {
        let case = case_with_server("a/b", server);
        let world = World::of_model(&case);
        let reply = scripted(&world, case.server.first(), method, b"https://o").unwrap();
        (reply.bytes.escape_ascii().to_string(), reply.close)
    }

    #[test]
    fn answers_are_the_scripted_bytes_and_a_length() {
        let server =
            r#"[{ "headers": [["ACAO", " {origin} "], ["acao", {"hex": "e9"}]], "body": "hi" }]"#;
        assert_eq!(
            bytes_of(server, b"GET").0,
            r"HTTP/1.1 200 Scripted\r\nACAO:  https://o \r\nacao: \xe9\r\nContent-Length: 2\r\n\r\nhi"
        );
        assert!(bytes_of(server, b"HEAD").0.ends_with(r"2\r\n\r\n"));
        assert_eq!(
            bytes_of(r#"[{ "status": 204 }]"#, b"OPTIONS"),
            (r"HTTP/1.1 204 Scripted\r\n\r\n".to_owned(), false)
        );
        assert_eq!(
            bytes_of("[]", b"GET").0,
            r"HTTP/1.1 200 Scripted\r\nContent-Length: 0\r\n\r\n"
        );
    }

    #[test]
    fn framing_that_the_case_states_ends_the_connection() {
        let server = r#"[{ "headers": [["Content-Length", "5"]], "body": "hi" }]"#;
        let (bytes, close) = bytes_of(server, b"GET");
        assert!(close && bytes.contains("Connection: close") && bytes.ends_with("hi"));
        assert_eq!(
            bytes_of(r#"[{ "drop": true }]"#, b"GET"),
            (String::new(), true)
        );
    }

    #[test]
    fn interim_answers_come_first_and_trailers_last() {
        let server = r#"[{ "interim": [{ "status": 103, "headers": [["Link", "x"]] }],
                           "body": "hi", "trailers": [["X-T", "1"]] }]"#;
        let (bytes, _) = bytes_of(server, b"GET");
        assert!(bytes.starts_with(r"HTTP/1.1 103 Scripted\r\nLink: x\r\n\r\nHTTP/1.1 200"));
        assert!(bytes.ends_with(r"chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n"));
    }
}
