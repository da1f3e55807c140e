//! HTTP/1.1 messages written byte for byte: no library would let lines repeat, names keep their
//! case, or odd bytes pass.

// Bytes are counted here, as others say.
#![warn(clippy::arithmetic_side_effects)]

use crate::line::Line;

/// Writes a header line.
pub fn line(bytes: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    bytes.extend([name, b": ", value, b"\r\n"].concat());
}

/// The bytes of a head: its first line, without its end, and its header lines in order.
pub fn head(first: &[u8], lines: &[Line]) -> Vec<u8> {
    let mut bytes = [first, b"\r\n"].concat();
    for (name, value) in lines {
        line(&mut bytes, name, value);
    }
    bytes.extend(b"\r\n");
    bytes
}
