//! What is carried out: steps and checks with their texts filled in.

use cors_model::request::Client;
use cors_model::url::Url;
use cors_vectors::check::On;
use cors_vectors::server::{Credentials, Level, Verdict};

use crate::kit::Site;
use crate::statement::Statement;
use crate::wire::Line;

/// What a case carries out.
#[derive(Debug)]
pub struct Task {
    /// Against which site.
    pub site: Site,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
}

/// A step with its texts filled in.
#[derive(Debug)]
pub struct PlannedStep {
    /// What is done.
    pub action: Action,
    /// What a browser must decide.
    pub verdict: Option<Verdict>,
    /// What must hold beyond that.
    pub checks: Vec<PlannedCheck>,
}

/// What a step does.
#[derive(Debug)]
pub enum Action {
    /// What a page does.
    Fetch(PlannedFetch),
    /// A request as it is.
    Send(PlannedSend),
}

/// A fetch by a page. Texts are bytes; see [`PageFetch`](cors_vectors::server::PageFetch).
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "each is documented where it is written down, in cors-vectors"
)]
pub struct PlannedFetch {
    pub origin: Vec<u8>,
    /// The page; `None` when none can have the origin.
    pub page: Option<Client>,
    pub method: Vec<u8>,
    pub url: Url,
    pub credentials: Credentials,
    pub headers: Vec<Line>,
    pub body: Option<Vec<u8>>,
    pub upload_listener: bool,
    pub reads: Vec<Vec<u8>>,
    pub cannot_read: Vec<Vec<u8>>,
}

/// A request as it is. Texts are bytes; see [`RawSend`](cors_vectors::server::RawSend).
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "each is documented where it is written down, in cors-vectors"
)]
pub struct PlannedSend {
    pub method: Vec<u8>,
    pub url: Url,
    /// Path and query as they go out.
    pub path: Vec<u8>,
    /// Path and query as the policy spells them, where `path` does otherwise.
    pub respells: Option<Vec<u8>>,
    pub headers: Vec<Line>,
    pub body: Option<Vec<u8>>,
    pub raw: bool,
}

/// A check with its texts filled in.
#[derive(Debug)]
pub struct PlannedCheck {
    /// Its name within the case.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Why, when the case does not say it.
    pub why: Option<String>,
    /// The answer it looks at.
    pub on: On,
    /// What must hold of that answer for the check to apply.
    pub when: Option<Statement>,
    /// What it states.
    pub statement: Statement,
}
