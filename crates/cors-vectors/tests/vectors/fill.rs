//! Placeholders filled from policies, and cases skipped where they mean nothing.

use cors_vectors::fill::{Fill, SERVER_PLACEHOLDERS, fills};
use cors_vectors::policy::{Policy, View};
use cors_vectors::read::read_policy_toml;
use cors_vectors::server::{Requirement, ServerCase};

pub(crate) fn policy(lines: &str) -> Policy {
    let defaults = [
        ("allow_origins", "[]"),
        ("allow_methods", "[]"),
        ("allow_headers", "[]"),
        ("expose_headers", "[]"),
    ];
    let missing = defaults
        .iter()
        .filter(|(field, _)| !lines.contains(field))
        .map(|(field, value)| format!("{field} = {value}\n"));
    let text = missing.collect::<String>() + lines;
    read_policy_toml("policy.toml", &text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn values(policy: &Policy) -> Vec<(&'static str, String)> {
    let filled = Fill::of(policy);
    SERVER_PLACEHOLDERS
        .iter()
        .filter_map(|(name, _)| {
            Some((
                *name,
                String::from_utf8(filled.get(name)?.to_vec()).unwrap(),
            ))
        })
        .collect()
}

fn value(policy: &Policy, name: &str) -> Option<String> {
    values(policy)
        .into_iter()
        .find(|(other, _)| *other == name)
        .map(|(_, value)| value)
}

pub(crate) fn case(step: &str, requires: &str) -> ServerCase {
    let json = format!(
        r#"{{"id":"a/b","title":"t","why":"w","spec":[],"policy":"p","requires":[{requires}],"steps":[{step}]}}"#
    );
    serde_json::from_str(&json).unwrap()
}

#[test]
fn a_list_fills_everything() {
    let policy = policy(
        "allow_origins = [\"https://*.trusted.example:8443\", \"https://app.allowed.example:444\"]\n\
         allow_methods = [\"GET\", \"DELETE\", \"PUT\"]\n\
         allow_headers = [\"authorization\", \"Accept\", \"cookie\", \"X-A\", \"x-b\"]\n\
         expose_headers = [\"Content-Type\", \"set-cookie\", \"ETag\"]\n\
         max_age = 0",
    );
    let longest = {
        let label = "a".repeat(63);
        format!(
            "https://{}.{label}.{label}.{label}.trusted.example:8443",
            "a".repeat(45)
        )
    };
    let expected = [
        ("allowed", "https://app.allowed.example:444"),
        ("allowed.scheme", "https"),
        ("allowed.host", "app.allowed.example"),
        ("allowed.port", "444"),
        ("allowed.authority", "app.allowed.example:444"),
        ("allowed.upper", "HTTPS://APP.ALLOWED.EXAMPLE:444"),
        ("allowed.undotted", "appxallowed.example:444"),
        ("allowed.undotted_last", "app.allowedxexample:444"),
        ("allowed.truncated", "app.allowed.exampl"),
        ("allowed.beheaded", "pp.allowed.example:444"),
        ("allowed.parent", "allowed.example"),
        ("allowed.label", "app"),
        ("allowed.upper_scheme", "HTTPS://app.allowed.example:444"),
        ("allowed2", "https://app.trusted.example:8443"),
        ("allowed2.scheme", "https"),
        ("allowed2.host", "app.trusted.example"),
        ("allowed2.authority", "app.trusted.example:8443"),
        ("allowed_first", "https://app.allowed.example:444"),
        ("allowed_last", "https://app.allowed.example:444"),
        ("pattern.allowed", "https://app.trusted.example:8443"),
        ("pattern.scheme", "https"),
        ("pattern.rest", "trusted.example"),
        ("pattern.port", "8443"),
        ("pattern.authority", "trusted.example:8443"),
        ("pattern.start", "https://"),
        ("pattern.end", ".trusted.example:8443"),
        ("pattern.undotted", "trustedxexample"),
        ("pattern.longest", longest.as_str()),
        ("near.port", "https://app.trusted.example:9999"),
        ("near.scheme", "http://app.trusted.example:8443"),
        ("near.suffix", "https://app.trusted.example.evil.test:8443"),
        ("near.prefix", "https://eviltrusted.example:8443"),
        ("near.apex", "https://trusted.example:8443"),
        ("foreign", "https://foreign.example"),
        ("other", "https://foreign.example"),
        ("method", "DELETE"),
        ("method2", "PUT"),
        ("asked_method", "DELETE"),
        ("asked_header", "X-A"),
        ("asked_header.value", "1"),
        ("method_last", "PUT"),
        ("unlisted_method", "PATCH"),
        ("header", "X-A"),
        ("header.value", "1"),
        ("header2", "x-b"),
        ("header2.value", "1"),
        ("header_last", "authorization"),
        ("header_last.value", "Bearer x"),
        ("header.part", "X"),
        ("header.underscored", "X_A"),
        ("header.undashed", "XA"),
        ("header.upper", "X-A"),
        ("unlisted_header", "x-unlisted"),
        ("exposed", "ETag"),
        ("exposed_last", "ETag"),
        ("unexposed", "x-unexposed"),
        ("max_age", "0"),
    ];
    let found = values(&policy);
    let found: Vec<_> = found
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn what_needs_a_preflight_is_taken_from_what_is_there() {
    let asked = |lines: &str| {
        let policy = policy(lines);
        ["asked_method", "asked_header", "asked_header.value"]
            .map(|name| value(&policy, name).unwrap())
    };
    let only_json = "allow_methods = [\"GET\", \"POST\"]\nallow_headers = [\"Content-Type\"]";
    assert_eq!(
        asked(only_json),
        ["POST", "Content-Type", "application/json"]
    );
    let only_put = "allow_methods = [\"PUT\"]";
    assert_eq!(asked(only_put), ["PUT", "accept", "*/*"]);
    let both = policy("allow_headers = [\"authorization\", \"content-type\"]");
    assert_eq!(value(&both, "header").unwrap(), "content-type");
    assert_eq!(value(&both, "header2").unwrap(), "authorization");
    assert_eq!(value(&both, "header2.value").unwrap(), "Bearer x");
}

#[test]
fn any_has_nobody_to_refuse() {
    let policy = policy(
        "allow_origins = \"any\"\nallow_methods = \"any\"\nallow_headers = \"any\"\nexpose_headers = \"any\"",
    );
    assert_eq!(value(&policy, "allowed").unwrap(), "https://app.example");
    assert_eq!(value(&policy, "allowed2").unwrap(), "https://other.example");
    assert_eq!(value(&policy, "other").unwrap(), "https://other.example");
    assert_eq!(value(&policy, "method").unwrap(), "PUT");
    for name in [
        "foreign",
        "unlisted_method",
        "unlisted_header",
        "unexposed",
        "exposed",
        "max_age",
    ] {
        assert_eq!(value(&policy, name), None, "{name}");
    }
}

#[test]
fn a_pattern_alone_allows_two_origins() {
    let policy = policy("allow_origins = [\"https://*.a.example\"]");
    assert_eq!(value(&policy, "allowed").unwrap(), "https://app.a.example");
    assert_eq!(
        value(&policy, "allowed2").unwrap(),
        "https://second-one.a.example"
    );
    assert_eq!(value(&policy, "allowed.port").unwrap(), "");
}

#[test]
fn each_form_of_origins_has_allowed_ones_and_others_that_are_nearly() {
    for (list, expected) in [
        (
            "\"http://localhost:*\"",
            &[
                ("allowed", "http://localhost:3000"),
                ("allowed2", "http://localhost"),
                ("near.suffix", "http://localhost.evil.example"),
                ("near.prefix", "http://evillocalhost"),
                ("near.scheme", "https://localhost"),
            ][..],
        ),
        (
            "\"https://{label}.a.example\"",
            &[
                ("pattern.authority", "a.example"),
                ("near.dotted", "https://app.evil.a.example"),
            ],
        ),
        (
            "\"https://pre-*--site.a.example\"",
            &[
                ("allowed", "https://pre-app--site.a.example"),
                ("allowed2", "https://pre-second-one--site.a.example"),
                ("near.dotted", "https://pre-app.evil--site.a.example"),
            ],
        ),
        (
            "\"https://*\"",
            &[
                ("allowed", "https://app.example"),
                ("foreign", "http://foreign.invalid:4711"),
                ("near.scheme", "http://app.example"),
            ],
        ),
        (
            "\"http://10.0.0.0/8:81\"",
            &[
                ("allowed", "http://10.0.0.1:81"),
                ("near.range", "http://9.255.255.255:81"),
            ],
        ),
        (
            "{ allowed = [\"https://a.b.example\"], refused = [\"https://c.b.example\"] }",
            &[
                ("allowed", "https://a.b.example"),
                ("near.example", "https://c.b.example"),
            ],
        ),
    ] {
        let policy = policy(&format!("allow_origins = [{list}]"));
        for (name, expected) in expected {
            let found = value(&policy, name);
            assert_eq!(found.as_deref(), Some(*expected), "{list} {name}");
        }
    }
}

#[test]
fn a_prefix_of_headers_has_names() {
    let policy = policy("allow_headers = [\"x-amz-*\"]\nexpose_headers = [\"etag\", \"x-amz-*\"]");
    for (name, expected) in [
        ("header", "x-amz-one"),
        ("header2", "x-amz-two-2"),
        ("exposed", "etag"),
    ] {
        assert_eq!(value(&policy, name).as_deref(), Some(expected), "{name}");
    }
    // Which of them a response has only the server knows.
    assert_eq!(value(&policy, "exposed2"), None);
}

#[test]
fn a_prefix_of_headers_is_asked_with_every_character_of_names() {
    let policy = policy(
        "allow_origins = [\"https://a.example\"]\nallow_headers = [\"x-token\", \"x-amz-*\"]",
    );
    let step =
        r#"{"fetch":{"origin":"{allowed}","headers":[["{each.header}","1"]]},"verdict":"shared"}"#;
    let filled = fills(&case(step, ""), &policy, false).unwrap().into_iter();
    let names: Vec<String> = filled
        .map(|(_, fill)| String::from_utf8(fill.get("each.header").unwrap().to_vec()).unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "x-token",
            "x-amz-one",
            "x-amz-two-2",
            "x-amz-a!#$%&'*+-.^_`|~4"
        ]
    );
}

#[test]
fn a_case_is_filled_for_each_rule_and_resource_where_it_means_something() {
    let rest = "allow_headers = []\nexpose_headers = []\n";
    let text = format!(
        "[[resources]]\npath = \"/a\"\nallow_origins = \"any\"\nallow_methods = []\n{rest}\
         [[resources]]\npath = \"/b\"\n\
         [[resources.rules]]\nallow_origins = [\"https://a.example\"]\nallow_methods = []\n{rest}\
         [[resources.rules]]\nallow_origins = [\"https://*.example\"]\nallow_methods = [\"PUT\"]\n{rest}"
    );
    let policy = read_policy_toml("policy.toml", &text).unwrap_or_else(|errors| panic!("{errors}"));
    let places = |step: &str| {
        let case = case(step, "");
        let filled = fills(&case, &policy, false).unwrap();
        let place = |(view, fill): (View<'_>, Fill)| {
            let path = view.resource.map_or("", |resource| &resource.path);
            let allowed = fill.get("allowed").map(<[u8]>::to_vec);
            format!("{path} {}", String::from_utf8(allowed.unwrap()).unwrap())
        };
        filled.into_iter().map(place).collect::<Vec<_>>()
    };
    assert_eq!(
        places(r#"{"fetch":{"origin":"{allowed}"},"verdict":"shared"}"#),
        [
            "/a https://app.example",
            "/b https://a.example",
            "/b https://app.example"
        ]
    );
    assert_eq!(
        places(r#"{"fetch":{"origin":"{allowed}","method":"{method}"},"verdict":"shared"}"#),
        ["/b https://app.example"]
    );
    assert_eq!(
        places(r#"{"fetch":{"origin":"{foreign}"},"verdict":"refused"}"#),
        ["/b https://a.example", "/b https://app.example"]
    );
}

#[test]
fn look_alikes_are_made_of_each_kind_of_origin_that_is_listed() {
    let policy = policy(
        "allow_origins = [\"http://192.168.1.10:8080\", \"https://a.b.example\", \
         \"https://c.b.example\", \"capacitor://localhost\"]",
    );
    let origins = |origin: &str| {
        let step = format!(r#"{{"fetch":{{"origin":"{origin}"}},"verdict":"refused"}}"#);
        let case = case(&step, "");
        let filled = fills(&case, &policy, false).unwrap();
        let origin = |(_, fill): (View<'_>, Fill)| {
            let origin = fill.expand(&origin.into()).unwrap();
            String::from_utf8(origin).unwrap()
        };
        filled.into_iter().map(origin).collect::<Vec<_>>()
    };
    assert_eq!(
        origins("{allowed.scheme}://x.{allowed.authority}"),
        ["https://x.a.b.example", "capacitor://x.localhost"]
    );
    // What is made of nothing is asked for once.
    assert_eq!(origins("{foreign}"), ["https://foreign.example"]);
}

#[test]
fn the_domain_above_is_that_of_an_origin_where_it_is_refused() {
    let parent = |origins: &str| {
        let policy = policy(&format!("allow_origins = [{origins}]"));
        value(&policy, "allowed.parent").unwrap()
    };
    let apex = "\"https://www.a.example\", \"https://a.example\"";
    assert_eq!(parent(apex), "example");
    assert_eq!(
        parent(&format!("{apex}, \"https://x.b.example\"")),
        "b.example"
    );
    // Another scheme makes another origin of it.
    assert_eq!(
        parent(&format!("{apex}, \"http://x.b.example\"")),
        "example"
    );
}

#[test]
fn an_address_with_a_letter_is_a_name() {
    let policy = policy("allow_origins = [\"http://192.168.1.10:8080\"]");
    let last = value(&policy, "allowed.undotted_last").unwrap();
    assert_eq!(last, "192.168.1x10:8080");
}

#[test]
fn examples_are_asked_for_and_one_beside_them() {
    let policy = policy(
        "[[allow_origins]]\npattern = 'https://pr-[0-9]+\\.a\\.example'\n\
         allowed = [\"https://pr-7.a.example\"]\n\
         refused = [\"https://pr-x.a.example\", \"https://pr-7xaxexample\"]",
    );
    let each = |name: &str, verdict: &str| {
        let step = format!(r#"{{"fetch":{{"origin":"{{{name}}}"}},"verdict":"{verdict}"}}"#);
        let case = case(&step, "");
        let filled = fills(&case, &policy, false).unwrap().into_iter();
        let value = |(_, fill): (View<'_>, Fill)| {
            String::from_utf8(fill.get(name).unwrap().to_vec()).unwrap()
        };
        filled.map(value).collect::<Vec<_>>()
    };
    assert_eq!(
        each("each.origin", "shared"),
        ["https://pr-7.a.example", "https://pr-8.a.example"]
    );
    assert_eq!(
        each("each.refused", "refused"),
        [
            "https://foreign.example",
            "https://pr-x.a.example",
            "https://pr-7xaxexample"
        ]
    );
}

#[test]
fn what_looks_like_any_entry_is_asked_for() {
    let policy = policy(
        "allow_origins = [\"https://a.example\", \"http://[::1]:3000\", \"https://b.test:81\", \
         \"https://*.c.example\", \"https://evil.a.example\"]",
    );
    let step = r#"{"fetch":{"origin":"{each.near}"},"verdict":"refused"}"#;
    let filled = fills(&case(step, ""), &policy, false).unwrap().into_iter();
    let value = |(_, fill): (View<'_>, Fill)| {
        String::from_utf8(fill.get("each.near").unwrap().to_vec()).unwrap()
    };
    let near: Vec<String> = filled.map(value).collect();
    for wanted in [
        "https://a.example:8444",
        "http://a.example",
        "https://evila.example",
        "https://a.example.evil.example",
        "https://axexample",
        "http://[::1]:8444",
        "https://evilb.test:81",
        "http://b.test:81",
        "https://evilc.example",
    ] {
        assert!(
            near.iter().any(|origin| origin == wanted),
            "{wanted}: {near:?}"
        );
    }
    // What the policy allows looks like nothing else.
    assert!(
        !near.contains(&"https://evil.a.example".to_owned()),
        "{near:?}"
    );
    assert!(
        near.iter().all(|origin| !origin.contains("evil[")),
        "{near:?}"
    );
}

#[test]
fn of_a_long_list_both_ends_are_asked_about() {
    let origins: Vec<String> = (0..3_000)
        .map(|number| format!("\"https://shop-{number}.example\""))
        .collect();
    let policy = policy(&format!("allow_origins = [{}]", origins.join(", ")));
    for (name, verdict) in [("each.origin", "shared"), ("each.near", "refused")] {
        let step = format!(r#"{{"fetch":{{"origin":"{{{name}}}"}},"verdict":"{verdict}"}}"#);
        let filled = fills(&case(&step, ""), &policy, false).unwrap().into_iter();
        let value = |(_, fill): (View<'_>, Fill)| {
            String::from_utf8(fill.get(name).unwrap().to_vec()).unwrap()
        };
        let asked: Vec<String> = filled.map(value).collect();
        assert!(asked.len() <= 100, "{name}: {}", asked.len());
        for end in ["shop-0.example", "shop-2999.example"] {
            assert!(asked.iter().any(|origin| origin.contains(end)), "{asked:?}");
        }
    }
}

#[test]
fn where_only_get_is_listed_a_preflight_asks_for_it() {
    let asked = |methods: &str| {
        let policy = policy(&format!(
            "allow_origins = \"any\"\nallow_methods = [{methods}]"
        ));
        value(&policy, "asked_method").unwrap()
    };
    assert_eq!(asked("\"GET\""), "GET");
    assert_eq!(asked("\"GET\", \"POST\""), "POST");
    assert_eq!(asked(""), "POST");
}

#[test]
fn a_foreign_origin_is_one_that_no_pattern_allows() {
    let policy = policy("allow_origins = [\"https://*.example\"]");
    assert_eq!(value(&policy, "foreign").unwrap(), "https://foreign.test");
}

#[test]
fn addresses_have_no_lookalikes() {
    for origin in ["http://127.0.0.1:3000", "https://[2001:db8::1]:8443"] {
        let policy = policy(&format!("allow_origins = [\"{origin}\"]"));
        assert_eq!(value(&policy, "allowed").unwrap(), origin);
        for name in ["allowed.undotted", "allowed.truncated", "allowed.parent"] {
            assert_eq!(value(&policy, name), None, "{name}");
        }
    }
}

#[test]
fn what_a_policy_allows() {
    let policy = policy(
        "allow_origins = [\"https://a.example\", \"https://*.b.example\", \"null\"]\n\
         allow_methods = [\"PATCH\"]\nallow_headers = [\"X-Token\"]\nexpose_headers = [\"ETag\"]",
    );
    for origin in ["https://a.example", "https://x.b.example", "null"] {
        assert!(policy.allows_origin(origin.as_bytes()), "{origin}");
    }
    for origin in [
        "https://A.example",
        "https://a.example/",
        "https://b.example",
        "NULL",
        "",
    ] {
        assert!(!policy.allows_origin(origin.as_bytes()), "{origin}");
    }
    assert!(!policy.allows_origin(b"https://\xff.b.example"));
    assert!(policy.allows_method(b"PATCH") && policy.allows_method(b"POST"));
    assert!(!policy.allows_method(b"patch") && !policy.allows_method(b"PUT"));
    assert!(policy.allows_header(b"x-token") && !policy.allows_header(b"x-tokens"));
    assert!(policy.exposes_header(b"etag") && !policy.exposes_header(b"age"));
    let wants = |headers: &[(&str, &str)], credentials| {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
            .collect();
        policy.wants_shared(b"https://a.example", b"GET", &headers, credentials)
    };
    assert_eq!(wants(&[("x-token", "1")], false), Some(true));
    assert_eq!(
        wants(&[("x-token", "1"), ("x-other", "1")], false),
        Some(false)
    );
    assert_eq!(wants(&[("accept", "1")], false), None);
    assert_eq!(
        wants(&[("accept", "1"), ("x-other", "1")], false),
        Some(false)
    );
    assert_eq!(wants(&[], true), Some(false));
    for (value, wanted) in [
        ("application/json", Some(false)),
        ("", Some(false)),
        ("Text/Plain ; charset=utf-8", None),
        ("multipart/form-data", None),
    ] {
        assert_eq!(wants(&[("Content-Type", value)], false), wanted, "{value}");
    }
}

#[test]
fn facts_of_policies() {
    use Requirement as R;
    let facts = |lines| R::of(&policy(lines)).into_iter().collect::<Vec<_>>();
    assert_eq!(
        facts(""),
        [
            R::OriginsSomeRefused,
            R::OriginsNoNull,
            R::OriginsNone,
            R::NoCredentials,
            R::MethodsList,
            R::HeadersList,
            R::ExposeNone,
            R::MaxAgeNone
        ]
    );
    assert_eq!(
        facts(
            "allow_origins = [\"https://a.example\"]\nallow_credentials = true\nmax_age = 0\nallow_methods = \"any\"\nallow_headers = \"any\"\nexpose_headers = \"any\""
        ),
        [
            R::OriginsSome,
            R::OriginsSomeRefused,
            R::OriginsList,
            R::OriginsOne,
            R::OriginsNoNull,
            R::Credentials,
            R::Preflights,
            R::MethodsAny,
            R::HeadersAny,
            R::ExposeAny,
            R::MaxAge,
            R::MaxAgeZero,
            R::MaxAgeDay
        ]
    );
    assert_eq!(
        facts(
            "allow_origins = [\"https://a.example\", \"https://b.example\", \"https://*.c.example\", \"null\"]\nexpose_headers = [\"etag\"]\nmax_age = 5"
        ),
        [
            R::OriginsSome,
            R::OriginsSomeRefused,
            R::OriginsList,
            R::OriginsSeveral,
            R::OriginsPattern,
            R::OriginsNull,
            R::NoCredentials,
            R::MethodsList,
            R::HeadersList,
            R::ExposeList,
            R::MaxAge,
            R::MaxAgeDay
        ]
    );
    assert!(R::of(&policy("allow_origins = \"any\"")).contains(&R::OriginsAny));
    // An origin beside a pattern is not the only one.
    let beside = facts("allow_origins = [\"https://a.example\", \"https://*.c.example\"]");
    assert!(!beside.contains(&R::OriginsOne) && !beside.contains(&R::OriginsSeveral));
}
