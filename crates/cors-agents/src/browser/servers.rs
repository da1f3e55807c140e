//! The scripted origin servers of a run, on three ports of this machine, and the page's own paths.
//!
//! A request belongs to a case by its path, never by when it arrives: engines repeat requests,
//! and many cases run at the same time.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;

use cors_net::request::{Arrived, Requests};
use cors_vectors::agent::{AgentCase, Answer, Place};
use cors_vectors::text::{Text, TextError};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;

use super::report::Report;
use super::wire::{Reply, own, scripted};
use crate::observation::ObservedRequest;
use crate::script::{Asked, Script, kind_of};
use crate::world::World;

const PAGE: &str = include_str!("../page/page.html");
/// The page's script: what it does with its jobs.
pub const SCRIPT: &str = include_str!("../page/page.js");

/// The places, in the order of their listeners.
const PLACES: [Place; 3] = [Place::Page, Place::Cross, Place::Third];

/// Listeners for the three places.
#[derive(Debug)]
pub struct Listeners {
    listeners: Vec<(Place, TcpListener)>,
    origins: Vec<String>,
}

impl Listeners {
    /// Listens on three free ports.
    ///
    /// The hosts differ, so that the places are cross-site to each other; every engine knows names
    /// that end in `.localhost` to be this machine.
    ///
    /// # Errors
    ///
    /// A socket cannot be had.
    pub async fn open() -> io::Result<Self> {
        Self::open_at(["page", "cross", "third"].map(|name| {
            let host = format!("{name}.localhost");
            (host, Ipv4Addr::LOCALHOST)
        }))
        .await
    }

    /// The same for a program, which asks the system for names: where that does not know names that
    /// end in `.localhost`, the hosts are `localhost` and addresses of this machine. The last two
    /// places are the same site where there is only one such address.
    ///
    /// # Errors
    ///
    /// A socket cannot be had.
    pub async fn open_for_program() -> io::Result<Self> {
        let found = tokio::net::lookup_host(("cross.localhost", 80)).await;
        if found.is_ok_and(|mut found| found.any(|address| address.ip().is_loopback())) {
            return Self::open().await;
        }
        let second = Ipv4Addr::new(127, 0, 0, 2);
        let third = match TcpListener::bind((second, 0)).await {
            Ok(_) => second,
            Err(_) => Ipv4Addr::LOCALHOST,
        };
        Self::open_at([
            ("localhost".to_owned(), Ipv4Addr::LOCALHOST),
            (Ipv4Addr::LOCALHOST.to_string(), Ipv4Addr::LOCALHOST),
            (third.to_string(), third),
        ])
        .await
    }

    async fn open_at(hosts: [(String, Ipv4Addr); 3]) -> io::Result<Self> {
        let mut listeners = Vec::new();
        let mut origins = Vec::new();
        for (place, (host, address)) in PLACES.into_iter().zip(hosts) {
            let listener = TcpListener::bind((address, 0)).await?;
            let port = listener.local_addr()?.port();
            origins.push(format!("http://{host}:{port}"));
            listeners.push((place, listener));
        }
        Ok(Self { listeners, origins })
    }

    /// The origin of a place.
    pub fn origin(&self, place: Place) -> &str {
        let index = PLACES.iter().position(|one| *one == place);
        index
            .and_then(|index| self.origins.get(index))
            .map_or("", String::as_str)
    }

    /// The world in which a case plays here.
    pub fn world(&self, case: &AgentCase) -> World {
        World::new(
            case,
            self.origin(Place::Page),
            self.origin(Place::Cross),
            self.origin(Place::Third),
        )
    }
}

/// A case that is being run.
#[derive(Debug)]
pub struct Stage<'c> {
    /// The case.
    pub case: &'c AgentCase,
    /// Where it plays.
    pub world: World,
    script: Script<'c>,
    fetch: u32,
    /// What arrived for it, in order.
    pub requests: Vec<ObservedRequest>,
    /// A text of its script that cannot be expanded.
    pub broken: Option<TextError>,
}

