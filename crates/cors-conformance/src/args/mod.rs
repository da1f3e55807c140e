//! The arguments. Where an option exists in curl it has curl's name and meaning.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use cors_report::registry::Kind;
use url::Url;

pub use crate::transport::TransportArgs;
pub use asking::Asking;
pub(crate) use values::{
    parse_cookie, parse_header, parse_report, parse_seconds, parse_url, report_help,
};

mod asking;
mod values;

/// Shown below the options, since scripts need it and people look for it there.
const AFTER_HELP: &str = "\
Exit status:
  0  as expected
  1  a failure at or above --fail-on
  2  usage: arguments, policy or cases cannot be used, or a selector matches nothing
  3  target unreachable, not started or not understood
  4  nothing ran
  5  expectations out of date
  6  a bug of the suite itself
  7  cut short
The first of 6, 2, 3, 1, 7, 4, 5, 0 that applies.";

/// A conformance suite for the CORS protocol: what would a browser decide about this server, and
/// is that what its policy wants?
#[derive(Debug, Parser)]
#[command(
    name = "cors-conformance",
    version,
    args_conflicts_with_subcommands = true,
    after_help = AFTER_HELP,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do; `run` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The arguments of `run`.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the cases against a server (the default)
    #[command(after_help = AFTER_HELP)]
    Run(Box<RunArgs>),
    /// Run the agent cases on a user agent
    #[command(after_help = AFTER_HELP)]
    Agent(AgentArgs),
    /// Render runs of the agent cases as a page for people, one HTML file
    Report(ReportArgs),
    /// List the cases that a selection names
    List(ListArgs),
    /// Keep the file of known failures, cors-conformance.toml
    #[command(after_help = AFTER_HELP)]
    Baseline(crate::baseline::BaselineArgs),
    /// Put a server of the testbed on this machine, until Ctrl-C
    Serve(ServeArgs),
    /// Test the suite itself: on servers that are faulty and on servers that are right
    #[command(after_help = AFTER_HELP)]
    SelfTest(SelfTestArgs),
    /// Send generated requests to a server, and make what goes wrong short
    #[command(after_help = AFTER_HELP)]
    Fuzz(Box<crate::fuzz::args::FuzzArgs>),
    /// Fuzz the testbed's servers, and count the requests until each fault is found
    #[command(hide = true)]
    FuzzHunt(crate::fuzz::hunt::HuntArgs),
    /// Explain what a browser decides about an exchange, step by step, or what a case demands
    #[command(after_help = crate::explain::args::AFTER_HELP)]
    Explain(crate::explain::args::ExplainArgs),
}

/// The arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
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
    /// What helps to learn a policy that is not stated.
    #[command(flatten)]
    pub probe: crate::probe::ProbeArgs,
    /// Which cases.
    #[command(flatten)]
    pub selection: Selection,
    /// How the target is asked.
    #[command(flatten)]
    pub asking: Asking,
    /// Give up after this many seconds, for the whole run [default: 120]
    #[arg(short = 'm', long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub max_time: Option<Duration>,
    /// Run this many cases at a time
    #[arg(short = 'j', long, value_name = "N", default_value_t = 8,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Run the cases this many times, one round after the other
    #[arg(long, value_name = "N", default_value = "1")]
    pub repeat: NonZeroU32,
    /// Known failures.
    #[command(flatten)]
    pub baseline: crate::baseline::BaselineFile,
    /// Ask again as Chromium, Firefox and WebKit do, and say where their verdict, or what they send,
    /// is not the standard's
    #[arg(long)]
    pub engines: bool,
    /// The lowest level whose failure makes the exit status 1
    #[arg(long, value_name = "LEVEL", default_value = "must")]
    pub fail_on: FailOn,
    /// Reports to write.
    #[arg(long, value_name = "KIND=PATH", value_parser = parse_report, help = report_help())]
    pub report: Vec<Report>,
    /// List each case; twice: with exchanges and steps, of passes too
    #[arg(short = 'v', long, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// The arguments of `agent`.
