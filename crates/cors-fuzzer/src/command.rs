//! A command that is fuzzed: under one named policy after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::pin::pin;
use std::rc::Rc;

use cors_harness::command::{Command, Started, site, withheld};
use cors_harness::event::Mode;
use cors_harness::exit::Exit;
use cors_harness::kit::{Kit, Subject, nonsense};
use cors_harness::options::Options;
use cors_harness::run::cut_short;
use cors_harness::stream::Sink;
use cors_vectors::policy::{NamedPolicy, Policy};
use futures_util::future::LocalBoxFuture;

use crate::finding::{Fuzzed, Fuzzing};
use crate::fresh::{Fresh, Supply};
use crate::hunt::Search;

/// Fuzzes what the command starts, as [`crate::fuzz`] does; each policy gets its share of the
/// sequences and of the time. Every process that was started is ended, whatever happens.
pub async fn fuzz_command(
    command: &Command,
    policies: &BTreeMap<String, NamedPolicy>,
    fuzzing: &Fuzzing,
    options: &Options,
    cancel: impl Future<Output = ()>,
    sink: &mut dyn Sink,
) -> Fuzzed {
    let redactor = options.redactor();
    let shown = |log: Vec<String>| log.iter().map(|line| redactor.text(line)).collect();
    let mut cut = pin!(cut_short(options, cancel));
    let mut search = Search::begin(Mode::Kit, fuzzing, options, sink);
    let mut log = Vec::new();
    let nonsense = nonsense();
    let mut forms = BTreeSet::new();
    let stop = match unless(&mut cut, command.begin(&nonsense, &mut log)).await {
        Err(why) => Some((Exit::CutShort, why)),
        Ok(Ok((program, Started::Cannot(_)))) => match program.forms() {
            Ok(declared) => {
                forms = declared;
                None
            }
            Err(error) => {
                log = program.log();
                Some((error.exit(), redactor.text(&error.to_string())))
            }
        },
        Ok(Ok((program, Started::Listens(_)))) => {
            log = program.log();
            program.end().await;
            let why = "the command accepts a policy that makes no sense, so that its results mean \
                       nothing: it must end with exit status 64";
            Some((Exit::Unreachable, why.to_owned()))
        }
        Ok(Err(not_started)) => {
            let why = redactor.text(&not_started.to_string());
            Some((Exit::Unreachable, why))
        }
    };
    if let Some((exit, why)) = stop {
        search.stop(exit, why);
        search.log(shown(log));
        return search.end();
    }
    let count = u32::try_from(policies.len()).ok().and_then(NonZeroU32::new);
    let count = count.unwrap_or(NonZeroU32::MIN);
    for (number, (name, NamedPolicy { policy, .. })) in (0_u64..).zip(policies) {
        let share = Fuzzing {
            // Each policy gets other sequences.
            seed: fuzzing.seed.wrapping_add(number),
            runs: fuzzing.runs.map(|runs| {
                let (all, rest) = (runs / u64::from(count.get()), runs % u64::from(count.get()));
                all + u64::from(number < rest)
            }),
            duration: fuzzing.duration.map(|duration| duration / count.get()),
            ..fuzzing.clone()
        };
        if withheld(policy, &forms).is_some() {
            continue;
        }
        let under = |why: String| redactor.text(&format!("{why}, under the policy {name}"));
        let started = unless(&mut cut, command.begin(policy, &mut log)).await;
        let (program, endpoints) = match started {
            Err(why) => {
                search.stop(Exit::CutShort, why);
                break;
            }
            Ok(Ok((program, Started::Listens(endpoints)))) => (Rc::new(program), endpoints),
            Ok(Ok((_, Started::Cannot(_)))) => continue,
            Ok(Err(not_started)) => {
                search.stop(not_started.exit(), under(not_started.to_string()));
                break;
            }
        };
        let mut kit = Kit::new();
        match site(&program, policy, &endpoints) {
            Ok(site) => kit.insert(name, Ok(site)),
            Err(error) => {
                program.end().await;
                search.stop(Exit::Bug, error.to_string());
                break;
            }
        }
        let subject = Subject::Kit(kit);
        let stop = async {
            tokio::select! {
                biased;
                why = &mut cut => (Exit::CutShort, why),
                why = program.gone() => (Exit::Unreachable, under(why)),
            }
        };
        let supply = Restarts { command, policy };
        Box::pin(search.go_on(&subject, &share, &supply, stop)).await;
        if search.is_stopped() {
            log = program.log();
        }
        drop(subject);
        program.end().await;
        if search.is_over(fuzzing) {
            break;
        }
    }
    if search.is_stopped() {
        search.log(shown(log));
    }
    search.end()
}

/// Starts the command once more, with the same policy.
struct Restarts<'a> {
    command: &'a Command,
    policy: &'a Policy,
}

impl Supply for Restarts<'_> {
    fn fresh<'a>(&'a self, policy: &'a str) -> LocalBoxFuture<'a, Result<Fresh, String>> {
        Box::pin(async move {
            let mut log = Vec::new();
            let again = "the command does not start once more";
            let (program, endpoints) = match self.command.begin(self.policy, &mut log).await {
                Ok((program, Started::Listens(endpoints))) => (Rc::new(program), endpoints),
                Ok((_, Started::Cannot(reason))) => return Err(format!("{again}: {reason}")),
                Err(not_started) => return Err(format!("{again}: {not_started}")),
            };
            let site = site(&program, self.policy, &endpoints);
            let mut kit = Kit::new();
            kit.insert(
                policy,
                Ok(site.map_err(|error| format!("{again}: {error}"))?),
            );
            let watched = Rc::clone(&program);
            Ok(Fresh::Started {
                subject: Subject::Kit(kit),
                gone: Box::pin(async move {
                    watched.gone().await;
                }),
                end: Box::pin(async move { program.end().await }),
            })
        })
    }

    fn is_cheap(&self) -> bool {
        false
    }
}

/// What comes of the work, unless it is cut short before, with the reason: what does not listen yet
/// must not outlast the time, or the user's patience.
async fn unless<T>(
    cut: &mut (impl Future<Output = String> + Unpin),
    work: impl Future<Output = T>,
) -> Result<T, String> {
    tokio::select! {
        biased;
        why = cut => Err(why),
        done = work => Ok(done),
    }
}
