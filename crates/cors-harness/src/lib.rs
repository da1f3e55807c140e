//! Runs server cases against a server under test and judges it
