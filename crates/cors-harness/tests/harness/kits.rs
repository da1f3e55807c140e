//! Kits: targets that take on named policies.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use cors_harness::event::{Counts, Outcome};
use cors_harness::exit::Exit;
use cors_harness::kit::{Implementation, Kit, KitError, Subject, Unsupported};
use cors_harness::wire::RequestBody;
use cors_vectors::policy::{AnyOr, NamedPolicy, Policy};
use cors_vectors::server::Endpoint;
use serde_json::json;

use crate::cases::{case, options, policy, run_all};

/// Allows the first listed origin, and credentials when it is told to.
struct FirstOrigin {
    accepts_nonsense: bool,
}

impl Implementation for FirstOrigin {
    fn endpoints(&self) -> BTreeSet<Endpoint> {
        BTreeSet::from([Endpoint::NotModified])
    }

    #[expect(refining_impl_trait, reason = "the body's type is no secret")]
    fn service(
        &self,
        policy: &Policy,
    ) -> Result<
        impl tower::Service<
            http::Request<RequestBody>,
            Response = http::Response<String>,
            Error = Infallible,
        > + 'static,
        Unsupported,
    > {
        let AnyOr::Listed(listed) = &policy.allow_origins else {
            return Err(Unsupported::because("only lists"));
        };
        let parsed = http::HeaderValue::from_str(&listed[0]);
        let origin = match parsed {
            Err(_) if self.accepts_nonsense => http::HeaderValue::from_static("null"),
            parsed => parsed.map_err(Unsupported::because)?,
        };
        Ok(tower::service_fn(
            move |request: http::Request<RequestBody>| {
                let mut response = http::Response::new(request.uri().path().to_owned());
                response
                    .headers_mut()
                    .insert("access-control-allow-origin", origin.clone());
                response
                    .headers_mut()
                    .insert("x-path", request.uri().path().parse().unwrap());
                async { Ok(response) }
            },
        ))
    }
}

pub(crate) fn policies() -> BTreeMap<String, NamedPolicy> {
    let named = |policy| NamedPolicy {
        about: "A policy.".into(),
        policy,
    };
    let any = Policy {
        allow_origins: serde_json::from_str("\"any\"").unwrap(),
        ..policy()
    };
    BTreeMap::from([
        ("list".to_owned(), named(policy())),
        ("any".to_owned(), named(any)),
    ])
}

fn cases() -> Vec<cors_vectors::server::ServerCase> {
    let path = |endpoint: &str| {
        json!([{"fetch": {"origin": "{allowed}", "endpoint": endpoint}, "verdict": "shared",
                "checks": [{"id": "path", "level": "must", "header": "X-Path",
                            "equals": format!("/{}", endpoint.replace('_', "-"))}]}])
    };
    vec![
        case(
            "kit/resource",
            &json!({"policy": "list", "steps": path("resource")}),
        ),
        case(
            "kit/not-modified",
            &json!({"policy": "list", "steps": path("not_modified")}),
        ),
        case(
            "kit/missing",
            &json!({"policy": "list", "steps": path("missing")}),
        ),
        case(
            "kit/any",
            &json!({"policy": "any", "requires": ["kit"], "steps": path("resource")}),
        ),
        case(
            "kit/unknown",
            &json!({"policy": "unheard-of", "steps": path("resource")}),
        ),
    ]
}

#[tokio::test]
async fn an_implementation_runs_each_case_under_its_policy() {
    let kit = Kit::in_process(
        &FirstOrigin {
            accepts_nonsense: false,
        },
        &policies(),
    )
    .unwrap();
    let stream = run_all(&cases(), Subject::Kit(kit), &options()).await;
    assert_eq!(
        stream.end.counts,
        Counts {
            pass: 2,
            skip: 3,
            ..Counts::default()
        }
    );
    assert_eq!(stream.end.exit, Exit::AsExpected);
    assert_eq!(stream.case("kit/resource").policy.as_deref(), Some("list"));
    assert_eq!(
        stream.case("kit/resource").again.as_ref().unwrap().curl,
        None
    );
    assert_eq!(stream.case("kit/not-modified").outcome, Outcome::Pass);
    for (id, said) in [
        ("kit/missing", "missing"),
        (
            "kit/any",
            "the policy any: the target cannot express it: only lists",
        ),
        ("kit/unknown", "the kit has no policy unheard-of"),
    ] {
        let reason = stream.case(id).reason.as_ref().unwrap();
        assert!(reason.contains(said), "{reason}");
    }
}

#[test]
fn a_target_that_accepts_nonsense_is_not_run() {
    let kit = Kit::in_process(
        &FirstOrigin {
            accepts_nonsense: true,
        },
        &policies(),
    );
    assert!(matches!(kit, Err(KitError::AcceptsNonsense)));
}
