//! `self-test`: whether the suite catches what is wrong, and leaves alone what is right.
//!
//! Every case is run, alone, on every faulty server of the testbed, and all cases
//! together on the reference server and on every legitimate variant. A fault that nothing catches,
//! a case that catches nothing or not what it says, and a case that fails a server that is right
//! are holes: bugs of the suite.

mod bench;
mod grid;
mod legitimate;
mod output;
mod report;
mod snapshot;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::thread;

use cors_harness::event::Mode;
use cors_harness::exit::{Exit, Exits};
use cors_testbed::Behaviour;
use cors_testbed::faults::{Fault, faults};
use cors_vectors::Library;
use cors_vectors::server::{Level, Requirement, ServerCase};

use self::bench::{Bench, Finding, Found};
use self::legitimate::{Legitimate, legitimate};
use self::report::{FaultReport, Hole, LegitimateReport, Report};
use crate::args::SelfTestArgs;
use crate::cases;
use crate::stop::Stop;

/// How many faults a hole names as an example.
const EXAMPLES: usize = 5;

/// What is run against what.
struct Trial<'a> {
    library: &'a Library,
    /// The selected cases.
    cases: Vec<&'a ServerCase>,
    /// Whether these are all: only then is a fault that none of them catches a hole.
    whole: bool,
    faults: Vec<Fault>,
    /// Whether the faulty servers are also run in probe mode.
    probe: bool,
    legitimate: Vec<Legitimate>,
}

/// Tests the suite itself and says what came of it.
pub(crate) fn run(args: &SelfTestArgs) -> Result<Exit, Stop> {
    let library = cases::load_for_servers(&args.selection)?;
    let chosen = cases::choose(library.server_cases(), &args.selection)?;
    let trial = Trial {
        whole: args.selection.tests.is_empty() && args.selection.skip.is_empty(),
        cases: chosen,
        library: &library,
        faults: faults(),
        probe: args.probe,
        legitimate: legitimate(),
    };
    if trial.cases.is_empty() {
        return Ok(Exit::NothingRan);
    }
    if args.policies {
        let cases: Vec<ServerCase> = trial.cases.into_iter().cloned().collect();
        return grid::run(args, &cases, trial.faults);
    }
    let report = trial.run()?;
    let differences = snapshot::compare(args, &report)?;
    output::tell(args, &report, &differences)?;
    let mut exits = Exits::default();
    exits.add(report.exit());
    if !differences.is_empty() {
        exits.add(Exit::OutOfDate);
    }
    Ok(exits.settle())
}

impl Trial<'_> {
    /// Runs everything, on as many threads as there are cores.
    fn run(&self) -> Result<Report, Stop> {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let parts = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|first| scope.spawn(move || self.part(first, threads)))
                .collect();
            let joined = workers.into_iter().map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err(Stop::bug("a thread of the self-test panicked")))
            });
            joined.collect::<Result<Vec<Part>, Stop>>()
        })?;

        let mut report = Report {
            faults: Vec::new(),
            legitimate: Vec::new(),
            cases: self.cases.len(),
            holes: Vec::new(),
        };
        let mut faults = Vec::new();
        let mut legitimate = Vec::new();
        for part in parts {
            faults.extend(part.faults);
            legitimate.extend(part.legitimate);
        }
        faults.sort_by_key(|(place, _)| *place);
        legitimate.sort_by_key(|(place, ..)| *place);
        report.faults = faults.into_iter().map(|(_, fault)| fault).collect();
        for (_, one, holes) in legitimate {
            report.legitimate.push(one);
            report.holes.extend(holes);
        }
        self.check_faults(&mut report);
        self.check_cases(&mut report);
        Ok(report)
    }

    /// Every `step`th server from `first` on.
    fn part(&self, first: usize, step: usize) -> Result<Part, Stop> {
        let chosen: BTreeSet<&str> = self.cases.iter().map(|case| case.id.as_str()).collect();
        let bench = Bench::new(self.library, |case| chosen.contains(case.id.as_str()))?;
        // What is recorded of the reference server says nothing about others, nor does what a case
        // of another level records beside.
        let usual = cases_of(
            &bench.each_alone(&Behaviour::REFERENCE, |_| true)?,
            Found::Note,
        );
        let records = |case: &&ServerCase| case.level == Level::Info && !usual.contains(&case.id);
        let records: BTreeSet<&str> = self
            .cases
            .iter()
            .copied()
            .filter(records)
            .map(|case| case.id.as_str())
            .collect();
        let mut part = Part::default();
        for (place, fault) in self.faults.iter().enumerate().skip(first).step_by(step) {
            part.faults
                .push((place, fault_report(&bench, fault, &records, self.probe)?));
        }
        for (place, one) in self.legitimate.iter().enumerate().skip(first).step_by(step) {
            let (report, holes) = legitimate_report(&bench, one)?;
            part.legitimate.push((place, report, holes));
        }
        Ok(part)
    }

    fn check_faults(&self, report: &mut Report) {
        for fault in &report.faults {
            let name = &fault.name;
            match fault.kit.as_slice() {
                [] if self.whole => report.holes.push(Hole::Uncaught {
                    fault: name.clone(),
                    about: fault.about.clone(),
                }),
                _ if !fault.policy.is_empty() => {}
                caught => {
                    let needs_no_kit = |case: &&ServerCase| {
                        caught.contains(&case.id) && !case.requires.contains(&Requirement::Kit)
                    };
                    let case = self.cases.iter().copied().find(needs_no_kit);
                    report.holes.extend(case.map(|case| Hole::UncaughtByPolicy {
                        fault: name.clone(),
                        case: case.id.clone(),
                    }));
                }
            }
        }
    }

    fn check_cases(&self, report: &mut Report) {
        for case in &self.cases {
            let catches = |fault: &FaultReport| {
                fault.noted.contains(&case.id) || fault.kit.contains(&case.id)
            };
            for name in &case.catches {
                let (case, fault) = (case.id.clone(), name.clone());
                match report.faults.iter().find(|fault| fault.name == *name) {
                    Some(known) if catches(known) => {}
                    Some(_) => report.holes.push(Hole::Misses { case, fault }),
                    None => report.holes.push(Hole::UnknownFault { case, fault }),
                }
            }
            if case.catches.is_empty() {
                let could = report.faults.iter().filter(|fault| catches(fault));
                let could = could.take(EXAMPLES).map(|fault| fault.name.clone());
                let (case, could) = (case.id.clone(), could.collect());
                report.holes.push(Hole::CatchesNothing { case, could });
            }
        }
    }
}

