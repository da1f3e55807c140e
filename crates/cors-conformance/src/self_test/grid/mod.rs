//! `self-test --policies`: whether the suite is as strong under policies as users have them as under
//! those of its own.
//!
//! Every faulty server is run in policy mode, as by URL with a stated policy, under every policy of
//! the grid, with and without declared endpoints and `--unsafe-methods`. What no case fails on is
//! searched for a difference from the reference server; where there is one, the pair is a hole.

mod report;
mod rig;
mod search;
mod seen;
mod shapes;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cors_harness::exit::Exit;
use cors_testbed::faults::Fault;
use cors_vectors::server::ServerCase;

use self::report::{GridReport, SettingReport, ShapeReport};
use self::rig::{Rig, Suspect, Transcripts};
use self::search::Search;
use self::shapes::{Origins, Setting, Shape, shapes};
use super::bench::Place;
use super::legitimate::{Legitimate, legitimate};
use crate::args::SelfTestArgs;
use crate::output::unwritable;
use crate::runtime::runtime;
use crate::stop::Stop;

/// Generated sequences that follow the requests of the cases.
const SEQUENCES: u64 = 5000;

/// The same when only some pairs are looked at.
const FEW_SEQUENCES: u64 = 500;

/// What is run.
struct Grid<'a> {
    cases: &'a [ServerCase],
    faults: Vec<Fault>,
    legitimate: Vec<Legitimate>,
    shapes: Vec<Shape>,
    /// One pair of so many is looked at, others under each policy.
    sample: usize,
    /// The names of the servers that are looked at; all when there are none.
    servers: &'a [String],
}

/// Runs the grid and says what came of it.
pub(super) fn run(
    args: &SelfTestArgs,
    cases: &[ServerCase],
    faults: Vec<Fault>,
) -> Result<Exit, Stop> {
    let wanted = |shape: &Shape| {
        let mut prefixes = args.shapes.iter();
        args.shapes.is_empty() || prefixes.any(|prefix| shape.name.starts_with(prefix))
    };
    let grid = Grid {
        cases,
        faults,
        legitimate: legitimate(),
        shapes: shapes()?.into_iter().filter(wanted).collect(),
        sample: args.sample.unwrap_or(1),
        servers: &args.servers,
    };
    let faulty = grid.faults.iter().map(|fault| fault.name);
    let right = grid.legitimate.iter().map(|one| one.name);
    let names: BTreeSet<&str> = faulty.chain(right).collect();
    if let Some(unknown) = args
        .servers
        .iter()
        .find(|name| !names.contains(name.as_str()))
    {
        return Err(Stop::usage(format!("there is no server `{unknown}`")));
    }
    let report = grid.run()?;
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report).map_err(Stop::bug)?;
        fs::write(path, text).map_err(|error| unwritable(&path.display().to_string(), &error))?;
    }
    let written = report.write(&mut anstream::stdout());
    written.map_err(|error| unwritable("standard output", &error))?;
    Ok(report.exit())
}

