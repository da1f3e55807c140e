//! What a policy can say, read from TOML, and what is said of mistakes.

use cors_policy::Policy;
use cors_policy::read::read_policy_toml;

const REST: &str = "allow_methods = []\nallow_headers = []\nexpose_headers = []\n";

fn read(text: &str) -> Policy {
    let policy = read_policy_toml("policy.toml", text).unwrap_or_else(|errors| panic!("{errors}"));
    // What is written is read again as the same.
    let written = serde_json::to_string(&policy).expect("a policy can be written");
    let again: Policy = serde_json::from_str(&written).expect("it can be read again");
    assert_eq!(again, policy);
    policy
}

fn origins(list: &str) -> Policy {
    read(&format!("allow_origins = {list}\n{REST}"))
}

fn wrong(text: &str) -> String {
    match read_policy_toml("policy.toml", text) {
        Ok(policy) => format!("accepted: {policy:?}"),
        Err(errors) => errors.to_string(),
    }
}

fn shared(policy: &Policy, origin: &str, method: &str) -> Option<bool> {
    policy.wants_shared(origin.as_bytes(), method.as_bytes(), &[], false)
}

#[test]
fn patterns_of_every_form_stand_in_the_list() {
    let policy = origins(
        r#"["http://localhost:*", "https://preview-*--site.example", "https://{label}.one.example",
            "https://app.*.example", "chrome-extension://*", "http://10.20.0.0/16:3000"]"#,
    );
    assert_eq!(policy.patterns().count(), 6);
    for origin in [
        "http://localhost:5173",
        "https://preview-7--site.example",
        "https://x.one.example",
        "https://app.eu.example",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "http://10.20.7.9:3000",
    ] {
        assert!(policy.allows_origin(origin.as_bytes()), "{origin}");
    }
    for origin in [
        "http://localhost.evil.example",
        "https://preview-7.evil--site.example",
        "https://x.y.one.example",
        "https://evilapp.eu.example",
        "moz-extension://abc",
        "http://10.21.0.1:3000",
    ] {
        assert!(!policy.allows_origin(origin.as_bytes()), "{origin}");
    }
    // No browser sends the text of a pattern.
    for pattern in policy.patterns() {
        assert!(!policy.allows_origin(pattern.as_bytes()), "{pattern}");
    }
}

#[test]
fn a_regular_expression_decides_all_of_an_origin() {
    let policy = origins(
        r#"["https://app.example", { pattern = 'https://pr-[0-9]+\.preview\.example',
             allowed = ["https://pr-1.preview.example"], refused = ["https://pr-x.preview.example"] }]"#,
    );
    let decide = |origin: &str| policy.decide_origin(origin.as_bytes());
    assert_eq!(decide("https://pr-42.preview.example"), Some(true));
    assert_eq!(decide("https://app.example"), Some(true));
    assert_eq!(decide("https://pr-x.preview.example"), Some(false));
    assert_eq!(
        decide("https://pr-1.preview.example.evil.example"),
        Some(false)
    );
    assert_eq!(decide("xhttps://pr-1.preview.example"), Some(false));
    // The allowed examples are origins like others.
    let exact: Vec<&str> = policy.exact_origins().collect();
    assert_eq!(
        exact,
        ["https://app.example", "https://pr-1.preview.example"]
    );
}

#[test]
fn what_code_decides_is_known_of_examples_and_of_strangers() {
    let policy = origins(
        r#"[{ allowed = ["https://a.tenants.example", "http://10.1.2.3:81"],
              refused = ["https://evil.tenants.example"] }]"#,
    );
    let decide = |origin: &str| policy.decide_origin(origin.as_bytes());
    assert_eq!(decide("https://a.tenants.example"), Some(true));
    assert_eq!(decide("https://evil.tenants.example"), Some(false));
    for stranger in [
        "https://foreign.example",
        "https://a.tenants.example.evil.test",
        "http://localhost:3000",
        "http://192.168.0.1",
        "chrome-extension://abc",
        "null",
    ] {
        assert_eq!(decide(stranger), Some(false), "{stranger}");
    }
    for akin in [
        "https://b.tenants.example",
        "http://a.tenants.example",
        "http://10.9.9.9",
    ] {
        assert_eq!(decide(akin), None, "{akin}");
        assert_eq!(shared(&policy, akin, "GET"), None, "{akin}");
        assert!(!policy.allows_origin(akin.as_bytes()), "{akin}");
    }
}

