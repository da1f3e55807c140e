//! What helps to learn a policy that is not stated.

use std::path::PathBuf;

use clap::Args;
use cors_vectors::origin::check_serialized;

/// What helps to learn a policy.
#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// An origin that the server may allow, to ask about when its policy is not stated; may be
    /// repeated
    #[arg(long = "origin", value_name = "ORIGIN", value_parser = parse_origin,
          requires = "url", conflicts_with_all = ["policy", "cmd"])]
    pub origins: Vec<String>,
    /// Write the policy that was learnt from the server to this file, which must not exist yet
    #[arg(long, value_name = "FILE", requires = "url", conflicts_with_all = ["policy", "cmd"])]
    pub write_policy: Option<PathBuf>,
}

fn parse_origin(text: &str) -> Result<String, String> {
    match check_serialized(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(problem) => Err(problem.to_string()),
    }
}

impl ProbeArgs {
    /// An option that means nothing where the policy needs not be learnt.
    pub(crate) fn given(&self) -> Option<&'static str> {
        if !self.origins.is_empty() {
            Some("--origin")
        } else if self.write_policy.is_some() {
            Some("--write-policy")
        } else {
            None
        }
    }
}
