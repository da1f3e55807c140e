use super::html::page;
use super::*;

fn fixture(id: &str) -> AgentCase {
    let json = format!(
        r#"{{ "id": "{id}", "title": "a <b>title</b> & \"more\"", "spec": ["fetch#concept-cors-check/4"],
              "fetches": [{{}}], "server": [],
              "expect": {{
                  "requests": [{{ "kind": "actual", "method": "GET", "origin": "page" }}],
                  "outcomes": [{{ "type": "cors", "status": 200, "headers": [["x-a", "1"]] }}]
              }} }}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn column(id: &str, did: &str, explained: Option<Explained>) -> Column {
    let departure = Departure {
        explained,
        did: Did::Decision(serde_json::from_str(did).unwrap()),
        again: format!("cors-conformance agent x -vv -t {id}"),
    };
    Column {
        title: "x".to_owned(),
        version: "X 1.0".to_owned(),
        evidence: "recorded on 2026-01-31".to_owned(),
        all: true,
        summary: None,
        standings: BTreeMap::from([(id.to_owned(), Standing::Differs(Box::new(departure)))]),
    }
}

fn known(reason: &str) -> Explained {
    Explained {
        name: "some-deviation".to_owned(),
        reason: reason.to_owned(),
        spec: vec!["fetch#cors-preflight-fetch-0/7.5".to_owned()],
    }
}

/// A preflight more, and a header whose value is whatever a server may send.
fn did(value: &str) -> String {
    format!(
        r#"{{ "requests": [
                {{ "kind": "preflight", "suffix": "", "origin": "page", "request_method": "GET" }},
                {{ "kind": "actual", "suffix": "", "method": "GET", "origin": "page" }} ],
              "outcomes": [{{ "type": "cors", "status": 200, "headers": [["x-a", {value}]] }}] }}"#
    )
}

