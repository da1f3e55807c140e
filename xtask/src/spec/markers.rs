//! The markers in comments: `DEVIATION(key):`, `UNDERSPECIFIED(key):`, `OUT OF SCOPE:`.

const KEYED: [&str; 2] = ["DEVIATION", "UNDERSPECIFIED"];
const OUT_OF_SCOPE: &str = "OUT OF SCOPE";

/// Whether a step comment says that its step is out of scope.
pub(crate) fn is_out_of_scope(text: &str) -> bool {
    text.contains("OUT OF SCOPE:")
}

/// The keys of the markers in a text, in order.
pub(crate) fn keys(text: &str) -> Vec<&str> {
    KEYED
        .iter()
        .flat_map(|word| behind(text, word))
        .filter_map(key)
        .collect()
}

/// What is wrong with the markers of a step comment.
pub(crate) fn mistakes(text: &str) -> Vec<String> {
    let mut mistakes = Vec::new();
    for word in KEYED {
        for rest in behind(text, word) {
            if key(rest).is_none() {
                mistakes.push(format!(
                    "`{word}` has no key; expected `{word}(key): what differs`"
                ));
            } else if rest
                .split_once("):")
                .is_some_and(|(_, rest)| rest.trim().is_empty())
            {
                mistakes.push(format!(
                    "`{word}` says nothing; expected what differs behind the colon"
                ));
            }
        }
    }
    for rest in behind(text, OUT_OF_SCOPE) {
        if rest
            .strip_prefix(':')
            .is_none_or(|reason| reason.trim().is_empty())
        {
            mistakes
                .push("`OUT OF SCOPE` gives no reason; expected `OUT OF SCOPE: why`".to_owned());
        }
    }
    mistakes
}

/// What follows each place where a marker's word stands.
fn behind<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    text.match_indices(word)
        .filter_map(|(start, _)| text.get(start + word.len()..))
        .collect()
}

fn key(rest: &str) -> Option<&str> {
    let (key, _) = rest.strip_prefix('(')?.split_once("):")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!key.is_empty() && key.chars().all(plain)).then_some(key)
}
