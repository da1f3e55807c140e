//! What a function that transcribes a definition is called.

use super::standard::simplify;

const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// The names that follow from a term, the plainest first.
///
/// The term in snake case without articles; as a predicate with `is_` before it; in a type's own
/// block without the words of the type's name; outside any with what the term belongs to before
/// it. "Serializing an origin" is also the verb.
pub(crate) fn expected(notation: &str, of_type: Option<&str>) -> Vec<String> {
    let (of, term) = notation
        .rsplit_once('/')
        .map_or((None, notation), |(of, term)| (Some(of), term));
    let term = without_parentheses(term);
    let words = words(&term);
    let mut bases = vec![words.clone()];
    for (position, word) in words.iter().enumerate() {
        for verb in verbs(word) {
            let mut base = words.clone();
            base.splice(position..=position, [verb]);
            bases.push(base);
        }
    }
    let mut names = Vec::new();
    for base in bases {
        let mut variants = vec![base.clone()];
        if let Some(of_type) = of_type {
            let own = type_words(of_type);
            variants.push(
                base.iter()
                    .filter(|word| !own.contains(word))
                    .cloned()
                    .collect(),
            );
        } else if let Some(of) = of {
            variants.push(
                self::words(of)
                    .into_iter()
                    .chain(base.iter().cloned())
                    .collect(),
            );
        }
        for variant in variants {
            let name = variant.join("_");
            if !name.is_empty() && !names.contains(&name) {
                names.push(name.clone());
                names.push(format!("is_{name}"));
            }
        }
    }
    names
}

/// Drops the arguments of `append(name, value)` and the letter of "HTTP(S) scheme".
fn without_parentheses(term: &str) -> String {
    let mut depth = 0_usize;
    term.chars()
        .filter(|c| {
            depth += usize::from(*c == '(');
            let outside = depth == 0;
            depth = depth.saturating_sub(usize::from(*c == ')'));
            outside
        })
        .collect()
}

fn words(term: &str) -> Vec<String> {
    simplify(term)
        .split(['-', '_'])
        .filter(|word| !word.is_empty() && !ARTICLES.contains(word))
        .map(str::to_owned)
        .collect()
}

fn type_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_ascii_uppercase() => word.push(c),
            _ => words.push(c.to_ascii_lowercase().to_string()),
        }
    }
    words
}

/// The verbs that a word in -ing may be of.
fn verbs(word: &str) -> Vec<String> {
    // What this makes of "string" is no name that anybody would give.
    word.strip_suffix("ing")
        .map(|stem| vec![format!("{stem}e"), stem.to_owned()])
        .unwrap_or_default()
}
