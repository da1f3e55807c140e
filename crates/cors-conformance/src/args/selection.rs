//! Which cases are run, and which of them are known to fail.

use std::path::PathBuf;

use clap::Args;

/// Which cases.
#[derive(Debug, Args)]
pub struct Selection {
    /// Only cases whose id matches; `*` stands within, `**` across slashes; also tag:WORD,
    /// level:LEVEL, spec:CITATION, rule:ID
    #[arg(short = 't', long = "test", value_name = "GLOB")]
    pub tests: Vec<String>,
    /// Not the cases that match, in the same forms
    #[arg(long, value_name = "GLOB")]
    pub skip: Vec<String>,
    /// Case files, or a folder of them, to add to the embedded ones
    #[arg(long, value_name = "PATH")]
    pub vectors: Vec<PathBuf>,
}

/// Where known failures are written down.
#[derive(Debug, Args)]
pub struct BaselineFile {
    /// The file of known failures [default: cors-conformance.toml, when there is one]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}
