//! From questions to a policy: origins first, then what a page of one of them may do.

mod grants;

use std::collections::BTreeSet;

use cors_vectors::policy::{Any, AnyOr, Policy};

use super::asker::{Asker, Page, Reply, Wish, nothing_known};
use super::inferred::{Evidence, Inferred};
use super::origins;
use crate::control::Halt;
use crate::wire::Response;

/// Allowed origins whose neighbours are asked about.
const MOST_NEIGHBOURHOODS: usize = 3;

/// Origins that answers name, which are asked about.
const MOST_NAMED: usize = 8;

const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";

/// What is learnt, piece by piece.
#[derive(Debug)]
pub(super) struct Learn<'a> {
    asker: Asker<'a>,
    policy: Policy,
    evidence: Evidence,
    unsettled: BTreeSet<String>,
    /// What was sent, and the answer, of the first preflight that was granted.
    granted: Option<(String, Response)>,
    /// Origins that answers named without being asked about them.
    named: Vec<String>,
    /// Origins that were asked about, in order, and whether they are allowed.
    asked: Vec<(String, bool)>,
    /// Whom the answers name that were refused to those who asked for them; `None` for nobody.
    named_to_refused: BTreeSet<Option<String>>,
}

impl<'a> Learn<'a> {
    /// Begins with the answer to a plain request as of no page.
    pub(super) fn new(asker: Asker<'a>, plain: &Response) -> Self {
        let mut learn = Self {
            asker,
            policy: nothing_known(),
            evidence: Evidence::default(),
            unsettled: BTreeSet::new(),
            granted: None,
            named: Vec::new(),
            asked: Vec::new(),
            named_to_refused: BTreeSet::new(),
        };
        if !(200..300).contains(&plain.status) {
            learn.evidence.about.push(format!(
                "A plain {} was answered {}: name a resource that answers 200 to it.",
                learn.asker.method(),
                plain.status
            ));
        }
        learn.note_named(plain);
        learn
    }

    /// Asks everything there is to ask.
    pub(super) async fn everything(mut self, origins: &[String]) -> Result<Inferred, Halt> {
        self.origins(origins).await;
        let page = self.credentials().await;
        if let Some(page) = &page {
            self.methods(page).await;
            self.headers(page).await;
            self.expose(page).await;
            self.max_age(page).await;
            self.preflights();
        } else {
            self.nobody();
        }
        if let Some(Halt { exit, text }) = self.asker.gives_up() {
            let text = format!("{text}, while it was asked what it allows");
            return Err(Halt { exit, text });
        }
        self.asker.still_answers().await?;
        self.evidence.url = self.asker.url().to_string();
        self.evidence.requests = self.asker.requests();
        let Self {
            policy,
            evidence,
            unsettled,
            ..
        } = self;
        Ok(Inferred {
            policy,
            evidence,
            unsettled,
        })
    }

    /// That nothing beyond simple requests is allowed is as often a mistake as it is meant.
    fn preflights(&mut self) {
        let is_empty = |names: &AnyOr<Vec<String>>| matches!(names, AnyOr::Listed(listed) if listed.is_empty());
        let text = match (
            is_empty(&self.policy.allow_methods),
            is_empty(&self.policy.allow_headers),
        ) {
            (true, true) => {
                "No preflight came through: pages can send simple requests only. If more is meant, \
                 look at the response to OPTIONS."
            }
            (true, false) => {
                "No preflight came through for a method beyond GET, HEAD and POST. If more is \
                 meant, look at Access-Control-Allow-Methods in the response to OPTIONS."
            }
            (false, _) => return,
        };
        self.evidence.about.push(text.to_owned());
    }

