//! Random sequences of fetches, for the preflight cache and for what reaches the network.

use cors_model::cache::{CorsPreflightCache, Timestamp};
use cors_model::fetch::UserAgent;
use cors_model::method::Method;
use cors_model::network::RequestKind;
use cors_model::trace::NoTrace;
use proptest::prelude::*;

use crate::naive::history::Place;
use crate::naive::visit::{ORIGINS, Visit, follow};
use crate::support::{Seen, answer, run_traced};

prop_compose! {
    fn visit()(
        (partition, origin, url) in (0..2_u8, 0..2_u8, 0..2_u8),
        (including, forced, shared) in (any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.9)),
        method in prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "patch"]),
        header in prop::option::of(prop::sample::select(vec!["x-a", "X-B", "Authorization"])),
        later in 0..3_u64,
        methods in prop::sample::subsequence(vec!["PUT", "DELETE", "*", "patch", "GET", "PUT"], 0..6),
        headers in prop::sample::subsequence(vec!["x-a", "*", "authorization", "X-b", "x-A"], 0..5),
        max_age in prop::option::of(0..6_u64),
    ) -> Visit {
        let place = Place { partition, origin, url };
        Visit { place, including, forced, method, header, later, methods, headers, max_age, shared }
    }
}

proptest! {
    #[test]
    fn preflights_are_made_when_history_says_so(visits in prop::collection::vec(visit(), 1..24)) {
        follow(&visits);
    }

    #[test]
    fn nothing_but_forms_reaches_the_network_unasked(visit in visit(), fails: bool) {
        let mut network = visit.network(true);
        if fails {
            network.answers[0] = answer(403, &[]);
        }
        let _ = run_traced(&mut UserAgent::default(), &mut network, visit.request(), 0, &mut NoTrace);
        let origin = ORIGINS[usize::from(visit.place.origin)];
        let carries = |seen: &Seen| seen.header("origin").as_deref() == Some(origin);
        prop_assert!(network.seen.iter().all(carries));
        let actual = network.seen.iter().position(|seen| seen.kind == RequestKind::Actual);
        if !visit.needs().is_empty() {
            prop_assert_ne!(actual, Some(0));
            prop_assert_eq!(actual, (!fails && visit.allowed()).then_some(1));
        }
    }

    #[test]
    fn time_and_clearing_never_add_a_match(
        visits in prop::collection::vec(visit(), 1..8), asked in visit(), moments in (0..8_u64, 0..8_u64),
    ) {
        let mut cache = CorsPreflightCache::new();
        for visit in &visits {
            let request = visit.request();
            let max_age = visit.max_age.map_or(5, |seconds| u32::try_from(seconds).unwrap_or(0));
            let method = Some(Method::new(visit.method.as_bytes()).expect("a method"));
            let now = Timestamp(visit.later * 1000);
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
