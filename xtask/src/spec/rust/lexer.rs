//! A lexer for Rust that keeps comments and literals, and of other code what shows its shape.

/// A token; of code that says nothing here only its punctuation is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word: a name or a keyword.
    Ident(String),
    /// The content of a string literal, escapes unresolved.
    Str(String),
    /// A comment without its slashes; `doc` for `///` and `/** */`.
    Comment { text: String, doc: bool },
    /// Any other character.
    Punct(char),
}

/// A token with the line it starts on.
pub(super) type Placed = (usize, Token);

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    out: Vec<Placed>,
}

/// Splits a file into tokens.
pub(super) fn tokens(text: &str) -> Vec<Placed> {
    let mut lexer = Lexer {
        rest: text,
        line: 1,
        out: Vec::new(),
    };
    while lexer.step() {}
    lexer.out
}

impl<'a> Lexer<'a> {
    /// Takes this many bytes and counts their lines.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn step(&mut self) -> bool {
        let line = self.line;
        let Some(first) = self.rest.chars().next() else {
            return false;
        };
        if self.rest.starts_with("//") {
            let comment = self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            let doc = comment.starts_with("///") && !comment.starts_with("////");
            let text = comment
                .trim_start_matches('/')
                .trim_start_matches('!')
                .trim()
                .to_owned();
            self.out.push((line, Token::Comment { text, doc }));
        } else if self.rest.starts_with("/*") {
            self.block_comment();
        } else if first == '"' {
            self.string(0);
        } else if first == '\'' {
            self.quote();
        } else if let Some(hashes) = raw_string(self.rest) {
            let prefix = self.rest.find('"').unwrap_or(0);
            self.take(prefix + 1);
            let close = format!("\"{}", "#".repeat(hashes));
            let end = self.rest.find(&close).unwrap_or(self.rest.len());
            let content = self.take(end).to_owned();
            self.take(close.len());
            self.out.push((line, Token::Str(content)));
        } else if (self.rest.starts_with("b\"") || self.rest.starts_with("c\"")) && first != '"' {
            self.string(1);
        } else if self.rest.starts_with("b'") {
            self.take(1);
        } else if first.is_alphabetic() || first == '_' {
            let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let ident = self.take(end.unwrap_or(self.rest.len())).to_owned();
            self.out.push((line, Token::Ident(ident)));
        } else {
            self.take(first.len_utf8());
            if !first.is_whitespace() && !first.is_ascii_digit() {
                self.out.push((line, Token::Punct(first)));
            }
        }
        true
    }

    fn block_comment(&mut self) {
        let line = self.line;
        let doc = self.rest.starts_with("/**") && !self.rest.starts_with("/**/");
        let mut depth = 0_usize;
        let mut end = 0;
        let mut rest = self.rest;
        while let Some(next) = rest.chars().next() {
            let length = if rest.starts_with("/*") {
                depth += 1;
                2
            } else if rest.starts_with("*/") {
                depth -= 1;
                2
            } else {
                next.len_utf8()
            };
            end += length;
            rest = rest.get(length..).unwrap_or("");
            if depth == 0 {
                break;
            }
        }
        let comment = self.take(end).trim_matches(['/', '*', '!']);
        for (text, offset) in comment.lines().zip(0..) {
            let text = text.trim().trim_start_matches('*').trim().to_owned();
            self.out.push((line + offset, Token::Comment { text, doc }));
        }
    }

    /// A string literal whose quote stands behind a prefix of this length.
    fn string(&mut self, prefix: usize) {
        let line = self.line;
        self.take(prefix + 1);
        let mut escaped = false;
        let end = self.rest.find(|c: char| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        let content = self.take(end.unwrap_or(self.rest.len())).to_owned();
        self.take(1);
        self.out.push((line, Token::Str(content)));
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        self.take(1);
        let mut chars = self.rest.chars();
        let (first, second) = (chars.next(), chars.next());
        if first == Some('\\') {
            let escape = self.rest.get(2..).and_then(|rest| rest.find('\''));
            self.take(escape.map_or(self.rest.len(), |end| end + 3));
        } else if second == Some('\'') {
            self.take(first.map_or(0, char::len_utf8) + 1);
        }
    }
}

/// How many hashes a raw string that starts here has.
fn raw_string(text: &str) -> Option<usize> {
    let text = text.strip_prefix(['b', 'c']).unwrap_or(text);
    let text = text.strip_prefix('r')?;
    let hashes = text.chars().take_while(|&c| c == '#').count();
    text.chars()
        .nth(hashes)
        .is_some_and(|c| c == '"')
        .then_some(hashes)
}
