//! Each kind of attack, a line each: a run ends as it must, its reports are whole or say why not,
//! hold no raw control byte, no command and no password, and nothing connects to another machine.
//! CONTRIBUTING.md lists the kinds. What memory they take is measured in `hostile.rs`.

mod http1;
mod http2;
mod other;
mod server;

use std::collections::BTreeSet;
use std::path::Path;
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
use cors_harness::target::url::{HttpVersion, UrlOptions as ClientOptions};
use cors_harness::target::{Deadlines, UrlTarget};
use cors_model::url::Url;
use cors_net::process::elsewhere;
use cors_report::format::Format;
use cors_report::registry::{self, FORMATS};
use cors_report::terminal::{Terminal, Verbosity};
use cors_vectors::read::read_policy_toml;
use cors_vectors::server::{Level, ServerCase};

use self::server::{EITHER, Kind, Over, Server};
use crate::program::SAMPLE;
use crate::servers::POLICY;

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

/// What a run told, in every form, and how it ended.
struct Told {
    exit: Exit,
    reports: Vec<(&'static str, Vec<u8>)>,
    events: Vec<Event>,
}

/// Writes every report.
struct Sheets {
    terminal: Terminal,
    formats: Vec<(&'static str, Box<dyn Format>)>,
    told: Told,
}

impl Sheets {
    fn new() -> Self {
        let begin = |kind: &registry::Kind| (kind.name, kind.begin(Level::Must));
        let formats: Vec<_> = FORMATS.iter().map(begin).collect();
        let names = std::iter::once("terminal").chain(formats.iter().map(|(name, _)| *name));
        let reports = names.map(|name| (name, Vec::new())).collect();
        Self {
            terminal: Terminal::new(Verbosity::from_count(2), Level::Must),
            formats,
            told: Told {
                exit: Exit::AsExpected,
                reports,
                events: Vec::new(),
            },
        }
    }
}

impl Sink for Sheets {
    fn wants_passes(&self) -> bool {
        true
    }

    fn event(&mut self, event: &Event) {
        let (first, others) = self.told.reports.split_first_mut().unwrap();
        self.terminal.event(&mut first.1, event).unwrap();
        for ((_, format), (_, sheet)) in self.formats.iter_mut().zip(others) {
            format.event(event, sheet).unwrap();
        }
        self.told.events.push(event.clone());
    }
}

/// How a kind is reached, with little patience.
fn client(kind: Kind, port: u16) -> ClientOptions {
    let soon = Duration::from_millis(300);
    let proxy = format!("http://usr:s3cr3t%20pw-0123@127.0.0.1:{port}");
    ClientOptions {
        deadlines: Deadlines {
            connect: soon,
            head: soon,
            body: Duration::from_millis(100),
        },
        route: Route {
            proxy: (kind.over == Over::Proxy).then(|| proxy.parse().unwrap()),
            ..Route::default()
        },
        http: if kind.over == Over::Http2 {
            HttpVersion::Http2PriorKnowledge
        } else {
            HttpVersion::Negotiated
        },
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

fn run_against(kind: Kind) -> Told {
    let server = Server::start(kind);
    let port = server.port;
    let url = match kind.over {
        Over::Tls => format!("https://127.0.0.1:{port}/resource"),
        Over::Proxy => "http://localhost:9/".to_owned(),
        Over::Kit => format!("http://127.0.0.1:{port}/"),
        Over::Http1 | Over::Http2 => format!("http://127.0.0.1:{port}/resource"),
    };
    let client = client(kind, port);
    let secrets = client.route.proxy.as_ref().map(Proxy::secrets);
    let options = Options {
        deadline: Duration::from_secs(60),
        secrets: secrets.unwrap_or_default(),
        trace: true,
        ..Options::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut sheets = Sheets::new();
    let exit = runtime.block_on(async {
        let url = Url::parse(&url).unwrap();
        match subject(kind, &url, &client).await {
            Err(exit) => exit,
            Ok(subject) => {
                let plan = Plan::new(&CASES, |_| true, subject).unwrap();
                let end = run(&plan, &options, std::future::pending(), &mut sheets).await;
                end.exit
            }
        }
    });
    drop(runtime);
    drop(server);
    Told {
        exit,
        ..sheets.told
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

/// What is wrong with a run.
fn wrong(kind: Kind, told: &Told) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{}: {what} ({:?})", kind.name, told.exit));
        }
    };
    // A machine that is busy answers late, which is no verdict.
    let late = matches!(told.exit, Exit::Unreachable | Exit::CutShort);
    let is_as_said = match kind.ends {
        EITHER => matches!(told.exit, Exit::AsExpected | Exit::Failed),
        ends => i32::from(told.exit.code()) == ends,
    };
    check(is_as_said || late, "it ends in another way");
    for (name, bytes) in &told.reports {
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
        check(!text.contains("s3cr3t"), &format!("a password in {name}"));
    }
    let Some(Event::End(end)) = told.events.last() else {
        // It ended before it began.
        check(told.events.is_empty(), "its report has no end");
        return wrong;
    };
    check(end.exit == told.exit, "its report says another end");
    let has_gap = !end.complete && end.reason.is_none();
    check(!has_gap, "its report is not whole and does not say why");
    let cases = told.events.iter();
    let cases = cases
        .filter(|event| matches!(event, Event::Case(_)))
        .count();
    check(
        !end.complete || cases == end.counts.total(),
        "cases are missing",
    );
    wrong
}

/// Runs against all of them, some at a time.
fn hold(kinds: &[Kind]) {
    // A test that failed says so itself.
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    LazyLock::force(&CASES);
    let next = AtomicUsize::new(0);
    let work = || -> Vec<String> {
        let take = || kinds.get(next.fetch_add(1, Ordering::Relaxed));
        let each = std::iter::from_fn(take).map(|kind| wrong(*kind, &run_against(*kind)));
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
}

#[test]
fn slow_answers_end() {
    hold(http1::SLOW);
}

#[test]
fn large_answers_are_bounded() {
    hold(http1::LARGE);
}

#[test]
fn status_lines_that_are_none_are_not_understood() {
    hold(http1::STATUS);
}

#[test]
fn heads_that_are_not_well_formed_are_not_understood() {
    hold(http1::HEADS);
}

#[test]
fn framing_that_contradicts_itself_ends() {
    hold(http1::FRAMING);
}

#[test]
fn connections_that_end_are_no_answer() {
    hold(http1::CONNECTIONS);
}

#[test]
fn redirects_lead_to_no_other_machine() {
    hold(http1::REDIRECTS);
}

#[test]
fn text_of_a_target_is_no_command_and_no_markup() {
    hold(http1::TEXT);
}

#[test]
fn http_2_that_is_none_ends() {
    hold(http2::KINDS);
}

#[test]
fn handshakes_that_come_to_nothing_end() {
    hold(other::TLS);
}

#[test]
fn proxies_do_not_learn_to_repeat_passwords() {
    hold(other::PROXY);
}

#[test]
fn lists_of_policies_lead_nowhere_else() {
    hold(other::KITS);
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
    assert_eq!(of_groups, GROUPS.len());
}

#[test]
fn kinds_have_names_of_their_own() {
    let all = GROUPS.iter().flat_map(|(_, kinds)| kinds.iter());
    let names: Vec<&str> = all.map(|kind| kind.name).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len());
}
