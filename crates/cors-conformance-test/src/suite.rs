//! The suite as the tests of an implementation: each case is a test.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use cors_harness::event::{CaseEvent, EndEvent, Event, Outcome};
use cors_harness::kit::{Kit, Subject};
use cors_harness::known::Known as Comparing;
use cors_harness::options::Options;
use cors_harness::plan::{Plan, PlannedCase};
use cors_harness::run::run;
use cors_harness::stream::Briefly;
use cors_vectors::known::entry::Known;
use cors_vectors::known::file::{Entry, KnownFile, Reasons, ids_of};
use cors_vectors::server::ServerCase;
use cors_vectors::server_library;

use anstream::{AutoStream, ColorChoice};
use cors_report::block;
use cors_report::groups::groups;

use crate::runner::{self, Arguments, Color, Conclusion, Failure, Trial};

pub use cors_harness::kit::{HttpService, Implementation, Unsupported};
pub use cors_harness::wire::RequestBody;
pub use cors_vectors::policy::{AnyOr, Policy};
pub use cors_vectors::server::{Endpoint, Level};

/// The `main` of a test binary: the implementation, from which level failures count, and its known
/// failures: with their reasons, or a file of them, whose path is relative to the `Cargo.toml`.
///
/// The [front page](crate) has a whole example.
#[macro_export]
macro_rules! conformance_test {
    (
        $implementation:expr
        $(, fail_on: $level:expr)?
        $(, known: { $($case:expr => $reason:expr),* $(,)? })?
        $(, baseline: $file:literal)?
        $(,)?
    ) => {
        fn main() -> std::process::ExitCode {
            $crate::Suite::new($implementation)
                $(.fail_on($level))?
                $($(.known($case, $reason))*)?
                $(.baseline($file, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $file))))?
                .main()
        }
    };
}

/// All cases against an implementation.
#[derive(Debug)]
pub struct Suite<I> {
    implementation: I,
    known: Vec<Known>,
    baseline: Option<(String, String)>,
    fail_on: Level,
}

