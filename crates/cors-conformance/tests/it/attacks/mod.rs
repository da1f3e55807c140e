//! Each kind of attack, a line each: a run ends as it must, its reports are whole or say why not,
//! hold no raw control byte, no command and no password, and nothing connects to another machine.
//! CONTRIBUTING.md lists the kinds. What memory they take is measured in `hostile.rs`.

mod http1;
mod http2;
mod other;
mod secrets;
mod secure;
mod server;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use cors_harness::event::Event;
use cors_harness::exit::Exit;
use cors_harness::kit::{Kit, KitError, Offer, Subject};
use cors_harness::options::Options;
use cors_harness::plan::Plan;
use cors_harness::run::run;
use cors_harness::stream::Sink;
use cors_harness::target::route::{Proxy, Route};
use cors_harness::target::tls::Trust;
use cors_harness::target::url::{HttpVersion, UrlOptions as ClientOptions};
use cors_harness::target::{Deadlines, UrlTarget};
use cors_model::url::Url;
use cors_net::process::elsewhere;
use cors_report::format::Format;
use cors_report::registry::{self, FORMATS};
use cors_report::terminal::{Terminal, Verbosity};
use cors_vectors::read::read_policy_toml;
use cors_vectors::server::{Level, ServerCase};

use self::server::{Kind, Over, Server};
use crate::program::{self, SAMPLE, text};
use crate::servers::POLICY;

/// Most memory that a run may take, also where it was built to be debugged: 150 MB, in KiB.
const MEMORY: u64 = 150 * 1000 * 1000 / 1024;
/// Most bytes of a report.
const REPORT: usize = 64 << 20;
/// Runs at a time, of all tests together. They wait more than they work.
const AT_A_TIME: usize = 16;
/// Held by the test that runs.
static TURN: Mutex<()> = Mutex::new(());

/// The tests' own cases.
static CASES: LazyLock<Vec<ServerCase>> = LazyLock::new(|| {
    let library = cors_vectors::library().unwrap();
    let library = library.extend_from_path(Path::new(SAMPLE)).unwrap();
    let cases = library.server_cases().cloned();
    cases
        .filter(|case| case.id.starts_with("sample/"))
        .collect()
});

/// Whether this process has a network of its own.
const ALONE: &str = "CORS_TEST_ALONE";

/// How a run ended, and its reports.
struct Ended {
    exit: Exit,
    reports: Vec<(&'static str, Vec<u8>)>,
    events: Vec<Event>,
}

/// Writes every report.
struct Reports {
    terminal: Terminal,
    formats: Vec<(&'static str, Box<dyn Format>)>,
    ended: Ended,
}

impl Reports {
    fn new() -> Self {
        let begin = |kind: &registry::Kind| (kind.name, kind.begin(Level::Must));
        let formats: Vec<_> = FORMATS.iter().map(begin).collect();
        let names = std::iter::once("terminal").chain(formats.iter().map(|(name, _)| *name));
        let reports = names.map(|name| (name, Vec::new())).collect();
        Self {
            terminal: Terminal::new(Verbosity::from_count(2), Level::Must),
            formats,
            ended: Ended {
                exit: Exit::AsExpected,
                reports,
                events: Vec::new(),
            },
        }
    }
}

impl Sink for Reports {
    fn wants_passes(&self) -> bool {
        true
    }

    fn event(&mut self, event: &Event) {
        let (first, others) = self.ended.reports.split_first_mut().unwrap();
        self.terminal.event(&mut first.1, event).unwrap();
        for ((_, format), (_, report)) in self.formats.iter_mut().zip(others) {
            format.event(event, report).unwrap();
        }
        self.ended.events.push(event.clone());
    }
}

/// How long a run waits: for each answer, and in all.
#[derive(Debug, Clone, Copy)]
struct Patience {
    head: Duration,
    body: Duration,
    run: Duration,
}

impl Patience {
    /// Little for what never answers; for what does, more than a busy machine takes.
    const fn with(kind: Kind) -> Self {
        let silent = kind.ends.with == 3 && !matches!(kind.over, Over::Kit);
        let head = if silent { 300 } else { 30_000 };
        Self {
            head: Duration::from_millis(head),
            // A body that is cut is no failure: what is judged is the head.
            body: Duration::from_millis(100),
            run: Duration::from_secs(600),
        }
    }