#[test]
fn a_star_at_the_end_of_a_header_name_is_for_any_rest() {
    let policy = read(
        "allow_origins = [\"https://a.example\"]\nallow_methods = []\n\
         allow_headers = [\"content-type\", \"x-amz-*\"]\nexpose_headers = [\"X-Amz-*\"]",
    );
    assert!(policy.allows_header(b"X-AMZ-date") && policy.exposes_header(b"x-amz-id"));
    for name in [&b"x-amz-"[..], b"x-amz", b"xx-amz-date", b""] {
        assert!(!policy.allows_header(name), "{name:?}");
    }
}

const RULES: &str = r#"
[[rules]]
allow_origins = ["https://www.example"]
allow_methods = ["GET", "HEAD"]
allow_headers = "any"
expose_headers = []
max_age = 3000

[[rules]]
allow_origins = ["https://*.example"]
allow_methods = ["PUT"]
allow_headers = ["x-amz-*"]
expose_headers = ["etag"]
"#;

#[test]
fn the_first_rule_that_fits_the_origin_decides() {
    let policy = read(RULES);
    assert_eq!(policy.max_age, Some(3000));
    assert_eq!(policy.rules.len(), 1);
    assert_eq!(shared(&policy, "https://www.example", "GET"), Some(true));
    // The second rule would allow it, but is never asked.
    assert_eq!(shared(&policy, "https://www.example", "PUT"), Some(false));
    assert_eq!(shared(&policy, "https://upload.example", "PUT"), Some(true));
    assert_eq!(shared(&policy, "https://foreign.test", "GET"), Some(false));
    let header = [(b"x-amz-date".to_vec(), b"1".to_vec())];
    let wants = |origin: &str, headers: &[_]| {
        policy.wants_shared(origin.as_bytes(), b"GET", headers, false)
    };
    assert_eq!(wants("https://upload.example", &header), Some(true));
    let other = [(b"x-token".to_vec(), b"1".to_vec())];
    assert_eq!(wants("https://upload.example", &other), Some(false));
    assert_eq!(wants("https://www.example", &other), Some(true));
    assert_eq!(policy.views().len(), 2);
}

const RESOURCES: &str = r#"
[[resources]]
path = "/public/*"
allow_origins = "any"
allow_methods = ["GET"]
allow_headers = []
expose_headers = []

[[resources]]
path = "/private"
allow_origins = ["https://app.example"]
allow_credentials = true
allow_methods = ["PUT"]
allow_headers = []
expose_headers = []
endpoints = { missing = "/private/missing" }
"#;

#[test]
fn a_path_has_the_policy_of_the_first_resource_that_covers_it() {
    let policy = read(RESOURCES);
    let at = |path: &str, origin: &str| policy.at(path).allows_origin(origin.as_bytes());
    assert!(at("/public/a", "https://x.example") && !at("/private", "https://x.example"));
    assert!(at("/private", "https://app.example"));
    // No resource covers these, and nothing else is stated.
    assert!(!at("/public", "https://app.example") && !at("/private/a", "https://app.example"));
    let views = policy.views();
    let paths: Vec<_> = views
        .iter()
        .map(|view| view.resource.unwrap().request_path())
        .collect();
    assert_eq!(paths, ["/public/resource", "/private"]);
    let below = policy.resources[1].below("/p/x");
    assert_eq!(below.path, "/p/x/private");
    assert_eq!(
        below.policy.endpoints.values().collect::<Vec<_>>(),
        ["/p/x/private/missing"]
    );
    // With something of its own, the target is looked at, too.
    let both = read(&format!(
        "allow_origins = [\"https://b.example\"]\n{REST}{RESOURCES}"
    ));
    assert_eq!(both.views().len(), 3);
    assert!(both.at("/else").allows_origin(b"https://b.example"));
}

#[test]
fn never_is_no_seconds_and_credentials_for_any_origin_are_meant() {
    assert_eq!(origins("[]").max_age, None);
    let never = read(&format!("allow_origins = []\nmax_age = \"never\"\n{REST}"));
    assert_eq!(never.max_age, Some(0));
    let any = "allow_origins = \"any\"\nallow_credentials = true\n";
    let meant = read(&format!("{any}credentials_for_any_origin = true\n{REST}"));
    assert_eq!(
        meant.wants_shared(b"https://x.example", b"GET", &[], true),
        Some(true)
    );
}

