//! What people paste in place of HTTP text.

use cors_explain::{Material, explain};

use super::*;

fn stated(origin: Option<&str>) -> Stated {
    Stated {
        origin: origin.map(str::to_owned),
        ..Stated::default()
    }
}

fn pasted(text: &str) -> Explanation {
    of_text("paste", text.as_bytes(), &Stated::default()).unwrap()
}

fn not_enough(text: &str) -> String {
    of_text("paste", text.as_bytes(), &Stated::default())
        .unwrap_err()
        .0
}

/// The lines that are to be set, each with the answer it is of.
fn to_set(explanation: &Explanation) -> Vec<String> {
    let answers = explanation
        .changes
        .iter()
        .flat_map(|change| &change.answers);
    let of_answer = answers.flat_map(|answer| {
        let lines = answer.set.iter();
        lines.map(|line| format!("{}: {}: {}", answer.answer, line.name, line.value))
    });
    of_answer.collect()
}

#[test]
fn a_command_copied_for_a_posix_shell_is_the_request() {
    let preflight = "curl 'https://api.example/v2/notes' \\\n  -X 'OPTIONS' \\\n  \
                     -H 'access-control-request-headers: content-type,x-trace' \\\n  \
                     -H 'access-control-request-method: PUT' \\\n  -H 'origin: https://app.example' \\\n  \
                     --compressed\n";
    let why = not_enough(preflight);
    assert!(why.contains("the answer to it is not given"), "{why}");
    for words in [
        "-X OPTIONS",
        "Access-Control-Request-Headers: content-type,x-trace",
        "https://api.example/v2/notes",
    ] {
        assert!(why.contains(words), "{why}");
    }
    let response = "HTTP/2 204\naccess-control-allow-origin: https://app.example\n\
                    access-control-allow-methods: PUT\naccess-control-allow-headers: content-type\n";
    let explanation = pasted(&format!("{preflight}{response}"));
    assert_verdict(&explanation, Verdict::Refused);
    assert_eq!(explanation.page.method, "PUT");
    assert_eq!(
        to_set(&explanation),
        ["the answer to the preflight: Access-Control-Allow-Headers: content-type, x-trace"]
    );
}

#[test]
fn a_command_copied_for_windows_is_the_request() {
    let post = "curl ^\"https://api.example/v2/notes^\" ^\r\n  -H ^\"content-type: application/json^\" ^\r\n  \
                -H ^\"origin: https://app.example^\" ^\r\n  -H ^\"x-trace: 7^\" ^\r\n  --data-raw ^\"^{^\\^\"q^\\^\":1^}^\"\r\n";
    let why = not_enough(post);
    assert!(
        why.contains("a browser sends a preflight before this POST request"),
        "{why}"
    );
    assert!(
        why.contains("Access-Control-Request-Headers: content-type,x-trace"),
        "{why}"
    );
}

#[test]
fn what_curl_shows_with_i_follows_its_command() {
    let text = "$ curl -iX OPTIONS 'https://api.example/orders' -H \"Origin: https://app.example\" \\\n\
                -H \"Access-Control-Request-Method: DELETE\" -k\nHTTP/1.1 200 OK\n\
                Access-Control-Allow-Origin: *\nContent-Length: 0\n";
    let explanation = pasted(text);
    assert_verdict(&explanation, Verdict::Refused);
    assert_eq!(
        to_set(&explanation)[0],
        "the answer to the preflight: Access-Control-Allow-Methods: DELETE"
    );
}

#[test]
fn options_of_curl_are_understood() {
    for (command, method, url) in [
        (
            "curl -sI https://api.example/a -H 'Origin: https://app.example'",
            "HEAD",
            "https://api.example/a",
        ),
        (
            "curl -dx=1 api.example/b -H'Origin: https://app.example'",
            "POST",
            "http://api.example/b",
        ),
        (
            "curl -o out --max-time 3 --url=https://api.example/c -G -d x -H 'Origin: https://app.example'",
            "GET",
            "https://api.example/c",
        ),
        (
            "curl --json '{}' -H 'Origin: https://app.example' https://api.example/d -X PUT",
            "PUT",
            "https://api.example/d",
        ),
    ] {
        let material = format!("{command}\nHTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\n");
        match of_text("paste", material.as_bytes(), &Stated::default()) {
            Ok(explanation) => assert_eq!(
                (
                    explanation.page.method.as_str(),
                    explanation.page.url.as_str()
                ),
                (method, url)
            ),
            Err(why) => assert!(why.0.contains(method) && why.0.contains(url), "{why}"),
        }
    }
    let why = not_enough("curl -v\n");
    assert!(why.contains("names no URL"), "{why}");
}

