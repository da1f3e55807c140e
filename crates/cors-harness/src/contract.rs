//! Whether a program keeps to the contract of [`command`](crate::command), point by point.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use cors_model::url::Url;
use cors_net::client::{Client, ClientOptions};
use cors_policy::forms::Form;
use cors_vectors::policy::NamedPolicy;
use cors_vectors::server::Endpoint;

use crate::again::USER_AGENT;
use crate::command::{Command, NotStarted, Started, withheld};
use crate::escape::escape;
use crate::kit::{Unsupported, below, nonsense};
use crate::model;
use crate::wire::{Line, Response};

/// How a program does at one point of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As the contract wants it.
    Kept,
    /// What need not be there is not there; the text says what is lost.
    Absent,
    /// Not as the contract wants it; the text says what was expected.
    Broken,
}

/// One point of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// How the program does.
    pub state: State,
    /// What was looked at and found, in a sentence.
    pub text: String,
    /// What the program printed last, where it did not start.
    pub log: Vec<String>,
}

/// The policy under which the paths are looked at, where the program can express it.
const FIRST: &str = "allow-list";

/// Looks at all points, one after the other, and hands each to `found`. Every process that was
/// started is ended.
pub async fn check(
    command: &Command,
    policies: &BTreeMap<String, NamedPolicy>,
    found: &mut dyn FnMut(Point),
) {
    let forms = refuses_nonsense(command, found).await;
    let mut names: Vec<&String> = policies.keys().collect();
    names.sort_by_key(|name| *name != FIRST);
    let (mut expressed, mut looked_at) = (Vec::new(), false);
    let mut refused: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        let Some(named) = policies.get(name) else {
            continue;
        };
        if let Some(Unsupported { reason }) = withheld(&named.policy, &forms) {
            refused.entry(reason).or_default().push(name);
            continue;
        }
        let mut log = Vec::new();
        match command.begin(&named.policy, &mut log).await {
            Ok((program, Started::Listens(endpoints))) => {
                expressed.push(name.as_str());
                if !looked_at {
                    looked_at = true;
                    let base = program.base();
                    for endpoint in Endpoint::ALL {
                        let declared =
                            endpoint == Endpoint::Resource || endpoints.contains(&endpoint);
                        found(if declared {
                            at_path(endpoint, &base).await
                        } else {
                            absent(endpoint)
                        });
                    }
                    found(calls_are_counted(&base).await);
                }
                program.end().await;
            }
            Ok((_, Started::Cannot(reason))) => refused.entry(reason).or_default().push(name),
            Err(error) => {
                found(broken(format!("under the policy {name}: {error}"), log));
                return;
            }
        }
    }
    found(point(
        if expressed.is_empty() {
            State::Broken
        } else {
            State::Kept
        },
        format!(
            "it takes on {} of {} policies",
            expressed.len(),
            policies.len()
        ),
    ));
    for (reason, names) in refused {
        found(point(
            State::Absent,
            format!("no cases under {}: {reason}", names.join(", ")),
        ));
    }
}

/// Looks at what becomes of a policy that makes no sense; the forms of policies that are declared.
async fn refuses_nonsense(command: &Command, found: &mut dyn FnMut(Point)) -> BTreeSet<Form> {
    const WANTED: &str = "a policy that makes no sense has to be answered with exit status 64 \
                          before the program listens";
    let mut log = Vec::new();
    let mut forms = BTreeSet::new();
    found(match command.begin(&nonsense(), &mut log).await {
        Ok((program, Started::Cannot(reason))) => match program.forms() {
            Ok(declared) => {
                forms = declared;
                point(
                    State::Kept,
                    format!("it refuses a policy that makes no sense: {reason}"),
                )
            }
            Err(error) => broken(error.to_string(), program.log()),
        },
        Ok((program, Started::Listens(_))) => {
            program.end().await;
            broken(
                format!(
                    "{WANTED}, but it listens: it does not read the file that CORS_POLICY names"
                ),
                Vec::new(),
            )
        }
        Err(NotStarted::Ended(status)) => {
            broken(format!("{WANTED}, but it ended with {status}"), log)
        }
        Err(error) => broken(format!("{WANTED}, but {error}"), log),
    });
    forms
}

