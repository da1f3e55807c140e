//! Requests and outcomes as lines that two columns can be compared by.

use std::collections::BTreeMap;

use cors_vectors::agent::{
    AgentCase, ErrorKind, Expectation, ExpectedRequest, OriginHeader, Outcome, Place, RequestKind,
    ResponseType,
};
use cors_vectors::text::Text;

/// What belongs together: a request or an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    kind: Kind,
    /// Which one it is; empty where there is one only.
    pub(super) number: String,
    /// What it is.
    pub(super) head: String,
    /// What is said of it.
    pub(super) lines: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Preflight,
    Request,
    Outcome,
}

/// The requests and outcomes of an expectation or a decision in a case.
pub(super) fn blocks(case: &AgentCase, expectation: &Expectation) -> Vec<Block> {
    let words = Words { case };
    let requests = (1..).zip(&expectation.requests);
    let outcomes = (1..).zip(&expectation.outcomes);
    let several = expectation.outcomes.len() > 1;
    requests
        .map(|(number, request)| words.request(number, request))
        .chain(outcomes.map(|(number, outcome)| words.outcome(several.then_some(number), outcome)))
        .collect()
}

/// Which lines of each block, its head first, the other side does not have. Preflights are held
/// against preflights, requests against requests, in their order; repeated lines are counted.
pub(super) fn alone(blocks: &[Block], others: &[Block]) -> Vec<Vec<bool>> {
    let of = |blocks: &[Block], kind| -> Vec<usize> {
        let numbered = blocks.iter().enumerate();
        numbered
            .filter(|(_, block)| block.kind == kind)
            .map(|(number, _)| number)
            .collect()
    };
    let opposite = |number: usize, kind| {
        let place = of(blocks, kind).iter().position(|one| *one == number)?;
        others.get(*of(others, kind).get(place)?)
    };
    let numbered = blocks.iter().enumerate();
    numbered
        .map(|(number, block)| {
            let mut there: BTreeMap<&str, usize> = BTreeMap::new();
            for line in opposite(number, block.kind).into_iter().flat_map(all) {
                *there.entry(key(line)).or_default() += 1;
            }
            all(block)
                .map(|line| match there.get_mut(key(line)) {
                    Some(count) if *count > 0 => {
                        *count -= 1;
                        false
                    }
                    _ => true,
                })
                .collect()
        })
        .collect()
}

/// What of a line has to be the same. Script cannot tell network errors apart, nor from a
/// `TypeError` that a promise is rejected with.
fn key(line: &str) -> &str {
    let error = [ErrorKind::Any, ErrorKind::TypeError].map(kind_of);
    if line.starts_with("network error: ") || error.contains(&line) {
        kind_of(ErrorKind::Any)
    } else {
        line
    }
}

/// The head and the lines.
fn all(block: &Block) -> impl Iterator<Item = &str> {
    std::iter::once(block.head.as_str()).chain(block.lines.iter().map(String::as_str))
}

struct Words<'a> {
    case: &'a AgentCase,
}

impl Words<'_> {
    /// A text with its placeholders, and bytes that are no characters escaped.
    fn text(&self, text: &Text) -> String {
        let bytes = text.expand(&|name| {
            Some(match name.split_once('.') {
                Some((place, "url")) => format!("{{{place}}}/c/{}", self.case.id).into_bytes(),
                _ => format!("{{{name}}}").into_bytes(),
            })
        });
        match bytes {
            Ok(bytes) => bytes
                .escape_ascii()
                .to_string()
                .replace("\\\"", "\"")
                .replace("\\'", "'"),
            Err(error) => error.to_string(),
        }
    }

    fn request(&self, number: usize, request: &ExpectedRequest) -> Block {
        let (kind, word) = match request.kind {
            RequestKind::Preflight => (Kind::Preflight, "preflight"),
            RequestKind::Actual => (Kind::Request, "request"),
        };
        let suffix = request.suffix.as_ref().map(|text| self.text(text));
        let head = format!(
            "{word} to {}{}",
            place(request.at),
            suffix.unwrap_or_default()
        );
        let mut lines = Vec::new();
        if let Some(method) = &request.method {
            lines.push(format!("method {}", self.text(method)));
        }
        lines.push(match request.origin {
            OriginHeader::Page => "Origin: {page}".to_owned(),
            OriginHeader::Cross => "Origin: {cross}".to_owned(),
            OriginHeader::Third => "Origin: {third}".to_owned(),
            OriginHeader::Null => "Origin: null".to_owned(),
            OriginHeader::None => "no Origin".to_owned(),
        });
        let asked = [
            ("Access-Control-Request-Method", &request.request_method),
            ("Access-Control-Request-Headers", &request.request_headers),
        ];
        for (name, value) in asked {
            if let Some(value) = value {
                lines.push(format!("{name}: {}", self.text(value)));
            }
        }
        for (name, value) in &request.has {
            lines.push(format!(
                "{}: {}",
                self.text(name).to_ascii_lowercase(),
                self.text(value)
            ));
        }
        for name in &request.lacks {
            lines.push(format!("no {}", name.to_ascii_lowercase()));
        }
        if let Some(body) = &request.body {
            lines.push(format!("body `{}`", self.text(body)));
        }
        Block {
            kind,
            number: format!("{number}. "),
            head,
            lines,
        }
    }

    fn outcome(&self, number: Option<usize>, outcome: &Outcome) -> Block {
        let mut lines = Vec::new();
        if let Some(error) = outcome.error {
            lines.push(kind_of(error).to_owned());
        }
        if let Some(response_type) = outcome.response_type {
            let name = match response_type {
                ResponseType::Basic => "basic",
                ResponseType::Cors => "cors",
                ResponseType::Opaque => "opaque",
                ResponseType::OpaqueRedirect => "opaqueredirect",
            };
            lines.push(format!("a response of type {name}"));
        }
        if let Some(status) = outcome.status {
            lines.push(format!("status {status}"));
        }
        for (name, value) in &outcome.headers {
            let name = self.text(name).to_ascii_lowercase();
            lines.push(format!("script reads {name}: {}", self.text(value)));
        }
        for name in &outcome.hidden {
            let name = self.text(name).to_ascii_lowercase();
            lines.push(format!("script cannot read {name}"));
        }
        if let Some(url) = &outcome.url {
            lines.push(format!("url {}", self.text(url)));
        }
        if let Some(redirected) = outcome.redirected {
            let word = if redirected {
                "redirected"
            } else {
                "not redirected"
            };
            lines.push(word.to_owned());
        }
        Block {
            kind: Kind::Outcome,
            number: number.map_or_else(String::new, |number| format!("{number}. ")),
            head: "outcome".to_owned(),
            lines,
        }
    }
}

fn place(place: Place) -> &'static str {
    match place {
        Place::Page => "{page}",
        Place::Cross => "{cross}",
        Place::Third => "{third}",
    }
}

fn kind_of(error: ErrorKind) -> &'static str {
    match error {
        ErrorKind::TypeError => "throws a TypeError",
        ErrorKind::SyntaxError => "throws a SyntaxError",
        ErrorKind::SecurityError => "throws a SecurityError",
        ErrorKind::Blocked => "network error: nothing is sent",
        ErrorKind::Preflight => "network error: the preflight failed",
        ErrorKind::CorsCheck => "network error: the CORS check failed",
        ErrorKind::Redirect => "network error: the redirect may not be followed",
        ErrorKind::Transport => "network error of the transport",
        ErrorKind::Other => "another error",
        ErrorKind::Any => "a network error",
    }
}
