//! A run of a case against a server that answers by a script, for the targets that show runs.
//!
//! Input: flags, two bytes that choose the case, and paragraphs. The lines of the first are texts
//! that a user may have written; each other paragraph is an answer: its status in a byte, then its
//! header lines, or `!` and why there is none. In an answer the byte 0x10 stands for a secret that
//! was given to be sent, 0x12 to 0x1a for what servers make of it, and 0x11 for the origin of the
//! request.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::{pending, ready};
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

use cors_harness::clock::Clock;
use cors_harness::escape::escape;
use cors_harness::event::{Event, KnownEvent, Outcome};
use cors_harness::kit::{Kit, Site, Subject};
use cors_harness::options::{About, Options};
use cors_harness::plan::Plan;
use cors_harness::run::run;
use cors_harness::target::{Target, Transport};
use cors_harness::wire::{Head, Line, Raw, Request, Response};
use cors_model::dialect::Dialect;
use cors_model::url::Url;
use cors_vectors::server::ServerCase;
use cors_vectors::server_library;
use futures_util::future::LocalBoxFuture;

use crate::input::{choice, flags, lines, paragraphs, split};
use crate::runtime::block_on;
use crate::shown;

pub(crate) const STATUSES: &[u16] = &[
    200, 204, 301, 302, 304, 307, 400, 401, 403, 404, 405, 500, 501, 503,
];

/// What is given with `-H` and `-b`: plain, with what escapes differ in, and beyond ASCII.
const SECRETS: [&str; 3] = ["s3cr3t-t0ken", "se\"cr'et\\t0k", "s\u{e9}cret-t\u{f8}ken"];

/// What may not be shown of each.
static PARTS: LazyLock<[BTreeSet<String>; 3]> = LazyLock::new(|| SECRETS.map(shown::parts));

/// A request and what came of it.
type Exchange = (Request, Result<Response, Transport>);

/// What was seen of a run.
pub(crate) struct Seen {
    pub(crate) events: Vec<Event>,
    /// Every exchange, in order.
    pub(crate) exchanges: Vec<Exchange>,
    /// What may be shown nowhere.
    pub(crate) secret: &'static BTreeSet<String>,
    /// The last two flags, for anyone who shows it.
    pub(crate) left: [bool; 2],
}

/// The cases, in an order that stays.
pub(crate) fn cases() -> Vec<&'static ServerCase> {
    let library = server_library().expect("the embedded cases can be read");
    library.server_cases().collect()
}

/// What a server makes of a secret.
fn returned(how: u8, secret: &[u8]) -> Vec<u8> {
    match how {
        0x12 => secret[..secret.len() - 3].to_vec(),
        0x13 => secret[3..].to_vec(),
        0x14 => secret.to_ascii_uppercase(),
        0x15 => shown::in_percent(secret).into_bytes(),
        0x16 => shown::in_hexadecimal(secret, "").into_bytes(),
        0x17 => shown::in_base64(b"", secret).0.into_bytes(),
        0x18 => shown::in_base64(b"sid=", &secret[1..10]).0.into_bytes(),
        0x19 => secret.escape_ascii().collect(),
        0x1a => serde_json::to_vec(&String::from_utf8_lossy(secret)).unwrap_or_default(),
        _ => secret.to_vec(),
    }
}

struct Script {
    url: Url,
    shows_bytes: bool,
    secret: &'static str,
    answers: Vec<Vec<u8>>,
    exchanges: Rc<RefCell<Vec<Exchange>>>,
}

impl Script {
    fn answer(&self, request: &Request) -> Result<Response, Transport> {
        let number = self.exchanges.borrow().len();
        let wanted = number.checked_rem(self.answers.len());
        let Some(answer) = wanted.and_then(|number| self.answers.get(number)) else {
            return Err(Transport::Closed("the script is empty".to_owned()));
        };
        let origin = request
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(b"origin"))
            .map_or(&b""[..], |(_, value)| value);
        let mut bytes = Vec::new();
        for &byte in answer {
            match byte {
                0x10 | 0x12..=0x1a => bytes.extend(returned(byte, self.secret.as_bytes())),
                0x11 => bytes.extend(origin),
                _ => bytes.push(byte),
            }
        }
        if let Some(said) = bytes.strip_prefix(b"!") {
            return Err(Transport::Closed(escape(said)));
        }
        let (&status, rest) = choice(&bytes, STATUSES);
        let headers: Vec<Line> = lines(rest)
            .filter_map(|line| split(line, b':'))
            .map(|(name, value)| (name.to_vec(), value.to_vec()))
            .collect();
        let raw = Raw {
            interim: Vec::new(),
            last: Head {
                status,
                lines: lines(rest).map(<[u8]>::to_vec).collect(),
            },
            rest: Vec::new(),
            to_head: request.method == b"HEAD",
            let_go: false,
        };
        Ok(Response {
            status,
            headers,
            body: Vec::new(),
            raw: self.shows_bytes.then_some(raw),
        })
    }

    fn exchanged(&self, request: &Request) -> Result<Response, Transport> {
        let answer = self.answer(request);
        let exchange = (request.clone(), answer.clone());
        self.exchanges.borrow_mut().push(exchange);
        answer
    }
}

