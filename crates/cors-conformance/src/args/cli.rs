//! The command line as a whole. Where an option exists in curl it has curl's name and meaning.

use clap::{Parser, Subcommand};

use super::adapter::AdapterArgs;
use super::agent::{AgentArgs, ReportArgs};
use super::baseline::BaselineArgs;
use super::explain::{self, ExplainArgs};
use super::fuzz::{FuzzArgs, HuntArgs};
use super::list::{ListArgs, ServeArgs};
use super::run::RunArgs;
use super::self_test::SelfTestArgs;
use super::values::Color;

/// Shown below the options, since scripts need it and people look for it there.
const AFTER_HELP: &str = "\
Exit status:
  0  as expected
  1  a failure at or above --fail-on
  2  usage: arguments, policy or cases cannot be used, or a selector matches nothing
  3  target unreachable, not started or not understood
  4  nothing ran
  5  expectations out of date
  6  a fault of the suite, or of the machine it runs on
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
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Color,
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
    Baseline(BaselineArgs),
    /// Write a program that puts a library of yours under test, or check such a program
    #[command(after_help = AFTER_HELP)]
    Adapter(AdapterArgs),
    /// Put a server of the testbed on this machine, until Ctrl-C
    Serve(ServeArgs),
    /// Test the suite itself: on servers that are faulty and on servers that are right
    #[command(after_help = AFTER_HELP)]
    SelfTest(SelfTestArgs),
    /// Send generated requests to a server, and make what goes wrong short
    #[command(after_help = AFTER_HELP)]
    Fuzz(Box<FuzzArgs>),
    /// Fuzz the testbed's servers, and count the requests until each fault is found
    #[command(hide = true)]
    FuzzHunt(HuntArgs),
    /// Explain what a browser decides about an exchange, step by step, or what a case demands
    #[command(after_help = explain::AFTER_HELP)]
    Explain(ExplainArgs),
    /// Write the man pages, and completions for bash, zsh, fish and PowerShell, into a folder
    #[cfg(feature = "pages")]
    #[command(hide = true)]
    Pages {
        /// The folder; it is made
        folder: std::path::PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use cors_report::registry::Kind;

    use super::super::values::Report;
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
        assert_eq!(
            bare.run.target.url.unwrap().to_string(),
            "http://127.0.0.1/"
        );
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
            (&["127.0.0.1:80"], "did you mean http://127.0.0.1"),
            (
                &["localhost:7113/x"],
                "did you mean http://localhost:7113/x?",
            ),
            (&["localhost"], "did you mean http://localhost/?"),
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
            (&["--cmd", "x", "--method", "POST"], "cannot be used with"),
            (&["--method", "PUT"], "GET, POST"),
            (&["--http1.1", "--http2"], "cannot be used with"),
            (&["--cacert", "x", "-k"], "cannot be used with"),
            (&["--resolve", "a:80"], "HOST:PORT:ADDRESS"),
            (&["--connect-to", "a:80"], "HOST1:PORT1"),
            (&["-x", "socks5://localhost"], "socks5 is not supported"),
            (&["-b", "jar.txt"], "files are not read"),
            (&["-b", "a=\n"], "0x0a"),
            (&["-u", "somebody"], "name:password"),
            (&["--rate", "0"], "1 or more"),
            (&["--repeat", "0"], "1 or more"),
            (&["-m", "0"], "more than 0"),
            (&["-m", "soon"], "number of seconds"),
            (&["-m", "inf"], "more than 0"),
            (&["--report", "sarif=x"], "there are junit, "),
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
    fn a_name_and_a_password_are_a_header() {
        let cli = parse(&["-u", "usr:s3cr3t-pw", "-H", "X-A: b"]).unwrap();
        let line = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        assert_eq!(
            cli.run.requests.lines(),
            [
                line("X-A", "b"),
                line("Authorization", "Basic dXNyOnMzY3IzdC1wdw==")
            ]
        );
    }

    #[test]
    fn headers_and_reports_are_read() {
        let cli = parse(&["-H", "Authorization:  Bearer x ", "--report", "ndjson=-"]).unwrap();
        assert_eq!(
            cli.run.requests.headers,
            [("Authorization".to_owned(), "Bearer x".to_owned())]
        );
        assert_eq!(
            cli.run.output.report,
            [Report {
                kind: Kind::named("ndjson").unwrap(),
                path: None
            }]
        );
    }
}
