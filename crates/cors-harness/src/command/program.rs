//! A program that is started with one policy, and runs until it is ended.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::process::{Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::time::Duration;

use cors_model::url::Url;
use cors_net::client::{free_port, listens};
use cors_net::exhaustion::what_ran_out;
use cors_net::process::{GRACE, Group, POLL};
use cors_policy::forms::Form;
use cors_vectors::policy::Policy;
use cors_vectors::server::Endpoint;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use tempfile::TempDir;

use super::output::Output;
use crate::escape::escape_cut;
use crate::exit::Exit;
use crate::target::url::{UrlOptions, UrlTargetError};
use crate::target::{Target, Transport, UrlTarget};
use crate::wire;

/// The exit status of a program that cannot express its policy.
const CANNOT: i32 = 64;
/// How the line begins in which a program declares its endpoints.
const ENDPOINTS: &str = "endpoints:";
/// How the line begins in which a program declares the forms of policies that it knows.
const FORMS: &str = "forms:";
/// Looks, each [`POLL`] apart, at whether a program that did not answer has ended.
const LOOKS_AFTER_FAILURE: u32 = 20;

/// A program that was started with a policy.
#[derive(Debug)]
pub struct Program {
    group: RefCell<Group>,
    output: Output,
    port: u16,
    /// A request that it failed to answer, while it is not known whether it still runs.
    unanswered: RefCell<Option<String>>,
    _folder: TempDir,
}

/// What a program did with its policy.
#[derive(Debug)]
pub enum Started {
    /// It listens, and offers these endpoints beyond the resource.
    Listens(BTreeSet<Endpoint>),
    /// It cannot express the policy, for this reason.
    Cannot(String),
}

/// Why a program is not running as it should.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// The command could not be started.
    #[error("the command cannot be started: {0}")]
    Spawn(#[from] io::Error),
    /// It ended before it listened.
    #[error("the command ended before it listened ({0})")]
    Ended(ExitStatus),
    /// It did not listen in time.
    #[error(
        "the command does not listen on 127.0.0.1, port {port} (PORT in its environment), after \
         {} s", .within.as_secs_f64()
    )]
    Silent {
        /// On this port.
        port: u16,
        /// For so long.
        within: Duration,
    },
    /// It declares an endpoint that is not known.
    #[error(
        "the command declares the endpoint {0}, which does not exist: expected some of {names}",
        names = Endpoint::ALL.map(Endpoint::name).join(" ")
    )]
    Endpoint(String),
    /// It declares a form of policies that is not known.
    #[error(
        "the command declares the form {0} of policies, which does not exist: expected some of \
         {names}",
        names = Form::ALL.map(Form::name).join(" ")
    )]
    Form(String),
}

impl NotStarted {
    /// The exit status that this means.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Spawn(error) if what_ran_out(error).is_some() => Exit::Bug,
            Self::Spawn(_)
            | Self::Ended(_)
            | Self::Silent { .. }
            | Self::Endpoint(_)
            | Self::Form(_) => Exit::Unreachable,
        }
    }
}

