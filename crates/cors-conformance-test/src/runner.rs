//! Tests as `cargo test` and `cargo nextest` run them: the arguments of libtest, and its output.
//!
//! Not libtest-mimic, which builds clap, and not libtest2-mimic, which knows neither `--no-capture`
//! nor a list of what is ignored, so that nextest cannot run it.

use std::ffi::OsString;
use std::io::{self, Write};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use cors_harness::clock::Clock;
use cors_text::style::{BAD, DOUBT, GOOD};
use lexopt::{Arg, Parser, ValueExt as _};

/// What `--help` prints.
const HELP: &str = "\
Usage: [OPTIONS] [FILTERS...]

Runs the tests whose names contain one of the filters, or all.

Options:
      --exact                Filters are whole names
      --skip FILTER          Leave out what contains this; may be repeated
      --list                 List the tests instead of running them
      --ignored              Only the ignored tests
      --test-threads NUMBER  How many run at once
      --format pretty|terse  A line for each test, or a character
  -q, --quiet                The same as --format terse
      --color auto|always|never
  -h, --help

Tests that are ignored mean nothing for the implementation: they show why, and are never run.
--include-ignored, --no-capture, --show-output and --test are taken and change nothing.
";

/// Whether colours are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Run,
    List,
    Help,
}

/// What the command line of a test binary says.
#[derive(Debug, Clone)]
pub struct Arguments {
    filters: Vec<String>,
    skip: Vec<String>,
    action: Action,
    exact: bool,
    only_ignored: bool,
    terse: bool,
    threads: Option<NonZero<usize>>,
    /// Whether colours are written.
    pub color: Color,
}

impl Arguments {
    /// Reads the arguments, the first of which is the program.
    ///
    /// # Errors
    ///
    /// The first that is not known, or whose value is not.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let mut read = Self {
            filters: Vec::new(),
            skip: Vec::new(),
            action: Action::Run,
            exact: false,
            only_ignored: false,
            terse: false,
            threads: None,
            color: Color::Auto,
        };
        let mut parser = Parser::from_iter(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Value(filter) => read.filters.push(filter.string()?),
                Arg::Short('h') | Arg::Long("help") => read.action = Action::Help,
                Arg::Short('q') | Arg::Long("quiet") => read.terse = true,
                Arg::Long("exact") => read.exact = true,
                Arg::Long("list") => read.action = Action::List,
                Arg::Long("ignored") => read.only_ignored = true,
                Arg::Long("skip") => read.skip.push(parser.value()?.string()?),
                Arg::Long("test-threads") => read.threads = Some(parser.value()?.parse()?),
                Arg::Long("format") => {
                    read.terse = parser.value()?.parse_with(|format| match format {
                        "pretty" => Ok(false),
                        "terse" => Ok(true),
                        _ => Err("expected pretty or terse"),
                    })?;
                }
                Arg::Long("color") => {
                    read.color = parser.value()?.parse_with(|color| match color {
                        "auto" => Ok(Color::Auto),
                        "always" => Ok(Color::Always),
                        "never" => Ok(Color::Never),
                        _ => Err("expected auto, always or never"),
                    })?;
                }
                Arg::Long(
                    "include-ignored" | "no-capture" | "nocapture" | "show-output" | "test",
                ) => {}
                Arg::Short(_) | Arg::Long(_) => return Err(argument.unexpected()),
            }
        }
        Ok(read)
    }

    fn selects(&self, trial: &Trial) -> bool {
        let fits = |filter: &String| {
            if self.exact {
                trial.name == *filter
            } else {
                trial.name.contains(filter.as_str())
            }
        };
        (self.filters.is_empty() || self.filters.iter().any(fits))
            && !self.skip.iter().any(fits)
            && (!self.only_ignored || trial.ignored.is_some())
    }

    fn threads(&self) -> usize {
        let usual = || thread::available_parallelism().ok();
        self.threads.or_else(usual).map_or(1, NonZero::get)
    }
}

/// Runs a test; what it returns is why it failed.
type Run = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

/// A test.
pub struct Trial {
    name: String,
    run: Run,
    ignored: Option<String>,
}

impl std::fmt::Debug for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trial")
            .field("name", &self.name)
            .field("ignored", &self.ignored)
            .finish_non_exhaustive()
    }
}

