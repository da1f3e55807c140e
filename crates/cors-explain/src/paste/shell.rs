//! Words of a command, as a POSIX shell or the Windows command line has them.

/// The words of the first command of a text, and what follows the command.
pub(super) fn words(text: &str) -> (Vec<String>, &str) {
    if is_windows(text) {
        let (command, rest) = unescaped(text);
        return (split(&command).0, rest);
    }
    let (words, end) = split(text);
    (words, text.get(end..).unwrap_or_default())
}

/// Whether carets quote, as where a browser copies for `cmd.exe`.
fn is_windows(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    text.contains("^\"") || first.trim_end().ends_with(" ^")
}

/// A command without its carets, and what follows it.
fn unescaped(text: &str) -> (String, &str) {
    let mut command = String::new();
    let mut chars = text.char_indices();
    while let Some((at, character)) = chars.next() {
        match character {
            '^' => match chars.next() {
                Some((_, '\r')) => {
                    chars.next();
                    command.push(' ');
                }
                Some((_, '\n')) => command.push(' '),
                Some((_, quoted)) => command.push(quoted),
                None => {}
            },
            '\n' => return (command, text.get(at..).unwrap_or_default()),
            _ => command.push(character),
        }
    }
    (command, "")
}

/// The words up to the end of the line, unless a backslash continues it, and where that is.
fn split(text: &str) -> (Vec<String>, usize) {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, character)) = chars.next() {
        match character {
            '\n' => {
                words.extend(word);
                return (words, at);
            }
            ' ' | '\t' | '\r' => words.extend(word.take()),
            '\\' => match chars.next() {
                Some((_, '\r')) => {
                    chars.next();
                }
                None | Some((_, '\n')) => {}
                Some((_, quoted)) => word.get_or_insert_default().push(quoted),
            },
            '\'' => {
                let rest = chars.by_ref().map(|(_, quoted)| quoted);
                let quoted = rest.take_while(|quoted| *quoted != '\'');
                word.get_or_insert_default().extend(quoted);
            }
            '"' => {
                let word = word.get_or_insert_default();
                while let Some((_, quoted)) = chars.next() {
                    match quoted {
                        '"' => break,
                        '\\' => word.extend(chars.next().map(|(_, escaped)| escaped)),
                        _ => word.push(quoted),
                    }
                }
            }
            '$' if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
                let word = word.get_or_insert_default();
                while let Some((_, quoted)) = chars.next() {
                    match quoted {
                        '\'' => break,
                        '\\' => word.extend(escaped(&mut chars)),
                        _ => word.push(quoted),
                    }
                }
            }
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    (words, text.len())
}

/// What a backslash in `$'…'` stands for.
fn escaped(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>) -> Option<char> {
    let (_, letter) = chars.next()?;
    let most = match letter {
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'x' => 2,
        'u' => 4,
        _ => return Some(letter),
    };
    let mut code = 0;
    for _ in 0..most {
        let Some(digit) = chars.peek().and_then(|(_, digit)| digit.to_digit(16)) else {
            break;
        };
        code = code * 16 + digit;
        chars.next();
    }
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_shells() {
        let posix = "curl 'a b' \\\n  -H $'x: \\'\\u00e9\\n' \"q\\\"\" c\\ d\nHTTP/1.1 200 OK";
        let (list, rest) = words(posix);
        assert_eq!(list, ["curl", "a b", "-H", "x: '\u{e9}\n", "q\"", "c d"]);
        assert_eq!(rest, "\nHTTP/1.1 200 OK");
        let windows = "curl ^\"https://a/^\" ^\r\n  --data-raw ^\"^{^\\^\"q^\\^\":1^}^\"\r\nrest";
        let (list, rest) = words(windows);
        assert_eq!(list, ["curl", "https://a/", "--data-raw", "{\"q\":1}"]);
        assert_eq!(rest, "\nrest");
    }

    #[test]
    fn quotes_that_do_not_end_take_the_rest() {
        for text in ["a 'b", "a \"b", "a $'b", "a b\\", "a ^\"b"] {
            assert_eq!(words(text).0.len(), 2, "{text}");
        }
    }
}
