//! Each change that is shown makes a browser go on: refusals are generated, and explained again with
//! the responses changed as it says.
//!
//! `PROPTEST_CASES` sets how many refusals are generated.

use std::cell::Cell;
use std::fmt::Write as _;

use cors_explain::change::Change;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};

use super::*;

type Lines = Vec<(String, String)>;

/// An exchange as text.
#[derive(Debug, Clone)]
struct Exchanged {
    /// The preflight's request.
    asks: String,
    request: String,
    preflight: Option<(u16, Lines)>,
    response: (u16, Lines),
}

impl Exchanged {
    fn text(&self) -> String {
        let mut text = String::new();
        let preflight = self.preflight.as_ref().map(|answer| (&self.asks, answer));
        for (request, (status, lines)) in preflight
            .into_iter()
            .chain([(&self.request, &self.response)])
        {
            text.push_str(request);
            write!(text, "HTTP/1.1 {status} X\r\n").unwrap();
            for (name, value) in lines {
                write!(text, "{name}: {value}\r\n").unwrap();
            }
            text.push_str("\r\n");
        }
        text
    }

    fn changed(&self, change: &Change) -> Self {
        let mut exchanged = self.clone();
        for answer in &change.answers {
            let of_preflight = answer.answer.contains("preflight");
            let (status, lines) = match &mut exchanged.preflight {
                Some(preflight) if of_preflight => preflight,
                _ => &mut exchanged.response,
            };
            *status = answer.status.unwrap_or(*status);
            let named = |name: &str, line: &(String, String)| line.0.eq_ignore_ascii_case(name);
            for name in &answer.remove {
                lines.retain(|line| !named(name, line));
            }
            for set in &answer.set {
                lines.retain(|line| !named(&set.name, line));
                lines.push((set.name.clone(), set.value.clone()));
            }
        }
        exchanged
    }
}

fn lines(name: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = Lines> {
    let line = |value: &str| (name.to_owned(), value.to_owned());
    prop_oneof![2 => Just(0..1), 6 => Just(1..2), 1 => Just(2..3)]
        .prop_flat_map(move |count| prop::collection::vec(select(values), count))
        .prop_map(move |values| values.into_iter().map(line).collect())
}

fn answer(statuses: &'static [u16]) -> impl Strategy<Value = (u16, Lines)> {
    const ORIGINS: &[&str] = &[
        "*",
        "https://app.example",
        "https://app.example",
        "https://app.example",
        "https://app.example/",
        "https://App.example",
        "https://evil.example",
        "null",
        "https://app.example, https://evil.example",
    ];
    let lists = (
        lines("Access-Control-Allow-Origin", ORIGINS),
        lines(
            "Access-Control-Allow-Credentials",
            &["true", "True", "true, true"],
        ),
        lines(
            "Access-Control-Allow-Methods",
            &["*", "PUT", "put, GET", "GET,POST", "a b", "@"],
        ),
        lines(
            "Access-Control-Allow-Headers",
            &["*", "x-token", "X-Token, content-type", "a b", "x"],
        ),
    );
    (select(statuses), lists).prop_map(|(status, (a, b, c, d))| (status, [a, b, c, d].concat()))
}

fn exchanged() -> impl Strategy<Value = Exchanged> {
    let headers = [
        "X-Token: 1",
        "Content-Type: application/json",
        "Authorization: Bearer b",
        "X-Other: 1",
    ];
    (
        select(vec!["GET", "POST", "PUT", "PATCH"]),
        subsequence(headers.to_vec(), 0..4),
        answer(&[200, 204, 204, 302, 401, 403, 404, 405, 500]),
        answer(&[200, 200, 401, 404, 500]),
    )
        .prop_map(|(method, headers, preflight, response)| {
            let mut request = format!(
                "{method} /x HTTP/1.1\r\nHost: api.example\r\nOrigin: https://app.example\r\n"
            );
            for header in &headers {
                write!(request, "{header}\r\n").unwrap();
            }
            request.push_str("\r\n");
            let names = headers.iter().filter_map(|header| header.split(':').next());
            let names: Vec<String> = names.map(str::to_ascii_lowercase).collect();
            let mut asks = format!(
                "OPTIONS /x HTTP/1.1\r\nHost: api.example\r\nOrigin: https://app.example\r\n\
                 Access-Control-Request-Method: {method}\r\n"
            );
            if !names.is_empty() {
                write!(
                    asks,
                    "Access-Control-Request-Headers: {}\r\n",
                    names.join(",")
                )
                .unwrap();
            }
            asks.push_str("\r\n");
            let preflights = ["PUT", "PATCH"].contains(&method) || !headers.is_empty();
            Exchanged {
                asks,
                request,
                preflight: preflights.then_some(preflight),
                response,
            }
        })
}

#[test]
fn each_change_that_is_shown_makes_a_browser_go_on() {
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases = cases.map_or(600, |cases| cases.parse().unwrap());
    let config = Config {
        cases,
        max_global_rejects: u32::MAX,
        failure_persistence: None,
        ..Config::default()
    };
    let (without, tried) = (Cell::new(0_u32), Cell::new(0_u32));
    let result = TestRunner::new(config).run(&exchanged(), |exchanged| {
        let explanation = text(exchanged.text().as_bytes());
        if explanation.verdict != Verdict::Refused {
            return Err(TestCaseError::reject("it is not refused"));
        }
        without.set(without.get() + u32::from(explanation.changes.is_empty()));
        // What the page asks with was concluded from answers that change.
        let credentials = match explanation.page.credentials.as_str() {
            "include" => CredentialsMode::Include,
            _ => CredentialsMode::SameOrigin,
        };
        let stated = Stated {
            credentials: Some(credentials),
            ..Stated::default()
        };
        for change in &explanation.changes {
            tried.set(tried.get() + 1);
            let changed = exchanged.changed(change).text();
            let then = of_text("input", changed.as_bytes(), &stated).unwrap();
            prop_assert!(
                then.verdict != Verdict::Refused,
                "{change:?}\n{changed}\n{}",
                then.said
            );
        }
        Ok(())
    });
    println!(
        "{cases} refusals, {} changes tried, {} refusals without one",
        tried.get(),
        without.get()
    );
    result.unwrap();
    assert!(
        without.get() * 50 <= cases,
        "{} of {cases} refusals have no change",
        without.get()
    );
}
