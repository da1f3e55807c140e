//! Kits: targets that take on named policies.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use cors_harness::event::{Counts, Mode, Outcome};
use cors_harness::exit::Exit;
use cors_harness::kit::{Implementation, Kit, KitError, Manifest, Subject, Unsupported};
use cors_harness::wire::RequestBody;
use cors_vectors::policy::{AnyOr, NamedPolicy, Policy};
use cors_vectors::server::Endpoint;
use serde_json::json;
use url::Url;

use crate::cases::{case, correct, options, policy, run_all};
use crate::support::{Server, options as url_options, response};

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

fn policies() -> BTreeMap<String, NamedPolicy> {
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
fn whoever_accepts_nonsense_is_not_run() {
    let kit = Kit::in_process(
        &FirstOrigin {
            accepts_nonsense: true,
        },
        &policies(),
    );
    assert!(matches!(kit, Err(KitError::AcceptsNonsense)));
}

#[tokio::test]
async fn a_manifest_says_where_the_policies_are() {
    let server = Server::answering(|head| {
        if head.contains(" /kit/list/resource ") {
            correct(head)
        } else {
            response(404, &[])
        }
    })
    .await;
    let at = Url::parse(&format!("http://{}/kit/kit.json", server.address)).unwrap();
    let manifest: Manifest = serde_json::from_value(json!({
        "kit": 1,
        "policies": {"list": {"base": "list"}, "any": {"unsupported": "no time"}}
    }))
    .unwrap();
    let kit = Kit::from_manifest(&at, &manifest, &policies(), &url_options()).unwrap();
    let steps =
        json!([{"fetch": {"origin": "{allowed}", "method": "{method}"}, "verdict": "shared"}]);
    let cases = [
        case("kit/list", &json!({"policy": "list", "steps": steps})),
        case("kit/any", &json!({"policy": "any", "steps": steps})),
    ];
    let stream = run_all(&cases, Subject::Kit(kit), &options()).await;
    // A kit expects unsafe methods, so that nothing is withheld.
    assert_eq!(stream.case("kit/list").exchanges, 2);
    assert_eq!(
        stream.end.counts,
        Counts {
            pass: 1,
            skip: 1,
            ..Counts::default()
        }
    );
    assert!(
        stream
            .case("kit/any")
            .reason
            .as_ref()
            .unwrap()
            .contains("no time")
    );
    assert!(matches!(
        &stream.events[0],
        cors_harness::event::Event::Run(run) if run.mode == Mode::Kit
    ));
}

#[test]
fn manifests_that_lead_elsewhere_are_refused() {
    let at = Url::parse("http://127.0.0.1:1/kit.json").unwrap();
    let with = |value| {
        let manifest: Manifest = serde_json::from_value(value).unwrap();
        Kit::from_manifest(&at, &manifest, &policies(), &url_options())
    };
    let away = json!({"kit": 1, "policies": {"list": {"base": "http://192.0.2.1/"}}});
    assert!(matches!(with(away), Err(KitError::Base { .. })));
    let future = json!({"kit": 2, "policies": {}});
    assert!(matches!(with(future), Err(KitError::Version(2))));
}