impl<I: Implementation + Send + Sync + 'static> Suite<I> {
    /// Without known failures; failures count from [`Level::Must`].
    pub const fn new(implementation: I) -> Self {
        Self {
            implementation,
            known: Vec::new(),
            baseline: None,
            fail_on: Level::Must,
        }
    }

    /// Names a case that fails, and why that is so. It is run, and has to fail.
    #[must_use]
    pub fn known(mut self, case: impl Into<String>, reason: impl Into<String>) -> Self {
        self.known.push(Known {
            cases: vec![case.into()],
            reason: reason.into(),
            ..Known::default()
        });
        self
    }

    /// Known failures in the format of `cors-conformance baseline`: the name of the file, for
    /// messages, and its text. That many cases of a glob fail is not checked.
    #[must_use]
    pub fn baseline(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.baseline = Some((name.into(), text.into()));
        self
    }

    /// Lets failures of this level count as well: [`Level::Should`] is the standard's advice, such
    /// as on `Vary`.
    #[must_use]
    pub const fn fail_on(mut self, level: Level) -> Self {
        self.fail_on = level;
        self
    }

    /// Does what the arguments of the test binary say. The status is 0 when no test failed, and 101
    /// as that of libtest otherwise.
    pub fn main(self) -> ExitCode {
        let failed = ExitCode::from(101);
        let arguments = match Arguments::read(std::env::args_os()) {
            Ok(arguments) => arguments,
            Err(error) => {
                // Where it cannot be written there is nobody to read it.
                let _ = writeln!(io::stderr(), "error: {error}");
                return failed;
            }
        };
        let colored = match arguments.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                io::stdout().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty())
            }
        };
        let choice = if colored {
            ColorChoice::Always
        } else {
            ColorChoice::Never
        };
        let mut out = AutoStream::new(io::stdout(), choice);
        match self.run(&arguments, &mut out) {
            Ok(conclusion) if conclusion.failed == 0 => ExitCode::SUCCESS,
            Ok(_) | Err(_) => failed,
        }
    }

    /// Does what the arguments say, and writes what `cargo test` shows. Of failures that have one cause
    /// the plainest is explained, and the others name it.
    ///
    /// # Errors
    ///
    /// When the output cannot be written.
    pub fn run(self, arguments: &Arguments, out: &mut dyn Write) -> io::Result<Conclusion> {
        let failed_cases = FailedCases::default();
        let trials = self.trials_noting(&failed_cases);
        let edit = |failures: &mut [Failure<'_>]| failed_cases.group(failures);
        runner::run_with(arguments, &trials, &edit, out)
    }

    /// The cases as tests, after one that says whether their results mean anything.
    pub fn trials(self) -> Vec<Trial> {
        self.trials_noting(&FailedCases::default())
    }

    fn trials_noting(self, failed: &FailedCases) -> Vec<Trial> {
        match self.planned(failed) {
            Ok(trials) => trials,
            Err(reason) => vec![Trial::new("suite/starts", move || Err(reason.clone()))],
        }
    }

    fn planned(self, failed: &FailedCases) -> Result<Vec<Trial>, String> {
        let library = server_library().map_err(ToString::to_string)?;
        let kit = Kit::in_process(&self.implementation, library.policies());
        let kit = kit.map_err(|error| error.to_string())?;
        let cases: Vec<ServerCase> = library.server_cases().cloned().collect();
        let plan = Plan::new(&cases, |_| true, Subject::Kit(kit));
        let plan = plan.map_err(|error| error.to_string())?;
        let list = self.list(&cases)?;
        let out_of_date = out_of_date(&list, &plan);

        let mut trials = vec![Trial::new("suite/starts", move || {
            if out_of_date.is_empty() {
                return Ok(());
            }
            let lines = out_of_date.join("\n");
            Err(format!(
                "the list of known failures is out of date:\n{lines}"
            ))
        })];
        let shared = Arc::new((self, cases, list, failed.clone()));
        trials.extend(plan.cases.iter().map(|planned| {
            let id = planned.case.id.clone();
            if let Some(reason) = skipped(&plan, planned) {
                return Trial::ignored(id, reason);
            }
            let shared = Arc::clone(&shared);
            let policy = planned.case.policy.clone();
            Trial::new(id.clone(), move || {
                let (suite, cases, list, failed) = &*shared;
                let list = RefCell::new(about(list, &id));
                suite.judge(cases, &id, &policy, &list, failed)
            })
        }));
        Ok(trials)
    }

    /// All known failures.
    fn list(&self, cases: &[ServerCase]) -> Result<KnownFile, String> {
        let ids = |text: &str| ids_of(cases.iter(), text);
        let (name, text) = match &self.baseline {
            Some((name, text)) => (name.as_str(), text.as_str()),
            None => ("known", ""),
        };
        let mut list = KnownFile::read(name, text, Reasons::Needed, &ids)
            .map_err(|error| error.to_string())?;
        for (index, known) in self.known.iter().enumerate() {
            let named = known.cases.iter().map(|text| ids(text));
            list.entries.push(Entry {
                line: index + 1,
                known: known.clone(),
                named: named.collect::<Result<_, _>>()?,
            });
        }
        Ok(list)
    }

    /// Runs one case, of which these failures are known.
    fn judge(
        &self,
        cases: &[ServerCase],
        id: &str,
        policy: &str,
        list: &RefCell<KnownFile>,
        failed: &FailedCases,
    ) -> Result<(), String> {
        let library = server_library().map_err(ToString::to_string)?;
        let policies = library.policies();
        let needed = policies.get_key_value(policy);
        let needed = needed.map(|(name, named)| (name.clone(), named.clone()));
        let kit = Kit::in_process(&self.implementation, &needed.into_iter().collect());
        let kit = kit.map_err(|error| error.to_string())?;
        let plan = Plan::new(cases, |case| case.id == id, Subject::Kit(kit));
        let plan = plan.map_err(|error| error.to_string())?;
        let options = Options {
            fail_on: self.fail_on,
            trace: true,
            cli: Some((
                format!("cargo test{} -- --exact ", test_target()),
                String::new(),
            )),
            explain: Some("cors-conformance explain".to_owned()),
            ..Options::default()
        };
        let (mut ended, mut out_of_date) = (None, Vec::new());
        let inner = Briefly(|event: &Event| match event {
            Event::Case(case) if case.id == id => ended = Some(case.clone()),
            Event::End(end) => out_of_date.clone_from(&end.out_of_date),
            Event::Run(_) | Event::Note(_) | Event::Case(_) => {}
        });
        let mut sink = Comparing::new(inner, Some(list), true, self.fail_on);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let end = runtime.block_on(run(&plan, &options, std::future::pending(), &mut sink));
        self.verdict(ended.as_deref(), &out_of_date, end, failed)
    }

    fn verdict(
        &self,
        case: Option<&CaseEvent>,
        out_of_date: &[String],
        end: EndEvent,
        failed_cases: &FailedCases,
    ) -> Result<(), String> {
        let Some(case) = case.filter(|_| end.reason.is_none()) else {
            return Err(end.reason.unwrap_or_else(|| end.exit.meaning().to_owned()));
        };
        let counts = case.level >= self.fail_on && case.level > Level::Info;
        let failed = match case.outcome {
            Outcome::Pass | Outcome::Info | Outcome::Skip => false,
            Outcome::Fail | Outcome::Blocked | Outcome::Error => counts,
        };
        let mut wrong = out_of_date.to_vec();
        if failed && case.known.is_none() {
            if let (Outcome::Blocked, Some(reason)) = (case.outcome, &case.reason) {
                wrong.push(reason.clone());
            } else {
                if wrong.is_empty() {
                    failed_cases.note(case);
                }
                wrong.push(block::failure(case));
            }
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("\n"))
        }
    }
}

