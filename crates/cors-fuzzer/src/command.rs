//! A command that is fuzzed: under one named policy after the other.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::pin::pin;
use std::rc::Rc;

use cors_vectors::policy::NamedPolicy;

use crate::{Finding, Fuzzed, Fuzzing, go_on};
use cors_harness::command::{Command, Started, site};
use cors_harness::exit::Exit;
use cors_harness::kit::{Kit, Subject, nonsense};
use cors_harness::redact::Redactor;
use cors_harness::run::{Options, cut_short};

/// Fuzzes what the command starts, as [`crate::fuzz`] does; each policy gets its share of
/// the sequences and of the time. Every process that was started is ended, whatever happens.
///
/// Returns, with what was found, what the command printed last before it failed, in escaped
/// lines.
pub async fn fuzz_command(
    command: &Command,
    policies: &BTreeMap<String, NamedPolicy>,
    fuzzing: &Fuzzing,
    options: &Options,
    cancel: impl Future<Output = ()>,
    found: &mut dyn FnMut(&Finding),
) -> (Fuzzed, Vec<String>) {
    let redactor = Redactor::new(&options.headers, options.cookie.as_deref()).and(&options.secrets);
    let shown = |log: Vec<String>| log.iter().map(|line| redactor.text(line)).collect();
    let mut cut = pin!(cut_short(options, cancel));
    let mut fuzzed = Fuzzed::nothing();
    let mut log = Vec::new();
    match unless(&mut cut, command.begin(&nonsense(), &mut log)).await {
        Err(why) => return (fuzzed.stopped(Exit::CutShort, why), shown(log)),
        Ok(Ok((_, Started::Cannot(_)))) => {}
        Ok(Ok((program, Started::Listens(_)))) => {
            log = program.log();
            program.end().await;
            let said = "the command accepts a policy that makes no sense, so that its results \
                        mean nothing: it must end with exit status 64";
            return (
                fuzzed.stopped(Exit::Unreachable, said.to_owned()),
                shown(log),
            );
        }
        Ok(Err(not_started)) => {
            let said = redactor.text(&not_started.to_string());
            return (fuzzed.stopped(Exit::Unreachable, said), shown(log));
        }
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
        let under = |said: String| redactor.text(&format!("{said}, under the policy {name}"));
        let started = unless(&mut cut, command.begin(policy, &mut log)).await;
        let (program, endpoints) = match started {
            Err(why) => return (fuzzed.stopped(Exit::CutShort, why), shown(log)),
            Ok(Ok((program, Started::Listens(endpoints)))) => (Rc::new(program), endpoints),
            Ok(Ok((_, Started::Cannot(_)))) => continue,
            Ok(Err(not_started)) => {
                let said = under(not_started.to_string());
                return (fuzzed.stopped(Exit::Unreachable, said), shown(log));
            }
        };
        let site = match site(&program, policy, &endpoints) {
            Ok(site) => site,
            Err(error) => {
                program.end().await;
                return (fuzzed.stopped(Exit::Bug, error.to_string()), Vec::new());
            }
        };
        let mut kit = Kit::new();
        kit.insert(name, Ok(site));
        let subject = Subject::Kit(kit);
        let stop = async {
            tokio::select! {
                biased;
                why = &mut cut => (Exit::CutShort, why),
                why = program.gone() => (Exit::Unreachable, under(why)),
            }
        };
        fuzzed = go_on(&subject, &share, options, &|| (), stop, found, fuzzed).await;
        if fuzzed.reason.is_some() {
            log = program.log();
        }
        drop(subject);
        program.end().await;
        let counts = |finding: &Finding| finding.event.level >= options.fail_on;
        let is_found = !fuzzing.keep_going && fuzzed.findings.iter().any(counts);
        if fuzzed.reason.is_some() || is_found {
            break;
        }
    }
    (fuzzed, shown(log))
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