impl Target for Script {
    fn url(&self) -> &Url {
        &self.url
    }

    fn hides_bytes(&self) -> Option<&'static str> {
        (!self.shows_bytes).then_some("the script has none")
    }

    fn exchange_raw<'a>(
        &'a self,
        request: &'a Request,
    ) -> LocalBoxFuture<'a, Result<Response, Transport>> {
        Box::pin(ready(self.exchanged(request)))
    }

    fn exchange<'a>(
        &'a self,
        request: &'a Request,
    ) -> LocalBoxFuture<'a, Result<Response, Transport>> {
        Box::pin(ready(self.exchanged(request)))
    }
}

/// Makes the run; `None` where the input names a secret itself, so that finding it means nothing.
pub(crate) fn seen(data: &[u8]) -> Option<Seen> {
    let ([kit, trace, shows_bytes, engines, which, other, left @ ..], data) = flags(data);
    let number = usize::from(which) + usize::from(which && other);
    let (secret, hidden) = (SECRETS[number], &PARTS[number]);
    // Also in the way in which bytes are shown: a tab is shown as the two characters of `\t`, which a
    // secret may hold.
    let mut named = String::from_utf8_lossy(data).to_ascii_lowercase();
    named.push('\n');
    named.push_str(&escape(data).to_ascii_lowercase());
    if hidden.iter().any(|part| named.contains(part)) {
        return None;
    }
    let (high, data) = data.split_first().unwrap_or((&0, data));
    let (low, data) = data.split_first().unwrap_or((&0, data));
    let all = cases();
    let place = usize::from(*high) * 256 + usize::from(*low);
    let mut parts = paragraphs(data).into_iter();
    let texts: Vec<String> = lines(parts.next().unwrap_or_default())
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let text = |number: usize| texts.get(number).cloned().unwrap_or_default();
    let chosen = all[place % all.len()].clone();
    // Its partner goes with it, since without it the case would be blocked.
    let partner = all
        .iter()
        .find(|case| Some(&case.id) == chosen.paired_with.as_ref());
    let library = server_library().expect("the embedded cases can be read");
    let policy = library.policy(&chosen.policy).cloned();
    let policy = policy.expect("every case names a policy that there is");
    let named = if kit { text(3) } else { chosen.policy.clone() };
    let mut planned: Vec<ServerCase> = partner.into_iter().map(|case| (*case).clone()).collect();
    planned.push(ServerCase {
        title: text(0),
        why: text(1),
        ..chosen.clone()
    });
    for case in &mut planned {
        case.policy.clone_from(&named);
    }
    let exchanges = Rc::default();
    let target = Script {
        url: Url::from_serialized("http://target.test/resource"),
        shows_bytes,
        secret,
        answers: parts.take(12).map(<[u8]>::to_vec).collect(),
        exchanges: Rc::clone(&exchanges),
    };
    let target = Rc::new(target);
    let subject = if kit {
        let mut kit = Kit::new();
        let policy = Rc::new(policy);
        kit.insert(named, Ok(Site { target, policy }));
        Subject::Kit(kit)
    } else {
        Subject::with_policy(target, policy)
    };
    let plan = Plan::new(&planned, |case| case.id == chosen.id, subject).ok()?;
    let options = Options {
        about: About {
            target: text(2),
            ..About::default()
        },
        in_flight: 1,
        deadline: Duration::from_mins(10),
        unsafe_methods: true,
        headers: vec![(b"x-api-key".to_vec(), format!("key {secret}").into_bytes())],
        cookie: Some(format!("sid={secret}").into_bytes()),
        trace,
        engines: if engines {
            vec![Dialect::CHROMIUM, Dialect::FIREFOX, Dialect::WEBKIT]
        } else {
            Vec::new()
        },
        cli: Some(("cors-conformance URL -t ".to_owned(), String::new())),
        clock: Clock::fixed(Duration::ZERO),
        ..Options::default()
    };
    let mut events = Vec::new();
    let mut sink = |event: &Event| events.push(event.clone());
    block_on(run(&plan, &options, pending(), &mut sink));
    for event in &mut events {
        match event {
            // What a list of known failures and a program that was started add.
            Event::Case(case) if case.outcome == Outcome::Fail && other && !which => {
                case.known = Some(KnownEvent {
                    name: None,
                    reason: text(4),
                    spec: Vec::new(),
                });
            }
            Event::End(end) => {
                end.log.extend(texts.get(5).cloned());
                end.out_of_date.extend(texts.get(6).cloned());
            }
            Event::Run(_) | Event::Note(_) | Event::Case(_) => {}
        }
    }
    drop(plan);
    let exchanges = exchanges.take();
    Some(Seen {
        events,
        exchanges,
        secret: hidden,
        left,
    })
}
