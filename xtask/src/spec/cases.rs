//! The citations in case files: every `"spec": [ … ]` with the line of each entry.

/// A citation of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseCitation {
    /// The line it stands on.
    pub(crate) line: usize,
    /// The text, such as `fetch#concept-cors-check/4`.
    pub(crate) text: String,
}

enum Token {
    Text(usize, String),
    Punct(char),
}

/// Reads the citations of one file.
///
/// # Errors
///
/// The file is no JSON; the text says where.
pub(crate) fn read(text: &str) -> Result<Vec<CaseCitation>, String> {
    // The file is read twice: serde_json knows JSON but not lines, the scan knows lines only.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    let mut key = String::new();
    let mut state = State::Elsewhere;
    for token in tokens(text) {
        state = match (state, token) {
            (State::Inside, Token::Text(line, text)) => {
                found.push(CaseCitation { line, text });
                State::Inside
            }
            (State::Inside, Token::Punct(',')) | (State::Key, Token::Punct('[')) => State::Inside,
            (_, Token::Punct(':')) if key == "spec" => State::Key,
            (_, Token::Text(_, text)) => {
                key = text;
                State::Elsewhere
            }
            (_, Token::Punct(_)) => {
                key.clear();
                State::Elsewhere
            }
        };
    }
    Ok(found)
}

#[derive(Clone, Copy)]
enum State {
    Elsewhere,
    /// Behind `"spec":`.
    Key,
    /// In its list.
    Inside,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut line = 1;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\n' => line += 1,
            '"' => {
                let mut content = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => content.extend(chars.next()),
                        _ => content.push(c),
                    }
                }
                out.push(Token::Text(line, content));
            }
            _ if c.is_whitespace() => {}
            _ => out.push(Token::Punct(c)),
        }
    }
    out
}