    /// More for each answer than the run has.
    const SHORT_RUN: Self = Self {
        head: Duration::from_secs(60),
        body: Duration::from_secs(60),
        run: Duration::from_secs(1),
    };
}

/// A password of a proxy, as it is given and as it is sent.
const PROXY: [&str; 2] = ["s3cr3t%20pw-0123", "s3cr3t pw-0123"];

/// The URL of a server.
fn url(kind: Kind, port: u16) -> String {
    match kind.over {
        Over::Tls | Over::Https(_) => format!("https://127.0.0.1:{port}/resource"),
        Over::Proxy => "http://localhost:9/".to_owned(),
        Over::Tunnel => "https://localhost:9/".to_owned(),
        Over::Kit => format!("http://127.0.0.1:{port}/"),
        Over::Http1 | Over::Http2 | Over::Secrets => format!("http://127.0.0.1:{port}/resource"),
    }
}

/// The proxy, where a server is one.
fn proxy(kind: Kind, port: u16) -> Option<String> {
    matches!(kind.over, Over::Proxy | Over::Tunnel)
        .then(|| format!("http://usr:{}@127.0.0.1:{port}", PROXY[0]))
}

/// How a server is reached.
fn client(kind: Kind, server: &Server, patience: Patience) -> ClientOptions {
    let trust = match (kind.over, &server.certificate) {
        (Over::Https(certificate), Some(pem)) if certificate.is_trusted() => {
            Trust::Authorities(pem.clone().into_bytes())
        }
        (Over::Https(certificate), _) if !certificate.is_accepted() => Trust::Web,
        (_, _) => Trust::Anyone,
    };
    ClientOptions {
        deadlines: Deadlines {
            connect: patience.head,
            head: patience.head,
            body: patience.body,
        },
        route: Route {
            proxy: proxy(kind, server.port).map(|proxy| proxy.parse().unwrap()),
            ..Route::default()
        },
        http: if kind.over == Over::Http2 {
            HttpVersion::Http2PriorKnowledge
        } else {
            HttpVersion::Negotiated
        },
        trust,
        ..ClientOptions::default()
    }
}

/// What a run is about, or how it ends before it begins.
async fn subject(kind: Kind, url: &Url, client: &ClientOptions) -> Result<Subject, Exit> {
    if kind.over == Over::Kit {
        let policies = cors_vectors::library().unwrap().policies();
        match Kit::offered(url, policies, client, &[]).await {
            Ok(Offer::Kit(kit)) => return Ok(Subject::Kit(kit)),
            Ok(Offer::Nothing | Offer::Unreadable(_)) | Err(KitError::Transport(_)) => {}
            Err(KitError::Target(_)) => return Err(Exit::Usage),
            Err(_) => return Err(Exit::Unreachable),
        }
    }
    let policy = read_policy_toml("cors.toml", POLICY).unwrap();
    let target = UrlTarget::new(url, client).unwrap();
    Ok(Subject::with_policy(Rc::new(target), policy))
}

fn run_against(kind: Kind, patience: Patience) -> Ended {
    let server = Server::start(kind);
    let url = url(kind, server.port);
    let client = client(kind, &server, patience);
    let secrets = client.route.proxy.as_ref().map(Proxy::secrets);
    let mut options = Options {
        deadline: patience.run,
        secrets: secrets.unwrap_or_default(),
        trace: true,
        ..Options::default()
    };
    if kind.over == Over::Secrets {
        options.headers = secrets::lines();
        options.headers_everywhere = true;
        options.cookie = Some(secrets::cookie());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut reports = Reports::new();
    let exit = runtime.block_on(async {
        let url = Url::parse(&url).unwrap();
        match subject(kind, &url, &client).await {
            Err(exit) => exit,
            Ok(subject) => {
                let plan = Plan::new(&CASES, |_| true, subject).unwrap();
                let end = run(&plan, &options, std::future::pending(), &mut reports).await;
                end.exit
            }
        }
    });
    drop(runtime);
    drop(server);
    Ended {
        exit,
        ..reports.ended
    }
}

/// Without the colors of a terminal, `ESC [ digits m`; other controls stay.
fn unstyled(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ';');
        match rest.strip_prefix('m') {
            Some(rest) => plain.push_str(rest),
            None => plain.extend(["\u{1b}[", part]),
        }
    }
    plain
}

/// The first eight bytes of a secret that are in a text.
fn secret(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let secrets = [
        secrets::TOKEN,
        secrets::KEY,
        secrets::COOKIE,
        secrets::LOGIN,
    ];
    let secrets = secrets.iter().chain(&PROXY);
    let windows = secrets.flat_map(|secret| secret.as_bytes().windows(8));
    let mut windows = windows.map(|window| String::from_utf8_lossy(window).to_ascii_lowercase());
    windows.find(|window| text.contains(window))
}

/// What is wrong with a run that may end in these ways.
fn wrong(kind: Kind, ways: &[i32], ended: &Ended) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{}: {what} ({:?})", kind.name, ended.exit));
        }
    };
    let code = i32::from(ended.exit.code());
    check(ways.contains(&code), "it ends in another way");
    for (name, bytes) in &ended.reports {
        check(bytes.len() < REPORT, "a report is too long");
        let text = unstyled(std::str::from_utf8(bytes).unwrap_or("\0"));
        let raw = |letter: char| {
            let bidi = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            bidi || (letter.is_control() && letter != '\n')
        };
        check(
            !text.contains(raw),
            &format!("control characters in {name}"),
        );
        let commands = ["::error", "##vso["];
        let begins = |line: &str| {
            let line = line.trim_start();
            commands.iter().any(|command| line.starts_with(command))
        };
        check(!text.lines().any(begins), &format!("a command in {name}"));
        let secret = secret(&text);
        check(secret.is_none(), &format!("{secret:?} in {name}"));
    }
    let Some(Event::End(end)) = ended.events.last() else {
        // It ended before it began.
        check(ended.events.is_empty(), "its report has no end");
        return wrong;
    };
    check(end.exit == ended.exit, "its report says another end");
    let is_whole = matches!(
        ended.exit,
        Exit::AsExpected | Exit::Failed | Exit::NothingRan
    );
    check(
        end.complete == is_whole,
        "its report is marked as whole when it is not, or not when it is",
    );
    check(
        end.complete == end.reason.is_none(),
        "its report does not say why it is not whole, or says so when it is",
    );
    let of_cases = ended.events.iter();
    let cases = of_cases
        .filter(|event| matches!(event, Event::Case(_)))
        .count();
    check(
        !end.complete || cases == end.counts.total(),
        "cases are missing",
    );
    let stream = ended.reports.iter().find(|(name, _)| *name == "ndjson");
    let stream = stream.map(|(_, bytes)| String::from_utf8_lossy(bytes));
    let last = stream.as_deref().unwrap_or_default().lines().last();
    let last = last.and_then(|line| serde_json::from_str(line).ok());
    check(
        last.as_ref() == ended.events.last(),
        "its stream has another last line",
    );
    wrong
}

