//! Lists of tokens, read one byte after the other.

/// The tokens of a list, `None` when it is not a list.
pub(crate) fn tokens(value: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    // The places of what was seen of the current element, the same ones as long as that is nothing.
    let (mut start, mut end) = (0, 0);
    for (place, &byte) in value.iter().chain(b",").enumerate() {
        if byte == b',' {
            if start < end {
                found.push(&value[start..end]);
            }
            start = end;
        } else if super::tables::is_token(byte) {
            if start == end {
                start = place;
            } else if end < place {
                return None;
            }
            end = place + 1;
        } else if !matches!(byte, b' ' | b'\t') {
            return None;
        }
    }
    Some(found)
}

/// The number of a max-age, `None` when it is not a list; one too large for 32 bits is the largest.
pub(crate) fn seconds(value: &[u8]) -> Option<u32> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut number = 0_u32;
    for digit in value {
        number = number
            .saturating_mul(10)
            .saturating_add(u32::from(digit - b'0'));
    }
    Some(number)
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