/// Whether a path does what the contract says of it.
async fn at_path(endpoint: Endpoint, base: &Url) -> Point {
    let url = below(base, endpoint);
    let wanted = Wanted::at(endpoint);
    let mut lines = Vec::new();
    if endpoint == Endpoint::NotModified {
        match request(b"GET", &url, Vec::new()).await {
            Ok(response) => match response.values("ETag").next() {
                Some(tag) => lines.push((b"If-None-Match".to_vec(), tag.to_vec())),
                None => return broken(format!("{}: there is no ETag", url.path()), Vec::new()),
            },
            Err(error) => return broken(format!("{}: {error}", url.path()), Vec::new()),
        }
    }
    for method in wanted.methods {
        let asked = format!("{method} {}", url.path());
        let response = match request(method.as_bytes(), &url, lines.clone()).await {
            Ok(response) => response,
            Err(error) => return broken(format!("{asked}: {error}"), Vec::new()),
        };
        if !wanted.statuses.contains(&response.status) {
            let expected = wanted.expected();
            let got = response.status;
            return broken(format!("{asked}: {got}, expected {expected}"), Vec::new());
        }
        if let Some(header) = wanted.header
            && !response.has(header)
        {
            return broken(format!("{asked}: there is no {header}"), Vec::new());
        }
    }
    let (name, meaning) = (endpoint.name(), endpoint.meaning());
    point(State::Kept, format!("`{name}` is a path that {meaning}"))
}

/// What an endpoint answers.
struct Wanted {
    methods: &'static [&'static str],
    statuses: RangeInclusive<u16>,
    header: Option<&'static str>,
}

impl Wanted {
    fn at(endpoint: Endpoint) -> Self {
        let (methods, statuses, header): (&[&str], _, _) = match endpoint {
            Endpoint::Resource => (&["GET", "POST", "PUT", "DELETE"], 200..=200, None),
            Endpoint::Missing => (&["GET"], 404..=404, None),
            Endpoint::Error => (&["GET"], 500..=500, None),
            Endpoint::Throws => (&["GET"], 500..=599, None),
            Endpoint::Redirect => (&["GET"], 302..=302, Some("Location")),
            Endpoint::NotModified => (&["GET"], 304..=304, None),
            Endpoint::Vary => (&["GET"], 200..=200, Some("Vary")),
            Endpoint::OwnHeaders => (&["GET"], 200..=200, Some("Access-Control-Allow-Origin")),
            Endpoint::Options => (&["OPTIONS"], 200..=299, Some("X-Options-Handler")),
            Endpoint::Unauthorized => (&["GET"], 401..=401, None),
        };
        Self {
            methods,
            statuses,
            header,
        }
    }

    fn expected(&self) -> String {
        let (from, to) = (self.statuses.start(), self.statuses.end());
        if from == to {
            from.to_string()
        } else {
            format!("{from} to {to}")
        }
    }
}

/// Whether X-Calls counts the calls of the application.
async fn calls_are_counted(base: &Url) -> Point {
    let url = below(base, Endpoint::Resource);
    let mut counts = Vec::new();
    for _ in 0..2 {
        let response = match request(b"GET", &url, Vec::new()).await {
            Ok(response) => response,
            Err(error) => return broken(format!("GET {}: {error}", url.path()), Vec::new()),
        };
        let Some(value) = response.values("X-Calls").next().map(<[u8]>::to_vec) else {
            return point(
                State::Absent,
                "no X-Calls: whether a preflight reaches the application is not seen".to_owned(),
            );
        };
        let number = str::from_utf8(&value)
            .ok()
            .and_then(|text| text.parse::<u64>().ok());
        let Some(number) = number else {
            return broken(
                format!("X-Calls: {}, expected a number", escape(&value)),
                Vec::new(),
            );
        };
        counts.push(number);
    }
    match counts.as_slice() {
        [first, second] if first + 1 == *second => point(
            State::Kept,
            "X-Calls counts the calls of the application".to_owned(),
        ),
        other => broken(
            format!("X-Calls of two requests: {other:?}, expected that each call adds 1"),
            Vec::new(),
        ),
    }
}

/// A request as of no page.
async fn request(method: &[u8], url: &Url, lines: Vec<Line>) -> Result<Response, String> {
    let options = ClientOptions::default();
    let client = Client::new(&url.serialize(true), &options).map_err(|error| error.to_string())?;
    let line = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    let mut request = model::request_for(method, url, lines);
    request.headers.push(line("Accept", "*/*"));
    request.headers.push(line("User-Agent", USER_AGENT));
    client
        .exchange(&request)
        .await
        .map_err(|error| error.to_string())
}

fn point(state: State, text: String) -> Point {
    let log = Vec::new();
    Point { state, text, log }
}

fn broken(text: String, log: Vec<String>) -> Point {
    let state = State::Broken;
    Point { state, text, log }
}

fn absent(endpoint: Endpoint) -> Point {
    let (name, meaning) = (endpoint.name(), endpoint.meaning());
    point(
        State::Absent,
        format!("no `{name}` (a path that {meaning}): its cases are skipped"),
    )
}
