//! `fuzz-hunt`: the live fuzzer, not knowing which, on every server of the testbed.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use cors_fuzzer::{Finding, Fresh, Fuzzing, Supply, fuzz};
use cors_harness::event::Event;
use cors_harness::exit::Exit;
use cors_harness::kit::{Kit, Site, Subject, path};
use cors_harness::options::Options;
use cors_harness::target::url::UrlOptions;
use cors_harness::target::{ServiceTarget, Target, Transport, UrlTarget};
use cors_harness::wire;
use cors_model::url::Url;
use cors_testbed::application::ENDPOINTS;
use cors_testbed::faults::faults;
use cors_testbed::variants::variants;
use cors_testbed::{Behaviour, Running, Server, Service, Slot, serve_at};
use cors_vectors::policy::Policy;
use cors_vectors::server::{Endpoint, Level};
use cors_vectors::server_library;
use futures_util::future::LocalBoxFuture;
use tokio::runtime::Runtime;

use crate::args::HuntArgs;
use crate::output::unwritable;
use crate::runtime::runtime;
use crate::stop::Stop;

/// The share of faults, in percent, that has to be found.
const LEAST_FOUND: usize = 90;
/// The number of requests within which half of the found faults have to be found.
const MEDIAN: usize = 150;
/// The requests of a short finding, and the share of findings, in percent, that has to be short.
const SHORT: (usize, usize) = (2, 90);

/// A server that is looked at.
struct Quarry {
    name: &'static str,
    behaviour: Behaviour,
    is_fault: bool,
}

/// What came of it.
struct Tracked {
    name: &'static str,
    is_fault: bool,
    requests: usize,
    finding: Option<Finding>,
    reason: Option<String>,
}

/// Hunts, prints for each server what came of it, and compares the sums with what is asked for.
pub(crate) fn run(args: &HuntArgs) -> Result<Exit, Stop> {
    let faults = faults().into_iter().map(|fault| Quarry {
        name: fault.name,
        behaviour: fault.behaviour(),
        is_fault: true,
    });
    let variants = variants().into_iter().map(|variant| Quarry {
        name: variant.name,
        behaviour: variant.behaviour(),
        is_fault: false,
    });
    let reference = Quarry {
        name: "reference",
        behaviour: Behaviour::REFERENCE,
        is_fault: false,
    };
    let wanted = |name: &str| {
        args.only
            .as_ref()
            .is_none_or(|word| name.contains(word.as_str()))
    };
    let quarries: Vec<Quarry> = faults
        .chain([reference])
        .chain(variants)
        .filter(|quarry| wanted(quarry.name))
        .collect();
    if quarries.is_empty() {
        return Err(Stop::usage(
            "no server of the testbed has a name that contains the word of --only: `serve --list` \
             names them all",
        ));
    }
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let parts = thread::scope(|scope| {
        let quarries = &quarries;
        let workers: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || part(args, quarries, first, threads)))
            .collect();
        let joined = workers.into_iter().map(|worker| {
            worker
                .join()
                .unwrap_or_else(|_| Err(Stop::bug("a thread of the hunt panicked")))
        });
        joined.collect::<Result<Vec<_>, Stop>>()
    })?;
    let mut tracked: Vec<(usize, Tracked)> = parts.into_iter().flatten().collect();
    tracked.sort_by_key(|(place, _)| *place);
    let tracked: Vec<Tracked> = tracked.into_iter().map(|(_, tracked)| tracked).collect();
    tell(&mut anstream::stdout(), args, &tracked)
        .map_err(|error| unwritable("standard output", &error))
}

/// Every `step`th server from `first` on.
fn part(
    args: &HuntArgs,
    quarries: &[Quarry],
    first: usize,
    step: usize,
) -> Result<Vec<(usize, Tracked)>, Stop> {
    let ground = Ground::new(args.seed)?;
    let mut part = Vec::new();
    for (place, quarry) in quarries.iter().enumerate().skip(first).step_by(step) {
        part.push((place, ground.hunt(args, quarry)?));
    }
    Ok(part)
}