impl<'c> Stage<'c> {
    /// A case before its first request.
    pub fn new(case: &'c AgentCase, world: World) -> Self {
        Self {
            case,
            world,
            script: Script::new(case),
            fetch: 1,
            requests: Vec::new(),
            broken: None,
        }
    }
}

/// What the page tells.
#[derive(Debug)]
pub enum Told {
    /// It has begun: it fetched its jobs.
    Began,
    /// What it saw of some cases.
    Reports(Vec<Report>),
    /// It has carried out all jobs.
    Done,
    /// It cannot go on.
    Broken(String),
}

/// The servers at work.
#[derive(Debug)]
pub struct Servers<'c> {
    /// The cases, by number.
    pub stages: RefCell<Vec<Stage<'c>>>,
    numbers: BTreeMap<&'c str, usize>,
    jobs: Vec<u8>,
    script: &'c str,
    told: UnboundedSender<Told>,
    page: String,
    leave_out: Option<&'c str>,
}

#[derive(Deserialize)]
struct Next {
    job: usize,
    fetch: u32,
}

#[derive(Deserialize)]
struct Broken {
    said: String,
}

impl<'c> Servers<'c> {
    /// Servers for these cases, which hand the page its `script` and its `jobs`.
    pub fn new(
        listeners: &Listeners,
        stages: Vec<Stage<'c>>,
        script: &'c str,
        jobs: Vec<u8>,
        told: UnboundedSender<Told>,
    ) -> Self {
        let numbers = stages
            .iter()
            .enumerate()
            .map(|(number, stage)| (stage.case.id.as_str(), number))
            .collect();
        Self {
            stages: RefCell::new(stages),
            numbers,
            jobs,
            script,
            told,
            page: listeners.origin(Place::Page).to_owned(),
            leave_out: None,
        }
    }

    /// The same servers with a fault: header lines of this name are left out of all answers. A run
    /// on them has to fail.
    #[must_use]
    pub fn leaving_out(mut self, name: Option<&'c str>) -> Self {
        self.leave_out = name;
        self
    }

    /// Says during which fetch of a case what arrives next is, counted from 1.
    pub fn begin_fetch(&self, number: usize, fetch: u32) {
        if let Some(stage) = self.stages.borrow_mut().get_mut(number) {
            stage.fetch = fetch;
        }
    }

    /// Serves for as long as it is polled.
    pub async fn serve(&self, listeners: &Listeners) {
        let mut connections = FuturesUnordered::new();
        let accepting =
            |place, listener| async move { (place, TcpListener::accept(listener).await) };
        let mut waiting: FuturesUnordered<_> = listeners
            .listeners
            .iter()
            .map(|(place, listener)| accepting(*place, listener))
            .collect();
        loop {
            tokio::select! {
                Some((place, accepted)) = waiting.next() => {
                    if let Some((_, listener)) =
                        listeners.listeners.iter().find(|(one, _)| *one == place)
                    {
                        waiting.push(accepting(place, listener));
                    }
                    if let Ok((stream, _)) = accepted {
                        connections.push(self.connection(place, stream));
                    }
                }
                // A connection that breaks is the peer's affair; what it did not get, it reports.
                Some(_) = connections.next() => {}
            }
        }
    }

    async fn connection(&self, place: Place, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut requests = Requests::new(stream);
        while let Some(arrived) = requests.next().await? {
            let reply = self.reply(place, arrived);
            requests.stream().write_all(&reply.bytes).await?;
            if reply.close {
                requests.stream().shutdown().await?;
                break;
            }
        }
        Ok(())
    }

    fn reply(&self, place: Place, arrived: Arrived) -> Reply {
        if arrived.target == "/" && place == Place::Page {
            return own(200, "text/html", &[], PAGE.as_bytes());
        }
        match arrived.target.strip_prefix("/control/") {
            Some(path) => self.control(path, &arrived),
            None => self.case(place, arrived),
        }
    }

