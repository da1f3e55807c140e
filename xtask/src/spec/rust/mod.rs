//! What the sources of the model say: functions with their documentation and comments, and
//! citations in code.

mod lexer;

use lexer::{Placed, Token, tokens};

/// A line with its number.
pub(crate) type Line = (usize, String);

/// A function of the model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// The line of its name.
    pub(crate) line: usize,
    /// The type or trait whose block it stands in.
    pub(crate) of: Option<String>,
    /// Its documentation, line by line.
    pub(crate) docs: Vec<Line>,
    /// The comments in its body, without those of functions inside it.
    pub(crate) comments: Vec<Line>,
}

/// What one file says.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The functions outside tests, in order.
    pub(crate) functions: Vec<Function>,
    /// Every comment and string literal, tests included.
    pub(crate) texts: Vec<Line>,
    /// Citations in code: an anchor and, where it is a literal too, the step behind it.
    pub(crate) traces: Vec<Trace>,
}

/// A citation in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The line of the anchor.
    pub(crate) line: usize,
    /// The anchor.
    pub(crate) anchor: String,
    /// The step.
    pub(crate) step: Option<String>,
    /// Whether it is `Cite::new(…)` or `cite!(…)`; otherwise two literals side by side, which
    /// may mean something else.
    pub(crate) explicit: bool,
}

/// Reads one file.
pub(crate) fn read(text: &str) -> Source {
    let tokens = tokens(text);
    let mut source = Source {
        texts: texts(&tokens),
        ..Source::default()
    };
    let mut reader = Reader {
        out: &mut source,
        scopes: Vec::new(),
        docs: Vec::new(),
        next: Scope::Other,
    };
    reader.read(&tokens);
    source
}

fn texts(tokens: &[Placed]) -> Vec<Line> {
    let text = |(line, token): &Placed| match token {
        Token::Comment { text, .. } | Token::Str(text) => Some((*line, text.clone())),
        Token::Ident(_) | Token::Punct(_) => None,
    };
    tokens.iter().filter_map(text).collect()
}

/// What an opening brace belongs to.
#[derive(Debug, Clone)]
enum Scope {
    Other,
    Test,
    Type(String),
    Function(Box<Function>),
}

struct Reader<'a> {
    out: &'a mut Source,
    scopes: Vec<Scope>,
    docs: Vec<Line>,
    /// What the next opening brace will belong to.
    next: Scope,
}

impl Reader<'_> {
    fn read(&mut self, tokens: &[Placed]) {
        let mut rest = tokens;
        let mut test = false;
        while let Some(((line, token), after)) = rest.split_first() {
            rest = after;
            match token {
                Token::Comment { text, doc: true } => self.docs.push((*line, text.clone())),
                Token::Comment { text, doc: false } => self.comment(*line, text),
                Token::Str(anchor) => self.trace(*line, anchor, tokens.len() - rest.len(), tokens),
                Token::Punct('#') => {
                    let (attribute, after) = attribute(rest);
                    test |= is_test(attribute);
                    rest = after;
                }
                Token::Punct('{') => {
                    let scope = std::mem::replace(&mut self.next, Scope::Other);
                    let scope = if std::mem::take(&mut test) {
                        Scope::Test
                    } else {
                        scope
                    };
                    self.scopes.push(scope);
                    self.docs.clear();
                }
                Token::Punct('}') => {
                    if let Some(Scope::Function(function)) = self.scopes.pop()
                        && !self.in_test()
                    {
                        self.out.functions.push(*function);
                    }
                    self.docs.clear();
                }
                Token::Punct(';') => {
                    if let Scope::Function(function) =
                        std::mem::replace(&mut self.next, Scope::Other)
                        && !self.in_test()
                    {
                        self.out.functions.push(*function);
                    }
                    test = false;
                    self.docs.clear();
                }
                Token::Ident(word) if word == "fn" => {
                    if let Some((line, Token::Ident(name))) = rest.first() {
                        self.next = Scope::Function(Box::new(Function {
                            name: name.clone(),
                            line: *line,
                            of: self.scopes.iter().rev().find_map(|scope| match scope {
                                Scope::Type(name) => Some(name.clone()),
                                Scope::Other | Scope::Test | Scope::Function(_) => None,
                            }),
                            docs: std::mem::take(&mut self.docs),
                            comments: Vec::new(),
                        }));
                        rest = signature(rest);
                    }
                }
                Token::Ident(word) if word == "impl" => {
                    if let Some(name) = implemented(rest) {
                        self.next = Scope::Type(name);
                    }
                }
                Token::Ident(word) if word == "trait" => {
                    if let Some((_, Token::Ident(name))) = rest.first() {
                        self.next = Scope::Type(name.clone());
                    }
                }
                Token::Ident(_) | Token::Punct(_) => {}
            }
        }
        self.out.functions.sort_by_key(|function| function.line);
    }

    fn in_test(&self) -> bool {
        self.scopes.iter().any(|scope| matches!(scope, Scope::Test))
    }

    fn comment(&mut self, line: usize, text: &str) {
        if self.in_test() {
            return;
        }
        let function = self.scopes.iter_mut().rev().find_map(|scope| match scope {
            Scope::Function(function) => Some(function),
            Scope::Other | Scope::Test | Scope::Type(_) => None,
        });
        if let Some(function) = function {
            function.comments.push((line, text.to_owned()));
        }
    }

    /// Looks at a literal, and at what stands before and behind it, for a citation.
    fn trace(&mut self, line: usize, anchor: &str, behind: usize, tokens: &[Placed]) {
        if self.in_test() {
            return;
        }
        let token = |position: Option<usize>| {
            position
                .and_then(|position| tokens.get(position))
                .map(|(_, token)| token)
        };
        let before = |distance: usize| token(behind.checked_sub(1 + distance));
        let is = |token: Option<&Token>, word: &str| matches!(token, Some(Token::Ident(one)) if one == word);
        let punct = |token: Option<&Token>, c: char| token == Some(&Token::Punct(c));
        let opens = ['(', '[', '{'].iter().any(|&c| punct(before(1), c));
        let explicit = opens
            && ((punct(before(2), '!') && is(before(3), "cite"))
                || (is(before(2), "new")
                    && punct(before(3), ':')
                    && punct(before(4), ':')
                    && is(before(5), "Cite")));
        let step = match (token(Some(behind)), token(Some(behind + 1))) {
            (Some(Token::Punct(',')), Some(Token::Str(step))) => Some(step.clone()),
            _ => None,
        };
        if explicit || step.is_some() {
            self.out.traces.push(Trace {
                line,
                anchor: anchor.to_owned(),
                step,
                explicit,
            });
        }
    }
}