/// What one thread found, with the places in the registries.
#[derive(Default)]
struct Part {
    faults: Vec<(usize, FaultReport)>,
    legitimate: Vec<(usize, LegitimateReport, Vec<Hole>)>,
}

fn cases_of(findings: &[Finding], found: Found) -> Vec<String> {
    let of = findings.iter().filter(|finding| finding.found == found);
    of.map(|finding| finding.case.clone()).collect()
}

fn fault_report(
    bench: &Bench<'_>,
    fault: &Fault,
    records: &BTreeSet<&str>,
    probe: bool,
) -> Result<FaultReport, Stop> {
    let behaviour = fault.behaviour();
    let findings = bench.each_alone(&behaviour, |_| true)?;
    let kit = cases_of(&findings, Found::Failure);
    let caught: BTreeSet<&str> = kit.iter().map(String::as_str).collect();
    let by_policy = bench.each_alone_by_policy(&behaviour, |case| caught.contains(case))?;
    let policy = cases_of(&by_policy, Found::Failure);
    let probe = if probe {
        let cases = cases_of(&bench.probed(&behaviour)?, Found::Failure);
        let cases: BTreeSet<String> = cases.into_iter().collect();
        Some(cases.into_iter().collect())
    } else {
        None
    };
    let mut noted = cases_of(&findings, Found::Note);
    noted.retain(|case| records.contains(case.as_str()));
    Ok(FaultReport {
        name: fault.name.to_owned(),
        class: fault.class.to_owned(),
        about: fault.about.to_owned(),
        kit,
        policy,
        probe,
        noted,
    })
}

fn legitimate_report(
    bench: &Bench<'_>,
    one: &Legitimate,
) -> Result<(LegitimateReport, Vec<Hole>), Stop> {
    let mut report = LegitimateReport {
        name: one.name.to_owned(),
        about: one.about.to_owned(),
        fails: Vec::new(),
    };
    let mut holes = Vec::new();
    let alone = bench.each_alone(&one.behaviour, |_| true)?.into_iter();
    let alone = alone.map(|finding| (Mode::Kit, finding));
    let probed = bench.probed(&one.behaviour)?.into_iter();
    let probed = probed.map(|finding| (Mode::Probe, finding));
    for (mode, finding) in alone.chain(bench.together(&one.behaviour)?).chain(probed) {
        let failure = (mode, finding.case);
        if finding.found != Found::Note && !report.fails.contains(&failure) {
            holes.push(Hole::Overstrict {
                case: failure.1.clone(),
                server: report.name.clone(),
                mode,
                reason: finding.reason,
            });
            report.fails.push(failure);
        }
    }
    Ok((report, holes))
}