impl Trial {
    /// A test that is run.
    pub fn new(
        name: impl Into<String>,
        run: impl Fn() -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
            ignored: None,
        }
    }

    /// A test that means nothing, and why.
    pub fn ignored(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            run: Box::new(|| Ok(())),
            ignored: Some(reason.into()),
        }
    }

    fn end(&self) -> End {
        if let Some(reason) = &self.ignored {
            return End::Ignored(reason.clone());
        }
        match catch_unwind(AssertUnwindSafe(|| (self.run)())) {
            Ok(Ok(())) => End::Passed,
            Ok(Err(reason)) => End::Failed(reason),
            // The hook of the process has shown the message.
            Err(_) => End::Failed("the test panicked".to_owned()),
        }
    }
}

/// The name of a test that failed, and why it did.
pub(crate) type Failure<'a> = (&'a str, String);

/// How a test ended.
enum End {
    Passed,
    Failed(String),
    Ignored(String),
}

/// How many tests ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Conclusion {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that mean nothing, and were not run.
    pub ignored: usize,
    /// Tests that were not selected.
    pub filtered_out: usize,
}

/// Does what the arguments say, and writes what `cargo test` shows.
///
/// # Errors
///
/// When the output cannot be written.
pub fn run(arguments: &Arguments, trials: &[Trial], out: &mut dyn Write) -> io::Result<Conclusion> {
    run_with(arguments, trials, &|_| {}, out)
}