impl Grid<'_> {
    /// One policy after the other, on as many threads as there are cores. Those with the most in
    /// them come first, since they take longest: no thread is left alone with one at the end.
    fn run(&self) -> Result<GridReport, Stop> {
        let next = AtomicUsize::new(0);
        let mut order: Vec<_> = self.shapes.iter().enumerate().collect();
        order.sort_by_key(|(_, shape)| Reverse(shape.weight()));
        let work = || {
            let mut done = Vec::new();
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                let Some(&(place, shape)) = order.get(turn) else {
                    return Ok(done);
                };
                done.push((place, self.shape(place, shape)?));
            }
        };
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let done = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let joined = workers.into_iter().map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err(Stop::bug("a thread of the self-test panicked")))
            });
            joined.collect::<Result<Vec<Vec<_>>, Stop>>()
        })?;
        let mut done: Vec<_> = done.into_iter().flatten().collect();
        done.sort_by_key(|(place, _)| *place);
        let shapes = done.into_iter().map(|(_, shape)| shape).collect();
        Ok(GridReport { shapes })
    }

    /// Every server, or a sample of them, under one policy.
    fn shape(&self, number: usize, shape: &Shape) -> Result<ShapeReport, Stop> {
        let runtime = runtime()?;
        let everything = shape.stated(Setting::ALL[0]);
        let place = runtime.block_on(Place::new(&everything))?;
        let drawn = |position: usize, name: &str| {
            (position + number).is_multiple_of(self.sample)
                && (self.servers.is_empty() || self.servers.iter().any(|one| one == name))
        };
        let sequences = if self.sample == 1 {
            SEQUENCES
        } else {
            FEW_SEQUENCES
        };
        let search = Search::new(
            &runtime,
            &place,
            &everything,
            self.cases,
            &self.legitimate,
            sequences,
        )?;
        let mut transcripts = Transcripts::default();
        let rigs = Setting::ALL.map(|setting| {
            let policy = shape.stated(setting);
            Rig::new(
                &runtime,
                &place,
                &policy,
                self.cases,
                setting.unsafe_methods,
                &mut transcripts,
            )
        });
        let rigs = rigs.into_iter().collect::<Result<Vec<_>, Stop>>()?;
        let mut settings: Vec<SettingReport> = Setting::ALL
            .iter()
            .zip(&rigs)
            .map(|(setting, rig)| SettingReport::new(*setting, rig.counts))
            .collect();
        let faults = (0..).zip(&self.faults);
        for (_, fault) in faults.filter(|(place, fault)| drawn(*place, fault.name)) {
            let behaviour = fault.behaviour();
            let suspect = Suspect::new(&place, &behaviour, &transcripts);
            self.pair(fault, &suspect, &rigs, &search, &mut settings)?;
        }
        let overstrict = self.overstrict(&rigs, (&place, &transcripts), drawn)?;
        Ok(ShapeReport {
            name: shape.name.clone(),
            origins: Origins::of(&shape.policy),
            settings,
            overstrict,
        })
    }

    /// The servers that are right and on which a case does not hold, where all cases are run.
    fn overstrict(
        &self,
        rigs: &[Rig<'_>],
        (place, transcripts): (&Place<'_>, &Transcripts),
        drawn: impl Fn(usize, &str) -> bool,
    ) -> Result<Vec<(String, String, String)>, Stop> {
        let mut overstrict = Vec::new();
        let Some(rig) = rigs.first() else {
            return Ok(overstrict);
        };
        for (_, one) in (0..)
            .zip(&self.legitimate)
            .filter(|(place, one)| drawn(*place, one.name))
        {
            let suspect = Suspect::new(place, &one.behaviour, transcripts);
            for finding in rig.complaints(&suspect)? {
                overstrict.push((one.name.to_owned(), finding.case, finding.reason));
            }
        }
        Ok(overstrict)
    }

    /// What becomes of a faulty server in each setting.
    fn pair(
        &self,
        fault: &Fault,
        suspect: &Suspect<'_>,
        rigs: &[Rig<'_>],
        search: &Search<'_>,
        settings: &mut [SettingReport],
    ) -> Result<(), Stop> {
        let says_so = |case: &&ServerCase| case.catches.iter().any(|name| name == fault.name);
        let likely = self.cases.iter().filter(says_so);
        let mut likely: BTreeSet<String> = likely.map(|case| case.id.clone()).collect();
        // What does not show where everything is sent shows nowhere.
        let mut shows = true;
        for ((number, rig), report) in (0..).zip(rigs).zip(settings) {
            if let Some(case) = rig.catches(suspect, |case| likely.contains(case))? {
                likely = BTreeSet::from([case]);
                report.caught += 1;
                continue;
            }
            let difference = if shows {
                search.difference(&fault.behaviour(), number)?
            } else {
                None
            };
            if let Some(what) = difference {
                report.holes.insert(fault.name.to_owned(), what);
            } else {
                shows &= number != 0;
                report.invisible.push(fault.name.to_owned());
            }
        }
        Ok(())
    }
}