#[derive(Debug, Args)]
pub struct AgentArgs {
    /// The user agent
    #[arg(value_name = "NAME", required_unless_present = "cmd")]
    pub name: Option<AgentName>,
    /// Run this program instead: it reads fetches and answers with what came of them, as JSON lines
    #[arg(long, value_name = "CMD", conflicts_with_all = ["name", "jobs", "record"])]
    pub cmd: Option<String>,
    /// Which cases.
    #[command(flatten)]
    pub selection: Selection,
    /// Run this many cases at a time
    #[arg(short = 'j', long, value_name = "N", default_value_t = 8,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// Give up after this many seconds, for the whole run [default: 300]
    #[arg(short = 'm', long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub max_time: Option<Duration>,
    /// What the agent is known to do otherwise than the standard, instead of what is embedded
    #[arg(long, value_name = "FILE")]
    pub expectations: Option<PathBuf>,
    /// A script for the page, in place of its own: to see that a broken one fails
    #[arg(long, value_name = "FILE", hide = true)]
    pub page: Option<PathBuf>,
    /// A header that the scripted servers leave out: to see that broken ones fail
    #[arg(long, value_name = "NAME", hide = true)]
    pub leave_out: Option<String>,
    /// Write what the engine did, as vectors/agent/observed has it
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Run cases that are refused, one for each step that refuses, and write what the engine says of
    /// them on its console into this record
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "cmd"], hide = true)]
    pub console: Option<PathBuf>,
    /// Reports to write.
    #[arg(long, value_name = "KIND=PATH", value_parser = parse_report, help = report_help())]
    pub report: Vec<Report>,
    /// List each case; twice: with requests and steps, of passes too
    #[arg(short = 'v', long, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// The user agents that agent cases can be run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AgentName {
    /// The reference model of this suite
    Model,
    /// Chromium, headless (CORS_CHROMIUM, chromium)
    Chromium,
    /// Firefox, headless (CORS_FIREFOX, firefox-esr)
    Firefox,
    /// WebKitGTK's MiniBrowser on a virtual display (CORS_WEBKIT, CORS_XVFB)
    Webkit,
    /// jsdom in Node.js, from npm (CORS_NODE, CORS_EMULATORS)
    Jsdom,
    /// happy-dom in Node.js, from npm (CORS_NODE, CORS_EMULATORS)
    HappyDom,
}

/// The arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Streams of events to show, as `agent NAME --report ndjson=FILE` writes them
    #[arg(value_name = "FILE")]
    pub runs: Vec<PathBuf>,
    /// Show the embedded record of this agent; may be given several times. Without it and without
    /// FILE those of chromium, firefox and webkit
    #[arg(long, value_name = "NAME")]
    pub agent: Vec<AgentName>,
    /// Which cases.
    #[command(flatten)]
    pub selection: Selection,
    /// Where the page is written; `-`, or without it, standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

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

