//! Each kind of error of the reader, with its exact message.

use cors_vectors::read::{
    read_agent_file, read_policies, read_policy_toml, read_rules, read_server_file,
};
use cors_vectors::{Errors, Library};

const SERVER: &str = r#"{
  "area": "origin",
  "about": "About.",
  "cases": [
    {
      "id": "origin/allowed",
      "title": "Title.",
      "why": "Why.",
      "spec": ["fetch#concept-cors-check/4"],
      "policy": "plain",
      "steps": [{ "fetch": { "origin": "{allowed}" }, "verdict": "shared" }]
    },
    {
      "id": "origin/foreign",
      "title": "Title.",
      "why": "Why.",
      "spec": ["fetch#concept-cors-check/4"],
      "policy": "plain",
      "paired_with": "origin/allowed",
      "steps": [
        {
          "fetch": { "origin": "{foreign}", "endpoint": "missing" },
          "verdict": "refused",
          "checks": [{ "id": "vary", "level": "should", "header": "Vary", "has_token": "Origin" }]
        }
      ]
    }
  ]
}
"#;

const AGENT: &str = r#"{
  "area": "cors-check",
  "about": "About.",
  "cases": [
    {
      "id": "cors-check/star",
      "title": "Title.",
      "spec": ["fetch#concept-cors-check/3"],
      "rules": ["CL-CHECK-03"],
      "fetches": [{ "method": "PUT" }],
      "server": [{ "headers": [["Access-Control-Allow-Origin", "{origin}"]] }],
      "expect": {
        "requests": [{ "kind": "preflight", "origin": "page", "request_method": "PUT" }],
        "outcomes": [{ "error": "preflight" }]
      }
    }
  ]
}
"#;

const POLICIES: &str = r#"{
  "policies": {
    "plain": {
      "about": "About.",
      "policy": {
        "allow_origins": ["https://app.example"],
        "allow_methods": ["PUT"],
        "allow_headers": [],
        "expose_headers": [],
        "endpoints": { "missing": "/missing" }
      }
    }
  }
}
"#;

const RULES: &str = r#"{
  "about": "About.",
  "rules": [
    {
      "id": "CL-CHECK-03",
      "side": "client",
      "level": "must",
      "spec": ["fetch#concept-cors-check/3"],
      "statement": "Statement."
    }
  ]
}
"#;

const TOML: &str = r#"allow_origins = ["https://app.example", "https://*.trusted.example"]
allow_credentials = true
allow_methods = ["GET", "PUT"]
allow_headers = "any"
expose_headers = []
max_age = 600
[endpoints]
missing = "/missing"
"#;

/// The text with something in it replaced; the replaced text must be there.
fn with(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old} is not in the text");
    text.replacen(old, new, 1)
}

fn check<T: std::fmt::Debug>(
    read: impl Fn(&str) -> Result<T, Errors>,
    text: &str,
    table: &[(&str, &str, &str)],
) {
    if let Err(errors) = read(text) {
        panic!("the text itself is wrong: {errors}");
    }
    for (old, new, expected) in table {
        let errors = read(&with(text, old, new)).unwrap_err();
        assert_eq!(&errors.to_string(), expected, "with {new} for {old}");
    }
}

