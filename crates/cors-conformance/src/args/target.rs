//! What is run against: the arguments that `run` and `fuzz` share.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use cors_model::url::Url;

use super::values::{parse_seconds, parse_url};

/// The target and its policy.
#[derive(Debug, Clone, Args)]
pub struct TargetArgs {
    /// The resource to test, such as http://127.0.0.1:8080/resource; or a server with a /kit.json.
    /// Without it, and without --cmd, the reference server inside this program
    #[arg(value_name = "URL", value_parser = parse_url)]
    pub url: Option<Url>,
    /// What the server is meant to allow (TOML); without it that is learnt from the server
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Start this command once for each policy that the cases need, with PORT and CORS_POLICY in
    /// its environment, and test what then listens
    #[arg(long, value_name = "CMD",
          conflicts_with_all = ["url", "policy", "rate", "unsafe_methods"])]
    pub cmd: Option<String>,
    /// How long the command may take until it listens [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, requires = "cmd")]
    pub start_timeout: Option<Duration>,
}

impl TargetArgs {
    /// Whether none is named: the reference server inside this program is meant.
    pub(crate) const fn is_none(&self) -> bool {
        self.url.is_none() && self.cmd.is_none() && self.policy.is_none()
    }
}
