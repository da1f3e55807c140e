//! Random sequences of fetches, for the preflight cache and for what reaches the network.

use cors_model::cache::{CorsPreflightCache, Timestamp};
use cors_model::fetch::UserAgent;
use cors_model::method::Method;
use cors_model::network::RequestKind;
use cors_model::request::{CredentialsMode, Request};
use cors_model::trace::NoTrace;
use proptest::prelude::*;

use crate::naive::history::{Event, History, Item, Place};
use crate::support::{Script, Seen, answer, header, request, run_traced, url};

/// One fetch and how the server answers.
#[derive(Debug, Clone)]
struct Step {
    place: Place,
    including: bool,
    forced: bool,
    method: &'static str,
    header: Option<&'static str>,
    /// Seconds since the fetch before.
    later: u64,
    methods: Vec<&'static str>,
    headers: Vec<&'static str>,
    max_age: Option<u64>,
    shared: bool,
}

prop_compose! {
    fn step()(
        (partition, origin, url) in (0..2_u8, 0..2_u8, 0..2_u8),
        (including, forced, shared) in (any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.9)),
        method in prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "patch"]),
        header in prop::option::of(prop::sample::select(vec!["x-a", "X-B", "Authorization"])),
        later in 0..3_u64,
        methods in prop::sample::subsequence(vec!["PUT", "DELETE", "*", "patch", "GET", "PUT"], 0..6),
        headers in prop::sample::subsequence(vec!["x-a", "*", "authorization", "X-b", "x-A"], 0..5),
        max_age in prop::option::of(0..6_u64),
    ) -> Step {
        let place = Place { partition, origin, url };
        Step { place, including, forced, method, header, later, methods, headers, max_age, shared }
    }
}

const ORIGINS: [&str; 2] = ["https://a.test", "https://c.test"];

impl Step {
    fn request(&self) -> Request {
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

    fn safelisted(&self) -> bool {
        matches!(self.method, "GET" | "POST")
    }

    fn needs(&self) -> Vec<Item> {
        let method = !self.safelisted() || self.forced;
        let method = method.then(|| Item::Method(self.method.to_owned()));
        let header = self
            .header
            .map(|name| Item::Header(name.to_ascii_lowercase()));
        method.into_iter().chain(header).collect()
    }

    /// The methods and header names that the server lists, as the cache would keep them. A list
    /// without members is not sent.
    fn listed(&self) -> (Vec<String>, Vec<String>) {
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
    fn allowed(&self) -> bool {
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

    fn network(&self, preflight: bool) -> Script {
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

proptest! {
    #[test]
    fn preflights_are_made_when_history_says_so(steps in prop::collection::vec(step(), 1..24)) {
        let mut agent = UserAgent::default();
        let mut history = History::default();
        let mut now = 0;
        for step in steps {
            now += step.later;
            let needs = step.needs();
            let asks = needs.iter().any(|item| !history.allows(step.place, step.including, item, now));
            let mut network = step.network(asks);
            let result = run_traced(&mut agent, &mut network, step.request(), now, &mut NoTrace);
            let kinds: Vec<_> = network.seen.iter().map(|seen| seen.kind).collect();
            let expected: &[RequestKind] = match (asks, step.allowed()) {
                (false, _) => &[RequestKind::Actual],
                (true, true) => &[RequestKind::Preflight, RequestKind::Actual],
                (true, false) => &[RequestKind::Preflight],
            };
            prop_assert_eq!(kinds, expected, "{:?} at {}", step, now);
            let succeeds = step.shared && (!asks || step.allowed());
            prop_assert_eq!(result.is_ok(), succeeds);
            if asks && step.allowed() {
                let (methods, headers) = step.listed();
                let items = methods.into_iter().map(Item::Method).chain(headers.into_iter().map(Item::Header));
                let (place, including) = (step.place, step.including);
                let max_age = step.max_age.unwrap_or(5);
                // What is known is aged before anything new is stored, methods before names.
                history.0.extend(items.map(|item| {
                    Event::Allowed { place, including, item, max_age, at: now }
                }));
            }
            if !succeeds && !needs.is_empty() {
                history.0.push(Event::Failed { place: step.place });
            }
        }
    }

    #[test]
    fn nothing_but_forms_reaches_the_network_unasked(step in step(), fails: bool) {
        let mut network = step.network(true);
        if fails {
            network.answers[0] = answer(403, &[]);
        }
        let _ = run_traced(&mut UserAgent::default(), &mut network, step.request(), 0, &mut NoTrace);
        let origin = ORIGINS[usize::from(step.place.origin)];
        let carries = |seen: &Seen| seen.header("origin").as_deref() == Some(origin);
        prop_assert!(network.seen.iter().all(carries));
        let actual = network.seen.iter().position(|seen| seen.kind == RequestKind::Actual);
        if !step.needs().is_empty() {
            prop_assert_ne!(actual, Some(0));
            prop_assert_eq!(actual, (!fails && step.allowed()).then_some(1));
        }
    }

    #[test]
    fn time_and_clearing_never_add_a_match(
        steps in prop::collection::vec(step(), 1..8), asked in step(), moments in (0..8_u64, 0..8_u64),
    ) {
        let mut cache = CorsPreflightCache::new();
        for step in &steps {
            let request = step.request();
            let max_age = step.max_age.map_or(5, |seconds| u32::try_from(seconds).unwrap_or(0));
            let method = Some(Method::new(step.method.as_bytes()).expect("a method"));
            let now = Timestamp(step.later * 1000);
            cache.create_entry(&request, max_age, method, None, now, &mut NoTrace);
        }
        let matches = |cache: &CorsPreflightCache, seconds: u64| {
            cache.method_match(asked.method.as_bytes(), &asked.request(), Timestamp(seconds * 1000), &mut NoTrace)
        };
        let (early, late) = (moments.0.min(moments.1), moments.0.max(moments.1));
        prop_assert!(matches(&cache, early) || !matches(&cache, late));
        let (before, count) = (matches(&cache, late), cache.entries().len());
        cache.remove_expired(Timestamp(late * 1000));
        prop_assert_eq!(matches(&cache, late), before);
        prop_assert!(cache.entries().len() <= count);
        cache.clear_entries(&asked.request(), &mut NoTrace);
        prop_assert!(!matches(&cache, early));
    }
}