#[test]
fn the_shape_of_server_cases() {
    check(
        |text| read_server_file("server/origin.json", text),
        SERVER,
        &[
            (
                "{\n",
                "{,\n",
                "server/origin.json:1:2: not JSON: key must be a string",
            ),
            (
                "]\n}\n",
                "]\n} x",
                "server/origin.json:29:3: not JSON: trailing characters",
            ),
            (
                "\"about\": \"About.\",",
                "",
                "server/origin.json:29:1: field `.`: missing field `about`",
            ),
            (
                "\"title\": \"Title.\"",
                "\"titel\": \"Title.\"",
                "server/origin.json:7:13: `origin/allowed`: field `titel`: unknown field `titel`, expected one of `id`, `aliases`, `title`, `why`, `spec`, `rules`, `tags`, `level`, `basis`, `requires`, `policy`, `paired_with`, `steps`, `catches`",
            ),
            (
                "\"verdict\": \"refused\"",
                "\"verdict\": \"denied\"",
                "server/origin.json:23:29: `origin/foreign`: field `steps[0].verdict`: unknown variant `denied`, expected `shared` or `refused`",
            ),
            (
                "\"{foreign}\"",
                "{ \"hex\": \"0\" }",
                "server/origin.json:22:45: `origin/foreign`: field `steps[0].fetch.origin`: `0` is not pairs of hex digits",
            ),
            (
                "\"has_token\": \"Origin\"",
                "\"token\": \"Origin\"",
                "server/origin.json:24:81: `origin/foreign`: field `steps[0].checks[0].token`: unknown field `token`, expected one of `id`, `level`, `why`, `on`, `when`, `header`, `absent`, `equals`, `one_of`, `absent_or_one_of`, `not`, `has_token`, `lacks_token`, `lacks_bytes`, `max_lines`, `grammar`, `status`, `wire`",
            ),
            (
                "\"level\": \"should\"",
                "\"level\": \"shall\"",
                "server/origin.json:24:53: `origin/foreign`: field `steps[0].checks[0].level`: unknown variant `shall`, expected one of `info`, `should`, `must`",
            ),
        ],
    );
}

