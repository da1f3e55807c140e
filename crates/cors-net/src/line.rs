//! A header line.

/// A header line: name and value.
pub type Line = (Vec<u8>, Vec<u8>);
