//! The case library of cors-conformance: types, strict reading, selection, embedded data