/// A slot for each policy, in which one server after another is.
struct Ground {
    runtime: Runtime,
    subject: Subject,
    slots: Vec<(Slot, Policy)>,
    /// End the sockets' servers when they are dropped.
    _running: Vec<Running>,
}

impl Ground {
    fn new(seed: u64) -> Result<Self, Stop> {
        let runtime = runtime()?;
        let library = server_library().map_err(Stop::bug)?;
        let mut policies = library.policies().clone();
        policies.extend(super::made_up(seed));
        let (mut kit, mut slots, mut running) = (Kit::new(), Vec::new(), Vec::new());
        for (name, named) in policies {
            let slot = Slot::new(server(&named.policy, Behaviour::REFERENCE)?);
            let socket = runtime.block_on(serve_at(0, slot.clone()));
            let socket = socket.map_err(Stop::bug)?;
            let resource = format!("{}/{}", socket.url(), path(Endpoint::Resource));
            let resource = Url::from_serialized(&resource);
            let wire = UrlTarget::new(&resource, &UrlOptions::default());
            let target = Rc::new(Both {
                service: ServiceTarget::new(resource, Service(slot.clone())),
                wire: wire.map_err(Stop::bug)?,
            });
            let elsewhere = ENDPOINTS
                .into_iter()
                .filter(|endpoint| *endpoint != Endpoint::Resource);
            let policy = Policy {
                endpoints: elsewhere
                    .map(|endpoint| (endpoint, format!("/{}", path(endpoint))))
                    .collect(),
                ..named.policy
            };
            slots.push((slot, policy.clone()));
            let policy = Rc::new(policy);
            running.push(socket);
            kit.insert(name, Ok(Site { target, policy }));
        }
        Ok(Self {
            runtime,
            subject: Subject::Kit(kit),
            slots,
            _running: running,
        })
    }

    /// Looks for what is wrong with a server.
    fn hunt(&self, args: &HuntArgs, quarry: &Quarry) -> Result<Tracked, Stop> {
        let supply = Slots {
            slots: &self.slots,
            behaviour: &quarry.behaviour,
        };
        supply.put_back()?;
        let most = if quarry.is_fault {
            args.requests
        } else {
            args.legitimate
        };
        let fuzzing = Fuzzing {
            seed: args.seed,
            runs: None,
            requests: Some(most),
            duration: None,
            keep_going: false,
            area: "hunt".to_owned(),
            known: None,
        };
        let options = Options {
            // One after the other, so that the numbers are the same in every hunt.
            in_flight: 1,
            deadline: Duration::from_secs(3600),
            fail_on: Level::Should,
            ..Options::default()
        };
        let cancel = std::future::pending();
        let mut ignore = |_: &Event| ();
        let fuzzed = fuzz(
            &self.subject,
            &fuzzing,
            &options,
            &supply,
            cancel,
            &mut ignore,
        );
        let fuzzed = self.runtime.block_on(fuzzed);
        let sent = fuzzed.end.generated.as_ref();
        let sent = sent.map_or(0, |generated| generated.requests);
        Ok(Tracked {
            name: quarry.name,
            is_fault: quarry.is_fault,
            requests: fuzzed.findings.first().map_or(sent, Finding::after),
            finding: fuzzed.findings.into_iter().next(),
            reason: fuzzed.end.reason,
        })
    }
}

/// Puts a server that is as new into each slot.
struct Slots<'a> {
    slots: &'a [(Slot, Policy)],
    behaviour: &'a Behaviour,
}

impl Slots<'_> {
    fn put_back(&self) -> Result<(), Stop> {
        for (slot, policy) in self.slots {
            slot.put(server(policy, self.behaviour.clone())?);
        }
        Ok(())
    }
}

