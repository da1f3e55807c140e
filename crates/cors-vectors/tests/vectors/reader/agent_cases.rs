//! What is wrong with files of agent cases, by itself.

use cors_vectors::read::read_agent_file;

use super::{AGENT, check};

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
