//! Whether a server allows the pages of one listed origin other things than those of another.

use cors_policy::origin::Parts;
use cors_vectors::names::is_cors_safelisted_method;
use cors_vectors::policy::{Any, AnyOr};

use crate::event::{NoteAbout, NoteEvent};
use crate::header_value::{elements, same_element};
use crate::kit::Site;
use crate::model;
use crate::session::Session;
use crate::wire::{Line, Response};

/// Origins, methods and names that are asked about at most.
const MOST: usize = 4;

/// What a preflight asks for, and where the response lists it.
struct Wish<'a> {
    method: &'a str,
    header: Option<&'a str>,
    listed_in: &'static str,
}

impl Wish<'_> {
    fn name(&self) -> &str {
        self.header.unwrap_or(self.method)
    }

    /// Whether a response that lets the origin in lists it; `None` where it does not let it in.
    fn is_listed(&self, response: &Response, origin: &str) -> Option<bool> {
        let lets_in = |value: &[u8]| value == b"*" || value == origin.as_bytes();
        if !response.values("Access-Control-Allow-Origin").any(lets_in) {
            return None;
        }
        let name = self.name().as_bytes();
        let is_it = |part: &[u8]| part == b"*" || same_element(self.listed_in, part, name);
        let lines: Vec<&[u8]> = response.values(self.listed_in).collect();
        Some(elements(&lines).any(is_it))
    }
}

/// A note where preflights of one listed origin grant what those of another do not, although the
/// policy has one rule for all.
pub(crate) async fn by_origin(site: &Site, session: &Session<'_>) -> Option<NoteEvent> {
    let policy = &site.policy;
    let AnyOr::Listed(origins) = &policy.allow_origins else {
        return None;
    };
    let exact = origins.iter().filter(|origin| Parts::of(origin).is_some());
    let origins: Vec<&String> = exact.take(MOST).collect();
    if !policy.rules.is_empty() || origins.len() < 2 || !site.target.is_over_network() {
        return None;
    }
    for wish in wishes(&policy.allow_methods, &policy.allow_headers) {
        let (mut grants, mut refuses) = (None, None);
        for origin in &origins {
            match wish.is_listed(&ask(site, session, origin, &wish).await?, origin) {
                Some(true) => grants = grants.or(Some(origin)),
                Some(false) => refuses = refuses.or(Some(origin)),
                None => {}
            }
        }
        if let Some((grants, refuses)) = grants.zip(refuses) {
            return Some(NoteEvent {
                about: NoteAbout::Rules,
                text: format!(
                    "{} is allowed to pages of {grants} and not to those of {refuses}: if that is \
                     meant, write the policy with a [[rules]] table for each, and what they \
                     differ in is no failure",
                    wish.name()
                ),
            });
        }
    }
    None
}

fn wishes<'a>(
    methods: &'a AnyOr<Vec<String>>,
    headers: &'a AnyOr<Vec<String>>,
) -> impl Iterator<Item = Wish<'a>> {
    let listed = |list: &'a AnyOr<Vec<String>>| match list {
        AnyOr::Listed(names) => names.as_slice(),
        AnyOr::Any(Any::Any) => &[],
    };
    let unsafe_method = |method: &&String| !is_cors_safelisted_method(method.as_bytes());
    let methods = listed(methods).iter().filter(unsafe_method).take(MOST);
    let named = |name: &&String| !name.ends_with('*');
    let headers = listed(headers).iter().filter(named).take(MOST);
    let methods = methods.map(|method| Wish {
        method,
        header: None,
        listed_in: "Access-Control-Allow-Methods",
    });
    methods.chain(headers.map(|header| Wish {
        method: "GET",
        header: Some(header),
        listed_in: "Access-Control-Allow-Headers",
    }))
}

/// The response to a preflight.
async fn ask(
    site: &Site,
    session: &Session<'_>,
    origin: &str,
    wish: &Wish<'_>,
) -> Option<Response> {
    let line = |name: &str, value: &str| -> Line { (name.into(), value.into()) };
    let mut headers = vec![
        line("Accept", "*/*"),
        line("Access-Control-Request-Method", wish.method),
    ];
    if let Some(header) = wish.header {
        headers.push(line("Access-Control-Request-Headers", header));
    }
    headers.push(line("Origin", origin));
    let request = model::request_for(b"OPTIONS", site.target.url(), headers);
    let request = session.sent_by_browser(request);
    session.exchange(site, request, false).await.1.ok()
}