impl Supply for Slots<'_> {
    fn fresh<'a>(&'a self, _policy: &'a str) -> LocalBoxFuture<'a, Result<Fresh, String>> {
        let put_back = self.put_back().map(|()| Fresh::Same);
        Box::pin(std::future::ready(put_back.map_err(|stop| stop.said)))
    }

    fn is_cheap(&self) -> bool {
        true
    }
}

fn server(policy: &Policy, behaviour: Behaviour) -> Result<Server, Stop> {
    Server::new(policy, behaviour).map_err(|unsupported| {
        Stop::bug(format_args!(
            "the testbed refuses a policy: {}",
            unsupported.reason
        ))
    })
}

/// A server in this process, and on a socket for the requests whose bytes matter.
struct Both {
    service: ServiceTarget<Service<Slot>>,
    wire: UrlTarget,
}

impl Target for Both {
    fn url(&self) -> &Url {
        self.wire.url()
    }

    fn hides_bytes(&self) -> Option<&'static str> {
        self.wire.hides_bytes()
    }

    fn exchange_raw<'a>(&'a self, request: &'a wire::Request) -> Answer<'a> {
        Box::pin(self.wire.exchange_raw(request))
    }

    fn exchange<'a>(&'a self, request: &'a wire::Request) -> Answer<'a> {
        self.service.exchange(request)
    }
}

type Answer<'a> = std::pin::Pin<Box<dyn Future<Output = Result<wire::Response, Transport>> + 'a>>;

/// Prints the servers and the sums; fails when a sum is not what is asked for.
fn tell(sink: &mut dyn Write, args: &HuntArgs, tracked: &[Tracked]) -> io::Result<Exit> {
    for one in tracked {
        let Tracked {
            name,
            is_fault,
            requests,
            finding,
            reason,
        } = one;
        let kind = if *is_fault { "fault" } else { "right" };
        let said = match finding {
            Some(finding) => format!(
                "found after {requests:>5}, {} requests, {}{}",
                length(finding),
                finding.case.id.trim_start_matches("hunt/"),
                if finding.is_confirmed() {
                    ""
                } else {
                    ", not seen again"
                },
            ),
            None => format!("nothing in {requests:>5}"),
        };
        let reason = reason
            .as_ref()
            .map_or_else(String::new, |said| format!("; {said}"));
        writeln!(sink, "{kind} {name:<44} {said}{reason}")?;
        if args.verbose
            && let Some(finding) = finding
        {
            write!(sink, "{}", cors_report::block::failure(&finding.event))?;
        }
    }
    let faults: Vec<&Tracked> = tracked.iter().filter(|one| one.is_fault).collect();
    let found: Vec<(&Tracked, &Finding)> = faults
        .iter()
        .filter_map(|one| Some((*one, one.finding.as_ref()?)))
        .collect();
    let mut requests: Vec<usize> = found.iter().map(|(one, _)| one.requests).collect();
    requests.sort_unstable();
    let median = requests.get(requests.len() / 2).copied();
    let (short, least_short) = SHORT;
    let brief = found
        .iter()
        .filter(|(_, finding)| finding.is_confirmed() && length(finding) <= short)
        .count();
    let right = tracked.iter().filter(|one| !one.is_fault);
    let wrong = right.clone().filter(|one| one.finding.is_some()).count();
    writeln!(
        sink,
        "hunt: {} of {} faults found within {} requests, median {}; {brief} of {} findings of at \
         most {short} requests; findings on {wrong} of {} servers that are right, in {} requests each",
        found.len(),
        faults.len(),
        args.requests,
        median.map_or_else(|| "none".to_owned(), |median| median.to_string()),
        found.len(),
        right.count(),
        args.legitimate,
    )?;
    let holds = found.len() * 100 >= faults.len() * LEAST_FOUND
        && median.is_none_or(|median| median < MEDIAN)
        && brief * 100 >= found.len() * least_short
        && wrong == 0;
    Ok(if holds {
        Exit::AsExpected
    } else {
        Exit::Failed
    })
}

/// Requests of which a finding is made.
fn length(finding: &Finding) -> usize {
    finding.event.exchanges
}