/// Runs one test of this program in a network of its own, in which there is no machine but this
/// one, and says whether it could.
fn run_alone(test: &str) -> bool {
    let up = "ip link set lo up 2>/dev/null || ifconfig lo up";
    let can = Command::new("unshare")
        .args(["-rn", "sh", "-c", up])
        .output();
    if !can.is_ok_and(|output| output.status.success()) {
        return false;
    }
    let output = Command::new("unshare")
        .args(["-rn", "sh", "-c", &format!("({up}) && exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("attacks::{test}"), "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    true
}

/// How often this network was asked for a way to another machine, which it does not have.
fn asked_for_others() -> u64 {
    let table = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (four, six) = (table("/proc/self/net/snmp"), table("/proc/self/net/snmp6"));
    let mut rows = four.lines().filter_map(|line| line.strip_prefix("Ip:"));
    let (names, counts) = (rows.next().unwrap(), rows.next().unwrap());
    let mut columns = names.split_whitespace().zip(counts.split_whitespace());
    let (_, four) = columns.find(|(name, _)| *name == "OutNoRoutes").unwrap();
    let six = six
        .lines()
        .find_map(|line| line.strip_prefix("Ip6OutNoRoutes"));
    let counts = [four, six.unwrap_or("0")];
    counts
        .map(|count| count.trim().parse::<u64>().unwrap())
        .iter()
        .sum()
}

/// Runs something about all of these kinds, some at a time, and looks for other machines. In a
/// network of its own the system counts each attempt to reach one; elsewhere connections are looked
/// for while they last.
fn each(test: &str, kinds: &[Kind], wrong: impl Fn(Kind) -> Vec<String> + Sync) {
    // A test that failed says so itself.
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let is_alone = std::env::var_os(ALONE).is_some();
    if !is_alone && run_alone(test) {
        return;
    }
    LazyLock::force(&CASES);
    let next = AtomicUsize::new(0);
    let work = || -> Vec<String> {
        let take = || kinds.get(next.fetch_add(1, Ordering::Relaxed));
        let each = std::iter::from_fn(take).map(|kind| wrong(*kind));
        each.flatten().collect()
    };
    let (wrong, elsewhere) = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        let mut seen = BTreeSet::new();
        while workers.iter().any(|worker| !worker.is_finished()) {
            seen.extend(elsewhere(std::process::id()));
            thread::sleep(Duration::from_millis(10));
        }
        let each = workers.into_iter().map(|worker| worker.join().unwrap());
        (each.flatten().collect::<Vec<String>>(), seen)
    });
    drop(turn);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(elsewhere, BTreeSet::new(), "a run reaches another machine");
    if is_alone {
        assert_eq!(asked_for_others(), 0, "a run asks for another machine");
        // What a run that does would count.
        assert!(std::net::TcpStream::connect(("192.0.2.1", 80)).is_err());
        assert_eq!(asked_for_others(), 1);
    }
}

/// Each run ends as its kind says.
fn hold(test: &str, kinds: &[Kind]) {
    each(test, kinds, |kind| {
        let other = kind.ends.or.map(|(with, _)| with);
        let ways: Vec<i32> = std::iter::once(kind.ends.with).chain(other).collect();
        wrong(kind, &ways, &run_against(kind, Patience::with(kind)))
    });
}

#[test]
fn slow_answers_end() {
    hold("slow_answers_end", http1::SLOW);
}

#[test]
fn large_answers_are_bounded() {
    hold("large_answers_are_bounded", http1::LARGE);
}

#[test]
fn status_lines_that_are_none_are_not_understood() {
    hold(
        "status_lines_that_are_none_are_not_understood",
        http1::STATUS,
    );
}

#[test]
fn heads_that_are_not_well_formed_are_not_understood() {
    hold(
        "heads_that_are_not_well_formed_are_not_understood",
        http1::HEADS,
    );
}

#[test]
fn framing_that_contradicts_itself_ends() {
    hold("framing_that_contradicts_itself_ends", http1::FRAMING);
}

#[test]
fn connections_that_end_are_no_answer() {
    hold("connections_that_end_are_no_answer", http1::CONNECTIONS);
}

#[test]
fn redirects_lead_to_no_other_machine() {
    hold("redirects_lead_to_no_other_machine", http1::REDIRECTS);
}

#[test]
fn text_of_a_target_is_no_command_and_no_markup() {
    hold("text_of_a_target_is_no_command_and_no_markup", http1::TEXT);
}

#[test]
fn http_2_that_is_none_ends() {
    hold("http_2_that_is_none_ends", http2::KINDS);
}

#[test]
fn handshakes_that_come_to_nothing_end() {
    hold("handshakes_that_come_to_nothing_end", other::TLS);
}

#[test]
fn certificates_are_looked_at_and_what_follows_ends() {
    hold(
        "certificates_are_looked_at_and_what_follows_ends",
        secure::SECURE,
    );
}

#[test]
fn secrets_are_not_repeated() {
    hold("secrets_are_not_repeated", secrets::SECRETS);
}

#[test]
fn proxies_do_not_learn_to_repeat_passwords() {
    hold("proxies_do_not_learn_to_repeat_passwords", other::PROXY);
}

#[test]
fn lists_of_policies_lead_nowhere_else() {
    hold("lists_of_policies_lead_nowhere_else", other::KITS);
}

/// Servers that keep a run waiting, at any stage.
#[test]
fn a_run_ends_with_its_deadline() {
    let test = "a_run_ends_with_its_deadline";
    let groups = [
        http1::SLOW,
        http1::LARGE,
        http2::KINDS,
        other::TLS,
        other::PROXY,
    ];
    let waits = [
        "slow", "late", "silent", "endless", "half", "flood", "no-", "stall", "drip",
    ];
    let kinds: Vec<Kind> = groups.into_iter().flatten().copied().collect();
    let kinds: Vec<Kind> = kinds
        .into_iter()
        .filter(|kind| waits.iter().any(|word| kind.name.contains(word)))
        .collect();
    assert!(kinds.len() > 30, "{kinds:?}");
    let cut = AtomicUsize::new(0);
    each(test, &kinds, |kind| {
        let ended = run_against(kind, Patience::SHORT_RUN);
        if ended.exit == Exit::CutShort {
            cut.fetch_add(1, Ordering::Relaxed);
        }
        // Some limit may end it before.
        wrong(kind, &[7, kind.ends.with], &ended)
    });
    if std::env::var_os(ALONE).is_some() {
        assert!(cut.into_inner() > 15);
    }
}

/// What takes most, each in a process of its own.
#[test]
fn memory_and_reports_stay_small() {
    let groups = [
        http1::LARGE,
        http2::KINDS,
        other::TLS,
        secure::SECURE,
        other::PROXY,
        other::KITS,
    ];
    let takes = [
        "endless",
        "flood",
        "long",
        "line",
        "bomb",
        "4-gib",
        "max",
        "deep",
        "half-a-meg",
        "kit-of-all",
    ];
    let kinds = groups.into_iter().flatten().copied();
    let kinds: Vec<Kind> = kinds
        .filter(|kind| takes.iter().any(|word| kind.name.contains(word)))
        .collect();
    assert!(kinds.len() > 30, "{kinds:?}");
    each("memory_and_reports_stay_small", &kinds, memory);
}

fn memory(kind: Kind) -> Vec<String> {
    let server = Server::start(kind);
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("cors.toml");
    std::fs::write(&policy, POLICY).unwrap();
    let url = url(kind, server.port);
    let mut arguments = vec![url.clone(), "-vv".to_owned()];
    let mut add = |words: &[&str]| arguments.extend(words.iter().map(|word| (*word).to_owned()));
    add(&["--vectors", SAMPLE, "-t", "sample/*", "-m", "600"]);
    if kind.over == Over::Kit {
        add(&["-t", "origin/*"]);
    } else {
        add(&["--policy", text(&policy)]);
    }
    if kind.over == Over::Http2 {
        add(&["--http2-prior-knowledge"]);
    }
    if matches!(kind.over, Over::Https(_) | Over::Tls) {
        add(&["-k"]);
    }
    if let Some(proxy) = proxy(kind, server.port) {
        add(&["-x", &proxy]);
    }
    let head = Patience::with(kind).head.as_secs_f64().to_string();
    add(&["--request-timeout", &head]);
    let reports: Vec<_> = FORMATS
        .iter()
        .map(|format| folder.path().join(format.name))
        .collect();
    for (format, path) in FORMATS.iter().zip(&reports) {
        add(&["--report", &format!("{}={}", format.name, text(path))]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = program::run(&arguments);
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{}: {what}", kind.name));
        }
    };
    let ways = [Some(kind.ends.with), kind.ends.or.map(|(with, _)| with)];
    check(
        ways.contains(&ran.code),
        &format!("{:?} {} {}", ran.code, ran.last_line(), ran.stderr),
    );
    check(
        ran.peak > 0 && ran.peak < MEMORY,
        &format!("{} KiB", ran.peak),
    );
    check(ran.stdout.len() < REPORT, "too much on the terminal");
    for report in reports {
        let size = std::fs::metadata(&report).map_or(0, |file| file.len());
        check(
            (1..REPORT as u64).contains(&size),
            &format!("{size} bytes in {}", report.display()),
        );
    }
    wrong
}

/// The groups of the table in CONTRIBUTING.md, by the tests of this file.
const GROUPS: &[(&str, &[Kind])] = &[
    ("slow_answers_end", http1::SLOW),
    ("large_answers_are_bounded", http1::LARGE),
    (
        "status_lines_that_are_none_are_not_understood",
        http1::STATUS,
    ),
    (
        "heads_that_are_not_well_formed_are_not_understood",
        http1::HEADS,
    ),
    ("framing_that_contradicts_itself_ends", http1::FRAMING),
    ("connections_that_end_are_no_answer", http1::CONNECTIONS),
    ("redirects_lead_to_no_other_machine", http1::REDIRECTS),
    ("text_of_a_target_is_no_command_and_no_markup", http1::TEXT),
    ("http_2_that_is_none_ends", http2::KINDS),
    ("handshakes_that_come_to_nothing_end", other::TLS),
    (
        "certificates_are_looked_at_and_what_follows_ends",
        secure::SECURE,
    ),
    ("secrets_are_not_repeated", secrets::SECRETS),
    ("proxies_do_not_learn_to_repeat_passwords", other::PROXY),
    ("lists_of_policies_lead_nowhere_else", other::KITS),
];

/// The table of CONTRIBUTING.md: for each row the module and name of its test, and what else it says.
fn rows() -> Vec<(&'static str, &'static str, &'static str)> {
    let text = include_str!("../../../../../CONTRIBUTING.md");
    let (_, table) = text.split_once("## Attacks\n").unwrap();
    let rows = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("::"));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, test, kinds] = cells[..] else {
            panic!("{row}")
        };
        let (module, name) = test.trim_matches('`').split_once("::").unwrap();
        (module, name, kinds)
    });
    rows.collect()
}

