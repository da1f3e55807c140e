//! The list syntax of the three headers that hold lists of names: every separator that the
//! recipient's grammar allows, and every byte inside an element.
//!
//! The grammar is `#token` as recipients read it (RFC 9110, section 5.6.1.2): elements between
//! commas, white space (SP, HTAB) around the commas, empty elements ignored. One bad element makes
//! the whole line, and with it the whole list, a failure
//! (<https://fetch.spec.whatwg.org/#extract-header-list-values>, step 4).

use cors_vectors::agent::{
    AgentCase, AgentFile, Answer, ErrorKind, ExpectedRequest, Fetch, OnRequest, Outcome,
};
use cors_vectors::text::Text;

use super::build::{
    actual, allow_actual, allow_origin, answer, bytes, case, error, fetch, file, header, plain,
    preflight, shared,
};
use super::tables::{NEVER_IN_A_VALUE, hex, tchar};

/// One of the three headers, with a fetch whose outcome shows whether the list held what it needs.
struct List {
    area: &'static str,
    about: &'static str,
    header: &'static str,
    /// The element that the fetch needs.
    needed: &'static str,
    spec: &'static [&'static str],
    rules: &'static [&'static str],
    fetch: fn() -> Fetch,
    /// The requests when the list holds the element, and when it does not.
    requests: fn(held: bool) -> Vec<ExpectedRequest>,
    /// The outcome when it does, and when it does not.
    outcome: fn(held: bool) -> Outcome,
    /// The answers, with the header's lines at the right one.
    server: fn(lines: Vec<(Text, Text)>) -> Vec<Answer>,
}

impl List {
    fn family(&self) -> AgentFile {
        let mut cases = self.separators();
        cases.extend(self.element_bytes());
        cases.extend(self.lines());
        file(self.area, self.about, "list-syntax", cases)
    }

    fn case(&self, slug: &str, title: String, lines: Vec<Text>, held: bool) -> AgentCase {
        let lines = lines
            .into_iter()
            .map(|value| header(self.header, value))
            .collect();
        case(
            format!("{}/{slug}", self.area),
            title,
            self.spec,
            self.rules,
            vec![(self.fetch)()],
            (self.server)(lines),
            (self.requests)(held),
            vec![(self.outcome)(held)],
        )
    }

    /// Two elements with everything that may stand before, between and after them.
    fn separators(&self) -> Vec<AgentCase> {
        let between = [",", ", ", " ,", " , ", ",\t", "\t,", ",,", ", ,", ",\t,\t,"];
        let before = ["", ",", " ,", ", ,\t"];
        let after = ["", ",", " , ", ",,"];
        let mut cases = Vec::new();
        for (b, lead) in before.iter().enumerate() {
            for (m, middle) in between.iter().enumerate() {
                for (a, trail) in after.iter().enumerate() {
                    let value = format!("{lead}x-other{middle}{}{trail}", self.needed);
                    cases.push(self.case(
                        &format!("separators-{b}-{m}-{a}"),
                        format!("Two elements, separated by {middle:?}, after {lead:?} and before {trail:?}"),
                        vec![bytes(value.as_bytes())],
                        true,
                    ));
                }
            }
        }
        cases
    }

    /// The needed element beside another one that holds each byte there is.
    fn element_bytes(&self) -> Vec<AgentCase> {
        (0..=255)
            .filter(|byte| !NEVER_IN_A_VALUE.contains(byte))
            .map(|byte| {
                let value = [self.needed.as_bytes(), b",a", &[byte], b"b"].concat();
                // A comma ends the element; anything else that is no tchar spoils the list, white
                // space included, since here it stands inside an element.
                let valid = tchar(byte) || byte == b',';
                let verb = if valid { "may stand in" } else { "spoils" };
                self.case(
                    &format!("element-{}", hex(byte)),
                    format!("0x{byte:02X} {verb} an element of {}", self.header),
                    vec![bytes(&value)],
                    valid,
                )
            })
            .collect()
    }

