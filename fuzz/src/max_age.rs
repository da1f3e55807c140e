//! Access-Control-Max-Age, as extracted and as the preflight cache then keeps it.
//!
//! Input: values, one a line.

use cors_model::fetch::UserAgent;
use cors_model::header::{Header, HeaderList, extract_header_list_values, names};
use cors_model::response::Response;
use cors_model::trace::NoTrace;

use crate::input::{is_drawn, lines, value};
use crate::naive;
use crate::support::{Script, answer, headers, request, run_traced};

/// Runs one input.
pub fn run(data: &[u8]) {
    let list: HeaderList = lines(data)
        .filter_map(value)
        .map(|value| Header {
            name: names::ACMA,
            value,
        })
        .collect();
    let ours = extract_header_list_values(&names::ACMA, &list, &mut NoTrace);
    let values: Vec<_> = list.iter().map(|header| header.value.as_bytes()).collect();
    let theirs = match values.as_slice() {
        [value] => naive::lists::seconds(value),
        _ => None,
    };
    assert_eq!(ours.is_ok(), values.is_empty() || theirs.is_some());
    // A whole fetch takes its time.
    if is_drawn(data, 0, 32) {
        check_kept(&list, theirs);
    }
}

/// The cache keeps what was said, up to its limit, and five seconds where nothing was.
fn check_kept(list: &HeaderList, seconds: Option<u32>) {
    let mut preflight = headers(&[
        ("Access-Control-Allow-Origin", "https://a.test"),
        ("Access-Control-Allow-Methods", "PUT"),
    ]);
    for header in list {
        preflight.append(header.name.clone(), header.value.clone());
    }
    let shared = answer(200, &[("Access-Control-Allow-Origin", "https://a.test")]);
    let mut network = Script::new([Ok(Response::new(204, preflight, None)), shared]);
    let mut agent = UserAgent::default();
    let put = request("PUT", "https://b.test/");
    let fetched = run_traced(&mut agent, &mut network, put, 0, &mut NoTrace);
    assert!(fetched.is_ok(), "{fetched:?}");
    let kept: Vec<u32> = agent
        .preflight_cache
        .entries()
        .iter()
        .map(|entry| entry.max_age)
        .collect();
    assert_eq!(kept, [seconds.unwrap_or(5).min(agent.max_age_limit)]);
}
