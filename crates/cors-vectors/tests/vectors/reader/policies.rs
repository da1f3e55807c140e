//! What is wrong with policies: those of users in TOML, and the named ones.

use cors_vectors::read::{read_policies, read_policy_toml};

use super::{POLICIES, TOML, check};

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
                "policy.toml:6:11: field `max_age`: invalid value: integer `-1`, expected seconds from 0 to 4294967295, or `\"never\"`",
            ),
            (
                "max_age = 600",
                "max-age = 600",
                "policy.toml:6:1: field `max-age`: unknown field `max-age`; did you mean `max_age`?",
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
                "policy.toml:2: field `allow_credentials`: no server should allow credentials to `any` origin: browsers refuse `*` for requests with credentials, and a server that echoes every origin instead lets every page act as its visitors; list the origins, or, where this is what the server is to do, say `credentials_for_any_origin = true`",
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