    /// Several lines, and no element at all.
    fn lines(&self) -> Vec<AgentCase> {
        let with = |values: &[&str]| values.iter().map(|v| plain(v)).collect::<Vec<_>>();
        let needed = self.needed;
        let table: [(&str, &str, Vec<Text>, bool); 14] = [
            (
                "lines-second",
                "The second of two lines counts too",
                with(&["x-other", needed]),
                true,
            ),
            (
                "lines-first",
                "The first of two lines counts too",
                with(&[needed, "x-other"]),
                true,
            ),
            (
                "lines-three",
                "Three lines are one list",
                with(&["x-a", "x-b", needed]),
                true,
            ),
            (
                "lines-empty-first",
                "An empty line adds nothing",
                with(&["", needed]),
                true,
            ),
            (
                "lines-empty-last",
                "An empty line takes nothing away",
                with(&[needed, ""]),
                true,
            ),
            (
                "lines-only-comma",
                "A line of commas adds nothing",
                with(&[",,", needed]),
                true,
            ),
            (
                "lines-bad-second",
                "One bad line spoils the good one before it",
                with(&[needed, "b@d"]),
                false,
            ),
            (
                "lines-bad-first",
                "One bad line spoils the good one after it",
                with(&["b@d", needed]),
                false,
            ),
            (
                "element-twice",
                "An element may stand twice",
                with(&[&format!("{needed},{needed}")]),
                true,
            ),
            ("empty", "An empty list holds nothing", with(&[""]), false),
            (
                "only-commas",
                "A list of empty elements holds nothing",
                with(&[", ,\t,"]),
                false,
            ),
            (
                "quoted",
                "A quoted string is no token",
                with(&[&format!("\"{needed}\"")]),
                false,
            ),
            (
                "parameter",
                "An element has no parameters",
                with(&[&format!("{needed};q=1")]),
                false,
            ),
            (
                "space-separated",
                "Elements are not separated by spaces",
                with(&[&format!("x-other {needed}")]),
                false,
            ),
        ];
        let mut cases: Vec<AgentCase> = table
            .into_iter()
            .map(|(slug, title, lines, held)| {
                let lines = lines.into_iter().map(tab_safe).collect();
                self.case(slug, title.to_owned(), lines, held)
            })
            .collect();
        cases.push(self.case(
            "absent",
            format!("No {} at all", self.header),
            Vec::new(),
            false,
        ));
        cases
    }
}

/// A plain text whose tabs are written in hex.
fn tab_safe(text: Text) -> Text {
    match text {
        Text::Plain(plain) if plain.contains('\t') => bytes(plain.as_bytes()),
        other @ (Text::Plain(_) | Text::Hex(_) | Text::Repeat(_) | Text::Concat(_)) => other,
    }
}

fn preflight_answer(lines: Vec<(Text, Text)>) -> Vec<Answer> {
    let mut headers = vec![allow_origin()];
    headers.extend(lines);
    vec![answer(OnRequest::Preflight, 204, headers), allow_actual()]
}

/// `Access-Control-Allow-Methods`.
pub(super) fn methods() -> AgentFile {
    List {
        area: "allow-methods-syntax",
        about: "The list syntax of Access-Control-Allow-Methods.",
        header: "Access-Control-Allow-Methods",
        needed: "PUT",
        spec: &[
            "fetch#cors-preflight-fetch-0/7.1",
            "fetch#cors-preflight-fetch-0/7.3",
            "fetch#extract-header-list-values/4",
        ],
        rules: &[
            "CL-PFRESP-06",
            "CL-PFRESP-07",
            "CL-PFRESP-08",
            "CL-PARSE-03",
        ],
        fetch: || Fetch {
            method: Some(plain("PUT")),
            ..fetch()
        },
        requests: |held| {
            let mut requests = vec![preflight(plain("PUT"), None)];
            requests.extend(held.then(|| actual(plain("PUT"))));
            requests
        },
        outcome: |held| {
            if held {
                shared(200)
            } else {
                error(ErrorKind::Preflight)
            }
        },
        server: preflight_answer,
    }
    .family()
}

/// `Access-Control-Allow-Headers`.
pub(super) fn headers() -> AgentFile {
    List {
        area: "allow-headers-syntax",
        about: "The list syntax of Access-Control-Allow-Headers.",
        header: "Access-Control-Allow-Headers",
        needed: "x-needed",
        spec: &[
            "fetch#cors-preflight-fetch-0/7.2",
            "fetch#cors-preflight-fetch-0/7.3",
            "fetch#extract-header-list-values/4",
        ],
        rules: &[
            "CL-PFRESP-06",
            "CL-PFRESP-07",
            "CL-PFRESP-11",
            "CL-PARSE-03",
        ],
        fetch: || Fetch {
            headers: vec![header("X-Needed", plain("1"))],
            ..fetch()
        },
        requests: |held| {
            let mut requests = vec![preflight(plain("GET"), Some(plain("x-needed")))];
            requests.extend(held.then(|| actual(plain("GET"))));
            requests
        },
        outcome: |held| {
            if held {
                shared(200)
            } else {
                error(ErrorKind::Preflight)
            }
        },
        server: preflight_answer,
    }
    .family()
}

/// `Access-Control-Expose-Headers`.
pub(super) fn exposed() -> AgentFile {
    List {
        area: "expose-headers-syntax",
        about: "The list syntax of Access-Control-Expose-Headers; a bad list hides, it does not refuse.",
        header: "Access-Control-Expose-Headers",
        needed: "x-needed",
        spec: &["fetch#concept-main-fetch/14.1.1", "fetch#concept-main-fetch/14.1.3", "fetch#extract-header-list-values/4"],
        rules: &["CL-EXPOSE-02", "CL-EXPOSE-03", "CL-EXPOSE-04", "CL-PARSE-03"],
        fetch,
        requests: |_| vec![actual(plain("GET"))],
        outcome: |held| {
            let mut outcome = shared(200);
            if held {
                outcome.headers = vec![header("x-needed", plain("1"))];
            } else {
                outcome.hidden = vec![plain("x-needed")];
            }
            outcome
        },
        server: |lines| {
            let mut headers = vec![allow_origin(), header("X-Needed", plain("1"))];
            headers.extend(lines);
            vec![answer(OnRequest::Actual, 200, headers)]
        },
    }
    .family()
}