#[test]
fn the_values_of_server_cases() {
    check(
        |text| read_server_file("server/origin.json", text),
        SERVER,
        &[
            (
                "\"area\": \"origin\"",
                "\"area\": \"origins\"",
                "server/origin.json:1: field `area`: the area is the file's name: expected `origin`, found `origins`\nserver/origin.json:6: `origin/allowed`: field `id`: `origin/allowed` is no id: expected `origins/` and a slug of lower-case letters, digits and hyphens\nserver/origin.json:14: `origin/foreign`: field `id`: `origin/foreign` is no id: expected `origins/` and a slug of lower-case letters, digits and hyphens",
            ),
            (
                "origin/foreign",
                "origin/Foreign",
                "server/origin.json:14: `origin/Foreign`: field `id`: `origin/Foreign` is no id: expected `origin/` and a slug of lower-case letters, digits and hyphens",
            ),
            (
                "\"id\": \"origin/foreign\"",
                "\"id\": \"origin/allowed\"",
                "server/origin.json:6: `origin/allowed`: field `id`: `origin/allowed` is taken: another case of this file has it",
            ),
            (
                "\"why\": \"Why.\"",
                "\"why\": \" \"",
                "server/origin.json:6: `origin/allowed`: field `why`: expected a sentence, found nothing",
            ),
            (
                "[\"fetch#concept-cors-check/4\"]",
                "[]",
                "server/origin.json:6: `origin/allowed`: field `spec`: expected at least one citation",
            ),
            (
                "fetch#concept-cors-check/4",
                "fetch#concept-cors-check/4.",
                "server/origin.json:6: `origin/allowed`: field `spec[0]`: `fetch#concept-cors-check/4.` is no citation: a step is numbers joined by `.`, a switch arm in brackets (`2[content-type].1`), a range `6-8`",
            ),
            (
                "\"policy\": \"plain\"",
                "\"requires\": [\"kit\", \"kit\"], \"policy\": \"plain\"",
                "server/origin.json:6: `origin/allowed`: field `requires[1]`: `kit` is taken: an earlier entry of `requires` has it",
            ),
            (
                "\"policy\": \"plain\"",
                "\"catches\": [\"b\", \"a\"], \"policy\": \"plain\"",
                "server/origin.json:6: `origin/allowed`: field `catches`: expected the names in alphabetical order",
            ),
            (
                "\"policy\": \"plain\"",
                "\"tags\": [\"Slow\"], \"policy\": \"plain\"",
                "server/origin.json:6: `origin/allowed`: field `tags[0]`: a tag is of lower-case letters, digits and hyphens",
            ),
            (
                "\"paired_with\": \"origin/allowed\",",
                "",
                "server/origin.json:14: `origin/foreign`: field `paired_with`: a case with a `refused` verdict names the case that shows the same under the same policy as `shared`; otherwise a server that does nothing would pass",
            ),
            (
                ", \"verdict\": \"shared\"",
                "",
                "server/origin.json:6: `origin/allowed`: field `steps`: the case states nothing: no verdict, no check\nserver/origin.json:6: `origin/allowed`: field `steps[0].verdict`: a `fetch` has a verdict: `shared` or `refused`",
            ),
            (
                "\"verdict\": \"shared\"",
                "\"send\": {}, \"verdict\": \"shared\"",
                "server/origin.json:6: `origin/allowed`: field `steps[0]`: expected exactly one of `fetch` (what a page does) and `send`",
            ),
            (
                "\"fetch\": { \"origin\": \"{allowed}\" }",
                "\"send\": {}",
                "server/origin.json:6: `origin/allowed`: field `steps[0].verdict`: a `send` has no verdict: no browser judges it",
            ),
            (
                "\"endpoint\": \"missing\"",
                "\"reads\": [\"x-a\"]",
                "server/origin.json:14: `origin/foreign`: field `steps[0].fetch`: `reads` and `cannot_read` need the verdict `shared`",
            ),
            (
                "\"has_token\": \"Origin\"",
                "\"has_token\": \"{origin}\"",
                "server/origin.json:14: `origin/foreign`: field `steps[0].checks[0]`: the placeholder `{origin}` is not known here: expected one of {allowed}, {allowed.scheme}, {allowed.host}, {allowed.port}, {allowed.authority}, {allowed.upper}, {allowed.undotted}, {allowed.undotted_last}, {allowed.truncated}, {allowed.parent}, {allowed2}, {pattern.allowed}, {pattern.scheme}, {pattern.rest}, {pattern.port}, {pattern.authority}, {pattern.undotted}, {foreign}, {method}, {method2}, {unlisted_method}, {header}, {header2}, {unlisted_header}, {exposed}, {exposed2}, {unexposed}, {max_age}",
            ),
            (
                "\"header\": \"Vary\"",
                "\"header\": \"Va ry\"",
                "server/origin.json:14: `origin/foreign`: field `steps[0].checks[0].header`: `Va ry` is no header name: expected a token, that is letters, digits and !#$%&'*+-.^_`|~",
            ),
            (
                "\"has_token\": \"Origin\"",
                "\"one_of\": []",
                "server/origin.json:14: `origin/foreign`: field `steps[0].checks[0]`: expected at least one value",
            ),
            (
                "\"has_token\": \"Origin\"",
                "\"max_lines\": 0",
                "server/origin.json:14: `origin/foreign`: field `steps[0].checks[0].max_lines`: no line is `\"absent\": true`",
            ),
            (
                "\"header\": \"Vary\", \"has_token\": \"Origin\"",
                "\"status\": [[299, 200]]",
                "server/origin.json:14: `origin/foreign`: field `steps[0].checks[0].status`: expected ranges `[first, last]` of statuses from 100 to 999",
            ),
            (
                "\"{foreign}\"",
                "{ \"repeat\": [\"aa\", 500001] }",
                "server/origin.json:14: `origin/foreign`: field `steps[0].fetch.origin`: the text is longer than 1,000,000 bytes",
            ),
        ],
    );
}