    /// Whether a page of the origin may read the answer to a plain request; each is asked once.
    async fn get(&mut self, origin: &str) -> bool {
        if self.asker.url().origin().serialize() == origin {
            return false;
        }
        if let Some((_, allowed)) = self.asked.iter().find(|(asked, _)| asked == origin) {
            return *allowed;
        }
        let page = Page {
            origin: origin.to_owned(),
            credentials: false,
        };
        let reply = self.asker.ask(&page, &Wish::Plain).await;
        let allowed = self.is_allowed(reply.as_ref());
        if !allowed {
            let actual = reply.as_ref().and_then(|reply| reply.actual.as_ref());
            let mut named = actual
                .into_iter()
                .flat_map(|answer| answer.values(ALLOW_ORIGIN));
            let named = named
                .next()
                .map(|value| String::from_utf8_lossy(value).into_owned());
            self.named_to_refused.insert(named);
        }
        self.asked.push((origin.to_owned(), allowed));
        allowed
    }

    fn is_allowed(&mut self, reply: Option<&Reply>) -> bool {
        if let Some(Reply {
            actual: Some(actual),
            ..
        }) = reply
        {
            self.note_named(actual);
        }
        reply.is_some_and(|reply| reply.allowed)
    }

    /// Keeps the origins that an answer names, to ask about them.
    fn note_named(&mut self, answer: &Response) {
        let values = answer.values(ALLOW_ORIGIN).map(String::from_utf8_lossy);
        let named = values.map(std::borrow::Cow::into_owned).collect();
        for origin in origins::usable(named) {
            if self.named.len() < MOST_NAMED && !self.named.contains(&origin) {
                self.named.push(origin);
            }
        }
    }

    async fn origins(&mut self, wished: &[String]) {
        let mut strangers = Vec::new();
        for stranger in origins::STRANGERS {
            if self.get(stranger).await {
                strangers.push(stranger);
            }
        }
        let null = self.get("null").await;
        if strangers.len() > 1 {
            self.policy.allow_origins = AnyOr::Any(Any::Any);
            for origin in wished {
                self.get(origin).await;
            }
            // Anyone who names an origin means that it is allowed: that it is refused is a failure.
            let refused = self
                .asked
                .iter()
                .filter(|(origin, allowed)| !allowed && !wished.contains(origin));
            self.unsettled
                .extend(refused.map(|(origin, _)| origin.clone()));
            self.origins_said(wished, &[]);
            return;
        }

        let mut preflight_only = Vec::new();
        let mut allowed: Vec<String> = strangers.into_iter().map(str::to_owned).collect();
        let guesses = origins::guesses(self.asker.url());
        let mut waiting = [wished.to_vec(), self.named.clone(), guesses].concat();
        waiting = origins::usable(waiting);
        for origin in &waiting {
            let may = self.get(origin).await;
            // Anyone who names an origin means that it is allowed: half a grant is worth a look.
            let half = !may && wished.contains(origin) && self.preflight_granted(origin).await;
            if half {
                preflight_only.push(origin.clone());
            }
            if (may || half || wished.contains(origin)) && !allowed.contains(origin) {
                allowed.push(origin.clone());
            }
        }
        // The pages that ask everything else are the first ones: those that get answers.
        allowed.sort_by_key(|origin| is_refused_in(&self.asked, origin));
        let answered = allowed
            .iter()
            .filter(|origin| !is_refused_in(&self.asked, origin));
        let answered: Vec<String> = answered.take(MOST_NEIGHBOURHOODS).cloned().collect();
        for origin in &answered {
            for pattern in origins::patterns(origin) {
                if self.pattern(&pattern, &mut allowed).await {
                    break;
                }
            }
            if let Some((pattern, ports)) = origins::any_port(origin)
                && wished.contains(origin)
                && self.get(&ports[0]).await
                && self.get(&ports[1]).await
            {
                allowed.push(pattern);
            }
            for neighbour in origins::neighbours(origin) {
                if self.get(&neighbour).await && !allowed.contains(&neighbour) {
                    allowed.push(neighbour);
                }
            }
        }
        let patterns: Vec<String> = allowed
            .iter()
            .filter(|entry| entry.contains('*'))
            .cloned()
            .collect();
        let covered = |origin: &String| {
            let fits =
                |pattern: &String| cors_vectors::pattern::fits_pattern(origin.as_bytes(), pattern);
            !origin.contains('*') && patterns.iter().any(fits)
        };
        allowed.retain(|origin| !covered(origin));
        if null {
            allowed.push("null".to_owned());
        }
        self.policy.allow_origins = AnyOr::Listed(allowed.into());
        self.origins_said(wished, &preflight_only);
    }

