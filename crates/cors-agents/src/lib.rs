//! Runs agent cases against a user agent under test: the model, browsers, emulators