#[test]
fn a_call_of_fetch_is_the_request_with_its_credentials_and_its_page() {
    for (call, credentials) in [
        (
            "fetch(\"https://api.example/v2/notes\", {\n  \"headers\": {\n    \"content-type\": \"text/plain\"\n  },\n  \
          \"referrer\": \"https://app.example/\",\n  \"body\": \"{}\",\n  \"method\": \"POST\",\n  \"mode\": \"cors\",\n  \
          \"credentials\": \"include\"\n});",
            "include",
        ),
        (
            "await fetch(\"https://api.example/v2/notes\", {\n    \"credentials\": \"omit\",\n    \"headers\": {\n        \
          \"User-Agent\": \"Mozilla/5.0\",\n        \"Accept\": \"*/*\"\n    },\n    \"referrer\": \"https://app.example/a\",\n    \
          \"method\": \"POST\",\n    \"mode\": \"cors\"\n});",
            "omit",
        ),
    ] {
        let mut material = Material::default();
        material.add_text("paste", call.as_bytes()).unwrap();
        let response = b"HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-Credentials: true\n";
        material.add_responses("response", response).unwrap();
        let explanation = explain(&material, &Stated::default()).unwrap();
        assert_eq!(explanation.page.origin, "https://app.example");
        assert_eq!(explanation.page.credentials, credentials);
        let verdict = if credentials == "include" {
            Verdict::Refused
        } else {
            Verdict::Shared
        };
        assert_verdict(&explanation, verdict);
    }
    let why = not_enough("fetch(url, {method: 'POST'})");
    assert!(why.contains("as a browser copies it"), "{why}");
}

#[test]
fn the_lines_of_each_console_tell_the_cause_and_the_header() {
    for (words, said, set) in [
        (
            "Access to fetch at 'http://localhost:9000/notes' from origin 'http://localhost:3000' has been blocked \
             by CORS policy: Request header field x-trace is not allowed by Access-Control-Allow-Headers in preflight \
             response.\nnotes.js:3  PATCH http://localhost:9000/notes net::ERR_FAILED",
            "x-trace",
            "the answer to the preflight: Access-Control-Allow-Headers: x-trace",
        ),
        (
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at \
             http://localhost:9000/notes. (Reason: header \u{2018}x-trace\u{2019} is not allowed according to header \
             \u{2018}Access-Control-Allow-Headers\u{2019} from CORS preflight response).",
            "x-trace",
            "the answer to the preflight: Access-Control-Allow-Headers: x-trace",
        ),
        (
            "[Error] Request header field X-Trace is not allowed by Access-Control-Allow-Headers.\n[Error] Fetch API \
             cannot load http://localhost:9000/notes due to access control checks.",
            "x-trace",
            "the answer to the preflight: Access-Control-Allow-Headers: x-trace",
        ),
        (
            "Access to XMLHttpRequest at 'http://localhost:9000/notes' from origin 'http://localhost:3000' has been \
             blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "has no Access-Control-Allow-Origin",
            "the response: Access-Control-Allow-Origin: http://localhost:3000",
        ),
        (
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at \
             http://localhost:9000/notes. (Reason: Credential is not supported if the CORS header \
             \u{2018}Access-Control-Allow-Origin\u{2019} is \u{2018}*\u{2019}).",
            "only as long as there are no credentials",
            "the response: Access-Control-Allow-Origin: https://app.example",
        ),
        (
            "[Error] Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\".",
            "Access-Control-Allow-Credentials: true",
            "the response: Access-Control-Allow-Credentials: true",
        ),
        (
            "Access to fetch at 'http://localhost:9000/notes' from origin 'http://localhost:3000' has been blocked by \
             CORS policy: Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.",
            "does not list PATCH",
            "the answer to the preflight: Access-Control-Allow-Methods: PATCH",
        ),
    ] {
        let explanation = pasted(words);
        assert_verdict(&explanation, Verdict::Refused);
        assert!(explanation.said.contains(said), "{}", explanation.said);
        assert!(
            to_set(&explanation).contains(&set.to_owned()),
            "{:?}",
            to_set(&explanation)
        );
        assert!(explanation.exchanges.is_empty() && explanation.steps.is_empty());
        assert!(tells(&explanation, "by the words on the console alone"));
    }
    let status = pasted(
        "Access to fetch at 'http://localhost:9000/notes' from origin 'http://localhost:3000' has been blocked by CORS \
         policy: Response to preflight request doesn't pass access control check: It does not have HTTP ok status.",
    );
    assert!(
        status.said.contains("an error status") && !status.said.contains("403"),
        "{}",
        status.said
    );
}

