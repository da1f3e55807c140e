//! What is wrong with files of server cases, by itself.

use cors_vectors::read::read_server_file;

use super::{SERVER, check};

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
                "server/origin.json:24:81: `origin/foreign`: field `steps[0].checks[0].token`: unknown field `token`, expected one of `id`, `level`, `why`, `on`, `when`, `header`, `absent`, `equals`, `one_of`, `absent_or_one_of`, `not`, `has_token`, `has_token_if_due`, `kept`, `lacks_token`, `lacks_bytes`, `max_lines`, `grammar`, `status`, `wire`, `body`",
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
                "\"fetch\": { \"origin\": \"{foreign}\", \"endpoint\": \"missing\" },",
                "\"send\": { \"spelling\": \"other-case\" },",
                "server/origin.json:14: `origin/foreign`: field `steps[0].verdict`: a `send` has no verdict: no browser judges it\nserver/origin.json:14: `origin/foreign`: field `steps[0].send.spelling`: expected two GETs of the path without `Origin` and one of this spelling, so that it shows whether the spelling is served as the path is",
            ),
            (
                "\"endpoint\": \"missing\"",
                "\"reads\": [\"x-a\"]",
                "server/origin.json:14: `origin/foreign`: field `steps[0].fetch`: `reads` and `cannot_read` need the verdict `shared`",
            ),
            (
                "\"has_token\": \"Origin\"",
                "\"has_token\": \"{origin}\"",
                "server/origin.json:14: `origin/foreign`: field `steps[0].checks[0]`: the placeholder `{origin}` is not known here: expected one of {allowed}, {allowed.scheme}, {allowed.host}, {allowed.port}, {allowed.authority}, {allowed.upper}, {allowed.undotted}, {allowed.undotted_last}, {allowed.truncated}, {allowed.beheaded}, {allowed.parent}, {allowed.label}, {allowed.upper_scheme}, {allowed2}, {allowed2.scheme}, {allowed2.host}, {allowed2.authority}, {allowed_first}, {allowed_last}, {pattern.allowed}, {pattern.scheme}, {pattern.rest}, {pattern.port}, {pattern.authority}, {pattern.start}, {pattern.end}, {pattern.undotted}, {pattern.longest}, {pattern.portless}, {near.port}, {near.scheme}, {near.suffix}, {near.prefix}, {near.apex}, {near.dotted}, {near.range}, {near.example}, {foreign}, {other}, {own}, {own.host}, {own.insecure}, {method}, {method2}, {asked_method}, {asked_header}, {asked_header.value}, {method_last}, {unlisted_method}, {header}, {header.value}, {header2}, {header2.value}, {header_last}, {header_last.value}, {header.part}, {header.underscored}, {header.undashed}, {header.upper}, {unlisted_header}, {exposed}, {exposed2}, {exposed_last}, {unexposed}, {each.origin}, {each.refused}, {each.near}, {each.method}, {each.unlisted_method}, {each.header}, {each.header.value}, {each.near_header}, {each.exposed}, {max_age}",
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
