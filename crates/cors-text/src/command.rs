//! Lines for a POSIX shell, broken so that they still run when they are pasted.

/// A command in lines of at most so many columns, where its words allow: each but the last ends in a
/// backslash. An option stays with its value.
pub fn broken(command: &str, columns: usize) -> Vec<String> {
    const INDENT: &str = "  ";
    if command.chars().count() <= columns {
        return vec![command.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for part in parts(command) {
        match lines.last_mut() {
            // Behind what follows there may have to be a backslash.
            Some(line) if line.chars().count() + part.chars().count() + 3 <= columns => {
                line.push(' ');
                line.push_str(&part);
            }
            Some(line) => {
                line.push_str(" \\");
                lines.push(format!("{INDENT}{part}"));
            }
            None => lines.push(part),
        }
    }
    lines
}

/// The words of a command, as they are written, each option with the word behind it.
fn parts(command: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut takes_value = false;
    for word in words(command) {
        match parts.last_mut() {
            Some(last) if takes_value && !word.starts_with('-') => {
                last.push(' ');
                last.push_str(&word);
                takes_value = false;
            }
            _ => {
                takes_value = word.starts_with('-');
                parts.push(word);
            }
        }
    }
    parts
}

/// The words of a command, with their quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut quote, mut escaped, mut last) = (None, false, ' ');
    for letter in command.chars() {
        let word = words.last_mut();
        if letter == ' ' && quote.is_none() && !escaped {
            words.push(String::new());
            last = letter;
            continue;
        }
        if let Some(word) = word {
            word.push(letter);
        }
        if escaped {
            escaped = false;
        } else {
            match (quote, letter) {
                // In '…' a backslash is itself.
                (None | Some(('"', _) | ('\'', true)), '\\') => escaped = true,
                (None, '\'' | '"') => quote = Some((letter, last == '$')),
                (Some((open, _)), closing) if open == closing => quote = None,
                _ => {}
            }
        }
        last = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURL: &str = r"curl -i -g --path-as-is -X OPTIONS -H 'Origin: https://a.example' -H $'X: it\'s  \\' -H 'It'\''s: a  b' http://127.0.0.1:3000/resource";

    #[test]
    fn a_broken_command_is_the_same_command() {
        for columns in [10, 20, 30, 40, 60, 80, 200] {
            let lines = broken(CURL, columns);
            let joined = lines.join("\n");
            assert_eq!(joined.replace(" \\\n  ", " "), CURL, "{columns}");
            let wide = lines.iter().filter(|line| line.chars().count() > columns);
            for line in wide {
                let words = line.trim_start().trim_end_matches(" \\");
                assert_eq!(parts(words).len(), 1, "{line}");
            }
        }
    }

    #[test]
    fn options_stay_with_their_values() {
        let lines = broken(CURL, 40);
        assert_eq!(
            lines,
            [
                r"curl -i -g --path-as-is -X OPTIONS \",
                r"  -H 'Origin: https://a.example' \",
                r"  -H $'X: it\'s  \\' \",
                r"  -H 'It'\''s: a  b' \",
                r"  http://127.0.0.1:3000/resource",
            ]
        );
        assert_eq!(broken("curl -i", 80), ["curl -i"]);
    }
}
