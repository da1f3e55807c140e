//! The arguments of `explain`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use cors_explain::Known;
use cors_model::dialect::Engine;
use cors_model::request::CredentialsMode;

use crate::stop::Stop;

/// Shown below the options.
pub(crate) const AFTER_HELP: &str = "\
Examples:
  curl -sv -H 'Origin: https://app.example' https://api.example/x 2>curl.txt
  cors-conformance explain --request curl.txt
  cors-conformance explain --request request.txt --response preflight.txt --response actual.txt
  cors-conformance explain --har saved-from-developer-tools.har
  cors-conformance explain --as webkit --har saved-from-developer-tools.har
  cors-conformance explain origin/suffix-lookalike

Exit status:
  0  a browser shares the response, or allows the preflight; a case was explained
  1  a browser refuses (with --as: that engine), by CORS or, as it says itself, for another reason
  2  usage: something cannot be read, or is missing";

/// The arguments of `explain`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).multiple(true).args(["case", "request", "response", "har"]))]
pub struct ExplainArgs {
    /// A case of the library, by its id: what it demands and why, and what a browser does there; or
    /// `-` for what you paste: see --request
    #[arg(value_name = "CASE", conflicts_with_all = ["request", "response", "har"])]
    pub case: Option<String>,
    /// The request that the page's browser sends, its preflight, or both, as HTTP text or as
    /// `curl -v` shows them; with the responses in the same file if you like. Or what browsers copy:
    /// as cURL, as fetch, the network panel, the lines of the console. `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "har")]
    pub request: Vec<PathBuf>,
    /// A response as HTTP text; of several, the one to the preflight comes first. Without the request
    /// it needs --origin
    #[arg(long, value_name = "FILE", conflicts_with = "har")]
    pub response: Vec<PathBuf>,
    /// A HAR file saved by a browser's developer tools, or one entry of it; the first refused
    /// exchange in it is explained. `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub har: Option<PathBuf>,
    /// Which entry of the HAR file, counted from 0 as in log.entries
    #[arg(long, value_name = "N", requires = "har")]
    pub entry: Option<usize>,
    /// The origin of the page, when the request does not tell
    #[arg(long, value_name = "ORIGIN")]
    pub origin: Option<String>,
    /// How the page asks: fetch()'s `credentials`; of XMLHttpRequest `withCredentials` is `include`
    #[arg(long, value_name = "MODE")]
    pub credentials: Option<Credentials>,
    /// What an engine decides, with its departures from the standard
    #[arg(long = "as", value_name = "ENGINE")]
    pub engine: Option<EngineName>,
    /// All steps of the standard and all header lines
    #[arg(short = 'v', long)]
    pub verbose: bool,
    /// One JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

impl ExplainArgs {
    /// What is known of the engine that is asked about.
    pub(crate) fn known(&self) -> Result<Option<Known>, Stop> {
        let known = self.engine.map(|name| Known::of(name.into()));
        known.transpose().map_err(Stop::bug)
    }
}

/// An engine whose departures from the standard are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    /// Chromium
    Chromium,
    /// Firefox
    Firefox,
    /// WebKit, as GTK has it
    Webkit,
}

impl From<EngineName> for Engine {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Chromium => Self::Chromium,
            EngineName::Firefox => Self::Firefox,
            EngineName::Webkit => Self::Webkit,
        }
    }
}

/// A credentials mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Credentials {
    /// Never
    Omit,
    /// Only to the page's own origin
    SameOrigin,
    /// Always
    Include,
}

impl From<Credentials> for CredentialsMode {
    fn from(mode: Credentials) -> Self {
        match mode {
            Credentials::Omit => Self::Omit,
            Credentials::SameOrigin => Self::SameOrigin,
            Credentials::Include => Self::Include,
        }
    }
}
