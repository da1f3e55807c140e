//! One fetch of a page, how the server answers it, and what the page is then allowed: for a history
//! to be asked about.

use cors_model::fetch::UserAgent;
use cors_model::network::RequestKind;
use cors_model::request::{CredentialsMode, Request};
use cors_model::trace::NoTrace;

use super::history::{Event, History, Item, Place};
use crate::support::{Script, answer, header, request, run_traced, url};

/// One fetch and how the server answers.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) place: Place,
    pub(crate) including: bool,
    pub(crate) forced: bool,
    pub(crate) method: &'static str,
    pub(crate) header: Option<&'static str>,
    /// Seconds since the fetch before.
    pub(crate) later: u64,
    pub(crate) methods: Vec<&'static str>,
    pub(crate) headers: Vec<&'static str>,
    pub(crate) max_age: Option<u64>,
    pub(crate) shared: bool,
}

pub(crate) const ORIGINS: [&str; 2] = ["https://a.test", "https://c.test"];

impl Visit {
    pub(crate) fn request(&self) -> Request {
        let mut request = request(
            self.method,
            ["https://b.test/1", "https://b.test/2"][usize::from(self.place.url)],
        );
        request.origin = url(ORIGINS[usize::from(self.place.origin)])
            .origin()
            .clone();
        let client = request.client.as_mut().expect("there is a page");
        client.network_partition_key.top_level_site =
            format!("https://{}.test", self.place.partition).into();
        if self.including {
            request.credentials_mode = CredentialsMode::Include;
        }
        request.use_cors_preflight = self.forced;
        if let Some(name) = self.header {
            let header = header(name, b"1");
            request.header_list.append(header.name, header.value);
        }
        request
    }

    pub(crate) fn safelisted(&self) -> bool {
        matches!(self.method, "GET" | "POST")
    }

    pub(crate) fn needs(&self) -> Vec<Item> {
        let method = !self.safelisted() || self.forced;
        let method = method.then(|| Item::Method(self.method.to_owned()));
        let header = self
            .header
            .map(|name| Item::Header(name.to_ascii_lowercase()));
        method.into_iter().chain(header).collect()
    }

    /// The methods and header names that the server lists, as the cache would keep them. A list
    /// without members is not sent.
    pub(crate) fn listed(&self) -> (Vec<String>, Vec<String>) {
        let mut methods: Vec<String> = self
            .methods
            .iter()
            .map(|&method| method.to_owned())
            .collect();
        if methods.is_empty() && self.forced {
            methods.push(self.method.to_owned());
        }
        let headers = self
            .headers
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        (methods, headers)
    }

    /// Whether the server's answer to a preflight allows the request.
    pub(crate) fn allowed(&self) -> bool {
        let (methods, headers) = self.listed();
        let wildcard = |list: &[String]| !self.including && list.iter().any(|item| item == "*");
        let method = self.safelisted()
            || methods.iter().any(|listed| listed == self.method)
            || wildcard(&methods);
        let header = self.header.is_none_or(|name| {
            let name = name.to_ascii_lowercase();
            headers.contains(&name) || (name != "authorization" && wildcard(&headers))
        });
        method && header
    }

    pub(crate) fn network(&self, preflight: bool) -> Script {
        let origin = ORIGINS[usize::from(self.place.origin)];
        let shared = [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
        ];
        let (methods, headers) = (self.methods.join(","), self.headers.join(","));
        let max_age = self.max_age.map(|seconds| seconds.to_string());
        let mut pairs = shared.to_vec();
        if !self.methods.is_empty() {
            pairs.push(("Access-Control-Allow-Methods", &methods));
        }
        if !self.headers.is_empty() {
            pairs.push(("Access-Control-Allow-Headers", &headers));
        }
        if let Some(max_age) = &max_age {
            pairs.push(("Access-Control-Max-Age", max_age));
        }
        let actual = answer(200, if self.shared { &shared } else { &[] });
        Script::new(
            preflight
                .then(|| answer(204, &pairs))
                .into_iter()
                .chain([actual]),
        )
    }
}

/// Makes fetches one after the other, and sees that each is preflighted when history says so.
pub(crate) fn follow(visits: &[Visit]) {
    let mut agent = UserAgent::default();
    let mut history = History::default();
    let mut now = 0;
    for visit in visits {
        now += visit.later;
        let (place, including) = (visit.place, visit.including);
        let needs = visit.needs();
        let asks = needs
            .iter()
            .any(|item| !history.allows(place, including, item, now));
        let mut network = visit.network(asks);
        let result = run_traced(&mut agent, &mut network, visit.request(), now, &mut NoTrace);
        let kinds: Vec<_> = network.seen.iter().map(|seen| seen.kind).collect();
        let expected: &[RequestKind] = match (asks, visit.allowed()) {
            (false, _) => &[RequestKind::Actual],
            (true, true) => &[RequestKind::Preflight, RequestKind::Actual],
            (true, false) => &[RequestKind::Preflight],
        };
        assert_eq!(kinds, expected, "{visit:?} at {now}");
        let succeeds = visit.shared && (!asks || visit.allowed());
        assert_eq!(result.is_ok(), succeeds, "{visit:?} at {now}");
        if asks && visit.allowed() {
            let (methods, headers) = visit.listed();
            let methods = methods.into_iter().map(Item::Method);
            let items = methods.chain(headers.into_iter().map(Item::Header));
            let max_age = visit.max_age.unwrap_or(5);
            // What is known is aged before anything new is stored, methods before names.
            history.0.extend(items.map(|item| Event::Allowed {
                place,
                including,
                item,
                max_age,
                at: now,
            }));
        }
        if !succeeds && !needs.is_empty() {
            history.0.push(Event::Failed { place });
        }
    }
}