/// The arguments of `self-test`.
#[derive(Debug, Args)]
pub struct SelfTestArgs {
    /// Which cases.
    #[command(flatten)]
    pub selection: Selection,
    /// Write which cases catch which faults as JSON; `-` is standard output (people's text then
    /// goes to standard error)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Compare what was caught with this file
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Write that file instead
    #[arg(long, requires = "snapshot")]
    pub update: bool,
    /// Run the faulty servers in probe mode too, and count which of them are caught there; that
    /// takes several times as long
    #[arg(long)]
    pub probe: bool,
    /// Run the faulty servers under policies as users have them, by URL and with a stated policy,
    /// instead of under the named ones
    #[arg(long, conflicts_with_all = ["snapshot", "probe"])]
    pub policies: bool,
    /// With --policies: look at one pair of a server and a policy out of so many
    #[arg(long, value_name = "N", requires = "policies",
          value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    pub sample: Option<usize>,
    /// With --policies: only those policies of the grid whose names begin so
    #[arg(long = "policy", value_name = "NAME", requires = "policies")]
    pub shapes: Vec<String>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

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

/// The lowest level whose failure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Grammar, the text of an RFC, or a policy that is not realised in a browser
    Must,
    /// The standard's own advice as well
    Should,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A report to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// In which format.
    pub kind: Kind,
    /// Where to; `None` is standard output.
    pub path: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Cli, String> {
        let words = std::iter::once("cors-conformance").chain(arguments.iter().copied());
        Cli::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_is_the_default() {
        let bare = parse(&["http://127.0.0.1/", "-t", "origin/*"]).unwrap();
        assert!(bare.command.is_none());
        assert_eq!(bare.run.url.unwrap().as_str(), "http://127.0.0.1/");
        let named = parse(&["run", "http://127.0.0.1/", "-vv"]).unwrap();
        let Some(Command::Run(run)) = named.command else {
            panic!("{named:?}")
        };
        assert_eq!(run.verbose, 2);
        assert!(matches!(
            parse(&["list"]).unwrap().command,
            Some(Command::List(_))
        ));
    }

    #[test]
    fn a_wrong_argument_is_named_with_what_was_expected() {
        for (arguments, said) in [
            (&["127.0.0.1:80"][..], "http"),
            (&["ftp://127.0.0.1/"], "expected http or https"),
            (&["http://a:b@127.0.0.1/"], "Authorization"),
            (&["http://127.0.0.1/#x"], "fragment"),
            (&["-H", "X-A"], "no colon"),
            (&["-H", "X A: b"], "not a header name"),
            (&["-H", "Origin: null"], "cases vary"),
            (&["-H", "access-control-request-method: PUT"], "cases vary"),
            (&["-H", "A: b\nc"], "no header value can"),
            (&["--cmd", "x", "http://127.0.0.1/"], "cannot be used with"),
            (&["--cmd", "x", "--policy", "y"], "cannot be used with"),
            (&["--start-timeout", "1"], "--cmd <CMD>"),
            (&["--cmd", "x", "-k"], "cannot be used with"),
            (&["--cmd", "x", "--rate", "1"], "cannot be used with"),
            (&["--http1.1", "--http2"], "cannot be used with"),
            (&["--cacert", "x", "-k"], "cannot be used with"),
            (&["--resolve", "a:80"], "HOST:PORT:ADDRESS"),
            (&["--connect-to", "a:80"], "HOST1:PORT1"),
            (&["-x", "socks5://localhost"], "socks5 is not supported"),
            (&["-b", "jar.txt"], "files are not read"),
            (&["-b", "a=\n"], "0x0a"),
            (&["--rate", "0"], "zero"),
            (&["--repeat", "0"], "zero"),
            (&["-m", "0"], "more than 0"),
            (&["-m", "soon"], "number of seconds"),
            (&["-m", "inf"], "more than 0"),
            (&["--report", "sarif=x"], "there are junit and ndjson"),
            (&["--report", "ndjson"], "KIND=PATH"),
            (&["--report", "ndjson="], "empty"),
            (&["-j", "0"], "1..=256"),
            (&["--fail-on", "info"], "must, should"),
        ] {
            let error = parse(arguments).unwrap_err();
            assert!(error.contains(said), "{arguments:?}: {error}");
        }
    }

    #[test]
    fn headers_and_reports_are_read() {
        let cli = parse(&["-H", "Authorization:  Bearer x ", "--report", "ndjson=-"]).unwrap();
        assert_eq!(
            cli.run.asking.headers,
            [("Authorization".to_owned(), "Bearer x".to_owned())]
        );
        assert_eq!(
            cli.run.report,
            [Report {
                kind: Kind::named("ndjson").unwrap(),
                path: None
            }]
        );
    }
}