#[test]
fn the_values_of_agent_cases() {
    check(
        |text| read_agent_file("vectors/agent/cors-check.json", text),
        AGENT,
        &[
            (
                "\"method\": \"PUT\"",
                "\"method\": \"{origin}\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `fetches[0].method`: the placeholder `{origin}` is not known here: expected one of {page}, {cross}, {third}, {page.host}, {cross.host}, {third.host}, {page.url}, {cross.url}, {third.url}",
            ),
            (
                "\"method\": \"PUT\"",
                "\"upload_listener\": \"touched\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `fetches[0].upload_listener`: only `xhr` has it",
            ),
            (
                "\"method\": \"PUT\"",
                "\"api\": \"xhr\", \"redirect\": \"manual\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `fetches[0].redirect`: `xhr` has no such thing, only `fetch` has",
            ),
            (
                "\"method\": \"PUT\"",
                "\"after_seconds\": 1",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `fetches[0].after_seconds`: a case that waits has the tag `slow`",
            ),
            (
                "\"method\": \"PUT\"",
                "\"url\": \"{cross.url}\", \"suffix\": \"/2\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `fetches[0].suffix`: `url` is a whole URL: leave `suffix` out",
            ),
            (
                "[{ \"method\": \"PUT\" }]",
                "[]",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `fetches`: expected at least one fetch\nvectors/agent/cors-check.json:6: `cors-check/star`: field `expect.outcomes`: expected one outcome for each fetch, 0 in all; found 1",
            ),
            (
                "{ \"headers\"",
                "{ \"status\": 103, \"headers\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `server[0].status`: expected 200 to 999; statuses below are `interim`",
            ),
            (
                "{ \"headers\"",
                "{ \"interim\": [{ \"status\": 101 }], \"headers\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `server[0].interim[0].status`: expected 100 to 199 without 101",
            ),
            (
                "{ \"headers\"",
                "{ \"fetch\": 2, \"headers\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `server[0].fetch`: expected a fetch of the case, from 1 to 1",
            ),
            (
                "{ \"headers\"",
                "{ \"nth\": 0, \"headers\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `server[0].nth`: requests are counted from 1",
            ),
            (
                ", \"request_method\": \"PUT\"",
                "",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `expect.requests[0].request_method`: a preflight states its Access-Control-Request-Method",
            ),
            (
                ", \"request_method\": \"PUT\"",
                ", \"method\": \"OPTIONS\", \"request_method\": \"PUT\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `expect.requests[0].method`: a preflight's method is always OPTIONS: leave it out",
            ),
            (
                "\"kind\": \"preflight\"",
                "\"kind\": \"actual\"",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `expect.requests[0]`: only a preflight has `request_method` and `request_headers`",
            ),
            (
                "\"error\": \"preflight\"",
                "\"error\": \"preflight\", \"status\": 200",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `expect.outcomes[0]`: an `error` has nothing that script could see next to it",
            ),
            (
                "\"error\": \"preflight\"",
                "\"status\": 200",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `expect.outcomes[0]`: expected either `error`, or both `type` and `status`",
            ),
            (
                "\"rules\": [\"CL-CHECK-03\"]",
                "\"origins\": { \"page\": \"https://A.test/\" }",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `origins.page`: `https://A.test/` goes on after the host: an origin has no path, not even `/`; write `https://a.test`",
            ),
            (
                "\"rules\": [\"CL-CHECK-03\"]",
                "\"origins\": { \"page\": \"https://a.test\", \"page\": \"https://b.test\" }",
                "vectors/agent/cors-check.json:9:51: `cors-check/star`: field `origins`: this name stands here twice",
            ),
            (
                "\"rules\": [\"CL-CHECK-03\"]",
                "\"rules\": [\"CL-CHECK-03\", \"CL-CHECK-03\"]",
                "vectors/agent/cors-check.json:6: `cors-check/star`: field `rules[1]`: `CL-CHECK-03` is taken: an earlier entry of `rules` has it",
            ),
            (
                "\"area\": \"cors-check\"",
                "\"generator\": \"g\", \"area\": \"cors-check\"",
                "vectors/agent/cors-check.json:1: field `generator`: stated in files named `….generated.json`, and only there",
            ),
        ],
    );
}

