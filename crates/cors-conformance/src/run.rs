//! `run`: the cases against a server. The main job.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use cors_agents::browser::Engine;
use cors_harness::clock::Clock;
use cors_harness::control::Halt;
use cors_harness::escape::shell_word;
use cors_harness::event::Mode;
use cors_harness::exit::Exit;
use cors_harness::known::{Known, Seen};
use cors_harness::options::{About, Options};
use cors_harness::plan::{Action, Plan, PlannedCase};
use cors_harness::probe::Inferred;
use cors_harness::run::{cut_short, not_begun, run as drive};
use cors_harness::wire::Line;
use cors_vectors::Library;
use cors_vectors::server::{Level, ServerCase};
use futures_util::FutureExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::args::{FailOn, Method, RunArgs};
use cors_vectors::known::file::{KnownFile, Reasons};

use crate::baseline::file::{self, is_narrowed};
use crate::cases;
use crate::invoked;
use crate::message;
use crate::output::Output;
use crate::probe;
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::target::{self, Target};
use cors_report::terminal::{Terminal, Verbosity};

/// Runs the selected cases against the target and reports.
pub(crate) fn run(args: &RunArgs) -> Result<Exit, Stop> {
    let library = cases::load_for_servers(&args.selection)?;
    let named = args.baseline.baseline.as_deref();
    let baseline = file::find(named, &library, Reasons::Needed)?;
    Ok(execute(args, &library, baseline.as_ref())?.0)
}

/// Runs the selected cases, compares them with known failures, and reports. Returns what was seen
/// as well.
pub(crate) fn execute(
    args: &RunArgs,
    library: &Library,
    baseline: Option<&KnownFile>,
) -> Result<(Exit, Seen), Stop> {
    let chosen = cases::choose(library.server_cases(), &args.selection)?;
    let chosen: BTreeSet<&str> = chosen.iter().map(|case| case.id.as_str()).collect();
    let headers = args.requests.lines();
    let runtime = runtime()?;
    let mut options = options(args, headers)?;
    let verbosity = Verbosity::asked_for(args.output.quiet, args.verbose);
    let terminal = Terminal::new(verbosity, options.fail_on);
    let output = Output::open(terminal, &args.output, options.fail_on)?;
    let narrowed = is_narrowed(&args.selection);
    let baseline = baseline.cloned().map(RefCell::new);
    let mut sink = Known::new(output, baseline.as_ref(), narrowed, options.fail_on);

    let all = library.server_cases().cloned();
    let all: Vec<ServerCase> = all.map(|case| case.asked_by(args.method.name())).collect();
    let is_chosen = |case: &ServerCase| chosen.contains(case.id.as_str());
    let end = runtime.block_on(async {
        let cancel = interrupt().shared();
        let cut = cut_short(&options, cancel.clone());
        let known = in_time(cut, Box::pin(known(args, library, &mut options))).await?;
        options.spent = options.clock.elapsed();
        let (target, inferred) = match known {
            Ok(known) => known,
            Err(halt) => {
                let (mode, selected) = (Mode::Probe, chosen.len());
                return Ok(not_begun(&options, mode, selected, &halt, &mut sink));
            }
        };
        let plan = match (target, inferred) {
            (Target::Subject(subject), _) => Plan::new(&all, is_chosen, subject),
            (Target::Unknown(target), Some(inferred)) => {
                probe::plan(&all, is_chosen, target, &inferred)
            }
            (Target::Unknown(_), None) => return Err(Stop::bug("no policy was inferred")),
            (Target::Command(command), _) => {
                let policies = library.policies();
                let run = command.run(&all, is_chosen, policies, &options, cancel, &mut sink);
                return run.await.map_err(Stop::usage);
            }
        };
        let mut plan = plan.map_err(Stop::usage)?;
        if has_authorization(&options.headers) {
            plan.leave_out(|planned| with_authorization(planned).then(|| OWN_LOGIN.to_owned()));
        }
        if let Some(text) = is_too_slow(args, &plan, &options) {
            message::note(&text);
        }
        Ok::<_, Stop>(drive(&plan, &options, cancel, &mut sink).await)
    })?;
    let (seen, output) = sink.into_parts();
    Ok((output.finish(end.exit), seen))
}

/// What to say, before it begins, of a run that cannot end in time at the rate that is asked for.
fn is_too_slow(args: &RunArgs, plan: &Plan, options: &Options) -> Option<String> {
    let rate = args.requests.rate?.get();
    let rounds = usize::try_from(options.rounds).unwrap_or(usize::MAX);
    let requests = plan.requests().saturating_mul(rounds);
    let seconds = u64::try_from(requests).unwrap_or(u64::MAX) / u64::from(rate);
    let most = options.deadline.as_secs();
    (seconds > most).then(|| {
        format!(
            "note: at --rate {rate} the about {requests} requests of this run take {seconds} s, and \
             after {most} s it is cut short: give -m {} or choose cases with -t",
            seconds + seconds / 4 + 10
        )
    })
}

/// Why a case does not run with the user's login.
const OWN_LOGIN: &str = "it sends Authorization with a value of its own, which would replace yours";

fn has_authorization(lines: &[Line]) -> bool {
    let mut names = lines.iter().map(|(name, _)| name);
    names.any(|name| name.eq_ignore_ascii_case(b"authorization"))
}

/// Whether a case states the header itself: its response would be that to another login.
fn with_authorization(planned: &PlannedCase) -> bool {
    let steps = planned.task.as_ref().map(|task| task.steps.as_slice());
    steps
        .unwrap_or_default()
        .iter()
        .any(|step| match &step.action {
            Action::Fetch(fetch) => has_authorization(&fetch.headers),
            Action::Send(send) => has_authorization(&send.headers),
        })
}