    async fn preflight_granted(&mut self, origin: &str) -> bool {
        let page = Page {
            origin: origin.to_owned(),
            credentials: false,
        };
        let reply = self.asker.ask(&page, &Wish::Upload).await;
        reply.is_some_and(|reply| reply.allowed)
    }

    /// Whether origins that fit a pattern are allowed whatever they are called.
    async fn pattern(&mut self, pattern: &str, allowed: &mut Vec<String>) -> bool {
        let [one, two] = origins::fitting(pattern);
        let found = match (self.get(&one).await, self.get(&two).await) {
            (true, true) => pattern.to_owned(),
            (true, false) => one,
            (false, _) => return false,
        };
        let whole = found == pattern;
        if !allowed.contains(&found) {
            allowed.push(found);
        }
        whole
    }

    fn origins_said(&mut self, wished: &[String], preflight_only: &[String]) {
        let of = |wanted: bool| {
            let asked = self.asked.iter();
            let asked = asked.filter(move |(_, allowed)| *allowed == wanted);
            let asked: Vec<&str> = asked.map(|(origin, _)| origin.as_str()).collect();
            asked.join(", ")
        };
        let said = &mut self.evidence.origins;
        said.push(format!(
            "Sent: a {} as a page of each of these origins sends it.",
            self.asker.method()
        ));
        for (word, origins) in [("allowed", of(true)), ("refused", of(false))] {
            if !origins.is_empty() {
                said.push(format!("{word}: {origins}"));
            }
        }
        for origin in wished
            .iter()
            .filter(|origin| is_refused_in(&self.asked, origin))
            .filter(|origin| !preflight_only.contains(origin))
        {
            said.push(format!(
                "You named {origin}, and its pages are refused: it is listed here as what is meant, \
                 so that the run fails for it. Add it to the server's list, or leave it out."
            ));
        }
        for origin in preflight_only {
            said.push(format!(
                "Pages of {origin} are granted a preflight and then refused the answer."
            ));
        }
        match &self.policy.allow_origins {
            AnyOr::Any(Any::Any) if !self.unsettled.is_empty() => said.push(
                "Not every origin is allowed, though some are that nobody would list: what is \
                 meant cannot be known."
                    .to_owned(),
            ),
            AnyOr::Any(Any::Any) => {}
            AnyOr::Listed(listed)
                if listed.len() == 1
                    && self.named_to_refused == listed.iter().cloned().map(Some).collect() =>
            {
                said.push(
                    "It is named to pages of all others as well, which browsers refuse them: the \
                     server knows one origin, and does not look at who asks."
                        .to_owned(),
                );
            }
            AnyOr::Listed(listed) => {
                said.push(
                    "Which other origins are allowed cannot be known: add those that are meant, and \
                     remove what is not."
                        .to_owned(),
                );
                if listed.is_empty() {
                    said.push(
                        "No origin that could be guessed is allowed. Name one that should be with \
                         --origin https://…, or write it here."
                            .to_owned(),
                    );
                }
            }
        }
    }

