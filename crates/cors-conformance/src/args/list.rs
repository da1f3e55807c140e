//! The arguments of `list` and of `serve`, which show what there is.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::selection::Selection;

/// The arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which cases.
    #[command(flatten)]
    pub selection: Selection,
    /// Only cases of this kind
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: Option<CaseKind>,
    /// Say of each case about servers whether it runs against one with this policy (TOML), and why
    /// not
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// With title, policy and citations
    #[arg(short = 'v', long)]
    pub verbose: bool,
}

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CaseKind {
    /// What must hold of a server that has a policy
    Server,
    /// What a browser or another user agent must do
    Agent,
}

/// The arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// List the faulty servers and the legitimate variants instead
    #[arg(long, conflicts_with_all = ["fault", "variant", "policy", "port"])]
    pub list: bool,
    /// With --list: as one line of JSON, `{"faults": [{"name", "class", "about"}], "variants":
    /// [{"name", "about"}]}`
    #[arg(long, requires = "list")]
    pub json: bool,
    /// Do one thing wrong; without it, and without --variant, the server is the reference server
    #[arg(long, value_name = "NAME", conflicts_with = "variant")]
    pub fault: Option<String>,
    /// Do one thing otherwise that is just as right
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// What the server is meant to allow (TOML), at /resource; without it, all named policies,
    /// listed at /kit.json
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The port; 0 is any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
}