    fn control(&self, path: &str, arrived: &Arrived) -> Reply {
        let done = || own(200, "text/plain", &[], b"");
        // Nobody listens any more only when the run is over.
        let tell = |told| drop(self.told.send(told));
        let wrong = |error: serde_json::Error| {
            tell(Told::Broken(format!("the page posted nonsense: {error}")));
            done()
        };
        match path {
            "page.js" => own(200, "text/javascript", &[], self.script.as_bytes()),
            "jobs" => {
                tell(Told::Began);
                own(200, "application/json", &[], &self.jobs)
            }
            "next" => match serde_json::from_slice::<Next>(&arrived.body) {
                Ok(next) => {
                    self.begin_fetch(next.job, next.fetch);
                    done()
                }
                Err(error) => wrong(error),
            },
            "report" => match serde_json::from_slice::<Vec<Report>>(&arrived.body) {
                Ok(reports) => {
                    tell(Told::Reports(reports));
                    done()
                }
                Err(error) => wrong(error),
            },
            "done" => {
                tell(Told::Done);
                done()
            }
            "broken" => match serde_json::from_slice::<Broken>(&arrived.body) {
                Ok(broken) => {
                    tell(Told::Broken(broken.said));
                    done()
                }
                Err(error) => wrong(error),
            },
            _ if path.starts_with("warm-up") => {
                let origin = if path.ends_with("opaque") {
                    "null"
                } else {
                    &self.page
                };
                let lines = [
                    ("Access-Control-Allow-Origin", origin),
                    ("Access-Control-Allow-Methods", "PUT"),
                    ("Access-Control-Max-Age", "600"),
                ];
                own(200, "text/plain", &lines, b"")
            }
            _ => own(404, "text/plain", &[], b""),
        }
    }

    /// The number of the case whose own URL begins this request target: the one that it names, or
    /// else the longest that it continues.
    fn number(&self, target: &str) -> Option<usize> {
        let rest = target.strip_prefix("/c/")?;
        let (area, slug) = rest.split_once('/')?;
        let end = slug.find(['/', '?', '#']).unwrap_or(slug.len());
        let slug = slug.get(..end)?;
        (1..=slug.len()).rev().find_map(|length| {
            let id = format!("{area}/{}", slug.get(..length)?);
            self.numbers.get(id.as_str()).copied()
        })
    }

    /// The answer without the lines that are to be left out.
    fn spoilt<'a>(&self, answer: Option<&'a Answer>) -> Option<Cow<'a, Answer>> {
        let answer = answer?;
        let Some(name) = self.leave_out else {
            return Some(Cow::Borrowed(answer));
        };
        let mut answer = answer.clone();
        answer
            .headers
            .retain(|(one, _)| !matches!(one, Text::Plain(one) if one.eq_ignore_ascii_case(name)));
        Some(Cow::Owned(answer))
    }

    fn case(&self, place: Place, arrived: Arrived) -> Reply {
        let missing = || own(404, "text/plain", &[], b"");
        let Some(number) = self.number(&arrived.target) else {
            return missing();
        };
        let mut stages = self.stages.borrow_mut();
        let Some(stage) = stages.get_mut(number) else {
            return missing();
        };
        let url = format!("{}{}", stage.world.origin(place), arrived.target);
        let Some((_, suffix)) = stage.world.locate(&url) else {
            return missing();
        };
        let kind = kind_of(
            &arrived.method,
            arrived.header("access-control-request-method").is_some(),
        );
        let asked = Asked {
            kind,
            at: place,
            suffix,
            fetch: stage.fetch,
        };
        let answer = stage.script.answer(&stage.world, &asked);
        let request = ObservedRequest {
            kind,
            at: Some(place),
            suffix: suffix.to_owned(),
            method: arrived.method,
            headers: arrived.headers,
            body: arrived.body,
        };
        let origin = request.header("origin").unwrap_or_default();
        let answer = answer.map(|answer| self.spoilt(answer));
        let reply = answer
            .and_then(|answer| scripted(&stage.world, answer.as_deref(), &request.method, &origin));
        stage.requests.push(request);
        reply.unwrap_or_else(|error| {
            stage.broken = Some(error);
            own(500, "text/plain", &[], b"")
        })
    }
}