    /// Learns whether credentials are allowed, and chooses the page that asks everything else.
    async fn credentials(&mut self) -> Option<Page> {
        let mut pages: Vec<String> = match &self.policy.allow_origins {
            AnyOr::Any(Any::Any) => {
                let asked = self.asked.iter().filter(|(_, allowed)| *allowed);
                let asked = asked.map(|(origin, _)| origin.clone());
                asked.take(2).collect()
            }
            AnyOr::Listed(listed) => {
                let one = |entry: &String| {
                    if entry.contains('*') {
                        let [one, _] = origins::fitting(entry);
                        entry.strip_suffix(":*").map_or(one, str::to_owned)
                    } else {
                        entry.clone()
                    }
                };
                listed.iter().map(one).collect()
            }
        };
        pages.truncate(MOST_NEIGHBOURHOODS + 1);
        let null = self.policy.allows_origin(b"null") && self.get("null").await;
        if null && !pages.iter().any(|page| page == "null") {
            pages.push("null".to_owned());
        }
        let mut with: Vec<String> = Vec::new();
        for origin in &pages {
            let page = Page {
                origin: origin.clone(),
                credentials: true,
            };
            let reply = self.asker.ask(&page, &Wish::Plain).await;
            if self.is_allowed(reply.as_ref()) {
                with.push(origin.clone());
            }
        }
        let any = matches!(self.policy.allow_origins, AnyOr::Any(Any::Any));
        let ordinary = pages.iter().find(|origin| *origin != "null");
        let allowed = ordinary.is_some_and(|origin| with.contains(origin));
        self.policy.allow_credentials = allowed && !any;
        self.credentials_said(&pages, &with, any);
        if with.iter().any(|origin| origin == "null")
            && let AnyOr::Listed(listed) = &mut self.policy.allow_origins
        {
            let others = listed.iter().filter(|origin| *origin != "null");
            *listed = others.cloned().collect();
        }
        // Where it differs from origin to origin, no policy of ours says it.
        for origin in pages.iter().filter(|origin| *origin != "null") {
            if with.contains(origin) != allowed {
                self.unsettled.insert(origin.clone());
            }
        }
        let origin = ordinary.or_else(|| pages.first())?;
        Some(Page {
            origin: origin.clone(),
            credentials: self.policy.allow_credentials,
        })
    }

    fn credentials_said(&mut self, pages: &[String], with: &[String], any: bool) {
        let said = &mut self.evidence.credentials;
        if pages.is_empty() {
            return;
        }
        let without: Vec<&str> = pages
            .iter()
            .filter(|origin| !with.contains(origin))
            .map(String::as_str)
            .collect();
        said.push(format!(
            "Sent: a {} with credentials as a page of each of these origins.",
            self.asker.method()
        ));
        for (word, origins) in [
            ("allowed", with.join(", ")),
            ("refused", without.join(", ")),
        ] {
            if !origins.is_empty() {
                said.push(format!("{word}: {origins}"));
            }
        }
        if any && !with.is_empty() {
            said.push(
                "DANGER: credentials are allowed to origins that nobody knows, so that every page \
                 acts as its visitors. That is taken for a mistake, not for the policy."
                    .to_owned(),
            );
        }
        if !any && with.iter().any(|origin| origin == "null") {
            said.push(
                "DANGER: credentials are allowed to the origin null, which any page can give itself \
                 by a sandboxed frame. That is taken for a mistake: null is not listed above."
                    .to_owned(),
            );
        }
        let insecure = with.iter().any(|origin| origin.starts_with("http://"));
        if insecure && with.iter().any(|origin| origin.starts_with("https://")) {
            said.push(
                "Anyone who sits on the network can act as a page of an http: origin: remove it \
                 unless it is meant."
                    .to_owned(),
            );
        }
    }

    /// What is said where no page could ask.
    fn nobody(&mut self) {
        let unknown = || vec!["Nothing was asked: no page is known that may ask.".to_owned()];
        self.evidence.credentials = unknown();
        self.evidence.methods = unknown();
        self.evidence.headers = unknown();
        self.evidence.expose = unknown();
        self.evidence.max_age = unknown();
    }
}

/// Whether a page of the origin was refused the answer to a plain request.
fn is_refused_in(asked: &[(String, bool)], origin: &str) -> bool {
    asked
        .iter()
        .any(|(asked, allowed)| asked == origin && !allowed)
}
