//! Why a browser refuses, in the words for it.

use super::*;

fn preflight(asks: &str, answer: &str) -> Explanation {
    let text = format!(
        "OPTIONS /notes HTTP/1.1\nHost: api.example\nOrigin: https://app.example\n{asks}\n\n{answer}\n\n"
    );
    self::text(text.as_bytes())
}

fn console(explanation: &Explanation, engine: &str) -> String {
    let mut views = explanation.console.iter();
    let view = views.find(|view| view.engine == engine);
    view.map(|view| view.said.clone()).unwrap_or_default()
}

#[test]
fn consoles_name_the_status_of_this_exchange() {
    for status in [403, 405] {
        let explanation = preflight(
            "Access-Control-Request-Method: POST\nAccess-Control-Request-Headers: content-type",
            &format!("HTTP/1.1 {status} No\nContent-Length: 0"),
        );
        assert!(console(&explanation, "Firefox").contains(&format!("Status code: {status}")));
        assert_eq!(
            console(&explanation, "WebKit"),
            format!("Preflight response is not successful. Status code: {status}")
        );
        let [change] = explanation.changes.as_slice() else {
            panic!("{:?}", explanation.changes);
        };
        assert_eq!(
            (change.answers[0].status, change.answers[0].set.len()),
            (Some(204), 2)
        );
    }
    let get = text(
        b"GET /me HTTP/1.1\nHost: api.example\nOrigin: https://app.example\n\nHTTP/1.1 401 No\n\n",
    );
    assert!(console(&get, "Firefox").contains("Status code: 401"));
    assert!(console(&get, "WebKit").ends_with("Status code: 401"));
}

#[test]
fn consoles_name_the_header_and_the_advice_names_all_that_is_missing() {
    let explanation = preflight(
        "Access-Control-Request-Method: POST\nAccess-Control-Request-Headers: content-type,x-session,x-version",
        "HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-Headers: accept, content-type",
    );
    for engine in ["Chromium", "Firefox", "WebKit"] {
        let said = console(&explanation, engine);
        assert!(said.to_ascii_lowercase().contains("x-session"), "{said}");
    }
    let [change] = explanation.changes.as_slice() else {
        panic!("{:?}", explanation.changes);
    };
    assert_eq!(
        change.answers[0].set[0].value,
        "accept, content-type, x-session, x-version"
    );
}

#[test]
fn a_header_that_came_twice_is_named_as_such() {
    let explanation = text(
        b"GET /x HTTP/1.1\nHost: api.example\nOrigin: http://localhost:8080\n\nHTTP/1.1 200 OK\n\
          Access-Control-Allow-Origin: http://localhost:8080\naccess-control-allow-origin: http://localhost:8080\n",
    );
    assert_verdict(&explanation, Verdict::Refused);
    let said = console(&explanation, "Chromium");
    let words = "contains multiple values 'http://localhost:8080, http://localhost:8080', but only one is allowed";
    assert!(said.contains(words), "{said}");
}

#[test]
fn what_engines_agree_on_against_the_text_is_said() {
    let explanation = preflight(
        "Access-Control-Request-Method: POST\nAccess-Control-Request-Headers: authorization,content-type",
        "HTTP/1.1 204 No Content\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-Headers: *",
    );
    assert_verdict(&explanation, Verdict::Refused);
    assert!(
        tells(&explanation, "Chromium, Firefox and WebKit allow it"),
        "{:?}",
        explanation.notes
    );
}

#[test]
fn an_engine_that_sends_no_such_preflight_does_not_allow_it() {
    let explanation = preflight(
        "Access-Control-Request-Method: POST",
        "HTTP/1.1 403 Forbidden",
    );
    assert_verdict(&explanation, Verdict::Refused);
    assert!(!tells(&explanation, "This is what the standard says"));
}

#[test]
fn a_server_that_echoes_the_question_is_told_so() {
    let explanation = preflight(
        "Access-Control-Request-Method: GET\nAccess-Control-Request-Headers: x-session",
        "HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\nAccess-Control-Request-Method: GET\n\
         Access-Control-Request-Headers: x-session",
    );
    assert_verdict(&explanation, Verdict::Refused);
    assert!(tells(&explanation, "sends the request's own headers back"));
}

#[test]
fn a_misdirected_request_is_no_redirect() {
    let explanation = text(
        b"GET /api HTTP/2\nHost: files.example\nOrigin: https://app.example\n\nHTTP/2 421\nContent-Length: 3\n\n",
    );
    assert_verdict(&explanation, Verdict::AllowedSoFar);
    let shown = cors_explain::render::text(&explanation, false);
    assert!(
        shown.contains("once more, on a new connection") && !shown.contains("redirect"),
        "{shown}"
    );
}

#[test]
fn of_a_redirected_preflight_no_engine_is_said_to_miss_an_ok_status() {
    let asks = "Access-Control-Request-Method: PUT";
    let grant = "Access-Control-Allow-Origin: *";
    for status in [301, 302, 303, 307, 308] {
        let answer =
            format!("HTTP/1.1 {status} Moved\n{grant}\nLocation: https://api.example/notes/");
        let explanation = preflight(asks, &answer);
        assert_eq!(console(&explanation, "Chromium"), "", "{status}");
        assert_eq!(console(&explanation, "Firefox"), "", "{status}");
        assert!(console(&explanation, "WebKit").ends_with(&format!("Status code: {status}")));
    }
    // No redirect.
    let explanation = preflight(asks, &format!("HTTP/1.1 304 Not Modified\n{grant}"));
    assert!(console(&explanation, "Chromium").contains("HTTP ok status"));
}

#[test]
fn a_fix_that_allows_null_comes_with_a_warning() {
    let exchanges = |origin: &str| {
        let text = format!(
            "GET /me HTTP/1.1\nHost: api.example\nOrigin: https://app.example\n\n\
             HTTP/1.1 302 Found\nLocation: https://login.example/\n\
             Access-Control-Allow-Origin: *\n\n\
             GET / HTTP/1.1\nHost: login.example\nOrigin: {origin}\n\n\
             HTTP/1.1 200 OK\n\n"
        );
        self::text(text.as_bytes())
    };
    let explanation = exchanges("null");
    assert!(explanation.changes.iter().any(|change| {
        let mut set = change.answers.iter().flat_map(|answer| &answer.set);
        set.any(|header| header.value == "null")
    }));
    let notes = explanation.notes.join(" ");
    assert!(
        notes.contains("every sandboxed frame of any page"),
        "{notes}"
    );
}

#[test]
fn an_engine_that_allows_it_has_no_line_on_its_console() {
    let explanation = preflight(
        "Access-Control-Request-Method: GET\nAccess-Control-Request-Headers: authorization",
        "HTTP/1.1 204 No\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-Headers: *",
    );
    assert_verdict(&explanation, Verdict::Refused);
    assert!(explanation.console.is_empty(), "{:?}", explanation.console);
    let notes = explanation.notes.join(" ");
    assert!(
        notes.contains("Chromium, Firefox and WebKit allow it"),
        "{notes}"
    );
}