/// The same, with a look at all failures, names and reasons, before they are written.
pub(crate) fn run_with(
    arguments: &Arguments,
    trials: &[Trial],
    edit: &dyn Fn(&mut [Failure<'_>]),
    out: &mut dyn Write,
) -> io::Result<Conclusion> {
    let selected: Vec<&Trial> = trials
        .iter()
        .filter(|trial| arguments.selects(trial))
        .collect();
    let mut conclusion = Conclusion {
        filtered_out: trials.len() - selected.len(),
        ..Conclusion::default()
    };
    match arguments.action {
        Action::Run => {}
        Action::Help => {
            out.write_all(HELP.as_bytes())?;
            return Ok(conclusion);
        }
        Action::List => {
            for trial in &selected {
                writeln!(out, "{}: test", trial.name)?;
            }
            if !arguments.terse {
                writeln!(out, "\n{} tests, 0 benchmarks", selected.len())?;
            }
            return Ok(conclusion);
        }
    }

    let clock = Clock::real();
    writeln!(out, "\nrunning {} tests", selected.len())?;
    let mut failures = Vec::new();
    each_ended(&selected, arguments.threads(), |trial, end| {
        let (word, character) = match &end {
            End::Passed => (format!("{GOOD}ok{GOOD:#}"), format!("{GOOD}.{GOOD:#}")),
            End::Failed(_) => (format!("{BAD}FAILED{BAD:#}"), format!("{BAD}F{BAD:#}")),
            End::Ignored(reason) => (
                format!("{DOUBT}ignored{DOUBT:#}, {reason}"),
                format!("{DOUBT}i{DOUBT:#}"),
            ),
        };
        match end {
            End::Passed => conclusion.passed += 1,
            End::Ignored(_) => conclusion.ignored += 1,
            End::Failed(reason) => {
                conclusion.failed += 1;
                failures.push((trial.name.as_str(), reason));
            }
        }
        if arguments.terse {
            write!(out, "{character}")
        } else {
            writeln!(out, "test {} ... {word}", trial.name)
        }
    })?;
    failures.sort();
    edit(&mut failures);
    if !failures.is_empty() {
        writeln!(out, "\nfailures:\n")?;
        for (name, reason) in &failures {
            writeln!(out, "---- {name} ----\n{}\n", reason.trim_end())?;
        }
        writeln!(out, "\nfailures:")?;
        for (name, _) in &failures {
            writeln!(out, "    {name}")?;
        }
    }
    let word = if failures.is_empty() {
        format!("{GOOD}ok{GOOD:#}")
    } else {
        format!("{BAD}FAILED{BAD:#}")
    };
    let Conclusion {
        passed,
        failed,
        ignored,
        filtered_out,
    } = conclusion;
    writeln!(
        out,
        "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; \
         {filtered_out} filtered out; finished in {:.2}s\n",
        clock.elapsed().as_secs_f64()
    )?;
    Ok(conclusion)
}

/// Runs tests, so many at once, and hands each over when it has ended.
fn each_ended<'a>(
    trials: &[&'a Trial],
    threads: usize,
    mut ended: impl FnMut(&'a Trial, End) -> io::Result<()>,
) -> io::Result<()> {
    let next = &AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads.min(trials.len()) {
            let sender = sender.clone();
            scope.spawn(move || {
                while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Nobody listens any longer once the output cannot be written.
                    if sender.send((*trial, trial.end())).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        receiver
            .into_iter()
            .try_for_each(|(trial, end)| ended(trial, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials() -> Vec<Trial> {
        vec![
            Trial::new("a/passes", || Ok(())),
            Trial::new("a/fails", || Err("because".to_owned())),
            Trial::ignored("b/means-nothing", "no patterns"),
        ]
    }

    fn output(words: &[&str]) -> (Conclusion, String) {
        let words = std::iter::once(&"suite").chain(words);
        let arguments = Arguments::read(words.map(OsString::from)).unwrap();
        let mut out = Vec::new();
        let conclusion = run(&arguments, &trials(), &mut out).unwrap();
        let shown = anstream::adapter::strip_bytes(&out).into_vec();
        (conclusion, String::from_utf8(shown).unwrap())
    }

    #[test]
    fn output_is_that_of_cargo_test() {
        let (conclusion, shown) = output(&["--test-threads", "1"]);
        let (before, _) = shown.split_once("finished in").unwrap();
        assert_eq!(
            before,
            "\nrunning 3 tests\ntest a/passes ... ok\ntest a/fails ... FAILED\n\
             test b/means-nothing ... ignored, no patterns\n\nfailures:\n\n---- a/fails ----\n\
             because\n\n\nfailures:\n    a/fails\n\n\
             test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; "
        );
        let Conclusion {
            passed,
            failed,
            ignored,
            filtered_out,
        } = conclusion;
        assert_eq!((passed, failed, ignored, filtered_out), (1, 1, 1, 0));
        let (_, terse) = output(&["--quiet", "--test-threads=1"]);
        assert!(
            terse.starts_with("\nrunning 3 tests\n.Fi\nfailures:\n"),
            "{terse}"
        );
    }

    #[test]
    fn tests_are_chosen_as_by_cargo_test() {
        let chosen = |words: &[&str]| {
            let (conclusion, _) = output(words);
            (conclusion.passed, conclusion.failed, conclusion.ignored)
        };
        assert_eq!(chosen(&["a/"]), (1, 1, 0));
        assert_eq!(chosen(&["passes", "nothing"]), (1, 0, 1));
        assert_eq!(chosen(&["--exact", "passes"]), (0, 0, 0));
        assert_eq!(chosen(&["--exact", "a/passes", "--nocapture"]), (1, 0, 0));
        assert_eq!(chosen(&["--skip", "a/"]), (0, 0, 1));
        assert_eq!(chosen(&["--ignored"]), (0, 0, 1));
        assert_eq!(chosen(&["--include-ignored"]), (1, 1, 1));
    }

    /// As nextest asks: what is to be run, and of that what is to be left out.
    #[test]
    fn lists_are_those_that_nextest_reads() {
        assert_eq!(
            output(&["--list", "--format", "terse"]).1,
            "a/passes: test\na/fails: test\nb/means-nothing: test\n"
        );
        assert_eq!(
            output(&["--list", "--format", "terse", "--ignored"]).1,
            "b/means-nothing: test\n"
        );
        assert!(output(&["--list"]).1.ends_with("\n3 tests, 0 benchmarks\n"));
    }

    #[test]
    fn a_panic_is_a_failure() {
        let trials = [Trial::new("panics", || panic!("on purpose"))];
        let arguments = Arguments::read([OsString::from("suite")]).unwrap();
        let conclusion = run(&arguments, &trials, &mut Vec::new()).unwrap();
        assert_eq!((conclusion.passed, conclusion.failed), (0, 1));
    }

    #[test]
    fn unknown_arguments_are_errors() {
        let read = |word: &str| Arguments::read(["suite", word].map(OsString::from));
        for word in [
            "--no-such-option",
            "--format=html",
            "--test-threads=0",
            "-x",
        ] {
            assert!(read(word).is_err(), "{word}");
        }
        assert!(read("--help").is_ok());
    }
}