#[test]
fn policies_of_users() {
    check(
        |text| read_policy_toml("policy.toml", text),
        TOML,
        &[
            (
                "allow_origins = [",
                "allow_origins = [[",
                "policy.toml:2:1: not TOML: missing comma between array elements, expected `,`",
            ),
            (
                "max_age = 600",
                "max_age = -1",
                "policy.toml:6:11: field `max_age`: invalid value: integer `-1`, expected u32",
            ),
            (
                "max_age = 600",
                "max-age = 600",
                "policy.toml:6:1: field `max-age`: unknown field `max-age`, expected one of `allow_origins`, `allow_credentials`, `allow_methods`, `allow_headers`, `expose_headers`, `max_age`, `endpoints`",
            ),
            (
                "\"any\"",
                "\"all\"",
                "policy.toml:4:17: field `allow_headers`: invalid value: string \"all\", expected `\"any\"` or a list of strings",
            ),
            (
                "\"any\"",
                "true",
                "policy.toml:4:17: field `allow_headers`: invalid type: boolean `true`, expected `\"any\"` or a list of strings",
            ),
            (
                "https://app.example",
                "https://app.example/",
                "policy.toml:1: field `allow_origins[0]`: `https://app.example/` goes on after the host: an origin has no path, not even `/`; write `https://app.example`",
            ),
            (
                "https://app.example",
                "https://bücher.example",
                "policy.toml:1: field `allow_origins[0]`: `https://bücher.example` is not ASCII; browsers send the Punycode form `https://xn--bcher-kva.example`",
            ),
            (
                "https://*.trusted.example",
                "https://*.trusted.example:443",
                "policy.toml:1: field `allow_origins[1]`: `https://*.trusted.example:443` states the default port, which browsers leave out; write `https://*.trusted.example`",
            ),
            (
                "https://*.trusted.example",
                "*",
                "policy.toml:1: field `allow_origins[1]`: every origin is written `allow_origins = \"any\"`, without a list",
            ),
            (
                "https://*.trusted.example",
                "https://app.example",
                "policy.toml:1: field `allow_origins[1]`: `https://app.example` is taken: an earlier entry of `allow_origins` has it",
            ),
            (
                "[\"https://app.example\", \"https://*.trusted.example\"]",
                "\"any\"",
                "policy.toml:2: field `allow_credentials`: no server can allow credentials to `any` origin: browsers refuse `*` for requests with credentials, and a server that echoes every origin instead lets every page act as its visitors; list the origins",
            ),
            (
                "\"PUT\"",
                "\"P UT\"",
                "policy.toml:3: field `allow_methods[1]`: `P UT` is no method: expected a token, that is letters, digits and !#$%&'*+-.^_`|~",
            ),
            (
                "\"PUT\"",
                "\"trace\"",
                "policy.toml:3: field `allow_methods[1]`: `trace` is a forbidden method: no page can use it",
            ),
            (
                "\"PUT\"",
                "\"Put\"",
                "policy.toml:3: field `allow_methods[1]`: methods are case-sensitive and browsers send `PUT`: write it so",
            ),
            (
                "\"PUT\"",
                "\"*\"",
                "policy.toml:3: field `allow_methods[1]`: everything is written `\"any\"`, without a list",
            ),
            (
                "expose_headers = []",
                "expose_headers = [\"x a\"]",
                "policy.toml:5: field `expose_headers[0]`: `x a` is no header name: expected a token, that is letters, digits and !#$%&'*+-.^_`|~",
            ),
            (
                "\"/missing\"",
                "\"missing\"",
                "policy.toml:8: field `endpoints.missing`: `missing` is no path: it starts with `/`",
            ),
            (
                "\"/missing\"",
                "\"/mis sing\"",
                "policy.toml:8: field `endpoints.missing`: `/mis sing` is no path: it is of printable ASCII without spaces and `#`",
            ),
            (
                "missing = \"/missing\"",
                "resource = \"/\"",
                "policy.toml:8: field `endpoints.resource`: the resource is the target itself: leave it out",
            ),
            (
                "missing = ",
                "nothing = ",
                "policy.toml:8:1: field `endpoints`: unknown variant `nothing`, expected one of `resource`, `missing`, `error`, `throws`, `redirect`, `not_modified`, `vary`, `own_headers`, `options`, `unauthorized`",
            ),
        ],
    );
}

#[test]
fn named_policies() {
    check(
        |text| read_policies("policies.json", text),
        POLICIES,
        &[
            (
                "\"plain\"",
                "\"Plain\"",
                "policies.json:3: `Plain`: field `policies`: a policy's name is of lower-case letters, digits and hyphens",
            ),
            (
                "https://app.example",
                "https://APP.example",
                "policies.json:3: `plain`: field `policy.allow_origins[0]`: `https://APP.example` has upper-case letters, which browsers lower; write `https://app.example`",
            ),
            (
                "\"allow_methods\": [\"PUT\"]",
                "\"allow_methods\": 7",
                "policies.json:7:26: `plain`: field `policy.allow_methods`: invalid type: integer `7`, expected `\"any\"` or a list of strings",
            ),
            (
                "\"expose_headers\": []",
                "\"expose_headers\": [\"*\"]",
                "policies.json:3: `plain`: field `policy.expose_headers[0]`: everything is written `\"any\"`, without a list",
            ),
        ],
    );
}