impl Program {
    /// Starts a command line with a policy.
    pub(super) fn spawn(command: &str, policy: &Policy) -> Result<Self, NotStarted> {
        let folder = tempfile::Builder::new().prefix("cors-policy-").tempdir()?;
        let file = folder.path().join("policy.json");
        let json = serde_json::to_vec_pretty(policy).map_err(io::Error::from)?;
        std::fs::write(&file, json)?;
        let port = free_port()?;
        let mut sh = Command::new("sh");
        sh.args(["-c", command])
            .env("PORT", port.to_string())
            .env("CORS_POLICY", &file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut group = Group::spawn(&mut sh)?;
        let piped = (group.leader.stdout.take(), group.leader.stderr.take());
        let (Some(stdout), Some(stderr)) = piped else {
            return Err(io::Error::other("it has no output").into());
        };
        Ok(Self {
            group: RefCell::new(group),
            output: Output::new(stdout.into(), stderr.into())?,
            port,
            unanswered: RefCell::default(),
            _folder: folder,
        })
    }

    /// Waits until it listens or has ended.
    pub(super) async fn settle(&self, within: Duration) -> Result<Started, NotStarted> {
        let settled = tokio::time::timeout(within, async {
            loop {
                self.output.take();
                if self.group.borrow().has_exited() {
                    return false;
                }
                // A program that took the port meanwhile is not the command, which then ends.
                if listens(self.port).await && !self.group.borrow().has_exited() {
                    return true;
                }
                tokio::time::sleep(POLL).await;
            }
        });
        let port = self.port;
        let listens = settled
            .await
            .map_err(|_| NotStarted::Silent { port, within })?;
        if listens {
            self.output.take();
            return Ok(Started::Listens(self.endpoints()?));
        }
        let status = self.status()?;
        if status.code() == Some(CANNOT) {
            let said = self.output.said(&[ENDPOINTS, FORMS]);
            return Ok(Started::Cannot(if said.is_empty() {
                "it says no reason on standard output".to_owned()
            } else {
                said
            }));
        }
        Err(NotStarted::Ended(status))
    }

    /// The endpoints that it declares.
    fn endpoints(&self) -> Result<BTreeSet<Endpoint>, NotStarted> {
        let declared = self.output.declared(ENDPOINTS);
        named(&declared, Endpoint::ALL, Endpoint::name).map_err(NotStarted::Endpoint)
    }

    /// The forms of policies that it declares to know, in what it has printed so far.
    pub fn forms(&self) -> Result<BTreeSet<Form>, NotStarted> {
        let declared = self.output.declared(FORMS);
        named(&declared, Form::ALL, Form::name).map_err(NotStarted::Form)
    }

    /// The status of a program that has ended; what is left of its group ends as well.
    fn status(&self) -> io::Result<ExitStatus> {
        let status = self.group.borrow_mut().kill();
        self.output.take();
        status
    }

    /// Below which URL its paths are.
    pub fn base(&self) -> Url {
        Url::from_serialized(&format!("http://127.0.0.1:{}/", self.port))
    }

    /// The last lines that it printed, escaped.
    pub fn log(&self) -> Vec<String> {
        self.output.take();
        self.output.last_lines()
    }

    /// Reads along what it prints, until it ends by itself; then says so.
    pub async fn gone(&self) -> String {
        while !self.group.borrow().has_exited() {
            self.output.take();
            tokio::time::sleep(POLL).await;
        }
        // The caller that waits for a response learns first that none will come.
        tokio::time::sleep(POLL).await;
        let status = match self.status() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        match &*self.unanswered.borrow() {
            Some(request) => {
                format!("the command ended ({status}) instead of answering {request}")
            }
            None => format!("the command ended by itself ({status})"),
        }
    }

    /// Ends it and every process of its group.
    pub async fn end(&self) {
        self.group.borrow().ask();
        for _ in 0..GRACE {
            if self.group.borrow().has_exited() {
                break;
            }
            // One that waits for its reader could not heed the signal.
            self.output.take();
            tokio::time::sleep(POLL).await;
        }
        // The status says nothing: it was asked to end.
        let _ = self.status();
    }
}

/// The items of these names, with blanks between; the name that none has is the error.
fn named<T: Copy + Ord, const N: usize>(
    names: &[u8],
    all: [T; N],
    name_of: impl Fn(T) -> &'static str,
) -> Result<BTreeSet<T>, String> {
    let names = names.split(u8::is_ascii_whitespace);
    names
        .filter(|name| !name.is_empty())
        .map(|name| {
            let mut all = all.into_iter();
            let found = all.find(|item| name_of(*item).as_bytes() == name);
            found.ok_or_else(|| escape_cut(name))
        })
        .collect()
}

/// A program as a target. When it ends, no case is judged by the silence that follows.
#[derive(Debug)]
pub(super) struct ProgramTarget {
    program: Rc<Program>,
    resource: UrlTarget,
}

impl ProgramTarget {
    /// The program, whose resource is at a URL.
    pub(super) fn new(program: Rc<Program>, resource: &Url) -> Result<Self, UrlTargetError> {
        let resource = UrlTarget::new(resource, &UrlOptions::default())?;
        Ok(Self { program, resource })
    }

    /// The answer, once it is known that the program still runs.
    async fn answered(
        &self,
        request: &wire::Request,
        exchange: impl Future<Output = Result<wire::Response, Transport>>,
    ) -> Result<wire::Response, Transport> {
        let answer = exchange.await;
        let Err(transport) = &answer else {
            return answer;
        };
        if transport.is_timeout() || transport.is_ours() {
            return answer;
        }
        // Noted first: `gone` may see the end before this does.
        let asked = [request.method.as_slice(), b" ", &request.path].concat();
        *self.program.unanswered.borrow_mut() = Some(escape_cut(&asked));
        for _ in 0..LOOKS_AFTER_FAILURE {
            if self.program.group.borrow().has_exited() {
                // The run is told by `gone`, and drops this.
                return std::future::pending().await;
            }
            tokio::time::sleep(POLL).await;
        }
        *self.program.unanswered.borrow_mut() = None;
        answer
    }
}

impl Target for ProgramTarget {
    fn url(&self) -> &Url {
        Target::url(&self.resource)
    }

    /// Its port is another one next time, and after the run nothing listens there.
    fn has_address(&self) -> bool {
        false
    }

    fn is_over_network(&self) -> bool {
        true
    }

    fn exchange<'a>(
        &'a self,
        request: &'a wire::Request,
    ) -> LocalBoxFuture<'a, Result<wire::Response, Transport>> {
        self.answered(request, self.resource.exchange(request))
            .boxed_local()
    }

    fn hides_bytes(&self) -> Option<&'static str> {
        self.resource.hides_bytes()
    }

    fn exchange_raw<'a>(
        &'a self,
        request: &'a wire::Request,
    ) -> LocalBoxFuture<'a, Result<wire::Response, Transport>> {
        self.answered(request, self.resource.exchange_raw(request))
            .boxed_local()
    }
}