#[test]
fn bytes_from_the_wire_stay_text() {
    let case = fixture("a/b");
    // </script><img src=x onerror=alert(1)>, then bytes that are no UTF-8 and a line feed
    let hex = "3c2f7363726970743e3c696d67207372633d78206f6e6572726f723d616c6572742831293eff0a00";
    let hostile = did(&format!(r#"{{"hex": "{hex}"}}"#));
    let reason = "it's <script>alert(1)</script> & \u{202e}more\u{1b}[2J";
    let html = page(
        &[column("a/b", &hostile, Some(known(reason)))],
        &[&case],
        "586cd2a4ffffffff",
    );
    assert_eq!(html.matches("<script").count(), 1, "its own");
    assert_eq!(html.matches("</script").count(), 1);
    assert!(!html.contains("<img"));
    assert!(html.contains(r"&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;\xff\n\x00"));
    assert!(html.contains("it&#39;s &lt;script&gt;"));
    assert!(html.contains(r"\u{202e}more\u{1b}[2J"));
    assert!(html.contains("a &lt;b&gt;title&lt;/b&gt; &amp; &quot;more&quot;"));
    assert!(html.chars().all(|c| c == '\n' || !c.is_control()));
}

#[test]
fn a_case_shows_both_sequences_and_marks_what_differs() {
    let case = fixture("a/b");
    let columns = [column("a/b", &did("\"2\""), Some(known("It asks first.")))];
    let html = page(&columns, &[&case], "586cd2a4ffffffff");
    for part in [
        "<h3>the standard</h3>",
        "<b>1. request to {cross}</b>",
        "<b>2. request to {cross}</b>",
        "<b class=\"alone\">1. preflight to {cross}</b>",
        "<li class=\"alone\"><code>Access-Control-Request-Method: GET</code>",
        "<li><code>Origin: {page}</code>",
        "<li class=\"alone\"><code>script reads x-a: 1</code>",
        "<li class=\"alone\"><code>script reads x-a: 2</code>",
        "<li><code>status 200</code>",
        "<b>some-deviation</b> It asks first.",
        "href=\"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0\"",
        "X 1.0, recorded on 2026-01-31",
        "cors-conformance agent x -vv -t a/b",
        "data-area=\"a\" data-agents=\"0\" data-deviations=\"0:some-deviation\"",
        ">1</button> <span class=\"faint\">of 1</span>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    // Nothing is loaded from anywhere.
    for outside in ["src=", "@import", "url(", "<link", "<iframe"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert_eq!(html, page(&columns, &[&case], "586cd2a4ffffffff"));
}

#[test]
fn cases_that_went_as_expected_are_counted_and_not_shown() {
    let (one, other) = (fixture("a/b"), fixture("c/d"));
    let columns = [column("a/b", &did("\"2\""), None)];
    let html = page(&columns, &[&one, &other], "586cd2a4ffffffff");
    assert!(html.contains("<tr><th scope=\"row\">c<td class=\"n\"><span class=\"faint\">0 of 1"));
    assert!(!html.contains("<code>c/d</code>"));
    assert!(html.contains("<b>without a name</b>"));
}

#[test]
fn errors_that_script_cannot_tell_apart_are_not_marked() {
    let mut case = fixture("a/b");
    let error =
        |kind: &str| format!(r#"{{ "requests": [], "outcomes": [{{ "error": "{kind}" }}] }}"#);
    case.expect = serde_json::from_str(&error("cors-check")).unwrap();
    let shown = |did: &str| {
        let columns = [column("a/b", &error(did), None)];
        page(&columns, &[&case], "586cd2a4ffffffff")
    };
    assert!(!shown("any").contains("class=\"alone\""));
    assert!(shown("syntax-error").contains("class=\"alone\""));
}

#[test]
fn streams_of_events_are_columns_too() {
    let read = |lines: &[&str]| told("mine.ndjson", "mine", &lines.join("\n"));
    let run = r#"{"type":"run","tool":"t 1","vectors":"1","standard":"586cd2a4","subject":{"kind":"agent","agent":"curl 8"},"selected":2}"#;
    let case = r#"{"type":"case","id":"a/b","title":"T","spec":[],"outcome":"fail",
        "level":"must","agent":{
        "differences":[{"what":"outcome 1: status","wanted":"200","got":"<b>404"}],
        "requests":["GET to another origin"]},"again":{"cli":"cors-conformance agent"}}"#
        .replace('\n', " ");
    let skip = r#"{"type":"case","id":"c/d","title":"T","spec":[],"outcome":"skip","level":"must","reason":"no API"}"#;
    let column = read(&[run, &case, skip]).unwrap();
    assert_eq!(
        (column.title.as_str(), column.version.as_str()),
        ("mine", "curl 8")
    );
    assert!(column.evidence.ends_with("has no end"));
    assert!(column.standing("e/f").is_none(), "it was not given that");
    let (one, other) = (fixture("a/b"), fixture("c/d"));
    let html = page(&[column], &[&one, &other], "586cd2a4ffffffff");
    assert!(html.contains("<code>&lt;b&gt;404</code>, the standard has <code>200</code>"));
    assert!(html.contains("not run"));

    for (lines, said) in [
        (&["{}"][..], "line 1"),
        (&[], "there is no event"),
        (&[case.as_str()], "cannot come here"),
        (&[run, run], "line 2"),
        (&[run, "nonsense"], "expected the events of an agent run"),
    ] {
        let error = read(lines).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn every_record_can_be_shown() {
    let library = cors_vectors::library().unwrap();
    let cases: Vec<&AgentCase> = library.agent_cases().collect();
    for name in ["chromium", "firefox", "webkit", "jsdom", "happy-dom"] {
        let column = recorded(name, &[]).unwrap();
        let unnamed = column.standings.values().filter(
            |standing| matches!(standing, Standing::Differs(departure) if departure.name() == "-"),
        );
        assert_eq!(unnamed.count(), 0, "{name}");
        let differing = column
            .standings
            .values()
            .filter(|standing| matches!(standing, Standing::Differs(_)))
            .count();
        let summary = column.summary.as_ref().map(|summary| summary.run);
        let html = page(&[column], &cases, "586cd2a4ffffffff");
        assert_eq!(html.matches("<details class=\"case\"").count(), differing);
        // Of an emulator only a sample is shown, with the numbers of all.
        assert_eq!(summary.is_some(), ["jsdom", "happy-dom"].contains(&name));
        if let Some(run) = summary {
            assert!(differing < 100 && html.contains(&format!("<td class=\"n\">{run}<td")));
        }
    }
    assert!(
        recorded("model", &[])
            .unwrap_err()
            .contains("no record of model")
    );
}
