//! Kits that a server offers at `/kit.json`.

use cors_harness::event::{Counts, Mode};
use cors_harness::kit::{Kit, KitError, Manifest, Offer, Subject};
use cors_harness::target::Transport;
use cors_model::url::Url;
use serde_json::json;

use crate::cases::{case, correct, options, run_all};
use crate::kits::policies;
use crate::support::{Server, field, options as url_options, response};

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
        cors_harness::event::Event::Run(run) if run.subject.mode() == Some(Mode::Kit)
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
    let nameless = json!({"kit": 1, "policies": {"list": {"base": "/somewhere/"}}});
    let error = with(nameless).unwrap_err().to_string();
    assert!(
        error.contains("policies.list.base") && error.contains("list/"),
        "{error}"
    );
}

/// A server that gives this at `/kit.json` to anyone who shows the password, and answers everything
/// else as told.
async fn offering(kit_json: (u16, &'static str), otherwise: fn(&str) -> String) -> (Server, Url) {
    let server = Server::answering(move |head| {
        if head.starts_with("GET /kit.json ") && field(head, "authorization") == Some("Basic x") {
            let (status, body) = kit_json;
            let length = body.len();
            format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}")
        } else {
            otherwise(head)
        }
    })
    .await;
    let url = Url::parse(&format!("http://{}/some/page?x=y", server.address)).unwrap();
    (server, url)
}

async fn offered(
    kit_json: (u16, &'static str),
    otherwise: fn(&str) -> String,
) -> Result<Offer, KitError> {
    let (_server, url) = offering(kit_json, otherwise).await;
    let headers = [(b"Authorization".to_vec(), b"Basic x".to_vec())];
    Kit::offered(&url, &policies(), &url_options(), &headers).await
}

const LIST: &str =
    r#"{"kit": 1, "policies": {"list": {"base": "p/list/", "endpoints": ["missing"]}}}"#;

/// As a kit does that looks its policies up.
fn looks_up(head: &str) -> String {
    if head.contains(" /p/list/") {
        correct(head)
    } else if head.contains(" /p/") {
        response(501, &[])
    } else {
        response(404, &[])
    }
}

#[tokio::test]
async fn a_server_offers_a_kit_at_its_origin() {
    let Ok(Offer::Kit(kit)) = offered((200, LIST), looks_up).await else {
        panic!("the manifest is read");
    };
    let site = kit.site("list").unwrap().as_ref().unwrap();
    assert_eq!(site.target.url().path(), "/p/list/resource");
    let missing = cors_vectors::server::Endpoint::Missing;
    assert_eq!(site.policy.endpoint(missing), Some("/p/list/missing"));
    let other = kit.site("any").unwrap().as_ref().unwrap_err();
    assert!(other.reason.contains("does not list it"), "{other}");
}

#[tokio::test]
async fn a_server_without_a_manifest_offers_none() {
    for kit_json in [
        (404, LIST),
        (301, LIST),
        (200, "<!doctype html><title>start page</title>"),
        (200, "[1, 2]"),
        (200, r#"{"error": "no such page"}"#),
    ] {
        let offer = offered(kit_json, looks_up).await.unwrap();
        assert!(matches!(offer, Offer::Nothing), "{kit_json:?}: {offer:?}");
    }
}

#[tokio::test]
async fn a_manifest_that_is_no_json_is_named() {
    for kit_json in [
        r#"{"kit": 1, "policies": "#,
        " {\"kit\":\u{1b}[2J\n::error::x}",
    ] {
        let offer = offered((200, kit_json), looks_up).await.unwrap();
        let Offer::Unreadable(why) = offer else {
            panic!("{kit_json:?}: {offer:?}");
        };
        assert!(why.contains("/kit.json is no JSON: "), "{why}");
        assert!(is_on_one_line(&why), "{why:?}");
    }
}

#[tokio::test]
async fn what_a_broken_manifest_holds_stays_on_one_line() {
    for kit_json in [
        r#"{"kit":1,"\n::error::x":1,"policies":{}}"#,
        r#"{"kit":1,"policies":{"x\n::stop-commands::x":{"base":"a","zzz":1}}}"#,
        r#"{"kit":1,"policies":{"list":{"base":"\n::error::x\u001b[2J"}}}"#,
    ] {
        let error = offered((200, kit_json), looks_up).await.unwrap_err();
        assert!(is_on_one_line(&error.to_string()), "{kit_json}: {error:?}");
    }
}

fn is_on_one_line(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[tokio::test]
async fn a_broken_manifest_is_an_error_that_names_the_field() {
    for (kit_json, said) in [
        (r#"{"kit": "one"}"#, "kit: "),
        (r#"{"kit": 1}"#, "policies"),
        (r#"{"kit": 7, "policies": {}}"#, "version 1, found 7"),
        (
            r#"{"kit": 1, "policies": {"list": {"path": "p/list/"}}}"#,
            "policies.list: ",
        ),
        (
            r#"{"kit": 1, "policies": {"list": {"base": "p/list/", "endpoints": ["teapot"]}}}"#,
            "policies.list: ",
        ),
        (
            r#"{"kit": 1, "policies": {"list": {"base": "http://[/"}}}"#,
            "policies.list.base",
        ),
        (r#"{"kit": 1, "policies": {}, "extra": 1}"#, "extra"),
    ] {
        let error = offered((200, kit_json), looks_up)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("kit.json: ") && error.contains(said),
            "{kit_json}: {error}"
        );
    }
}

#[tokio::test]
async fn a_kit_that_answers_for_any_name_is_refused() {
    let error = offered((200, LIST), correct).await.unwrap_err();
    assert!(
        matches!(error, KitError::AnswersNonsense { status: 200, .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("/p/no-such-policy/resource"),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_offers_nothing() {
    let (server, url) = offering((200, LIST), looks_up).await;
    drop(server);
    let answer = Kit::offered(&url, &policies(), &url_options(), &[]).await;
    assert!(
        matches!(
            answer,
            Err(KitError::Transport(Transport::Unreachable { .. }))
        ),
        "{answer:?}"
    );
}

#[test]
fn the_schemas_take_what_the_page_shows_and_nothing_misspelt() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let text = |path: &str| std::fs::read_to_string(format!("{root}/{path}")).unwrap();
    let validator = |name: &str| {
        let schema = text(&format!("vectors/schema/{name}.schema.json"));
        jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
    };
    let (kit, policy) = (validator("kit"), validator("policy"));
    let page = text("crates/cors-conformance/docs/test-a-library.md");
    let blocks = page.split("```json\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap());
    let blocks: Vec<serde_json::Value> = blocks
        .map(|block| serde_json::from_str(block).unwrap())
        .collect();
    let [of_kit, of_policy, nonsense] = &blocks[..] else {
        panic!("{blocks:?}");
    };
    assert!(kit.is_valid(of_kit), "{of_kit}");
    // The schema holds the form alone. It does not see that an origin is not valid.
    for shown in [of_policy, nonsense] {
        assert!(policy.is_valid(shown), "{shown}");
    }
    let misspelt = |value: &serde_json::Value| {
        let mut value = value.clone();
        value["polices"] = json!({});
        value
    };
    assert!(!kit.is_valid(&misspelt(of_kit)));
    assert!(!policy.is_valid(&misspelt(of_policy)));
}