/// The cases that failed, for what they have in common.
#[derive(Debug, Clone, Default)]
struct FailedCases(Arc<Mutex<Vec<CaseEvent>>>);

impl FailedCases {
    fn note(&self, case: &CaseEvent) {
        let mut cases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cases.push(case.clone());
    }

    /// Puts failures of one cause together: the plainest, and behind it the others, which name it
    /// instead of being explained.
    fn group(&self, failures: &mut [Failure<'_>]) {
        let cases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let groups = groups(&cases);
        let cases = groups.iter().flat_map(|group| {
            let others = group.others.iter();
            std::iter::once((group.first, None))
                .chain(others.map(|case| (*case, Some(group.first))))
        });
        let place: BTreeMap<&str, _> = cases
            .enumerate()
            .map(|(place, (case, first))| (case.id.as_str(), (place, case, first)))
            .collect();
        failures.sort_by_key(|(name, _)| place.get(name).map(|(place, ..)| *place));
        for (name, text) in failures {
            if let Some((_, case, Some(first))) = place.get(name) {
                *text = format!(
                    "{}\nThe cause is that of {}, above. At length: cargo test{} -- --exact {name}",
                    case.title,
                    first.id,
                    test_target(),
                );
            }
        }
    }
}

/// What is wrong with the list of known failures, but for those that pass.
fn out_of_date(list: &KnownFile, plan: &Plan) -> Vec<String> {
    let mut wrong = list.unknown();
    for planned in &plan.cases {
        let id = &planned.case.id;
        let listed = list
            .entries
            .iter()
            .any(|entry| entry.known.cases.contains(id));
        if let Some(reason) = skipped(plan, planned).filter(|_| listed) {
            wrong.push(format!("{id}: it is ignored: {reason}"));
        }
    }
    wrong
}

/// What of the list is about one case.
fn about(list: &KnownFile, id: &str) -> KnownFile {
    let mut list = list.clone();
    for ids in list.entries.iter_mut().flat_map(|entry| &mut entry.named) {
        ids.retain(|named| named == id);
    }
    list
}

/// Why a case means nothing for the implementation, or the one it is paired with.
fn skipped(plan: &Plan, planned: &PlannedCase) -> Option<String> {
    let partner = planned.partner.and_then(|partner| plan.cases.get(partner));
    match (&planned.task, partner) {
        (Err(reason), _) => Some(reason.clone()),
        (Ok(_), Some(partner)) => {
            skipped(plan, partner).map(|reason| format!("it needs {}: {reason}", partner.case.id))
        }
        (Ok(_), None) => None,
    }
}

/// ` --test NAME`, from the name that Cargo gave this binary.
fn test_target() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match stem.rsplit_once('-') {
        Some((name, _hash)) => format!(" --test {name}"),
        None => String::new(),
    }
}
