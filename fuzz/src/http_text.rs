//! HTTP text as `explain` reads it: what was understood can be written as HTTP and is understood
//! alike.
//!
//! Input: a text.

use cors_explain::http_text::read;
use cors_explain::message::{Field, Message};

fn write(message: &Message, out: &mut Vec<u8>) {
    let fields = match message {
        Message::Request(request) => {
            out.extend(
                [
                    request.method.as_slice(),
                    b" ",
                    &request.target,
                    b" HTTP/1.1\r\n",
                ]
                .concat(),
            );
            &request.fields
        }
        Message::Response(response) => {
            out.extend(format!("HTTP/1.1 {} x\r\n", response.status).into_bytes());
            &response.fields
        }
    };
    for Field { name, value } in fields {
        // Bodies are not kept, so that nothing may say that there is one.
        let framing = [&b"content-length"[..], b"transfer-encoding"];
        if !framing.contains(&name.to_ascii_lowercase().as_slice()) {
            out.extend([name.as_slice(), b": ", value, b"\r\n"].concat());
        }
    }
    out.extend(b"\r\n");
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let Ok(messages) = read(data) else { return };
    assert!(!messages.is_empty());
    let mut text = Vec::new();
    for message in &messages {
        write(message, &mut text);
    }
    let again = read(&text);
    let again = again.unwrap_or_else(|error| panic!("{}: {error}", text.escape_ascii()));
    let mut text_again = Vec::new();
    for message in &again {
        write(message, &mut text_again);
    }
    assert_eq!(
        text.escape_ascii().to_string(),
        text_again.escape_ascii().to_string()
    );
}