#[test]
fn every_attack_has_its_row_and_every_row_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let rows = rows();
    assert!(rows.len() > GROUPS.len());
    for (module, name, _) in &rows {
        let files = [format!("{module}.rs"), format!("{module}/mod.rs")];
        let texts = files
            .iter()
            .map(|file| std::fs::read_to_string(folder.join(file)));
        let text: String = texts.filter_map(Result::ok).collect();
        let begin = format!("#[test]\nfn {name}() {{");
        assert!(text.contains(&begin), "there is no test {module}::{name}");
    }
    for (name, kinds) in GROUPS {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
        let row = rows
            .iter()
            .find(|(module, test, _)| *module == "attacks" && test == name);
        let listed = row.map(|(_, _, kinds)| *kinds).unwrap_or_default();
        assert_eq!(listed, names.join(", "), "the row of {name}");
    }
    let of_groups = rows
        .iter()
        .filter(|(module, ..)| *module == "attacks")
        .count();
    // And those of two tests about many of them.
    assert_eq!(of_groups, GROUPS.len() + 2);
}

#[test]
fn kinds_have_names_of_their_own() {
    let all = GROUPS.iter().flat_map(|(_, kinds)| kinds.iter());
    let names: Vec<&str> = all.map(|kind| kind.name).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len());
}