#[test]
fn rules() {
    check(
        |text| read_rules("rules.json", text),
        RULES,
        &[
            (
                "\"CL-CHECK-03\"",
                "\"SV-CHECK-03\"",
                "rules.json:5: `SV-CHECK-03`: field `id`: a rule's id is `CL-` (client) or `SV-` (server), a group in capitals and a number of two digits, such as `CL-CHECK-04`",
            ),
            (
                "\"Statement.\"",
                "\"\"",
                "rules.json:5: `CL-CHECK-03`: field `statement`: expected a sentence, found nothing",
            ),
            (
                "\"fetch#",
                "\"etch#",
                "rules.json:5: `CL-CHECK-03`: field `spec[0]`: `etch#concept-cors-check/3` is no citation: the source is one of beacon, csp, fetch, html, infra, lna, mimesniff, pna, url, w3c-cors, xhr, or rfc and a number",
            ),
            (
                "\"client\"",
                "\"browser\"",
                "rules.json:6:23: `CL-CHECK-03`: field `side`: unknown variant `browser`, expected `client` or `server`",
            ),
        ],
    );
}

#[test]
fn what_refers_to_other_files() {
    let read = |server: &str, agent: &str, policies: &str| {
        let files = [
            ("server/origin.json", server),
            ("agent/cors-check.json", agent),
            ("policies.json", policies),
            ("rules.json", RULES),
        ];
        Library::from_files(files.map(|(name, text)| (name.to_owned(), text.to_owned())))
            .map(drop)
            .map_err(|errors| errors.to_string())
    };
    assert_eq!(read(SERVER, AGENT, POLICIES), Ok(()));
    for (old, new, expected) in [
        (
            "\"policy\": \"plain\"",
            "\"policy\": \"plan\"",
            "server/origin.json:6: `origin/allowed`: field `policy`: there is no policy `plan`; did you mean `plain`?\nserver/origin.json:14: `origin/foreign`: field `paired_with`: `origin/allowed` has the policy `plan`, this case `plain`: a pair shares it",
        ),
        (
            "\"paired_with\": \"origin/allowed\"",
            "\"paired_with\": \"origin/alowed\"",
            "server/origin.json:14: `origin/foreign`: field `paired_with`: there is no server case `origin/alowed`; did you mean `origin/allowed`?",
        ),
        (
            "\"paired_with\": \"origin/allowed\"",
            "\"paired_with\": \"origin/foreign\"",
            "server/origin.json:14: `origin/foreign`: field `paired_with`: `origin/foreign` is not a case whose verdicts are all `shared`",
        ),
        (
            "\"policy\": \"plain\"",
            "\"rules\": [\"CL-CHECK-03\"], \"policy\": \"plain\"",
            "server/origin.json:6: `origin/allowed`: field `rules[0]`: there is no rule for servers `CL-CHECK-03`",
        ),
        (
            "\"policy\": \"plain\"",
            "\"aliases\": [\"origin/foreign\"], \"policy\": \"plain\"",
            "server/origin.json:14: `origin/foreign`: field `id`: `origin/foreign` is taken: `origin/allowed` in server/origin.json has it",
        ),
        (
            "\"policy\": \"plain\"",
            "\"requires\": [\"credentials\"], \"policy\": \"plain\"",
            "server/origin.json:6: `origin/allowed`: field `requires`: the case cannot run under its own policy `plain`: only when the policy allows credentials (credentials)",
        ),
        (
            "\"{allowed}\"",
            "\"{allowed2}\"",
            "server/origin.json:6: `origin/allowed`: field `steps`: the case cannot run under its own policy `plain`: the policy has nothing to fill `{allowed2}`",
        ),
        (
            "\"{foreign}\"",
            "\"{allowed}\"",
            "server/origin.json:14: `origin/foreign`: field `steps`: the case cannot run under its own policy `plain`: the policy allows what is to be refused, to the origin `https://app.example`",
        ),
        (
            "\"{allowed}\"",
            "\"{foreign}\"",
            "server/origin.json:6: `origin/allowed`: field `steps`: the case cannot run under its own policy `plain`: the policy refuses what is to be shared, to the origin `https://foreign.example`",
        ),
        (
            "\"{foreign}\"",
            "\"{allowed}/\"",
            "server/origin.json:14: `origin/foreign`: field `steps`: the case cannot run under its own policy `plain`: no page can have the origin `https://app.example/`: `https://app.example/` goes on after the host: an origin has no path, not even `/`; write `https://app.example`",
        ),
        (
            "\"endpoint\": \"missing\"",
            "\"endpoint\": \"vary\"",
            "server/origin.json:14: `origin/foreign`: field `steps`: the case cannot run under its own policy `plain`: the policy declares no endpoint `vary`",
        ),
    ] {
        let server = if new.contains("plan") {
            SERVER.replacen(old, new, 1)
        } else {
            with(SERVER, old, new)
        };
        assert_eq!(
            read(&server, AGENT, POLICIES),
            Err(expected.to_owned()),
            "{new}"
        );
    }
    let agent = with(AGENT, "CL-CHECK-03", "CL-CHECK-3");
    assert_eq!(
        read(SERVER, &agent, POLICIES),
        Err("agent/cors-check.json:6: `cors-check/star`: field `rules[0]`: there is no rule for browsers `CL-CHECK-3`; did you mean `CL-CHECK-03`?".to_owned())
    );
}