/// Splits the tokens behind a `#` into those of the attribute and the rest.
fn attribute(tokens: &[Placed]) -> (&[Placed], &[Placed]) {
    let mut depth = 0_usize;
    for (position, (_, token)) in tokens.iter().enumerate() {
        match token {
            Token::Punct('[') => depth += 1,
            Token::Punct(']') => depth = depth.saturating_sub(1),
            Token::Punct('!') if position == 0 => continue,
            Token::Ident(_) | Token::Str(_) | Token::Comment { .. } | Token::Punct(_) => {}
        }
        if depth == 0 {
            let end = if position == 0 { 0 } else { position + 1 };
            return tokens.split_at_checked(end).unwrap_or((tokens, &[]));
        }
    }
    (tokens, &[])
}

fn is_test(attribute: &[Placed]) -> bool {
    let words: Vec<&str> = attribute
        .iter()
        .filter_map(|(_, token)| match token {
            Token::Ident(word) => Some(word.as_str()),
            Token::Str(_) | Token::Comment { .. } | Token::Punct(_) => None,
        })
        .collect();
    words == ["test"] || words == ["cfg", "test"]
}

/// Skips a function's arguments and return type, up to its body or semicolon.
fn signature(tokens: &[Placed]) -> &[Placed] {
    let mut depth = 0_usize;
    for (position, (_, token)) in tokens.iter().enumerate() {
        match token {
            Token::Punct('(' | '[') => depth += 1,
            Token::Punct(')' | ']') => depth = depth.saturating_sub(1),
            Token::Punct('{' | ';') if depth == 0 => {
                return tokens.get(position..).unwrap_or(&[]);
            }
            Token::Ident(_) | Token::Str(_) | Token::Comment { .. } | Token::Punct(_) => {}
        }
    }
    &[]
}

/// The type that an `impl` is for.
fn implemented(tokens: &[Placed]) -> Option<String> {
    let mut depth = 0_usize;
    let mut name = None;
    let mut previous = ' ';
    for (_, token) in tokens {
        match token {
            Token::Punct('<') => depth += 1,
            Token::Punct('>') if previous != '-' => depth = depth.saturating_sub(1),
            Token::Punct('{' | ';' | '(' | ')' | ',' | '=') if depth == 0 => break,
            Token::Ident(word) if word == "where" => break,
            Token::Ident(word) if depth == 0 && word != "for" && word != "dyn" => {
                name = Some(word.clone());
            }
            Token::Ident(_) | Token::Str(_) | Token::Comment { .. } | Token::Punct(_) => {}
        }
        previous = if let Token::Punct(c) = token { *c } else { ' ' };
    }
    name
}
