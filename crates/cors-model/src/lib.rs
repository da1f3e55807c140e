//! The CORS parts of the Fetch standard, executable
