//! A conformance suite and fuzzer for the CORS protocol