#[test]
fn mistakes_are_found_where_they_stand() {
    let origin = |list: &str| wrong(&format!("allow_origins = {list}\n{REST}"));
    for (said, expected) in [
        (
            origin(r#"["https://a.example", "10.20.0.0/16"]"#),
            "policy.toml:1: field `allow_origins[1]`: `10.20.0.0/16` has no scheme: expected \
             `scheme://host` or `scheme://host:port`",
        ),
        (
            origin(r#"[{ pattern = "(", allowed = [] }]"#),
            "policy.toml:1:30: field `allow_origins[0].pattern`: `(` is no regular expression \
             that is understood here",
        ),
        (
            origin("[{ allowed = [] }]"),
            "policy.toml:1: field `allow_origins[0].allowed`: at least one origin has to be an \
             example of those that are allowed",
        ),
        (
            origin(r#"[{ pattern = 'https://a\.example', allowed = ["https://b.example"] }]"#),
            "policy.toml:1: field `allow_origins[0].allowed[0]`: `https://b.example` is an \
             example of what is allowed, but all of it does not match `https://a\\.example`",
        ),
        (
            origin(r#"[{ allowed = ["https://a.example"], refused = ["https://A.example"] }]"#),
            "policy.toml:1: field `allow_origins[0].refused[0]`: `https://A.example` has \
             upper-case letters, which browsers lower; write `https://a.example`",
        ),
        (
            origin(r#"[{ allow = ["https://a.example"] }]"#),
            "field `allow_origins[0].allow`: unknown field `allow`, expected one of `pattern`, \
             `allowed`, `refused`",
        ),
        (
            origin("[7]"),
            "policy.toml:1:18: field `allow_origins[0]`: invalid type: integer `7`, expected an \
             origin, a pattern, or a table with `allowed` and `refused` origins",
        ),
        (
            wrong(&format!("allow_origins = []\nmax_age = -1\n{REST}")),
            "policy.toml:2:11: field `max_age`: invalid value: integer `-1`, expected seconds \
             from 0 to 4294967295, or `\"never\"`",
        ),
        (
            wrong(&format!(
                "allow_origins = \"any\"\nallow_credentials = true\n{REST}"
            )),
            "or, where this is what the server is to do, say `credentials_for_any_origin = true`",
        ),
        (
            wrong(&format!(
                "allow_origins = []\ncredentials_for_any_origin = true\n{REST}"
            )),
            "policy.toml:2: field `credentials_for_any_origin`: it is for `allow_origins = \
             \"any\"` with `allow_credentials = true`",
        ),
        (
            wrong("allow_origins = []\nallow_methods = []\nexpose_headers = []\n"),
            "policy.toml:1: field `allow_headers`: this field is missing",
        ),
        (
            wrong(""),
            "policy.toml:1: field `allow_origins`: this field is missing\n\
             policy.toml:1: field `allow_methods`: this field is missing\n\
             policy.toml:1: field `allow_headers`: this field is missing\n\
             policy.toml:1: field `expose_headers`: this field is missing",
        ),
        (
            wrong(
                "allow_origins = []\nallow_methods = []\nallow_headers = [\"x-*-a\"]\n\
                 expose_headers = []\n",
            ),
            "policy.toml:3: field `allow_headers[0]`: `x-*-a` has a star in a place where names \
             have none: expected one at the end, as in `x-amz-*`",
        ),
        (
            wrong(&RULES.replace("https://*.example", "https://*.example/")),
            "policy.toml:10: field `rules[1].allow_origins[0]`: `https://*.example/` goes on \
             after the host",
        ),
        (
            wrong(&RULES.replace("allow_methods = [\"PUT\"]\n", "")),
            "policy.toml:9: field `rules[1].allow_methods`: this field is missing",
        ),
        (
            wrong(&RULES.replace("max_age = 3000", "path = \"/x\"")),
            "policy.toml:7: field `rules[0].path`: a rule does not have it",
        ),
        (
            wrong(&RESOURCES.replace("/public/*", "/*/public")),
            "policy.toml:3: field `resources[0].path`: `/*/public` has a star in a place where \
             paths have none: expected one at the end",
        ),
        (
            wrong(&RESOURCES.replace("path = \"/private\"\n", "")),
            "field `resources[1].path`: this field is missing",
        ),
    ] {
        assert!(said.contains(expected), "{said}\n  lacks\n{expected}");
    }
}