#[test]
fn the_network_panels_are_exchanges() {
    let chromium = "General\nRequest URL:http://localhost:9000/\nRequest Method:POST\nStatus Code:500 Internal Server Error\n\
                    Remote Address:127.0.0.1:9000\n\nRequest Headers\nPOST / HTTP/1.1\nHost: localhost:9000\n\
                    Origin: http://app.example\ncontent-type: text/plain\n\nResponse Headers\n\
                    HTTP/1.1 500 Internal Server Error\nAccess-Control-Allow-Origin: *\nContent-Length: 37\n";
    let explanation = pasted(chromium);
    assert_verdict(&explanation, Verdict::Shared);
    assert_eq!(explanation.page.origin, "http://app.example");
    let safari = "Summary\nURL: https://files.example/list?all\nStatus: 421\nSource: Network\nInitiator: \nmain.js:33\n\n\
                  Request\n:method: GET\n:scheme: https\n:authority: files.example\n:path: /list?all\nAccept: */*\n\
                  Origin: https://app.example\n\nResponse\n:status: 421\nContent-Length: 322\n";
    let explanation = pasted(safari);
    assert_verdict(&explanation, Verdict::AllowedSoFar);
    assert!(
        explanation.said.contains("new connection"),
        "{}",
        explanation.said
    );
}

#[test]
fn a_response_alone_needs_the_origin() {
    let response = "HTTP/2 204 \naccess-control-allow-headers: authorization\naccess-control-allow-methods: GET,PUT\n\
                    access-control-allow-origin: *\nvary: Access-Control-Request-Headers\n";
    let why = not_enough(response);
    assert!(why.contains("--origin"), "{why}");
    let explanation = of_text(
        "paste",
        response.as_bytes(),
        &stated(Some("https://app.example")),
    )
    .unwrap();
    assert_verdict(&explanation, Verdict::Shared);
    assert!(tells(&explanation, "the request is not given"));
    assert!(tells(&explanation, "Only the answer to a preflight has"));
}

#[test]
fn a_preflight_that_curl_made_without_its_headers_is_one() {
    let text = "> OPTIONS /v1/keys HTTP/1.1\n> Host: vpn.example\n> Accept: */*\n>\n< HTTP/1.1 401 Unauthorized\n\
                < Access-Control-Allow-Origin: *\n< Access-Control-Allow-Credentials: true\n\
                < Access-Control-Allow-Methods: GET, POST\n<\n";
    let explanation = of_text(
        "paste",
        text.as_bytes(),
        &stated(Some("https://app.example")),
    )
    .unwrap();
    assert_verdict(&explanation, Verdict::Refused);
    assert!(
        explanation.said.contains("the status 401"),
        "{}",
        explanation.said
    );
    assert!(tells(
        &explanation,
        "it was sent without Access-Control-Request-Method"
    ));
    assert!(!tells(&explanation, "a listener"));
}

#[test]
fn lines_of_consoles_that_no_header_is_the_reason_of_say_so() {
    for (words, why) in [
        (
            "Access to fetch at 'http://192.168.1.10/api' from origin 'https://app.example' has been \
             blocked by CORS policy: Permission was denied for this request to access the `local` \
             address space.",
            "Local Network Access",
        ),
        (
            "Access to fetch at 'file:///C:/data.json' from origin 'null' has been blocked by CORS \
             policy: Cross origin requests are only supported for protocol schemes: chrome, data, \
             http, https.",
            "serve the page and what it asks for over HTTP",
        ),
        (
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource \
             at file:///home/x/data.json. (Reason: CORS request not http).",
            "serve the page and what it asks for over HTTP",
        ),
        (
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource \
             at https://api.example/v1. (Reason: CORS request did not succeed). Status code: (null).",
            "there was no response at all",
        ),
        (
            "Fetch API cannot load https://api.example/v1 due to access control checks.",
            "in the line before",
        ),
    ] {
        let said = not_enough(words);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn lines_of_consoles_tell_of_a_redirected_preflight() {
    for words in [
        "Access to fetch at 'https://api.example/v1' from origin 'https://app.example' has been blocked \
         by CORS policy: Response to preflight request doesn't pass access control check: Redirect is \
         not allowed for a preflight request.",
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at \
         https://api.example/v1. (Reason: CORS request external redirect not allowed).",
    ] {
        let explanation = pasted(words);
        assert_verdict(&explanation, Verdict::Refused);
        let said = &explanation.said;
        assert!(
            said.contains("a redirect") && !said.contains("302"),
            "{said}"
        );
        assert!(explanation.console.is_empty());
    }
}

#[test]
fn a_preflight_without_its_headers_is_refused_by_its_status_alone() {
    let text = "> OPTIONS /v1 HTTP/1.1\n> Host: api.example\n> Accept: */*\n>\n< HTTP/1.1 401 \
                Unauthorized\n< Access-Control-Allow-Origin: *\n< Access-Control-Allow-Methods: GET\n<\n";
    let explanation = pasted(text);
    assert_verdict(&explanation, Verdict::Refused);
    assert!(explanation.said.contains("401"), "{}", explanation.said);
    let assumed = explanation.page.assumed.join(" ");
    assert!(assumed.contains("which curl leaves out"), "{assumed}");
    let fine = text.replace("401 Unauthorized", "204 No");
    let why = not_enough(&fine);
    assert!(why.contains("there is no Origin header"), "{why}");
}
