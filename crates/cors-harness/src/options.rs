//! How a run is made.

use std::time::Duration;

use cors_model::dialect::Dialect;
use cors_vectors::server::Level;

use crate::clock::Clock;
use crate::redact::Redactor;
use crate::wire::Line;

/// What the `run` line says of the suite and the target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// See [`RunEvent::tool`](crate::event::RunEvent::tool).
    pub tool: String,
    /// See [`RunEvent::vectors`](crate::event::RunEvent::vectors).
    pub vectors: String,
    /// See [`RunEvent::standard`](crate::event::RunEvent::standard).
    pub standard: String,
    /// The target, as a person names it.
    pub target: String,
    /// The policy that was inferred from its answers, as a file with comments.
    pub inferred: Option<String>,
}

/// How a run is made.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a choice of its own, independent of the others"
)]
pub struct Options {
    /// What the `run` line says.
    pub about: About,
    /// Cases in flight at most; at least 1.
    pub in_flight: usize,
    /// How long the whole run may take, with what came before it.
    pub deadline: Duration,
    /// What of that time is spent before the run begins, by finding the target or inferring a
    /// policy.
    pub spent: Duration,
    /// Whether other methods than GET, HEAD and OPTIONS are sent to a target that is no kit.
    pub unsafe_methods: bool,
    /// The method by which the resource is asked where nothing is said of methods: one that needs no
    /// preflight. It is let out.
    pub method: String,
    /// Header lines that are added to requests as a page or another client has them, but not to
    /// preflights, `Host` and `User-Agent` excepted; their values are secret. A line that the case
    /// states itself stays as it is.
    pub headers: Vec<Line>,
    /// Whether preflights get these header lines too, as no browser sends them.
    pub headers_everywhere: bool,
    /// The value of a `Cookie` line for a page's requests with credentials, and for requests of
    /// other clients that are no preflights; secret.
    pub cookie: Option<Vec<u8>>,
    /// More that must not be shown, such as the credentials of a proxy.
    pub secrets: Vec<String>,
    /// How often the cases are run, one round after the other; at least 1.
    pub rounds: u32,
    /// The lowest level at which a failure makes the run fail.
    pub fail_on: Level,
    /// Whether events hold the steps of the standard that were taken.
    pub trace: bool,
    /// Engines whose verdicts are told where they are not the standard's. Each asks the target again.
    pub engines: Vec<Dialect>,
    /// The command line that runs a case again: before the case's id, and behind it.
    pub cli: Option<(String, String)>,
    /// Whether the target is gone once the run has ended, so that no curl line reaches it.
    pub is_fleeting: bool,
    /// Whether nothing is judged where a plain request is not answered with success.
    pub require_success: bool,
    /// The command line that explains a case, but for the case's id.
    pub explain: Option<String>,
    /// More arguments for the curl command lines, such as `-k`.
    pub curl: Vec<String>,
    /// Where durations come from.
    pub clock: Clock,
}

impl Options {
    /// What keeps the secrets among these options out of events.
    pub fn redactor(&self) -> Redactor {
        Redactor::new(&self.headers, self.cookie.as_deref()).and(&self.secrets)
    }

    /// The time that is left for what begins now.
    pub const fn time_left(&self) -> Duration {
        self.deadline.saturating_sub(self.spent)
    }
}

impl Default for Options {
    /// 8 in flight, 120 s, one round, safe methods, the resource asked by GET, failures from `must`, the real clock.
    fn default() -> Self {
        Self {
            about: About::default(),
            in_flight: 8,
            deadline: Duration::from_secs(120),
            spent: Duration::ZERO,
            unsafe_methods: false,
            method: "GET".to_owned(),
            headers: Vec::new(),
            headers_everywhere: false,
            cookie: None,
            secrets: Vec::new(),
            rounds: 1,
            fail_on: Level::Must,
            trace: false,
            engines: Vec::new(),
            cli: None,
            is_fleeting: false,
            require_success: false,
            explain: None,
            curl: Vec::new(),
            clock: Clock::real(),
        }
    }
}