#[test]
fn files_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.json");
    let library = Library::from_files([("policies.json".to_owned(), POLICIES.to_owned())]).unwrap();
    let mine = SERVER
        .replace("origin/", "mine/")
        .replace("\"origin\",", "\"mine\",");
    std::fs::write(&path, &mine).unwrap();
    for given in [folder.path(), &path] {
        let extended = library.extend_from_path(given).unwrap();
        assert_eq!(extended.server_cases().count(), 2);
        assert!(extended.server_case("mine/allowed").is_some());
    }
    assert_eq!(library.server_cases().count(), 0);

    let taken = library
        .extend_from_path(&path)
        .unwrap()
        .extend_from_path(&path)
        .unwrap_err();
    assert_eq!(taken.as_slice().len(), 2, "{taken}");

    std::fs::write(&path, "{}").unwrap();
    let shown = path.display();
    assert_eq!(
        library.extend_from_path(&path).unwrap_err().to_string(),
        format!(
            "{shown}: expected a file of cases, each with `fetches` (agent) or `steps` (server), of `policies` or of `rules`"
        )
    );
    let missing = folder.path().join("missing.json");
    let error = library.extend_from_path(&missing).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("{}: cannot be read: ", missing.display())),
        "{error}"
    );
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        library
            .extend_from_path(folder.path())
            .unwrap_err()
            .to_string(),
        format!(
            "{}: there is no file that ends in `.json`",
            folder.path().display()
        )
    );
}

#[test]
fn a_file_of_cases_brings_policies_along() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.json");
    let policies = POLICIES
        .trim()
        .trim_start_matches('{')
        .trim_end_matches('}');
    let mine = SERVER.replace("origin/", "mine/").replace(
        "\"area\": \"origin\",",
        &format!("\"area\": \"mine\", {policies},"),
    );
    std::fs::write(&path, &mine).unwrap();
    let library = Library::default().extend_from_path(&path).unwrap();
    assert_eq!(library.server_cases().count(), 2);
    assert!(library.policy("plain").is_some());

    // What they are is checked, and that the name is still to be had.
    let taken = Library::from_files([("policies.json".to_owned(), POLICIES.to_owned())])
        .unwrap()
        .extend_from_path(&path)
        .unwrap_err()
        .to_string();
    assert!(
        taken.contains("`plain` is taken: an earlier policy has it"),
        "{taken}"
    );
    std::fs::write(
        &path,
        mine.replace("\"allow_origins\": [", "\"allow_origins\": [\"x\", "),
    )
    .unwrap();
    let wrong = Library::default().extend_from_path(&path).unwrap_err();
    assert!(wrong.to_string().contains("allow_origins"), "{wrong}");
}
