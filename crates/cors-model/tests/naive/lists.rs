//! Lists of tokens, read one byte after the other.

/// What has been seen of the current element.
enum Element {
    Nothing,
    Token(Vec<u8>),
    Finished(Vec<u8>),
}

/// The tokens of a list, `None` when it is none.
pub(crate) fn tokens(value: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let mut element = Element::Nothing;
    for &byte in value.iter().chain(b",") {
        element = match (byte, element) {
            (b',' | b' ' | b'\t', Element::Nothing) => Element::Nothing,
            (b',', Element::Token(token) | Element::Finished(token)) => {
                found.push(token);
                Element::Nothing
            }
            (b' ' | b'\t', Element::Token(token) | Element::Finished(token)) => {
                Element::Finished(token)
            }
            (_, Element::Finished(_)) => return None,
            (_, _) if !super::tables::TOKEN.contains(&byte) => return None,
            (_, Element::Nothing) => Element::Token(vec![byte]),
            (_, Element::Token(mut token)) => {
                token.push(byte);
                Element::Token(token)
            }
        };
    }
    Some(found)
}

/// The number of a max-age, `None` when it is none or too large for 128 bits.
pub(crate) fn seconds(value: &[u8]) -> Option<u128> {
    let text = std::str::from_utf8(value).ok()?;
    if text.starts_with(['+', '-']) {
        None
    } else {
        text.parse().ok()
    }
}

/// Elements of a value that is split at commas outside of quotes.
pub(crate) fn split(value: &[u8]) -> Vec<Vec<u8>> {
    let mut elements = vec![Vec::new()];
    let (mut quoted, mut escaped) = (false, false);
    for &byte in value {
        let last = elements.last_mut().expect("there is always one");
        if byte == b',' && !quoted {
            elements.push(Vec::new());
            continue;
        }
        last.push(byte);
        if escaped {
            escaped = false;
        } else if quoted && byte == b'\\' {
            escaped = true;
        } else if byte == b'"' {
            quoted = !quoted;
        }
    }
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    for element in &mut elements {
        while element.last().is_some_and(blank) {
            element.pop();
        }
        while element.first().is_some_and(blank) {
            element.remove(0);
        }
    }
    elements
}