/// What comes of work before the run, unless the run has to be cut short before it began.
pub(crate) async fn in_time<T>(
    cut: impl Future<Output = String>,
    work: impl Future<Output = Result<Result<T, Halt>, Stop>>,
) -> Result<Result<T, Halt>, Stop> {
    tokio::select! {
        biased;
        text = cut => Ok(Err(Halt { exit: Exit::CutShort, text })),
        done = work => done,
    }
}

/// The target, with its policy where that has to be inferred. The inner error says why nothing can
/// be judged.
async fn known(
    args: &RunArgs,
    library: &Library,
    options: &mut Options,
) -> Result<Result<(Target, Option<Inferred>), Halt>, Stop> {
    let target = match target::find(args, library, &options.headers).await? {
        Ok(target) => target,
        Err(halt) => return Ok(Err(halt)),
    };
    let Target::Unknown(unknown) = &target else {
        return Ok(Ok((target, None)));
    };
    options.spent = options.clock.elapsed();
    let inferred = probe::learn(&args.probe, unknown, options).await?;
    Ok(inferred.map(|inferred| (target, Some(inferred))))
}

pub(crate) fn options(args: &RunArgs, headers: Vec<Line>) -> Result<Options, Stop> {
    let about = About {
        tool: concat!("cors-conformance ", env!("CARGO_PKG_VERSION")).to_owned(),
        vectors: cases::version(&args.selection),
        standard: cases::standard()?,
        target: target::name(args),
        inferred: None,
    };
    let standard = Options::default();
    let reproduce = invoked::reproduce();
    Ok(Options {
        about,
        in_flight: usize::from(args.jobs),
        deadline: args.max_time.unwrap_or(standard.deadline),
        spent: Duration::ZERO,
        unsafe_methods: args.requests.unsafe_methods,
        method: args.method.name().to_owned(),
        headers,
        headers_everywhere: args.requests.header_everywhere,
        fail_on: match args.fail_on {
            FailOn::Must => Level::Must,
            FailOn::Should => Level::Should,
        },
        // What a browser does with an answer it accepts is known from the trace only.
        trace: true,
        engines: if args.engines {
            Engine::ALL.map(Engine::dialect).into()
        } else {
            Vec::new()
        },
        cli: Some(
            reproduce
                .clone()
                .unwrap_or_else(|| (again(args), String::new())),
        ),
        is_fleeting: reproduce.is_some(),
        require_success: args.require_success,
        explain: Some(invoked::explain()),
        curl: args.requests.transport.curl(),
        cookie: args.requests.cookies().map(String::into_bytes),
        secrets: args.requests.transport.secrets(),
        rounds: args.repeat.get(),
        clock: Clock::real(),
    })
}

/// The command line that runs one case again, up to the case's id. Values of headers may be
/// secret: the name is enough to know which are needed.
fn again(args: &RunArgs) -> String {
    let mut words = vec![invoked::name()];
    let quoted = |word: &str| shell_word(word.as_bytes());
    words.extend(args.target.url.as_ref().map(|url| quoted(&url.to_string())));
    if let Some(policy) = &args.target.policy {
        words.extend(["--policy".to_owned(), quoted(&policy.to_string_lossy())]);
    }
    if let Some(line) = &args.target.cmd {
        words.extend(["--cmd".to_owned(), quoted(line)]);
    }
    for origin in &args.probe.origins {
        words.extend(["--origin".to_owned(), quoted(origin)]);
    }
    if let Some(file) = &args.baseline.baseline {
        words.extend(["--baseline".to_owned(), quoted(&file.to_string_lossy())]);
    }
    for path in &args.selection.vectors {
        words.extend(["--vectors".to_owned(), quoted(&path.to_string_lossy())]);
    }
    for (name, _) in &args.requests.headers {
        words.extend(["-H".to_owned(), quoted(&format!("{name}: ..."))]);
    }
    if args.requests.user.is_some() {
        words.extend(["-u".to_owned(), quoted("...:...")]);
    }
    words.extend(
        args.requests
            .header_everywhere
            .then(|| "--header-everywhere".to_owned()),
    );
    if args.requests.cookie.is_some() {
        words.extend(["-b".to_owned(), quoted("...=...")]);
    }
    words.extend(args.requests.transport.again());
    if args.method != Method::Get {
        words.extend(["--method".to_owned(), args.method.name().to_owned()]);
    }
    if let Some(rate) = args.requests.rate {
        words.extend(["--rate".to_owned(), rate.to_string()]);
    }
    words.extend(
        args.requests
            .unsafe_methods
            .then(|| "--unsafe-methods".to_owned()),
    );
    words.extend(args.require_success.then(|| "--require-success".to_owned()));
    words.push("-t ".to_owned());
    words.join(" ")
}

/// Ends when the program is asked to: by Ctrl-C, by SIGTERM, or since its terminal is gone. What
/// it started is then ended by ordinary code. It listens from the call on, so that nothing that is
/// started afterwards is left behind; the call has to be made within a runtime.
pub(crate) fn interrupt() -> impl Future<Output = ()> {
    let signals = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    // Without a signal's handler that signal ends the program at once, as it always does.
    let mut listeners: Vec<Signal> = signals
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect();
    poll_fn(move |context| {
        let mut polled = listeners.iter_mut().map(|one| one.poll_recv(context));
        if polled.any(|one| one.is_ready()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
}
